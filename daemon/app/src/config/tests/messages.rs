//! What is said of a config that cannot be read.

use super::check;
use expect_test::expect;

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    check(
        &[("deskd.toml", "[http]\n\tlisen = \"127.0.0.1:1\"\n")],
        expect![[r#"
            error: unknown key `http.lisen`
             --> DIR/deskd.toml:2:2
              |
            2 | 	lisen = …
              | 	^^^^^
              = help: did you mean `listen`? If not, take the line out"#]],
    );
}

#[test]
fn an_unknown_key_that_is_like_none_is_told_all() {
    check(
        &[("deskd.toml", "[log]\ncolour = true\n")],
        expect![[r#"
            error: unknown key `log.colour`
             --> DIR/deskd.toml:2:1
              |
            2 | colour = …
              | ^^^^^^
              = help: the keys known here are level, format"#]],
    );
}

#[test]
fn all_that_is_wrong_in_all_files_is_told_at_once() {
    let main = "[http]\nlisen = \"x\"\nlisten = \"nowhere\"\n[engine]\nbatch = \"many\"\n\
                follow_ups = -1\n[log]\nformat = \"jsno\"\n";
    let agent = "capasity = 3\nqueues = [\"support\"]\n";
    check(
        &[("deskd.toml", main), ("agents.d/ann.toml", agent)],
        expect![[r#"
            error: unknown key `http.lisen`
             --> DIR/deskd.toml:2:1
              |
            2 | lisen = …
              | ^^^^^
              = help: did you mean `listen`? If not, take the line out

            error: `http.listen`: invalid socket address syntax
             --> DIR/deskd.toml:3:10
              |
            3 | listen = "nowhere"
              |          ^^^^^^^^^

            error: `engine.batch` cannot be the text "many"
             --> DIR/deskd.toml:5:9
              |
            5 | batch = "many"
              |         ^^^^^^
              = help: write a whole number from 0 to 4294967295

            error: `engine.follow_ups` cannot be -1
             --> DIR/deskd.toml:6:14
              |
            6 | follow_ups = -1
              |              ^^
              = help: write a whole number from 0 to 4294967295

            error: `log.format` does not know "jsno"
             --> DIR/deskd.toml:8:10
              |
            8 | format = "jsno"
              |          ^^^^^^
              = help: did you mean "json"? Known are text, json

            error: unknown key `capasity`
             --> DIR/agents.d/ann.toml:1:1
              |
            1 | capasity = …
              | ^^^^^^^^
              = help: did you mean `capacity`? If not, take the line out

            error: `queues` cannot be a list
             --> DIR/agents.d/ann.toml:2:10
              |
            2 | queues = ["support"]
              |          ^^^^^^^^^^^
              = help: write a table: key = value"#]],
    );
}

#[test]
fn broken_toml_is_told_with_its_place() {
    check(
        &[("deskd.toml", "[http\nlisten = 5\n")],
        expect![[r#"
            error: this is not TOML: unclosed table, expected `]`
             --> DIR/deskd.toml:1:6
              |
            1 | [http
              |      ^"#]],
    );
}

#[test]
fn a_missing_file_is_named() {
    check(
        &[],
        expect![[r#"
        error: the file cannot be read: No such file or directory (os error 2)
         --> DIR/deskd.toml"#]],
    );
}

#[test]
fn an_empty_file_is_one_that_is_being_written() {
    check(
        &[("deskd.toml", ""), ("queues.d/support.toml", "# as it comes\n")],
        expect![[r#"
        error: the file is empty
         --> DIR/deskd.toml
          = help: save it again; if it is to say nothing, leave a comment in it"#]],
    );
}

#[test]
fn a_secret_in_the_wrong_place_is_not_echoed() {
    let main = "[servicenow]\npassword = \"hunter2\"\nurl = \"https://admin:hunter2@\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
            error: unknown key `servicenow.password`
             --> DIR/deskd.toml:2:1
              |
            2 | password = …
              | ^^^^^^^^
              = help: a secret never stands in a config; name its place by password_file or password_env

            error: `servicenow.url`: empty host: "https://***@"
             --> DIR/deskd.toml:3:7
              |
            3 | url = "https://***@"
              |       ^^^^^^^^^^^^^^"#]],
    );
    let main = "[servicenow]\nurl = \"https://admin:hunter2@x.example\"\nusername = \"admin\"\n\
                password_env = \"P\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: an account does not belong in the address
         --> DIR/deskd.toml:2:7
          |
        2 | url = "https://***@x.example"
          |       ^^^^^^^^^^^^^^^^^^^^^^^
          = help: set username, and password_file or password_env"#]],
    );
    let main = "[servicenow]\npwd = \"hunter2\"\nauth = { login = \"hunter2\" }\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
            error: unknown key `servicenow.pwd`
             --> DIR/deskd.toml:2:1
              |
            2 | pwd = …
              | ^^^
              = help: a secret never stands in a config; name its place by password_file or password_env

            error: `servicenow.auth`: wanted exactly 1 element, found 0 elements
             --> DIR/deskd.toml:3:8
              |
            3 | auth = ***
              |        ^^^

            error: `servicenow.auth.login` does not know "login"
             --> DIR/deskd.toml:3:10
              |
            3 | auth = ***
              |          ^
              = help: write one of basic, oauth, api_key, certificate"#]],
    );
    let main = "[servicenow]\nurl = \"https://x.example\"\nusername = \"admin\"\n\
                password_env = \"hunter2\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: password_env must name a variable of the environment
         --> DIR/deskd.toml:4:16
          |
        4 | password_env = ***
          |                ^^^
          = help: write a name of capital letters, digits and _; never the password itself"#]],
    );
    check(
        &[("deskd.toml", "[servicenow]\npassword = hunter2\n")],
        expect![[r#"
            error: this is not TOML: string values must be quoted, expected literal string
             --> DIR/deskd.toml:2:12
              |
            2 | password = ***
              |            ^^^"#]],
    );
}

//! Canned replies: what is wrong with one is told at its place.

use super::{Files, GOOD, check};
use expect_test::expect;

/// The main file says nothing of replies.
const MAIN: (&str, &str) = ("deskd.toml", "# as it comes\n");

#[test]
fn a_reply_that_nobody_could_say_is_told_at_its_place() {
    let broken = "queues = [\"suport\"]\nlanguage = \"English\"\n[[reply]]\nshort = \"a b\"\n\
                  text = \"Hello {customer.nam}\"\n[[reply]]\nshort = \"brace\"\n\
                  title = \"A brace\"\ntext = \"Hello {customer.name\"\n";
    check(
        &[MAIN, ("replies.d/broken.toml", broken)],
        expect![[r#"
            error: there is no queue "suport"
             --> DIR/replies.d/broken.toml:1:11
              |
            1 | queues = ["suport"]
              |           ^^^^^^^^
              = help: did you mean "support"?

            error: "English" is no language
             --> DIR/replies.d/broken.toml:2:12
              |
            2 | language = "English"
              |            ^^^^^^^^^
              = help: write it such as "en" or "de-AT"

            error: a reply cannot be called "a b"
             --> DIR/replies.d/broken.toml:4:9
              |
            4 | short = "a b"
              |         ^^^^^
              = help: names are 1 to 64 letters, digits and the signs . _ @ -

            error: this title has 0 characters
             --> DIR/replies.d/broken.toml:3:1
              |
            3 | [[reply]]
              | ^^^^^^^^^
              = help: say in 1 to 80 characters of one line what it is about

            error: there is no field {customer.nam}
             --> DIR/replies.d/broken.toml:5:8
              |
            5 | text = "Hello {customer.nam}"
              |        ^^^^^^^^^^^^^^^^^^^^^^
              = help: did you mean "customer.name"?

            error: this text holds a brace that stands alone
             --> DIR/replies.d/broken.toml:9:8
              |
            9 | text = "Hello {customer.name"
              |        ^^^^^^^^^^^^^^^^^^^^^^
              = help: a brace begins or ends a field, such as {customer.name}

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn one_word_means_one_reply_for_each_queue_and_language() {
    let hello = |about: &str| {
        format!(
            "{about}\n[[reply]]\nshort = \"hello\"\ntitle = \"T\"\ntext = \"Hi {{fields.a}}\"\n"
        )
    };
    let (one, two) =
        (hello("queues = [\"support\"]\nlanguage = \"en\""), hello("language = \"de\""));
    let three = hello("language = \"en\"");
    let both = [("replies.d/1.toml", one.as_str()), ("replies.d/2.toml", two.as_str())];
    let loaded = Files::new(&[&GOOD[..], &[MAIN], &both].concat()).load().unwrap();
    let short: Vec<_> = loaded.settings.replies.iter().map(|reply| &reply.short[..]).collect();
    assert_eq!(short, ["hello", "hello"]);
    check(
        &[&both[..], &[MAIN, ("replies.d/3.toml", &three)]].concat(),
        expect![[r#"
            error: there are two replies "/hello" for one queue
             --> DIR/replies.d/3.toml:3:9
              |
            3 | short = "hello"
              |         ^^^^^^^
              = help: the other stands in DIR/replies.d/1.toml; rename one of them

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn replies_are_bounded_in_all() {
    let many: String = (0..1001)
        .map(|n| format!("[[reply]]\nshort = \"r{n}\"\ntitle = \"T\"\ntext = \"Hi\"\n"))
        .collect();
    check(
        &[MAIN, ("replies.d/many.toml", &many)],
        expect![[r#"
            error: there are 1001 replies of 6898 bytes in all
             --> DIR/replies.d/many.toml
              = help: at most 1000 of 409600 bytes: take some out

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env"#]],
    );
}

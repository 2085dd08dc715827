//! What is said of a config whose parts do not fit each other.

use super::check;
use expect_test::expect;

#[test]
fn numbers_out_of_their_range_are_told_with_the_range() {
    let queue = "accept_secs = 4\nweight = 101\nskills = { german = 0 }\n\
                 [wrapup]\nsecs = 3601\n[dispositions]\nmost = 7\n";
    let agent = "capacity = 0\nqueues = { support = 101 }\n";
    check(
        &[
            ("deskd.toml", "[engine]\nbatch = 0\n[times]\nstep_retry_min_secs = 301\n"),
            ("queues.d/support.toml", queue),
            ("agents.d/ann.toml", agent),
        ],
        expect![[r#"
            error: `engine.batch` is 0, outside 1 to 4096
             --> DIR/deskd.toml:2:9
              |
            2 | batch = 0
              |         ^
              = help: write a whole number from 1 to 4096

            error: `times.step_retry_min_secs` is 301, more than `times.step_retry_max_secs` (300)
             --> DIR/deskd.toml:4:23
              |
            4 | step_retry_min_secs = 301
              |                       ^^^
              = help: lower `times.step_retry_min_secs` or raise `times.step_retry_max_secs`

            error: `capacity` is 0, outside 1 to 100
             --> DIR/agents.d/ann.toml:1:12
              |
            1 | capacity = 0
              |            ^
              = help: write a whole number from 1 to 100

            error: the level is 101, outside 1 to 100
             --> DIR/agents.d/ann.toml:2:22
              |
            2 | queues = { support = 101 }
              |                      ^^^
              = help: write a whole number from 1 to 100

            error: `weight` is 101, outside 1 to 100
             --> DIR/queues.d/support.toml:2:10
              |
            2 | weight = 101
              |          ^^^
              = help: write a whole number from 1 to 100

            error: `accept_secs` is 4, outside 5 to 600
             --> DIR/queues.d/support.toml:1:15
              |
            1 | accept_secs = 4
              |               ^
              = help: write a whole number from 5 to 600

            error: the level is 0, outside 1 to 100
             --> DIR/queues.d/support.toml:3:21
              |
            3 | skills = { german = 0 }
              |                     ^
              = help: write a whole number from 1 to 100

            error: `wrapup.secs` is 3601, outside 1 to 3600
             --> DIR/queues.d/support.toml:5:8
              |
            5 | secs = 3601
              |        ^^^^
              = help: write a whole number from 1 to 3600

            error: `dispositions.most` is 7, outside 1 to 6
             --> DIR/queues.d/support.toml:7:8
              |
            7 | most = 7
              |        ^
              = help: write a whole number from 1 to 6

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env

            warning: a chat of queue "support" weighs 101, more than any member can carry (0)
             --> DIR/queues.d/support.toml:2:10
              |
            2 | weight = 101
              |          ^^^
              = help: lower the weight or raise a capacity

            warning: no member of queue "support" has all skills it needs
             --> DIR/queues.d/support.toml:3:1
              |
            3 | skills = { german = 0 }
              | ^^^^^^
              = help: lower the levels or add skills to a member"#]],
    );
}

#[test]
fn wrap_up_and_codes_must_fit_each_other() {
    let queue = "[wrapup]\nmode = \"none\"\ncode_missing = \"default\"\n\
                 [dispositions]\nmandatory = true\ncodes = [{ id = \"a\" }, { id = \"a\" }]\n";
    check(
        &[("deskd.toml", "# as it comes\n"), ("queues.d/support.toml", queue)],
        expect![[r#"
        error: wrap-up mode "none" leaves nobody to choose the mandatory code
         --> DIR/queues.d/support.toml:2:8
          |
        2 | mode = "none"
          |        ^^^^^^
          = help: set dispositions.default, or dispositions.mandatory = false

        error: code_missing = "default" needs a default code
         --> DIR/queues.d/support.toml:3:16
          |
        3 | code_missing = "default"
          |                ^^^^^^^^^
          = help: set dispositions.default, or dispositions.mandatory = false

        error: queue "support" lists the code "a" twice
         --> DIR/queues.d/support.toml:6:31
          |
        6 | codes = [{ id = "a" }, { id = "a" }]
          |                               ^^^
          = help: take one of them out

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
    let queue = "[dispositions]\nmandatory = true\ndefault = \"slved\"\n\
                 codes = [{ id = \"solved\" }, { id = \"not a name\" }]\n";
    check(
        &[("deskd.toml", "# as it comes\n"), ("queues.d/support.toml", queue)],
        expect![[r#"
        error: a disposition code cannot be called "not a name"
         --> DIR/queues.d/support.toml:4:36
          |
        4 | codes = [{ id = "solved" }, { id = "not a name" }]
          |                                    ^^^^^^^^^^^^
          = help: names are 1 to 64 letters, digits and the signs . _ @ -

        error: the default code "slved" is not listed in codes
         --> DIR/queues.d/support.toml:3:11
          |
        3 | default = "slved"
          |           ^^^^^^^
          = help: did you mean "solved"?

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
    let queue = "[dispositions]\nmandatory = true\n";
    check(
        &[("deskd.toml", "# as it comes\n"), ("queues.d/support.toml", queue)],
        expect![[r#"
        error: queue "support" wants a code and lists none
         --> DIR/queues.d/support.toml:2:13
          |
        2 | mandatory = true
          |             ^^^^
          = help: list codes, or set mandatory = false

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn overflow_must_exist_and_end() {
    let main = "[[queue]]\nid = \"a\"\noverflow = \"b\"\n[[queue]]\nid = \"b\"\noverflow = \"c\"\n\
                [[queue]]\nid = \"c\"\noverflow = \"b\"\n[[queue]]\nid = \"d\"\noverflow = \"suport\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: overflow leads in a circle: b → c → b
         --> DIR/deskd.toml:6:12
          |
        6 | overflow = "c"
          |            ^^^
          = help: let one of them lead nowhere

        error: overflow leads in a circle: c → b → c
         --> DIR/deskd.toml:9:12
          |
        9 | overflow = "b"
          |            ^^^
          = help: let one of them lead nowhere

        error: overflow leads to "suport", which is no queue
          --> DIR/deskd.toml:12:12
           |
        12 | overflow = "suport"
           |            ^^^^^^^^
           = help: did you mean "support"?

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env

        warning: queue "a" has no members, so its chats wait
         --> DIR/deskd.toml:1:1
          |
        1 | [[queue]]
          | ^^^^^^^^^
          = help: add it to an agent: queues = { a = 50 }

        warning: queue "b" has no members, so its chats wait
         --> DIR/deskd.toml:4:1
          |
        4 | [[queue]]
          | ^^^^^^^^^
          = help: add it to an agent: queues = { b = 50 }

        warning: queue "c" has no members, so its chats wait
         --> DIR/deskd.toml:7:1
          |
        7 | [[queue]]
          | ^^^^^^^^^
          = help: add it to an agent: queues = { c = 50 }

        warning: queue "d" has no members, so its chats wait
          --> DIR/deskd.toml:10:1
           |
        10 | [[queue]]
           | ^^^^^^^^^
           = help: add it to an agent: queues = { d = 50 }"#]],
    );
}

#[test]
fn names_must_be_names_and_belong_to_one() {
    let main = "[[agent]]\nid = \"ann\"\nqueues = { suport = 1 }\n\
                [[agent]]\nid = \"an n\"\nqueues = { support = 1 }\n\
                [[agent]]\nqueues = { support = 1 }\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: agent "ann" serves no queue "suport": there is none
         --> DIR/deskd.toml:3:21
          |
        3 | queues = { suport = 1 }
          |                     ^
          = help: did you mean "support"?

        error: an agent cannot be called "an n"
         --> DIR/deskd.toml:5:6
          |
        5 | id = "an n"
          |      ^^^^^^
          = help: names are 1 to 64 letters, digits and the signs . _ @ -

        error: this agent has no id
         --> DIR/deskd.toml:7:1
          |
        7 | [[agent]]
          | ^^^^^^^^^
          = help: add a line such as id = "ann"

        error: there are two agents "ann"
         --> DIR/agents.d/ann.toml
          = help: the other stands in DIR/deskd.toml; take one of them out

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn what_becomes_of_chats_that_wait_must_fit() {
    let queue = "wait_then = \"end\"\ngone_secs = 86401\nbroadcast_miss = \"all\"\n\
                 service_level = { secs = 0, target = 101 }\n";
    check(
        &[("deskd.toml", "# as it comes\n"), ("queues.d/support.toml", queue)],
        expect![[r#"
        error: `gone_secs` is 86401, outside 0 to 86400
         --> DIR/queues.d/support.toml:2:13
          |
        2 | gone_secs = 86401
          |             ^^^^^
          = help: write a whole number from 0 to 86400

        error: `service_level.secs` is 0, outside 1 to 86400
         --> DIR/queues.d/support.toml:4:26
          |
        4 | service_level = { secs = 0, target = 101 }
          |                          ^
          = help: write a whole number from 1 to 86400

        error: `service_level.target` is 101, outside 1 to 100
         --> DIR/queues.d/support.toml:4:38
          |
        4 | service_level = { secs = 0, target = 101 }
          |                                      ^^^
          = help: write a whole number from 1 to 100

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env

        warning: broadcast_miss counts for strategy "broadcast" alone
         --> DIR/queues.d/support.toml:3:18
          |
        3 | broadcast_miss = "all"
          |                  ^^^^^
          = help: set strategy = "broadcast", or take it out

        warning: wait_then counts where wait_max_secs is set
         --> DIR/queues.d/support.toml:1:13
          |
        1 | wait_then = "end"
          |             ^^^^^
          = help: set wait_max_secs, or take it out"#]],
    );
}

//! What customers are asked before a chat: what is wrong with a question is told at its place.

use super::check;
use expect_test::expect;

const MAIN: (&str, &str) = ("deskd.toml", "# as it comes\n");

#[test]
fn a_question_that_nobody_could_answer_is_told_at_its_place() {
    let queue = "[dispositions]\ncodes = [{ id = \"solved\" }]\n\
                 [[ask]]\nname = \"order number\"\nlabel = \"Order\"\n\
                 [[ask]]\nname = \"order\"\nlabel = \"\"\n\
                 [[ask]]\nname = \"order\"\nlabel = \"Order\"\n";
    check(
        &[MAIN, ("queues.d/support.toml", queue)],
        expect![[r#"
            error: a field cannot be called "order number"
             --> DIR/queues.d/support.toml:3:1
              |
            3 | [[ask]]
              | ^^^^^^^
              = help: names are 1 to 64 letters, digits and the signs . _ @ -

            error: what is asked for "order" has no words, or too many
             --> DIR/queues.d/support.toml:6:1
              |
            6 | [[ask]]
              | ^^^^^^^
              = help: a label and each choice have 1 to 200 characters

            error: "order" is asked twice
              --> DIR/queues.d/support.toml:10:8
               |
            10 | name = "order"
               |        ^^^^^^^
               = help: each answer is a field of its own

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env"#]],
    );
}

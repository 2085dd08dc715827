//! The clocks of an active chat.

use crate::kit::check_all;

#[test]
fn the_customers_idle_clock_runs_only_while_the_last_word_is_the_agents() {
    check_all(
        "
        [idle] busy alice c1; say alice c1 hello | wait 59 | !c1 said by system, c1 active
        ^ | wait 60 | c1 said by system, c1 active
        ^ | wait 100 | c1 ends idle, c1.1 left ended, alice post_processing
        [idle] busy alice c1; say alice c1 hello; wait 99 | say customer c1 yes | c1 active
        [idle] busy alice c1; say alice c1 hello; wait 99; say customer c1 yes | wait 9999 | \
            c1 active
        # The agent's next word starts it anew.
        [idle] busy alice c1; say alice c1 hello; wait 50; say alice c1 hello? | wait 59 | \
            !c1 said by system
        # A supervisor's word is the desk's; what the customer does not see is none.
        [idle] busy alice c1; say supervisor c1 hello | wait 100 | c1 ends idle
        [idle] busy alice c1; whisper alice c1 hm | wait 9999 | c1 active
        [idle] busy alice c1; say customer c1 hi; whisper alice c1 hm | wait 9999 | c1 active
        # It is nobody's while nobody has the chat.
        [idle] busy alice c1; say alice c1 hello; requeue c1; force alice on_break | wait 200 | \
            c1 waiting
        busy alice c1; say alice c1 hello | wait 9999 | c1 active
        ",
    );
}

#[test]
fn an_agent_is_reminded_once_that_the_customer_waits() {
    check_all(
        "
        [idle] busy alice c1 | wait 39 | !c1 reply overdue
        ^ | wait 40 | c1 reply overdue, c1 active
        [idle] busy alice c1; say alice c1 hello; say customer c1 hi | wait 40 | c1 reply overdue
        # A second word of the customer's does not make the first one younger.
        [idle] busy alice c1; say alice c1 hello; say customer c1 hi; wait 30; say customer c1 ? | \
            wait 10 | c1 reply overdue
        [idle] busy alice c1; wait 40; say customer c1 hi | wait 999 | !c1 reply overdue
        [idle] busy alice c1; wait 30; say alice c1 hello | wait 40 | !c1 reply overdue
        [idle] busy alice c1; wait 30; leave c1 | wait 40 | !c1 reply overdue
        busy alice c1 | wait 9999 | !c1 reply overdue
        ",
    );
}

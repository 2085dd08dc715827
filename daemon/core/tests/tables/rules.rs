//! What rules bend, where the agent tables do not say it already.

use crate::kit::{Desk, check_all};
use desk_core::policy::Hook;

#[test]
fn a_rule_says_where_and_whether_a_chat_arrives() {
    check_all(
        "
        rule to sales | open c1 | c1 in sales, asked on_chat, answer opened
        rule to sales; drain-queue sales on | open c1 | answer draining
        [sales-full] rule to sales | open c1 | answer full
        # What State does not have is a failure: as configured.
        rule to nowhere | open c1 | c1 in help, default on_chat
        rule first; open c1; rule none; open c2 | available alice | c1 offered alice
        open c1; rule first; open c2 | available alice | c2 offered alice
        rule turn away | open c1 | answer rule, c1 turned away rule, c1 gone
        rule fail | open c1 | c1 in help, default on_chat
        # Nobody asks about what deskd would turn away anyway.
        rule to sales; drain on | open c1 | answer draining, !asked on_chat
        rule turn away | open c1 observed | answer opened
        ",
    );
}

#[test]
fn a_rule_orders_agents_and_holds_chats() {
    check_all(
        "
        rule bob first; available alice; available bob | open c1 | c1 offered bob, asked on_route
        rule bob first; available alice | open c1 | c1 offered alice
        # An older chat that bob could take comes first.
        rule bob first; open c1 sales; available alice; available bob | open c2 | c1 offered bob, \
            c2 offered alice
        rule hold 30; available alice | open c1 | c1 held 30, c1 waiting
        rule hold 30; available alice; open c1; rule none | wait 29 | c1 waiting
        # Held again and again, but no longer than two minutes in all.
        rule hold 30; available alice; open c1 | wait 119 | c1 waiting
        ^ | wait 120 | c1 offered alice
        # Those behind it go on.
        rule hold 30; available alice; open c1; rule none | open c2 | c2 offered alice, c1 waiting
        rule hold 30; available alice; open c1 | transfer admin c1 queue sales | c1 in sales
        rule hold 30; available alice; open c1 | leave c1 | c1 ends abandoned
        rule hold 30; available alice; open c1; rule none | wait 30 | c1 offered alice
        rule fail; available alice | open c1 | c1 offered alice, default on_route
        ",
    );
}

#[test]
fn a_rule_says_what_a_miss_is() {
    check_all(
        "
        rule missed stays; offered alice c1 | wait 20 | c1 offered alice, alice wants available, \
            c1 priority 7
        rule missed recovers; offered alice c1; reject alice c1 | wait 59 | alice on_break
        ^ | wait 60 | c1 offered alice
        rule fail; offered alice c1 | wait 20 | alice on_break, default on_offer_missed
        ",
    );
}

#[test]
fn a_rule_may_let_a_chat_wait_for_longer_or_move_it() {
    check_all(
        "
        [wait-5-min] rule wait 60; open c1 | wait 300 | c1 waiting, c1 waits longer, c1 text \
            patience
        # Eight times.
        ^ | wait 779 | c1 waiting
        ^ | wait 780 | c1 ends expired
        [wait-5-min] rule wait in sales; open c1 | wait 300 | c1 in sales, c1 waiting
        # A queue that it was in is no way on: it is given up.
        [wait-5-min] rule wait in sales; open c1 sales | wait 300 | c1 ends expired, default \
            on_wait_limit
        [wait-5-min sales-full] rule wait in sales; open c1 | wait 300 | c1 ends expired
        [wait-5-min] rule fail; open c1 | wait 300 | c1 ends expired, default on_wait_limit
        # The backstop is no rule's to move.
        rule wait 60; open c1 | wait 7200 | c1 ends expired, !asked on_wait_limit
        ",
    );
}

#[test]
fn a_rule_says_what_servicenow_is_asked() {
    check_all(
        "
        rule ask contacts; open c1 | take-lookup c1 | looked for in customer_contact
        open c1 | take-lookup c1 | answer lookup, !looked for in customer_contact
        rule fail; open c1 | take-lookup c1 | answer lookup, default on_lookup
        ",
    );
}

#[test]
fn a_rule_hears_a_message_before_it_is_kept() {
    check_all(
        "
        rule redact; open c1 | say customer c1 4111 | c1 text [card], c1 tag card, !c1 text 4111
        rule reply; open c1 | say customer c1 hello | c1 text hello, c1 text thank you, c1 \
            messages 2
        rule fail; open c1 | say customer c1 4111 | c1 text 4111, default on_message
        [withhold] rule fail; open c1 | say customer c1 4111 | !c1 text 4111, default on_message
        ",
    );
}

#[test]
fn what_a_rule_replaced_stands_nowhere() {
    let mut desk = Desk::given("rule redact; busy alice c1");
    desk.line("say customer c1 4111-1111-1111-1111").unwrap();
    let kept = serde_json::to_string(&desk.records).unwrap();
    assert!(!kept.contains("4111"), "{kept}");
    let record = desk.records.last().unwrap();
    let asked = &record.hooks[0];
    assert_eq!(asked.hook, Hook::OnMessage);
    let question = desk.rules.asked.last().unwrap();
    assert_eq!(asked.question.known(), Some(&question.with_text("[card]").digest()));
}

#[test]
fn a_rule_says_what_a_silence_means() {
    check_all(
        "
        [idle] rule idle later; busy alice c1; say alice c1 hi | wait 60 | c1 clocks moved, c1 \
            active, !c1 text Are you there?
        ^ | wait 100 | c1 active
        [idle] rule idle closes; busy alice c1; say alice c1 hi | wait 60 | c1 ends idle
        [idle] rule fail; busy alice c1; say alice c1 hi | wait 60 | c1 text Are you there?
        ^ | wait 100 | c1 ends idle
        # The agent is silent.
        [idle] rule idle later; busy alice c1; say customer c1 hi | wait 40 | c1 clocks moved, !c1 \
            reply overdue
        ",
    );
}

#[test]
fn a_rule_may_deny_a_status_or_set_another() {
    check_all(
        "
        available alice; rule no break | ask alice on_break | refused denied, alice available
        busy alice c1; rule no break | stop alice | refused denied
        available alice; rule no break | force alice on_break | alice on_break
        available alice; rule no break | logout alice | alice logged_out
        available alice; rule break of 5; ask alice on_break | wait 299 | alice on_break
        ^ | wait 300 | alice available
        available alice; rule offline instead | ask alice on_break | alice work_offline
        available alice; rule fail | ask alice on_break | alice on_break, default on_status
        ",
    );
}

#[test]
fn after_five_denials_in_a_row_a_status_is_set() {
    let mut desk = Desk::given("available alice; rule no break");
    for n in 1..=5 {
        let refused = desk.line("ask alice on_break").map_err(|refusal| refusal.code());
        assert_eq!(refused, Err("denied"), "attempt {n}");
    }
    assert!(desk.line("ask alice on_break").is_ok(), "the sixth attempt is the agent's");
    desk.hold("five denials");
}

#[test]
fn a_rule_remembers_what_it_wrote_where_its_verdict_stood() {
    check_all(
        "
        rule counts | open c1 | kv on_chat 1
        rule counts; open c1 | open c2 | kv on_chat 2, !kv on_chat 1
        rule counts; rule fail | open c1 | default on_chat, !kv on_chat 1
        rule counts; rule fail; open c1; rule none; rule counts | open c2 | kv on_chat 1
        # A verdict that names what State does not have has failed.
        rule counts; rule to nowhere | open c1 | default on_chat, !kv on_chat 1
        # Whatever the command came to.
        rule counts; available alice; rule no break | ask alice on_break | refused denied, \
            kv on_status 2
        # What it remembers of somebody goes with them.
        rule counts; open c1; leave c1; forget c1 | open c2 | kv on_chat 1
        rule counts; open c1; leave c1; open c2; leave c2; forget c1 | open c3 | kv on_chat 3
        rule counts; rule turn away | open c1 | answer rule, kv on_chat 1
        # What was written longest ago goes first.
        [one-value] rule counts; open c1; say customer c1 hi | open c2 | kv on_chat 1
        [one-value] rule counts; open c1 | open c2 | kv on_chat 2
        ",
    );
}

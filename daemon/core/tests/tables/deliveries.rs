//! Deliveries: wanted by rules, sent at least once under one id, parked, steered by admins.

use super::kit::{Desk, check_all};
use desk_core::{Event, Piece};

#[test]
fn what_a_rule_wants_sent_is_wanted_where_its_verdict_stood() {
    check_all(
        "
        rule sends pager | open c1 | deliveries 1, d1 due, d1 to pager of on_chat
        rule sends pager key | open c1 | d1 due
        rule sends pager; rule fail | open c1 | default on_chat, deliveries 0
        # A verdict that names what State does not have has failed.
        rule sends pager; rule to nowhere | open c1 | default on_chat, deliveries 0
        rule sends nowhere | open c1 | done, default on_chat, deliveries 0, c1 waiting
        rule sends pager other | open c1 | default on_chat, deliveries 0
        [no-sink] rule sends pager | open c1 | default on_chat, deliveries 0
        # Whatever the command came to.
        available alice; rule no break; rule sends pager | ask alice on_break | \
            refused denied, d1 to pager of on_status
        # A receiver that is down bends nothing: further ones are given up.
        [one-delivery] rule sends pager; open c1 | open c2 | lost to pager, deliveries 1, c2 waiting
        [one-delivery] rule sends pager; open c1; take-delivery d1; answer-delivery d1 done | \
            open c2 | deliveries 1, d2 due
        ",
    );
}

#[test]
fn a_delivery_is_tried_until_its_receiver_has_it() {
    check_all(
        "
        rule sends pager; open c1; rule none | take-delivery d1 | answer delivery, d1 taken
        rule sends pager; open c1; rule none; take-delivery d1 | take-delivery d1 | \
            refused delivery_not_due
        rule sends pager; open c1; rule none; take-delivery d1 | answer-delivery d1 done | d1 gone
        rule sends pager; open c1; rule none; take-delivery d1 | answer-delivery d1 retry | d1 waits
        rule sends pager; open c1; rule none; take-delivery d1 | answer-delivery d1 ambiguous | \
            d1 waits
        rule sends pager; open c1; rule none; take-delivery d1 | answer-delivery d1 refused | \
            d1 parked refused
        rule sends pager; open c1; rule none; take-delivery d1; answer-delivery d1 done | \
            answer-delivery d1 done | refused unknown_delivery
        rule sends pager; open c1; rule none; take-delivery d1; answer-delivery d1 retry; wait 700;\
            take-delivery d1 | answer-delivery d1 done | d1 gone
        # A driver that gives no answer is given up, and its late answer counts all the same.
        rule sends pager; open c1; rule none; take-delivery d1; wait 500 | \
            answer-delivery d1 done | d1 gone
        rule sends pager; open c1; rule none; take-delivery d1 | restart | d1 due
        [one-hour-tries] rule sends pager; open c1; rule none; wait 3600; take-delivery d1 | \
            answer-delivery d1 retry | d1 parked given_up
        # Its sink is gone from the config.
        rule sends pager; open c1; rule none; config no-sink | take-delivery d1 | \
            answer no delivery, d1 parked no_sink
        # And back again, with all that was parked for want of it, and nothing else.
        rule sends pager; open c1; rule none; config no-sink; take-delivery d1 | config | d1 due
        rule sends pager; open c1; rule none; config no-sink; take-delivery d1 | config one-known | \
            d1 due
        rule sends pager; open c1; rule none; take-delivery d1; answer-delivery d1 refused; \
            config no-sink | config | d1 parked refused
        ",
    );
}

#[test]
fn an_admin_steers_a_delivery() {
    let given = "rule sends pager; open c1; rule none; take-delivery d1";
    for (and, when, expect) in [
        ("answer-delivery d1 refused", "retry-delivery d1", "d1 due"),
        ("answer-delivery d1 retry", "retry-delivery d1", "d1 due"),
        ("", "retry-delivery d1", "refused delivery_under_way"),
        ("", "drop-delivery d1", "refused delivery_under_way"),
        ("answer-delivery d1 refused", "drop-delivery d1", "d1 gone"),
        ("answer-delivery d1 done", "retry-delivery d1", "refused unknown_delivery"),
        ("answer-delivery d1 done", "replay-delivery d1", "d1 due, d1 to pager of on_chat"),
        ("answer-delivery d1 refused", "replay-delivery d1", "refused stale"),
        ("answer-delivery d1 done; config no-sink", "replay-delivery d1", "refused stale"),
        ("leave c1; answer-delivery d1 refused", "forget c1", "d1 gone, deliveries 0"),
    ] {
        check_all(&format!("{given}; {and} | {when} | {expect}"));
    }
    check_all(
        "[one-delivery] rule sends pager; open c1; take-delivery d1; answer-delivery d1 done; \
            open c2 | replay-delivery d1 | refused too_many_deliveries",
    );
}

#[test]
fn what_is_followed_moves_on_with_what_is_wanted_because_of_it() {
    check_all(
        "
        # It begins with the record of the set that has a rule for it, and ends with one that has none.
        open c1 | scripts a follow | followed Some(4)
        open c1 | scripts a deaf | followed None
        scripts a follow; open c1 | scripts b follow | followed Some(3)
        scripts a follow; open c1 | scripts b deaf | followed None
        scripts a follow; scripts b deaf | follow 3 end | refused stale
        open c1 | follow 7 end | refused stale
        scripts a follow; open c1 | follow here 999 | refused stale
        scripts a follow; open c1 | follow here here | refused stale
        scripts a follow; open c1 | follow here 1 | refused stale
        scripts a follow; open c1; rule sends pager | follow here end | \
            d1 to pager of on_event, asked on_event
        # The same is wanted once: whoever asks twice comes too late.
        scripts a follow; open c1; rule sends pager; follow 3 end | follow 3 end | \
            refused stale, deliveries 1
        scripts a follow; open c1; rule sends nowhere | follow here end | \
            default on_event, deliveries 0
        ",
    );
}

#[test]
fn the_same_id_is_sent_each_time_and_its_time_is_in_it() {
    let mut desk = Desk::given("rule sends pager; open c1; open c2");
    let ids = desk.wanted_deliveries();
    assert!(ids.len() == 2 && ids[0] != ids[1]);
    assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
    for line in ["take-delivery d1", "answer-delivery d1 done", "replay-delivery d1"] {
        desk.line(line).expect("it is done");
    }
    assert!(desk.state.deliveries.open.contains_key(&ids[0]));
    desk.hold("ids");
}

#[test]
fn a_body_names_its_secrets_and_stands_apart_as_private() {
    let desk = Desk::given("rule sends pager key; open c1");
    let wanted = desk.events_since(0).find_map(|event| match event {
        Event::DeliveryWanted(wanted) => Some(wanted),
        _ => None,
    });
    let payload = wanted.expect("it is wanted").payload.known().expect("nothing is erased");
    assert!(payload.body.contains(&Piece::Secret("key".into())));
    let state = serde_json::to_string(&desk.state).expect("State can be written");
    assert!(!state.contains("hello") && !state.contains("\"key\"}"));
}

#[test]
fn what_a_rule_replaced_in_a_message_is_not_sent_either() {
    check_all(
        "
        open c1; rule redact; rule sends pager | say customer c1 4111 | c1 text [card], deliveries 0
        open c1; rule reply; rule sends pager | say customer c1 4111 | deliveries 1
        ",
    );
}

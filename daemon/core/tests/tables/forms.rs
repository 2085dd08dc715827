//! Forms that customers leave where nobody takes their chat.

use crate::kit::{Desk, chat_id, check, check_all};
use desk_core::name::{StepId, StepKind};
use desk_core::{Answer, Body, Command};
use std::collections::BTreeMap;

#[test]
fn a_form_is_matched_and_made_an_incident() {
    check_all(
        "
        [form] | form c1 my mouse is gone | answer form, c1 ended offline, c1 looked up now, \
            c1 text my mouse is gone, !c1 wants create
        [form] form c1 hi | found c1 A B | c1 wants create, c1 caller A, c1 closes, c1 gone
        [form] form c1 hi | found c1 | c1 wants create, c1 caller nobody, c1 closes
        [form] rule second; form c1 hi | found c1 A B | asked on_match, c1 caller B
        [form] form c1 hi; found c1 A | take c1.create | answer step, c1.create taken
        [form] form c1 hi; found c1 A; rule skip | take c1.create | asked on_incident, c1 skipped
        [form] form c1 hi; found c1 A | sent c1.create | c1 settled
        # Without an address nobody is looked for.
        [form] | form c1 email= hi | c1 wants create, c1 closes
        # Nobody is asked to take it, and nobody waits for it.
        [form] available alice | form c1 hi | c1 ended offline, !offer, alice available
        [form full] | form c1 hi | answer form
        [form from-9] | form c1 hi | answer form
        [form] drain on | form c1 hi | answer form
        [form] drain-queue help on | form c1 hi | answer form
        ",
    );
}

#[test]
fn a_form_whose_customer_is_not_found_out_is_looked_up_for_some_time() {
    check_all(
        "
        [form] form c1 hi; take-lookup c1 | lookup-failed c1 | c1 ended offline, c1 looked up in 10
        [form] form c1 hi; take-lookup c1; lookup-failed c1; wait 10 | found c1 A | c1 caller A
        # In the end its incident is made without a caller, and a late answer still counts.
        [form] form c1 hi | wait 3600 | c1 wants create, c1 caller nobody, c1 gone
        [form] form c1 hi; wait 3600 | lookup 8 c1 A | done, c1 caller A
        [form] form c1 hi; wait 3600; take c1.create | lookup 8 c1 A | refused stale
        [form] form c1 hi; take-lookup c1 | restart | c1 looked up now, c1 ended offline
        # An admin may look by other words.
        [form] form c1 hi | search admin c1 Jo Smith | done, c1 looked up now
        [form] form c1 hi; search admin c1 Jo Smith | found c1 B | c1 caller B, c1 closes
        [form] form c1 hi; search admin c1 Jo Smith; take-lookup c1 | lookup-failed c1 | \
            c1 looked up in 10, c1 ended offline
        ",
    );
}

#[test]
fn a_form_is_bounded_and_no_conversation() {
    check_all(
        "
        | form c1 hi | refused no_form
        [form] | form c1 in=nowhere hi | refused unknown_queue
        [form sales-overflow] available carol; open c1 sales; accept carol c1; config-without sales \
            | form c2 in=sales hi | refused queue_closed
        [form] | form c1 | refused empty
        [form] form c1 hi | form c1 hi | refused chat_exists
        [form one-chat] open c2 | form c1 hi | refused too_many_chats
        [form] low-disk on | form c1 hi | answer low_disk, c1 turned away low_disk, !form offered
        [form] form c1 hi | say customer c1 and | refused chat_ended
        [form] form c1 hi | leave c1 | done, nothing new
        [form] form c1 hi | transfer admin c1 queue sales | refused chat_ended
        # What a rule keeps of it.
        [form] rule redact | form c1 4111 | c1 text [card], c1 tag card
        [form withhold] rule fail | form c1 4111 | c1 text [withheld: the rule for messages failed]
        [form] id a; form c1 hi | again | answer form, nothing new
        ",
    );
    let long = "x".repeat(5001);
    check("[form]", &format!("form c1 {long}"), "refused too_long");
}

#[test]
fn whom_the_desk_gives_up_is_offered_the_form() {
    check_all(
        "
        [form wait-5-min wait-form] open c1 | wait 300 | c1 ends expired, c1 may leave a form, \
            c1 text Write to us.
        # The form goes before the overflow way; with an overflow that takes it, it goes on.
        [form wait-5-min wait-form overflow] open c1 | wait 300 | c1 ends expired
        [form wait-5-min overflow] open c1 | wait 300 | c1 in sales
        [form wait-5-min overflow sales-full] open c1 | wait 300 | c1 may leave a form
        [form one-miss] offered alice c1 | reject alice c1 | c1 ends expired, c1 may leave a form, \
            c1 text Write to us.
        # A rule may say so; where there is no form it fails, and the queue says what happens.
        [form wait-5-min overflow] rule wait form; open c1 | wait 300 | c1 may leave a form
        [wait-5-min overflow] rule wait form; open c1 | wait 300 | c1 in sales, default on_wait_limit
        [form] open c1 | wait 7200 | c1 may leave a form
        open c1 | wait 7200 | c1 ends expired, !c1 may leave a form
        [form full] | open c1 | answer full, form offered
        [form] drain on | open c1 | answer draining, form offered
        [form] rule turn away | open c1 | answer rule, !form offered
        [form] busy alice c1 | end alice c1 | c1 ends agent, !c1 may leave a form
        [form] open c1 | leave c1 | c1 ends abandoned, !c1 may leave a form
        ",
    );
}

/// Takes the create of the first chat; its fields.
fn created(desk: &mut Desk) -> BTreeMap<String, String> {
    let step = StepId { chat: chat_id(1), kind: StepKind::Create };
    let story = Box::new(desk.story(chat_id(1)).expect("it was opened"));
    let read_to = desk.state.seq;
    match desk.run(Command::TakeStep { step, story, read_to }) {
        Ok(Answer::Step(Some(work))) => match work.body {
            Some(Body::Create { fields, .. }) => fields,
            other => panic!("no create: {other:?}"),
        },
        other => panic!("not taken: {other:?}"),
    }
}

#[test]
fn the_incident_of_a_form_says_so() {
    let mut desk = Desk::given("[form] form c1 my mouse is gone; found c1 A");
    let fields = created(&mut desk);
    assert_eq!(fields["category"], "form");
    assert_eq!(fields["contact_type"], "self-service");
    assert_eq!(fields["short_description"], "Offline form from Jo");
    assert_eq!(fields["caller_id"], "A");
    assert_eq!(
        fields["description"],
        "Times are in UTC\n\
         Customer unverified\n\
         Offline form, left 2023-11-14T22:13:20Z\n\n\
         [2023-11-14T22:13:20Z] Jo: my mouse is gone\n"
    );
}

#[test]
fn a_transcript_tells_times_by_the_clocks_of_the_queue_s_zone() {
    let mut desk = Desk::given("[sales-office] open-queue sales; available carol; open c1 sales");
    for line in ["accept carol c1", "say customer c1 hello", "wrap carol c1"] {
        desk.line(line).expect(line);
    }
    let fields = created(&mut desk);
    assert_eq!(fields["opened_at"], "2023-11-14 22:13:20", "what ServiceNow keeps is UTC");
    assert_eq!(
        fields["description"],
        "Times are in Europe/Berlin\n\
         Customer unverified\n\
         Initiated 2023-11-14T23:13:20+01:00\n\
         Accepted 2023-11-14T23:13:20+01:00 by carol\n\
         Terminated 2023-11-14T23:13:20+01:00 (agent)\n\n\
         [2023-11-14T23:13:20+01:00] Jo: hello\n"
    );
}

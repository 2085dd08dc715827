//! What a step sends.

use crate::kit::{Desk, chat_id, configured};
use desk_core::name::{StepId, StepKind};
use desk_core::{Answer, Body, Command, StepWork};
use std::collections::BTreeMap;

/// Takes a step of the first chat; what it sends.
fn taken(desk: &mut Desk, kind: StepKind) -> StepWork {
    let step = StepId { chat: chat_id(1), kind };
    let story = Box::new(desk.story(chat_id(1)).expect("it was opened"));
    let read_to = desk.state.seq;
    match desk.run(Command::TakeStep { step, story, read_to }) {
        Ok(Answer::Step(Some(work))) => *work,
        other => panic!("{kind} is not taken: {other:?}"),
    }
}

fn fields(work: &StepWork) -> &BTreeMap<String, String> {
    match work.body.as_ref().expect("a first attempt has a body") {
        Body::Create { fields, .. }
        | Body::Append { fields, .. }
        | Body::Complete { fields, .. }
        | Body::Interaction { fields, .. } => fields,
        Body::Attach { .. } | Body::Relate { .. } => panic!("it has no fields"),
    }
}

#[test]
fn create_carries_caller_times_and_transcript() {
    let mut desk = Desk::given(
        "busy alice c1; found c1 A B; choose alice c1 B; say customer c1 my mouse is gone; wait 65;
         say alice c1 have another; wrap alice c1",
    );
    let work = taken(&mut desk, StepKind::Create);
    let fields = fields(&work);
    assert_eq!(fields["caller_id"], "B");
    assert_eq!(fields["contact_type"], "chat");
    assert_eq!(fields["short_description"], "Chat with Jo");
    assert_eq!(fields["correlation_id"], chat_id(1).to_string());
    assert_eq!(fields["opened_at"], "2023-11-14 22:13:20");
    assert_eq!(
        fields["description"],
        "Times are in UTC\n\
         Customer unverified\n\
         Initiated 2023-11-14T22:13:20Z\n\
         Accepted 2023-11-14T22:13:20Z by alice\n\
         Terminated 2023-11-14T22:14:25Z (agent)\n\n\
         [2023-11-14T22:13:20Z] Jo: my mouse is gone\n\
         [2023-11-14T22:14:25Z] alice: have another\n"
    );
    let Some(Body::Create { sys_id, .. }) = &work.body else { panic!("create creates") };
    assert_eq!(*sys_id, Body::created_id("deskd", chat_id(1)));
    assert!(sys_id.len() == 32 && sys_id.bytes().all(|b| b.is_ascii_hexdigit()), "{sys_id}");
}

#[test]
fn the_times_go_into_fields_of_their_own_where_there_are_some() {
    let times = |plays: &str| {
        let mut desk = Desk::given(plays);
        let mut fields = fields(&taken(&mut desk, StepKind::Create)).clone();
        ["u_accepted", "u_terminated"].map(|field| fields.remove(field))
    };
    let handled = "busy alice c1; wait 65; wrap alice c1";
    let (accepted, terminated) = ("2023-11-14 22:13:20".into(), "2023-11-14 22:14:25".into());
    assert_eq!(times(&format!("[time-fields] {handled}")), [Some(accepted), Some(terminated)]);
    assert_eq!(times(handled), [None, None], "none are set");
    // Nobody accepted it: there is no such time.
    let ended = Some("2023-11-14 22:13:50".into());
    let unhandled = "[time-fields unhandled] open c1; wait 30; leave c1";
    assert_eq!(times(unhandled), [None, ended]);
}

#[test]
fn without_a_match_the_caller_is_left_empty() {
    let mut desk = Desk::given("busy alice c1; found c1; wrap alice c1");
    assert!(!fields(&taken(&mut desk, StepKind::Create)).contains_key("caller_id"));
}

#[test]
fn a_complete_carries_disposition_and_note_and_ends_in_its_mark() {
    let mut desk = Desk::given(
        "busy alice c1; codes alice c1 solved; note alice c1 gave her a new one; wrap alice c1;
         sent c1.create; rule urgent",
    );
    let work = taken(&mut desk, StepKind::Complete(1));
    let fields = fields(&work);
    let note = &fields["work_notes"];
    assert!(note.contains("Disposition: SOLVED (solved)"), "{note}");
    assert!(note.contains("Notes: gave her a new one"), "{note}");
    assert!(note.ends_with(&format!("\n[deskd {}.complete.1]", chat_id(1))), "{note}");
    assert_eq!(fields["urgency"], "1");
    assert_eq!(fields.len(), 2, "nothing else that create wrote: {fields:?}");
}

/// How many characters ServiceNow takes it for.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[test]
fn what_counts_twice_leaves_the_mark_whole_and_a_cut_note_is_told() {
    let mut desk = Desk::given("busy alice c1");
    let note = format!("note alice c1 {}", "😀".repeat(2500));
    for line in [note.as_str(), "wrap alice c1", "sent c1.create"] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Complete(1));
    let Some(Body::Complete { fields, mark, .. }) = &work.body else { panic!("{work:?}") };
    let note = &fields["work_notes"];
    assert!(note.ends_with(&format!("😀…\n{mark}")) && length(note) <= 4000, "{}", length(note));
    let told =
        desk.records.iter().flat_map(|record| &record.events).find_map(|event| match event {
            desk_core::Event::IncidentDiffers { step, differences } if *step == work.step => {
                differences.known()
            }
            _ => None,
        });
    let [difference] = &told.expect("it is told")[..] else { panic!("{told:?}") };
    assert_eq!(difference.field, "work_notes");
    assert!(difference.sent.matches('😀').count() == 2500);
}

#[test]
fn what_is_cut_by_a_long_head_is_attached_as_a_whole() {
    let mut config = configured("");
    config.limits.transcript_chars = 3990;
    let mut desk = Desk::new(config);
    let long = format!("say customer c1 {}", "it burns ".repeat(430));
    for line in ["available alice", "open c1", "accept alice c1", long.as_str(), "wrap alice c1"] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Create);
    let description = &fields(&work)["description"];
    assert!(description.ends_with("…\n… the whole transcript is attached"), "{description}");
    assert!(length(description) <= 4000);
    desk.line("answer c1.create done").expect("answered");
    let Some(Body::Attach { text, .. }) = taken(&mut desk, StepKind::Attach).body else { panic!() };
    assert_eq!(text.matches("it burns").count(), 430);
}

#[test]
fn at_wrap_up_notes_that_are_too_long_together_are_attached_as_well() {
    let mut desk = Desk::given("[at-wrapup] busy alice c1");
    let note = |who: &str| format!("note {who} c1 {}", "long story ".repeat(220));
    for line in [
        note("alice").as_str(),
        "available bob",
        "transfer alice c1 agent bob",
        "accept bob c1",
        "wrap alice c1",
        note("bob").as_str(),
        "codes bob c1 spam",
        "wrap bob c1",
    ] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Create);
    let notes = &fields(&work)["work_notes"];
    assert!(notes.ends_with("is attached") && length(notes) <= 4000, "{notes}");
    desk.line("answer c1.create done").expect("answered");
    let Some(Body::Attach { text, .. }) = taken(&mut desk, StepKind::Attach).body else { panic!() };
    assert!(text.contains("Disposition: SPAM") && text.matches("long story").count() == 440);
}

#[test]
fn at_wrap_up_create_carries_everything() {
    let mut desk = Desk::given("[at-wrapup] busy alice c1; codes alice c1 spam; wrap alice c1");
    let work = taken(&mut desk, StepKind::Create);
    assert!(fields(&work)["work_notes"].contains("Disposition: SPAM (spam)"));
}

#[test]
fn a_chat_that_is_added_to_an_incident_is_a_note_of_it_and_changes_nothing_else() {
    let mut desk = Desk::given(
        "rule append open-A; busy alice c1; found c1 A B; say customer c1 it burns again;
         codes alice c1 solved; end alice c1",
    );
    let work = taken(&mut desk, StepKind::Create);
    let Some(Body::Append { record, number, mark, .. }) = &work.body else {
        panic!("it adds: {work:?}")
    };
    assert_eq!((record.sys_id.as_str(), number.as_str()), ("open-A", "INC7"));
    assert_eq!(*mark, format!("[deskd {}.create]", chat_id(1)));
    let fields = fields(&work);
    assert_eq!(
        fields["work_notes"],
        format!(
            "Chat {}\nTimes are in UTC\nCustomer unverified\nInitiated 2023-11-14T22:13:20Z\n\
             Accepted 2023-11-14T22:13:20Z by alice\n\
             Terminated 2023-11-14T22:13:20Z (agent)\n\n\
             [2023-11-14T22:13:20Z] Jo: it burns again\n\n{mark}",
            chat_id(1)
        )
    );
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["urgency", "work_notes"], "the rule's own");
    for line in ["answer c1.create appended", "choose alice c1 B", "wrap alice c1"] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Complete(1));
    let Some(Body::Complete { caller, .. }) = &work.body else { panic!("{work:?}") };
    assert_eq!(*caller, None, "whose it is stays");
    assert_eq!(work.record.expect("there").sys_id, "open-A");
}

#[test]
fn a_long_chat_that_is_added_is_attached_as_a_whole() {
    let mut desk = Desk::given("rule append open-A; busy alice c1; found c1 A");
    let long = format!("say customer c1 {}", "it burns ".repeat(480));
    for line in [long.as_str(), "wrap alice c1"] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Create);
    let note = &fields(&work)["work_notes"];
    assert!(note.contains("\n… the whole transcript is attached\n[deskd "), "{note}");
    assert!(note.chars().count() <= 4000);
    desk.line("answer c1.create appended").expect("answered");
    assert!(matches!(taken(&mut desk, StepKind::Attach).body, Some(Body::Attach { .. })));
}

#[test]
fn at_wrap_up_a_chat_that_is_added_carries_everything() {
    let mut desk = Desk::given(
        "[at-wrapup] rule append open-A; busy alice c1; found c1 A; codes alice c1 spam; wrap alice c1",
    );
    let note = fields(&taken(&mut desk, StepKind::Create))["work_notes"].clone();
    assert!(note.contains("Disposition: SPAM (spam)") && note.contains("Terminated "), "{note}");
}

#[test]
fn a_body_is_frozen_at_the_first_attempt() {
    let mut desk = Desk::given("busy alice c1; found c1 A B; end alice c1");
    let first = taken(&mut desk, StepKind::Create);
    assert!(first.frozen.is_none() && first.body.is_some());
    for line in ["answer c1.create retry", "choose alice c1 B", "wait 10"] {
        desk.line(line).expect(line);
    }
    let second = taken(&mut desk, StepKind::Create);
    assert!(second.body.is_none(), "the second attempt sends what was frozen");
    let frozen = second.frozen.expect("it says where");
    assert!(desk.records.iter().any(|r| r.seq == frozen && r.kind == "take_step"));
    assert_eq!(second.attempt, 2);
}

#[test]
fn a_changed_caller_is_corrected_from_the_one_that_we_wrote_last() {
    let mut desk = Desk::given(
        "busy alice c1; found c1 A B C; available bob; transfer alice c1 agent bob;
         accept bob c1; end bob c1; sent c1.create; choose alice c1 B; wrap alice c1",
    );
    let change = |work: &StepWork| match &work.body {
        Some(Body::Complete { caller: Some(change), .. }) => {
            (change.from.as_ref().map(|from| from.sys_id.clone()), change.to.sys_id.clone())
        }
        other => panic!("no change of caller: {other:?}"),
    };
    assert_eq!(change(&taken(&mut desk, StepKind::Complete(1))), (Some("A".into()), "B".into()));
    for line in ["answer c1.complete.1 done", "choose bob c1 C", "wrap bob c1"] {
        desk.line(line).expect(line);
    }
    assert_eq!(change(&taken(&mut desk, StepKind::Complete(2))), (Some("B".into()), "C".into()));
}

#[test]
fn an_interaction_tells_of_the_conversation_and_names_whom_it_was_with_at_last() {
    let mut config = configured("interactions");
    let interaction = &mut config.incident.interaction;
    interaction.id_field = "u_chat".into();
    interaction.fields =
        [("state", "wrap_up"), ("u_desk", "7")].map(|(f, v)| (f.into(), v.into())).into();
    let mut desk = Desk::new(config);
    for line in [
        "available alice",
        "open c1",
        "accept alice c1",
        "found c1 A B",
        "wait 60",
        "end alice c1",
        "sent c1.create",
        "choose alice c1 B",
        "wrap alice c1",
        "sent c1.complete.1",
    ] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Interaction);
    let (own, chat) = (chat_id(1).to_string(), "Chat with Jo");
    let (opened, closed) = ("2023-11-14 22:13:20", "2023-11-14 22:14:20");
    let expected = [
        ("closed_at", closed),
        ("opened_at", opened),
        ("opened_for", "B"),
        ("short_description", chat),
        ("state", "wrap_up"),
        ("type", "chat"),
        ("u_chat", &own),
        ("u_desk", "7"),
    ];
    assert_eq!(*fields(&work), expected.map(|(f, v)| (f.to_owned(), v.to_owned())).into());
    desk.line("answer c1.interaction done").expect("an answer");
    let work = taken(&mut desk, StepKind::Relate);
    let ids = [work.record, work.interaction].map(|record| record.expect("it is there").sys_id);
    assert_eq!(ids, ["I", "M"]);
}

#[test]
fn an_interaction_wanted_before_a_reload_is_made_although_none_are_wanted_after_it() {
    let mut desk = Desk::given("[interactions] busy alice c1; wrap alice c1");
    desk.configure(configured("")).expect("a config");
    for line in ["sent c1.create", "sent c1.complete.1"] {
        desk.line(line).expect(line);
    }
    let work = taken(&mut desk, StepKind::Interaction);
    assert_eq!(fields(&work)["type"], "chat");
}

#[test]
fn a_retired_queue_s_values_last_until_its_incidents_are_sent() {
    let mut config = configured("");
    let sales = config.queues.get_mut(&"sales".into()).expect("a queue of the desk");
    sales.incident_fields.insert("assignment_group".into(), "sales people".into());
    let mut desk = Desk::new(config);
    for line in [
        "available carol",
        "open c1 sales",
        "accept carol c1",
        "wrap carol c1",
        "config-without sales",
    ] {
        desk.line(line).expect(line);
    }
    assert!(desk.state.chats.is_empty());
    let work = taken(&mut desk, StepKind::Create);
    assert_eq!(fields(&work)["assignment_group"], "sales people");
    for line in ["answer c1.create done", "sent c1.complete.1"] {
        desk.line(line).expect(line);
    }
    assert!(desk.state.retired_queues.is_empty(), "they last no longer");
    desk.hold("a retired queue");
}

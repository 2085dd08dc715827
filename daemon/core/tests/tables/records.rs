//! Records as they are written: what stands where, and what is read of it.

use crate::kit::{Desk, chat_id};
use desk_core::view::{CandidateView, OpenIncidentView};
use desk_core::{
    Answered, Author, Command, Content, Customer, Difference, MARK, NewChat, NotExtendable,
    Private, RecordRef, Refusal, Visibility,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const CANARY: &str = "canary-7f3a";

fn says(text: &str) -> String {
    format!("{text} {CANARY}")
}

fn candidate(sys_id: &str) -> CandidateView {
    CandidateView {
        table: "sys_user".into(),
        sys_id: sys_id.into(),
        name: says("name"),
        email: says("email"),
        active: true,
        fields: BTreeMap::from([(says("field"), says("value"))]),
        incidents: vec![OpenIncidentView {
            table: "incident".into(),
            sys_id: "i".into(),
            number: says("number"),
            short_description: says("about"),
            state: says("state"),
            opened_at: says("opened"),
        }],
    }
}

fn arrival(n: u128) -> Command {
    Command::OpenChat(Box::new(NewChat {
        chat: chat_id(n),
        queue: "help".into(),
        customer: Customer { name: says("name"), email: says("email"), verified: true },
        fields: BTreeMap::from([(says("field"), says("value"))]),
        skills: BTreeMap::new(),
        email_key: Some("a keyed hash".into()),
        foreign: None,
        authority: desk_core::config::Authority::Local,
    }))
}

/// A chat in which every personal field holds the canary.
fn eventful() -> Desk {
    let mut desk = Desk::given("[mandatory] available alice; rule deny; rule urgent; rule quick");
    let chat = chat_id(1);
    let done = |answer: Result<desk_core::Answer, Refusal>| {
        answer.unwrap_or_else(|refusal| panic!("refused: {refusal}"))
    };
    done(desk.run(arrival(1)));
    done(desk.run(Command::TakeLookup { chat }));
    done(desk.run(Command::LookupAnswered { chat, n: 1, result: Err(says("no such")) }));
    done(desk.run(Command::SearchMatch { chat, agent: None, words: says("words") }));
    done(desk.run(Command::TakeLookup { chat }));
    done(desk.run(Command::LookupAnswered { chat, n: 3, result: Err(says("neither")) }));
    desk.advance(10_000);
    done(desk.run(Command::TakeLookup { chat }));
    let found = Ok(vec![candidate("A"), candidate("B")]);
    done(desk.run(Command::LookupAnswered { chat, n: 4, result: found }));
    done(desk.line("ask alice available"));
    desk.advance(26_000);
    done(desk.line("accept alice c1"));
    for from in [Author::Customer, Author::Agent("alice".into())] {
        let content = Content::Text { text: says("text") };
        let visibility = Visibility::All;
        done(desk.run(Command::PostMessage { chat, from, visibility, content }));
    }
    done(desk.run(Command::SetNote { agent: "alice".into(), chat, note: says("note") }));
    done(desk.line("codes alice c1 solved"));
    desk.next_id = Some("an-id".into());
    let denied = desk.line("wrap alice c1");
    assert_eq!(denied.map_err(|refusal| refusal.code()), Err("denied"));
    done(desk.line("rule none"));
    desk.rules.fixed.clear();
    done(desk.line("wrap alice c1"));
    done(desk.line("take c1.create"));
    let step = "00000000-0000-0000-0000-000000000001.create".parse().expect("a step's id");
    let why = says("why");
    done(desk.run(Command::StepAnswered {
        step,
        attempt: 1,
        answered: Answered::Retry { after_ms: None, why },
    }));
    desk.advance(10_000);
    done(desk.line("take c1.create"));
    let record = RecordRef { table: "incident".into(), sys_id: "I".into() };
    let differences = vec![Difference {
        field: "caller_id".into(),
        sent: says("sent"),
        held: Some(says("held")),
    }];
    let answered =
        Answered::Done { created: Some((record, "INC1".into())), foreign: false, differences };
    done(desk.run(Command::StepAnswered { step, attempt: 2, answered }));
    done(desk.line("sent c1.complete.1"));
    done(desk.line("drain on"));
    done(desk.run(arrival(2)));
    desk
}

fn outside_marks(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(CANARY) => found.push(path.into()),
        Value::Array(items) => {
            for item in items {
                outside_marks(item, path, found);
            }
        }
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| *key != MARK) {
                if key.contains(CANARY) {
                    found.push(format!("{path}/(a key)"));
                }
                outside_marks(value, &format!("{path}/{key}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn personal_data_stands_under_its_mark_alone() {
    let desk = eventful();
    let mut found = Vec::new();
    let mut seen = 0;
    for record in &desk.records {
        let value = serde_json::to_value(record).expect("a record can be written");
        seen += value.to_string().matches(CANARY).count();
        outside_marks(&value, &record.kind, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(seen > 20, "the canary is in {seen} places only");
}

#[test]
fn personal_data_does_not_reach_a_debug_output() {
    let desk = eventful();
    let shown = format!("{:?}", desk.records);
    assert!(!shown.contains(CANARY));
}

/// What a record's JSON is when its personal part was erased.
fn erased(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(erased),
        Value::Object(map) => {
            for (key, value) in map {
                if key == MARK {
                    *value = Value::Null;
                } else {
                    erased(value);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn erased_records_apply_and_lead_to_the_same_place() {
    let desk = eventful();
    let mut state = desk_core::State::new(0);
    for record in &desk.records {
        let mut value = serde_json::to_value(record).expect("a record can be written");
        erased(&mut value);
        let record = serde_json::from_value(value).expect("an erased record can be read");
        desk_core::apply_record(&mut state, &record);
    }
    assert_eq!(state.chats.len(), desk.state.chats.len());
    assert_eq!(state.agents, desk.state.agents);
    assert_eq!(state.outbox, desk.state.outbox);
    assert!(state.desk.iter().eq(desk.state.desk.iter()), "the deadlines are the same");
}

#[test]
fn a_story_is_what_state_holds_and_what_was_said() {
    let desk = Desk::given(
        "busy alice c1; found c1 A B; choose alice c1 B; say customer c1 hi; note alice c1 fine;
         codes alice c1 solved; search alice c1 x; take-lookup c1; lookup-failed c1",
    );
    let story = desk.story(chat_id(1)).expect("it was opened");
    let chat = &desk.state.chats[&chat_id(1)];
    let mut segments = chat.segments.clone();
    // Pops are no part of a story.
    segments[0].popped = false;
    assert_eq!(story.segments, segments);
    assert_eq!(story.chosen, chat.matched.chosen);
    assert_eq!(story.candidates, chat.matched.candidates);
    assert_eq!(story.matched, chat.matched.state);
    assert_eq!(story.messages.len() as u64, chat.messages);
}

#[test]
fn a_failed_try_takes_nothing_away_from_the_story() {
    let mut desk = Desk::given("open c1; found c1 A");
    let failed = desk_core::Event::MatchSet {
        chat: chat_id(1),
        state: desk_core::MatchState::Failed,
        why: None,
        candidates: Private::Known(Vec::new()),
        count: 0,
        chosen: None,
    };
    let mut record = desk.records.last().expect("records").clone();
    record.events = vec![failed];
    desk.records.push(record.clone());
    desk_core::apply_record(&mut desk.state, &record);
    let story = desk.story(chat_id(1)).expect("it was opened");
    assert_eq!(story.chosen, desk.state.chats[&chat_id(1)].matched.chosen);
    assert!(story.caller().is_some());
}

#[test]
fn a_refusal_s_code_never_changes() {
    let chat = chat_id(1);
    let record = RecordRef { table: "t".into(), sys_id: "s".into() };
    let step = "00000000-0000-0000-0000-000000000001.create".parse().expect("a step's id");
    let all = [
        (Refusal::UnknownAgent("a".into()), "unknown_agent"),
        (Refusal::UnknownQueue("q".into()), "unknown_queue"),
        (Refusal::UnknownChat(chat), "unknown_chat"),
        (Refusal::UnknownStep(step), "unknown_step"),
        (Refusal::NotLoggedIn("a".into()), "not_logged_in"),
        (Refusal::OpenChats, "open_chats"),
        (Refusal::NotBusy, "not_busy"),
        (Refusal::ReasonRequired(Vec::new()), "reason_required"),
        (Refusal::ReasonUnknown(Vec::new()), "reason_unknown"),
        (Refusal::OfferGone, "offer_gone"),
        (Refusal::RejectNotPermitted, "reject_not_permitted"),
        (Refusal::NotYours, "not_yours"),
        (Refusal::ChatEnded, "chat_ended"),
        (Refusal::Closed, "closed"),
        (Refusal::CodeMissing, "code_missing"),
        (Refusal::CodeUnknown("c".into()), "code_unknown"),
        (Refusal::CodesTooMany(1), "codes_too_many"),
        (Refusal::CodeIsGroup("done".into()), "code_is_group"),
        (Refusal::NotExtendable(NotExtendable::NoTimer), "not_extendable"),
        (Refusal::TooEarly(1), "too_early"),
        (Refusal::Denied("d".into()), "denied"),
        (Refusal::TooLong(1), "too_long"),
        (Refusal::TooManyMessages(1), "too_many_messages"),
        (Refusal::TooManyFields(1, 1), "too_many_fields"),
        (Refusal::TooManyChats(1), "too_many_chats"),
        (Refusal::TooManyClasses(1), "too_many_classes"),
        (Refusal::Empty, "empty"),
        (Refusal::ChatExists, "chat_exists"),
        (Refusal::CannotTake("a".into()), "cannot_take"),
        (Refusal::QueueClosed("q".into()), "queue_closed"),
        (Refusal::WrongPhase("offered".into()), "wrong_phase"),
        (Refusal::UnknownCandidate("c".into()), "unknown_candidate"),
        (Refusal::LookupUnderWay, "lookup_under_way"),
        (Refusal::LookupNotDue, "lookup_not_due"),
        (Refusal::StepNotDue, "step_not_due"),
        (Refusal::StepNotParked("due".into()), "step_not_parked"),
        (Refusal::NotSettled(chat_id(1)), "not_settled"),
        (Refusal::NothingSent(chat_id(1)), "nothing_sent"),
        (Refusal::StoryStale, "story_stale"),
        (Refusal::PopGone, "pop_gone"),
        (Refusal::PopClaimed, "pop_claimed"),
        (Refusal::Stale, "stale"),
        (Refusal::QueuesInUse(Vec::new()), "queues_in_use"),
        (Refusal::TooManyProfiles(1), "too_many_profiles"),
        (Refusal::AlreadyChosen(record), "already_chosen"),
        (Refusal::Internal, "internal"),
    ];
    let codes: BTreeSet<&str> = all.iter().map(|(refusal, _)| refusal.code()).collect();
    assert_eq!(codes.len(), all.len(), "each has a code of its own");
    for (refusal, code) in all {
        assert_eq!(refusal.code(), code);
        let written = serde_json::to_value(&refusal).expect("a refusal can be written");
        assert_eq!(written["code"], code, "it is written by its code");
        let read: Refusal = serde_json::from_value(written).expect("a refusal can be read");
        assert_eq!(read, refusal);
    }
}

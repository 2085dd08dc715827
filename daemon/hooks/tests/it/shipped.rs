//! The scripts that come with deskd do what they say.

use crate::support::{candidate, incident, map, matching, offer, on_stack, patient, wrapup};
use desk_core::Kv;
use desk_core::policy::{
    About, Asked, IncidentStep, Policy as _, Question, Verdict, WrapupTrigger,
};
use desk_hooks::{Host, ScriptSet};
use std::path::Path;

fn ask(question: &Question) -> Asked {
    let mut host = match Host::new(ScriptSet::shipped(), patient()) {
        Ok(host) => host,
        Err(errors) => panic!("{}", errors[0]),
    };
    on_stack(|| host.ask(question, &Kv::default())).unwrap()
}

fn verdict(question: &Question) -> Option<Verdict> {
    ask(question).verdict.unwrap()
}

#[test]
fn the_set_within_the_binary_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
    assert_eq!(ScriptSet::read(&folder).unwrap().files(), ScriptSet::shipped().files());
}

#[test]
fn a_vip_is_accepted_sooner_and_shown() {
    let mut question = offer();
    question.chat.as_mut().unwrap().fields = map([("tier", "vip")]);
    let vip = Some(Verdict::Offer {
        accept_secs: Some(10),
        lines: vec!["VIP: Ada Byron".into()],
        pop: None,
    });
    assert_eq!(verdict(&question), vip);
    let mut question = offer();
    question.chat.as_mut().unwrap().caller.as_mut().unwrap().fields = map([("vip", "true")]);
    assert_eq!(verdict(&question), vip);
    assert_eq!(ask(&question).why, ["VIP"]);
    let mut question = question.clone();
    let About::Offer { accept_secs, .. } = &mut question.about else { unreachable!() };
    *accept_secs = 6;
    assert!(matches!(verdict(&question), Some(Verdict::Offer { accept_secs: Some(6), .. })));
}

#[test]
fn others_are_offered_as_configured() {
    assert_eq!(verdict(&offer()), None);
    let mut question = offer();
    question.chat.as_mut().unwrap().caller = None;
    assert_eq!(verdict(&question), None);
}

#[test]
fn the_only_active_record_is_chosen() {
    let question =
        matching(vec![candidate('a', false), candidate('b', true), candidate('c', false)]);
    let (choose, order) = (Some("b".repeat(32)), vec!["b".repeat(32)]);
    let expected = Verdict::Match { choose, order, drop: vec![] };
    assert_eq!(verdict(&question), Some(expected));
    assert_eq!(ask(&question).why, ["the only active record (of: 3)"]);
}

#[test]
fn active_records_come_first() {
    let question =
        matching(vec![candidate('a', false), candidate('b', true), candidate('c', true)]);
    let order = vec!["b".repeat(32), "c".repeat(32)];
    let expected = Verdict::Match { choose: None, order, drop: vec![] };
    assert_eq!(verdict(&question), Some(expected));
}

#[test]
fn records_that_are_all_alike_stay_as_they_came() {
    for active in [true, false] {
        let question = matching(vec![candidate('a', active), candidate('b', active)]);
        assert_eq!(verdict(&question), None);
    }
    assert_eq!(verdict(&matching(vec![])), None);
}

fn escalated(note: &str, by: WrapupTrigger) -> Question {
    let mut question = wrapup();
    let About::Wrapup { segment, trigger, .. } = &mut question.about else { unreachable!() };
    segment.codes = vec!["billing".into(), "escalated".into()];
    segment.note = note.into();
    *trigger = by;
    question
}

#[test]
fn escalated_needs_a_note() {
    for note in ["", "  \n "] {
        let denied = verdict(&escalated(note, WrapupTrigger::Submitted));
        assert!(matches!(denied, Some(Verdict::Wrapup { deny: Some(_), .. })), "{denied:?}");
    }
    assert_eq!(verdict(&escalated("No toner left", WrapupTrigger::Submitted)), None);
    assert_eq!(verdict(&escalated("", WrapupTrigger::Timer)), None);
    assert_eq!(verdict(&wrapup()), None);
}

fn incident_fields(question: &Question) -> Vec<(String, String)> {
    match verdict(question) {
        Some(Verdict::Incident {
            skip: false,
            table: None,
            fields,
            attach: None,
            append_to: None,
        }) => fields.into_iter().collect(),
        None => Vec::new(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn category_and_urgency_come_from_the_queue() {
    let mut question = incident();
    assert_eq!(incident_fields(&question), []);
    question.queue.as_mut().unwrap().id = "billing".into();
    assert_eq!(incident_fields(&question), [("category".into(), "inquiry".into())]);
    question.queue.as_mut().unwrap().fields = map([("category", "software"), ("urgency", "2")]);
    let expected = [("category".into(), "software".into()), ("urgency".into(), "2".into())];
    assert_eq!(incident_fields(&question), expected);
}

#[test]
fn a_vips_incident_is_urgent() {
    let mut question = incident();
    question.chat.as_mut().unwrap().fields = map([("tier", "vip")]);
    assert_eq!(incident_fields(&question), [("urgency".into(), "1".into())]);
}

#[test]
fn a_completed_incident_keeps_its_fields() {
    let mut question = incident();
    question.queue.as_mut().unwrap().id = "billing".into();
    let About::Incident { step, .. } = &mut question.about else { unreachable!() };
    *step = IncidentStep::Complete;
    assert_eq!(verdict(&question), None);
}

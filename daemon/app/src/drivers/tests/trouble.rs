//! What stands in ServiceNow when something goes wrong: exactly one incident, each note once.

use super::world::{ANN, World, answer, start_sandbox};
use crate::drivers::outbox::{Attempt, perform};
use desk_core::name::StepKind::{Attach, Complete, Create};
use desk_core::name::{ChatId, StepId, StepKind};
use desk_core::{Author, Command, Event, Parked, StepEvent, StepPhase};
use desk_sandbox::faults::{Kind, Plan, Rule};
use desk_sandbox::seed::TOM;

/// Longer than the server's window and any back-off of the tests.
const WINDOW: u64 = 400;
/// Longer than the client ever waits after a refused login.
const LOGIN_PAUSE: u64 = 901;

fn fault(world: &World, rule: Rule) {
    world.sandbox.set_faults(vec![rule]).expect("a rule");
}

/// One incident with one note.
async fn is_whole(world: &World, chat: ChatId) {
    let incident = world.incident(chat).await;
    let notes = world.notes(&incident).await;
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[tokio::test]
async fn a_create_that_is_done_and_unanswered_is_found_again() {
    let mut world = World::new().await;
    fault(&world, Rule::new("POST", "/incident", Kind::CommitThenDrop));
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, Create, 1).await;
    world.pass(10);
    world.done(chat, Create).await;
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_create_that_was_never_run_is_sent_again() {
    for kind in [Kind::DropBefore, Kind::Accepted202] {
        let mut world = World::new().await;
        fault(&world, Rule::new("POST", "/incident", kind));
        let chat = world.chat(1, "Tom", TOM.email).await;
        world.again(chat, Create, 1).await;
        world.pass(10);
        world.done(chat, Complete(1)).await;
        is_whole(&world, chat).await;
    }
}

#[tokio::test]
async fn a_note_that_is_kept_and_unanswered_is_not_written_twice() {
    let mut world = World::new().await;
    fault(&world, Rule::new("PATCH", "/incident", Kind::CommitThenDrop));
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, Complete(1), 1).await;
    // Within the server's window nothing is tried.
    world.pass(200);
    let step = StepId { chat, kind: Complete(1) };
    let phase = world.desk().view(move |state, _| state.outbox.step(step).map(|s| s.phase)).await;
    assert!(matches!(phase, Ok(Some(StepPhase::Due { .. }))), "{phase:?}");
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_note_that_was_lost_is_written_after_the_window() {
    let mut world = World::new().await;
    fault(&world, Rule::new("PATCH", "/incident", Kind::DropBefore));
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, Complete(1), 1).await;
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_file_that_is_kept_and_unanswered_is_not_attached_twice() {
    let mut world = World::with(|core| core.limits.transcript_chars = 100).await;
    fault(&world, Rule::new("POST", "/attachment", Kind::CommitThenDrop));
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.say(chat, Author::Customer, &"It burns. ".repeat(40)).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.again(chat, Attach, 1).await;
    world.pass(WINDOW);
    world.done(chat, Attach).await;
    world.done(chat, Complete(1)).await;
    let incident = world.incident(chat).await;
    let id = incident.sys_id.as_str();
    let files = world.find("sys_attachment", "table_sys_id", id, &["file_name"]).await;
    assert_eq!(files.len(), 1, "{files:?}");
}

#[tokio::test]
async fn what_an_outage_held_up_is_done_when_the_instance_is_back_elsewhere() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    let elsewhere = tempfile::tempdir().expect("folder");
    let back = start_sandbox(elsewhere.path()).await;
    std::mem::replace(&mut world.sandbox, back).shutdown().await;
    world.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
    world.again(chat, Create, 1).await;
    world.pass(10);
    world.again(chat, Create, 2).await;
    let error = world.instance.status().outbox().last_error.expect("said");
    assert!(error.text.contains("to be retried") && error.at_ms > 0, "{error:?}");
    world.settings.servicenow.url = Some(world.sandbox.url().parse().expect("a URL"));
    world.instance.follow(world.settings.clone()).await;
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn an_instance_that_sleeps_is_left_alone_for_a_while() {
    let mut world = World::new().await;
    fault(&world, Rule::new("POST", "/incident", Kind::Redirect302));
    let chat = world.chat(1, "Tom", TOM.email).await;
    let step = StepId { chat, kind: Create };
    let again = |event: &Event| {
        matches!(event, Event::StepMoved { step: s, to: StepEvent::Due { .. }, .. }
            if *s == step)
    };
    let now = world.desk().now().desk_ms;
    let moved = world.until("another try", 1, again).await;
    let Event::StepMoved { to: StepEvent::Due { at, doubtful }, .. } = moved else {
        panic!("{moved:?}")
    };
    assert!(at >= now + 120_000 && !doubtful, "{at} {now}");
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_create_that_is_refused_waits_for_an_admin_and_holds_up_its_own_chat_alone() {
    let mut world = World::new().await;
    let refused = Rule { status: Some(403), ..Rule::new("POST", "/incident", Kind::Status) };
    fault(&world, refused);
    let chat = world.chat(1, "Tom", TOM.email).await;
    let (create, complete) =
        (StepId { chat, kind: Create }, StepId { chat, kind: StepKind::Complete(1) });
    world.moved(create, 1, |to| *to == StepEvent::Parked { why: Parked::Refused }).await;
    world.moved(complete, 1, |to| *to == StepEvent::Parked { why: Parked::BehindCreate }).await;
    let other = world.chat(2, "Tom", TOM.email).await;
    world.done(other, Complete(1)).await;
    world.admin(Command::RetryStep { step: create }).await;
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
    let error = world.instance.status().outbox().last_error.expect("said");
    assert!(
        error.text.contains("refused with 403 (transaction "),
        "the instance's words stay out: {error:?}"
    );
}

#[tokio::test]
async fn a_secret_that_was_mended_is_read_before_the_next_try() {
    let mut world = World::idle(|_| {}).await;
    world.set_password("wrong");
    world.instance = crate::drivers::Instance::from_settings(&world.settings).expect("made");
    world.drive();
    // Without an address, so that no lookup is refused first.
    let chat = world.open(1, "Tom", "").await;
    world.accept(chat, ANN).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.again(chat, Create, 1).await;
    world.set_password("admin");
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_refused_login_is_not_repeated_by_every_step_that_waits() {
    let mut world = World::idle(|_| {}).await;
    let mut chats = Vec::new();
    for n in 1..=10 {
        let chat = world.open(n, "Tom", "").await;
        world.accept(chat, ANN).await;
        world.wrap_up(chat, ANN, "solved", "").await;
        chats.push(chat);
    }
    world.set_password("wrong");
    world.instance = crate::drivers::Instance::from_settings(&world.settings).expect("made");
    world.drive();
    let again = |event: &Event| matches!(event, Event::StepMoved { to: StepEvent::Due { .. }, .. });
    world.until("the login to be refused", 4, again).await;
    world.set_password("admin");
    world.pass(LOGIN_PAUSE);
    for chat in chats {
        world.done(chat, Complete(1)).await;
        is_whole(&world, chat).await;
    }
    assert_eq!(world.instance.status().outbox().failed, 4, "those that were under way at once");
}

/// Takes the step and carries it out, and ends before saying so.
async fn cut_off(world: &World, step: StepId) {
    let instance = world.instance.clone();
    let connection = instance.connection().await.expect("an instance");
    let tally = instance.status().of_outbox().clone();
    let attempt = Attempt { desk: world.desk(), instance, connection, tally, step };
    let work = attempt.take().await.expect("due");
    let body = work.body.clone().expect("the first attempt");
    let done = perform(&attempt.connection.client, &work, &body).await;
    assert!(done.is_ok(), "{done:?}");
}

#[tokio::test]
async fn a_restart_between_doing_and_saying_doubles_nothing() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.end_drivers().await;
    world.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
    cut_off(&world, StepId { chat, kind: Create }).await;
    world.stop().await;

    world.start().await;
    world.drive();
    world.done(chat, Create).await;
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;

    let chat = world.talk(2, "Tom", TOM.email).await;
    world.agent(ANN, |ann| Command::EndChat { chat, agent: Some(ann) }).await;
    world.done(chat, Create).await;
    world.end_drivers().await;
    world.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
    cut_off(&world, StepId { chat, kind: Complete(1) }).await;
    world.stop().await;

    world.start().await;
    world.drive();
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
    assert_eq!(world.find("incident", "contact_type", "chat", &[]).await.len(), 2);
}

#[tokio::test]
async fn an_instance_with_ids_of_its_own_still_gets_one() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.end_drivers().await;
    world.wrap_up(chat, ANN, "solved", "").await;
    // As an instance that does not honour our id would have kept the first attempt.
    let fields = [
        ("correlation_id".to_owned(), chat.to_string()),
        ("contact_type".to_owned(), "chat".to_owned()),
    ];
    let sys_id = world.client().own_sys_id("another id");
    let theirs =
        desk_servicenow::CreateBody { table: "incident".into(), sys_id, fields: fields.into() };
    answer(world.client().create(&theirs).await);
    fault(&world, Rule::new("POST", "/incident", Kind::DropBefore));
    world.drive();
    world.again(chat, Create, 1).await;
    world.pass(10);
    world.done(chat, Complete(1)).await;
    assert_eq!(world.incident(chat).await.sys_id, theirs.sys_id);
}

#[tokio::test]
async fn where_nobody_knows_yet_whose_ids_records_get_a_create_that_comes_late_is_the_only_one() {
    let mut world = World::with(|core| core.incident.ids_of_ours = false).await;
    let late = Rule { delay_ms: 300, ..Rule::new("POST", "/incident", Kind::CommitLate) };
    let plan = Plan { ignore_sys_id: true, rules: vec![late], ..Plan::default() };
    world.sandbox.set_plan(plan).expect("a plan");
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.wrap_up(chat, ANN, "solved", "").await;
    world.again(chat, Create, 1).await;
    // Far beyond any back-off, and it is still to come.
    world.pass(100);
    let id = chat.to_string();
    while world.find("incident", "correlation_id", &id, &[]).await.is_empty() {
        tokio::task::yield_now().await;
    }
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    assert_eq!(world.find("incident", "correlation_id", &id, &[]).await.len(), 1);
}

#[tokio::test]
async fn several_records_of_one_chat_are_told_by_their_ids() {
    let mut world = World::with(|core| core.incident.ids_of_instance = true).await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    fault(&world, Rule::new("POST", "/incident", Kind::DropBefore));
    world.wrap_up(chat, ANN, "solved", "").await;
    world.again(chat, Create, 1).await;
    for key in ["one", "two"] {
        let fields = [("correlation_id".to_owned(), chat.to_string())].into();
        let (table, sys_id) = ("incident".into(), world.client().own_sys_id(key));
        let theirs = desk_servicenow::CreateBody { table, sys_id, fields };
        answer(world.client().create(&theirs).await);
    }
    world.pass(WINDOW);
    let written = |event: &Event| matches!(event, Event::IncidentWritten { .. });
    let told = world.until("the other to be named", 1, written).await;
    let Event::IncidentWritten { differences, .. } = told else { panic!("{told:?}") };
    let found = &differences.known().expect("kept")[0];
    let held = world.find("incident", "correlation_id", &chat.to_string(), &[]).await;
    let other = held[1].sys_id.to_string();
    assert_eq!((found.field.as_str(), found.sent.as_str()), ("correlation_id", &*chat.to_string()));
    assert_eq!(found.held, Some(format!("also in {other}")));
    world.done(chat, Create).await;
}

#[tokio::test]
async fn an_instance_with_ids_of_its_own_is_asked_after_the_window_alone() {
    let mut world = World::with(|core| core.incident.ids_of_instance = true).await;
    let ignore = Rule::new("POST", "/incident", Kind::IgnoreSysId).rate_percent(100);
    // The first is done late, under an id that nobody knows; every other at once.
    let late = Rule { delay_ms: 300, ..Rule::new("POST", "/incident", Kind::CommitLate) };
    world.sandbox.set_faults(vec![late, ignore]).expect("rules");
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, Create, 1).await;
    world.pass(200);
    let step = StepId { chat, kind: Create };
    let phase = world.desk().view(move |state, _| state.outbox.step(step).map(|s| s.phase)).await;
    assert!(matches!(phase, Ok(Some(StepPhase::Due { .. }))), "{phase:?}");
    while world.find("incident", "correlation_id", &chat.to_string(), &[]).await.is_empty() {
        tokio::task::yield_now().await;
    }
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    is_whole(&world, chat).await;
}

#[tokio::test]
async fn a_note_that_is_kept_late_is_found_and_what_people_wrote_meanwhile_stays() {
    let mut world = World::new().await;
    let chat = world.talk(1, "Tom", TOM.email).await;
    world.agent(ANN, |ann| Command::EndChat { chat, agent: Some(ann) }).await;
    world.done(chat, Create).await;
    let incident = world.incident(chat).await;
    let theirs = [("description", "Seen to."), ("work_notes", "On my way.")];
    let theirs = theirs.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    answer(world.client().update("incident", &incident.sys_id, &theirs).await);
    let late = Rule { delay_ms: 300, ..Rule::new("PATCH", "/incident", Kind::CommitLate) };
    fault(&world, late);
    world.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
    world.again(chat, Complete(1), 1).await;
    while world.notes(&incident).await.len() < 2 {
        tokio::task::yield_now().await;
    }
    world.pass(WINDOW);
    world.done(chat, Complete(1)).await;
    let notes = world.notes(&incident).await;
    // Of one second, they may be listed either way.
    assert!(notes.len() == 2 && notes.iter().any(|note| note == "On my way."), "{notes:?}");
    assert_eq!(world.incident(chat).await.get("description"), "Seen to.");
}

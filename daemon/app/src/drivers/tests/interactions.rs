//! The interaction that a chat becomes beside its incident: made once and tied once, whatever goes
//! wrong.

use super::world::{World, answer};
use desk_core::config::Config;
use desk_core::name::StepKind::{Complete, Interaction, Relate};
use desk_core::name::{ChatId, StepKind};
use desk_sandbox::faults::{Kind, Plan, Rule};
use desk_sandbox::seed::TOM;
use desk_servicenow::Record;

/// Longer than the server's window and any back-off of the tests.
const WINDOW: u64 = 400;

fn wanted(core: &mut Config) {
    core.incident.interaction.wanted = true;
}

/// The chat's one interaction, tied once to its incident.
async fn interaction(world: &World, chat: ChatId) -> Record {
    let fields = ["number", "type", "state", "opened_for", "short_description", "closed_at"];
    let mut found = world.find("interaction", "correlation_id", &chat.to_string(), &fields).await;
    assert_eq!(found.len(), 1, "exactly one interaction");
    let incident = world.incident(chat).await;
    let by = incident.sys_id.as_str();
    let fields = ["interaction", "document_table", "type"];
    let ties = world.find("interaction_related_record", "document_id", by, &fields).await;
    let [tie] = &ties[..] else { panic!("exactly one tie: {ties:?}") };
    assert_eq!(tie.get("interaction"), found[0].sys_id.as_str());
    assert_eq!((tie.get("document_table"), tie.get("type")), ("incident", "task"));
    found.remove(0)
}

#[tokio::test]
async fn a_handled_chat_is_an_interaction_that_is_tied_to_its_incident() {
    let mut world = World::with(wanted).await;
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.done(chat, Relate).await;
    let made = interaction(&world, chat).await;
    assert_eq!(made.get("type"), "chat");
    assert_eq!(made.get("state"), "closed_complete");
    assert_eq!(made.get("opened_for"), TOM.sys_id);
    assert_eq!(made.get("short_description"), "Chat with Tom");
    assert!(!made.get("closed_at").is_empty() && made.get("number").starts_with("IMS"), "{made:?}");
    assert_eq!(world.asked("POST interaction"), 1);
    assert_eq!(world.asked("POST interaction_related_record"), 1);
}

/// Whether two requests are made where the first was done and not answered, or never done.
async fn unanswered(kind: Kind, step: StepKind, ids_of_instance: bool) {
    let mut world = World::with(|core| {
        wanted(core);
        core.incident.ids_of_instance = ids_of_instance;
    })
    .await;
    let path = if step == Relate { "/interaction_related_record" } else { "/interaction" };
    let rules = vec![Rule::new("POST", path, kind)];
    let plan = Plan { ignore_sys_id: ids_of_instance, rules, ..Plan::default() };
    world.sandbox.set_plan(plan).expect("a plan");
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, step, 1).await;
    world.pass(WINDOW);
    world.done(chat, Relate).await;
    interaction(&world, chat).await;
}

#[tokio::test]
async fn an_interaction_that_is_done_and_unanswered_is_found_again() {
    for step in [Interaction, Relate] {
        for ids_of_instance in [false, true] {
            unanswered(Kind::CommitThenDrop, step, ids_of_instance).await;
        }
    }
}

#[tokio::test]
async fn an_interaction_that_was_never_made_is_sent_again() {
    for step in [Interaction, Relate] {
        unanswered(Kind::Accepted202, step, false).await;
    }
    unanswered(Kind::DropBefore, Interaction, true).await;
}

#[tokio::test]
async fn an_interaction_that_somebody_ties_elsewhere_is_still_tied_to_its_incident() {
    let mut world = World::with(|core| {
        wanted(core);
        core.incident.ids_of_instance = true;
    })
    .await;
    let lost = Rule::new("POST", "/interaction_related_record", Kind::DropBefore);
    let plan = Plan { ignore_sys_id: true, rules: vec![lost], ..Plan::default() };
    world.sandbox.set_plan(plan).expect("a plan");
    let chat = world.chat(1, "Tom", TOM.email).await;
    world.again(chat, Relate, 1).await;
    let chats = chat.to_string();
    let made = world.find("interaction", "correlation_id", &chats, &[]).await.remove(0);
    let theirs = [("interaction", made.sys_id.as_str()), ("document_id", "another")];
    let fields = theirs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let (table, sys_id) =
        ("interaction_related_record".into(), world.client().own_sys_id("theirs"));
    answer(world.client().create(&desk_servicenow::CreateBody { table, sys_id, fields }).await);
    world.pass(WINDOW);
    world.done(chat, Relate).await;
    interaction(&world, chat).await;
}

#[tokio::test]
async fn an_interaction_that_is_refused_holds_up_nothing() {
    let mut world = World::with(wanted).await;
    let refused = Rule { status: Some(400), ..Rule::new("POST", "/interaction", Kind::Status) };
    world.sandbox.set_faults(vec![refused]).expect("a rule");
    let chat = world.chat(1, "Tom", TOM.email).await;
    let step = desk_core::name::StepId { chat, kind: Interaction };
    world.moved(step, 1, |to| matches!(to, desk_core::StepEvent::Parked { .. })).await;
    world.done(chat, Complete(1)).await;
    world.admin(desk_core::Command::RetryStep { step }).await;
    world.done(chat, Relate).await;
    interaction(&world, chat).await;
}

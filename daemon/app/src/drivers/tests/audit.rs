//! What an audit says of notes that are missing, hidden or slow to be told.

use super::world::{ANN, World, answer};
use crate::drivers::Audited;
use crate::history::{Sent, sent};
use desk_core::name::ChatId;
use desk_core::name::StepKind::{Attach, Complete, Create};
use desk_core::{Author, Difference};
use desk_journal::Reader;
use desk_sandbox::faults::{Kind, Match, Plan, Rule};
use desk_sandbox::seed::TOM;

fn of(world: &World, chats: &[ChatId]) -> Vec<Sent> {
    let reader = Reader::open(&world.settings.data_dir).expect("the journal");
    let one = |chat: &ChatId| sent(&reader, *chat).expect("readable").expect("it was sent");
    chats.iter().map(one).collect()
}

async fn audited(world: &World, chats: &[ChatId]) -> Vec<Audited> {
    world.instance.audit(of(world, chats)).await.expect("told")
}

/// As many chats, of whose notes none was kept.
async fn without_notes(world: &mut World, chats: u128) -> Vec<ChatId> {
    let (kind, field) = (Kind::DropField, Some("work_notes".to_owned()));
    let dropped = Rule { field, ..Rule::new("PATCH", "/incident", kind).rate_percent(100) };
    world.sandbox.set_faults(vec![dropped]).expect("a rule");
    let mut made = Vec::new();
    for n in 1..=chats {
        let chat = world.chat(n, "Tom", TOM.email).await;
        world.done(chat, Complete(1)).await;
        made.push(chat);
    }
    world.sandbox.set_faults(Vec::new()).expect("none");
    made
}

#[tokio::test]
async fn many_notes_that_are_missing_cost_one_request_more() {
    let mut world = World::new().await;
    let chats = without_notes(&mut world, 25).await;
    let before = (world.asked("GET incident"), world.asked("GET sys_journal_field"));
    let found = audited(&world, &chats).await;
    let after = (world.asked("GET incident"), world.asked("GET sys_journal_field"));
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1));
    assert!(found.iter().all(|one| one.missing.len() == 1 && one.differences.is_empty()));
}

#[tokio::test]
async fn a_note_is_missing_where_the_text_shows_it_although_entries_are_refused() {
    let mut world = World::new().await;
    let chats = without_notes(&mut world, 1).await;
    let refused =
        Rule { status: Some(403), ..Rule::new("GET", "/sys_journal_field", Kind::Status) };
    world.sandbox.set_faults(vec![refused]).expect("a rule");
    let found = audited(&world, &chats).await;
    assert_eq!(found[0].missing.len(), 1, "{found:?}");
}

#[tokio::test]
async fn what_cannot_be_told_of_one_takes_nothing_from_the_others() {
    let mut world = World::with(|core| core.limits.transcript_chars = 100).await;
    let lost = without_notes(&mut world, 1).await[0];
    let whole = world.talk(2, "Tom", TOM.email).await;
    world.say(whole, Author::Customer, &"It burns. ".repeat(40)).await;
    world.wrap_up(whole, ANN, "solved", "").await;
    for step in [Create, Attach, Complete(1)] {
        world.done(whole, step).await;
    }
    let down = |path| Rule { status: Some(503), ..Rule::new("GET", path, Kind::Status) };
    world.sandbox.set_faults(vec![down("/sys_journal_field"), down("/attachment")]).expect("rules");
    let found = audited(&world, &[lost, whole]).await;
    let [of_whole, of_lost] = &found[..] else { panic!("{found:?}") };
    let untold = |audited: &Audited| -> Vec<(String, String)> {
        let pair = |d: &Difference| (d.field.clone(), d.held.clone().unwrap_or_default());
        audited.untold.iter().map(|(_, why)| pair(why)).collect()
    };
    for (one, field) in [(of_whole, "sys_attachment"), (of_lost, "work_notes")] {
        let said = untold(one);
        assert!(one.missing.is_empty(), "what cannot be told is not missing: {one:?}");
        assert!(said.len() == 1 && said[0].0 == field, "{said:?}");
        assert!(said[0].1.starts_with("cannot be told: to be retried: HTTP 503"), "{said:?}");
    }
}

#[tokio::test]
async fn an_audit_that_finds_nothing_out_says_of_which_incidents() {
    let mut world = World::new().await;
    let chats = [world.chat(1, "Tom", TOM.email).await, world.chat(2, "Tom", TOM.email).await];
    let mut numbers = Vec::new();
    for chat in chats {
        world.done(chat, Complete(1)).await;
        numbers.push(world.incident(chat).await.get("number").to_owned());
    }
    let matches = Match { method: Some("GET".into()), ..Match::default() };
    let down = Rule { status: Some(503), matches, ..Rule::new("GET", "", Kind::Status) };
    let rules = vec![down.rate_percent(100)];
    world.sandbox.set_plan(Plan { rules, ..Plan::default() }).expect("a plan");
    let said = world.instance.audit(of(&world, &chats)).await.expect_err("nothing is told");
    let expect = format!("2 of incident, {} to {}: ", numbers[0], numbers[1]);
    assert!(said.starts_with(&expect) && said.contains("HTTP 503"), "{said}");
    world.sandbox.set_faults(Vec::new()).expect("none");
    answer(world.client().find("incident", "number", &numbers[0], &[]).await);
}

//! What is kept for its time is cut off, and what is not at its end is never.

use super::world::{ANN, World};
use crate::clock::wall_ms;
use crate::config::Journal;
use crate::events::{Follower, Known, Looked};
use crate::history::told;
use crate::retention::cut;
use desk_core::config::Config;
use desk_core::name::StepKind::{Complete, Create};
use desk_core::{Actor, Command};
use desk_hooks::{Host, Limits, ScriptSet};
use desk_journal::{Read, Reader, verify};
use desk_sandbox::seed::TOM;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The number of the first record held.
fn first(world: &World) -> u64 {
    let report = verify(&world.settings.data_dir).unwrap();
    assert!(report.snapshots.first().is_none_or(|seq| seq + 1 >= report.first_seq));
    report.first_seq
}

#[tokio::test]
async fn what_is_older_is_cut_off_up_to_what_is_open_and_a_start_goes_on() {
    let mut world = World::new().await;
    let old = world.chat(1, "Tom", TOM.email).await;
    world.done(old, Create).await;
    world.done(old, Complete(1)).await;
    let hash = desk_core::name::Hash::from("a".repeat(64));
    let (files, how, held) = (Default::default(), desk_core::SetHow::Taken, None);
    let scripts = Command::SetScripts { hash, files, how, held, follows: false };
    world.command(desk_core::Actor::Daemon, scripts).await;
    let open = world.talk(2, "Tom", TOM.email).await;
    let (desk, keep) = (world.desk(), Journal::default());
    let year = wall_ms() + 399 * DAY_MS;
    assert_eq!(cut(&desk, &keep, year).await.unwrap(), 0, "nothing is that old");
    let later = wall_ms() + 401 * DAY_MS;
    assert!(cut(&desk, &keep, later).await.unwrap() > 5);
    let reader = Reader::open(&world.settings.data_dir).unwrap();
    assert!(told(&reader, old).unwrap().is_none(), "it is gone");
    let opened = told(&reader, open).unwrap().expect("it is open").arrived_seq;
    assert!(first(&world) <= opened);
    assert_eq!(cut(&desk, &keep, later).await.unwrap(), 0, "what is open holds the rest");
    // A start goes on from there, and so does the chat.
    drop((desk, reader));
    world.stop().await;
    world.start().await;
    world.drive();
    world.log_in(ANN).await;
    world.wrap_up(open, ANN, "solved", "At last.").await;
    world.done(open, Create).await;
    world.done(open, Complete(1)).await;
    let desk = world.desk();
    assert!(cut(&desk, &keep, later).await.unwrap() > 5);
    let reader = Reader::open(&world.settings.data_dir).unwrap();
    let scripts = desk.view(|state, _| state.scripts.clone()).await.unwrap().unwrap();
    let kept = crate::history::script_files(&reader, &scripts).unwrap();
    assert!(kept.is_some(), "the set in force is written down once more");
    drop((desk, reader));
    world.stop().await;
    world.start().await;
    world.stop().await;
    assert!(first(&world) > opened);
}

#[tokio::test]
async fn an_incident_that_is_not_sent_holds_its_chat() {
    let mut world = World::idle(|_| {}).await;
    let chat = world.open(1, "Tom", TOM.email).await;
    let driver = || desk_core::Actor::Driver("lookup".into());
    world.command(driver(), Command::TakeLookup { chat }).await;
    let found = Command::LookupAnswered { chat, n: 1, result: Ok(Vec::new()) };
    world.command(driver(), found).await;
    world.accept(chat, ANN).await;
    world.wrap_up(chat, ANN, "solved", "Later.").await;
    let desk = world.desk();
    assert!(!desk.view(move |s, _| s.chats.contains_key(&chat)).await.unwrap(), "it is closed");
    let (keep, later) = (Journal::default(), wall_ms() + 401 * DAY_MS);
    cut(&desk, &keep, later).await.unwrap();
    let reader = Reader::open(&world.settings.data_dir).unwrap();
    let arrived = told(&reader, chat).unwrap().expect("its incident is not sent").arrived_seq;
    assert!(first(&world) <= arrived);
}

#[tokio::test]
async fn what_follows_the_journal_is_told_what_was_cut_off_before_it_came_there() {
    let sink = |core: &mut Config| drop(core.sinks.insert("desk".into(), Default::default()));
    let mut world = World::with(sink).await;
    let (desk, driver) = (world.desk(), || Actor::Driver("events".into()));
    let (files, how, held) = (Default::default(), desk_core::SetHow::Taken, None);
    let hash = desk_core::name::Hash::from("a".repeat(64));
    let scripts = Command::SetScripts { hash, files, how, held, follows: true };
    world.command(Actor::Daemon, scripts).await;
    let began = desk.view(|state, _| state.followed).await.unwrap().expect("it begins");
    for n in 1..=3 {
        let chat = world.chat(n, "Tom", TOM.email).await;
        world.done(chat, Create).await;
        world.done(chat, Complete(1)).await;
    }
    let later = wall_ms() + 401 * DAY_MS;
    assert!(cut(&desk, &Journal::default(), later).await.unwrap() > 20);
    let kept = first(&world);
    assert!(kept > began + 1, "it had not come there");
    let rule = r#"fn on_event(ctx) {
        if ctx.event == "chat_ended" { deliver("desk", #{ chat: ctx.chat.id }); }
    }"#;
    let files = [("on_event.rhai".into(), rule.into())].into();
    let host = Host::new(ScriptSet::from_files(files).unwrap(), Limits::default()).unwrap();
    let mut follower = Follower::new(host, 1_000_000);
    let last = world.chat(4, "Tom", TOM.email).await;
    let reader = Reader::open(&world.settings.data_dir).unwrap();
    let mut wanted = 0;
    loop {
        let known = desk.view(|state, _| Known {
            followed: state.followed,
            kv: state.kv.clone(),
            config: state.config.clone(),
        });
        match follower.look(&reader, &known.await.unwrap()).unwrap() {
            Looked::End => break,
            Looked::More => {}
            Looked::Tell(followed) => {
                wanted += followed.asked.len();
                world.command(driver(), Command::FollowEvents(followed)).await;
            }
        }
    }
    let told = move |state: &desk_core::State, _| {
        let of: Vec<_> = state.deliveries.open.values().map(|held| held.origin.chat).collect();
        (state.unfollowed, of)
    };
    let (unfollowed, of) = desk.view(told).await.unwrap();
    assert_eq!(unfollowed, kept - began - 1, "what is gone is counted");
    assert_eq!((of.contains(&Some(last)), of.len()), (true, wanted), "it goes on");
}

#[tokio::test]
async fn what_is_too_much_is_cut_off_the_oldest_first() {
    let world = World::idle(|_| {}).await;
    let keep = Journal { max_mib: 1, ..Journal::default() };
    let desk = world.desk();
    for n in 1..=12 {
        let chat = world.open(n, "Tom", TOM.email).await;
        for _ in 0..30 {
            world.say(chat, desk_core::Author::Customer, &"word ".repeat(790)).await;
        }
        world.command(desk_core::Actor::Customer(chat), Command::LeaveChat { chat }).await;
    }
    let bytes = || Reader::open(&world.settings.data_dir).unwrap().bytes().unwrap();
    let before = bytes();
    assert!(before > 1_300_000, "{before}");
    assert!(cut(&desk, &keep, wall_ms()).await.unwrap() > 50);
    let after = bytes();
    assert!((400_000..1_200_000).contains(&after), "{after}");
    verify(&world.settings.data_dir).unwrap();
}

/// What docs/journal.md says. `DESK_COST_CHATS=1000` measures it over as many.
#[tokio::test]
async fn a_chat_costs_what_is_said() {
    let wanted = std::env::var("DESK_COST_CHATS").ok().and_then(|n| n.parse().ok());
    let chats: u128 = wanted.unwrap_or(10);
    let mut world = World::new().await;
    let bytes = |world: &World| Reader::open(&world.settings.data_dir).unwrap().bytes().unwrap();
    let before = bytes(&world);
    for n in 1..=chats {
        let chat = world.talk(n, "Tom", TOM.email).await;
        for _ in 0..4 {
            world.say(chat, desk_core::Author::Customer, &"So it goes. ".repeat(10)).await;
            world.say(chat, desk_core::Author::Agent(ANN.into()), &"I see. ".repeat(10)).await;
        }
        world.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
        world.done(chat, Create).await;
        world.done(chat, Complete(1)).await;
    }
    let each = (bytes(&world) - before) / u64::try_from(chats).unwrap();
    println!("{each} bytes a chat of ten messages, over {chats} chats");
    assert!((5_000..60_000).contains(&each), "{each}");
    world.stop().await;
}

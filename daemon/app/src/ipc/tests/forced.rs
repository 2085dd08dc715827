//! What supervisors and admins see and do.

use super::helpers::{accepted, agent, alice, chat};
use super::house::{House, user};
use crate::config::CannedReply;
use crate::site::By;
use desk_core::Actor;
use desk_core::name::ChatId;
use desk_wire::view::{ChatState, HowEnded, IncidentState, Intent, Sender, Status};
use desk_wire::{Call, Reply, Role, Visibility};

fn outbox() -> Call {
    Call::OutboxList { sink: None, chat: None, since: None }
}

#[tokio::test]
async fn supervisors_see_and_force_what_is_of_their_queues_alone() {
    let house = House::with(|_, settings| {
        let roles = [Role::Agent, Role::Supervisor, Role::Admin, Role::Integrator];
        settings.users = vec![user(&["alice", "bob"], &roles, &["sales"])];
    })
    .await;
    let help = house.chat("help").await;
    let sales = house.chat("sales").await;
    let mut boss = house.client("role:supervisor").await;
    let Reply::Chats(chats) = boss.ask(Call::ChatList { queue: None, state: None }).await else {
        panic!("no list")
    };
    let ids: Vec<_> = chats.iter().map(|chat| chat.chat.clone()).collect();
    assert_eq!(ids, [sales.to_string()]);
    let Reply::Agents(agents) = boss.ask(Call::AgentList {}).await else { panic!("no list") };
    assert_eq!(agents.iter().map(|a| a.agent.as_str()).collect::<Vec<_>>(), ["bob"]);
    let Reply::Queues(queues) = boss.ask(Call::QueueList {}).await else { panic!("no list") };
    assert_eq!((queues.len(), queues[0].waiting), (1, 1));
    let force = |chat: ChatId| Call::ChatForceEnd { chat: chat.to_string() };
    assert_eq!(boss.refused(force(help)).await, "not_allowed");
    assert_eq!(boss.refused(Call::QueueShow { queue: "help".into() }).await, "not_allowed");
    assert_eq!(boss.refused(Call::AgentShow { agent: "alice".into() }).await, "not_allowed");
    let away =
        Call::ChatAssign { chat: sales.to_string(), agent: None, queue: Some("help".into()) };
    assert_eq!(boss.refused(away).await, "not_allowed");
    let say = Call::ChatSay { chat: None, text: "psst".into(), visibility: Visibility::Internal };
    let Reply::Message(said) = boss.ask(say).await else { panic!("not said") };
    assert_eq!((said.from, said.visibility), (Sender::Supervisor, Visibility::Internal));
    let ended = chat(boss.ask(force(sales)).await);
    assert_eq!(ended.how_ended, Some(HowEnded::Admin));
}

#[tokio::test]
async fn replies_are_those_of_the_queues_that_the_caller_may_see() {
    let reply = |short: &str, queues: &[&str]| CannedReply {
        short: short.into(),
        title: "T".into(),
        text: "Hi {customer.name}".into(),
        queues: queues.iter().map(|queue| (*queue).into()).collect(),
        language: None,
    };
    let house = House::with(|_, settings| {
        let roles = [Role::Agent, Role::Supervisor, Role::Admin];
        settings.users = vec![user(&["alice", "bob"], &roles, &["sales"])];
        settings.replies = vec![reply("a", &[]), reply("h", &["help"]), reply("s", &["sales"])];
    })
    .await;
    let list = |queue: Option<&str>| Call::ReplyList { queue: queue.map(str::to_owned) };
    for (who, queue, wanted) in [
        ("agent:alice", None, "a h"),
        ("agent:bob", None, "a h s"),
        ("role:supervisor", None, "a s"),
        ("role:admin", Some("help"), "a h"),
    ] {
        let Reply::Replies(found) = house.client(who).await.ask(list(queue)).await else {
            panic!("no list")
        };
        let short: Vec<_> = found.iter().map(|reply| &reply.short[..]).collect();
        assert_eq!(short.join(" "), wanted, "{who}");
    }
    let mut alice = house.client("agent:alice").await;
    assert_eq!(alice.refused(list(Some("sales"))).await, "not_allowed");
    assert_eq!(alice.refused(list(Some("nowhere"))).await, "unknown_queue");
    // As the config has it now.
    house.settings.send_modify(|settings| settings.replies.clear());
    let Reply::Replies(none) = alice.ask(list(None)).await else { panic!("no list") };
    assert_eq!(none, []);
}

#[tokio::test]
async fn admins_force_agents_and_chats() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    let mut admin = house.client("role:admin").await;
    let Reply::Queue(queue) = admin.ask(Call::QueueShow { queue: "help".into() }).await else {
        panic!("no queue")
    };
    assert_eq!((queue.active, queue.members, queue.agents.len()), (1, 2, 2));
    assert_eq!(queue.wrapup_secs, Some(600));
    let to = Intent::WorkOffline;
    let set = Call::AgentSetStatus { agent: "alice".into(), to, reason: None };
    let forced = agent(admin.ask(set).await);
    assert_eq!((forced.status, forced.next), (Status::Busy, Some(Status::WorkOffline)));
    let chat_id = id.to_string();
    let back = chat(admin.ask(Call::ChatRequeue { chat: chat_id.clone() }).await);
    assert_eq!(back.state, ChatState::Waiting);
    let neither = Call::ChatAssign { chat: chat_id.clone(), agent: None, queue: None };
    assert_eq!(admin.refused(neither).await, "wrong_type");
    let to_bob = Call::ChatAssign { chat: chat_id.clone(), agent: Some("bob".into()), queue: None };
    assert_eq!(admin.refused(to_bob).await, "cannot_take");
    let queue = Some("sales".to_owned());
    let moved = Call::ChatAssign { chat: chat_id, agent: None, queue };
    assert_eq!(chat(admin.ask(moved).await).queue, "sales");
    let drain = |on| Call::AgentDrain { agent: "alice".into(), on };
    let drained = agent(admin.ask(drain(true)).await);
    assert!(drained.drained && drained.no_offers.is_none(), "on a break, and drained");
    assert!(!agent(admin.ask(drain(false)).await).drained);
    let drain = |queue: &str, on| Call::QueueDrain { queue: queue.into(), on };
    let Reply::Queue(sales) = admin.ask(drain("sales", true)).await else { panic!("no queue") };
    assert!(sales.drained);
    let Reply::Queue(sales) = admin.ask(drain("sales", false)).await else { panic!("no queue") };
    assert!(!sales.drained);
    assert_eq!(admin.refused(drain("nowhere", true)).await, "unknown_queue");
    let hours = |queue: &str, open, until| Call::QueueHours { queue: queue.into(), open, until };
    let far = 32_472_144_000_000;
    let Reply::Queue(sales) = admin.ask(hours("sales", Some(false), Some(far))).await else {
        panic!("no queue")
    };
    let stands = sales.hours.expect("it was closed");
    assert_eq!((stands.open, stands.until, stands.opens), (false, Some(far), Some(far)));
    assert!(stands.by_hand);
    let Reply::Queue(sales) = admin.ask(hours("sales", None, None)).await else { panic!("none") };
    assert_eq!(sales.hours, None, "it goes by no hours");
    assert_eq!(admin.refused(hours("sales", Some(true), Some(1))).await, "wrong_type");
    assert_eq!(admin.refused(hours("nowhere", Some(true), None)).await, "unknown_queue");
    let hand =
        |to: Option<&str>| Call::AgentHandOver { agent: "alice".into(), to: to.map(Into::into) };
    assert_eq!(admin.refused(hand(Some("nobody"))).await, "unknown_agent");
    assert_eq!(admin.refused(hand(Some("bob"))).await, "cannot_take");
    assert_eq!(agent(admin.ask(hand(None)).await).agent, "alice");
    let out = agent(admin.ask(Call::AgentLogout { agent: "alice".into() }).await);
    assert_eq!((out.status, out.cause.as_str()), (Status::LoggedOut, "forced"));
    assert!(out.by.starts_with("role:admin ("), "{}", out.by);
    let shown = agent(admin.ask(Call::AgentShow { agent: "alice".into() }).await);
    assert_eq!(shown.name, "Alice Archer");
    let Reply::Agents(agents) = admin.ask(Call::AgentList {}).await else { panic!("no list") };
    assert_eq!(agents.len(), 2);
}

#[tokio::test]
async fn incidents_and_outbox_are_shown_tried_again_and_given_up() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    alice.ask(Call::ChatEnd { chat: None }).await;
    let Reply::Incident(mine) = alice.ask(Call::IncidentShow { chat: None }).await else {
        panic!("no incident")
    };
    assert_eq!((mine.state, mine.steps.len()), (IncidentState::Pending, 1));
    let mut admin = house.client("role:admin").await;
    let Reply::Incidents(list) = admin.ask(Call::IncidentList {}).await else { panic!("none") };
    assert_eq!(list.len(), 1);
    let Reply::Outbox(steps) = admin.ask(outbox()).await else { panic!("none") };
    assert_eq!((steps.len(), steps[0].phase.as_str()), (1, "due"));
    let step = steps[0].step.clone();
    assert_eq!(step, format!("{id}.create"));
    let show = Call::OutboxShow { step: step.clone() };
    let Reply::OutboxItem(shown) = admin.ask(show).await else { panic!("none") };
    // Deadlines are of desk time: on the wall they move with the reading of the clock.
    assert_eq!(desk_wire::view::OutboxItemView { due: steps[0].due, ..shown }, steps[0]);
    let retry = Call::OutboxRetry { step: step.clone() };
    assert!(matches!(admin.ask(retry).await, Reply::OutboxItem(_)));
    let drop = Call::OutboxDrop { step: step.clone(), reason: Some("a test".into()) };
    let Reply::OutboxItem(dropped) = admin.ask(drop).await else { panic!("none") };
    assert_eq!(dropped.phase, "dropped");
    assert_eq!(admin.refused(Call::OutboxRetry { step }).await, "step_not_parked");
    let unknown = Call::OutboxShow { step: "nothing".into() };
    assert_eq!(admin.refused(unknown).await, "unknown_step");
}

#[tokio::test]
async fn the_daemon_says_how_it_does_and_stops_when_asked() {
    use std::sync::atomic::Ordering;
    let house = House::open().await;
    let mut admin = house.client("role:admin").await;
    house.chat("help").await;
    let Reply::Daemon(status) = admin.ask(Call::DaemonStatus {}).await else { panic!("none") };
    assert_eq!((status.chats.waiting, status.chats.open), (1, 1));
    assert_eq!((status.config.hash, status.errors.len()), ("a".repeat(64), 1));
    assert_eq!(status.agents.get(&Status::LoggedOut), Some(&2));
    let Reply::Daemon(status) = admin.ask(Call::DaemonDrain { on: true }).await else {
        panic!("none")
    };
    assert!(status.draining);
    let Reply::Config(config) = admin.ask(Call::ConfigStatus {}).await else { panic!("none") };
    assert_eq!(config.hash, "a".repeat(64));
    let Reply::Scripts(scripts) = admin.ask(Call::ScriptStatus {}).await else { panic!("none") };
    assert_eq!(scripts.hooks[0].hook, "on_offer");
    assert!(matches!(admin.ask(Call::ScriptReload {}).await, Reply::Scripts(_)));
    house.site.broken.store(true, Ordering::SeqCst);
    assert_eq!(admin.refused(Call::ScriptReload {}).await, "scripts_rejected");
    assert_eq!(admin.refused(Call::ScriptDiff { set: None }).await, "unknown_set");
    admin.ask(Call::ScriptApply { set: None }).await;
    admin.ask(Call::ScriptRollback { set: None }).await;
    let steered = house.site.steered.lock().unwrap().clone();
    let known = |by: &By| matches!(&by.who, Actor::Admin(_)) && by.cmd.is_some();
    assert!(steered.len() == 2 && steered.iter().all(known), "{steered:?}");
    assert!(matches!(admin.ask(Call::DaemonStop {}).await, Reply::Done(_)));
    // The stop begins once the answer is on its way; the next answer comes after it.
    admin.ask(Call::Whoami {}).await;
    assert!(house.site.stopped.load(Ordering::SeqCst));
}

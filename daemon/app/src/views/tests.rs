use super::{Views, wall};
use crate::testing::{Play, config};
use desk_core::config::{Config, IncidentWhen};
use desk_core::name::{AgentId, ChatId};
use desk_core::{Actor, Command, IntentKind, Stamp};
use desk_wire::view::{AgentView, IncidentState, Status, WhyNot};

fn views(play: &Play) -> Views<'_> {
    Views::new(play.state(), play.now, &play.links)
}

fn agent(play: &Play, id: &str) -> AgentView {
    views(play).agent(&id.into()).unwrap()
}

fn with(change: impl FnOnce(&mut Config)) -> Play {
    let mut config = config();
    change(&mut config);
    Play::with(config)
}

fn ask(play: &mut Play, to: IntentKind) {
    let agent = AgentId::from("alice");
    let who = Actor::Agent(agent.clone());
    play.done(who, Command::AskStatus { agent, to, reason: None });
}

fn end(play: &mut Play, chat: ChatId) {
    let who = Actor::Agent("alice".into());
    play.done(who, Command::EndChat { chat, agent: Some("alice".into()) });
}

#[test]
fn a_deadline_in_desk_time_is_shown_as_wall_time() {
    let now = Stamp { desk_ms: 10_000, wall_ms: 1_000_000 };
    assert_eq!((wall(now, 12_500), wall(now, 9_000)), (1_002_500, 999_000));
    assert_eq!(wall(now, u64::MAX), i64::MAX, "what never comes does not wrap around");
}

#[test]
fn a_stopped_clock_of_the_wall_moves_no_deadline_of_the_desk() {
    let mut play = Play::new();
    play.ready("alice");
    let chat = play.chat(1, "help");
    let offer = |play: &Play| {
        let id = AgentId::from("alice");
        views(play).offer(&play.state().chats[&chat], &id).unwrap()
    };
    let before = offer(&play);
    play.now.wall_ms += 3_600_000;
    let after = offer(&play);
    assert_eq!((before.remaining_ms, after.remaining_ms), (600_000, 600_000));
    assert_eq!(after.deadline, before.deadline + 3_600_000);
}

#[test]
fn a_status_is_shown_since_it_is_what_it_is() {
    let mut play = Play::new();
    play.ready("alice");
    let ready = play.now.wall_ms;
    play.pass(5_000);
    assert_eq!(agent(&play, "alice").since, ready);
    let chat = play.chat(1, "help");
    play.pass(1_000);
    play.accept("alice", chat);
    let accepted = play.now.wall_ms;
    play.pass(9_000);
    let busy = agent(&play, "alice");
    assert_eq!((busy.status, busy.since), (Status::Busy, accepted));
    end(&mut play, chat);
    let ended = play.now.wall_ms;
    play.pass(600_000);
    let stays = agent(&play, "alice");
    assert_eq!((stays.status, stays.since), (Status::PostProcessing, ended));
    assert_eq!((stays.cause.as_str(), stays.by.as_str()), ("chat_ended", "agent:alice"));
    let who = Actor::Agent("alice".into());
    let (agent_id, codes) = (AgentId::from("alice"), vec!["spam".into()]);
    play.done(who.clone(), Command::SetCodes { agent: agent_id.clone(), chat, codes });
    play.done(who, Command::WrapUp { agent: agent_id, chat });
    let free = agent(&play, "alice");
    assert_eq!((free.status, free.since), (Status::Available, play.now.wall_ms));
}

#[test]
fn a_wrap_up_that_outlasts_its_timer_says_why() {
    let mut play = Play::new();
    play.ready("alice");
    let chat = play.chat(1, "help");
    play.accept("alice", chat);
    end(&mut play, chat);
    let shown = |play: &Play| views(play).wrapup(chat, &play.state().chats[&chat].segments[0]);
    assert_eq!((shown(&play).stays, shown(&play).timer.remaining_ms), (None, Some(600_000)));
    ask(&mut play, IntentKind::WorkOffline);
    let stopped = shown(&play);
    assert_eq!((stopped.timer.deadline, stopped.timer.remaining_ms), (None, Some(600_000)));
    ask(&mut play, IntentKind::Available);
    play.pass(600_000);
    let stays = shown(&play);
    assert_eq!((stays.stays.as_deref(), stays.timer.remaining_ms), (Some("code_missing"), None));
}

#[test]
fn an_available_agent_who_gets_no_offers_is_told_why() {
    let why = |play: &mut Play| {
        play.ready("alice");
        agent(play, "alice").no_offers
    };
    assert_eq!(why(&mut Play::new()), None, "no chat waits: nothing stands in the way");
    let told = |play: &mut Play| why(play).map(|why| (why.reason, why.text));
    let mut none = with(|c| c.agents.get_mut(&"alice".into()).unwrap().queues.clear());
    assert_eq!(told(&mut none), Some((WhyNot::NotMember, "serves no queue".to_owned())));
    let mut heavy = with(|c| c.queues.get_mut(&"help".into()).unwrap().weight = 5);
    let (reason, text) = told(&mut heavy).unwrap();
    assert!(reason == WhyNot::Full && text.contains("capacity of 2"), "{text}");
    let mut skilled = with(|c| {
        c.queues
            .get_mut(&"help".into())
            .unwrap()
            .skills
            .insert(desk_core::name::Skill::from("de"), 1);
    });
    let (reason, text) = told(&mut skilled).unwrap();
    assert!(reason == WhyNot::Unskilled && text.contains("skills"), "{text}");
    let mut drained = Play::new();
    let drain = Command::DrainAgent { agent: "alice".into(), on: true };
    drained.done(Actor::Admin("test".into()), drain);
    assert_eq!(told(&mut drained).map(|(reason, _)| reason), Some(WhyNot::Drained));
}

#[test]
fn an_agent_whose_queues_are_all_closed_is_told_when_one_opens() {
    let mut play = Play::new();
    play.ready("alice");
    let opens = play.now.wall_ms + 3_600_000;
    let close =
        Command::ForceHours { queue: "help".into(), open: Some(false), until_ms: Some(opens) };
    play.done(Actor::Admin("test".into()), close);
    let why = agent(&play, "alice").no_offers.unwrap();
    assert_eq!((why.reason, why.until), (WhyNot::Closed, Some(opens)));
    assert_eq!(why.text, "no queue takes new chats: help");
}

#[test]
fn an_agent_who_missed_what_waits_is_told_when_they_are_asked_again() {
    let mut play = Play::new();
    play.ready("alice");
    let chat = play.chat(1, "help");
    let reject = |chat| Command::Reject { agent: "alice".into(), chat, offer: None, reason: None };
    play.done(Actor::Agent("alice".into()), reject(chat));
    ask(&mut play, IntentKind::Available);
    let why = agent(&play, "alice").no_offers;
    let why = why.unwrap();
    assert_eq!((why.reason, why.until), (WhyNot::CoolingDown, Some(play.now.wall_ms + 30_000)));
    assert_eq!(why.text, "missed the chats that wait; asked again in 30 s at the latest");
}

#[test]
fn a_chat_shows_whether_an_incident_is_to_come() {
    let mut play = Play::new();
    let chat = play.chat(1, "help");
    let state = |play: &Play| views(play).incident(chat).state;
    assert_eq!(state(&play), IncidentState::None, "nobody has had it");
    play.ready("alice");
    play.accept("alice", chat);
    assert_eq!(state(&play), IncidentState::Pending);
    end(&mut play, chat);
    let pending = views(&play).incident_with_steps(chat);
    assert_eq!((pending.state, pending.steps.len()), (IncidentState::Pending, 1));
    assert_eq!((pending.steps[0].phase.as_str(), pending.steps[0].attempts), ("due", 0));

    let mut late =
        with(|c| c.queues.get_mut(&"help".into()).unwrap().incident = IncidentWhen::AtWrapup);
    late.ready("alice");
    late.chat(1, "help");
    late.accept("alice", chat);
    end(&mut late, chat);
    let view = views(&late).incident(chat);
    assert_eq!(view.state, IncidentState::Pending);
    assert_eq!(view.reason.as_deref(), Some("made once everything is wrapped up"));
}

#[test]
fn a_queue_counts_its_chats_and_who_can_take() {
    let mut play = Play::new();
    play.ready("alice");
    for n in 1..=3 {
        play.chat(n, "help");
    }
    play.accept("alice", ChatId(uuid::Uuid::from_u128(1)));
    play.pass(2_000);
    let view = views(&play).queue(&"help".into()).unwrap();
    assert_eq!((view.waiting, view.offered, view.active), (1, 1, 1));
    assert_eq!((view.members, view.available), (2, 0));
    assert_eq!(view.longest_wait_ms, Some(2_000));
    let alice = &view.agents[0];
    assert_eq!((alice.agent.as_str(), alice.level, alice.can_take), ("alice", 50, false));
    let counts = views(&play).chat_counts();
    assert_eq!((counts.open, counts.waiting, counts.wrapping_up), (3, 1, 0));
}

#[test]
fn what_a_reload_removed_is_shown_as_retired() {
    let mut play = Play::new();
    play.ready("alice");
    let chat = play.chat(1, "help");
    play.accept("alice", chat);
    let mut without = config();
    without.agents.remove(&"alice".into());
    let (config, hash) = (Box::new(without), "b".repeat(64).into());
    play.done(Actor::Daemon, Command::SetConfig { config, hash });
    assert_eq!(views(&play).retired(), ["agent alice"]);
    let alice = agent(&play, "alice");
    assert!(alice.retired);
    assert_eq!((alice.name.as_str(), alice.cause.as_str()), ("Alice Archer", "offer_accepted"));
    assert_eq!(alice.next, Some(Status::LoggedOut));
}

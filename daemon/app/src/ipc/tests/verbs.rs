//! Every verb, end to end.

use super::client::Client;
use super::house::{House, user};
use desk_core::name::ChatId;
use desk_core::{Actor, Command};
use desk_wire::view::{
    ChatState, HowEnded, IncidentState, Intent, MatchState, PopSubject, SegmentState, Sender,
    Status,
};
use desk_wire::{Call, Notice, PopResult, Reply, Role, Visibility};

fn agent(reply: Reply) -> desk_wire::view::AgentView {
    match reply {
        Reply::Agent(agent) => agent,
        other => panic!("expected an agent, got {other:?}"),
    }
}

fn chat(reply: Reply) -> desk_wire::view::ChatView {
    match reply {
        Reply::Chat(chat) => chat,
        other => panic!("expected a chat, got {other:?}"),
    }
}

fn wrapup(reply: Reply) -> desk_wire::view::WrapupView {
    match reply {
        Reply::Wrapup(wrapup) => wrapup,
        other => panic!("expected a wrap-up, got {other:?}"),
    }
}

fn available() -> Call {
    Call::StatusSet { to: Intent::Available, reason: None }
}

/// Alice, at work and ready.
async fn alice(house: &House) -> Client {
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::Login {}).await;
    alice.ask(available()).await;
    alice
}

/// A chat that alice has accepted.
async fn accepted(house: &House, alice: &mut Client) -> ChatId {
    let id = house.chat("help").await;
    offered(house, alice).await;
    alice.ask(Call::OfferAccept { offer: None }).await;
    id
}

/// Waits until alice is offered something.
async fn offered(house: &House, alice: &mut Client) -> desk_wire::view::OfferView {
    // Follow-ups are decided right after their command, before anything that is asked later.
    let _ = house;
    match alice.ask(Call::OfferShow {}).await {
        Reply::Offer(Some(offer)) => offer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_whole_procedure_goes_through_the_socket() {
    let house = House::open().await;
    let mut alice = house.client("agent:alice").await;
    let at_first = agent(alice.ask(Call::Login {}).await);
    assert_eq!((at_first.status, at_first.cause.as_str()), (Status::OnBreak, "login"));
    assert_eq!(at_first.by, "agent:alice");
    let ready = agent(alice.ask(available()).await);
    assert_eq!((ready.status, ready.status_number), (Status::Available, 4));
    assert_eq!((ready.queues, ready.no_offers), (vec!["help".to_owned()], None));

    let id = house.chat("help").await;
    let offer = offered(&house, &mut alice).await;
    assert_eq!((offer.chat.clone(), offer.queue.as_str()), (id.to_string(), "help"));
    assert_eq!(offer.customer.email.as_deref(), Some("dana@example.com"));
    assert!(offer.remaining_ms <= 600_000 && offer.remaining_ms > 590_000);
    let shown = agent(alice.ask(Call::StatusShow {}).await);
    assert_eq!((shown.status, shown.next), (Status::Offered, Some(Status::Available)));
    assert_eq!(shown.offer.map(|offer| offer.chat), Some(id.to_string()));

    let taken = chat(alice.ask(Call::OfferAccept { offer: Some(offer.offer) }).await);
    assert_eq!((taken.state, taken.agent.as_deref()), (ChatState::Active, Some("alice")));
    assert_eq!(taken.incident.state, IncidentState::Pending);

    house.hear(id, "My screen is black").await;
    let said = alice
        .ask(Call::ChatSay { chat: None, text: "Hello".into(), visibility: Visibility::All })
        .await;
    let Reply::Message(said) = said else { panic!("{said:?}") };
    assert_eq!((said.n, said.from, said.text.as_deref()), (2, Sender::Agent, Some("Hello")));
    let shown = chat(alice.ask(Call::ChatShow { chat: None, from: None }).await);
    assert_eq!((shown.message_count, shown.messages.len()), (2, 2));
    assert_eq!(shown.messages[0].name.as_deref(), Some("Dana"));
    assert_eq!(shown.fields["plan"], "gold");
    let Reply::Chats(list) = alice.ask(Call::ChatList { queue: None, state: None }).await else {
        panic!("no list")
    };
    assert_eq!(list.len(), 1);
    assert!(list[0].messages.is_empty());

    let ended = chat(alice.ask(Call::ChatEnd { chat: None }).await);
    assert_eq!((ended.state, ended.how_ended), (ChatState::Ended, Some(HowEnded::Agent)));
    let again = chat(alice.ask(Call::ChatEnd { chat: Some(id.to_string()) }).await);
    assert_eq!(again.how_ended, Some(HowEnded::Agent));
    let shown = agent(alice.ask(Call::StatusShow {}).await);
    assert_eq!((shown.status, shown.cause.as_str()), (Status::PostProcessing, "chat_ended"));

    let show = wrapup(alice.ask(Call::WrapupShow { chat: None }).await);
    assert_eq!((show.state, show.mandatory), (SegmentState::PostProcessing, true));
    assert!(show.timer.remaining_ms.is_some_and(|left| left > 590_000));
    assert_eq!(show.allowed[0].label, "SOLVED");
    let missing = alice.try_ask(Call::WrapupDone { chat: None }).await.unwrap_err();
    assert_eq!(
        (missing.code.as_str(), missing.choices),
        ("code_missing", vec!["solved".to_owned(), "spam".to_owned()])
    );
    let codes = vec!["solved".to_owned()];
    wrapup(alice.ask(Call::WrapupCode { chat: None, codes: codes.clone() }).await);
    let noted = alice.ask(Call::WrapupNote { chat: None, text: "a cable".into() }).await;
    assert_eq!(wrapup(noted).note.as_deref(), Some("a cable"));
    let done = wrapup(alice.ask(Call::WrapupDone { chat: None }).await);
    assert_eq!((done.state, done.codes), (SegmentState::WrappedUp, codes));
    assert!(!house.see(move |state| state.chats.contains_key(&id)).await, "it left memory");
    let shown = agent(alice.ask(Call::StatusShow {}).await);
    assert_eq!(shown.status, Status::Available);
    let again = wrapup(alice.ask(Call::WrapupDone { chat: Some(id.to_string()) }).await);
    assert_eq!(again.state, SegmentState::WrappedUp);
}

#[tokio::test]
async fn a_closed_chat_stays_readable_and_is_told_from_an_unknown_one() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    let named = Some(id.to_string());
    house.hear(id, "Hi").await;
    alice.ask(Call::WrapupCode { chat: None, codes: vec!["spam".into()] }).await;
    alice.ask(Call::WrapupDone { chat: None }).await;

    let shown = chat(alice.ask(Call::ChatShow { chat: named.clone(), from: None }).await);
    assert_eq!((shown.state, shown.messages.len()), (ChatState::Ended, 1));
    assert_eq!(shown.segments[0].codes, ["spam"]);
    let say = |chat| Call::ChatSay { chat, text: "x".into(), visibility: Visibility::All };
    assert_eq!(alice.refused(say(named.clone())).await, "chat_ended");
    let note = Call::WrapupNote { chat: named.clone(), text: "late".into() };
    assert_eq!(alice.refused(note).await, "closed");
    let choose = Call::MatchChoose { chat: named.clone(), candidate: "1".into() };
    assert_eq!(alice.refused(choose).await, "closed");
    let other = Some(uuid::Uuid::from_u128(5).to_string());
    assert_eq!(alice.refused(say(other.clone())).await, "unknown_chat");
    let show = Call::ChatShow { chat: other, from: None };
    assert_eq!(alice.refused(show).await, "unknown_chat");
    let mut admin = house.client("role:admin").await;
    let chat = id.to_string();
    assert_eq!(admin.refused(Call::ChatRequeue { chat: chat.clone() }).await, "chat_ended");
    let ended = self::chat(admin.ask(Call::ChatForceEnd { chat }).await);
    assert_eq!(ended.how_ended, Some(HowEnded::Agent));
    let mut bob = house.client("agent:bob").await;
    assert_eq!(bob.refused(Call::ChatShow { chat: named, from: None }).await, "not_yours");
}

#[tokio::test]
async fn history_is_found_by_id_address_and_time_and_comes_in_pages() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let closed = accepted(&house, &mut alice).await;
    house.hear(closed, "first").await;
    alice.ask(Call::WrapupCode { chat: None, codes: vec!["solved".into()] }).await;
    alice.ask(Call::WrapupDone { chat: None }).await;
    alice.ask(Call::StatusSet { to: Intent::OnBreak, reason: None }).await;
    for n in 0..4 {
        house.chat_of(ChatId(uuid::Uuid::from_u128(n)), "help", "eve@example.com").await;
    }
    let mut admin = house.client("role:admin").await;
    let history = |email: Option<&str>, limit, next| Call::ChatHistory {
        chat: None,
        email: email.map(Into::into),
        since: None,
        until: None,
        limit,
        next,
    };
    let mut page = async |call| match admin.ask(call).await {
        Reply::History(page) => page,
        other => panic!("{other:?}"),
    };
    let mine = page(history(Some(" DANA@example.com"), None, None)).await;
    assert_eq!((mine.chats.len(), mine.next), (1, None));
    assert_eq!(mine.chats[0].chat, closed.to_string());
    assert_eq!((mine.chats[0].message_count, mine.chats[0].messages.len()), (1, 0));

    let first = page(history(None, Some(2), None)).await;
    let second = page(history(None, Some(2), first.next.clone())).await;
    let third = page(history(None, Some(2), second.next.clone())).await;
    let pages = [first, second, third];
    let ids: Vec<_> = pages.iter().flat_map(|page| &page.chats).map(|c| c.chat.clone()).collect();
    let mut expected: Vec<_> = (0..4).rev().map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    expected.push(closed.to_string());
    assert_eq!(ids, expected, "newest first, nothing twice, nothing left out");
    assert_eq!(pages[2].next, None);

    let late = Call::ChatHistory {
        chat: None,
        email: None,
        since: Some(i64::MAX),
        until: None,
        limit: None,
        next: None,
    };
    assert!(page(late).await.chats.is_empty());
    let early = Call::ChatHistory {
        chat: None,
        email: None,
        since: None,
        until: Some(0),
        limit: None,
        next: None,
    };
    assert!(page(early).await.chats.is_empty());
    let one = Call::ChatHistory {
        chat: Some(closed.to_string()),
        email: None,
        since: None,
        until: None,
        limit: None,
        next: None,
    };
    let one = page(one).await;
    assert_eq!(one.chats[0].messages[0].text.as_deref(), Some("first"));
    let Err(wrong) = admin.try_ask(history(None, None, Some("x".into()))).await else {
        panic!("taken")
    };
    assert_eq!((wrong.code.as_str(), wrong.field.as_deref()), ("wrong_type", Some("with.next")));
}

#[tokio::test]
async fn status_verbs_do_what_the_table_of_agents_says() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    assert_eq!(alice.refused(Call::StatusStopNew { reason: None }).await, "not_busy");
    let to = Intent::LoggedOut;
    assert_eq!(alice.refused(Call::StatusSet { to, reason: None }).await, "wrong_type");
    accepted(&house, &mut alice).await;
    let stopped = agent(alice.ask(Call::StatusStopNew { reason: None }).await);
    assert_eq!((stopped.status, stopped.sub_status.as_deref()), (Status::Busy, Some("stopnew")));
    assert_eq!(
        (stopped.next, stopped.cause.as_str()),
        (Some(Status::WorkOffline), "offer_accepted")
    );
    let resumed = agent(alice.ask(Call::StatusResume {}).await);
    assert_eq!((resumed.sub_status, resumed.intent), (None, Intent::Available));
    let reason = Some("paperwork".to_owned());
    let stopped = agent(alice.ask(Call::StatusStopNew { reason }).await);
    assert_eq!(
        (stopped.intent, stopped.reason.as_deref()),
        (Intent::WorkOffline, Some("paperwork"))
    );
    assert_eq!(alice.refused(Call::Logout { after: false }).await, "open_chats");
    let later = agent(alice.ask(Call::Logout { after: true }).await);
    assert_eq!((later.status, later.next), (Status::Busy, Some(Status::LoggedOut)));
}

#[tokio::test]
async fn a_rejected_offer_puts_the_agent_on_break_and_is_shown() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = house.chat("help").await;
    let offer = offered(&house, &mut alice).await;
    let other = Some(uuid::Uuid::from_u128(1).to_string());
    assert_eq!(alice.refused(Call::OfferAccept { offer: other }).await, "offer_gone");
    let reject = Call::OfferReject { offer: Some(offer.offer.clone()), reason: None };
    let after = agent(alice.ask(reject).await);
    assert_eq!((after.status, after.cause.as_str()), (Status::OnBreak, "offer_rejected"));
    let missed = after.last_missed.expect("what was missed is shown");
    assert_eq!((missed.offer, missed.chat), (offer.offer, id.to_string()));
    assert_eq!(alice.refused(Call::OfferAccept { offer: None }).await, "offer_gone");
    let ready = agent(alice.ask(available()).await);
    assert!(ready.no_offers.is_some_and(|why| why.contains("missed")), "it says why");
}

#[tokio::test]
async fn candidates_are_listed_searched_for_and_chosen() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    let Reply::Match(pending) = alice.ask(Call::MatchList { chat: None }).await else {
        panic!("no match")
    };
    assert_eq!(pending.state, MatchState::Pending);
    house.found(id, &["Dana One", "Dana Two"]).await;
    let Reply::Match(many) = alice.ask(Call::MatchList { chat: None }).await else {
        panic!("no match")
    };
    assert_eq!((many.state, many.candidates.len()), (MatchState::Many, 2));
    assert!(many.candidates[0].url.as_deref().is_some_and(|url| url.contains("sys_user.do")));
    let second = many.candidates[1].sys_id.clone();
    let choose = Call::MatchChoose { chat: None, candidate: "2".into() };
    let Reply::Match(chosen) = alice.ask(choose).await else { panic!("no match") };
    assert_eq!(chosen.chosen, Some(second));
    let none = Call::MatchChoose { chat: None, candidate: "9".into() };
    assert_eq!(alice.refused(none).await, "unknown_candidate");
    let search = Call::MatchSearch { chat: None, words: "dana".into() };
    let Reply::Match(searching) = alice.ask(search).await else { panic!("no match") };
    assert_eq!(searching.state, MatchState::Pending);
}

#[tokio::test]
async fn a_pop_is_claimed_once_and_reported() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let mut other = house.client("agent:alice").await;
    for client in [&mut alice, &mut other] {
        client.watch(None).await;
    }
    let id = accepted(&house, &mut alice).await;
    house.found(id, &["Dana"]).await;
    let wanted = |notice: &Notice| match notice {
        Notice::PopWanted(pop) => Some(pop.clone()),
        _ => None,
    };
    let (pop, same) = (alice.until(wanted).await, other.until(wanted).await);
    assert_eq!((&pop, pop.what), (&same, PopSubject::Record));
    let claim = || Call::PopClaim { pop: pop.pop.clone() };
    let (first, second) = tokio::join!(alice.try_ask(claim()), other.try_ask(claim()));
    let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(won.unwrap(), Reply::Pop(pop.clone()));
    assert_eq!(lost.unwrap_err().code, "pop_claimed");
    let report = || Call::PopReport { pop: pop.pop.clone(), result: PopResult::Opened };
    alice.ask(report()).await;
    assert_eq!(alice.refused(report()).await, "pop_gone");
    let mut bob = house.client("agent:bob").await;
    assert_eq!(bob.refused(claim()).await, "pop_gone");
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
    let out = agent(admin.ask(Call::AgentLogout { agent: "alice".into() }).await);
    assert_eq!((out.status, out.cause.as_str()), (Status::LoggedOut, "forced"));
    assert_eq!(out.by, "role:admin");
    let shown = agent(admin.ask(Call::AgentShow { agent: "alice".into() }).await);
    assert_eq!(shown.name, "Alice Archer");
    let Reply::Agents(agents) = admin.ask(Call::AgentList {}).await else { panic!("no list") };
    assert_eq!(agents.len(), 2);
}

#[tokio::test]
async fn an_abandoned_chat_is_listed_until_it_is_acknowledged() {
    let house = House::open().await;
    let mut bob = house.client("agent:bob").await;
    let id = house.chat("sales").await;
    house.done(Actor::Customer(id), Command::LeaveChat { chat: id }).await;
    let ended = || Call::ChatList { queue: None, state: Some(ChatState::Ended) };
    let Reply::Chats(list) = bob.ask(ended()).await else { panic!("no list") };
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].how_ended, list[0].unacknowledged), (Some(HowEnded::Abandoned), true));
    let mut alice = house.client("agent:alice").await;
    let named = Call::ChatAck { chat: Some(id.to_string()) };
    assert_eq!(alice.refused(named).await, "not_allowed", "she does not serve that queue");
    let Reply::Done(done) = bob.ask(Call::ChatAck { chat: None }).await else { panic!("no") };
    assert_eq!(done.chat, Some(id.to_string()));
    let Reply::Chats(list) = bob.ask(ended()).await else { panic!("no list") };
    assert!(list.is_empty());
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
    let Reply::Outbox(steps) = admin.ask(Call::OutboxList {}).await else { panic!("none") };
    assert_eq!((steps.len(), steps[0].phase.as_str()), (1, "due"));
    let step = steps[0].step.clone();
    assert_eq!(step, format!("{id}.create"));
    let show = Call::OutboxShow { step: step.clone() };
    let Reply::OutboxItem(shown) = admin.ask(show).await else { panic!("none") };
    assert_eq!(shown, steps[0]);
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
    assert!(matches!(admin.ask(Call::DaemonStop {}).await, Reply::Done(_)));
    // The stop begins once the answer is on its way; the next answer comes after it.
    admin.ask(Call::Whoami {}).await;
    assert!(house.site.stopped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn whoami_says_who_the_socket_sees() {
    let house = House::open().await;
    let mut client = Client::connect(&house.socket, None).await;
    let Reply::Whoami(you) = client.ask(Call::Whoami {}).await else { panic!("none") };
    assert_eq!(you.uid, Some(nix::unistd::geteuid().as_raw()));
    assert_eq!(you.agents, ["alice", "bob"]);
    assert_eq!(client.welcome.as_ref().map(|welcome| welcome.you.clone()), Some(you));
}

#[tokio::test]
async fn a_repeat_by_its_id_gets_the_first_answer_and_does_nothing() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = house.chat("help").await;
    let accept = || Call::OfferAccept { offer: None };
    let first = chat(alice.try_ask_as(Some("c1"), accept()).await.unwrap());
    let again = chat(alice.try_ask_as(Some("c1"), accept()).await.unwrap());
    assert_eq!((first.chat, again.chat), (id.to_string(), id.to_string()));
    let say = || Call::ChatSay { chat: None, text: "once".into(), visibility: Visibility::All };
    let first = alice.try_ask_as(Some("c2"), say()).await.unwrap();
    let again = alice.try_ask_as(Some("c2"), say()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(house.see(move |state| state.chats[&id].messages).await, 1);
    let end = || Call::ChatEnd { chat: None };
    chat(alice.try_ask_as(Some("c3"), end()).await.unwrap());
    let Reply::Done(_) = alice.try_ask_as(Some("c3"), end()).await.unwrap() else {
        panic!("the chat was left out, so a repeat cannot name it")
    };
    let mut bob = house.client("agent:bob").await;
    let refused = bob.try_ask_as(Some("c2"), say()).await.unwrap_err();
    assert_eq!(refused.code, "which_chat", "another actor's id is another id");
}

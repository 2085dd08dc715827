//! The procedure, and what agents do for themselves.

use super::client::Client;
use super::helpers::{accepted, agent, alice, available, chat, offered, wrapup};
use super::house::House;
use desk_wire::view::{ChatState, HowEnded, IncidentState, Intent, SegmentState, Sender, Status};
use desk_wire::{Call, Reply, Visibility};

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
    assert!(ready.no_offers.is_some_and(|why| why.text.contains("missed")), "it says why");
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

#[tokio::test]
async fn what_happened_in_the_queues_is_counted_for_who_looks_after_them() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    accepted(&house, &mut alice).await;
    let mut admin = house.client("role:admin").await;
    for _ in 0..2 {
        let Reply::Figures(figures) = admin.ask(Call::QueueFigures { since: None }).await else {
            panic!("no figures")
        };
        let help = figures.queues.iter().find(|queue| queue.queue == "help").expect("its queue");
        assert_eq!((help.came, help.offers.accepted, help.handled.count), (1, 1, 0));
        assert!(figures.since < figures.until);
    }
    assert_eq!(alice.refused(Call::QueueFigures { since: None }).await, "not_allowed");
}

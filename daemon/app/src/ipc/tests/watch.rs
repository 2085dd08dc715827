//! Streams: without a gap, without doubling, bounded.

use super::house::{House, record, user};
use crate::access::Acting;
use crate::ipc::who::Who;
use crate::ipc::{Clients, Site, outgoing, stream};
use desk_core::name::ChatId;
use desk_core::{Event, Presence};
use desk_wire::view::{ChatState, Intent};
use desk_wire::{Announcement, Call, Cursor, Notice, NoticeLine, Reply, Role, ServerLine};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The texts that a line of notices tells.
fn texts(line: &NoticeLine) -> Vec<String> {
    let text = |notice: &Notice| match notice {
        Notice::Message { message, .. } => message.text.clone(),
        _ => None,
    };
    line.notices.iter().filter_map(text).collect()
}

/// Alice has a chat.
async fn talking(house: &House) -> ChatId {
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::Login {}).await;
    alice.ask(Call::StatusSet { to: Intent::Available, reason: None }).await;
    let chat = house.chat("help").await;
    alice.ask(Call::OfferAccept { offer: None }).await;
    chat
}

#[tokio::test]
async fn a_client_that_resumes_sees_each_message_once() {
    let house = House::open().await;
    let chat = talking(&house).await;
    let mut client = house.client("agent:alice").await;
    let mut cursor = client.watch(None).await;
    let (mut seen, mut next) = (Vec::new(), 0);
    // Each round: some are said while the client is there, some while it is gone, and the
    // customer goes on talking while it comes back.
    for round in 0..5 {
        for _ in 0..3 {
            house.hear(chat, &format!("m{next}")).await;
            next += 1;
        }
        let stop_after = next - (round % 2);
        while seen.len() < stop_after {
            let line = client.notices().await.expect("the stream goes on");
            seen.extend(texts(&line));
            cursor = line.cursor;
        }
        drop(client);
        for _ in 0..4 {
            house.hear(chat, &format!("m{next}")).await;
            next += 1;
        }
        client = house.client("agent:alice").await;
        let talk = async {
            for n in next..next + 5 {
                house.hear(chat, &format!("m{n}")).await;
            }
        };
        let (resumed, ()) = tokio::join!(client.watch(Some(cursor)), talk);
        assert_eq!(resumed, cursor);
        next += 5;
    }
    while seen.len() < next {
        seen.extend(texts(&client.notices().await.expect("the stream goes on")));
    }
    let expected: Vec<String> = (0..next).map(|n| format!("m{n}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_cursor_that_the_journal_does_not_hold_is_answered_resync() {
    let house = House::open().await;
    let here = house.client("role:admin").await.watch(None).await;
    let beyond = Cursor { seq: here.seq + 1, ..here };
    let other = Cursor { epoch: here.epoch + 1, ..here };
    let mut client = house.client("role:admin").await;
    for wrong in [beyond, other, Cursor { seq: 0, ..here }] {
        client = house.client("role:admin").await;
        let reply = client.ask(Call::Watch { from: Some(wrong) }).await;
        let Reply::Resync(subscription) = reply else { panic!("{wrong:?}: {reply:?}") };
        assert_eq!(subscription.cursor, here);
    }
    assert_eq!(client.refused(Call::Watch { from: None }).await, "already_watching");
    let chat = house.chat("sales").await.to_string();
    let opened = |notice: &Notice| match notice {
        Notice::ChatChanged { chat, state: ChatState::Waiting, .. } => Some(chat.clone()),
        _ => None,
    };
    assert_eq!(client.until(opened).await, chat, "notices follow either way");
}

#[tokio::test]
async fn what_a_client_missed_names_chats_that_have_left_memory() {
    let house = House::open().await;
    let mut admin = house.client("role:admin").await;
    let from = admin.watch(None).await;
    let chat = talking(&house).await;
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::WrapupCode { chat: None, codes: vec!["solved".into()] }).await;
    alice.ask(Call::WrapupDone { chat: None }).await;
    let mut live = Vec::new();
    let ended = |notices: &[Notice]| {
        notices.iter().any(|n| matches!(n, Notice::ChatChanged { state: ChatState::Ended, .. }))
    };
    while !live.last().is_some_and(|line: &NoticeLine| ended(&line.notices)) {
        live.push(admin.notices().await.expect("the stream goes on"));
    }
    let mut late = house.client("role:admin").await;
    late.watch(Some(from)).await;
    let kinds = |line: &NoticeLine| {
        let moved = line.notices.iter().filter(|n| !matches!(n, Notice::StatusChanged { .. }));
        moved.map(|n| serde_json::to_value(n).unwrap()["notice"].clone()).collect::<Vec<_>>()
    };
    let mut told = Vec::new();
    while told.last().is_none_or(|line: &NoticeLine| line.cursor < live.last().unwrap().cursor) {
        told.push(late.notices().await.expect("the stream goes on"));
    }
    let of = |lines: &[NoticeLine]| {
        let lines = lines.iter().map(|line| (line.cursor, kinds(line)));
        lines.filter(|(_, kinds)| !kinds.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(of(&told), of(&live));
    let queues: BTreeSet<_> = told
        .iter()
        .flat_map(|line| &line.notices)
        .filter_map(|notice| match notice {
            Notice::ChatChanged { chat: id, queue, .. } => {
                assert_eq!(*id, chat.to_string());
                Some(queue.as_str())
            }
            _ => None,
        })
        .collect();
    assert_eq!(queues, BTreeSet::from(["help"]));
}

#[tokio::test]
async fn a_stream_tells_each_role_what_concerns_it() {
    let house = House::with(|_, settings| {
        let roles = [Role::Agent, Role::Supervisor, Role::Admin, Role::Integrator];
        settings.users = vec![user(&["alice", "bob"], &roles, &["sales"])];
    })
    .await;
    let mut bob = house.client("agent:bob").await;
    let mut boss = house.client("role:supervisor").await;
    let mut admin = house.client("role:admin").await;
    for client in [&mut bob, &mut boss, &mut admin] {
        client.watch(None).await;
    }
    let chat = talking(&house).await;
    house.hear(chat, "for alice").await;
    let mut marker = house.client("role:admin").await;
    marker.ask(Call::DaemonDrain { on: true }).await;
    let drained = |line: &NoticeLine| {
        let is = |n: &Notice| matches!(n, Notice::Daemon { what: Announcement::Draining, .. });
        line.notices.iter().any(is)
    };
    let mut told = Vec::new();
    for client in [&mut bob, &mut boss, &mut admin] {
        let mut kinds = BTreeSet::new();
        loop {
            let line = client.notices().await.expect("the stream goes on");
            if drained(&line) {
                break;
            }
            let kind = |n: &Notice| serde_json::to_value(n).unwrap()["notice"].to_string();
            kinds.extend(line.notices.iter().map(kind));
        }
        told.push(kinds);
    }
    assert!(told[0].is_empty(), "another agent's chat: {:?}", told[0]);
    assert!(told[1].is_empty(), "a chat and an agent of another queue: {:?}", told[1]);
    assert!(told[2].contains("\"message\"") && told[2].contains("\"status_changed\""));
}

#[tokio::test]
async fn a_status_is_told_once_when_it_changes() {
    let house = House::open().await;
    let mut alice = house.client("agent:alice").await;
    alice.watch(None).await;
    let chat = talking(&house).await;
    house.hear(chat, "hello").await;
    let mut statuses = Vec::new();
    loop {
        let line = alice.notices().await.expect("the stream goes on");
        for notice in &line.notices {
            if let Notice::StatusChanged { status, cause, by, .. } = notice {
                statuses.push(format!("{status} {cause} {by}"));
            }
        }
        if !texts(&line).is_empty() {
            break;
        }
    }
    let expected = [
        "on_break login agent:alice",
        "available asked agent:alice",
        "offered offer_made follow_up",
        "busy offer_accepted agent:alice",
    ];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_others_are_not_held_up() {
    let house = House::with(|_, settings| settings.ipc.queue = 4).await;
    let chat = talking(&house).await;
    let mut slow = house.client("agent:alice").await;
    let cursor = slow.watch(None).await;
    let mut quick = house.client("agent:alice").await;
    quick.watch(None).await;
    let mut published = house.desk.subscribe();
    let text = "x".repeat(4_000);
    for _ in 0..200 {
        house.hear(chat, &text).await;
        let line = quick.notices().await.expect("it reads, so it stays");
        assert_eq!(texts(&line).len(), 1);
    }
    // Its presence ends with it.
    let one_left = |event: &Event| {
        let one = Presence::Streaming { streams: 1 };
        matches!(event, Event::PresenceSet { presence, .. } if *presence == one)
    };
    record(&mut published, one_left).await;
    let mut read = 0;
    while let Some(line) = slow.notices().await {
        read += texts(&line).len();
    }
    assert!(read < 200, "it was cut off before it had them all");
    let mut again = house.client("agent:alice").await;
    again.watch(Some(cursor)).await;
    let mut read = 0;
    while read < 200 {
        read += texts(&again.notices().await.expect("the stream goes on")).len();
    }
}

#[tokio::test]
async fn a_subscriber_that_fell_too_far_behind_is_told_to_start_anew() {
    let house = House::open().await;
    let chat = talking(&house).await;
    let (site, url) = (Arc::clone(&house.site) as Arc<dyn Site>, String::new());
    let (settings, shutdown) = (house.settings.subscribe(), house.shutdown.clone());
    let shared = Arc::new(Clients::new(settings, house.desk.clone(), site, url, shutdown));
    let root = Who::Account(0);
    let (_, follow) = stream::follow(&house.desk, root, Acting::Admin, None).await.unwrap();
    // More than a subscriber may be behind.
    let said = 4_200_u64;
    for _ in 0..said / 420 {
        futures_util::future::join_all((0..420).map(|_| house.hear(chat, "x"))).await;
    }
    let gone = CancellationToken::new();
    let (out, mut lines) = outgoing::queue(10_000, CancellationToken::new());
    let (_pong, pongs) = tokio::sync::watch::channel(0);
    let run = tokio::spawn(stream::run(shared, follow, out, pongs, gone.clone()));
    let mut next = async || {
        let line = lines.recv().await.expect("the stream goes on");
        let text = String::from_utf8(line).unwrap();
        match ServerLine::parse(text.trim()).unwrap() {
            ServerLine::Notice(line) => line,
            other => panic!("{other:?}"),
        }
    };
    let resync = next().await;
    assert_eq!(resync.notices, [Notice::Resync {}]);
    let mut seq = resync.cursor.seq;
    let last = house.see(|state| state.seq).await;
    while seq < last {
        let line = next().await;
        assert_eq!(line.cursor.seq, seq + 1, "without a gap from there on");
        seq = line.cursor.seq;
    }
    gone.cancel();
    run.await.unwrap();
}

#[tokio::test]
async fn a_subscriber_is_told_that_the_daemon_ends() {
    let mut house = House::open().await;
    let mut alice = house.client("agent:alice").await;
    alice.watch(None).await;
    house.shutdown.cancel();
    let stopping = |notice: &Notice| match notice {
        Notice::Daemon { what: Announcement::Stopping, text, .. } => Some(text.clone()),
        _ => None,
    };
    alice.until(stopping).await;
    assert!(alice.line().await.is_none(), "then the connection ends");
    house.served.take().unwrap().await.unwrap();
    assert!(!house.socket.exists(), "the socket's file goes");
}

#[tokio::test]
async fn who_comes_back_after_the_end_is_told_what_was_said_before_it() {
    let house = House::open().await;
    let chat = talking(&house).await;
    let mut alice = house.client("agent:alice").await;
    let from = alice.watch(None).await;
    drop(alice);
    house.hear(chat, "never mind").await;
    house.done(desk_core::Actor::Customer(chat), desk_core::Command::LeaveChat { chat }).await;
    let mut alice = house.client("agent:alice").await;
    alice.watch(Some(from)).await;
    let said = |notice: &Notice| match notice {
        Notice::Message { message, .. } => message.text.clone(),
        _ => None,
    };
    assert_eq!(alice.until(said).await, "never mind");
}

#[tokio::test]
async fn whoever_has_the_chat_sees_the_customer_type_and_shows_that_they_do() {
    let house = House::open().await;
    let chat = talking(&house).await;
    let mut alice = house.client("agent:alice").await;
    let mut bob = house.client("agent:bob").await;
    let from = alice.watch(None).await;
    bob.watch(None).await;
    house.desk.typing(chat, desk_core::Author::Customer).await.unwrap();
    house.hear(chat, "hello").await;
    let typed = alice.notices().await.expect("it is told");
    let [Notice::Typing { chat: of, name, until, .. }] = &typed.notices[..] else {
        panic!("{typed:?}")
    };
    assert_eq!((of, name.as_deref()), (&chat.to_string(), Some("Dana")));
    assert!((0..=6000).contains(&(until - typed.at)), "it ends by itself");
    let said = alice.notices().await.expect("it goes on");
    assert_eq!(texts(&said), ["hello"]);
    assert!(typed.cursor < said.cursor, "from its cursor the message comes again");

    // A client that resumes is told what was said, not who typed.
    let mut late = house.client("agent:alice").await;
    late.watch(Some(from)).await;
    let mut told = late.notices().await.expect("what was missed");
    while texts(&told).is_empty() {
        assert!(told.notices.iter().all(|n| !matches!(n, Notice::Typing { .. })), "{told:?}");
        told = late.notices().await.expect("what was missed");
    }
    assert_eq!(texts(&told), ["hello"]);

    // Its own client, and whoever looks after everything, see the agent type; the other agent nothing.
    let mut other = house.client("agent:alice").await;
    let reply = other.ask(Call::ChatTyping { chat: None }).await;
    assert!(matches!(reply, Reply::Done(done) if done.chat == Some(chat.to_string())));
    let typed = alice.notices().await.expect("it is told");
    assert!(
        matches!(&typed.notices[..], [Notice::Typing { name: Some(name), .. }] if name == "alice")
    );
    let named = Some(chat.to_string());
    assert_eq!(
        house.client("agent:bob").await.refused(Call::ChatTyping { chat: named.clone() }).await,
        "not_yours"
    );
    other.ask(Call::ChatEnd { chat: None }).await;
    assert_eq!(other.refused(Call::ChatTyping { chat: named.clone() }).await, "chat_ended");
    house.client("agent:bob").await.ask(Call::Login {}).await;
    let first = bob.notices().await.expect("it goes on");
    assert!(first.notices.iter().all(|n| !matches!(n, Notice::Typing { .. })), "{first:?}");
}

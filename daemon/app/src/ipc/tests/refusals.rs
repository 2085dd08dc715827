//! What is refused at this door, and how.

use super::client::Client;
use super::house::{House, user};
use desk_wire::view::Intent;
use desk_wire::{Call, Hello, Reply, Role, ServerLine, Visibility};

#[tokio::test]
async fn bytes_that_are_no_line_are_refused_and_the_connection_goes_on() {
    let house = House::open().await;
    let mut client = house.client("agent:alice").await;
    client.write(b"{\"id\": 1, \"verb\"\n").await;
    assert_eq!(client.rejected().await.code, "not_json");
    client.write(b"\xff\xfe\n").await;
    assert_eq!(client.rejected().await.code, "not_utf8");
    let mut long = vec![b'x'; desk_wire::MAX_FRAME + 2];
    long.push(b'\n');
    client.write(&long).await;
    assert_eq!(client.rejected().await.code, "too_long");
    client.write(b"{\"id\": 7, \"verb\": \"fly\"}\n").await;
    let Some(ServerLine::Answer(answer)) = client.line().await else { panic!("no answer") };
    let refused = Result::from(answer.outcome).unwrap_err();
    assert_eq!((answer.id, refused.code.as_str()), (7, "unknown_verb"));
    assert!(matches!(client.ask(Call::Whoami {}).await, Reply::Whoami(_)), "it goes on");
}

#[tokio::test]
async fn a_connection_begins_with_a_hello_of_this_version() {
    let house = House::open().await;
    let mut early = Client::raw(&house.socket).await;
    early.request(None, Call::Whoami {}).await;
    assert_eq!(early.rejected().await.code, "hello_first");
    assert!(early.line().await.is_none(), "it ends");
    let mut old = Client::raw(&house.socket).await;
    let hello = Hello { v: 99, client: "old".into() };
    old.send(&desk_wire::ClientLine::Hello(hello)).await;
    assert_eq!(old.rejected().await.code, "wrong_version");
    let mut twice = house.client("agent:alice").await;
    twice.hello().await;
    assert_eq!(twice.rejected().await.code, "hello_again");
}

#[tokio::test]
async fn a_client_that_says_no_hello_is_turned_away() {
    let house = House::with(|_, settings| settings.ipc.hello_secs = 1).await;
    let mut silent = Client::raw(&house.socket).await;
    assert_eq!(silent.rejected().await.code, "hello_late");
}

#[tokio::test]
async fn an_account_that_the_config_does_not_list_may_nothing() {
    let house = House::with(|_, settings| settings.users.clear()).await;
    let mut stranger = Client::raw(&house.socket).await;
    stranger.hello().await;
    assert_eq!(stranger.rejected().await.code, "not_allowed");
}

#[tokio::test]
async fn one_client_too_many_is_told_so() {
    let house = House::with(|_, settings| settings.ipc.connections = 1).await;
    let first = house.client("agent:alice").await;
    let mut second = Client::raw(&house.socket).await;
    assert_eq!(second.rejected().await.code, "too_many_connections");
    drop(first);
}

#[tokio::test]
async fn nobody_acts_as_others_or_beyond_their_role() {
    let house =
        House::with(|_, settings| settings.users = vec![user(&["alice"], &[Role::Agent], &[])])
            .await;
    let mut client = Client::connect(&house.socket, None).await;
    assert!(matches!(client.ask(Call::Login {}).await, Reply::Agent(_)), "the one agent is meant");
    assert_eq!(client.refused(Call::DaemonStop {}).await, "not_allowed");
    let mut bob = house.client("agent:bob").await;
    assert_eq!(bob.refused(Call::Login {}).await, "not_allowed");
    let mut admin = house.client("role:admin").await;
    assert_eq!(admin.refused(Call::DaemonStatus {}).await, "not_allowed");
}

#[tokio::test]
async fn an_agent_whom_the_desk_does_not_know_sees_a_refusal_and_no_empty_list() {
    let house =
        House::with(|_, settings| settings.users = vec![user(&["zed"], &[Role::Agent], &[])]).await;
    let mut zed = house.client("agent:zed").await;
    let all = [
        Call::StatusShow {},
        Call::ChatList { queue: None, state: None },
        Call::QueueList {},
        Call::ReplyList { queue: None },
        Call::IncidentList {},
        Call::MatchList { chat: None },
        Call::OfferAccept { offer: None },
    ];
    for call in all {
        let verb = call.verb();
        assert_eq!(zed.refused(call).await, "unknown_agent", "{verb}");
    }
}

#[tokio::test]
async fn what_is_meant_must_be_clear() {
    let house = House::open().await;
    let mut client = Client::connect(&house.socket, None).await;
    let refused = client.try_ask(Call::Login {}).await.unwrap_err();
    assert_eq!(refused.code, "which_actor");
    assert_eq!(refused.choices, ["agent:alice", "agent:bob"]);
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::Login {}).await;
    alice.ask(Call::StatusSet { to: Intent::Available, reason: None }).await;
    let say = || Call::ChatSay { chat: None, text: "x".into(), visibility: Visibility::All };
    assert_eq!(alice.refused(say()).await, "which_chat");
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(house.chat("help").await.to_string());
        alice.ask(Call::OfferAccept { offer: None }).await;
    }
    let refused = alice.try_ask(say()).await.unwrap_err();
    ids.sort();
    assert_eq!((refused.code.as_str(), refused.choices), ("which_chat", ids.clone()));
    let named =
        Call::ChatSay { chat: Some(ids[0].clone()), text: "x".into(), visibility: Visibility::All };
    assert!(matches!(alice.ask(named).await, Reply::Message(_)));
}

#[tokio::test]
async fn another_agents_chat_is_not_ones_own() {
    let house = House::open().await;
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::Login {}).await;
    alice.ask(Call::StatusSet { to: Intent::Available, reason: None }).await;
    let chat = Some(house.chat("help").await.to_string());
    alice.ask(Call::OfferAccept { offer: None }).await;
    let mut bob = house.client("agent:bob").await;
    let say = Call::ChatSay { chat: chat.clone(), text: "x".into(), visibility: Visibility::All };
    let all = [
        say,
        Call::ChatShow { chat: chat.clone(), from: None },
        Call::ChatEnd { chat: chat.clone() },
        Call::MatchList { chat: chat.clone() },
        Call::MatchSearch { chat: chat.clone(), words: "x".into() },
        Call::WrapupShow { chat: chat.clone() },
        Call::WrapupNote { chat: chat.clone(), text: "x".into() },
        Call::WrapupDone { chat: chat.clone() },
        Call::IncidentShow { chat },
    ];
    for call in all {
        let verb = call.verb();
        assert_eq!(bob.refused(call).await, "not_yours", "{verb}");
    }
}

#[tokio::test]
async fn requests_that_are_sent_ahead_are_answered_in_order() {
    let house = House::open().await;
    let mut alice = house.client("agent:alice").await;
    let mut ids = Vec::new();
    for _ in 0..100 {
        ids.push(alice.request(None, Call::StatusShow {}).await);
    }
    for id in ids {
        let Some(ServerLine::Answer(answer)) = alice.line().await else { panic!("no answer") };
        assert_eq!(answer.id, id);
    }
}

//! What the tests of verbs begin with, and answers taken apart.

use super::client::Client;
use super::house::House;
use desk_core::name::ChatId;
use desk_wire::view::Intent;
use desk_wire::{Call, Reply};

pub(super) fn agent(reply: Reply) -> desk_wire::view::AgentView {
    match reply {
        Reply::Agent(agent) => agent,
        other => panic!("expected an agent, got {other:?}"),
    }
}

pub(super) fn chat(reply: Reply) -> desk_wire::view::ChatView {
    match reply {
        Reply::Chat(chat) => chat,
        other => panic!("expected a chat, got {other:?}"),
    }
}

pub(super) fn wrapup(reply: Reply) -> desk_wire::view::WrapupView {
    match reply {
        Reply::Wrapup(wrapup) => wrapup,
        other => panic!("expected a wrap-up, got {other:?}"),
    }
}

pub(super) fn available() -> Call {
    Call::StatusSet { to: Intent::Available, reason: None }
}

/// Alice, at work and ready.
pub(super) async fn alice(house: &House) -> Client {
    let mut alice = house.client("agent:alice").await;
    alice.ask(Call::Login {}).await;
    alice.ask(available()).await;
    alice
}

/// A chat that alice has accepted.
pub(super) async fn accepted(house: &House, alice: &mut Client) -> ChatId {
    let id = house.chat("help").await;
    offered(house, alice).await;
    alice.ask(Call::OfferAccept { offer: None }).await;
    id
}

/// Waits until alice is offered something.
pub(super) async fn offered(house: &House, alice: &mut Client) -> desk_wire::view::OfferView {
    // Follow-ups are decided right after their command, before anything that is asked later.
    let _ = house;
    match alice.ask(Call::OfferShow {}).await {
        Reply::Offer(Some(offer)) => offer,
        other => panic!("{other:?}"),
    }
}

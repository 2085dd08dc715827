//! What is said in a chat.

use super::auth::Customer;
use super::body::{Asked, Typed};
use super::chats::{command_id, unexpected};
use super::problem::Fault;
use super::told::{Message, Names, agents, message, number};
use super::{Door, journal, names, status};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk_core::name::ChatId;
use desk_core::{Actor, Answer, Author, Command, Content, Event, Record, Refusal, Visibility};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most messages of one answer.
const MESSAGES_MAX: usize = 200;

/// What the customer says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Say {
    /// The client's own id of the message, 1 to 64 characters: a repeat is kept once.
    id: String,
    /// The text.
    text: String,
}

/// A message is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Said {
    /// Its number in the chat, from 1.
    n: u64,
}

/// Says something.
#[utoipa::path(post, path = "/v1/chats/{chat}/messages", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat.")), request_body = Say,
    responses(
        (status = 201, body = Said),
        (status = 401, body = super::Problem),
        (status = 409, body = super::Problem, description = "chat_ended, too_many_messages"),
        (status = 422, body = super::Problem, description = "empty, too_long, a field is wrong"),
        (status = 429, body = super::Problem, description = "too_fast"),
    ))]
pub(super) async fn say(
    State(door): State<Arc<Door>>,
    Customer { chat }: Customer,
    Typed(body): Typed<Say>,
) -> Result<(StatusCode, Json<Said>), Fault> {
    let id = command_id("id", &body.id)?;
    door.messages.take(&chat)?;
    let command = Command::PostMessage {
        chat,
        from: Author::Customer,
        visibility: Visibility::All,
        content: Content::Text { text: body.text },
    };
    match door.desk.command(Actor::Customer(chat), Some(id), command).await {
        Ok(Answer::MessageKept { n, internal, .. }) => {
            Ok((StatusCode::CREATED, Json(Said { n: n.saturating_sub(internal) })))
        }
        Ok(answer) => Err(unexpected(&answer)),
        Err(unanswered) => Err(status::explain(&door, chat, unanswered.into()).await),
    }
}

/// Tells the agent that the customer types, for a few seconds: to be repeated while they do. It is kept
/// nowhere.
#[utoipa::path(post, path = "/v1/chats/{chat}/typing", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat.")),
    responses(
        (status = 204, description = "Whoever has the chat is told."),
        (status = 401, body = super::Problem),
        (status = 409, body = super::Problem, description = "chat_ended"),
        (status = 429, body = super::Problem, description = "too_fast"),
    ))]
pub(super) async fn typing(
    State(door): State<Arc<Door>>,
    Customer { chat }: Customer,
) -> Result<StatusCode, Fault> {
    door.typing.take(&chat)?;
    match door.desk.typing(chat, Author::Customer).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(unanswered) => Err(status::explain(&door, chat, unanswered.into()).await),
    }
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only messages after the one with this number.
    #[serde(default)]
    after: u64,
}

/// Some messages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Messages {
    /// The messages, in order.
    messages: Vec<Message>,
    /// Whether there are more, after the last of these.
    more: bool,
}

/// Lists what was said, oldest first, at most 200 at a time.
#[utoipa::path(get, path = "/v1/chats/{chat}/messages", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat."), Which),
    responses((status = 200, body = Messages), (status = 401, body = super::Problem)))]
pub(super) async fn list(
    State(door): State<Arc<Door>>,
    Customer { chat }: Customer,
    Asked(which): Asked<Which>,
) -> Result<Json<Messages>, Fault> {
    let found = Found { known: false, records: Vec::new(), messages: 0 };
    let gather = move |found: &mut Found, record: &Record| {
        found.known = true;
        let mine = record.events.iter().filter(|event| is_wanted(event, chat, which.after));
        let count = mine.count();
        if count > 0 {
            found.messages += count;
            found.records.push(record.clone());
        }
        // One more than is shown says whether there are more.
        if found.messages > MESSAGES_MAX {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let found = journal::over(door.desk.readers(), chat, found, gather).await?;
    if !found.known {
        return Err(Refusal::UnknownChat(chat).into());
    }
    let mut known = Names::new();
    let speakers = found.records.iter().flat_map(|record| agents(record, chat));
    names::learn(&door.desk, &mut known, speakers).await?;
    let shown = found.records.iter().flat_map(|record| {
        let events = record.events.iter().filter(|event| is_wanted(event, chat, which.after));
        events.filter_map(|event| message(event, record.at.wall_ms, &known))
    });
    let messages = shown.take(MESSAGES_MAX).collect();
    Ok(Json(Messages { messages, more: found.messages > MESSAGES_MAX }))
}

struct Found {
    known: bool,
    records: Vec<Record>,
    messages: usize,
}

fn is_wanted(event: &Event, of: ChatId, after: u64) -> bool {
    event.chat() == Some(of) && number(event).is_some_and(|n| n > after)
}

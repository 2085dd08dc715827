//! Opening a chat, looking at it, ending it.

use super::auth::Customer as Known;
use super::body::Typed;
use super::person::Person;
use super::problem::Fault;
use super::remote::Remote;
use super::status::{self, ChatStatus};
use super::told::ChatState;
use super::{Door, journal};
use crate::clock::wall_ms;
use crate::codec::email_key;
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_core::config::Authority;
use desk_core::name::{ChatId, CommandId, QueueId, Skill, is_name};
use desk_core::{Actor, Answer, ChatOpened as Opened, Command, Event, NewChat, Record, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use utoipa::ToSchema;

/// Most characters of a client's own id.
pub(super) const ID_CHARS_MAX: usize = 64;
/// Most skills that a chat may ask for beyond its queue's.
const SKILLS_MAX: usize = 16;
/// The levels of a skill.
const LEVELS: std::ops::RangeInclusive<u8> = 1..=100;
/// As whom this door opens chats.
pub(super) const DOOR: &str = "http";

/// What a customer brings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenChat {
    /// The queue.
    queue: String,
    /// The customer's name: 1 to 200 characters.
    #[serde(default)]
    name: Option<String>,
    /// The customer's e-mail address, by which their record is found; may be empty.
    #[serde(default)]
    email: Option<String>,
    /// What a site signed of who its visitor is: a JWT. Its name, address and fields come before those
    /// given beside it, and the customer is verified.
    #[serde(default)]
    identity: Option<String>,
    /// What the pre-chat form held.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Skills needed beyond the queue's, with the least level of each: 1 to 100.
    #[serde(default)]
    skills: BTreeMap<String, u8>,
    /// The client's own id of this request, 1 to 64 characters, or the header `Idempotency-Key`:
    /// the same request with the same id gets the same chat again. Make it at random, because
    /// who repeats the whole request gets the chat's token.
    #[serde(default)]
    id: Option<String>,
}

/// A chat is open.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChatOpened {
    /// Its id.
    chat: String,
    /// What opens it to its customer, and nothing else: `Authorization: Bearer <token>`.
    token: String,
    /// Where it stands.
    state: ChatState,
}

/// Opens a chat.
#[utoipa::path(post, path = "/v1/chats", request_body = OpenChat, responses(
    (status = 201, body = ChatOpened),
    (status = 409, body = super::Problem, description = "turned_away, id_reused, queue_closed"),
    (status = 422, body = super::Problem, description = "a field is wrong, or unknown_queue"),
    (status = 429, body = super::Problem, description = "too_fast"),
    (status = 503, body = super::Problem, description = "turned_away, overloaded"),
))]
pub(super) async fn open(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    Typed(body): Typed<OpenChat>,
) -> Result<Response, Fault> {
    let id = idempotency_id(&headers, body.id.as_deref())?;
    let skills = skills(body.skills)?;
    let person = Person::of(&door, &body.queue, body.name, body.email, body.identity).await?;
    let new = new_chat(&door, &body.queue, person, body.fields, skills)?;
    door.take_opening(remote)?;
    let who = Actor::Integrator(DOOR.into());
    let command = Command::OpenChat(Box::new(new.clone()));
    let chat = match door.desk.command(who, id, command).await? {
        Answer::ChatOpened { chat } => chat,
        Answer::TurnedAway { why, message, opens_ms, form, .. } => {
            return Err(Fault::turned_away(why, message, opens_ms, form));
        }
        Answer::FormKept { .. } => return Err(Fault::IdReused),
        answer => return Err(unexpected(&answer)),
    };
    let state = if chat == new.chat {
        ChatState::Waiting
    } else {
        let digest = new.digest();
        same_request(&door, chat, move |opened| match &opened.asked_for {
            Some(asked) => asked.known() == Some(&digest),
            None => {
                opened.queue == new.queue
                    && opened.customer.known() == Some(&new.customer)
                    && opened.fields.known() == Some(&new.fields)
                    && opened.skills == new.skills
            }
        })
        .await?;
        status::look(&door, chat).await?.state
    };
    let location = format!("{}/v1/chats/{chat}", door.prefix());
    let token = door.desk.keys().chat_token(chat);
    let opened = ChatOpened { chat: chat.to_string(), token, state };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(opened)).into_response())
}

/// An answer that the command never has.
pub(super) fn unexpected(answer: &Answer) -> Fault {
    tracing::error!(?answer, "a command had an answer that is not its own");
    Refusal::Internal.into()
}

pub(super) fn wrong(field: &str, problem: impl Into<String>) -> Fault {
    Fault::WrongField { field: field.into(), problem: problem.into() }
}

/// The client's own id of a request, checked.
pub(super) fn command_id(field: &str, id: &str) -> Result<CommandId, Fault> {
    let chars = id.chars().count();
    if chars == 0 || chars > ID_CHARS_MAX || id.chars().any(char::is_control) {
        return Err(wrong(field, format!("it must have 1 to {ID_CHARS_MAX} characters")));
    }
    Ok(id.into())
}

pub(super) fn idempotency_id(
    headers: &HeaderMap,
    id: Option<&str>,
) -> Result<Option<CommandId>, Fault> {
    const NAME: &str = "idempotency-key";
    let header = headers.get(NAME).map(|value| value.to_str().unwrap_or_default());
    // The header is a quoted string by its draft, and bare in practice.
    let header = header.map(|text| text.trim().trim_matches('"'));
    match (header, id) {
        (Some(header), Some(id)) if header != id => {
            Err(wrong("id", "it differs from the header Idempotency-Key"))
        }
        (Some(header), _) => command_id(NAME, header).map(Some),
        (None, Some(id)) => command_id("id", id).map(Some),
        (None, None) => Ok(None),
    }
}

/// What a customer brings, checked: a queue, who they are, and what a form held.
pub(super) fn new_chat(
    door: &Door,
    queue: &str,
    person: Person,
    mut fields: BTreeMap<String, String>,
    skills: BTreeMap<Skill, u8>,
) -> Result<NewChat, Fault> {
    if !is_name(queue) {
        return Err(Refusal::UnknownQueue(shown(queue)).into());
    }
    fields.extend(person.fields);
    Ok(NewChat {
        chat: mint()?,
        queue: QueueId::from(queue),
        email_key: email_key(door.desk.keys(), &person.customer.email),
        customer: person.customer,
        fields,
        skills,
        foreign: None,
        authority: Authority::Local,
    })
}

/// What is no name is shown in part only.
fn shown(text: &str) -> QueueId {
    QueueId::from(text.chars().take(ID_CHARS_MAX).collect::<String>())
}

fn skills(given: BTreeMap<String, u8>) -> Result<BTreeMap<Skill, u8>, Fault> {
    if given.len() > SKILLS_MAX {
        return Err(wrong("skills", format!("at most {SKILLS_MAX}")));
    }
    if let Some((name, _)) =
        given.iter().find(|(name, level)| !is_name(name) || !LEVELS.contains(level))
    {
        return Err(wrong(&format!("skills.{name}"), "it must be a name with a level of 1 to 100"));
    }
    Ok(given.into_iter().map(|(name, level)| (Skill::from(name), level)).collect())
}

/// A fresh UUIDv7.
fn mint() -> Result<ChatId, Fault> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| {
        tracing::error!(%error, "no randomness for a chat's id");
        Fault::from(Refusal::Internal)
    })?;
    let millis = u64::try_from(wall_ms()).unwrap_or(0);
    Ok(ChatId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()))
}

/// A token is given again only to whoever repeats the request that made the chat or form, so that an
/// id that somebody else happened to choose opens nothing.
pub(super) async fn same_request(
    door: &Door,
    chat: ChatId,
    is_same: impl Fn(&Opened) -> bool + Send + 'static,
) -> Result<(), Fault> {
    let compare = move |same: &mut bool, record: &Record| {
        let opened = record.events.iter().find_map(|event| match event {
            Event::ChatOpened(opened) => Some(opened),
            _ => None,
        });
        *same = opened.is_some_and(|opened| is_same(opened));
        // It is the chat's first record that tells.
        ControlFlow::Break(())
    };
    match journal::over(door.desk.readers(), chat, false, compare).await? {
        true => Ok(()),
        false => Err(Fault::IdReused),
    }
}

/// Shows a chat.
#[utoipa::path(get, path = "/v1/chats/{chat}", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat.")),
    responses((status = 200, body = ChatStatus), (status = 401, body = super::Problem)))]
pub(super) async fn show(
    State(door): State<Arc<Door>>,
    known: Known,
) -> Result<Json<ChatStatus>, Fault> {
    status::look(&door, known.chat).await.map(Json)
}

/// Ends a chat. One that has ended gives the same answer again.
#[utoipa::path(post, path = "/v1/chats/{chat}/end", security(("chat" = [])),
    params(("chat" = String, Path, description = "The chat.")),
    responses((status = 200, body = ChatStatus), (status = 401, body = super::Problem)))]
pub(super) async fn end(
    State(door): State<Arc<Door>>,
    known: Known,
) -> Result<Json<ChatStatus>, Fault> {
    let chat = known.chat;
    let left = door.desk.command(Actor::Customer(chat), None, Command::LeaveChat { chat }).await;
    if let Err(unanswered) = left {
        let fault = status::explain(&door, chat, unanswered.into()).await;
        if fault.code() != Refusal::ChatEnded.code() {
            return Err(fault);
        }
    }
    status::look(&door, chat).await.map(Json)
}

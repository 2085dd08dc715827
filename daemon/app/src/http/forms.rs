//! A form that a customer leaves where nobody takes their chat.

use super::auth::Customer as Known;
use super::body::Typed;
use super::chats::{idempotency_id, new_chat, same_request, unexpected, wrong};
use super::person::Person;
use super::problem::Fault;
use super::remote::Remote;
use super::{Door, journal};
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_core::name::{ChatId, QueueId};
use desk_core::{Actor, Answer, Command, EndedHow, Event, Record, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use utoipa::ToSchema;

/// Where forms are left.
pub(super) const PATH: &str = "/v1/forms";

/// What a customer leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaveForm {
    /// The queue.
    queue: String,
    /// The customer's name: 1 to 200 characters.
    #[serde(default)]
    name: Option<String>,
    /// The customer's e-mail address, at which they are answered.
    #[serde(default)]
    email: Option<String>,
    /// What a site signed of who its visitor is, as for a chat.
    #[serde(default)]
    identity: Option<String>,
    /// What they have to say.
    text: String,
    /// What else the form held.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// The client's own id of this request, 1 to 64 characters, or the header `Idempotency-Key`:
    /// the same request with the same id leaves one form. Make it at random, because who repeats
    /// the whole request gets the form's token.
    #[serde(default)]
    id: Option<String>,
}

/// Where a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormState {
    /// It is kept; its incident is to be made.
    Received,
    /// Its incident exists.
    Filed,
}

/// A form is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FormLeft {
    /// Its id.
    form: String,
    /// What shows it to its customer, and nothing else: `Authorization: Bearer <token>`.
    token: String,
    /// Where it stands.
    state: FormState,
}

/// Leaves a form.
#[utoipa::path(post, path = "/v1/forms", request_body = LeaveForm, responses(
    (status = 201, body = FormLeft),
    (status = 409, body = super::Problem, description = "no_form, id_reused, queue_closed"),
    (status = 422, body = super::Problem,
        description = "empty, too_long, a field is wrong, or unknown_queue"),
    (status = 429, body = super::Problem, description = "too_fast"),
    (status = 503, body = super::Problem, description = "turned_away, overloaded"),
))]
pub(super) async fn leave(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    Typed(body): Typed<LeaveForm>,
) -> Result<Response, Fault> {
    let id = idempotency_id(&headers, body.id.as_deref())?;
    let person = Person::of(&door, &body.queue, body.name, body.email, body.identity).await?;
    let email = &person.customer.email;
    if !email.contains('@') || email.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(wrong("email", "it must be an e-mail address, to which an answer can go"));
    }
    let (text, skills) = (body.text, BTreeMap::new());
    let new = new_chat(&door, &body.queue, person, body.fields, skills)?;
    door.take_opening(remote)?;
    if takes_forms(&door, &new.queue).await? {
        door.forms.take(&new.queue)?;
    }
    let who = Actor::Integrator(super::chats::DOOR.into());
    let command = Command::LeaveForm { new: Box::new(new.clone()), text: text.clone() };
    let chat = match door.desk.command(who, id, command).await? {
        Answer::FormKept { chat } => chat,
        Answer::TurnedAway { why, message, opens_ms, .. } => {
            return Err(Fault::turned_away(why, message, opens_ms, false));
        }
        Answer::ChatOpened { .. } => return Err(Fault::IdReused),
        answer => return Err(unexpected(&answer)),
    };
    let state = if chat == new.chat {
        FormState::Received
    } else {
        let digest = new.form_digest(&text);
        same_request(&door, chat, move |opened| match &opened.asked_for {
            Some(asked) => asked.known() == Some(&digest),
            None => false,
        })
        .await?;
        look(&door, chat).await?.state
    };
    let token = door.desk.keys().chat_token(chat);
    let left = FormLeft { form: chat.to_string(), token, state };
    let location = format!("{}{PATH}/{chat}", door.prefix());
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(left)).into_response())
}

/// Whether a queue has a form: others are not kept count of.
async fn takes_forms(door: &Door, queue: &QueueId) -> Result<bool, Fault> {
    let queue = queue.clone();
    let has = move |state: &desk_core::State, _| {
        state.config.queues.get(&queue).is_some_and(|queue| queue.form.is_some())
    };
    Ok(door.desk.view(has).await?)
}

/// A form, as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FormStatus {
    /// Its id.
    form: String,
    /// Where it stands.
    state: FormState,
    /// When it was left: milliseconds since 1970.
    left: i64,
    /// The number of its incident, once that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
}

/// Shows a form.
#[utoipa::path(get, path = "/v1/forms/{form}", security(("chat" = [])),
    params(("form" = String, Path, description = "The form.")),
    responses((status = 200, body = FormStatus), (status = 401, body = super::Problem),
        (status = 404, body = super::Problem, description = "unknown_chat: it is no form")))]
pub(super) async fn show(
    State(door): State<Arc<Door>>,
    known: Known,
) -> Result<Json<FormStatus>, Fault> {
    look(&door, known.chat).await.map(Json)
}

/// A form is in memory for a moment only: the journal tells of it.
async fn look(door: &Door, chat: ChatId) -> Result<FormStatus, Fault> {
    let none: Option<FormStatus> = None;
    let fold = move |status: &mut Option<FormStatus>, record: &Record| {
        for event in record.events.iter().filter(|event| event.chat() == Some(chat)) {
            match (&mut *status, event) {
                (None, Event::ChatEnded { how: EndedHow::Offline, .. }) => {
                    *status = Some(FormStatus {
                        form: chat.to_string(),
                        state: FormState::Received,
                        left: record.at.wall_ms,
                        incident: None,
                    });
                }
                (Some(status), Event::IncidentWritten { number, .. }) => {
                    (status.state, status.incident) = (FormState::Filed, Some(number.clone()));
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    };
    let found = journal::over(door.desk.readers(), chat, none, fold).await?;
    found.ok_or(Fault::from(Refusal::UnknownChat(chat)))
}

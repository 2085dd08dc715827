//! What went wrong, in one shape everywhere: a problem by RFC 9457 with a stable code.

use crate::codec::Undecodable;
use crate::desk::{Unanswered, Unread};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_core::{Private, Refusal, TurnedAway};
use desk_journal::ReadError;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A problem by RFC 9457, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the kind of problem is its `code`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// One sentence about this occurrence.
    pub detail: String,
    /// What it is, in a word that never changes.
    pub code: &'static str,
    /// The fields that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What `detail` says it of, by name, for texts in another language: `most`, `secs`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<&'static str, String>,
    /// Why a chat was turned away: `full`, `draining`, `low_disk`, `rule` or `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// What this desk has its customers told about that, where it has words of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When the queue opens, where it is closed and that is known: milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<i64>,
    /// Where the customer may leave a form instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, such as `skills.english`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Everything that a request may end with otherwise than well.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("{}", .0.said())]
    TurnedAway(Away),
    #[error("this id was used before, for a chat with other contents")]
    IdReused,
    #[error("this takes the chat's own token, as 'Authorization: Bearer …'")]
    Unauthorized,
    #[error("this takes a token of a role that may, as 'Authorization: Bearer …'")]
    TokenWanted,
    #[error("nobody is signed in here; sign in by 'deskctl desk' or with a token")]
    SignedOut,
    #[error("this was not sent by a page of this desk")]
    ForeignOrigin,
    #[error("there is nothing at this path")]
    NoRoute,
    #[error("this path does not take this method")]
    NoMethod,
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    #[error("the body's type must be application/json")]
    MediaType,
    #[error("the body is longer than {0} bytes")]
    TooLarge(u32),
    #[error("the body could not be read: {0}")]
    Body(String),
    #[error("there is no field '{field}' here ({expected})")]
    UnknownField { field: String, expected: String },
    #[error("the field '{0}' is missing")]
    MissingField(String),
    #[error("the field '{field}' is wrong: {problem}")]
    WrongField { field: String, problem: String },
    #[error("the query is wrong: {0}")]
    Query(String),
    #[error("'{0}' is not the id of an event of this stream")]
    Cursor(String),
    #[error("the request took longer than {0} s")]
    Timeout(u32),
    #[error("too many at once; there is room for the next in {0} s")]
    TooFast(u64),
    #[error("as many event streams are open as may be ({0})")]
    TooManyStreams(u32),
    #[error("not ready: {0}")]
    NotReady(String),
    /// The journal could not be read; the log has the details.
    #[error("the journal could not be read")]
    Unreadable,
}

/// A chat, or a form, that was turned away.
#[derive(Debug)]
pub(super) struct Away {
    why: TurnedAway,
    message: Option<String>,
    opens: Option<i64>,
    form: bool,
}

impl Away {
    fn said(&self) -> String {
        let usual = || format!("this chat was turned away: {}", reason(self.why));
        self.message.clone().unwrap_or_else(usual)
    }
}

const fn reason(why: TurnedAway) -> &'static str {
    match why {
        TurnedAway::Full => "as many chats wait in this queue as may",
        TurnedAway::Draining => "new chats are turned away just now",
        TurnedAway::LowDisk => "there is no room for new chats just now",
        TurnedAway::Rule => "a rule of this desk says so",
        TurnedAway::Closed => "this queue is closed now",
    }
}

impl Fault {
    /// A chat, or a form, was turned away.
    pub(super) fn turned_away(
        why: TurnedAway,
        message: Option<Private<String>>,
        opens: Option<i64>,
        form: bool,
    ) -> Self {
        let message = message.and_then(|message| message.known().cloned());
        Self::TurnedAway(Away { why, message, opens, form })
    }

    /// The stable code.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Unanswered(unanswered) => unanswered.code(),
            Self::TurnedAway(Away { why: TurnedAway::Closed, .. }) => "queue_closed",
            Self::TurnedAway(_) => "turned_away",
            Self::IdReused => "id_reused",
            Self::Unauthorized | Self::TokenWanted => "unauthorized",
            Self::SignedOut => "signed_out",
            Self::ForeignOrigin => "foreign_origin",
            Self::NoRoute => "not_found",
            Self::NoMethod => "method_not_allowed",
            Self::NotJson(_) => "not_json",
            Self::MediaType => "unsupported_media_type",
            Self::TooLarge(_) => "body_too_large",
            Self::Body(_) => "body_unreadable",
            Self::UnknownField { .. } => "unknown_field",
            Self::MissingField(_) => "missing_field",
            Self::WrongField { .. } => "wrong_field",
            Self::Query(_) => "wrong_query",
            Self::Cursor(_) => "wrong_cursor",
            Self::Timeout(_) => "timeout",
            Self::TooFast(_) => "too_fast",
            Self::TooManyStreams(_) => "too_many_streams",
            Self::NotReady(_) => "not_ready",
            Self::Unreadable => "internal",
        }
    }

    /// The status of everything that can go wrong at this door: the one table.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Unanswered(Unanswered::Refused(refusal)) => status_of(refusal),
            Self::NotJson(_) | Self::Body(_) | Self::Query(_) | Self::Cursor(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthorized | Self::TokenWanted | Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnknownField { .. } | Self::MissingField(_) | Self::WrongField { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreadable => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unanswered(Unanswered::Overloaded | Unanswered::Stopping)
            | Self::TurnedAway(Away { why: TurnedAway::Draining | TurnedAway::LowDisk, .. })
            | Self::TooManyStreams(_)
            | Self::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::TurnedAway(_) | Self::IdReused => StatusCode::CONFLICT,
        }
    }

    /// In how many seconds the same request may do better.
    const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooFast(secs) => Some(*secs),
            Self::Unanswered(Unanswered::Overloaded | Unanswered::Stopping)
            | Self::TooManyStreams(_)
            | Self::NotReady(_) => Some(1),
            _ => None,
        }
    }

    fn errors(&self) -> Vec<FieldError> {
        let (field, problem) = match self {
            Self::UnknownField { field, expected } => (field, format!("unknown: {expected}")),
            Self::MissingField(field) => (field, "missing".to_owned()),
            Self::WrongField { field, problem } => (field, problem.clone()),
            _ => return Vec::new(),
        };
        vec![FieldError { field: field.clone(), problem }]
    }

    fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Unanswered(Unanswered::Refused(refusal)) => {
                refusal.values().into_iter().collect()
            }
            Self::TooFast(secs) => BTreeMap::from([("secs", secs.to_string())]),
            Self::TooLarge(most) => BTreeMap::from([("most", most.to_string())]),
            _ => BTreeMap::new(),
        }
    }

    fn problem(&self) -> Problem {
        let status = self.status();
        let away = match self {
            Self::TurnedAway(away) => Some(away),
            _ => None,
        };
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code(),
            errors: self.errors(),
            values: self.values(),
            why: away.map(|away| away.why.name()),
            message: away.and_then(|away| away.message.clone()),
            opens: away.and_then(|away| away.opens),
            form: away.filter(|away| away.form).map(|_| super::forms::PATH),
        }
    }
}

/// The status of a refusal. Every refusal stands here by name, so that a new one does not compile
/// until somebody has thought about its status.
const fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotYours | Refusal::Denied(_) | Refusal::RejectNotPermitted => {
            StatusCode::FORBIDDEN
        }
        Refusal::UnknownAgent(_)
        | Refusal::UnknownChat(_)
        | Refusal::UnknownStep(_)
        | Refusal::UnknownDelivery(_)
        | Refusal::UnknownGrant(_)
        | Refusal::UnknownCandidate(_) => StatusCode::NOT_FOUND,
        // What was given cannot be taken, whenever it is sent. A queue is named in the body.
        Refusal::UnknownQueue(_)
        | Refusal::ReasonRequired(_)
        | Refusal::ReasonUnknown(_)
        | Refusal::CodeUnknown(_)
        | Refusal::CodesTooMany(_)
        | Refusal::CodeIsGroup(_)
        | Refusal::TooLong(_)
        | Refusal::TooManyFields(..)
        | Refusal::Empty => StatusCode::UNPROCESSABLE_ENTITY,
        // It does not fit what is the case now.
        Refusal::NotLoggedIn(_)
        | Refusal::OpenChats
        | Refusal::NotBusy
        | Refusal::OfferGone
        | Refusal::ChatEnded
        | Refusal::Closed
        | Refusal::CodeMissing
        | Refusal::TooEarly(_)
        | Refusal::NotExtendable(_)
        | Refusal::TooManyMessages(_)
        | Refusal::ChatExists
        | Refusal::CannotTake(_)
        | Refusal::QueueClosed(_)
        | Refusal::NoForm(_)
        | Refusal::WrongPhase(_)
        | Refusal::LookupUnderWay
        | Refusal::LookupNotDue
        | Refusal::StepNotDue
        | Refusal::StepNotParked(_)
        | Refusal::DeliveryNotDue
        | Refusal::DeliveryUnderWay
        | Refusal::NotSettled(_)
        | Refusal::NothingSent(_)
        | Refusal::StoryStale
        | Refusal::ChatsOpen(_)
        | Refusal::StepsUnderWay(_)
        | Refusal::PopGone
        | Refusal::PopClaimed
        | Refusal::Stale
        | Refusal::QueuesInUse(_)
        | Refusal::AlreadyChosen(_) => StatusCode::CONFLICT,
        Refusal::TooManyChats(_)
        | Refusal::TooManyClasses(_)
        | Refusal::TooManyGrants(_)
        | Refusal::TooManyDeliveries(_)
        | Refusal::TooManyProfiles(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(secs) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(secs));
        }
        if matches!(self, Self::Unauthorized | Self::TokenWanted) {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Unanswered(refusal.into())
    }
}

/// A customer is told nothing of where the journal is or what is wrong with it.
fn unreadable(error: &dyn std::error::Error) -> Fault {
    tracing::error!(%error, "a customer's chat could not be read from the journal");
    Fault::Unreadable
}

impl From<Unread> for Fault {
    fn from(error: Unread) -> Self {
        match error {
            Unread::Stopping => Self::Unanswered(Unanswered::Stopping),
            error => unreadable(&error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        unreadable(&error)
    }
}

impl From<Undecodable> for Fault {
    fn from(error: Undecodable) -> Self {
        unreadable(&error)
    }
}

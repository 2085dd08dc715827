//! The HTTP door: customers' chats under `/v1`, and the health of the process.
//!
//! What lives here: connections with deadlines of their own ([`serve`]), typed bodies from which
//! `/v1/openapi.json` is derived, and one shape for everything that goes wrong ([`Problem`], by
//! RFC 9457, with the refusal's stable code).
//!
//! What must not live here: a decision. Each route is a command to the desk, a look at State or a
//! read of the journal; a customer sees their own chat and nothing else.

mod auth;
mod body;
mod chats;
mod cursor;
mod events;
mod forms;
mod guard;
mod health;
mod journal;
mod lease;
mod limit;
mod messages;
mod names;
mod openapi;
mod problem;
mod server;
mod status;
mod told;

#[cfg(test)]
mod tests;

pub use problem::{FieldError, Problem};
pub use server::serve;

use crate::config::Http;
use crate::desk::Desk;
use crate::rules::Rules;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use desk_core::name::{ChatId, QueueId};
use limit::Allowance;
use problem::Fault;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What every route reaches the desk through.
struct Door {
    desk: Desk<Rules>,
    settings: Http,
    streams: Arc<Semaphore>,
    messages: Allowance<ChatId>,
    typing: Allowance<ChatId>,
    forms: Allowance<QueueId>,
    shutdown: CancellationToken,
}

impl Door {
    fn new(desk: Desk<Rules>, settings: Http, shutdown: CancellationToken) -> Self {
        let streams = Arc::new(Semaphore::new(settings.streams.max(1) as usize));
        let messages = Allowance::new(settings.messages_per_min, settings.messages_burst);
        let typing = Allowance::new(settings.typing_per_min, settings.typing_per_min);
        let forms = Allowance::new(settings.forms_per_min, settings.forms_per_min);
        Self { desk, settings, streams, messages, typing, forms, shutdown }
    }
}

/// All routes, behind what every request passes.
fn router(door: &Arc<Door>) -> Router {
    Router::new()
        .route("/healthz", get(health::up))
        .route("/readyz", get(health::ready))
        .route("/v1/openapi.json", get(openapi::show))
        .route("/v1/chats", post(chats::open))
        .route("/v1/chats/{chat}", get(chats::show))
        .route("/v1/chats/{chat}/messages", get(messages::list).post(messages::say))
        .route("/v1/chats/{chat}/typing", post(messages::typing))
        .route("/v1/chats/{chat}/end", post(chats::end))
        .route("/v1/chats/{chat}/events", get(events::follow))
        .route(forms::PATH, post(forms::leave))
        .route("/v1/forms/{form}", get(forms::show))
        .fallback(async || Fault::NoRoute)
        .method_not_allowed_fallback(async || Fault::NoMethod)
        .layer(DefaultBodyLimit::max(door.settings.body_bytes as usize))
        .layer(from_fn_with_state(Arc::clone(door), guard::guard))
        .with_state(Arc::clone(door))
}

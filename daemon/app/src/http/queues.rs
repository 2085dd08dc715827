//! What a customer's page needs to know of a queue before there is a chat.

use super::Door;
use super::problem::Fault;
use crate::config::Ask;
use axum::Json;
use axum::extract::{Path, State};
use desk_core::Refusal;
use desk_core::name::QueueId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A queue, as customers see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueForm {
    /// Its id.
    queue: String,
    /// Whether it takes chats by its hours.
    open: bool,
    /// When it opens, where it is closed and that is known: milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<i64>,
    /// What the desk has its customers told while it is closed, where it has words of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Whether a message may be left where nobody takes a chat.
    form: bool,
    /// What is asked beside the name, the address and what it is about.
    ask: Vec<Ask>,
}

/// Shows what a queue asks its customers, and whether it is open.
#[utoipa::path(get, path = "/v1/queues/{queue}", params(("queue" = String, Path, description = "The queue.")),
    responses((status = 200, body = QueueForm),
        (status = 422, body = super::Problem, description = "unknown_queue")))]
pub(super) async fn show(
    State(door): State<Arc<Door>>,
    Path(queue): Path<String>,
) -> Result<Json<QueueForm>, Fault> {
    let id = QueueId::from(queue.as_str());
    let look = move |state: &desk_core::State, _| {
        let config = state.config.queues.get(&id)?;
        let closed = state.closed(&id);
        let text = config.hours.as_ref().map(|hours| hours.text.clone());
        Some(QueueForm {
            queue: id.to_string(),
            open: closed.is_none(),
            opens: closed.and_then(|hours| hours.opens_ms),
            message: text.filter(|text| closed.is_some() && !text.is_empty()),
            form: config.form.is_some(),
            ask: Vec::new(),
        })
    };
    let found = door.desk.view(look).await?;
    let known = found.ok_or_else(|| Refusal::UnknownQueue(queue.as_str().into()))?;
    let ask = door.clients.settings().borrow().asks.get(queue.as_str()).cloned();
    Ok(Json(QueueForm { ask: ask.unwrap_or_default(), ..known }))
}

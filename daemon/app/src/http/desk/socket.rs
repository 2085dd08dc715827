//! The connection of a page that is signed in.

use super::{origin, session};
use crate::http::Door;
use crate::http::problem::Fault;
use crate::http::remote::Remote;
use crate::ipc::Ticket;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use desk_core::GrantKind;
use desk_wire::MAX_FRAME;
use serde::Deserialize;
use std::sync::Arc;

/// The ticket, from `POST /v1/session/socket`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Asked {
    ticket: String,
}

/// Opens the connection: the lines of the local socket, one to a message.
#[utoipa::path(get, path = "/v1/socket", params(("ticket" = String, Query)), responses(
    (status = 101, description = "the connection is open"),
    (status = 401, body = crate::http::Problem, description = "signed_out: the ticket is over"),
    (status = 403, body = crate::http::Problem, description = "foreign_origin"),
    (status = 503, body = crate::http::Problem, description = "too_many_streams"),
))]
pub(in crate::http) async fn open(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    query: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Fault> {
    origin::own(&door, remote, &headers, true)?;
    let Query(Asked { ticket }) = query.map_err(|error| Fault::Query(error.body_text()))?;
    let upgrade = upgrade.map_err(|error| Fault::Query(error.to_string()))?;
    let Some(Ticket::Connect(id)) = door.clients.tickets().take(&ticket) else {
        return Err(Fault::SignedOut);
    };
    let grant = session::good(&door, id, GrantKind::Session).await?.ok_or(Fault::SignedOut)?;
    let permit = Arc::clone(&door.desks).try_acquire_owned();
    let permit = permit.map_err(|_| Fault::TooManyStreams(door.settings.desks))?;
    let clients = Arc::clone(&door.clients);
    Ok(upgrade.max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME).on_upgrade(
        async move |socket| {
            clients.browse(id, &grant, socket).await;
            drop(permit);
        },
    ))
}

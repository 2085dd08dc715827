//! `/metrics`: the desk in numbers, to whom the config says.

use super::Door;
use super::auth::bearer;
use super::desk::session;
use super::problem::Fault;
use crate::access::{METRICS, may};
use crate::config::MetricsRead;
use crate::ipc::user_of;
use crate::metrics::{CONTENT_TYPE, Connections};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE as TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use desk_core::GrantKind;
use std::sync::Arc;
use std::time::Duration;

/// Shows the figures.
#[utoipa::path(get, path = "/metrics", responses(
    (status = 200, description = "OpenMetrics text"),
    (status = 401, body = super::Problem, description = "unauthorized"),
    (status = 404, body = super::Problem, description = "not_found: metrics.read is off"),
    (status = 503, body = super::Problem, description = "overloaded, stopping"),
))]
pub(super) async fn show(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let settings = door.clients.settings().borrow().metrics.clone();
    match settings.read {
        MetricsRead::Off => return Err(Fault::NoRoute),
        MetricsRead::Token if !may_read(&door, &headers).await? => return Err(Fault::TokenWanted),
        MetricsRead::Token | MetricsRead::Open => {}
    }
    let oldest = Duration::from_secs(settings.every_secs.into());
    let site = door.clients.site();
    let text = door.metrics.text(&door.desk, site, door.taken(), oldest).await?;
    Ok(([(TYPE, HeaderValue::from_static(CONTENT_TYPE))], text).into_response())
}

/// Whether the request carries a token of somebody who may.
async fn may_read(door: &Door, headers: &HeaderMap) -> Result<bool, Fault> {
    let token = headers.get(AUTHORIZATION).and_then(bearer);
    let Some(id) = token.and_then(|token| door.desk.keys().grant_of(token)) else {
        return Ok(false);
    };
    let Some(grant) = session::good(door, id, GrantKind::Token).await? else { return Ok(false) };
    let user = user_of(&door.clients.settings().borrow(), &grant.holder);
    Ok(user.is_some_and(|user| user.roles.iter().any(|role| may(*role, METRICS))))
}

impl Door {
    /// Connections that are open.
    fn taken(&self) -> Connections {
        let taken = |most: u32, left: usize| (most.max(1) as usize).saturating_sub(left);
        let http = &self.settings;
        [
            ("http", taken(http.connections, self.connections.available_permits())),
            ("event_streams", self.streams.taken()),
            ("desks", taken(http.desks, self.desks.available_permits())),
            ("ipc", self.clients.connected()),
        ]
    }
}

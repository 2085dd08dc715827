//! Whether the process is up, and whether the desk answers.

use super::Door;
use super::problem::Fault;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long the desk has to answer before it counts as not ready.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// How the process is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `up` or `ready`.
    status: &'static str,
}

/// The process is up.
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Health)))]
pub(super) async fn up() -> Json<Health> {
    Json(Health { status: "up" })
}

/// The desk answers, and what it answers with is durable.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, body = Health),
    (status = 503, body = super::Problem, description = "not_ready"),
))]
pub(super) async fn ready(State(door): State<Arc<Door>>) -> Result<Json<Health>, Fault> {
    match tokio::time::timeout(READY_WITHIN, door.desk.view(|_, _| ())).await {
        Ok(Ok(())) => Ok(Json(Health { status: "ready" })),
        Ok(Err(unanswered)) => Err(Fault::NotReady(unanswered.to_string())),
        Err(_) => Err(Fault::NotReady("the desk did not answer within a second".into())),
    }
}

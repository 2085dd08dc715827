//! What every request passes: the time that it may take, and headers that every answer carries.

use super::Door;
use super::problem::Fault;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// Bounds how long the answer's head may take: reading the body is part of it, an event stream's
/// events are not.
pub(super) async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let most = Duration::from_secs(door.settings.request_secs.into());
    let mut response = match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::Timeout(door.settings.request_secs).into_response(),
    };
    door.desk.counted().answered(response.status().as_u16());
    let headers = response.headers_mut();
    // What is said here is between one customer and the desk.
    // A page is the same for everybody, and says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

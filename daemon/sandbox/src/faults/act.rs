//! What a fault does to a request and to its answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value};

use super::active::{Faults, Subject};
use super::answers::{HIBERNATING, add_cancelled, rate_limited, reshape, status, tear};
use super::torn::Torn;
use super::{Kind, Rule};
use crate::api::bounded;

/// The connection is to be closed without an answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("cut by a fault")]
pub(crate) struct Cut;

/// Answers a request, through the rule that acts on it if there is one.
pub(crate) async fn pass(
    faults: &Faults,
    body_bytes_max: usize,
    mut request: Request,
    next: Next,
) -> Response {
    let mut body = Bytes::new();
    if faults.wants_body() {
        (body, request) = whole(request, body_bytes_max).await;
    }
    let subject = Subject {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        body: &body,
    };
    let Some(rule) = faults.take(subject) else { return next.run(request).await };
    tracing::info!(kind = ?rule.kind, method = %request.method(), "fault");
    act(faults, &rule, body_bytes_max, request, next).await
}

async fn act(
    faults: &Faults,
    rule: &Rule,
    body_bytes_max: usize,
    request: Request,
    next: Next,
) -> Response {
    let delay = Duration::from_millis(rule.delay_ms);
    if !rule.kind.is_late() {
        tokio::time::sleep(delay).await;
    }
    match rule.kind {
        Kind::Delay => match late(faults, delay, body_bytes_max, request, next).await {
            Some(work) => work.await.unwrap_or_else(|_| cut()),
            None => cut(),
        },
        Kind::CommitLate => {
            let _works_on = late(faults, delay, body_bytes_max, request, next).await;
            cut()
        }
        Kind::CommitThenDrop => {
            let _done = next.run(request).await;
            cut()
        }
        Kind::CommitThenHang => {
            let _done = next.run(request).await;
            // A client that gives up before ends this here.
            tokio::time::sleep(delay).await;
            cut()
        }
        Kind::DropBefore => cut(),
        Kind::Status => status(rule),
        Kind::RateLimited429 => rate_limited(rule),
        Kind::Busy429 => (StatusCode::TOO_MANY_REQUESTS, Html("<h1>Busy</h1>")).into_response(),
        Kind::Html200 => Html(HIBERNATING).into_response(),
        Kind::Accepted202 => StatusCode::ACCEPTED.into_response(),
        Kind::Redirect302 => (StatusCode::FOUND, [(header::LOCATION, "/login.do")]).into_response(),
        Kind::TruncatedBody => {
            reshape(next.run(request).await, |body| body[..body.len() / 2].to_vec()).await
        }
        Kind::TruncatedTransfer => tear(next.run(request).await).await,
        Kind::Partial200 => {
            let mut response = reshape(next.run(request).await, add_cancelled).await;
            *response.status_mut() = StatusCode::OK;
            response
        }
        Kind::DropField | Kind::IgnoreSysId => {
            let field = rule.loses().unwrap_or_default();
            without(field, body_bytes_max, request, next).await
        }
    }
}

/// The body, and the request with the same body again. One that cannot be read is left for whoever
/// handles the request to say so, as it would without us.
async fn whole(request: Request, bytes_max: usize) -> (Bytes, Request) {
    let (parts, body) = request.into_parts();
    let (bytes, body) = match bounded(body, bytes_max).await {
        Ok(bytes) => (bytes.clone(), Body::from(bytes)),
        Err(unread) => (Bytes::new(), Body::new(Torn::unread(unread))),
    };
    (bytes, Request::from_parts(parts, body))
}

/// Does it in a task of its own, which goes on when the client hangs up: an instance works on,
/// whoever waits for it. The body is read first, since it would be lost with the connection. Where
/// too many are under way, this one waits until one has ended.
async fn late(
    faults: &Faults,
    delay: Duration,
    body_bytes_max: usize,
    request: Request,
    next: Next,
) -> Option<tokio::task::JoinHandle<Response>> {
    let (_, request) = whole(request, body_bytes_max).await;
    let permit = faults.detached().await?;
    Some(tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let response = next.run(request).await;
        drop(permit);
        response
    }))
}

/// Does it without one field of the record that was sent.
async fn without(field: &str, bytes_max: usize, request: Request, next: Next) -> Response {
    let (bytes, mut request) = whole(request, bytes_max).await;
    if let Ok(mut sent) = serde_json::from_slice(&bytes)
        && let Some(record) = record(&mut sent)
    {
        record.remove(field);
        request.headers_mut().remove(header::CONTENT_LENGTH);
        *request.body_mut() = Body::from(sent.to_string());
    }
    next.run(request).await
}

/// The record in a body: of several only the first is taken.
pub(super) fn record(sent: &mut Value) -> Option<&mut Map<String, Value>> {
    match sent {
        Value::Array(list) => list.first_mut()?.as_object_mut(),
        other => other.as_object_mut(),
    }
}

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

//! What a fault does to a request and to its answer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use super::active::{Faults, Subject};
use super::{Kind, Rule};
use crate::api::ApiError;

/// Seconds of a `Retry-After` where a rule names none.
const RETRY_AFTER_SECS: u32 = 5;

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
        match whole(request, body_bytes_max).await {
            Some((read, again)) => (body, request) = (read, again),
            None => return cut(),
        }
    }
    let subject = Subject {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        body: &body,
    };
    let Some(rule) = faults.take(subject) else { return next.run(request).await };
    tracing::info!(kind = ?rule.kind, method = %request.method(), "fault");
    act(&rule, body_bytes_max, request, next).await
}

async fn act(rule: &Rule, body_bytes_max: usize, request: Request, next: Next) -> Response {
    let delay = Duration::from_millis(rule.delay_ms);
    if !matches!(rule.kind, Kind::Delay | Kind::CommitLate) {
        tokio::time::sleep(delay).await;
    }
    match rule.kind {
        Kind::Delay => match late(delay, body_bytes_max, request, next).await {
            Some(work) => work.await.unwrap_or_else(|_| cut()),
            None => cut(),
        },
        Kind::CommitLate => {
            let _works_on = late(delay, body_bytes_max, request, next).await;
            cut()
        }
        Kind::CommitThenDrop => {
            let _done = next.run(request).await;
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
        Kind::Partial200 => {
            let mut response = reshape(next.run(request).await, add_cancelled).await;
            *response.status_mut() = StatusCode::OK;
            response
        }
        Kind::DropField => {
            let field = rule.field.as_deref().unwrap_or_default();
            without(field, body_bytes_max, request, next).await
        }
        Kind::IgnoreSysId => without("sys_id", body_bytes_max, request, next).await,
    }
}

/// The body, and the request with the same body again; `None` when it cannot be read.
async fn whole(request: Request, bytes_max: usize) -> Option<(Bytes, Request)> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, bytes_max).await.ok()?;
    Some((bytes.clone(), Request::from_parts(parts, Body::from(bytes))))
}

/// Does it in a task of its own, which goes on when the client hangs up: an instance works on,
/// whoever waits for it. The body is read first, since it would be lost with the connection.
async fn late(
    delay: Duration,
    body_bytes_max: usize,
    request: Request,
    next: Next,
) -> Option<tokio::task::JoinHandle<Response>> {
    let (_, request) = whole(request, body_bytes_max).await?;
    Some(tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        next.run(request).await
    }))
}

/// Does it without one field of the record that was sent.
async fn without(field: &str, bytes_max: usize, request: Request, next: Next) -> Response {
    let Some((bytes, mut request)) = whole(request, bytes_max).await else { return cut() };
    if let Ok(Value::Object(mut record)) = serde_json::from_slice(&bytes) {
        record.remove(field);
        request.headers_mut().remove(header::CONTENT_LENGTH);
        *request.body_mut() = Body::from(Value::Object(record).to_string());
    }
    next.run(request).await
}

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

fn status(rule: &Rule) -> Response {
    let status = rule.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let (message, detail) = match status {
        StatusCode::TOO_MANY_REQUESTS => ("Rate limit exceeded", "by a fault"),
        StatusCode::UNAUTHORIZED => {
            ("User Not Authenticated", "Required to provide Auth information")
        }
        _ => ("Operation Failed", "by a fault"),
    };
    let mut response = ApiError::new(status, message, Some(detail)).into_response();
    if let Some(seconds) = rule.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn rate_limited(rule: &Rule) -> Response {
    let seconds = rule.retry_after.unwrap_or(RETRY_AFTER_SECS);
    let detail = "Rate limit of 100 requests per hour for Table API exceeded";
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut response = ApiError::new(status, "Rate limit exceeded", Some(detail)).into_response();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    headers.insert("x-ratelimit-limit", HeaderValue::from(100));
    headers.insert("x-ratelimit-reset", HeaderValue::from(now + u64::from(seconds)));
    headers.insert("x-ratelimit-rule", HeaderValue::from_static("Table API"));
    response
}

/// Changes the body of an answer, which is one of ours and so bounded.
async fn reshape(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&bytes)))
}

/// Half of a list, or the whole of a record, and the error of a transaction that took too long.
fn add_cancelled(body: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_else(|_| json!({}));
    if let Some(list) = value.get_mut("result").and_then(Value::as_array_mut) {
        list.truncate(list.len().div_ceil(2));
    }
    value["error"] = json!({
        "message": "Transaction cancelled: maximum execution time exceeded",
        "detail": "maximum execution time exceeded. Check logs for error trace.",
    });
    value["status"] = json!("failure");
    value.to_string().into_bytes()
}

const HIBERNATING: &str = "<!doctype html><html><head><title>Instance Hibernating page</title>\
    </head><body class=\"instance-hibernating-page\"><h1>Your instance is hibernating</h1></body>\
    </html>";

//! The answers that faults give, made up or made out of the right one.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Rule;
use super::torn::Torn;
use crate::api::ApiError;

/// Seconds of a `Retry-After` where a rule names none.
const RETRY_AFTER_SECS: u32 = 5;

pub(super) fn status(rule: &Rule) -> Response {
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

pub(super) fn rate_limited(rule: &Rule) -> Response {
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
pub(super) async fn reshape(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&bytes)))
}

/// The head of the whole answer and half of its body, and then the connection breaks.
pub(super) async fn tear(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, Body::new(Torn::after(half)))
}

/// Half of a list, or the whole of a record, and the error of a transaction that took too long.
pub(super) fn add_cancelled(body: &[u8]) -> Vec<u8> {
    let read = serde_json::from_slice(body).ok().filter(Value::is_object);
    let mut value = read.unwrap_or_else(|| json!({}));
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

pub(super) const HIBERNATING: &str = "<!doctype html><html><head><title>Instance Hibernating page</title>\
    </head><body class=\"instance-hibernating-page\"><h1>Your instance is hibernating</h1></body>\
    </html>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_answer_was_it_becomes_one_with_an_error() {
        for (body, result) in [
            (r#"{"result":[1,2,3]}"#, json!([1, 2])),
            (r#"{"result":{"a":"b"}}"#, json!({"a": "b"})),
            ("[1,2,3]", Value::Null),
            ("\"text\"", Value::Null),
            ("<html>", Value::Null),
            ("", Value::Null),
        ] {
            let made: Value = serde_json::from_slice(&add_cancelled(body.as_bytes())).expect(body);
            assert_eq!(made["result"], result, "{body}");
            assert!(made["error"]["message"].is_string(), "{body}");
        }
    }
}

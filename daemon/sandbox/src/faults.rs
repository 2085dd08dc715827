//! Ways to misbehave, as real instances and the networks before them do.
//!
//! Rules are tried in order; the first that matches a request and is not used up acts on it.
//! Over HTTP: `POST /__sandbox/faults` with a JSON list of rules replaces all, `GET` shows what is
//! left of them, `DELETE` ends them.
//!
//! ```json
//! [{"match": {"method": "POST", "path": "/incident"}, "kind": "commit_then_drop", "times": 2},
//!  {"kind": "status", "status": 429, "retry_after": 3},
//!  {"match": {"path": "/table/"}, "kind": "delay", "delay_ms": 1500, "times": 10}]
//! ```

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::ApiError;

/// Rules held at a time.
pub const RULES_MAX: usize = 64;
/// The longest delay, in milliseconds.
pub const DELAY_MS_MAX: u64 = 120_000;

/// One rule: which requests, what happens to them, how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests; all of them when left out.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What happens.
    pub kind: Kind,
    /// The status of kind `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Seconds for a `Retry-After` header, with kind `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Milliseconds to wait first; the whole of kind `delay`, possible with every other.
    #[serde(default)]
    pub delay_ms: u64,
    /// How many requests it acts on.
    #[serde(default = "once")]
    pub times: u32,
}

impl Rule {
    /// A rule that acts once, on requests of `method` whose path contains `path`.
    pub fn new(method: &str, path: &str, kind: Kind) -> Self {
        let matches = Match { method: Some(method.to_owned()), path: Some(path.to_owned()) };
        Self { matches, kind, status: None, retry_after: None, delay_ms: 0, times: once() }
    }

    /// The same rule, acting `times` times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
}

/// Which requests a rule acts on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The method; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What the path contains; anything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Done, then the connection is closed without an answer.
    CommitThenDrop,
    /// The connection is closed without an answer; nothing is done.
    DropBefore,
    /// An error of the rule's status; nothing is done.
    Status,
    /// The page of a hibernating developer instance, with status 200; nothing is done.
    #[serde(rename = "html_200")]
    Html200,
    /// Taken, never done: what an instance with a full queue answers.
    #[serde(rename = "accepted_202")]
    Accepted202,
    /// Sent to a login page; nothing is done.
    #[serde(rename = "redirect_302")]
    Redirect302,
    /// Done, but half of the answer's body is missing.
    TruncatedBody,
    /// Done, but the answer is a 200 that holds a cancelled transaction's error as well.
    #[serde(rename = "partial_200")]
    Partial200,
    /// Done after the delay, even if the client has gone by then.
    Delay,
}

fn once() -> u32 {
    1
}

/// The connection is to be closed without an answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("cut by a fault")]
pub(crate) struct Cut;

/// The rules in force, each with the times that are left.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Rule>>);

impl Faults {
    /// Replaces all rules.
    pub(crate) fn set(&self, rules: Vec<Rule>) -> Result<(), String> {
        if rules.len() > RULES_MAX {
            return Err(format!("{} rules; at most {RULES_MAX} are held", rules.len()));
        }
        for (index, rule) in rules.iter().enumerate() {
            check(rule).map_err(|wrong| format!("rule {index}: {wrong}"))?;
        }
        *self.lock() = rules;
        Ok(())
    }

    /// What is left of the rules.
    pub(crate) fn left(&self) -> Vec<Rule> {
        self.lock().clone()
    }

    fn take(&self, method: &str, path: &str) -> Option<Rule> {
        let mut rules = self.lock();
        let hits = |rule: &Rule| {
            rule.matches.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && rule.matches.path.as_deref().is_none_or(|part| path.contains(part))
        };
        let index = rules.iter().position(hits)?;
        let rule = rules[index].clone();
        rules[index].times -= 1;
        if rules[index].times == 0 {
            rules.remove(index);
        }
        Some(rule)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(rule: &Rule) -> Result<(), String> {
    if rule.times == 0 {
        return Err("times is 0".to_owned());
    }
    if rule.delay_ms > DELAY_MS_MAX {
        return Err(format!("delay_ms is above {DELAY_MS_MAX}"));
    }
    match (rule.kind, rule.status) {
        (Kind::Status, None) => Err("kind status needs a status".to_owned()),
        (Kind::Status, Some(status)) if !(400..=599).contains(&status) => {
            Err(format!("status {status} is not an error"))
        }
        (Kind::Delay, _) if rule.delay_ms == 0 => Err("kind delay needs delay_ms".to_owned()),
        _ => Ok(()),
    }
}

/// Answers a request, through the first rule that matches it if there is one.
pub(crate) async fn pass(
    faults: &Faults,
    body_bytes_max: usize,
    request: Request,
    next: Next,
) -> Response {
    let Some(rule) = faults.take(request.method().as_str(), request.uri().path()) else {
        return next.run(request).await;
    };
    tracing::info!(kind = ?rule.kind, method = %request.method(), "fault");
    let delay = Duration::from_millis(rule.delay_ms);
    if rule.kind != Kind::Delay {
        tokio::time::sleep(delay).await;
    }
    match rule.kind {
        Kind::Delay => late(delay, body_bytes_max, request, next).await,
        Kind::CommitThenDrop => {
            let _done = next.run(request).await;
            cut()
        }
        Kind::DropBefore => cut(),
        Kind::Status => status(&rule),
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
    }
}

/// Does it in a task of its own, which goes on when the client hangs up: an instance works on,
/// whoever waits for it. The body is read first, since it would be lost with the connection.
async fn late(delay: Duration, body_bytes_max: usize, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, body_bytes_max).await else { return cut() };
    let request = Request::from_parts(parts, Body::from(bytes));
    let work = tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        next.run(request).await
    });
    work.await.unwrap_or_else(|_| cut())
}

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

fn status(rule: &Rule) -> Response {
    let status = rule.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let message = match status {
        StatusCode::TOO_MANY_REQUESTS => "Rate limit exceeded",
        StatusCode::UNAUTHORIZED => "User Not Authenticated",
        _ => "Operation Failed",
    };
    let mut response = ApiError::new(status, message, Some("by a fault")).into_response();
    if let Some(seconds) = rule.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Changes the body of an answer, which is one of ours and so bounded.
async fn reshape(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&bytes)))
}

fn add_cancelled(body: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_else(|_| json!({}));
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

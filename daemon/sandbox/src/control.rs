//! `/__sandbox/…`: what was really committed, how often was asked, and which faults act.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::api::{Unread, bounded, is_sent_as};
use crate::faults::Plan;
use crate::{Shared, edge, schema};

/// Commits given in one answer of the ledger.
const LEDGER_LIMIT_MAX: usize = 10_000;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/__sandbox/ledger", get(ledger))
        .route("/__sandbox/requests", get(requests))
        .route("/__sandbox/tokens", delete(end_tokens))
        .route("/__sandbox/faults", get(faults).post(set_faults).delete(end_faults))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerQuery {
    table: Option<String>,
    sys_id: Option<String>,
    /// Only commits after this number.
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
}

/// `{"v":1,"commits":[{seq, at, by, verb, table, sys_id, puts}…]}`, oldest first, and `"next":seq`
/// where there are more: what to ask for as `since`.
async fn ledger(State(shared): State<Shared>, Query(query): Query<LedgerQuery>) -> Response {
    let limit = query.limit.unwrap_or(LEDGER_LIMIT_MAX).clamp(1, LEDGER_LIMIT_MAX);
    let read = tokio::task::spawn_blocking(move || {
        shared.store.ledger(limit + 1, |commit| {
            commit.seq > query.since
                && query.table.as_ref().is_none_or(|table| *table == commit.table)
                && query.sys_id.as_ref().is_none_or(|id| *id == commit.sys_id)
        })
    });
    match read.await {
        Ok(Ok(mut commits)) => {
            let is_cut = commits.len() > limit;
            commits.truncate(limit);
            let next = commits.last().filter(|_| is_cut).map(|last| last.seq);
            Json(json!({ "v": 1, "commits": commits, "next": next })).into_response()
        }
        Ok(Err(error)) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// `{"v":1,"requests":{"GET sys_user":n…},"cookies_sent_back":n}`, since the start.
async fn requests(State(shared): State<Shared>) -> Response {
    let tally = shared.counters.lock();
    let body = json!({
        "v": 1,
        "requests": tally.requests,
        "cookies_sent_back": tally.cookies_sent_back,
    });
    Json(body).into_response()
}

/// `{"v":1,"seed":n,"rules":[…],"acted":{"busy_429":n…}}`: what is left, and what acted so far.
async fn faults(State(shared): State<Shared>) -> Response {
    let (plan, acted) = (shared.faults.left(), shared.faults.acted());
    Json(json!({
        "v": 1,
        "seed": plan.seed,
        "ignore_sys_id": plan.ignore_sys_id,
        "invalid_query_returns_no_rows": plan.invalid_query_returns_no_rows,
        "rules": plan.rules,
        "acted": acted,
    }))
    .into_response()
}

async fn set_faults(State(shared): State<Shared>, request: Request) -> Response {
    // A form on a page elsewhere cannot send this type without asking first.
    if !is_sent_as(request.headers(), "application/json") {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json");
    }
    let body = match bounded(request.into_body(), shared.body_bytes_max).await {
        Ok(body) => body,
        Err(Unread::TooLong { .. }) => {
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
        }
        Err(Unread::Late) => {
            let why = "the body did not come to its end";
            return problem(StatusCode::REQUEST_TIMEOUT, why);
        }
    };
    match Plan::from_json(&body).and_then(|plan| shared.faults.set(plan)) {
        Ok(()) => faults(State(shared)).await,
        Err(wrong) => problem(StatusCode::BAD_REQUEST, &wrong),
    }
}

async fn end_faults(State(shared): State<Shared>) -> Response {
    match shared.faults.set(Plan::default()) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(wrong) => problem(StatusCode::INTERNAL_SERVER_ERROR, &wrong),
    }
}

/// Ends all access tokens, as when they expired.
async fn end_tokens(State(shared): State<Shared>) -> StatusCode {
    shared.tokens.end_all();
    StatusCode::NO_CONTENT
}

fn problem(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "v": 1, "error": detail }))).into_response()
}

/// How often was asked for what.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Tally>);

#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// `METHOD what`, of which there are few: methods times tables.
    pub(crate) requests: BTreeMap<String, u64>,
    /// Requests of the REST APIs that carried a cookie; a client should send none. Browsers send those
    /// of whatever else is on this host to the pages, and are not counted.
    cookies_sent_back: u64,
}

impl Counters {
    pub(crate) fn count(&self, request: &Request) {
        let mut tally = self.lock();
        let is_api = edge::is_api(request.uri().path());
        if is_api && request.headers().contains_key(header::COOKIE) {
            tally.cookies_sent_back += 1;
        }
        let method = match request.method().as_str() {
            known @ ("GET" | "POST" | "PATCH" | "PUT" | "DELETE") => known,
            _ => "OTHER",
        };
        let key = format!("{method} {}", subject(request.uri().path()));
        *tally.requests.entry(key).or_default() += 1;
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The table that a path is about, else `attachment`, `token` or `page`.
fn subject(path: &str) -> &'static str {
    if path == "/oauth_token.do" {
        return "token";
    }
    if !path.starts_with("/api/now/") {
        return "page";
    }
    let mut parts = path.split('/');
    let table = parts.find(|part| *part == "table").and_then(|_| parts.next());
    match table {
        Some(name) => schema::table(name).map_or("unknown table", |table| table.name),
        None if path.contains("/attachment") => "attachment",
        None => "other",
    }
}

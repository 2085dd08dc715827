//! The Table API: list, read, insert, update, delete.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Map, Value, json};

use crate::Shared;
use crate::schema::Table;
use crate::store::{Fields, Row, is_sys_id};

use super::auth::Caller;
use super::body::bounded;
use super::negotiate::is_sent_as;
use super::params::Params;
use super::{ApiError, render};

/// The versions under which the API answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    /// `v2`, and no version at all.
    Latest,
}

pub(super) fn routes() -> Router<Shared> {
    under("/api/now/table", Version::Latest)
        .merge(under("/api/now/v1/table", Version::V1))
        .merge(under("/api/now/v2/table", Version::Latest))
}

fn under(prefix: &str, version: Version) -> Router<Shared> {
    Router::new()
        .route(&format!("{prefix}/{{table}}"), get(list).post(insert))
        .route(
            &format!("{prefix}/{{table}}/{{sys_id}}"),
            get(read).patch(update).put(update).delete(delete),
        )
        .layer(Extension(version))
}

async fn list(
    State(shared): State<Shared>,
    Extension(version): Extension<Version>,
    Path(table): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, ApiError> {
    let table = find_table(&shared, &table)?;
    let params = Params::parse(raw.as_deref());
    let strict = shared.faults.refuses_partial_queries();
    let (total, rows) = shared.store.read(|tables| {
        let found = params.find(tables, table, strict);
        let page = found.iter().skip(params.offset).take(params.limit);
        let rows: Vec<Value> =
            page.map(|row| render::row(tables, table, row, &params, &shared.base)).collect();
        (found.len(), rows)
    });
    if rows.is_empty() && version == Version::V1 {
        return Err(ApiError::no_record());
    }
    let mut response = Json(json!({ "result": rows })).into_response();
    if !params.no_count {
        response.headers_mut().insert("x-total-count", HeaderValue::from(total));
    }
    if !params.no_links
        && let Some(links) = links(&shared.base, table, raw.as_deref(), &params, total)
    {
        response.headers_mut().insert(header::LINK, links);
    }
    Ok(response)
}

/// The pages around this one, as far as there are any: `<…>;rel="next",<…>;rel="last"`.
fn links(
    base: &str,
    table: &Table,
    raw: Option<&str>,
    params: &Params,
    total: usize,
) -> Option<HeaderValue> {
    let (limit, offset) = (params.limit.max(1), params.offset);
    let last = total.saturating_sub(1) / limit * limit;
    let pages = [
        ("next", Some(offset.saturating_add(limit)).filter(|next| *next < total)),
        ("prev", Some(offset).filter(|at| *at > 0).map(|at| at.saturating_sub(limit))),
        ("first", Some(0).filter(|_| total > limit)),
        ("last", Some(last).filter(|_| total > limit)),
    ];
    let others: Vec<String> = raw
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("sysparm_offset="))
        .map(|pair| format!("{pair}&"))
        .collect();
    let others = others.concat();
    let link = |(rel, at): (&str, Option<usize>)| {
        let at = at?;
        let path = format!("{base}/api/now/table/{}", table.name);
        Some(format!("<{path}?{others}sysparm_offset={at}>;rel=\"{rel}\""))
    };
    let links: Vec<String> = pages.into_iter().filter_map(link).collect();
    HeaderValue::from_str(&links.join(",")).ok().filter(|_| !links.is_empty())
}

async fn read(
    State(shared): State<Shared>,
    Path((table, sys_id)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, ApiError> {
    let table = find_table(&shared, &table)?;
    let params = Params::parse(raw.as_deref());
    let found = shared.store.read(|tables| {
        let row = tables.row(table.name, &sys_id)?;
        Some(render::row(tables, table, row, &params, &shared.base))
    });
    let row = found.ok_or_else(ApiError::no_record)?;
    Ok(Json(json!({ "result": row })).into_response())
}

async fn insert(
    State(shared): State<Shared>,
    Extension(Caller(by)): Extension<Caller>,
    Path(table): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let table = writable_table(&shared, &table)?;
    let input = input(&shared, &headers, body).await?;
    let sys_id = input.get("sys_id").filter(|id| is_sys_id(id)).cloned();
    let sys_id = sys_id.filter(|_| !shared.faults.ignores_sys_id());
    let row = {
        let shared = shared.clone();
        blocking(table, move || shared.store.insert(table, sys_id, &input, &by)).await?
    };
    let mut response = echo(&shared, table, &row, raw.as_deref(), &headers, StatusCode::CREATED);
    let location = format!("{}/api/now/table/{}/{}", shared.base, table.name, row.get("sys_id"));
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn update(
    State(shared): State<Shared>,
    Extension(Caller(by)): Extension<Caller>,
    Path((table, sys_id)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let table = writable_table(&shared, &table)?;
    let input = input(&shared, &headers, body).await?;
    let row = {
        let shared = shared.clone();
        blocking(table, move || shared.store.update(table, &sys_id, &input, &by)).await?
    };
    Ok(echo(&shared, table, &row, raw.as_deref(), &headers, StatusCode::OK))
}

async fn delete(
    State(shared): State<Shared>,
    Extension(Caller(by)): Extension<Caller>,
    Path((table, sys_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let table = writable_table(&shared, &table)?;
    blocking(table, move || shared.store.delete(table, &sys_id, &by)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Runs a write where waiting for the disk holds up no other request.
pub(super) async fn blocking<T: Send + 'static>(
    table: &Table,
    write: impl FnOnce() -> Result<T, crate::store::WriteError> + Send + 'static,
) -> Result<T, ApiError> {
    match tokio::task::spawn_blocking(write).await {
        Ok(done) => done.map_err(|error| ApiError::write(error, table)),
        Err(error) => {
            tracing::error!(%error, "a write did not end");
            Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "Operation Failed", None))
        }
    }
}

pub(super) fn find_table(shared: &Shared, name: &str) -> Result<&'static Table, ApiError> {
    shared.store.table(name).ok_or_else(|| ApiError::invalid_table(name))
}

pub(super) fn writable_table(shared: &Shared, name: &str) -> Result<&'static Table, ApiError> {
    let table = find_table(shared, name)?;
    if !table.writable {
        let detail = "ACL Exception Insert Failed due to security constraints";
        return Err(ApiError::forbidden(detail));
    }
    Ok(table)
}

fn echo(
    shared: &Shared,
    table: &'static Table,
    row: &Row,
    raw: Option<&str>,
    headers: &HeaderMap,
    status: StatusCode,
) -> Response {
    if headers.get("x-no-response-body").is_some_and(|value| value == "true") {
        return status.into_response();
    }
    let params = Params::parse(raw);
    let row = shared.store.read(|tables| render::row(tables, table, row, &params, &shared.base));
    (status, Json(json!({ "result": row }))).into_response()
}

/// The body as field names and string values; what has no such form is left out.
async fn input(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Fields, ApiError> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Err(ApiError::bad_request("Content-Type is required", None));
    };
    if !is_sent_as(headers, "application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let kind = kind.to_str().ok();
        return Err(ApiError::new(status, "Unsupported media type", kind));
    }
    let bytes = bounded(body, shared.body_bytes_max).await?;
    let message = "Exception while reading request";
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::bad_request(message, Some(&error.to_string())))?;
    match value {
        Value::Object(object) => Ok(strings(object)),
        // Of several records sent at once only the first is taken, as documented.
        Value::Array(mut list) => match list.drain(..).next() {
            Some(Value::Object(object)) => Ok(strings(object)),
            _ => Err(ApiError::bad_request(message, None)),
        },
        _ => Err(ApiError::bad_request(message, None)),
    }
}

fn strings(object: Map<String, Value>) -> Fields {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    };
    object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
}

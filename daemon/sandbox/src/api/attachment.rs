//! The Attachment API: upload as a raw body, list, read, download.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use crate::Shared;
use crate::schema::{self, Table};
use crate::store::{NewFile, Row, Tables};

use super::auth::Caller;
use super::body::bounded;
use super::params::Params;
use super::table::{blocking, writable_table};
use super::{ApiError, render};

pub(super) fn routes() -> Router<Shared> {
    let mut router = Router::new();
    for prefix in ["/api/now/attachment", "/api/now/v1/attachment"] {
        router = router
            .route(prefix, get(list))
            .route(&format!("{prefix}/file"), post(upload))
            .route(&format!("{prefix}/{{sys_id}}"), get(read).delete(delete))
            .route(&format!("{prefix}/{{sys_id}}/file"), get(download));
    }
    router
}

async fn upload(
    State(shared): State<Shared>,
    Extension(Caller(by)): Extension<Caller>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let params = Params::parse(raw.as_deref());
    let wanted = |name: &str| {
        let missing = || ApiError::bad_request(&format!("Missing parameter: {name}"), None);
        params.plain(name).map(str::to_owned).ok_or_else(missing)
    };
    // What only the instance writes to takes no files either, attachments themselves among it.
    let table = writable_table(&shared, &wanted("table_name")?)?;
    let (row, name) = (wanted("table_sys_id")?, wanted("file_name")?);
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| ApiError::bad_request("Content-Type is required", None))?
        .to_owned();
    let bytes = bounded(body, shared.body_bytes_max).await?.to_vec();
    let file = NewFile { table, row, name, content_type, bytes };
    let row = {
        let shared = shared.clone();
        blocking(table, move || shared.store.attach(&file, &by)).await?
    };
    let result = shared.store.read(|tables| describe(tables, &row, &params, &shared.base));
    let location = format!("{}/api/now/attachment/{}", shared.base, row.get("sys_id"));
    let mut response = (StatusCode::CREATED, Json(json!({ "result": result }))).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn list(State(shared): State<Shared>, RawQuery(raw): RawQuery) -> Response {
    let params = Params::parse(raw.as_deref());
    let strict = shared.faults.refuses_partial_queries();
    let rows: Vec<Value> = shared.store.read(|tables| {
        let Some(table) = attachments() else { return Vec::new() };
        let found = params.find(tables, table, strict);
        let page = found.into_iter().skip(params.offset).take(params.limit);
        page.map(|row| describe(tables, row, &params, &shared.base)).collect()
    });
    Json(json!({ "result": rows })).into_response()
}

async fn read(
    State(shared): State<Shared>,
    Path(sys_id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, ApiError> {
    let params = Params::parse(raw.as_deref());
    let found = shared.store.read(|tables| {
        let row = tables.row("sys_attachment", &sys_id)?;
        Some(describe(tables, row, &params, &shared.base))
    });
    let result = found.ok_or_else(ApiError::no_record)?;
    Ok(Json(json!({ "result": result })).into_response())
}

async fn delete(
    State(shared): State<Shared>,
    Extension(Caller(by)): Extension<Caller>,
    Path(sys_id): Path<String>,
) -> Result<Response, ApiError> {
    let table = attachments().ok_or_else(ApiError::no_record)?;
    blocking(table, move || shared.store.delete(table, &sys_id, &by)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn download(
    State(shared): State<Shared>,
    Path(sys_id): Path<String>,
) -> Result<Response, ApiError> {
    file(&shared, &sys_id).await.ok_or_else(ApiError::no_record)
}

/// An attachment's content as a download; `None` when there is none of that id.
///
/// It never says what kind of content it is: a browser must not run what somebody uploaded.
pub(crate) async fn file(shared: &Shared, sys_id: &str) -> Option<Response> {
    let named = |row: &Row| disposition(row.get("file_name"));
    let named = shared.store.read(|tables| tables.row("sys_attachment", sys_id).map(named))?;
    let (shared, sys_id) = (shared.clone(), sys_id.to_owned());
    let bytes =
        tokio::task::spawn_blocking(move || shared.store.content(&sys_id)).await.ok()?.ok()?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, named),
    ];
    Some((headers, bytes).into_response())
}

/// A download under its name: as it is for who reads RFC 6266, in plain letters for who does not.
fn disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' };
    let plain: String = name.chars().map(plain).collect();
    let coded = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    let coded: String = name.bytes().map(coded).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

fn attachments() -> Option<&'static Table> {
    schema::table("sys_attachment")
}

fn describe(tables: &Tables, row: &Row, params: &Params, base: &str) -> Value {
    let Some(table) = attachments() else { return Value::Null };
    let mut value = render::row(tables, table, row, params, base);
    if let Value::Object(object) = &mut value {
        let link = format!("{base}/api/now/attachment/{}/file", row.get("sys_id"));
        object.insert("download_link".to_owned(), json!(link));
    }
    value
}

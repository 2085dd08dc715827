//! The Batch API: several requests in one, one after the other, none undone when a later one fails.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::Service as _;

use crate::Shared;

use super::ApiError;
use super::body::bounded;

/// Requests of one batch.
const REQUESTS_MAX: usize = 100;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/now/batch", post(batch)).route("/api/now/v1/batch", post(batch))
}

#[derive(Debug, Deserialize)]
struct Batch {
    batch_request_id: Value,
    rest_requests: Vec<One>,
}

#[derive(Debug, Deserialize)]
struct One {
    id: Value,
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    /// In base64.
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

async fn batch(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let bytes = bounded(body, shared.body_bytes_max).await?;
    let wrong = |why: String| ApiError::bad_request("Exception while reading request", Some(&why));
    let batch: Batch = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if batch.rest_requests.len() > REQUESTS_MAX {
        return Err(wrong(format!("more than {REQUESTS_MAX} requests")));
    }
    let (mut serviced, mut unserviced) = (Vec::new(), Vec::new());
    for one in batch.rest_requests {
        let id = one.id.clone();
        match answer(&shared, &headers, one).await {
            Some(answer) => serviced.push(answer),
            None => unserviced.push(id),
        }
    }
    Ok(Json(json!({
        "batch_request_id": batch.batch_request_id,
        "serviced_requests": serviced,
        "unserviced_requests": unserviced,
    })))
}

/// `None` for what is no request, or a batch within the batch.
async fn answer(shared: &Shared, outer: &HeaderMap, one: One) -> Option<Value> {
    if !one.url.starts_with("/api/now/") || one.url.contains("/batch") {
        return None;
    }
    let body = one.body.map(|body| STANDARD.decode(body)).transpose().ok()?.unwrap_or_default();
    let mut request = Request::builder()
        .method(one.method.to_ascii_uppercase().parse::<Method>().ok()?)
        .uri(one.url)
        .body(Body::from(body))
        .ok()?;
    for Header { name, value } in one.headers {
        let name: HeaderName = name.parse().ok()?;
        request.headers_mut().insert(name, value.parse().ok()?);
    }
    for (name, value) in outer {
        if name == AUTHORIZATION || name == "x-sn-apikey" {
            request.headers_mut().insert(name.clone(), value.clone());
        }
    }
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().entry(CONTENT_TYPE).or_insert(json.clone());
    request.headers_mut().entry(ACCEPT).or_insert(json);
    let mut router = super::router(shared).with_state::<()>(shared.clone());
    let Ok(response) = router.call(request).await;
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let headers = json!([{ "name": "Content-Type", "value": kind.unwrap_or_default() }]);
    let body: Bytes =
        axum::body::to_bytes(response.into_body(), shared.body_bytes_max).await.ok()?;
    Some(json!({
        "id": one.id,
        "body": STANDARD.encode(body),
        "status_code": status.as_u16(),
        "status_text": status.canonical_reason().unwrap_or_default(),
        "headers": headers,
    }))
}

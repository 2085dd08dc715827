//! Bodies and queries, read strictly, with errors that name the field.

use super::Door;
use super::problem::Fault;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// A body of JSON.
pub(super) struct Typed<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Door>> for Typed<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, door: &Arc<Door>) -> Result<Self, Fault> {
        let header = request.headers().get(CONTENT_TYPE);
        let essence = header.and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next());
        if !essence.is_some_and(|v| v.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Fault::MediaType);
        }
        // A body that drips in holds a connection as a head would.
        let secs = door.settings.body_secs;
        let whole = Bytes::from_request(request, door);
        let in_time = tokio::time::timeout(Duration::from_secs(secs.into()), whole).await;
        let bytes = in_time.map_err(|_| Fault::Timeout(secs))?.map_err(|rejection| {
            use FailedToBufferBody::LengthLimitError;
            match rejection {
                BytesRejection::FailedToBufferBody(LengthLimitError(_)) => {
                    Fault::TooLarge(door.settings.body_bytes)
                }
                // Its own text says only that it failed.
                rejection => Fault::Body(innermost(&rejection).to_string()),
            }
        })?;
        read(&bytes).map(Self)
    }
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// First as any JSON, so that what is wrong with a field is told apart from what is no JSON.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Fault::NotJson(error.to_string()))?;
    if !value.is_object() {
        return Err(Fault::NotJson("it must be one object".into()));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| sort(&error.path().to_string(), &error.inner().to_string()))
}

/// Sorts serde's messages by their fixed beginnings.
fn sort(path: &str, message: &str) -> Fault {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, expected) = rest.split_once("`, ").unwrap_or((rest, "no fields"));
        return Fault::UnknownField { field: with_name(path, name), expected: expected.to_owned() };
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Fault::MissingField(with_name(path, rest.trim_end_matches('`')));
    }
    Fault::WrongField { field: path.to_owned(), problem: message.to_owned() }
}

/// Adds the field's own name where the path ends at its parent.
fn with_name(path: &str, name: &str) -> String {
    match path {
        "." | "" | "?" => name.to_owned(),
        path if path.rsplit('.').next() == Some(name) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// What a path's query says.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Door>> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Door>) -> Result<Self, Fault> {
        let asked = Query::<T>::try_from_uri(&parts.uri);
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|rejection| Fault::Query(rejection.body_text()))
    }
}

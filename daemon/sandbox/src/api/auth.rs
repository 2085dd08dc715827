//! Basic authentication, the only kind that the sandbox knows.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Shared;

use super::ApiError;

/// The account that a request was made with.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) String);

/// Lets a request with the right login pass; anything else is a plain 401.
pub(super) async fn require(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let wanted = (shared.username.as_str(), shared.password.as_str());
    match credentials(request.headers()) {
        Some((user, password)) if (user.as_str(), password.as_str()) == wanted => {
            request.extensions_mut().insert(Caller(user));
            next.run(request).await
        }
        _ => ApiError::unauthenticated().into_response(),
    }
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

//! Who asks: by user and password, by a token of `/oauth_token.do`, or by an API key.

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

/// Lets a request with a right login pass; anything else is a plain 401.
pub(super) async fn require(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&shared, request.headers()) {
        Some(user) => {
            request.extensions_mut().insert(Caller(user));
            next.run(request).await
        }
        None => ApiError::unauthenticated().into_response(),
    }
}

/// Whether the request's login is right.
pub(crate) fn may_log_in(shared: &Shared, headers: &HeaderMap) -> bool {
    caller(shared, headers).is_some()
}

fn caller(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    if let Some(key) = headers.get("x-sn-apikey") {
        return (key.as_bytes() == shared.api_key.as_bytes()).then(|| shared.username.clone());
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => basic(credentials.trim()).filter(|login| {
            (login.0.as_str(), login.1.as_str()) == (&shared.username, &shared.password)
        }),
        "bearer" => shared.tokens.user_of(credentials.trim()).map(|user| (user, String::new())),
        _ => None,
    }
    .map(|login| login.0)
}

fn basic(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

//! `/oauth_token.do`: tokens for `client_credentials`, `password` and `refresh_token`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::{Shared, store};

use super::body::bounded;
use super::negotiate::is_sent_as;

/// Tokens held at a time; the oldest ends first.
const TOKENS_MAX: usize = 1000;
/// Bytes of a request for a token.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// The tokens given out. A restart ends them all.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<VecDeque<Token>>);

#[derive(Clone)]
struct Token {
    access: String,
    /// `client_credentials` gives none.
    refresh: Option<String>,
    user: String,
    /// The access token's end; a refresh token lasts as long as the sandbox.
    ends: Instant,
}

/// Neither of its secrets.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("user", &self.user).finish_non_exhaustive()
    }
}

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/oauth_token.do", post(token))
}

async fn token(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    if !is_sent_as(&headers, "application/x-www-form-urlencoded") {
        return refused("invalid_request", "the parameters must be form-encoded");
    }
    let Ok(bytes) = bounded(body, FORM_BYTES_MAX).await else {
        return refused("invalid_request", "the request cannot be read");
    };
    let form: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    let given = |name: &str| form.iter().find(|pair| pair.0 == name).map_or("", |pair| &*pair.1);
    let client = (given("client_id"), given("client_secret"));
    if client != (shared.oauth.client_id.as_str(), shared.oauth.client_secret.as_str()) {
        return refused("server_error", "access_denied");
    }
    let life = shared.oauth.token_life;
    let token = match given("grant_type") {
        "client_credentials" => shared.tokens.give(&shared.username, false, life),
        "password" => {
            let account = (given("username"), given("password"));
            if account != (shared.username.as_str(), shared.password.as_str()) {
                return refused("server_error", "access_denied");
            }
            shared.tokens.current_or_new(account.0, life)
        }
        "refresh_token" => match shared.tokens.user_of_refresh(given("refresh_token")) {
            Some(user) => shared.tokens.give(&user, true, life),
            None => return refused("server_error", "access_denied"),
        },
        _ => return refused("unsupported_grant_type", "grant_type is not supported"),
    };
    match token {
        Ok(token) => Json(described(&token)).into_response(),
        Err(error) => {
            tracing::error!(%error, "no randomness for a token");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(error: &str, description: &str) -> Response {
    let body = json!({ "error_description": description, "error": error });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

fn described(token: &Token) -> Value {
    let left = token.ends.saturating_duration_since(Instant::now()).as_secs();
    let mut body = json!({
        "access_token": token.access,
        "scope": "useraccount",
        "token_type": "Bearer",
        "expires_in": left,
    });
    if let Some(refresh) = &token.refresh {
        body["refresh_token"] = json!(refresh);
    }
    body
}

impl Tokens {
    /// Whose access token it is, while it lasts.
    pub(super) fn user_of(&self, access: &str) -> Option<String> {
        let now = Instant::now();
        let tokens = self.lock();
        let held = tokens.iter().find(|token| token.access == access && token.ends > now);
        held.map(|token| token.user.clone())
    }

    /// Ends all access tokens; those for a refresh stay.
    pub(crate) fn end_all(&self) {
        let now = Instant::now();
        self.lock().iter_mut().for_each(|token| token.ends = now);
    }

    fn user_of_refresh(&self, refresh: &str) -> Option<String> {
        let tokens = self.lock();
        let held = tokens.iter().find(|token| token.refresh.as_deref() == Some(refresh));
        held.map(|token| token.user.clone())
    }

    /// As instances do: who asks again by password gets the token that still lasts.
    fn current_or_new(&self, user: &str, life: Duration) -> std::io::Result<Token> {
        let now = Instant::now();
        let lasting = |token: &&Token| token.user == user && token.refresh.is_some();
        let held = self.lock().iter().rev().find(lasting).cloned();
        match held.filter(|token| token.ends > now) {
            Some(token) => Ok(token),
            None => self.give(user, true, life),
        }
    }

    fn give(&self, user: &str, refreshable: bool, life: Duration) -> std::io::Result<Token> {
        let token = Token {
            access: store::random_hex(48)?,
            refresh: refreshable.then(|| store::random_hex(48)).transpose()?,
            user: user.to_owned(),
            ends: Instant::now() + life,
        };
        let mut tokens = self.lock();
        if tokens.len() == TOKENS_MAX {
            tokens.pop_front();
        }
        tokens.push_back(token.clone());
        Ok(token)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Token>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

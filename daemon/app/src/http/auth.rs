//! A customer proves by their chat's token that it is theirs. Whoever cannot learns nothing: not
//! even whether there is such a chat.

use super::Door;
use super::problem::Fault;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use desk_core::name::ChatId;
use std::sync::Arc;

/// The customer of the chat in the path.
pub(super) struct Customer {
    pub(super) chat: ChatId,
}

impl FromRequestParts<Arc<Door>> for Customer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Fault> {
        let path = Path::<String>::from_request_parts(parts, door).await;
        let chat = path.ok().and_then(|Path(text)| text.parse::<ChatId>().ok());
        let token = parts.headers.get(AUTHORIZATION).and_then(bearer);
        match (chat, token) {
            (Some(chat), Some(token)) if door.desk.keys().is_chat_token(chat, token) => {
                Ok(Self { chat })
            }
            _ => Err(Fault::Unauthorized),
        }
    }
}

/// The token of the header that says who asks.
pub(super) fn bearer(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

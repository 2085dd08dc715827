//! Puts the values of secrets where a delivery names them: in a header as they are, in the body as
//! part of a string of JSON.

use crate::config::SinkSecrets;
use desk_core::{Payload, Piece};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;

/// Why a delivery cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// The sink has no such secret.
    #[error("the sink has no secret '{0}'")]
    NoSecret(String),
    /// A header, with its secrets, is none.
    #[error("the header '{0}' cannot be sent")]
    Header(String),
}

/// The headers and the body that are sent.
pub(crate) fn fill(
    payload: &Payload,
    secrets: &SinkSecrets,
) -> Result<(HeaderMap, Vec<u8>), Unfit> {
    let mut headers = HeaderMap::new();
    for (name, pieces) in &payload.headers {
        let wrong = || Unfit::Header(name.clone());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let text = joined(pieces, secrets, str::to_owned)?;
        let mut value = HeaderValue::from_str(&text).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok((headers, joined(&payload.body, secrets, in_json)?.into_bytes()))
}

fn joined(
    pieces: &[Piece],
    secrets: &SinkSecrets,
    write: impl Fn(&str) -> String,
) -> Result<String, Unfit> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Secret(name) => {
                let secret = secrets.get(name).ok_or_else(|| Unfit::NoSecret(name.clone()))?;
                text.push_str(&write(secret.expose_secret()));
            }
        }
    }
    Ok(text)
}

/// A text as it stands within a string of JSON.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(value: &str) -> SinkSecrets {
        [("key".to_owned(), value.to_owned().into())].into()
    }

    fn payload(header: &str) -> Payload {
        let secret = || Piece::Secret("key".into());
        let text = |text: &str| Piece::Text(text.into());
        Payload {
            headers: [(header.to_owned(), vec![text("Bearer "), secret()])].into(),
            body: vec![text("{\"a\":\""), secret(), text("\"}")],
        }
    }

    #[test]
    fn a_secret_stands_in_the_body_as_a_string_of_json() {
        let (headers, body) = fill(&payload("x-a"), &secrets("a\\b")).unwrap();
        assert_eq!(headers["x-a"], "Bearer a\\b");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["a"], "a\\b");
        assert!(!format!("{headers:?}").contains("a\\b"));
    }

    #[test]
    fn what_would_be_another_header_is_not_sent() {
        let cut = fill(&payload("x-a"), &secrets("k\r\nx-b: c")).unwrap_err();
        assert_eq!(cut, Unfit::Header("x-a".into()));
        let name = fill(&payload("x a"), &secrets("k")).unwrap_err();
        assert_eq!(name, Unfit::Header("x a".into()));
        let none = fill(&payload("x-a"), &SinkSecrets::new()).unwrap_err();
        assert_eq!(none, Unfit::NoSecret("key".into()));
    }
}

//! Reading JSON strictly, with errors that name the field.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::decoder::MAX_FRAME;
use crate::refusal::Refusal;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// Longer than [`MAX_FRAME`].
    #[error("the line is longer than {MAX_FRAME} bytes")]
    TooLong,
    /// Bytes that are no UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// Not one JSON object; the parser's words.
    #[error("the line is not a JSON object: {0}")]
    NotJson(String),
    /// An object that is none of the lines of this protocol.
    #[error("the line is none that this protocol knows: {0}")]
    UnknownLine(String),
    /// A protocol version other than ours.
    #[error("protocol version {got} is not spoken here, only {expected}", expected = crate::V)]
    WrongVersion {
        /// What the other side speaks.
        got: String,
    },
    /// A verb that does not exist.
    #[error("there is no verb `{verb}`")]
    UnknownVerb {
        /// The word that came.
        verb: String,
    },
    /// A field that the verb or line does not take.
    #[error("there is no field `{field}` here")]
    UnknownField {
        /// Path of the field, such as `with.colour`.
        field: String,
        /// The fields that there are, in serde's words.
        expected: String,
    },
    /// A field that must be there.
    #[error("the field `{field}` is missing")]
    MissingField {
        /// Path of the field.
        field: String,
    },
    /// A field with a value of the wrong type or out of its range.
    #[error("the field `{field}` is wrong: {problem}")]
    WrongType {
        /// Path of the field.
        field: String,
        /// What came and what was expected.
        problem: String,
    },
}

/// A line that cannot be taken, with the id of the request where one could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LineError {
    /// The request's id, so that the refusal can be addressed.
    pub id: Option<u64>,
    /// What is wrong.
    pub kind: Kind,
}

impl LineError {
    /// An error that belongs to no request.
    pub(crate) const fn bare(kind: Kind) -> Self {
        Self { id: None, kind }
    }

    /// The same as a refusal, for the answer.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let message = self.kind.to_string();
        match &self.kind {
            Kind::TooLong => Refusal::new("too_long", message),
            Kind::NotUtf8 => Refusal::new("not_utf8", message),
            Kind::NotJson(_) => Refusal::new("not_json", message),
            Kind::UnknownLine(_) => Refusal::new("unknown_line", message),
            Kind::WrongVersion { .. } => Refusal::new("wrong_version", message)
                .field("v")
                .hint("use a client and a daemon of the same version"),
            Kind::UnknownVerb { .. } => Refusal::new("unknown_verb", message)
                .field("verb")
                .hint("the client may be newer than the daemon"),
            Kind::UnknownField { field, expected } => Refusal::new("unknown_field", message)
                .field(field.clone())
                .hint(format!("expected {expected}")),
            Kind::MissingField { field } => {
                Refusal::new("missing_field", message).field(field.clone())
            }
            Kind::WrongType { field, .. } => {
                Refusal::new("wrong_type", message).field(field.clone())
            }
        }
    }
}

/// One JSON object.
pub(crate) fn object(line: &str) -> Result<Map<String, Value>, Kind> {
    serde_json::from_str(line).map_err(|error| Kind::NotJson(error.to_string()))
}

/// Reads a value; paths in errors begin with `prefix`.
pub(crate) fn value<T: DeserializeOwned>(value: Value, prefix: &str) -> Result<T, Kind> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        kind(&join(prefix, &path), &error.into_inner().to_string())
    })
}

/// Sorts a serde error by the fixed beginnings of its message (`serde::de::Error`'s defaults).
fn kind(path: &str, message: &str) -> Kind {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, expected) = rest.split_once("`, expected ").unwrap_or((rest, "no fields"));
        let name = name.trim_end_matches("`, there are no fields");
        return Kind::UnknownField { field: with_name(path, name), expected: expected.to_owned() };
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Kind::MissingField { field: with_name(path, rest.trim_end_matches('`')) };
    }
    Kind::WrongType { field: path.to_owned(), problem: message.to_owned() }
}

/// Adds the field's own name where the path ends at its parent.
fn with_name(path: &str, name: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    if last == name { path.to_owned() } else { join(path, name) }
}

fn join(prefix: &str, path: &str) -> String {
    match (prefix, path) {
        (prefix, "." | "" | "?") => prefix.to_owned(),
        ("", path) => path.to_owned(),
        (prefix, path) => format!("{prefix}.{path}"),
    }
}

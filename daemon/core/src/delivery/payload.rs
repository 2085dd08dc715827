//! What a delivery sends. A secret in it is named, never held: its value is put in its place where
//! it is sent, and nowhere before.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most bytes of a delivery's headers and body together, names of secrets included.
pub const PAYLOAD_BYTES_MAX: usize = 16 << 10;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// As it is.
    Text(String),
    /// The value of the sink's secret of this name.
    Secret(String),
}

impl Piece {
    fn secret(&self) -> Option<&str> {
        match self {
            Self::Secret(name) => Some(name),
            Self::Text(_) => None,
        }
    }
}

/// Headers and a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Headers by name, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Vec<Piece>>,
    /// JSON; a secret stands within a string of it.
    pub body: Vec<Piece>,
}

impl Payload {
    /// The secrets that it names.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<&str> {
        self.pieces().filter_map(Piece::secret).collect()
    }

    /// Its length.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let names: usize = self.headers.keys().map(String::len).sum();
        let length = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Secret(text) => text.len(),
        };
        names + self.pieces().map(length).sum::<usize>()
    }

    /// Whether anything in it says this.
    #[must_use]
    pub fn says(&self, what: impl Fn(&str) -> bool) -> bool {
        let text = |piece: &Piece| matches!(piece, Piece::Text(text) if what(text));
        self.headers.keys().any(|name| what(name)) || self.pieces().any(text)
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.headers.values().flatten().chain(&self.body)
    }
}

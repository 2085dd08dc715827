//! Facts about a person. In a record they stand apart from the clear part, so that they can be
//! erased without touching anything else; an erased one decodes to [`Private::Erased`].

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The key of the one-entry map as which a private value is written (`{"~": value}`). The record's
/// codec moves the values so marked to the record's personal part.
pub const MARK: &str = "~";

/// A value about a person, or the place where one was.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Private<T> {
    /// The value.
    Known(T),
    /// It was erased.
    Erased,
}

impl<T> Private<T> {
    /// The value, unless erased.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

impl<T: Default + Clone> Private<T> {
    /// The value, or an empty one where it was erased.
    pub fn or_empty(&self) -> T {
        self.known().cloned().unwrap_or_default()
    }
}

impl<T: Default> Default for Private<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// Personal data does not reach logs by way of `{:?}`.
impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "(private)",
            Self::Erased => "(erased)",
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Marked<T> {
    #[serde(rename = "~")]
    value: T,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Marked { value: self.known() }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let marked = Marked::<Option<T>>::deserialize(deserializer)?;
        Ok(marked.value.map_or(Self::Erased, Self::Known))
    }
}

/// A value that may be absent, written as private; records of before hold it in the clear. Erased, it
/// is absent.
pub(crate) mod optional {
    use super::{Marked, Private};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Clear(String),
        Private(Marked<Option<String>>),
    }

    #[allow(clippy::ref_option, reason = "serde asks for this shape")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.clone().map(Private::Known).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        Ok(match Option::<Written>::deserialize(deserializer)? {
            Some(Written::Clear(value)) => Some(value),
            Some(Written::Private(marked)) => marked.value,
            None => None,
        })
    }
}

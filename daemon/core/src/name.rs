//! The names and ids by which everything is spoken of. Ids that leave the house carry random bits;
//! ids of parts (segment, step) are made from their chat's.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// Most characters a name may have.
pub const NAME_MAX: usize = 64;

/// Whether a text may serve as a name: 1 to [`NAME_MAX`] of letters, digits and `. _ @ -`, so
/// that it can stand in a path, a log line or a URL without quoting.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._@-".contains(c);
    !text.is_empty() && text.len() <= NAME_MAX && text.chars().all(allowed) && text != ".."
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// An agent, as the config names them.
    AgentId;
    /// A queue, as the config names it.
    QueueId;
    /// A skill that a chat may need and an agent may have.
    Skill;
    /// A disposition code.
    CodeId;
    /// A destination of deliveries, as the config names it.
    SinkId;
    /// The sender's own id of a command, by which a repeat is known.
    CommandId;
    /// SHA-256, in hex, of a config or a script set.
    Hash;
}

macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not {1}")]
pub struct BadId(String, &'static str);

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::try_parse(text).map(Self).map_err(|_| BadId(text.into(), $what))
            }
        }

        text_serde!($name);
    )*};
}

uuids! {
    /// A chat.
    ChatId "a chat's id (a UUID)";
    /// An offer of a chat to an agent.
    OfferId "an offer's id (a UUID)";
    /// A request to open a record in an agent's browser.
    PopId "a pop's id (a UUID)";
    /// A token or a session.
    GrantId "a grant's id (a UUID)";
    /// A delivery to a sink: receivers know a repeat by it.
    DeliveryId "a delivery's id (a UUID)";
}

/// One agent's part of a chat: the chat and the number of the segment, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId {
    /// The chat.
    pub chat: ChatId,
    /// The segment's number in it, from 1.
    pub n: u16,
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.chat, self.n)
    }
}

impl FromStr for SegmentId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId(text.into(), "a segment's id (chat.number)");
        let (chat, n) = text.split_once('.').ok_or_else(bad)?;
        Ok(Self { chat: chat.parse()?, n: n.parse().map_err(|_| bad())? })
    }
}

text_serde!(SegmentId);

/// What one step of a chat's incident does, in the order in which they are sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Creates the incident.
    Create,
    /// Attaches a transcript that is too long for a field.
    Attach,
    /// Completes the incident with what the agent of this segment (by number) wrapped up with.
    Complete(u16),
    /// Creates the chat's interaction.
    Interaction,
    /// Ties the interaction to the incident.
    Relate,
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create => f.write_str("create"),
            Self::Attach => f.write_str("attach"),
            Self::Complete(n) => write!(f, "complete.{n}"),
            Self::Interaction => f.write_str("interaction"),
            Self::Relate => f.write_str("relate"),
        }
    }
}

impl FromStr for StepKind {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad =
            || BadId(text.into(), "a step (create, attach, complete.N, interaction or relate)");
        match text {
            "create" => Ok(Self::Create),
            "attach" => Ok(Self::Attach),
            "interaction" => Ok(Self::Interaction),
            "relate" => Ok(Self::Relate),
            _ => {
                let n = text.strip_prefix("complete.").ok_or_else(bad)?;
                Ok(Self::Complete(n.parse().map_err(|_| bad())?))
            }
        }
    }
}

text_serde!(StepKind);

/// A step of a chat's incident; its text marks the work note that it writes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    /// The chat.
    pub chat: ChatId,
    /// Which step.
    pub kind: StepKind,
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.chat, self.kind)
    }
}

impl FromStr for StepId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId(text.into(), "a step's id (a chat's and its kind: chat.create)");
        let (chat, kind) = text.split_once('.').ok_or_else(bad)?;
        Ok(Self { chat: chat.parse()?, kind: kind.parse()? })
    }
}

text_serde!(StepId);

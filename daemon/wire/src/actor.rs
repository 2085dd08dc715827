//! Whom a request acts as: `agent:alice`, `role:admin`.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What somebody may do is given by roles; the table of them is the daemon's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Handles chats.
    Agent,
    /// Looks after named queues.
    Supervisor,
    /// May force anything and steer the daemon.
    Admin,
    /// Feeds chats in and takes events out.
    Integrator,
}

impl Role {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Integrator => "integrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One agent or one role, picked by a caller who may act as several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActAs {
    /// `agent:NAME`
    Agent(String),
    /// `role:supervisor`, `role:admin`, `role:integrator`
    Role(Role),
}

/// A text that names neither an agent nor a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `agent:NAME` nor `role:supervisor|admin|integrator`")]
pub struct ActAsError(String);

impl FromStr for ActAs {
    type Err = ActAsError;

    fn from_str(text: &str) -> Result<Self, ActAsError> {
        match text.split_once(':') {
            Some(("agent", name)) if !name.is_empty() => Ok(Self::Agent(name.to_owned())),
            Some(("role", "supervisor")) => Ok(Self::Role(Role::Supervisor)),
            Some(("role", "admin")) => Ok(Self::Role(Role::Admin)),
            Some(("role", "integrator")) => Ok(Self::Role(Role::Integrator)),
            _ => Err(ActAsError(text.to_owned())),
        }
    }
}

impl fmt::Display for ActAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(name) => write!(f, "agent:{name}"),
            Self::Role(role) => write!(f, "role:{role}"),
        }
    }
}

impl Serialize for ActAs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ActAs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

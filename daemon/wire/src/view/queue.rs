//! Queues.

use serde::{Deserialize, Serialize};

use super::{Status, WrapupMode};
use crate::UnixMs;

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// The queue's id.
    pub queue: String,
    /// The queue's name.
    pub name: String,
    /// Chats that wait.
    pub waiting: u32,
    /// How long the longest-waiting one has waited; left out where none waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_wait_ms: Option<u64>,
    /// How long a chat that came now might expect to wait; left out where nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_wait_ms: Option<u64>,
    /// The service level that it is held to, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level: Option<LevelView>,
    /// Chats that are offered.
    pub offered: u32,
    /// Chats that an agent talks in.
    pub active: u32,
    /// How many agents serve it.
    pub members: u32,
    /// How many of them can take a chat of it now.
    pub available: u32,
    /// Its priority; a higher one is served first.
    pub priority: i32,
    /// What a chat of it weighs in an agent's capacity.
    pub weight: u32,
    /// Acceptance seconds.
    pub accept_secs: u32,
    /// How its wrap-up is timed.
    pub wrapup: WrapupMode,
    /// Wrap-up seconds, where timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapup_secs: Option<u32>,
    /// Whether a reload removed it: nothing new, what is open finishes.
    pub retired: bool,
    /// Whether an admin has its new chats turned away.
    #[serde(default)]
    pub drained: bool,
    /// Whether it is open, where it goes by hours or somebody opened or closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursView>,
    /// Its agents, where one queue was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<MemberView>,
}

/// How a queue stands that goes by hours, or that somebody opened or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursView {
    /// Whether it is open.
    pub open: bool,
    /// Until when; left out where no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixMs>,
    /// When it opens, where it is closed and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<UnixMs>,
    /// Whether somebody said so, whatever is planned.
    #[serde(default)]
    pub by_hand: bool,
}

/// A queue's service level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelView {
    /// Within how many seconds chats are to be accepted.
    pub secs: u32,
    /// How many of a hundred.
    pub target: u8,
    /// How many of the last hundred were; left out while too few have come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Whether that is too few.
    pub below: bool,
}

/// An agent of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// The agent.
    pub agent: String,
    /// The agent's name.
    #[serde(default)]
    pub name: String,
    /// The agent's skill level in this queue.
    pub level: u32,
    /// The agent's status.
    pub status: Status,
    /// Whether the agent can take a chat of this queue now.
    pub can_take: bool,
}

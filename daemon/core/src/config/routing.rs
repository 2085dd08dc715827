//! How a queue's chats find their agents.

use crate::name::AgentId;
use serde::{Deserialize, Serialize};

/// How a queue's chats find their agents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoutingConfig {
    /// Which of the agents who can take a chat is asked first.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub strategy: Strategy,
    /// For `top_down`: the agents, the one who is asked first at the head.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<AgentId>,
}

/// Which of the agents who can take a chat is asked first. All but `top_down` ask those of the
/// highest level in the queue first; where two are equal, the longest idle is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Whoever is idle for longest.
    #[default]
    LongestIdle,
    /// Whoever was last offered a chat the longest ago.
    RoundRobin,
    /// Whoever has the least of their capacity in use.
    LeastBusy,
    /// Whoever accepted the fewest chats since they logged in.
    FewestChats,
    /// In a fixed order, whatever the levels; those who are not named come last.
    TopDown,
}

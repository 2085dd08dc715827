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
    /// After how many misses in this queue a chat goes the queue's overflow way: 0 for never.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub missed_max: u32,
    /// Whose miss it is that nobody took a broadcast.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub broadcast_miss: BroadcastMiss,
    /// What the customer is told after the first miss; empty for nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub missed_text: String,
    /// What an agent who missed or rejected an offer is set to.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub missed_status: MissedStatus,
    /// After how many seconds they are available again by themselves: 0 for never.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub recover_secs: u32,
    /// For how many seconds a customer's last agent is asked first: 0 for not at all.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub affinity_secs: u32,
    /// After how many seconds any level of the skills that a chat needs will do: 0 for never.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub relax_secs: u32,
}

/// Whose miss it is that nobody took a broadcast in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastMiss {
    /// Nobody's: all of them stay as they are.
    #[default]
    None,
    /// That of each who was asked.
    All,
}

/// What an agent who missed or rejected an offer is set to, where they still want to be available.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedStatus {
    /// On a break.
    #[default]
    OnBreak,
    /// At work, but not for offers.
    WorkOffline,
    /// They stay available; the cool-down alone keeps this chat from them.
    Available,
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
    /// Up to eight at once, those who are idle for longest; the first to accept has the chat.
    Broadcast,
}

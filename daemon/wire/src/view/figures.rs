//! What happened in the queues of late.

use serde::{Deserialize, Serialize};

use crate::UnixMs;

/// Counts of a span of time, by quarters of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresView {
    /// From when on it is counted: what was asked for, at the quarter's beginning.
    pub since: UnixMs,
    /// Up to when.
    pub until: UnixMs,
    /// Each queue.
    pub queues: Vec<QueueFiguresView>,
}

/// One queue's counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueFiguresView {
    /// The queue's id.
    pub queue: String,
    /// The queue's name.
    pub name: String,
    /// Chats that came.
    pub came: u32,
    /// How offers went.
    pub offers: OfferFiguresView,
    /// From the accept to the end of the agent's part in the conversation.
    pub handled: TookView,
    /// From there to the end of the wrap-up, where there is one.
    pub wrapped: TookView,
    /// The quarters of an hour in which anything happened.
    pub quarters: Vec<QuarterView>,
}

/// How offers went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferFiguresView {
    /// Accepted in time.
    pub accepted: u32,
    /// Rejected by the agent.
    pub rejected: u32,
    /// Their time ran out.
    pub timed_out: u32,
    /// The customer left while it rang.
    pub abandoned: u32,
    /// Taken back.
    pub rescinded: u32,
}

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TookView {
    /// How often it was done.
    pub count: u32,
    /// How long it took on average; left out where it was never done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ms: Option<u64>,
}

/// A quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarterView {
    /// When it began.
    pub at: UnixMs,
    /// Chats that came.
    pub came: u32,
    /// Offers that were accepted.
    pub accepted: u32,
}

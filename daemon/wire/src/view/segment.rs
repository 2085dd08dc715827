//! Segments (one agent's part of a chat) and their wrap-up.

use serde::{Deserialize, Serialize};

use super::{IncidentView, word};
use crate::UnixMs;

word! {
    /// Where a segment is.
    SegmentState {
        /// The agent talks.
        Active = "active",
        /// The agent wraps up.
        PostProcessing = "post_processing",
        /// Done.
        WrappedUp = "wrapped_up",
    }
}

word! {
    /// Why an agent's part is over.
    WhyLeft {
        /// The chat ended.
        Ended = "ended",
        /// Handed on.
        Transferred = "transferred",
        /// Put back by an admin.
        Requeued = "requeued",
        /// The agent was gone for too long.
        Lost = "lost",
    }
}

word! {
    /// How wrap-up is timed.
    WrapupMode {
        /// Wrapped up at once.
        None = "none",
        /// No timer.
        Optional = "optional",
        /// A timer; may be finished sooner, extended, stopped.
        Timed = "timed",
        /// A timer that nobody can shorten, extend or stop.
        Fixed = "fixed",
    }
}

/// One agent's part of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentView {
    /// The chat.
    pub chat: String,
    /// Its number in the chat, from 1.
    pub n: u32,
    /// Whose part it is.
    pub agent: String,
    /// The queue that it came through.
    pub queue: String,
    /// Where it is.
    pub state: SegmentState,
    /// When the agent accepted.
    pub accepted: UnixMs,
    /// When the agent's part was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<UnixMs>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_left: Option<WhyLeft>,
    /// Disposition codes; drafts until wrapped up.
    pub codes: Vec<String>,
    /// The note; a draft until wrapped up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How the wrap-up is timed.
    pub wrapup: TimerView,
}

/// A wrap-up timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerView {
    /// How it is timed.
    pub mode: WrapupMode,
    /// When it reaches zero; left out while none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<UnixMs>,
    /// What is left of it, also while it is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_ms: Option<u64>,
}

/// A segment's wrap-up with what may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapupView {
    /// The chat.
    pub chat: String,
    /// The segment's number.
    pub segment: u32,
    /// Whose it is.
    pub agent: String,
    /// Where it is.
    pub state: SegmentState,
    /// The codes set so far.
    pub codes: Vec<String>,
    /// The note so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it is timed.
    pub timer: TimerView,
    /// How often it may still be extended.
    #[serde(default)]
    pub extensions_left: u32,
    /// Whether a code must be set.
    pub mandatory: bool,
    /// Most codes that may be set.
    #[serde(default)]
    pub most: u32,
    /// The codes that may be set, and the groups that they stand in.
    pub allowed: Vec<CodeView>,
    /// Why it stays open, such as `code_missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<String>,
    /// The chat's incident, or why there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentView>,
}

/// A disposition code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeView {
    /// The code.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Whether it is taken where none was set.
    #[serde(default)]
    pub default: bool,
    /// The group that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether it is a group itself, which cannot be set.
    #[serde(default)]
    pub group: bool,
}

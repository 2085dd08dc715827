//! One agent's part of a chat, as State holds it.

use super::WrapupPlan;
use crate::config::PopWhen;
use crate::name::{AgentId, CodeId, OfferId, QueueId};
use crate::private::Private;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};

/// One agent's part of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its number, from 1.
    pub n: u16,
    /// Its agent.
    pub agent: AgentId,
    /// The queue that it was routed through.
    pub queue: QueueId,
    /// The offer that it came from.
    pub offer: OfferId,
    /// When it was accepted.
    pub accepted: Stamp,
    /// The capacity that it takes.
    pub weight: u16,
    /// Whether the customer's record popped for it.
    pub popped: bool,
    /// When the record pops.
    pub pop: PopWhen,
    /// How it is wrapped up: as configured when it was accepted.
    pub plan: WrapupPlan,
    /// When and why the agent's part in the conversation ended.
    pub left: Option<(Stamp, LeftWhy)>,
    /// Where it stands.
    pub state: SegmentState,
    /// The disposition codes.
    pub codes: Vec<CodeId>,
    /// The note.
    pub note: Private<String>,
    /// How often a rule denied its wrap-up.
    #[serde(default)]
    pub denials: u8,
    /// How often its wrap-up was extended.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub extended: u8,
}

impl Segment {
    /// Whether it is not wrapped up.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, SegmentState::WrappedUp { .. })
    }

    /// Whether it misses a mandatory code.
    #[must_use]
    pub fn misses_code(&self) -> bool {
        self.plan.mandatory && self.codes.is_empty()
    }
}

/// Why an agent's part in the conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhy {
    /// The chat ended.
    Ended,
    /// It was transferred.
    Transferred,
    /// An admin put it back in front of its queue.
    Requeued,
    /// The agent was gone.
    Lost,
}

/// Where a segment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SegmentState {
    /// The agent talks.
    Active,
    /// The agent finishes up.
    PostProcessing {
        /// Since when.
        since: Stamp,
        /// The wrap-up timer.
        timer: WrapTimer,
    },
    /// Done.
    WrappedUp {
        /// When.
        at: Stamp,
        /// How.
        how: WrappedHow,
    },
}

/// A wrap-up timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "timer")]
pub enum WrapTimer {
    /// There is none.
    Off,
    /// It runs.
    Running {
        /// When it reaches zero, in desk time.
        deadline: u64,
    },
    /// It is stopped.
    Stopped {
        /// What was left, in milliseconds.
        left_ms: u64,
    },
}

impl WrapTimer {
    /// Whether it runs.
    #[must_use]
    pub const fn runs(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

/// How a segment was wrapped up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrappedHow {
    /// At once: the queue has no post-processing.
    None,
    /// By the agent.
    Agent,
    /// By the timer.
    Timer,
    /// By a forced logout.
    Forced,
    /// By the backstop.
    Backstop,
}

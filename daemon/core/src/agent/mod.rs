//! An agent: facts are stored, the status is derived from them.

mod apply;
mod hand_over;
mod presence;
mod status;
mod verbs;

pub(crate) use apply::apply;
pub(crate) use hand_over::hand_over;
pub(crate) use status::free;
pub use status::{Status, SubStatus, can_take, load, status};

pub(crate) use presence::{away_long, grace_over, stream_lost, stream_opened};
pub(crate) use verbs::{
    ask_status, check_reason, force_logout, force_status, intent_after, login, logout, return_due,
    stop_new,
};

use crate::actor::{Actor, Cause};
use crate::name::{AgentId, ChatId, SegmentId};
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an agent wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    /// Ready for offers.
    Available,
    /// On a break.
    OnBreak,
    /// At work, but not for offers.
    WorkOffline,
    /// Gone.
    LoggedOut,
}

impl IntentKind {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::OnBreak => "on_break",
            Self::WorkOffline => "work_offline",
            Self::LoggedOut => "logged_out",
        }
    }
}

/// What an agent wants, since when, and what made it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What is wanted.
    pub kind: IntentKind,
    /// The reason code.
    pub reason: Option<String>,
    /// What made it so.
    pub cause: Cause,
    /// Who.
    pub by: Actor,
    /// Since when.
    pub since: Stamp,
}

/// Whether the agent is there, as far as their streams tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Presence {
    /// No stream was opened since their last verb: they count as there.
    Assumed,
    /// They hold this many open streams.
    Streaming {
        /// How many, at least one.
        streams: u32,
    },
    /// The last stream is gone, but not for long.
    Grace,
    /// Gone for longer than the grace.
    Away,
}

/// The facts about an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// What they want.
    pub intent: Intent,
    /// When a temporary status ends, in desk time.
    pub return_at: Option<u64>,
    /// Whether they are there.
    pub presence: Presence,
    /// The chat that is offered to them: never more than one.
    pub offer: Option<ChatId>,
    /// Their open segments, active or in post-processing.
    pub segments: BTreeSet<SegmentId>,
    /// Since when they are idle: desk time, and the record that made it so.
    pub idle_since: (u64, u64),
    /// The last offer that they missed or rejected, until they are available again.
    pub last_missed: Option<ChatId>,
    /// Whether the config no longer knows them.
    pub retired: bool,
    /// The record by which they were last offered a chat.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub last_offered: u64,
    /// How many chats they accepted since they logged in.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub accepted: u32,
    /// Whether an admin keeps offers from them.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub drained: bool,
    /// How often in a row a rule denied them a status.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub denials: u8,
}

impl Default for Agent {
    fn default() -> Self {
        let intent = Intent {
            kind: IntentKind::LoggedOut,
            reason: None,
            cause: Cause::Initial,
            by: Actor::Daemon,
            since: Stamp::default(),
        };
        Self {
            intent,
            return_at: None,
            presence: Presence::Assumed,
            offer: None,
            segments: BTreeSet::new(),
            idle_since: (0, 0),
            last_missed: None,
            retired: false,
            last_offered: 0,
            accepted: 0,
            drained: false,
            denials: 0,
        }
    }
}

/// An agent's name as it stands in refusals and views where the config no longer knows them.
#[must_use]
pub fn display_name(state: &crate::State, agent: &AgentId) -> String {
    state.agent_config(agent).map_or_else(|| agent.to_string(), |config| config.name.clone())
}

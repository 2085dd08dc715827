//! The derived status of an agent, and the only gate to an offer.

use super::{Agent, IntentKind, Presence};
use crate::State;
use crate::chat::SegmentState;
use crate::config::Authority;
use crate::name::{AgentId, QueueId};
use serde::{Deserialize, Serialize};

/// An agent's status. The numbers are those of 8x8's agent status API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not at work.
    LoggedOut,
    /// On a break.
    OnBreak,
    /// Ready for offers.
    Available,
    /// At work, but not for offers.
    WorkOffline,
    /// An offer is pending and no chat is active.
    Offered,
    /// Finishing up after a chat.
    PostProcessing,
    /// In a chat.
    Busy,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::LoggedOut,
        Self::OnBreak,
        Self::Available,
        Self::WorkOffline,
        Self::Offered,
        Self::PostProcessing,
        Self::Busy,
    ];

    /// 8x8's number for it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::LoggedOut => 1,
            Self::OnBreak => 3,
            Self::Available => 4,
            Self::WorkOffline => 5,
            Self::Offered => 6,
            Self::PostProcessing => 8,
            Self::Busy => 9,
        }
    }

    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::OnBreak => "on_break",
            Self::Available => "available",
            Self::WorkOffline => "work_offline",
            Self::Offered => "offered",
            Self::PostProcessing => "post_processing",
            Self::Busy => "busy",
        }
    }
}

/// 8x8's sub-status of a busy agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubStatus {
    /// Nothing special.
    None,
    /// No new chats.
    StopNew,
}

/// The status of an agent: the first row of the design's table that holds.
#[must_use]
pub fn status(state: &State, agent: &Agent) -> (Status, SubStatus) {
    let kind = agent.intent.kind;
    let mut active = false;
    let mut finishing = false;
    let mut timer_runs = false;
    for segment in agent.segments.iter().filter_map(|id| state.segment(*id)) {
        match &segment.state {
            SegmentState::Active => active = true,
            SegmentState::PostProcessing { timer, .. } => {
                finishing = true;
                timer_runs |= timer.runs();
            }
            SegmentState::WrappedUp { .. } => {}
        }
    }
    let status = if kind == IntentKind::LoggedOut && agent.offer.is_none() && !active && !finishing
    {
        Status::LoggedOut
    } else if active {
        let sub = if kind == IntentKind::Available { SubStatus::None } else { SubStatus::StopNew };
        return (Status::Busy, sub);
    } else if agent.offer.is_some() {
        Status::Offered
    } else if finishing && (kind != IntentKind::WorkOffline || timer_runs) {
        Status::PostProcessing
    } else {
        match kind {
            IntentKind::Available => Status::Available,
            IntentKind::OnBreak => Status::OnBreak,
            IntentKind::WorkOffline => Status::WorkOffline,
            IntentKind::LoggedOut => Status::LoggedOut,
        }
    };
    (status, SubStatus::None)
}

/// The capacity in use: the pending offer, active segments and those in post-processing.
#[must_use]
pub fn load(state: &State, agent: &Agent) -> u16 {
    // Those of one round weigh the same.
    let offer = agent.offer.and_then(|chat| state.chats.get(&chat)?.offers().next());
    let offer = offer.map_or(0, |offer| offer.weight);
    let segments = agent.segments.iter().filter_map(|id| state.segment(*id)).map(|s| s.weight);
    segments.fold(offer, u16::saturating_add)
}

/// The capacity that the agent has for a further offer now: the part of [`can_take`] that does not
/// depend on the queue. Zero where no offer may be made.
pub(crate) fn free(state: &State, id: &AgentId) -> u16 {
    let (Some(agent), Some(config)) = (state.agents.get(id), state.config.agents.get(id)) else {
        return 0;
    };
    let ready = config.authority == Authority::Local
        && agent.intent.kind == IntentKind::Available
        && agent.presence != Presence::Away
        && !agent.retired
        && !agent.drained
        && agent.offer.is_none()
        && matches!(status(state, agent).0, Status::Available | Status::Busy);
    if ready { config.capacity.saturating_sub(load(state, agent)) } else { 0 }
}

/// Whether the agent can take a chat of the queue: the only gate to an offer.
#[must_use]
pub fn can_take(state: &State, agent: &AgentId, queue: &QueueId) -> bool {
    let member =
        state.config.agents.get(agent).is_some_and(|config| config.queues.contains_key(queue));
    let weight = state.config.queues.get(queue).map(|config| config.weight);
    member && weight.is_some_and(|weight| free(state, agent) >= weight)
}

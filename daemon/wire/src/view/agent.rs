//! Agents and their status.

use serde::{Deserialize, Serialize};

use super::{OfferOutcome, OfferView, SegmentView, WhyNot, word};
use crate::UnixMs;

word! {
    /// What an agent is doing, derived from the facts.
    Status {
        /// Not there.
        LoggedOut = "logged_out",
        /// A segment is active.
        Busy = "busy",
        /// An offer is pending.
        Offered = "offered",
        /// A segment is being wrapped up.
        PostProcessing = "post_processing",
        /// There, but takes no offers.
        OnBreak = "on_break",
        /// Takes offers.
        Available = "available",
        /// Works, but takes no offers.
        WorkOffline = "work_offline",
    }
}

impl Status {
    /// The number of this status in 8x8's numbering.
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
}

word! {
    /// What an agent wants.
    Intent {
        /// Offers.
        Available = "available",
        /// A break.
        OnBreak = "on_break",
        /// Work without offers.
        WorkOffline = "work_offline",
        /// To be gone.
        LoggedOut = "logged_out",
    }
}

impl From<Intent> for Status {
    fn from(intent: Intent) -> Self {
        match intent {
            Intent::Available => Self::Available,
            Intent::OnBreak => Self::OnBreak,
            Intent::WorkOffline => Self::WorkOffline,
            Intent::LoggedOut => Self::LoggedOut,
        }
    }
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentView {
    /// The agent's id.
    pub agent: String,
    /// The agent's name.
    pub name: String,
    /// The derived status.
    pub status: Status,
    /// Its number in 8x8's numbering.
    pub status_number: u8,
    /// `stopnew` while busy without wanting more, or the reason code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// What is wanted.
    pub intent: Intent,
    /// What the status will be when what is open is done; left out where it is that already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Status>,
    /// The reason code of the intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when the status is what it is.
    pub since: UnixMs,
    /// What caused it, such as `asked`, `offer_timed_out`, `forced`.
    pub cause: String,
    /// Who caused it, such as `agent:alice`, `role:admin (root)`, `deadline`.
    pub by: String,
    /// Weight of what the agent holds: the pending offer, active chats, wrap-ups.
    pub load: u32,
    /// Weight that the agent can hold.
    pub capacity: u32,
    /// The pending offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
    /// The agent's open segments.
    pub segments: Vec<SegmentView>,
    /// When a temporary status ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_at: Option<UnixMs>,
    /// Whether the last stream is gone for longer than the grace.
    pub away: bool,
    /// The last offer that was not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_missed: Option<MissedView>,
    /// The queues that the agent serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// Why no offers come although the agent is available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_offers: Option<NoOffersView>,
    /// Whether a reload removed the agent: nothing new, what is open finishes.
    #[serde(default)]
    pub retired: bool,
    /// Whether an admin keeps offers from the agent.
    #[serde(default)]
    pub drained: bool,
    /// The reasons that a change of status or a rejection may or must have, where one agent was
    /// asked for and there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<ReasonsView>,
    /// The fields of records by whose whole value a customer is searched for, where one agent was
    /// asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
}

/// Why no offers come although an agent is available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoOffersView {
    /// Why.
    pub reason: WhyNot,
    /// The same for people.
    pub text: String,
    /// Until when it stands at the latest, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixMs>,
}

/// Reason codes by what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonsView {
    /// For a break.
    pub on_break: ReasonListView,
    /// For work without offers.
    pub work_offline: ReasonListView,
    /// For being gone.
    pub logged_out: ReasonListView,
    /// For a rejected offer.
    pub reject: ReasonListView,
}

/// The reason codes for one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonListView {
    /// The codes; where there are none, any words will do.
    pub codes: Vec<String>,
    /// Whether one must be given.
    pub required: bool,
}

/// An offer that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedView {
    /// The offer.
    pub offer: String,
    /// Its chat.
    pub chat: String,
    /// The chat's queue.
    pub queue: String,
    /// How it ended.
    pub outcome: OfferOutcome,
    /// When.
    pub at: UnixMs,
}

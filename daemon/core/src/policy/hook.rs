//! The places where a rule is asked.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place where a rule is asked. The numbers never change: random numbers are drawn by them, and
/// the page that names the hook being asked holds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// An offer is made.
    OnOffer = 0,
    /// Candidates came.
    OnMatch = 1,
    /// A wrap-up was submitted, or its timer ran out.
    OnWrapup = 2,
    /// A step of an incident is about to be frozen.
    OnIncident = 3,
    /// A chat arrives.
    OnChat = 4,
    /// Agents could take a chat.
    OnRoute = 5,
    /// An offer was missed or rejected.
    OnOfferMissed = 6,
    /// ServiceNow is about to be asked for the customer.
    OnLookup = 7,
    /// A message is about to be kept.
    OnMessage = 8,
    /// An agent asks for a status.
    OnStatus = 9,
    /// Somebody in an active chat is silent for as long as is configured.
    OnIdle = 10,
    /// A chat waited for as long as it may.
    OnWaitLimit = 11,
    /// Something was decided, and is durable.
    OnEvent = 12,
}

impl Hook {
    /// Every hook, in the order of a chat's life.
    pub const ALL: [Self; 13] = [
        Self::OnChat,
        Self::OnRoute,
        Self::OnOffer,
        Self::OnOfferMissed,
        Self::OnWaitLimit,
        Self::OnLookup,
        Self::OnMatch,
        Self::OnMessage,
        Self::OnIdle,
        Self::OnWrapup,
        Self::OnIncident,
        Self::OnStatus,
        Self::OnEvent,
    ];

    /// The name of the script's function.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnChat => "on_chat",
            Self::OnRoute => "on_route",
            Self::OnOffer => "on_offer",
            Self::OnOfferMissed => "on_offer_missed",
            Self::OnWaitLimit => "on_wait_limit",
            Self::OnEvent => "on_event",
            Self::OnLookup => "on_lookup",
            Self::OnMatch => "on_match",
            Self::OnMessage => "on_message",
            Self::OnIdle => "on_idle",
            Self::OnWrapup => "on_wrapup",
            Self::OnIncident => "on_incident",
            Self::OnStatus => "on_status",
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

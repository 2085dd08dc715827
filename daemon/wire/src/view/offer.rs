//! Offers.

use serde::{Deserialize, Serialize};

use super::{CandidateView, CustomerView, word};
use crate::UnixMs;

word! {
    /// How an offer went.
    OfferOutcome {
        /// Taken in time.
        Accepted = "accepted",
        /// Declined by the agent.
        Rejected = "rejected",
        /// The acceptance timer reached zero.
        TimedOut = "timed_out",
        /// The customer left.
        Abandoned = "abandoned",
        /// Taken back by us.
        Rescinded = "rescinded",
    }
}

/// A chat that is offered to an agent, with what the agent sees before deciding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferView {
    /// The offer's id.
    pub offer: String,
    /// Its chat.
    pub chat: String,
    /// The chat's queue.
    pub queue: String,
    /// Who is waiting.
    pub customer: CustomerView,
    /// Records found so far.
    pub candidates: Vec<CandidateView>,
    /// How long the customer has waited.
    pub waiting_ms: u64,
    /// When the acceptance timer reaches zero.
    pub deadline: UnixMs,
    /// What is left of it.
    pub remaining_ms: u64,
    /// Further lines of the preview.
    pub lines: Vec<String>,
}

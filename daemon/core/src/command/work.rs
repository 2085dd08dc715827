//! What drivers and clients take by a command.

use crate::chat::RecordRef;
use crate::name::{ChatId, PopId};
use crate::policy::LookupAsk;

/// What a lookup is about, for the driver that took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupWork {
    /// The chat.
    pub chat: ChatId,
    /// Which of its lookups.
    pub n: u32,
    /// The words to look for; `None`: the customer's e-mail address.
    pub words: Option<String>,
    /// The customer's e-mail address.
    pub email: String,
    /// The table of incidents, in which those that are open may be looked for.
    pub incidents: String,
    /// What a rule wants ServiceNow to be asked, in order, until something is found; nothing: as
    /// configured.
    pub asks: Vec<LookupAsk>,
}

/// A pop that a client may open now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PopWork {
    /// The pop.
    pub pop: PopId,
    /// The record to open.
    pub record: RecordRef,
}

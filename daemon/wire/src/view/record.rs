//! Candidates, the match, and screen pops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::word;
use crate::UnixMs;

word! {
    /// How the lookup stands.
    MatchState {
        /// Under way.
        Pending = "pending",
        /// Nothing was found.
        None = "none",
        /// One record.
        One = "one",
        /// Several records.
        Many = "many",
        /// It failed; it is tried again while the chat is open.
        Failed = "failed",
    }
}

word! {
    /// What a pop shows.
    PopSubject {
        /// The customer's record.
        Record = "record",
        /// The incident.
        Incident = "incident",
    }
}

/// The customer's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchView {
    /// The chat.
    pub chat: String,
    /// How the lookup stands.
    pub state: MatchState,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was found, best first.
    pub candidates: Vec<CandidateView>,
    /// The `sys_id` of the one that the chat is tied to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
}

/// A record found for the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateView {
    /// Its number in the list, from 1.
    pub n: u32,
    /// Its table, such as `sys_user`.
    pub table: String,
    /// Its id in that table.
    pub sys_id: String,
    /// What people call it.
    pub label: String,
    /// Further fields, such as `email` or `active`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its open incidents, the newest first, where they are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<OpenIncidentView>,
}

/// An incident that is open for a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIncidentView {
    /// Its number.
    pub number: String,
    /// Its id in ServiceNow.
    pub sys_id: String,
    /// What it is about.
    pub label: String,
    /// Its state, as ServiceNow counts them.
    pub state: String,
    /// When it was opened: `yyyy-MM-dd HH:mm:ss`, UTC.
    pub opened: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A page that should open in a browser tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopView {
    /// The pop's id.
    pub pop: String,
    /// Whose browser.
    pub agent: String,
    /// The chat.
    pub chat: String,
    /// What it shows.
    pub what: PopSubject,
    /// The page.
    pub url: String,
    /// After this time it is only a link and must not open by itself.
    pub until: UnixMs,
}

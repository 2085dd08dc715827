//! Incidents and the outbox steps that make them.

use serde::{Deserialize, Serialize};

use super::word;
use crate::UnixMs;

word! {
    /// Whether a chat's incident exists.
    IncidentState {
        /// There is none to come: not handled, or skipped by rule.
        None = "none",
        /// It is to come.
        Pending = "pending",
        /// It exists.
        Created = "created",
    }
}

word! {
    /// Why an incident is pending, or why there is none.
    IncidentWhy {
        /// None is to be made.
        Unwanted = "unwanted",
        /// A rule wants none.
        Rule = "rule",
        /// No agent has had the chat.
        Unhandled = "unhandled",
        /// An admin gave it up.
        Dropped = "dropped",
        /// It is made when the customer of a form was looked for.
        AfterLookup = "after_lookup",
        /// It is made once everything is wrapped up.
        AfterWrapup = "after_wrapup",
        /// It is made when the chat has ended.
        AfterEnd = "after_end",
        /// The customer is looked up first.
        Caller = "caller",
        /// It is to be sent.
        ToSend = "to_send",
        /// It is being sent.
        Sending = "sending",
        /// ServiceNow did not take it; it is tried again.
        Again = "again",
        /// ServiceNow refused it; an admin is wanted.
        Refused = "refused",
        /// It was tried for as long as a step is tried; an admin is wanted.
        GivenUp = "given_up",
    }
}

/// The incident of one chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentView {
    /// The chat.
    pub chat: String,
    /// Whether it exists.
    pub state: IncidentState,
    /// Why it is pending, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<IncidentWhy>,
    /// How often it was tried, where ServiceNow did not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// Its number, such as `INC0010023`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whether it was there before, and the chat was added to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appended: bool,
    /// Its id in ServiceNow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sys_id: Option<String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its steps that are not yet done, where one incident was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<OutboxItemView>,
    /// What ServiceNow holds otherwise than it was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<DifferenceView>,
    /// The number of the interaction that the chat became beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
}

/// A field that ServiceNow holds otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceView {
    /// The field.
    pub field: String,
    /// What was sent; a long text is cut.
    pub sent: String,
    /// What is held, cut likewise; missing where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// One item of the outbox: a step of an incident, or a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItemView {
    /// Its id.
    pub step: String,
    /// Where it goes: `servicenow`, or a sink of the config.
    pub sink: String,
    /// What it does, such as `create`, `attach`, `complete`, `interaction`, `relate`; of a delivery, the
    /// hook that wants it.
    pub kind: String,
    /// The chat that it is for; empty where it is for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub chat: String,
    /// The segment that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<u32>,
    /// Where it is, such as `waiting`, `due`, `taken`, `parked`, `done`, `dropped`.
    pub phase: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<UnixMs>,
    /// Why it is not done yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

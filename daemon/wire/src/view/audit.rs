//! Incidents held against what ServiceNow holds.

use serde::{Deserialize, Serialize};

use super::{DifferenceView, word};

word! {
    /// What is wrong with an incident.
    AuditProblem {
        /// It is not there, or a note or file of it.
        Missing = "missing",
        /// It is there several times, or a note or file of it.
        Doubled = "doubled",
        /// It was given up, or waits for an admin: it, or a note or file of it, is not there because it
        /// was never sent.
        NotSent = "not_sent",
        /// Whether it is there cannot be told: what was looked for could not be read.
        Untold = "untold",
        /// Fields of it are otherwise than they were sent; people may have edited them.
        Differs = "differs",
    }
}

word! {
    /// What became of a step that was looked for.
    ReplayOutcome {
        /// It is there; nothing was done.
        There = "there",
        /// It was not there, and is sent again.
        SentAgain = "sent_again",
        /// The incident's steps are still at work; nothing was done.
        AtWork = "at_work",
        /// Whether it is there cannot be told; nothing was done.
        Untold = "untold",
        /// Nothing that could be sent again is known of it.
        NotKept = "not_kept",
    }
}

/// A page of an audit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    /// Incidents that were looked at.
    pub checked: u64,
    /// What is wrong, if anything.
    pub findings: Vec<FindingView>,
    /// How much of the journal lies behind, of how much: for a progress bar.
    pub done: u64,
    /// See `done`.
    pub of: u64,
    /// Where the next page begins; missing at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// The chat.
    pub chat: String,
    /// The step whose record, note or file it is about.
    pub step: String,
    /// What is wrong.
    pub problem: AuditProblem,
    /// How often it is there, where that is several times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The incident's number, as it was given to us.
    pub number: String,
    /// The incident's id.
    pub sys_id: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Fields that are otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<DifferenceView>,
}

/// A page of a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayView {
    /// Every step that was looked for.
    pub steps: Vec<ReplayedView>,
    /// How much of the journal lies behind, of how much: for a progress bar.
    pub done: u64,
    /// See `done`.
    pub of: u64,
    /// Where the next page begins; missing at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One step that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedView {
    /// The step.
    pub step: String,
    /// Its chat.
    pub chat: String,
    /// What became of it.
    pub outcome: ReplayOutcome,
}

//! Closed words that calls carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::UnixMs;

/// Who reads a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody in the chat.
    #[default]
    All,
    /// Agents and supervisors only.
    Internal,
}

/// What became of a screen pop that a client had claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopResult {
    /// The browser was told to open the page.
    Opened,
    /// The browser refused to open a tab.
    Blocked,
    /// This client has no browser.
    NotPossible,
}

/// By what a person is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonBy {
    /// Whoever gave this address.
    Email(String),
    /// Whoever gave this name.
    Name(String),
    /// The customer of this chat, by this chat alone.
    Chat(String),
}

/// Which of what is still to be sent; all of it where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxFilter {
    /// To this sink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink: Option<String>,
    /// Of this chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// Of incidents that were wanted at or after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixMs>,
}

/// What of the past a script set is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplayAsk {
    /// Begins.
    Start {
        /// The files of the set, by their paths in its folder; left out: the set that serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        files: Option<BTreeMap<String, String>>,
        /// What was asked at or after this time.
        since: UnixMs,
        /// What this hook was asked; left out: every hook.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hook: Option<String>,
    },
    /// Waits a moment and tells how far it is. It ends where nobody asks for some seconds.
    Follow {
        /// The `job` of the answer before.
        job: String,
    },
}

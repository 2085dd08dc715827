//! Closed words that calls carry.

use serde::{Deserialize, Serialize};

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

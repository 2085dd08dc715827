//! What becomes of chats that wait.

use serde::{Deserialize, Serialize};

/// What becomes of a queue's chats that wait. Times are seconds; 0 is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WaitingConfig {
    /// How long a chat may wait in this queue.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub max_secs: u32,
    /// What becomes of it then.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub then: WaitThen,
    /// What the customer is told then; empty for the desk's own words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// After how long a customer whose last stream is gone has abandoned a chat that waits.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub gone_secs: u32,
    /// The service level that the queue is held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<ServiceLevel>,
}

/// What becomes of a chat that waited for as long as its queue lets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitThen {
    /// It goes the queue's overflow way; without one that takes it, it ends.
    #[default]
    Overflow,
    /// It ends.
    End,
    /// It ends, and its customer is offered the queue's form.
    Form,
}

/// So many of a hundred chats are to be accepted within so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    /// Within how many seconds of its arrival.
    pub secs: u32,
    /// How many of a hundred: 1 to 100.
    pub target: u8,
}

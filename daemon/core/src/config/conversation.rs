//! How a queue's chats go on while somebody is silent or gone.

use serde::{Deserialize, Serialize};

/// How a queue's chats go on while somebody is silent or gone. Times are seconds; 0 is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConversationConfig {
    /// After how long a customer who does not answer the agent is reminded.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub idle_remind_secs: u32,
    /// After how long without an answer to the agent the chat is closed, counted like the reminder.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub idle_close_secs: u32,
    /// What the reminder says.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub idle_remind_text: String,
    /// After how long an agent who does not answer the customer is reminded.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub reply_remind_secs: u32,
    /// What is kept of a message where the rule `on_message` fails.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub message_failure: MessageFailure,
}

/// What is kept of a message where the rule `on_message` fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageFailure {
    /// The message as it was said.
    #[default]
    Keep,
    /// A line that says that one was withheld.
    Withhold,
}

//! What agents may say without writing it.

use serde::{Deserialize, Serialize};

/// One canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReplyView {
    /// What is typed for it, without the slash before it.
    pub short: String,
    /// What it is about, in a few words.
    pub title: String,
    /// The queues that it is for; empty where it is for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// The language that it is written in, such as `en` or `de-AT`; left out where it is for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What is said. A brace always begins a field, which whoever says it fills in: `{customer.name}`,
    /// `{customer.email}`, `{agent.name}`, `{queue.name}`, `{chat.id}` and `{fields.NAME}`.
    pub text: String,
}

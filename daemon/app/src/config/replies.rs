//! Canned replies: what agents may say without writing it, `replies.d/*.toml`.

use desk_core::name::QueueId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A file of `replies.d`: its replies, and the queues and the language that all of them are for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RepliesFile {
    pub(super) queues: Vec<String>,
    pub(super) language: String,
    pub(super) reply: Vec<ReplyEntry>,
}

/// `[[reply]]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReplyEntry {
    pub(super) short: String,
    pub(super) title: String,
    pub(super) text: String,
}

/// A canned reply, as the desk offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CannedReply {
    /// What is typed for it, without the slash before it.
    pub short: String,
    /// What it is about.
    pub title: String,
    /// What is said, with fields in braces.
    pub text: String,
    /// The queues that it is for; empty where it is for all.
    pub queues: BTreeSet<QueueId>,
    /// The language that it is written in; none where it is for any.
    pub language: Option<String>,
}

impl RepliesFile {
    pub(super) fn replies(&self) -> impl Iterator<Item = CannedReply> {
        self.reply.iter().map(|entry| CannedReply {
            short: entry.short.clone(),
            title: entry.title.clone(),
            text: entry.text.clone(),
            queues: self.queues.iter().map(|queue| queue.as_str().into()).collect(),
            language: (!self.language.is_empty()).then(|| self.language.clone()),
        })
    }
}

//! What one decision leaves for others: an ordered set of follow-ups in State.

use crate::name::{AgentId, ChatId, QueueId};
use serde::{Deserialize, Serialize};

/// A follow-up. The set is ordered as written here: queues that are gone or closed are emptied first; agents who
/// became able to take are served before chats that came are placed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "work", content = "of")]
pub enum Work {
    /// The first chat that waits in this retired queue goes its overflow way.
    Empty(QueueId),
    /// The first chat that waits in this closed queue ends, and its customer is offered the form.
    Close(QueueId),
    /// This agent became able to take, and a chat that they could take waits.
    Serve(AgentId),
    /// This chat came to wait, and an agent could take it.
    Place(ChatId),
}

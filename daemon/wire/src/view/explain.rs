//! Why things are as they are: the story of a chat, why a queue's chats wait, why an agent is offered
//! none.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ChatState, HowEnded, Status, word};
use crate::UnixMs;

word! {
    /// Why a chat is not offered to an agent, or to anybody.
    WhyNot {
        /// It does not wait.
        NotWaiting = "not_waiting",
        /// Another system decides about it.
        ChatElsewhere = "chat_elsewhere",
        /// A rule holds it back from its queue.
        Held = "held",
        /// The config no longer knows its queue.
        QueueRetired = "queue_retired",
        /// The desk does not know the agent, or no longer.
        Unknown = "unknown",
        /// Another system decides about the agent.
        AgentElsewhere = "agent_elsewhere",
        /// They do not serve the queue, or none at all.
        NotMember = "not_member",
        /// None of their queues takes chats, and nobody waits there.
        Closed = "closed",
        /// They are not available.
        NotAvailable = "not_available",
        /// No client of theirs is connected.
        Away = "away",
        /// An admin keeps offers from them.
        Drained = "drained",
        /// They are offered a chat.
        OfferPending = "offer_pending",
        /// They finish a chat up.
        Finishing = "finishing",
        /// Their capacity is in use.
        Full = "full",
        /// They lack a skill, or have too little of it.
        Unskilled = "unskilled",
        /// They missed it and are not asked again for a while.
        CoolingDown = "cooling_down",
        /// Another chat stands before it.
        Behind = "behind",
        /// Somebody else stands before them, by the queue's strategy or by a rule.
        NotFirst = "not_first",
        /// Nothing: it is due to be placed.
        Nothing = "nothing",
    }
}

/// What was asked to be explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainView {
    /// A chat.
    Chat(StoryView),
    /// A queue.
    Queue(QueueWhyView),
    /// An agent.
    Agent(AgentWhyView),
}

/// The story of a chat: the decisions about it, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoryView {
    /// The chat.
    pub chat: String,
    /// Its queue, at last.
    pub queue: String,
    /// Where it stands.
    pub state: ChatState,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_ended: Option<HowEnded>,
    /// The decisions.
    pub decisions: Vec<DecisionView>,
    /// Why it is not told to whom else the chat could have gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<String>,
    /// Where the story goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionView {
    /// Its record.
    pub seq: u64,
    /// When.
    pub at: UnixMs,
    /// Who gave the command.
    pub by: String,
    /// The command.
    pub command: String,
    /// The rules that were asked, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<AskedView>,
    /// What was decided, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<String>,
    /// Where it was placed: why it was not offered to others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<WhyNotView>,
    /// How many further ones there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_others: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A rule that was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AskedView {
    /// The hook.
    pub hook: String,
    /// The hash of the script set.
    pub set: String,
    /// Its verdict; left out where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Value>,
    /// Whether what is configured applied.
    pub default: bool,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What happened, with file, line and column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// Operations used.
    pub operations: u64,
    /// The time that it took, in microseconds.
    pub took_us: u64,
    /// Whether parts of it were erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// Why a chat is not, or was not, offered to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyNotView {
    /// The agent.
    pub agent: String,
    /// Why.
    pub reason: WhyNot,
    /// The same for people.
    pub text: String,
}

/// Why a queue's chats wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueWhyView {
    /// The queue.
    pub queue: String,
    /// Its name.
    pub name: String,
    /// How many chats wait.
    pub waiting: u32,
    /// What is to be known of the queue itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The first of them, in their order.
    pub chats: Vec<ChatWhyView>,
}

/// Why a chat waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatWhyView {
    /// The chat.
    pub chat: String,
    /// Its queue.
    pub queue: String,
    /// Its priority.
    pub priority: i32,
    /// For how long it has been there.
    pub waiting_ms: u64,
    /// Why it is offered to nobody, or not to the agent who is asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<WhyNot>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of the queue's agents, why not to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<WhyNotView>,
    /// How many further agents the queue has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_agents: u32,
}

/// Why an agent is offered no chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentWhyView {
    /// The agent.
    pub agent: String,
    /// Their name.
    pub name: String,
    /// Their status.
    pub status: Status,
    /// Why they are offered nothing, whatever waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<WhyNot>,
    /// The same for people.
    pub text: String,
    /// What else is to be known of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Their queues, and what is to be known of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueStandView>,
    /// The first chats that wait there, and why not each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chats: Vec<ChatWhyView>,
    /// How many further chats wait there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_chats: u32,
}

/// How a queue stands for an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStandView {
    /// The queue.
    pub queue: String,
    /// How many chats wait.
    pub waiting: u32,
    /// What is to be known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

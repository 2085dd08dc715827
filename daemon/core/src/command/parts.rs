//! What commands carry.

use crate::chat::Customer;
use crate::config::Authority;
use crate::name::{AgentId, ChatId, QueueId, Skill};
use crate::time::Timer;
use crate::work::Work;
use std::collections::BTreeMap;

/// What a customer brings.
#[derive(Debug, Clone)]
pub struct NewChat {
    /// Its id, minted where it came in.
    pub chat: ChatId,
    /// The queue.
    pub queue: QueueId,
    /// The customer.
    pub customer: Customer,
    /// What the pre-chat form held.
    pub fields: BTreeMap<String, String>,
    /// Skills needed beyond the queue's.
    pub skills: BTreeMap<Skill, u8>,
    /// A keyed hash of the e-mail address, by which the chat is found again.
    pub email_key: Option<String>,
    /// The id that another system knows the chat by.
    pub foreign: Option<String>,
    /// Who decides about it.
    pub authority: Authority,
}

/// Where a chat is transferred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A queue.
    Queue(QueueId),
    /// An agent.
    Agent(AgentId),
}

/// What became of a pop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopOutcome {
    /// A tab opened.
    Opened,
    /// The browser blocked it.
    Blocked,
    /// There was no way to open one.
    NotPossible,
    /// Nobody claimed it in time.
    Expired,
}

/// Records that were acknowledged and that an operator gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lost {
    /// The last record that was kept.
    pub to: u64,
    /// The last record that is known to have been there.
    pub known: u64,
}

/// What is put off after a panic.
#[derive(Debug, Clone)]
pub enum Shelved {
    /// A deadline.
    Timer(Timer),
    /// A follow-up.
    Work(Work),
}

//! Chats and what is said in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{IncidentView, MatchView, SegmentView, word};
use crate::UnixMs;
use crate::parts::Visibility;

word! {
    /// Where a chat is.
    ChatState {
        /// In its queue.
        Waiting = "waiting",
        /// Offered to an agent.
        Offered = "offered",
        /// An agent talks.
        Active = "active",
        /// Over.
        Ended = "ended",
    }
}

word! {
    /// How a chat ended.
    HowEnded {
        /// Its agent finished it.
        Agent = "agent",
        /// The customer left.
        Customer = "customer",
        /// Nobody wrote.
        Idle = "idle",
        /// An admin ended it.
        Admin = "admin",
        /// A limit, a backstop or the closing hour.
        Expired = "expired",
        /// The customer left before anybody accepted.
        Abandoned = "abandoned",
        /// Refused on arrival.
        TurnedAway = "turned_away",
        /// A form that was left, and no conversation.
        Offline = "offline",
    }
}

word! {
    /// Who says something.
    Sender {
        /// The customer.
        Customer = "customer",
        /// An agent.
        Agent = "agent",
        /// A supervisor.
        Supervisor = "supervisor",
        /// A bot.
        Bot = "bot",
        /// The daemon.
        System = "system",
    }
}

/// One chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatView {
    /// The chat's id.
    pub chat: String,
    /// The queue that it is in, or was last in.
    pub queue: String,
    /// Where it is.
    pub state: ChatState,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_ended: Option<HowEnded>,
    /// Whose it is, where it is offered or active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Who asked for it.
    pub customer: CustomerView,
    /// What the customer or the site filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The agents' parts, in order.
    pub segments: Vec<SegmentView>,
    /// The customer's records.
    #[serde(rename = "match")]
    pub record: MatchView,
    /// How many messages it has.
    pub message_count: u64,
    /// Messages, where they were asked for; as many as a frame holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageView>,
    /// Its incident.
    pub incident: IncidentView,
    /// When what happened.
    pub times: ChatTimes,
    /// Whether it ended without an agent and waits for somebody to acknowledge that.
    #[serde(default)]
    pub unacknowledged: bool,
}

/// When a chat was initiated, accepted and terminated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatTimes {
    /// It arrived.
    pub initiated: UnixMs,
    /// It was first accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<UnixMs>,
    /// It ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminated: Option<UnixMs>,
    /// How long it has waited, where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_ms: Option<u64>,
}

/// Who asked for the chat. Both are left out where they were erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerView {
    /// The name given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether a site vouches for both.
    #[serde(default)]
    pub verified: bool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its number in the chat, from 1.
    pub n: u64,
    /// When it was kept.
    pub at: UnixMs,
    /// Who said it.
    pub from: Sender,
    /// The sender's name, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who reads it.
    pub visibility: Visibility,
    /// What was said; left out where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A page of history, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    /// The chats; with messages where one was asked for by id.
    pub chats: Vec<ChatView>,
    /// What to pass to get the next page; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

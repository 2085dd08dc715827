//! Who gave a command, and why a status changed.

use crate::name::{AgentId, ChatId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who gave a command. The shell has checked that they may; it stands in every record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by", content = "name")]
pub enum Actor {
    /// An agent, for themselves.
    Agent(AgentId),
    /// The customer of a chat.
    Customer(ChatId),
    /// A supervisor of named queues.
    Supervisor(Arc<str>),
    /// An admin.
    Admin(Arc<str>),
    /// A system that feeds chats in or takes events out.
    Integrator(Arc<str>),
    /// A driver of the daemon, by its name (`lookup`, `outbox`, `presence`).
    Driver(Arc<str>),
    /// A deadline that has come.
    Deadline,
    /// A follow-up from the work set.
    FollowUp,
    /// The daemon itself: start, config, script set.
    Daemon,
}

impl Actor {
    /// The agent, where an agent acts for themselves.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Agent(agent) => Some(agent),
            _ => None,
        }
    }
}

/// What made an agent's intent what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Never logged in since the journal began.
    Initial,
    /// They logged in.
    Login,
    /// They asked for it.
    Asked,
    /// They asked for no new chats while busy.
    StopNew,
    /// They missed an offer.
    Missed,
    /// They rejected an offer.
    Rejected,
    /// An admin or supervisor set it.
    Forced,
    /// They were gone for long.
    Away,
    /// A temporary status ended.
    Returned,
    /// The config no longer knows them.
    Retired,
}

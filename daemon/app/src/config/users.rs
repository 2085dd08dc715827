//! Who may act over the local socket: accounts of this machine, and what each may do.

use super::settings::IpcUser;
use desk_core::name::{AgentId, QueueId};
use desk_wire::Role;
use serde::Serialize;
use std::collections::BTreeSet;

/// The agents whom somebody may act as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agents {
    /// Any.
    Any,
    /// These.
    Named(BTreeSet<AgentId>),
}

/// What one account of this machine may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The account; `None` for whoever comes by a token of their own.
    pub uid: Option<u32>,
    /// The agents whom it may act as.
    pub agents: Agents,
    /// The roles that it has.
    pub roles: BTreeSet<Role>,
    /// The queues that it supervises.
    pub queues: BTreeSet<QueueId>,
}

impl User {
    /// Whether the account may act as this agent.
    #[must_use]
    pub fn may_act_as(&self, agent: &AgentId) -> bool {
        match &self.agents {
            Agents::Any => true,
            Agents::Named(named) => named.contains(agent),
        }
    }

    /// The account that runs deskd, where the config does not list it: admin and any agent.
    pub(super) fn owner(uid: u32) -> Self {
        Self {
            uid: Some(uid),
            agents: Agents::Any,
            roles: BTreeSet::from([Role::Agent, Role::Admin]),
            queues: BTreeSet::new(),
        }
    }

    pub(super) fn listed(uid: u32, entry: &IpcUser) -> Self {
        let agents = if entry.agents.iter().any(|agent| agent == "*") {
            Agents::Any
        } else {
            Agents::Named(entry.agents.iter().map(|id| id.as_str().into()).collect())
        };
        Self {
            uid: Some(uid),
            agents,
            roles: entry.roles.iter().copied().collect(),
            queues: entry.queues.iter().map(|id| id.as_str().into()).collect(),
        }
    }
}

/// The number of an account, where this machine knows its name.
pub(super) fn uid_of(name: &str) -> Option<u32> {
    let user = nix::unistd::User::from_name(name).ok()??;
    Some(user.uid.as_raw())
}

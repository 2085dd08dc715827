//! Customers' last agents, so that they are asked first when the customer comes again.

use crate::State;
use crate::name::{AgentId, ChatId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who last talked to whom, by the keyed hash of the customer's e-mail address. Bounded: the oldest
/// go first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Affinity {
    known: BTreeMap<String, Known>,
    #[serde(skip)]
    order: BTreeSet<(u64, String)>,
}

/// A customer's last agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    agent: AgentId,
    /// When they last began or ended to talk, in desk time.
    at: u64,
    seq: u64,
}

impl Affinity {
    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many customers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whom a customer last talked to, and when, in desk time.
    #[must_use]
    pub fn last(&self, key: &str) -> Option<(&AgentId, u64)> {
        self.known.get(key).map(|known| (&known.agent, known.at))
    }

    pub(crate) fn index(&mut self) {
        self.order = self.known.iter().map(|(key, known)| (known.seq, key.clone())).collect();
    }

    pub(crate) fn forget(&mut self, keys: &BTreeSet<String>) {
        for key in keys {
            if let Some(known) = self.known.remove(key) {
                self.order.remove(&(known.seq, key.clone()));
            }
        }
    }

    fn note(&mut self, key: &str, known: Known, most: u32) {
        let seq = known.seq;
        if let Some(old) = self.known.insert(key.to_owned(), known) {
            self.order.remove(&(old.seq, key.to_owned()));
        }
        self.order.insert((seq, key.to_owned()));
        while self.known.len() > most as usize {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.known.remove(&oldest);
        }
    }
}

impl State {
    /// Remembers that this agent talks to the chat's customer, where its queue asks for it.
    pub(crate) fn remember_agent(&mut self, chat: ChatId, agent: &AgentId) {
        let Some(chat) = self.chats.get(&chat) else { return };
        let asked = self.queue(&chat.queue).is_some_and(|q| q.routing.affinity_secs > 0);
        let Some(key) = chat.email_key.clone().filter(|_| asked) else { return };
        let known = Known { agent: agent.clone(), at: self.at.desk_ms, seq: self.seq };
        let most = self.config.limits.affinity;
        self.affinity.note(&key, known, most);
    }
}

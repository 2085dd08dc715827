//! Queues: who waits, who is ready, and which two belong together next.

mod affinity;
mod level;
mod order;
mod routing;
mod why;

pub use affinity::Affinity;
pub use level::Level;
pub(crate) use level::count_for_level;
pub use routing::{Class, Profile, Routing, WaitKey};
pub use why::{WhyNot, why_idle, why_not, why_waits};

use crate::State;
use crate::agent::free;
use crate::chat::{Chat, Phase};
use crate::config::{Authority, Strategy};
use crate::name::{AgentId, ChatId};
use crate::work::Work;
use order::Standing;

impl Chat {
    /// What it takes to serve this chat.
    #[must_use]
    pub fn class(&self) -> Class {
        let (queue, skills) = (self.queue.clone(), self.skills.clone());
        Class { queue, skills, relaxed: self.relaxed }
    }

    fn forbids(&self, agent: &AgentId, now: u64) -> bool {
        self.missed.iter().any(|missed| missed.agent == *agent && missed.until > now)
    }
}

impl State {
    /// Brings the order of those who are ready up to date with what has changed about an agent, and
    /// notes a follow-up where they could now take a chat that waits.
    pub(crate) fn touch_agent(&mut self, id: &AgentId) {
        let free = free(self, id);
        let config = self.config.agents.get(id);
        let (Some(agent), Some(config), true) = (self.agents.get(id), config, free > 0) else {
            self.routing.remove_agent(id);
            self.work.remove(&Work::Serve(id.clone()));
            return;
        };
        let profile = Profile { queues: config.queues.clone(), skills: config.skills.clone() };
        let standing = Standing {
            free,
            capacity: config.capacity,
            idle_since: agent.idle_since,
            offered: agent.last_offered,
            chats: agent.accepted,
        };
        self.routing.set_agent(id, profile, standing, &self.config);
        if self.best_chat(id).is_some() {
            self.work.insert(Work::Serve(id.clone()));
        }
    }

    /// Brings the order of those who wait up to date with what has changed about a chat, and notes
    /// a follow-up where an agent could take it now.
    pub(crate) fn touch_chat(&mut self, id: ChatId) {
        let waiting = |chat: &&Chat| {
            matches!(chat.phase, Phase::Waiting { .. })
                && chat.authority == Authority::Local
                && !chat.held()
        };
        let Some(chat) = self.chats.get(&id).filter(waiting) else {
            self.routing.remove_chat(id);
            self.work.remove(&Work::Place(id));
            return;
        };
        self.routing.set_chat(chat.class(), WaitKey::of(chat), &self.config);
        if !self.config.queues.contains_key(&chat.queue) {
            self.work.insert(Work::Empty(chat.queue.clone()));
            return;
        }
        let (closes, queue) = (self.sends_to_form(&chat.queue), chat.queue.clone());
        // Noted in any case: the queue may open again before its turn.
        if self.best_agent(id).is_some() {
            self.work.insert(Work::Place(id));
        }
        if closes {
            self.work.insert(Work::Close(queue));
        }
    }

    /// Builds the orders anew, after a start or a change of config, and notes the follow-ups that
    /// they give rise to.
    pub(crate) fn rebuild_routing(&mut self) {
        self.routing = Routing::new(&self.config);
        let agents: Vec<AgentId> = self.agents.keys().cloned().collect();
        let chats: Vec<ChatId> = self.chats.keys().copied().collect();
        for chat in chats {
            self.touch_chat(chat);
        }
        for agent in agents {
            self.touch_agent(&agent);
        }
    }

    /// The agent who would be offered this chat: of those who can take it now the customer's last
    /// one, else by its queue's strategy.
    #[must_use]
    pub fn best_agent(&self, id: ChatId) -> Option<AgentId> {
        let chat = self.chats.get(&id)?;
        let queue = self.config.queues.get(&chat.queue)?;
        let now = self.at.desk_ms;
        let known = chat.email_key.as_ref().and_then(|key| self.affinity.last(key));
        let fresh =
            |at: u64| now.saturating_sub(at) < u64::from(queue.routing.affinity_secs) * 1000;
        if let Some((agent, at)) = known
            && fresh(at)
            && !chat.forbids(agent, now)
            && self.routing.can_take(id, agent, queue.weight)
        {
            return Some(agent.clone());
        }
        self.routing.best_agent(id, (&chat.queue, queue), |agent| !chat.forbids(agent, now))
    }

    /// Whom a chat is offered to whose turn it is: this agent, and in a broadcast, as they stand,
    /// others who can take it and are due no chat before it.
    #[must_use]
    pub fn round_of(&self, id: ChatId, first: AgentId) -> Vec<AgentId> {
        let queue = self.chats.get(&id).and_then(|chat| self.config.queues.get(&chat.queue));
        match queue.filter(|queue| queue.routing.strategy == Strategy::Broadcast) {
            Some(_) => self.ready_for(id, first, Chat::ASKED_MAX),
            None => vec![first],
        }
    }

    /// This agent and, as they stand, others who can take this chat and are due no chat before it,
    /// at most so many.
    pub(crate) fn ready_for(&self, id: ChatId, first: AgentId, most: usize) -> Vec<AgentId> {
        let found = self.chats.get(&id).and_then(|chat| {
            let queue = self.config.queues.get(&chat.queue)?;
            let now = self.at.desk_ms;
            let allowed = |agent: &AgentId| !chat.forbids(agent, now);
            Some(self.routing.best_agents(id, (&chat.queue, queue), allowed, most))
        });
        let others = found.unwrap_or_default().into_iter();
        let others = others.filter(|a| *a != first && self.best_chat(a) == Some(id));
        std::iter::once(first.clone()).chain(others).take(most).collect()
    }

    /// The chat that this agent would be offered: highest priority, then longest there.
    #[must_use]
    pub fn best_chat(&self, agent: &AgentId) -> Option<ChatId> {
        let now = self.at.desk_ms;
        self.routing.best_chat(agent, |class, id| {
            let weight = self.config.queues.get(&class.queue).map_or(u16::MAX, |q| q.weight);
            let allowed = self.chats.get(&id).is_some_and(|chat| !chat.forbids(agent, now));
            (weight, allowed)
        })
    }

    /// The pair that is due first, starting from this chat: the chat is the best for the agent and
    /// the agent the best for the chat. Each round finds a chat that stands before the last one, so
    /// no chat is ever overtaken and the rounds end.
    #[must_use]
    pub fn best_pair(&self, from: ChatId) -> Option<(ChatId, AgentId)> {
        let mut chat = from;
        loop {
            let agent = self.best_agent(chat)?;
            let first = self.best_chat(&agent)?;
            if first == chat {
                return Some((chat, agent));
            }
            chat = first;
        }
    }
}

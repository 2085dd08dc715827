//! Why an agent cannot take a chat.

use super::Views;
use desk_core::config::Authority;
use desk_core::name::{AgentId, QueueId};
use desk_core::{IntentKind, Presence, can_take, load, status};

impl Views<'_> {
    /// Why an agent cannot take a chat of this queue now; `None` where they can.
    #[must_use]
    pub fn cannot_take(&self, id: &AgentId, queue: &QueueId) -> Option<String> {
        if can_take(self.state, id, queue) {
            return None;
        }
        let (Some(agent), Some(config)) =
            (self.state.agents.get(id), self.state.config.agents.get(id))
        else {
            return Some("the config does not know this agent".into());
        };
        if !config.queues.contains_key(queue) {
            return Some(format!("does not serve {queue}"));
        }
        if config.authority == Authority::Observed {
            return Some("another system decides about this agent".into());
        }
        if agent.intent.kind != IntentKind::Available {
            let now = status(self.state, agent).0;
            return Some(format!("is {}, and wants {}", now.name(), agent.intent.kind.name()));
        }
        if agent.presence == Presence::Away {
            return Some("is away: no client of this agent is connected".into());
        }
        if agent.offer.is_some() {
            return Some("is offered another chat".into());
        }
        let weight = self.state.config.queues.get(queue).map_or(1, |queue| queue.weight);
        let free = config.capacity.saturating_sub(load(self.state, agent));
        if free < weight {
            return Some(format!("no capacity left: {free} free, the chat weighs {weight}"));
        }
        Some(format!("is {}", status(self.state, agent).0.name()))
    }
}

//! In which order agents who are ready are asked.

use crate::config::{Config, QueueConfig, Strategy};
use crate::name::{AgentId, QueueId};
use std::collections::BTreeMap;

/// What agents stand in order by: one for each strategy, and one for each fixed order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    LongestIdle,
    RoundRobin,
    LeastBusy,
    FewestChats,
    TopDown(QueueId),
}

/// An agent's place in an order: what it goes by, then longest idle.
pub(super) type Rank = (u64, (u64, u64), AgentId);

/// What places of an agent depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) free: u16,
    pub(super) capacity: u16,
    pub(super) idle_since: (u64, u64),
    /// The record by which they were last offered a chat.
    pub(super) offered: u64,
    /// How many chats they accepted since they logged in.
    pub(super) chats: u32,
}

/// The fixed orders: each agent's place, by queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(BTreeMap<QueueId, BTreeMap<AgentId, u64>>);

impl Places {
    pub(super) fn of(config: &Config) -> Self {
        let fixed = |queue: &QueueConfig| queue.routing.strategy == Strategy::TopDown;
        let places = |queue: &QueueConfig| queue.routing.order.iter().cloned().zip(0..).collect();
        let queues = config.queues.iter().filter(|(_, queue)| fixed(queue));
        Self(queues.map(|(id, queue)| (id.clone(), places(queue))).collect())
    }
}

impl Order {
    /// The one that a queue's chats go by.
    pub(super) fn of(id: &QueueId, queue: &QueueConfig) -> Self {
        match queue.routing.strategy {
            Strategy::LongestIdle | Strategy::Broadcast => Self::LongestIdle,
            Strategy::RoundRobin => Self::RoundRobin,
            Strategy::LeastBusy => Self::LeastBusy,
            Strategy::FewestChats => Self::FewestChats,
            Strategy::TopDown => Self::TopDown(id.clone()),
        }
    }

    /// Whether a higher level in the queue goes before it.
    pub(super) const fn after_level(&self) -> bool {
        !matches!(self, Self::TopDown(_))
    }

    pub(super) fn rank(&self, agent: &AgentId, standing: &Standing, places: &Places) -> Rank {
        let by = match self {
            Self::LongestIdle => 0,
            Self::RoundRobin => standing.offered,
            Self::LeastBusy => in_use(standing),
            Self::FewestChats => standing.chats.into(),
            Self::TopDown(queue) => {
                let place = places.0.get(queue).and_then(|named| named.get(agent));
                place.copied().unwrap_or(u64::MAX)
            }
        };
        (by, standing.idle_since, agent.clone())
    }
}

/// The part of the capacity that is in use, in millionths: capacities of up to 100 that differ in
/// it differ by more than that.
fn in_use(standing: &Standing) -> u64 {
    let used = standing.capacity.saturating_sub(standing.free);
    u64::from(used) * 1_000_000 / u64::from(standing.capacity.max(1))
}

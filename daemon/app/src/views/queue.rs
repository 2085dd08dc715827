//! Queues.

use super::{Views, words};
use desk_core::config::{ServiceLevel, WrapupMode};
use desk_core::name::{AgentId, QueueId};
use desk_core::{Phase, can_take, status};
use desk_wire::view::{HoursView, LevelView, MemberView, QueueView};
use std::collections::BTreeMap;

/// What is counted of a queue.
#[derive(Default)]
struct Counts {
    waiting: u32,
    offered: u32,
    active: u32,
    /// Desk time of the first arrival that still waits.
    first: Option<u64>,
}

impl Views<'_> {
    /// Every queue that is wanted, retired ones with them, without their agents.
    #[must_use]
    pub fn queues(&self, wanted: impl Fn(&QueueId) -> bool) -> Vec<QueueView> {
        let counts = self.counts();
        let config = self.state.config.queues.keys();
        let ids = config.chain(self.state.retired_queues.keys()).filter(|id| wanted(id));
        ids.filter_map(|id| self.counted(id, counts.get(id).unwrap_or(&Counts::default())))
            .collect()
    }

    /// One queue with its agents.
    #[must_use]
    pub fn queue(&self, id: &QueueId) -> Option<QueueView> {
        let counts = self.counts();
        let mut view = self.counted(id, counts.get(id).unwrap_or(&Counts::default()))?;
        view.agents = self.members(id).filter_map(|agent| self.member(agent, id)).collect();
        Some(view)
    }

    fn counts(&self) -> BTreeMap<&QueueId, Counts> {
        let mut counts: BTreeMap<&QueueId, Counts> = BTreeMap::new();
        for chat in self.state.chats.values() {
            let of = counts.entry(&chat.queue).or_default();
            match chat.phase {
                Phase::Waiting { .. } => {
                    of.waiting += 1;
                    let first = of.first.unwrap_or(u64::MAX).min(chat.opened.desk_ms);
                    of.first = Some(first);
                }
                Phase::Offered(_) => of.offered += 1,
                Phase::Active => of.active += 1,
                Phase::Ended { .. } => {}
            }
        }
        counts
    }

    fn counted(&self, id: &QueueId, counts: &Counts) -> Option<QueueView> {
        let config = self.state.queue(id)?;
        let timed = matches!(config.wrapup.mode, WrapupMode::Timed | WrapupMode::Fixed);
        let free = self.members(id).filter(|agent| can_take(self.state, agent, id));
        Some(QueueView {
            queue: id.to_string(),
            name: config.name.clone(),
            waiting: counts.waiting,
            longest_wait_ms: counts.first.map(|at| self.now.desk_ms.saturating_sub(at)),
            expected_wait_ms: None,
            service_level: config.waiting.level.map(|level| self.level(id, level)),
            offered: counts.offered,
            active: counts.active,
            members: count(self.members(id)),
            available: count(free),
            priority: config.priority,
            weight: config.weight.into(),
            accept_secs: config.accept_secs,
            wrapup: words::mode(config.wrapup.mode),
            wrapup_secs: timed.then_some(config.wrapup.secs),
            retired: !self.state.config.queues.contains_key(id),
            drained: self.state.drained_queues.contains(id),
            hours: self.state.hours.get(id).map(|hours| HoursView {
                open: hours.open,
                until: hours.until_ms,
                opens: hours.opens_ms,
                by_hand: hours.by_hand,
            }),
            agents: Vec::new(),
        })
    }

    fn level(&self, id: &QueueId, level: ServiceLevel) -> LevelView {
        let last = self.state.levels.get(id).copied().unwrap_or_default();
        let percent = last.percent();
        let below = percent.is_some_and(|percent| percent < level.target);
        LevelView { secs: level.secs, target: level.target, percent, below }
    }

    fn members<'s>(&'s self, queue: &'s QueueId) -> impl Iterator<Item = &'s AgentId> {
        let agents = self.state.config.agents.iter();
        agents.filter(|(_, config)| config.queues.contains_key(queue)).map(|(id, _)| id)
    }

    fn member(&self, id: &AgentId, queue: &QueueId) -> Option<MemberView> {
        let agent = self.state.agents.get(id)?;
        let config = self.state.config.agents.get(id)?;
        let level = config.queues.get(queue)?;
        Some(MemberView {
            agent: id.to_string(),
            name: config.name.clone(),
            level: (*level).into(),
            status: words::status(status(self.state, agent).0),
            can_take: can_take(self.state, id, queue),
        })
    }
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}

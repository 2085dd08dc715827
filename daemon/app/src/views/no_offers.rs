//! Why no offers come although an agent is available.

use super::{Views, whys};
use desk_core::config::{AgentConfig, QueueConfig};
use desk_core::name::{AgentId, QueueId};
use desk_core::{WhyNot as Why, load, why_idle};
use desk_wire::view::{NoOffersView, WhyNot};

/// Most chats of one queue that are looked at to explain why none is offered.
const LOOKED_AT_MAX: usize = 50;

impl Views<'_> {
    /// `None` where nothing stands in the way but that no chat waits, or that others come first.
    pub(super) fn no_offers(&self, id: &AgentId) -> Option<NoOffersView> {
        // What the least chat of theirs weighs is looked at below.
        let alone = why_idle(self.state, id, None).filter(|why| !matches!(why, Why::Full { .. }));
        if let Some(why) = alone {
            return Some(said(whys::word(&why), self.why_text(&why)));
        }
        let config = self.state.config.agents.get(id)?;
        let queues = self.state.config.queues.iter();
        let served: Vec<_> =
            queues.filter(|(queue, _)| config.queues.contains_key(*queue)).collect();
        if served.is_empty() {
            return Some(said(WhyNot::NotMember, "serves no queue".to_owned()));
        }
        let skilled: Vec<_> =
            served.iter().copied().filter(|(_, queue)| has_skills(config, queue)).collect();
        if skilled.is_empty() {
            let text = format!("lacks skills that these queues need: {}", names(&served));
            return Some(said(WhyNot::Unskilled, text));
        }
        self.too_heavy(id, config, &skilled)
            .or_else(|| self.all_closed(&skilled))
            .or_else(|| self.cooling_down(id, config))
    }

    /// The least chat weighs more than the agent can carry, or carries now.
    fn too_heavy(
        &self,
        id: &AgentId,
        config: &AgentConfig,
        served: &[(&QueueId, &QueueConfig)],
    ) -> Option<NoOffersView> {
        let weight = served.iter().map(|(_, queue)| queue.weight).min()?;
        let capacity = config.capacity;
        let free = capacity.saturating_sub(load(self.state, self.state.agents.get(id)?));
        let text = if weight > capacity {
            format!(
                "a chat weighs at least {weight}, more than this agent's capacity of {capacity}"
            )
        } else if weight > free {
            format!("no capacity left: {free} free, a chat weighs at least {weight}")
        } else {
            return None;
        };
        Some(said(WhyNot::Full, text))
    }

    /// None of the queues takes chats, and nobody waits who came before.
    fn all_closed(&self, served: &[(&QueueId, &QueueConfig)]) -> Option<NoOffersView> {
        let shut = |queue: &QueueId| {
            self.state.closed(queue).is_some() || self.state.drained_queues.contains(queue)
        };
        let quiet = |queue: &QueueId| self.state.routing.waiting(queue) == 0;
        if !served.iter().all(|(queue, _)| (self.state.draining || shut(queue)) && quiet(queue)) {
            return None;
        }
        let opens = served.iter().filter_map(|(queue, _)| self.state.closed(queue)?.opens_ms);
        let text = format!("no queue takes new chats: {}", names(served));
        Some(NoOffersView { until: opens.min(), ..said(WhyNot::Closed, text) })
    }

    /// Chats wait that the agent missed a moment ago.
    fn cooling_down(&self, id: &AgentId, config: &AgentConfig) -> Option<NoOffersView> {
        let mut until = None;
        for queue in config.queues.keys() {
            for key in self.state.routing.chats_of(queue).take(LOOKED_AT_MAX) {
                let chat = self.state.chats.get(&key.chat)?;
                let missed = chat.missed.iter().find(|missed| missed.agent == *id)?;
                until = until.max(Some(missed.until).filter(|at| *at > self.now.desk_ms));
            }
        }
        let until = until?;
        let secs = self.left(until).div_ceil(1000);
        let text = format!("missed the chats that wait; asked again in {secs} s at the latest");
        Some(NoOffersView { until: Some(self.wall(until)), ..said(WhyNot::CoolingDown, text) })
    }
}

const fn said(reason: WhyNot, text: String) -> NoOffersView {
    NoOffersView { reason, text, until: None }
}

fn names(queues: &[(&QueueId, &QueueConfig)]) -> String {
    let names: Vec<_> = queues.iter().map(|(queue, _)| queue.as_str()).collect();
    names.join(", ")
}

fn has_skills(agent: &AgentConfig, queue: &QueueConfig) -> bool {
    let has = |(skill, least)| agent.skills.get(skill).is_some_and(|level: &u8| level >= least);
    queue.skills.iter().all(has)
}

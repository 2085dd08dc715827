//! What State says of the daemon.

use super::{Views, words};
use desk_core::name::SinkId;
use desk_core::{Chat, DeliveryPhase, Phase, StepPhase, status};
use desk_wire::view::{ChatCounts, FollowedView, OutboxCounts, SinkView, Status};
use std::collections::BTreeMap;

impl Views<'_> {
    /// How many chats there are in memory.
    #[must_use]
    pub fn chat_counts(&self) -> ChatCounts {
        let mut counts = ChatCounts::default();
        for chat in self.state.chats.values() {
            match chat.phase {
                Phase::Waiting { .. } => counts.waiting += 1,
                Phase::Offered(_) => counts.offered += 1,
                Phase::Active => counts.active += 1,
                Phase::Ended { .. } => counts.wrapping_up += u32::from(wraps_up(chat)),
            }
        }
        counts.open = counts.waiting + counts.offered + counts.active;
        counts
    }

    /// How many agents are in each status.
    #[must_use]
    pub fn agent_counts(&self) -> BTreeMap<Status, u32> {
        let mut counts = BTreeMap::new();
        for agent in self.state.agents.values() {
            *counts.entry(words::status(status(self.state, agent).0)).or_default() += 1;
        }
        counts
    }

    /// How many steps the outbox has.
    #[must_use]
    pub fn outbox_counts(&self) -> OutboxCounts {
        let mut counts = OutboxCounts::default();
        let open = self.state.outbox.incidents.values().filter(|incident| !incident.skipped);
        for step in open.flat_map(|incident| incident.steps.values()) {
            match step.phase {
                StepPhase::Due { .. } => counts.pending += 1,
                StepPhase::Taken => counts.sending += 1,
                StepPhase::Parked { .. } => counts.parked += 1,
                StepPhase::Done | StepPhase::Dropped => {}
            }
        }
        counts
    }

    /// How many deliveries each sink has: those of the config, and others that still have some.
    #[must_use]
    pub fn sinks(&self) -> Vec<SinkView> {
        let (deliveries, mut counts) = (&self.state.deliveries, BTreeMap::new());
        for sink in self.state.config.sinks.keys().chain(deliveries.lost.keys()) {
            counts.insert(sink, OutboxCounts::default());
        }
        for delivery in deliveries.open.values() {
            let of = counts.entry(&delivery.sink).or_default();
            match delivery.phase {
                DeliveryPhase::Due { .. } => of.pending += 1,
                DeliveryPhase::Taken => of.sending += 1,
                DeliveryPhase::Parked { .. } => of.parked += 1,
            }
        }
        let view = |(sink, counts): (&SinkId, OutboxCounts)| SinkView {
            sink: sink.to_string(),
            counts,
            lost: deliveries.lost.get(sink).copied().unwrap_or_default(),
        };
        counts.into_iter().map(view).collect()
    }

    /// How far `on_event` is: `at` the record that it looked at last, `durable` the last on disk.
    #[must_use]
    pub fn followed(&self, at: Option<u64>, durable: u64) -> Option<FollowedView> {
        // What it looked at and wanted nothing of is written down now and then alone.
        let behind =
            self.state.followed.map(|noted| durable.saturating_sub(noted.max(at.unwrap_or(0))));
        let skipped = self.state.unfollowed;
        (behind.is_some() || skipped > 0).then_some(FollowedView { behind, skipped })
    }

    /// What a reload removed and what still finishes.
    #[must_use]
    pub fn retired(&self) -> Vec<String> {
        let queues = self.state.retired_queues.keys().map(|id| format!("queue {id}"));
        let agents = self.state.retired_agents.keys().map(|id| format!("agent {id}"));
        queues.chain(agents).collect()
    }
}

fn wraps_up(chat: &Chat) -> bool {
    chat.segments.iter().any(desk_core::Segment::is_open)
}

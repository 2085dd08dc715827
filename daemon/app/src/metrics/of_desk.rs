//! What State holds, counted.

use super::figure::{Figure, Labels, counters, gauge, gauges, label};
use crate::links::Links;
use crate::views::Views;
use desk_core::name::QueueId;
use desk_core::{Stamp, State};
use desk_wire::view::{ChatCounts, FollowedView, OutboxCounts, SinkView, Status};
use std::collections::BTreeMap;

/// One pass over State.
#[derive(Debug, Clone)]
pub(super) struct OfDesk {
    chats: ChatCounts,
    waiting: BTreeMap<QueueId, u32>,
    agents: BTreeMap<Status, u32>,
    outbox: OutboxCounts,
    sinks: Vec<SinkView>,
    events: Option<FollowedView>,
    lookups: usize,
    remembered: usize,
    grants: usize,
    draining: bool,
    low_disk: bool,
    seq: u64,
}

impl OfDesk {
    /// `followed` is the last record that `on_event` looked at, `durable` the last on disk.
    pub(super) fn look(state: &State, now: Stamp, followed: Option<u64>, durable: u64) -> Self {
        let (links, queues) = (Links::default(), state.config.queues.keys());
        let views = Views::new(state, now, &links);
        let queues = queues.chain(state.retired_queues.keys());
        Self {
            chats: views.chat_counts(),
            waiting: queues.map(|id| (id.clone(), state.routing.waiting(id))).collect(),
            agents: views.agent_counts(),
            outbox: views.outbox_counts(),
            sinks: views.sinks(),
            events: views.followed(followed, durable),
            lookups: state.lookups.len(),
            remembered: state.kv.len(),
            grants: state.grants.len(),
            draining: state.draining,
            low_disk: state.low_disk,
            seq: state.seq,
        }
    }

    /// `durable` is the last record that is on disk.
    pub(super) fn figures(&self, durable: u64) -> Vec<Figure> {
        let by = |key, all: &[(&'static str, u32)]| -> Vec<_> {
            all.iter().map(|(word, count)| (label(key, word), *count as usize)).collect()
        };
        let chats = self.chats;
        let chats = by(
            "state",
            &[
                ("waiting", chats.waiting),
                ("offered", chats.offered),
                ("active", chats.active),
                ("wrapping_up", chats.wrapping_up),
            ],
        );
        let waiting = self.waiting.iter().map(|(queue, n)| (label("queue", queue), *n as usize));
        let agents = Status::ALL.iter().map(|status| {
            let count = self.agents.get(status).copied().unwrap_or(0);
            (label("status", status), count as usize)
        });
        let steps = by("phase", &phases(self.outbox));
        let deliveries = self.sinks.iter().flat_map(|of| {
            let sink = label("sink", &of.sink);
            let phases = by("phase", &phases(of.counts)).into_iter();
            phases.map(move |(phase, count)| ([sink.clone(), phase].concat(), count))
        });
        let lost = self.sinks.iter().map(|of| (label("sink", &of.sink), of.lost));
        let behind = self.events.and_then(|events| events.behind);
        let behind = behind.map(|n| (Labels::new(), usize::try_from(n).unwrap_or(usize::MAX)));
        let skipped = self.events.map_or(0, |events| events.skipped);
        let away = [("draining", self.draining), ("low_disk", self.low_disk)];
        let away = away.map(|(why, is)| (label("why", why), usize::from(is)));
        let ahead = usize::try_from(self.seq.saturating_sub(durable)).unwrap_or(usize::MAX);
        vec![
            gauges("chats", "Chats in memory, by how they stand.", chats),
            gauges("queue_waiting", "Chats that wait, by queue.", waiting),
            gauges("agents", "Agents, by status.", agents),
            gauges("outbox_steps", "Steps of incidents that are not done, by phase.", steps),
            gauges(
                "deliveries",
                "Deliveries that are not there yet, by sink and phase.",
                deliveries,
            ),
            counters("deliveries_lost", "Deliveries given up, as too many were open.", lost),
            gauges("events_behind", "Records on disk that on_event has not looked at.", behind),
            counters(
                "events_skipped",
                "Records that on_event was never asked about.",
                [(Labels::new(), skipped)],
            ),
            gauge("lookups_waiting", "Lookups that wait for their turn.", self.lookups),
            gauge("remembered_values", "Values that rules remember.", self.remembered),
            gauge("grants", "Tokens and sessions in force.", self.grants),
            gauges("turning_away", "1 while new chats are turned away, by why.", away),
            gauge("records_ahead", "Records that are decided and not yet on disk.", ahead),
        ]
    }
}

fn phases(of: OutboxCounts) -> [(&'static str, u32); 3] {
    [("pending", of.pending), ("sending", of.sending), ("parked", of.parked)]
}

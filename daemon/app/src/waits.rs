//! How long customers may expect to wait: a pass over the queues every few seconds, outside of any
//! decision. The method is written down in `docs/queues.md`.

use crate::desk::Desk;
use desk_core::name::{AgentId, ChatId, QueueId, SegmentId};
use desk_core::policy::Policy;
use desk_core::{Event, IntentKind, Presence, Record, State, WaitKey};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Most places of a queue that are told: who stands behind them is told nothing yet.
const PLACES_MAX: usize = 1000;
/// Each chat counts for so much of the mean of those before it.
const WEIGHT: u64 = 20;

/// Where a chat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many are served before it, and it: 1 is next.
    pub position: u32,
    /// How long it may expect to wait from now on, in milliseconds.
    pub expected_ms: Option<u64>,
}

/// What the last pass found.
#[derive(Debug, Default)]
pub struct Waits {
    chats: HashMap<ChatId, Place>,
    pace: BTreeMap<QueueId, u64>,
}

impl Waits {
    /// Where a chat stands, if it waits.
    #[must_use]
    pub fn place(&self, chat: ChatId) -> Option<Place> {
        self.chats.get(&chat).copied()
    }

    /// How long a chat that came now to a queue in which so many wait might expect to wait.
    #[must_use]
    pub fn expected_ms(&self, queue: &QueueId, waiting: u32) -> Option<u64> {
        Some(self.pace.get(queue)? * (u64::from(waiting) + 1))
    }
}

/// How long chats keep their agents, from the accept to the end of the wrap-up, by queue.
#[derive(Debug, Default)]
struct Handled {
    open: HashMap<SegmentId, (QueueId, u64)>,
    mean_ms: BTreeMap<QueueId, u64>,
}

impl Handled {
    fn of(state: &State) -> Self {
        let segments = state.chats.values().flat_map(|chat| {
            let id = |n| SegmentId { chat: chat.id, n };
            chat.segments.iter().map(move |segment| (id(segment.n), segment))
        });
        let open = segments.filter(|(_, segment)| segment.is_open());
        let open = open.map(|(id, s)| (id, (s.queue.clone(), s.accepted.desk_ms)));
        Self { open: open.collect(), mean_ms: BTreeMap::new() }
    }

    fn see(&mut self, record: &Record) {
        let now = record.at.desk_ms;
        for event in &record.events {
            match event {
                Event::SegmentOpened { chat, segment, .. } => {
                    let id = SegmentId { chat: *chat, n: segment.n };
                    self.open.insert(id, (segment.queue.clone(), now));
                }
                Event::SegmentWrapped { chat, n, .. } => {
                    let of = self.open.remove(&SegmentId { chat: *chat, n: *n });
                    let Some((queue, since)) = of else { continue };
                    let took = now.saturating_sub(since);
                    let mean = self.mean_ms.entry(queue).or_insert(took);
                    *mean = (*mean * (WEIGHT - 1) + took) / WEIGHT;
                }
                _ => {}
            }
        }
    }
}

/// How many chats of a queue its members carry at once while they want to be available.
fn slots(state: &State, queue: &QueueId) -> u64 {
    let weight = state.config.queues.get(queue).map_or(u16::MAX, |queue| queue.weight.max(1));
    let there = |id: &AgentId| {
        let agent = state.agents.get(id);
        agent.is_some_and(|agent| {
            let wants = agent.intent.kind == IntentKind::Available;
            wants && !agent.drained && agent.presence != Presence::Away
        })
    };
    let members = state.config.agents.iter().filter(|(_, a)| a.queues.contains_key(queue));
    members.filter(|(id, _)| there(id)).map(|(_, a)| u64::from(a.capacity / weight)).sum()
}

/// One pass.
pub(crate) fn pass(state: &State, mean_ms: &BTreeMap<QueueId, u64>) -> Waits {
    let mut waits = Waits::default();
    for queue in state.config.queues.keys() {
        let slots = slots(state, queue);
        let pace = mean_ms.get(queue).filter(|_| slots > 0).map(|mean| mean / slots);
        if let Some(pace) = pace {
            waits.pace.insert(queue.clone(), pace);
        }
        let mut first: Vec<WaitKey> = state.routing.first_of(queue, PLACES_MAX).collect();
        first.sort_unstable();
        for (key, position) in first.iter().take(PLACES_MAX).zip(1_u32..) {
            let expected_ms = pace.map(|pace| pace * u64::from(position));
            waits.chats.insert(key.chat, Place { position, expected_ms });
        }
    }
    waits
}

/// Keeps the desk's waits up to date until `shutdown`.
pub async fn keep<P: Policy + Send + 'static>(
    desk: Desk<P>,
    every: Duration,
    shutdown: CancellationToken,
) {
    let mut published = desk.subscribe();
    let Ok(mut handled) = desk.view(|state, _| Handled::of(state)).await else { return };
    let mut ticks = tokio::time::interval(every);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            received = published.recv() => match received {
                Ok(news) => news.record().into_iter().for_each(|record| handled.see(record)),
                // Some chats are missing in a mean.
                Err(RecvError::Lagged(_)) => {
                    let open = desk.view(|state, _| Handled::of(state).open).await;
                    handled.open = open.unwrap_or_default();
                }
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick() => {
                let mean_ms = handled.mean_ms.clone();
                if let Ok(waits) = desk.view(move |state, _| pass(state, &mean_ms)).await {
                    desk.put_waits(Arc::new(waits));
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "waits/steady.rs"]
mod steady;
#[cfg(test)]
#[path = "waits/tests.rs"]
mod tests;

//! What happened in the queues of late: chats that came, how offers went, how long chats and their
//! wrap-ups took. Counted from the journal when somebody asks, each record once; what nobody asks for
//! is never counted.

use crate::codec::decode;
use crate::history::Untold;
use desk_core::name::{ChatId, QueueId, SegmentId};
use desk_core::{Event, OfferOutcome, Record, WrappedHow};
use desk_journal::{READ_ROWS_MAX, Read};
use desk_wire::UnixMs;
use desk_wire::view::{OfferFiguresView, QuarterView, QueueFiguresView, TookView};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is counted together: a day begins between two of them in every zone.
const QUARTER_MS: i64 = 900_000;
/// How far back it is counted: the longest day there is, and the quarter in which it began.
const KEPT_MS: i64 = 25 * 3_600_000 + QUARTER_MS;

/// The counts, and what is open of which a later record says how long it took.
#[derive(Debug, Default)]
pub struct Figures {
    /// The next record that is to be counted; `None`: nothing was yet.
    next: Option<u64>,
    chats: HashMap<ChatId, QueueId>,
    /// Those that are offered: a part that opens otherwise was handed over.
    offered: HashSet<ChatId>,
    /// Since when a part is talked in or, after that, wrapped up: desk time.
    parts: HashMap<SegmentId, (QueueId, u64)>,
    queues: BTreeMap<QueueId, BTreeMap<i64, Counts>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    came: u32,
    offers: OfferFiguresView,
    handled: Took,
    wrapped: Took,
}

impl Counts {
    const fn join(&mut self, other: &Self) {
        self.came += other.came;
        self.offers.accepted += other.offers.accepted;
        self.offers.rejected += other.offers.rejected;
        self.offers.timed_out += other.offers.timed_out;
        self.offers.abandoned += other.offers.abandoned;
        self.offers.rescinded += other.offers.rescinded;
        self.handled.join(other.handled);
        self.wrapped.join(other.wrapped);
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Took {
    count: u32,
    ms: u64,
}

impl Took {
    const fn add(&mut self, ms: u64) {
        self.count += 1;
        self.ms += ms;
    }

    const fn join(&mut self, other: Self) {
        self.count += other.count;
        self.ms += other.ms;
    }

    fn view(self) -> TookView {
        TookView { count: self.count, mean_ms: self.ms.checked_div(self.count.into()) }
    }
}

/// The beginning of a moment's quarter of an hour.
#[must_use]
pub const fn quarter(at: UnixMs) -> UnixMs {
    at - at.rem_euclid(QUARTER_MS)
}

impl Figures {
    /// Counts what came since it was counted last.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn catch_up(&mut self, journal: &dyn Read, now: UnixMs) -> Result<(), Untold> {
        let oldest = quarter(now - KEPT_MS);
        let mut next = match self.next {
            Some(next) => next,
            None => match journal.by_time(oldest..i64::MAX, None, 1)?.first() {
                Some(row) => row.seq,
                None => journal.head()?.seq + 1,
            },
        };
        loop {
            let rows = journal.rows(next, READ_ROWS_MAX)?;
            let Some(last) = rows.last() else { break };
            next = last.seq + 1;
            for row in &rows {
                self.see(&decode(row)?);
            }
            self.next = Some(next);
        }
        for counts in self.queues.values_mut() {
            *counts = counts.split_off(&oldest);
        }
        Ok(())
    }

    fn see(&mut self, record: &Record) {
        let at = record.at;
        for event in &record.events {
            match event {
                Event::ChatOpened(opened) => {
                    self.chats.insert(opened.chat, opened.queue.clone());
                    self.counts(&opened.queue, at.wall_ms).came += 1;
                }
                Event::ChatMoved { chat, queue, .. } => {
                    self.chats.insert(*chat, queue.clone());
                }
                Event::ChatClosed { chat } => drop(self.chats.remove(chat)),
                Event::OfferMade(made) => drop(self.offered.insert(made.chat)),
                Event::OfferEnded { chat, outcome, goes_on, .. } => {
                    if !goes_on {
                        self.offered.remove(chat);
                    }
                    self.offer_ended(*chat, *outcome, at.wall_ms);
                }
                Event::SegmentOpened { chat, segment, .. } => {
                    if self.offered.remove(chat) {
                        self.counts(&segment.queue, at.wall_ms).offers.accepted += 1;
                    }
                    let id = SegmentId { chat: *chat, n: segment.n };
                    self.parts.insert(id, (segment.queue.clone(), at.desk_ms));
                }
                Event::SegmentLeft { chat, n, .. } => {
                    let id = SegmentId { chat: *chat, n: *n };
                    let Some((queue, since)) = self.parts.get_mut(&id) else { continue };
                    let (queue, took) = (queue.clone(), at.desk_ms.saturating_sub(*since));
                    *since = at.desk_ms;
                    self.counts(&queue, at.wall_ms).handled.add(took);
                }
                Event::SegmentWrapped { chat, n, how, .. } => {
                    let of = self.parts.remove(&SegmentId { chat: *chat, n: *n });
                    // Where a queue has no wrap-up nobody took any time for one.
                    let of = of.filter(|_| *how != WrappedHow::None);
                    let Some((queue, since)) = of else { continue };
                    let took = at.desk_ms.saturating_sub(since);
                    self.counts(&queue, at.wall_ms).wrapped.add(took);
                }
                _ => {}
            }
        }
    }

    fn offer_ended(&mut self, chat: ChatId, outcome: OfferOutcome, at: UnixMs) {
        let Some(queue) = self.chats.get(&chat).cloned() else { return };
        let of = &mut self.counts(&queue, at).offers;
        match outcome {
            OfferOutcome::Accepted => of.accepted += 1,
            OfferOutcome::Rejected => of.rejected += 1,
            OfferOutcome::TimedOut => of.timed_out += 1,
            OfferOutcome::Abandoned => of.abandoned += 1,
            OfferOutcome::Rescinded => of.rescinded += 1,
        }
    }

    fn counts(&mut self, queue: &QueueId, at: UnixMs) -> &mut Counts {
        self.queues.entry(queue.clone()).or_default().entry(quarter(at)).or_default()
    }

    /// One queue's counts from the quarter on in which this moment lies.
    #[must_use]
    pub fn of(&self, queue: &QueueId, name: String, since: UnixMs) -> QueueFiguresView {
        let (mut all, mut quarters) = (Counts::default(), Vec::new());
        let counted = self.queues.get(queue).into_iter();
        for (at, of) in counted.flat_map(|counts| counts.range(quarter(since)..)) {
            all.join(of);
            quarters.push(QuarterView { at: *at, came: of.came, accepted: of.offers.accepted });
        }
        QueueFiguresView {
            queue: queue.to_string(),
            name,
            came: all.came,
            offers: all.offers,
            handled: all.handled.view(),
            wrapped: all.wrapped.view(),
            quarters,
        }
    }
}

#[cfg(test)]
mod tests;

//! Time as an argument: the two clocks of a stamp, and deadlines as data.
//!
//! *Desk time* counts the milliseconds that deskd has been running since its journal began: timers
//! live in it, so no clock jump and no downtime runs out anybody's timer. *Wall time* is what
//! people and ServiceNow read, and what belongs to the world.

use crate::name::{AgentId, ChatId, DeliveryId, GrantId, PopId, QueueId, SegmentId, StepId};
use crate::work::Work;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A moment, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Desk time, in milliseconds.
    pub desk_ms: u64,
    /// Wall time, in milliseconds since 1970-01-01 UTC.
    pub wall_ms: i64,
}

impl Stamp {
    /// Desk time this many seconds on.
    #[must_use]
    pub const fn desk_in(&self, secs: u32) -> u64 {
        self.desk_ms + secs as u64 * 1000
    }

    /// Wall time this many seconds on.
    #[must_use]
    pub const fn wall_in(&self, secs: u32) -> i64 {
        self.wall_ms + secs as i64 * 1000
    }
}

/// Who acts when a deadline comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "timer", content = "of")]
pub enum Timer {
    /// The acceptance timer of the chat's offer.
    Offer(ChatId),
    /// An agent's temporary status ends.
    Return(AgentId),
    /// The grace of an agent whose last stream is gone.
    Grace(AgentId),
    /// An agent has been away for long.
    AwayLong(AgentId),
    /// The first of the chat's cool-downs ends.
    Cooldown(ChatId),
    /// Backstop: the chat waited as long as any chat may.
    WaitMax(ChatId),
    /// Backstop: nobody said anything for as long as any chat may be silent.
    Silence(ChatId),
    /// A silent customer is reminded.
    IdleRemind(ChatId),
    /// A customer stayed silent.
    IdleClose(ChatId),
    /// An agent is reminded that a customer waits for an answer.
    ReplyRemind(ChatId),
    /// The wrap-up timer of a segment.
    Wrapup(SegmentId),
    /// Backstop: a segment was in post-processing as long as any may be.
    WrapupMax(SegmentId),
    /// Backstop: a lookup has no answer.
    LookupMax(ChatId),
    /// The driver that took an incident's step has not answered.
    Step(StepId),
    /// The time within which a pop may open by itself is over (wall time).
    Pop(PopId),
    /// Backstop: no fact about an observed chat has come for long.
    Observed(ChatId),
    /// A follow-up that ended in a panic is tried again.
    Work(Work),
    /// The chat waited so long that any level of the skills that it needs will do.
    Relax(ChatId),
    /// The customer's last stream is gone for as long as their queue lets them.
    CustomerGone(ChatId),
    /// A rule held the chat until now.
    Hold(ChatId),
    /// A queue opens or closes (wall time).
    Hours(QueueId),
    /// A token or session expires (wall time).
    Grant(GrantId),
    /// The driver that took a delivery has not answered.
    Delivery(DeliveryId),
}

/// Deadlines on one clock, in the order in which they come due; ties by sequence number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines<T> {
    ordered: BTreeSet<(T, u64, Timer)>,
    of: BTreeMap<Timer, (T, u64)>,
}

impl<T: Copy + Ord> Deadlines<T> {
    /// Sets or moves a deadline.
    pub fn set(&mut self, timer: Timer, at: T, seq: u64) {
        self.clear(&timer);
        self.ordered.insert((at, seq, timer.clone()));
        self.of.insert(timer, (at, seq));
    }

    /// Removes a deadline, if it is set.
    pub fn clear(&mut self, timer: &Timer) {
        if let Some((at, seq)) = self.of.remove(timer) {
            self.ordered.remove(&(at, seq, timer.clone()));
        }
    }

    /// When this deadline is due, if it is set.
    #[must_use]
    pub fn at(&self, timer: &Timer) -> Option<T> {
        self.of.get(timer).map(|(at, _)| *at)
    }

    /// The first deadline of all.
    #[must_use]
    pub fn first(&self) -> Option<(T, &Timer)> {
        self.ordered.first().map(|(at, _, timer)| (*at, timer))
    }

    /// All that are set, in order.
    pub fn iter(&self) -> impl Iterator<Item = (T, &Timer)> {
        self.ordered.iter().map(|(at, _, timer)| (*at, timer))
    }
}

impl<T: Serialize + Copy> Serialize for Deadlines<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.ordered)
    }
}

impl<'de, T: Deserialize<'de> + Copy + Ord> Deserialize<'de> for Deadlines<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ordered = BTreeSet::<(T, u64, Timer)>::deserialize(deserializer)?;
        let of = ordered.iter().map(|(at, seq, timer)| (timer.clone(), (*at, *seq))).collect();
        Ok(Self { ordered, of })
    }
}

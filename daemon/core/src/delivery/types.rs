//! Deliveries as State holds them, and what drivers are told about them.

use super::Payload;
use crate::name::{ChatId, DeliveryId, SinkId};
use crate::policy::Hook;
use crate::private::Private;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most deliveries that one call of a rule wants.
pub const DELIVERIES_MAX: usize = 5;

/// What a rule wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryWant {
    /// To which sink.
    pub sink: SinkId,
    /// What.
    pub payload: Payload,
}

/// Where a delivery comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The hook whose rule wants it.
    pub hook: Hook,
    /// The chat that the rule was asked about: what is sent goes when its customer is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatId>,
}

/// A delivery is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryWanted {
    /// It.
    pub delivery: DeliveryId,
    /// To which sink.
    pub sink: SinkId,
    /// Where it comes from.
    pub origin: Origin,
    /// What is sent.
    pub payload: Private<Box<Payload>>,
}

/// Every delivery that is not settled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliveries {
    /// By id.
    pub open: BTreeMap<DeliveryId, Delivery>,
    /// How many were given up at once, by sink, because as many as may be were open.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<SinkId, u64>,
    /// Those that a driver may take, by sink and by when (desk time). Derived.
    #[serde(skip)]
    pub(super) ready: BTreeMap<SinkId, BTreeSet<(u64, DeliveryId)>>,
    /// How many are open, by sink. Derived.
    #[serde(skip)]
    pub(super) count: BTreeMap<SinkId, u32>,
}

impl Deliveries {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.lost.is_empty()
    }

    /// Those to each sink that a driver may take, and when (desk time), the first due first.
    pub fn due(
        &self,
    ) -> impl Iterator<Item = (&SinkId, impl Iterator<Item = (u64, DeliveryId)> + '_)> {
        self.ready.iter().map(|(sink, ready)| (sink, ready.iter().copied()))
    }

    /// How many to a sink are not settled.
    #[must_use]
    pub fn count(&self, sink: &SinkId) -> u32 {
        self.count.get(sink).copied().unwrap_or_default()
    }

    /// The first record in which something stands that is still to be sent.
    #[must_use]
    pub fn first_seq(&self) -> Option<u64> {
        self.open.values().map(|delivery| delivery.seq).min()
    }
}

/// The header of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// To which sink.
    pub sink: SinkId,
    /// Where it comes from.
    pub origin: Origin,
    /// The record in which what is sent stands.
    pub seq: u64,
    /// When it was wanted, in wall milliseconds.
    pub wanted_ms: i64,
    /// From when its last try is counted, in desk time.
    pub since: u64,
    /// Where it stands.
    pub phase: Phase,
    /// How many attempts were begun.
    pub attempts: u32,
}

/// Where a delivery stands. One that was sent, or given up, is in the journal alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Phase {
    /// A driver may take it.
    Due {
        /// From when on, in desk time.
        at: u64,
    },
    /// A driver has it.
    Taken,
    /// It waits for an admin.
    Parked {
        /// Why.
        why: Parked,
    },
}

impl Phase {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due { .. } => "due",
            Self::Taken => "taken",
            Self::Parked { .. } => "parked",
        }
    }
}

/// Why a delivery waits for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parked {
    /// Its receiver refused it for good.
    Refused,
    /// It was tried for as long as anything is tried.
    GivenUp,
    /// The config has no such sink any more.
    NoSink,
}

impl Parked {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::NoSink => "no_sink",
        }
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum PhaseEvent {
    /// It is tried again.
    Due {
        /// When, in desk time.
        at: u64,
    },
    /// It waits for an admin.
    Parked {
        /// Why.
        why: Parked,
    },
    /// Its receiver has it.
    Done,
    /// It is given up.
    Dropped,
}

/// A delivery that a driver has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryWork {
    /// Which.
    pub delivery: DeliveryId,
    /// To which sink.
    pub sink: SinkId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The record in which what is sent stands.
    pub seq: u64,
}

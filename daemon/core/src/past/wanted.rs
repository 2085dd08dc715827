//! What rules wanted beside their verdicts, as records tell it.

use crate::delivery::Payload;
use crate::event::Event;
use crate::kv::{KvValue, KvWrite};
use crate::name::SinkId;
use crate::policy::Wants;
use crate::private::Private;
use crate::record::Record;

/// What a rule wanted beside its verdict. What is known of it no more is like anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// To which sinks it delivered what; what was lost is kept nowhere.
    pub deliveries: Vec<(SinkId, Private<Box<Payload>>)>,
    /// What it remembers.
    pub kv: Vec<Written>,
}

/// What a rule remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Under which key.
    pub key: Private<String>,
    /// What; `None`: nothing any more.
    pub value: Option<Private<KvValue>>,
    /// Until when, in wall milliseconds.
    pub until_ms: Option<i64>,
}

impl From<&Wants> for Wanted {
    fn from(wants: &Wants) -> Self {
        let deliveries = wants.deliveries.iter();
        let deliveries =
            deliveries.map(|want| (want.sink.clone(), Box::new(want.payload.clone()).into()));
        let written = |KvWrite { key, value, until_ms }: &KvWrite| Written {
            key: key.clone().into(),
            value: value.clone().map(Private::Known),
            until_ms: *until_ms,
        };
        Self { deliveries: deliveries.collect(), kv: wants.kv.iter().map(written).collect() }
    }
}

impl Wanted {
    /// Whether it may be the same, as far as both are known.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        sends_alike(&self.deliveries, &other.deliveries)
            && self.kv.len() == other.kv.len()
            && self.kv.iter().zip(&other.kv).all(|(one, other)| one.is_like(other))
    }
}

fn sends_alike(
    one: &[(SinkId, Private<Box<Payload>>)],
    other: &[(SinkId, Private<Box<Payload>>)],
) -> bool {
    let alike = |((to, what), (other, that)): (&(SinkId, _), &(SinkId, _))| {
        to == other && is_like(what, that)
    };
    one.len() == other.len() && one.iter().zip(other).all(alike)
}

impl Written {
    /// The write, where all of it is known.
    #[must_use]
    pub fn write(&self) -> Option<KvWrite> {
        let value = match &self.value {
            None => None,
            Some(value) => Some(value.known()?.clone()),
        };
        Some(KvWrite { key: self.key.known()?.clone(), value, until_ms: self.until_ms })
    }

    /// Whether it may be the same, as far as both are known.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let values = match (&self.value, &other.value) {
            (Some(one), Some(other)) => is_like(one, other),
            (one, other) => one.is_none() == other.is_none(),
        };
        values && is_like(&self.key, &other.key) && self.until_ms == other.until_ms
    }
}

fn is_like<T: PartialEq>(one: &Private<T>, other: &Private<T>) -> bool {
    one.known().zip(other.known()).is_none_or(|(one, other)| one == other)
}

/// What each rule wanted that was asked when this record was decided, in their order; `None` where
/// the record is of a version that does not tell whose is what.
#[must_use]
pub fn wanted(record: &Record) -> Option<Vec<Wanted>> {
    let mut sent = record.events.iter().filter_map(|event| match event {
        Event::DeliveryWanted(wanted) => Some((wanted.sink.clone(), wanted.payload.clone())),
        Event::DeliveryLost { sink, .. } => Some((sink.clone(), Private::Erased)),
        _ => None,
    });
    let mut written = record.events.iter().filter_map(|event| match event {
        Event::KvSet { key, value, until_ms } => {
            Some(Written { key: key.clone(), value: value.clone(), until_ms: *until_ms })
        }
        _ => None,
    });
    let of = record.hooks.iter().map(|asked| Wanted {
        deliveries: sent.by_ref().take(asked.sent as usize).collect(),
        kv: written.by_ref().take(asked.wrote as usize).collect(),
    });
    let of = of.collect();
    (sent.next().is_none() && written.next().is_none()).then_some(of)
}

//! A receiver of deliveries, that tells of them badly: it keeps by their ids what it was sent.

use crate::instance::Trouble;
use desk_core::name::DeliveryId;
use desk_core::{Answered, Payload};
use fastrand::Rng;
use std::collections::BTreeMap;

/// What it was sent, by id: always the same.
#[derive(Default)]
pub(crate) struct Receiver {
    sent: BTreeMap<DeliveryId, Payload>,
}

impl Receiver {
    /// Is sent a delivery.
    pub(crate) fn perform(
        &mut self,
        id: DeliveryId,
        payload: &Payload,
        trouble: Trouble,
        rng: &mut Rng,
    ) -> Answered {
        let why = "by the play".to_owned();
        match trouble {
            Trouble::None => {
                self.take(id, payload);
                Answered::Done { created: None, foreign: false, differences: Vec::new() }
            }
            Trouble::Busy => {
                let after_ms = rng.bool().then(|| rng.u64(1_000..60_000));
                Answered::Retry { after_ms, why }
            }
            Trouble::Refused => Answered::Permanent { why },
            Trouble::DroppedAfter | Trouble::Late => {
                self.take(id, payload);
                Answered::Ambiguous { why }
            }
            Trouble::DroppedBefore => Answered::Ambiguous { why },
        }
    }

    fn take(&mut self, id: DeliveryId, payload: &Payload) {
        let before = self.sent.insert(id, payload.clone());
        assert!(before.is_none_or(|before| before == *payload), "{id} is sent otherwise again");
    }

    /// Whether it has a delivery.
    pub(crate) fn has(&self, id: DeliveryId) -> bool {
        self.sent.contains_key(&id)
    }

    /// What it has.
    pub(crate) fn all(&self) -> impl Iterator<Item = DeliveryId> {
        self.sent.keys().copied()
    }
}

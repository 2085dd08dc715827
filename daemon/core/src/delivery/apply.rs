//! Events of deliveries, applied.

use super::{Deliveries, Delivery, DeliveryWanted, Phase, PhaseEvent};
use crate::State;
use crate::event::Event;
use crate::name::{ChatId, DeliveryId, SinkId};
use crate::time::{Stamp, Timer};
use std::collections::BTreeSet;

/// Applies an event that is about a delivery, or about what follows the journal; whether it is.
pub(crate) fn apply(state: &mut State, seq: u64, at: Stamp, event: &Event) -> bool {
    match event {
        Event::DeliveryWanted(wanted) => {
            let delivery = header(seq, at, wanted);
            state.deliveries.put(wanted.delivery, delivery);
        }
        Event::DeliveryLost { sink, .. } => {
            *state.deliveries.lost.entry(sink.clone()).or_default() += 1;
        }
        Event::DeliveryTaken { delivery, attempt, until, .. } => {
            state.desk.set(Timer::Delivery(*delivery), *until, seq);
            state.deliveries.change(*delivery, |held| {
                held.phase = Phase::Taken;
                held.attempts = *attempt;
            });
        }
        Event::DeliveryMoved { delivery, to, .. } => {
            state.desk.clear(&Timer::Delivery(*delivery));
            let phase = match to {
                PhaseEvent::Due { at } => Phase::Due { at: *at },
                PhaseEvent::Parked { why } => Phase::Parked { why: *why },
                PhaseEvent::Done | PhaseEvent::Dropped => {
                    state.deliveries.remove(*delivery);
                    return true;
                }
            };
            state.deliveries.change(*delivery, |held| {
                if matches!(held.phase, Phase::Parked { .. }) {
                    held.since = at.desk_ms;
                }
                held.phase = phase;
            });
        }
        Event::DeliveryReplayed { delivery, header } => {
            let phase = Phase::Due { at: at.desk_ms };
            let header = Delivery { phase, since: at.desk_ms, ..(**header).clone() };
            state.deliveries.put(*delivery, header);
        }
        Event::EventsFollowed { to, skipped } => {
            state.followed = *to;
            state.unfollowed += skipped;
        }
        _ => return false,
    }
    true
}

/// A delivery as it is when it is wanted.
fn header(seq: u64, at: Stamp, wanted: &DeliveryWanted) -> Delivery {
    Delivery {
        sink: wanted.sink.clone(),
        origin: wanted.origin.clone(),
        seq,
        wanted_ms: at.wall_ms,
        since: at.desk_ms,
        phase: Phase::Due { at: at.desk_ms },
        attempts: 0,
    }
}

/// The daemon started: no driver outlived the one before, and a repeat does no harm.
pub(crate) fn restart(state: &mut State, at: Stamp) {
    let held = state.deliveries.open.iter().filter(|(_, held)| held.phase == Phase::Taken);
    let taken: Vec<DeliveryId> = held.map(|(id, _)| *id).collect();
    for id in taken {
        state.desk.clear(&Timer::Delivery(id));
        state.deliveries.change(id, |held| held.phase = Phase::Due { at: at.desk_ms });
    }
}

impl Delivery {
    /// A delivery as far as these records of it, in order, tell; `None` where they do not tell of
    /// its beginning. One that is settled is in the journal alone.
    #[must_use]
    pub fn fold<'a>(
        id: DeliveryId,
        records: impl Iterator<Item = &'a crate::record::Record>,
    ) -> Option<(Self, Option<PhaseEvent>)> {
        let mut found: Option<(Self, Option<PhaseEvent>)> = None;
        for record in records {
            for event in &record.events {
                match (event, &mut found) {
                    (Event::DeliveryWanted(wanted), None) if wanted.delivery == id => {
                        found = Some((header(record.seq, record.at, wanted), None));
                    }
                    (Event::DeliveryTaken { delivery, attempt, .. }, Some((held, _)))
                        if *delivery == id =>
                    {
                        held.attempts = *attempt;
                    }
                    (Event::DeliveryMoved { delivery, to, .. }, Some((_, last)))
                        if *delivery == id =>
                    {
                        *last = Some(*to);
                    }
                    (Event::DeliveryReplayed { delivery, .. }, Some((_, last)))
                        if *delivery == id =>
                    {
                        *last = None;
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

impl Deliveries {
    /// Makes what is derived anew, after a snapshot was read.
    pub(crate) fn index(&mut self) {
        (self.ready, self.count) = Default::default();
        for (id, delivery) in std::mem::take(&mut self.open) {
            self.put(id, delivery);
        }
    }

    /// Forgets what was to be sent about these chats; which it was.
    pub(crate) fn forget(&mut self, chats: &BTreeSet<ChatId>) -> Vec<DeliveryId> {
        let of = |held: &Delivery| held.origin.chat.is_some_and(|chat| chats.contains(&chat));
        let ids: Vec<DeliveryId> =
            self.open.iter().filter(|(_, held)| of(held)).map(|(id, _)| *id).collect();
        for id in &ids {
            self.remove(*id);
        }
        ids
    }

    fn put(&mut self, id: DeliveryId, delivery: Delivery) {
        self.remove(id);
        *self.count.entry(delivery.sink.clone()).or_default() += 1;
        if let Phase::Due { at } = delivery.phase {
            self.ready.entry(delivery.sink.clone()).or_default().insert((at, id));
        }
        self.open.insert(id, delivery);
    }

    fn change(&mut self, id: DeliveryId, change: impl FnOnce(&mut Delivery)) {
        if let Some(mut delivery) = self.remove(id) {
            change(&mut delivery);
            self.put(id, delivery);
        }
    }

    fn remove(&mut self, id: DeliveryId) -> Option<Delivery> {
        let delivery = self.open.remove(&id)?;
        if let Phase::Due { at } = delivery.phase {
            drop_from(&mut self.ready, &delivery.sink, |ready| {
                ready.remove(&(at, id));
                ready.is_empty()
            });
        }
        drop_from(&mut self.count, &delivery.sink, |count| {
            *count -= 1;
            *count == 0
        });
        Some(delivery)
    }
}

/// Changes a sink's entry, and removes it where nothing is left of it.
fn drop_from<T>(
    of: &mut std::collections::BTreeMap<SinkId, T>,
    sink: &SinkId,
    change: impl FnOnce(&mut T) -> bool,
) {
    if of.get_mut(sink).is_some_and(change) {
        of.remove(sink);
    }
}

//! Deliveries of the outbox.

use super::Views;
use desk_core::name::DeliveryId;
use desk_core::{Delivery, DeliveryParked, DeliveryPhase};
use desk_wire::view::OutboxItemView;

impl Views<'_> {
    /// A delivery, as long as it is not sent or given up.
    #[must_use]
    pub fn delivery(&self, id: DeliveryId) -> Option<OutboxItemView> {
        let held = self.state.deliveries.open.get(&id)?;
        Some(OutboxItemView {
            step: id.to_string(),
            sink: held.sink.to_string(),
            kind: held.origin.hook.name().into(),
            chat: held.origin.chat.map(|chat| chat.to_string()).unwrap_or_default(),
            segment: None,
            phase: match held.phase {
                DeliveryPhase::Due { at } if at > self.now.desk_ms => "waiting".into(),
                phase => phase.name().into(),
            },
            attempts: held.attempts,
            due: match held.phase {
                DeliveryPhase::Due { at } => Some(self.wall(at)),
                _ => None,
            },
            reason: self.why_kept(held).map(Into::into),
        })
    }

    /// Why it is not sent, as far as State knows.
    fn why_kept(&self, held: &Delivery) -> Option<&'static str> {
        match held.phase {
            DeliveryPhase::Parked { why: DeliveryParked::Refused } => {
                Some("its receiver refused it")
            }
            DeliveryPhase::Parked { why: DeliveryParked::GivenUp } => {
                Some("tried for as long as a step is tried")
            }
            DeliveryPhase::Parked { why: DeliveryParked::NoSink } => {
                Some("the config has no such sink")
            }
            _ if !self.state.config.sinks.contains_key(&held.sink) => {
                Some("the config has no such sink")
            }
            _ => None,
        }
    }
}

//! Deliveries: what rules send out, each to a sink that the config names. State holds their headers;
//! what is sent stands in the journal, in the record that wanted it. They are sent at least once,
//! always under the same id.

mod apply;
mod decide;
mod payload;
mod types;

pub(crate) use apply::{apply, restart};
pub(crate) use decide::{answered, drop_one, due, replay, retry, sinks_are_back, take, want};
pub use payload::{PAYLOAD_BYTES_MAX, Payload, Piece};
pub use types::{
    DELIVERIES_MAX, Deliveries, Delivery, DeliveryWant, DeliveryWanted, DeliveryWork, Origin,
    Parked, Phase, PhaseEvent,
};

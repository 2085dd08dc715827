//! What a record says to subscribers, in the words of the wire.

use crate::engine::Audience;
use crate::links::Links;
use desk_core::name::AgentId;
use desk_core::{Record, State, Status, SubStatus};
use desk_wire::Notice;
use std::collections::BTreeMap;

/// The statuses of those whom a record concerns, before it was applied.
pub type Before = BTreeMap<AgentId, (Status, SubStatus)>;

/// The statuses of those whom a record concerns.
#[must_use]
pub fn statuses(state: &State, record: &Record) -> Before {
    let _ = (state, record);
    Before::new()
}

/// The notices of a record, each with those whom it concerns.
#[must_use]
pub fn notices(
    state: &State,
    record: &Record,
    before: Option<&Before>,
    links: &Links,
) -> Vec<(Audience, Notice)> {
    let _ = (state, record, before, links);
    Vec::new()
}

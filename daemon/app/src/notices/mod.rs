//! What a record says to subscribers, in the words of the wire.
//!
//! What lives here: which notices an event makes, whom each concerns, and when a derived status is
//! another one. A notice is made from its record; what the record does not hold (a customer's name,
//! the queue of a chat) comes from State around it, which at a resume is that of today.

mod concerned;
mod of_event;
mod status;

#[cfg(test)]
mod tests;

pub use concerned::{Before, Header};

use crate::engine::Audience;
use crate::links::Links;
use crate::views::Views;
use concerned::Around;
use desk_core::{Record, State};
use desk_wire::Notice;

/// What notices need of State before a record is applied: statuses of those whom it concerns, and
/// whose the chats are that it may take out of memory.
#[must_use]
pub fn statuses(state: &State, record: &Record) -> Before {
    Before::of(state, record)
}

/// The notices of a record, each with those whom it concerns; `state` is that after it.
#[must_use]
pub fn notices(
    state: &State,
    record: &Record,
    before: Option<&Before>,
    links: &Links,
) -> Vec<(Audience, Notice)> {
    let views = Views::new(state, record.at, links);
    let around = Around { views, record, before };
    let mut notices = Vec::new();
    for event in &record.events {
        of_event::tell(&around, event, &mut notices);
    }
    status::tell(&around, &mut notices);
    notices
}

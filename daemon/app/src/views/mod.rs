//! What State looks like on the wire.
//!
//! What lives here: one file a noun, each a part of [`Views`], and the words that the wire has for
//! what the core knows. What must not live here: anything that decides, reads the journal or knows
//! a socket. A deadline in desk time is shown as the wall time at which it comes if nothing stops
//! the desk until then.

mod agent;
mod chat;
mod daemon;
mod delivery;
mod grant;
mod incident;
mod no_offers;
mod offer;
mod pop;
mod queue;
mod record;
mod segment;
mod taking;
mod whys;
pub mod words;

#[cfg(test)]
mod tests;

pub(crate) use agent::{left_cause, next};
pub use chat::{customer, message, speaker};
pub use incident::{differences, in_words};
pub use record::match_view;
pub use whys::{AGENTS_MAX, word as why_word};

use crate::links::Links;
use desk_core::{Stamp, State};
use desk_wire::UnixMs;

/// A look at State at one moment.
#[derive(Clone, Copy)]
pub struct Views<'a> {
    /// What is looked at.
    pub state: &'a State,
    /// The moment.
    pub now: Stamp,
    /// Addresses of records.
    pub links: &'a Links,
}

impl<'a> Views<'a> {
    /// A look at this State at this moment.
    #[must_use]
    pub const fn new(state: &'a State, now: Stamp, links: &'a Links) -> Self {
        Self { state, now, links }
    }

    /// A moment in desk time as wall time.
    #[must_use]
    pub fn wall(&self, desk_ms: u64) -> UnixMs {
        wall(self.now, desk_ms)
    }

    /// What is left until a moment in desk time, in milliseconds.
    #[must_use]
    pub const fn left(&self, desk_ms: u64) -> u64 {
        desk_ms.saturating_sub(self.now.desk_ms)
    }
}

/// A moment in desk time as wall time, seen from `now`.
#[must_use]
pub fn wall(now: Stamp, desk_ms: u64) -> UnixMs {
    let away = i128::from(desk_ms) - i128::from(now.desk_ms) + i128::from(now.wall_ms);
    i64::try_from(away).unwrap_or(if away < 0 { i64::MIN } else { i64::MAX })
}

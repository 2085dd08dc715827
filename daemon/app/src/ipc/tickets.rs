//! Tickets: what a page shows once, within moments, because it cannot send anything better. They are
//! kept in memory alone: after a restart another one is asked for.

use desk_core::name::GrantId;
use desk_core::{Actor, Holder};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most tickets at once; the oldest goes first.
const TICKETS_MAX: usize = 1_000;
/// How long a ticket is good that a page is opened with, or a connection.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(60);

/// What a ticket lets its bearer do.
#[derive(Debug, Clone)]
pub(crate) enum Ticket {
    /// Sign in as this one; who asked for it.
    SignIn(Holder, Actor),
    /// Open a connection of this session.
    Connect(GrantId),
}

/// Tickets that were given out.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    /// Each with the moment of its end.
    held: Mutex<BTreeMap<String, (Instant, Ticket)>>,
}

impl Tickets {
    /// Gives one out.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub(crate) fn give(&self, ticket: Ticket) -> Result<String, getrandom::Error> {
        self.give_for(GOOD_FOR, ticket)
    }

    /// Gives one out that is good for so long.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub(crate) fn give_for(
        &self,
        long: Duration,
        ticket: Ticket,
    ) -> Result<String, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let word = desk_core::digest::hex(&random);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        held.retain(|_, (end, _)| *end > now);
        while held.len() >= TICKETS_MAX {
            let oldest = held.iter().min_by_key(|(_, (end, _))| *end);
            let Some(oldest) = oldest.map(|(word, _)| word.clone()) else { break };
            held.remove(&oldest);
        }
        held.insert(word.clone(), (now + long, ticket));
        Ok(word)
    }

    /// Takes one back, once.
    pub(crate) fn take(&self, word: &str) -> Option<Ticket> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, ticket) = held.remove(word)?;
        (end > Instant::now()).then_some(ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_there_are_so_many() {
        let tickets = Tickets::default();
        let give = || tickets.give(Ticket::Connect(GrantId(uuid::Uuid::nil()))).unwrap();
        let first = give();
        assert!(tickets.take("").is_none() && tickets.take(&first[1..]).is_none());
        assert!(tickets.take(&first).is_some());
        assert!(tickets.take(&first).is_none(), "it is good once");
        let oldest = give();
        let others: Vec<String> = (0..TICKETS_MAX).map(|_| give()).collect();
        assert!(tickets.take(&oldest).is_none(), "the oldest goes first");
        assert!(others.iter().all(|word| tickets.take(word).is_some()));
    }
}

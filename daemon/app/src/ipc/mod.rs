//! The local socket: agents, supervisors and admins of this machine, and their clients.
//!
//! What lives here: the socket and its connections, what each verb asks of the desk, and the stream
//! of notices. The protocol's words and framing are those of `desk-wire`; what a caller may do is
//! said by [`crate::access`]. Nothing here knows State but through [`Desk`].
//!
//! Requests of one connection are carried out one after the other and answered in order; notices
//! come between answers. Every queue is bounded: a client that does not read is cut off, and
//! resumes from its cursor.

mod connection;
mod dispatch;
mod door;
mod outgoing;
mod presence;
mod replay;
mod server;
mod site;
mod stream;
mod tickets;
mod web;
mod who;

#[cfg(test)]
pub(crate) mod tests;

pub use door::{BindError, Door, bind};
pub use server::serve;
pub use site::Site;
pub(crate) use tickets::{Ticket, Tickets};
pub(crate) use who::{holder_name, user_of};

use crate::config::Settings;
use crate::desk::Desk;
use crate::replay::Slot;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// What every connection shares, whichever door it came through.
pub struct Clients<P> {
    settings: watch::Receiver<Settings>,
    desk: Desk<P>,
    site: Arc<dyn Site>,
    tickets: Tickets,
    /// Where browsers find the desk, without a slash at the end.
    url: String,
    shutdown: CancellationToken,
    /// Held by the local socket's connections, each by one.
    connections: Arc<Semaphore>,
    connections_max: usize,
    /// Held by whoever has State built once more: one at a time, so that drivers find readers.
    walks: Semaphore,
    /// The replay of script sets.
    replays: Slot,
}

impl<P> Clients<P> {
    /// Nobody is connected yet.
    #[must_use]
    pub fn new(
        settings: watch::Receiver<Settings>,
        desk: Desk<P>,
        site: Arc<dyn Site>,
        url: String,
        shutdown: CancellationToken,
    ) -> Self {
        let (tickets, walks) = (Tickets::default(), Semaphore::new(1));
        let replays = Slot::default();
        let connections_max = settings.borrow().ipc.connections.max(1) as usize;
        let connections = Arc::new(Semaphore::new(connections_max));
        Self {
            settings,
            desk,
            site,
            tickets,
            url,
            shutdown,
            connections,
            connections_max,
            walks,
            replays,
        }
    }

    /// The tickets that were given out.
    pub(crate) const fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// The daemon around the desk.
    pub(crate) fn site(&self) -> &dyn Site {
        &*self.site
    }

    /// How many connections the local socket has.
    pub(crate) fn connected(&self) -> usize {
        self.connections_max - self.connections.available_permits()
    }

    /// Where browsers find the desk, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The config in force.
    pub(crate) const fn settings(&self) -> &watch::Receiver<Settings> {
        &self.settings
    }
}

/// Random bytes for an id.
fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

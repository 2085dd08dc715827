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

#[cfg(test)]
mod tests;

pub use door::{BindError, Door, bind};
pub use server::serve;
pub use site::Site;

use crate::config::{Settings, User};
use crate::desk::Desk;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What every connection shares.
struct Shared<P> {
    settings: watch::Receiver<Settings>,
    desk: Desk<P>,
    site: Arc<dyn Site>,
    shutdown: CancellationToken,
}

impl<P> Shared<P> {
    /// What the config in force lets this account do, if anything.
    fn user(&self, uid: u32) -> Option<User> {
        self.settings.borrow().users.iter().find(|user| user.uid == uid).cloned()
    }
}

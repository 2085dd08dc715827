//! The signals that the daemon listens to. Until it does, a signal ends the process at once, whatever
//! it is in the middle of: so they are listened to before anything is begun.

use anyhow::{Context as _, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What is wanted by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The end.
    Stop,
    /// To read config, scripts and certificates again.
    Reload,
}

/// Signals, from when it was made on.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens.
    ///
    /// # Errors
    /// Where signals cannot be listened to.
    pub fn listen() -> Result<Self> {
        let to = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Self {
            terminate: to(SignalKind::terminate())?,
            interrupt: to(SignalKind::interrupt())?,
            hangup: to(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hangup.recv() => Asked::Reload,
        }
    }
}

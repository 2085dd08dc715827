//! Signs of life for a service manager: one is given only when engine and journal answered.

use crate::desk::Desk;
use desk_core::policy::Policy;
use sd_notify::NotifyState;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Gives a sign twice in each time within which the service manager wants one, if it wants any.
/// A desk that does not answer is ended by it, and the next start goes on.
pub async fn keep<P: Policy + 'static>(desk: Desk<P>, shutdown: CancellationToken) {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    let mut every = tokio::time::interval((within / 2).max(Duration::from_millis(1)));
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = every.tick() => {}
        }
        if desk.view(|_, _| ()).await.is_ok() {
            // Whoever is not there needs no sign.
            let _ = sd_notify::notify(&[NotifyState::Watchdog]);
        }
    }
}

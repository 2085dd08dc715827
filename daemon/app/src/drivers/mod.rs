//! The drivers: they do outside what State wants done there.
//!
//! What lives here: the instance that they talk to ([`Instance`]), the lookup of customers
//! ([`lookup`]), the steps of incidents ([`outbox`]), what rules want sent to others
//! ([`deliver`]), what an instance holds of them
//! ([`Instance::audit`]), and what they say of themselves ([`DriverStatus`]).
//!
//! What must not live here: the truth. A driver holds nothing that it could lose: what is due
//! stands in State, it is taken by a command and answered by a command, and a driver that ends in
//! between leaves an item whose deadline stands. A wake-up only says that it is worth looking.

mod account;
mod audit;
mod audit_interactions;
mod audit_notes;
mod crew;
mod deliver;
mod instance;
mod lookup;
mod memo;
mod outbox;
mod pace;
mod status;

#[cfg(test)]
mod tests;

pub(crate) use account::client_config;
pub use audit::{AUDIT_MAX, Audited};
pub(crate) use deliver::fill;
pub use instance::{Instance, InstanceError};
pub use status::{DriverStatus, DriverView, LastError};

use crate::config::Settings;
use crate::desk::Desk;
use desk_servicenow::NotDone;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Looks customers up until the shutdown. Without an instance it does nothing, and the desk gives
/// each lookup up by itself.
pub async fn lookup<P: Send + 'static>(
    desk: Desk<P>,
    instance: Instance,
    settings: watch::Receiver<Settings>,
    shutdown: CancellationToken,
) {
    let bounds = move || Bounds::of(&settings.borrow());
    lookup::run(desk, instance, bounds, shutdown).await;
}

/// Carries the steps of incidents out until the shutdown. Without an instance it does nothing, and
/// they wait.
pub async fn outbox<P: Send + 'static>(
    desk: Desk<P>,
    instance: Instance,
    settings: watch::Receiver<Settings>,
    shutdown: CancellationToken,
) {
    let bounds = move || Bounds::of(&settings.borrow()).but_one().paced(&settings.borrow());
    outbox::run(desk, instance, bounds, shutdown).await;
}

/// Posts deliveries until the shutdown.
pub async fn deliver<P: Send + 'static>(
    desk: Desk<P>,
    instance: Instance,
    settings: watch::Receiver<Settings>,
    shutdown: CancellationToken,
) {
    let tally = instance.status().of_deliver().clone();
    deliver::run(desk, settings, tally, shutdown).await;
}

/// Keeps the instance as the settings have it, until the shutdown.
pub async fn follow(
    instance: Instance,
    mut settings: watch::Receiver<Settings>,
    shutdown: CancellationToken,
) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = settings.changed() => if changed.is_err() { return },
        }
        let now = settings.borrow_and_update().clone();
        instance.follow(now).await;
    }
}

/// Bounds of one driver.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Most items that it works on at once, each of another chat.
    at_once: usize,
    /// The longest time without looking for what is due, whatever else happens.
    tick: Duration,
    /// How long a stop waits for what is under way.
    stop: Duration,
    /// The pause from one item to the next, where they are not to follow each other faster.
    each: Option<Duration>,
}

impl Bounds {
    /// How often a driver looks although nothing woke it.
    const TICK: Duration = Duration::from_secs(2);

    /// As many items as the instance may be asked at once.
    fn of(settings: &Settings) -> Self {
        Self {
            at_once: settings.servicenow.concurrency.max(1) as usize,
            tick: Self::TICK,
            stop: Duration::from_secs(settings.desk.stop_secs.into()),
            each: None,
        }
    }

    /// No faster than the instance is to be asked: whatever an outage held up is drained at that rate.
    fn paced(self, settings: &Settings) -> Self {
        let per_min = settings.servicenow.steps_per_min.max(1);
        Self { each: Some(Duration::from_secs(60) / per_min), ..self }
    }

    /// One item less, where more than one is permitted: incidents can wait, and a lookup for which
    /// an agent waits is to find a place.
    fn but_one(self) -> Self {
        Self { at_once: self.at_once.saturating_sub(1).max(1), ..self }
    }
}

/// Whether the request may do better later.
const fn may_do_better(not_done: &NotDone) -> bool {
    !matches!(not_done, NotDone::Permanent { .. })
}

/// What a log and a status view may say of a request that was not done. The instance's own words
/// are left out: they may quote the record.
fn brief(not_done: &NotDone) -> String {
    let ours = |why: &str| why.split(": ").take(2).collect::<Vec<_>>().join(": ");
    match not_done {
        NotDone::Done(never) => match *never {},
        NotDone::Retry { why, .. } => format!("to be retried: {}", ours(why)),
        NotDone::Ambiguous { why } => format!("unclear whether it was done: {}", ours(why)),
        NotDone::Asleep { why } => format!("the instance is not at work: {}", ours(why)),
        NotDone::Permanent { status: Some(status), transaction: Some(id), .. } => {
            format!("refused with {status} (transaction {id})")
        }
        NotDone::Permanent { status: Some(status), .. } => format!("refused with {status}"),
        NotDone::Permanent { status: None, message, .. } => format!("not sent: {message}"),
    }
}

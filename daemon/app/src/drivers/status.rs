//! What the drivers say of themselves, for status views. Nothing is decided by it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How the drivers are doing. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct DriverStatus {
    lookup: Tally,
    outbox: Tally,
    deliver: Tally,
}

/// How one driver is doing, since the daemon's start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriverView {
    /// Items that it works on.
    pub in_flight: u32,
    /// Items that were answered as hoped for.
    pub done: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// When one was done last, in wall milliseconds.
    pub last_done_ms: Option<i64>,
    /// What went wrong last.
    pub last_error: Option<LastError>,
}

/// Something that went wrong. It holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastError {
    /// When, in wall milliseconds.
    pub at_ms: i64,
    /// What.
    pub text: String,
}

impl DriverStatus {
    /// The lookup driver.
    #[must_use]
    pub fn lookup(&self) -> DriverView {
        self.lookup.lock().clone()
    }

    /// The outbox driver.
    #[must_use]
    pub fn outbox(&self) -> DriverView {
        self.outbox.lock().clone()
    }

    /// The delivery driver.
    #[must_use]
    pub fn deliver(&self) -> DriverView {
        self.deliver.lock().clone()
    }

    pub(super) const fn of_deliver(&self) -> &Tally {
        &self.deliver
    }

    pub(super) const fn of_lookup(&self) -> &Tally {
        &self.lookup
    }

    pub(super) const fn of_outbox(&self) -> &Tally {
        &self.outbox
    }
}

/// Where one driver counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Mutex<DriverView>>);

/// Counts an item as worked on, for as long as it lives.
pub(super) struct InFlight(Tally);

impl Tally {
    pub(super) fn begin(&self) -> InFlight {
        self.lock().in_flight += 1;
        InFlight(self.clone())
    }

    pub(super) fn done(&self, at_ms: i64) {
        let mut view = self.lock();
        view.done += 1;
        view.last_done_ms = Some(at_ms);
    }

    pub(super) fn failed(&self, at_ms: i64, text: String) {
        let mut view = self.lock();
        view.failed += 1;
        view.last_error = Some(LastError { at_ms, text });
    }

    fn lock(&self) -> MutexGuard<'_, DriverView> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}

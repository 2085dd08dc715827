//! A rule that fails often rests: five failures within a minute open its breaker for half a
//! minute, then one call is let through as a probe. Time is the question's, never a clock's.

use std::collections::VecDeque;

/// How many failures open the breaker.
pub const FAILURES: usize = 5;
/// Within how long, in milliseconds.
pub const WINDOW_MS: i64 = 60_000;
/// For how long it stays open, in milliseconds.
pub const REST_MS: i64 = 30_000;

/// A rule's breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// When the latest failures were.
    failures: VecDeque<i64>,
    /// Until when the rule rests.
    until: Option<i64>,
}

impl Breaker {
    /// Until when the rule rests, where it does so now. A clock that was set back by more than a
    /// rest does not make it rest for longer.
    pub(crate) fn resting(&self, now_ms: i64) -> Option<i64> {
        self.until.filter(|until| (1..=REST_MS).contains(&until.saturating_sub(now_ms)))
    }

    /// Until when the rule was last told to rest, unless it has succeeded since.
    pub(crate) const fn until(&self) -> Option<i64> {
        self.until
    }

    /// Counts a call that was made.
    pub(crate) fn called(&mut self, now_ms: i64, failed: bool) {
        if !failed {
            if self.until.take().is_some() {
                self.failures.clear();
            }
            return;
        }
        let recent = |at: &i64| (0..WINDOW_MS).contains(&now_ms.saturating_sub(*at));
        self.failures.retain(recent);
        self.failures.push_back(now_ms);
        // A failed probe opens it again by itself.
        if self.failures.len() >= FAILURES || self.until.is_some() {
            self.failures.clear();
            self.open(now_ms);
        }
    }

    /// Opens it.
    pub(crate) fn open(&mut self, now_ms: i64) {
        self.until = Some(now_ms.saturating_add(REST_MS));
    }
}

//! A rule that fails often, or takes much of the engine's time, rests: five failures within a
//! minute, or a tenth of a second used within one, open its breaker for half a minute; then one call
//! is let through as a probe. Both clocks are handed in: the question's for when, the host's for how
//! long.

use std::collections::VecDeque;

/// How many failures open the breaker.
pub const FAILURES: usize = 5;
/// Within how long, in milliseconds.
pub const WINDOW_MS: i64 = 60_000;
/// For how long it stays open, in milliseconds.
pub const REST_MS: i64 = 30_000;
/// How much time a rule may use up, in nanoseconds: all calls of it together.
pub const SHARE_NS: u64 = 100_000_000;
/// Within how long, in milliseconds: so a rule has at most a tenth of the engine's time.
pub const SHARE_WINDOW_MS: i64 = 1_000;
/// The time of calls is added up by steps of so many milliseconds.
const STEP_MS: i64 = 50;

/// Why a rule rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It failed often, or its probe did.
    Failures,
    /// It took too large a share of the engine's time.
    Share,
    /// The process ended while it was being asked.
    Ended,
}

/// A rule's breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// When the latest failures were.
    failures: VecDeque<i64>,
    /// How much time was used up, in nanoseconds, by step.
    used: VecDeque<(i64, u64)>,
    /// Until when the rule rests, and why.
    until: Option<(i64, Opened)>,
    /// How often it was opened.
    rests: u64,
    /// Whether the last call was a probe and ended the rest.
    woken: bool,
}

impl Breaker {
    /// Until when the rule rests, where it does so now. A clock that was set back by more than a
    /// rest does not make it rest for longer.
    pub(crate) fn resting(&self, now_ms: i64) -> Option<i64> {
        let until = self.until.map(|(until, _)| until);
        until.filter(|until| (1..=REST_MS).contains(&until.saturating_sub(now_ms)))
    }

    /// Until when the rule was last told to rest and why, unless it has succeeded since.
    pub(crate) const fn until(&self) -> Option<(i64, Opened)> {
        self.until
    }

    /// How often the rule was told to rest.
    pub(crate) const fn rests(&self) -> u64 {
        self.rests
    }

    /// Counts a call that was made, and the time that it took.
    pub(crate) fn called(&mut self, now_ms: i64, failed: bool, took_ns: u64) {
        self.woken = !failed && self.until.take().is_some();
        if self.woken {
            self.failures.clear();
        }
        if failed {
            self.failed(now_ms);
        }
        if self.share(now_ms, took_ns) >= SHARE_NS {
            self.open(now_ms, Opened::Share);
        }
    }

    /// Counts the last call as a failure after all.
    pub(crate) fn failed(&mut self, now_ms: i64) {
        let recent = |at: &i64| (0..WINDOW_MS).contains(&now_ms.saturating_sub(*at));
        self.failures.retain(recent);
        self.failures.push_back(now_ms);
        // A failed probe opens it again by itself.
        if self.failures.len() >= FAILURES || self.until.is_some() || self.woken {
            self.open(now_ms, Opened::Failures);
        }
    }

    /// What was used up within the window, this call included.
    fn share(&mut self, now_ms: i64, took_ns: u64) -> u64 {
        let step = now_ms.div_euclid(STEP_MS);
        let steps = SHARE_WINDOW_MS / STEP_MS;
        self.used.retain(|(of, _)| (0..steps).contains(&step.saturating_sub(*of)));
        match self.used.back_mut() {
            Some((last, used)) if *last == step => *used = used.saturating_add(took_ns),
            _ => self.used.push_back((step, took_ns)),
        }
        self.used.iter().fold(0, |sum, (_, used)| sum.saturating_add(*used))
    }

    /// Opens it.
    pub(crate) fn open(&mut self, now_ms: i64, why: Opened) {
        self.failures.clear();
        self.used.clear();
        self.woken = false;
        self.until = Some((now_ms.saturating_add(REST_MS), why));
        self.rests += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// Asks every `every_ms` for so many milliseconds, each call taking `took_ns`; when it rests.
    fn rests(every_ms: i64, for_ms: i64, took_ns: u64) -> Option<i64> {
        let mut breaker = Breaker::default();
        (0..for_ms / every_ms).map(|n| n * every_ms).find(|now| {
            breaker.called(*now, false, took_ns);
            breaker.until().is_some_and(|(_, why)| why == Opened::Share)
        })
    }

    #[test]
    fn a_rule_that_takes_a_tenth_of_the_time_rests() {
        assert_eq!(rests(20, 60_000, 2 * MS), Some(980));
        assert_eq!(rests(1, 60_000, 5 * MS), Some(19));
    }

    #[test]
    fn a_rule_that_takes_less_is_let_be() {
        assert_eq!(rests(20, 60_000, 2 * MS - 50_000), None);
        assert_eq!(rests(1_000, 60_000, 99 * MS), None);
    }

    #[test]
    fn a_probe_that_is_quick_ends_the_rest() {
        let mut breaker = Breaker::default();
        breaker.called(0, false, 200 * MS);
        assert_eq!(breaker.resting(1), Some(REST_MS));
        breaker.called(REST_MS, false, MS);
        assert_eq!((breaker.until(), breaker.rests()), (None, 1));
        breaker.called(REST_MS + 1, false, 100 * MS);
        assert_eq!(breaker.until(), Some((2 * REST_MS + 1, Opened::Share)));
    }

    #[test]
    fn a_probe_whose_verdict_proves_unfit_begins_another_rest() {
        let mut breaker = Breaker::default();
        breaker.open(0, Opened::Failures);
        breaker.called(REST_MS, false, 0);
        breaker.failed(REST_MS);
        assert_eq!(breaker.until(), Some((2 * REST_MS, Opened::Failures)));
    }

    #[test]
    fn a_clock_that_leaps_counts_nothing_twice_and_nothing_for_ever() {
        let mut breaker = Breaker::default();
        breaker.called(0, false, 60 * MS);
        breaker.called(-3_600_000, false, 60 * MS);
        breaker.called(3_600_000, false, 60 * MS);
        assert_eq!(breaker.until(), None);
        assert!(breaker.used.len() <= 20);
    }
}

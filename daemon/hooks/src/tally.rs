//! How a rule has been doing, in numbers.

use desk_core::policy::{Failure, FailureKind, Verdict};
use std::collections::BTreeMap;

/// The upper bounds of the steps by which the times of calls are counted, in microseconds; what
/// takes longer counts for a last step without bound.
pub const TIMES_US: [u64; 9] = [10, 25, 50, 100, 250, 500, 1_000, 5_000, 25_000];

/// How long the calls of a rule took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// How many calls took as long as each step of [`TIMES_US`] says at most and longer than the
    /// step before; the last number is that of those beyond.
    pub counts: [u64; TIMES_US.len() + 1],
    /// All together, in nanoseconds.
    pub sum_ns: u64,
    /// The longest, in nanoseconds.
    pub most_ns: u64,
}

impl Times {
    fn add(&mut self, took_ns: u64) {
        let step = TIMES_US.iter().position(|most| took_ns <= most * 1_000);
        self.counts[step.unwrap_or(TIMES_US.len())] += 1;
        self.sum_ns = self.sum_ns.saturating_add(took_ns);
        self.most_ns = self.most_ns.max(took_ns);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) calls: u64,
    pub(crate) kinds: BTreeMap<FailureKind, u64>,
    pub(crate) defaults: u64,
    pub(crate) operations: u64,
    pub(crate) times: Times,
    pub(crate) last_failure: Option<(i64, Failure)>,
}

impl Tally {
    /// Counts a call.
    pub(crate) fn called(
        &mut self,
        now_ms: i64,
        verdict: &Result<Option<Verdict>, Failure>,
        operations: u64,
        took_ns: u64,
    ) {
        self.calls += 1;
        self.operations = self.operations.saturating_add(operations);
        self.times.add(took_ns);
        match verdict {
            Ok(Some(_)) => {}
            Ok(None) => self.defaults += 1,
            Err(failure) => self.unfit(now_ms, failure),
        }
    }

    /// A call came to nothing after all.
    pub(crate) fn unfit(&mut self, now_ms: i64, failure: &Failure) {
        self.defaults += 1;
        *self.kinds.entry(failure.kind).or_default() += 1;
        self.last_failure = Some((now_ms, failure.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_counts_for_its_step() {
        let mut times = Times::default();
        for took_ns in [0, 10_000, 10_001, 25_000_000, 25_000_001] {
            times.add(took_ns);
        }
        assert_eq!(times.counts, [2, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((times.sum_ns, times.most_ns), (50_020_002, 25_000_001));
    }
}

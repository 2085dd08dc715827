//! How fast a driver may begin: evenly, whatever has piled up. Time is an argument.

use std::time::Duration;
use tokio::time::Instant;

/// What was not begun within this time may be begun at once.
const SLACK: Duration = Duration::from_secs(1);

/// How far ahead of its pace a driver is.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the next may begin, had each begun at its time.
    next: Option<Instant>,
}

impl Pace {
    /// How many may begin now, one every `each`; without a pace any number.
    pub(super) fn room(&self, now: Instant, each: Option<Duration>) -> usize {
        let Some(each) = each else { return usize::MAX };
        let spare = now.saturating_duration_since(self.next(now));
        if self.wait(now).is_zero() {
            usize::try_from(spare.as_nanos() / each.as_nanos().max(1)).unwrap_or(usize::MAX) + 1
        } else {
            0
        }
    }

    /// One begins.
    pub(super) fn begin(&mut self, now: Instant, each: Option<Duration>) {
        self.next = each.map(|each| self.next(now) + each);
    }

    /// In how long one may begin.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        self.next(now).saturating_duration_since(now)
    }

    fn next(&self, now: Instant) -> Instant {
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        self.next.map_or(earliest, |next| next.max(earliest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What begins within each of so many minutes after a long outage, with more than enough to do.
    fn begun(per_min: u32, minutes: usize) -> Vec<usize> {
        let each = Some(Duration::from_secs(60) / per_min);
        let (mut pace, start) = (Pace::default(), Instant::now());
        let mut begun = vec![0; minutes];
        let mut now = start;
        loop {
            let minute = (now - start).as_secs() / 60;
            let Some(of) = begun.get_mut(minute as usize) else { return begun };
            let room = pace.room(now, each);
            (0..room).for_each(|_| pace.begin(now, each));
            *of += room;
            assert_eq!(pace.room(now, each), 0, "it takes all the room that there is");
            now += pace.wait(now);
        }
    }

    #[test]
    fn whatever_waits_no_more_begins_than_the_rate_permits() {
        // A second's worth more at first.
        assert_eq!(begun(600, 3), [610, 600, 600]);
        assert_eq!(begun(30, 2), [31, 30]);
        assert_eq!(begun(1, 2), [2, 1]);
    }

    #[test]
    fn a_pause_gains_no_more_than_a_moment_s_worth() {
        let each = Some(Duration::from_millis(100));
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.begin(start, each);
        assert_eq!(pace.room(start + Duration::from_secs(86_400), each), 11);
        assert_eq!(pace.room(start, None), usize::MAX);
    }
}

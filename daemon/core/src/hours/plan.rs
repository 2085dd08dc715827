//! From hours as people write them to moments: zones, changes of the clock, midnights. Zone data is
//! compiled in, so equal arguments give equal results on every machine.

use crate::config::{DaySpan, HoursConfig};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// How far ahead an edge is looked for: what is open or closed for longer has none.
const AHEAD_DAYS: i32 = 400;

/// Minutes of a day.
const DAY: u16 = 1440;

/// The zone of this name in the data that is compiled in.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Whether a queue is open, and until when that is so, in wall milliseconds; `None`: for longer than
/// anybody looks ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Whether it is open.
    pub open: bool,
    /// Until when.
    pub until_ms: Option<i64>,
}

impl HoursConfig {
    /// What is planned for this moment. Where the clocks are set back, an hour that comes twice is
    /// within a span if it is so once; where they are set forward, an edge in the hour that is left
    /// out is the moment of the change.
    #[must_use]
    pub fn at(&self, now_ms: i64) -> Planned {
        let zone = zone(&self.zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let today = zone.to_datetime(now).date();
        // An interval that is not over yet, with those that follow on it at once.
        let mut open: Option<(i64, i64)> = None;
        // Zones have left out whole days, so that yesterday may have been the day before.
        for days in -2..=AHEAD_DAYS {
            let Ok(date) = today.checked_add(days.days()) else { break };
            for (from, to) in self.open_on(date, &zone).into_iter().filter(|span| span.1 > now_ms) {
                match &mut open {
                    None => open = Some((from, to)),
                    Some((_, until)) if from <= *until => *until = to.max(*until),
                    Some((first, until)) => return planned(*first, Some(*until), now_ms),
                }
            }
        }
        open.map_or(Planned { open: false, until_ms: None }, |(from, _)| {
            planned(from, None, now_ms)
        })
    }

    /// When it is open on a date, in wall milliseconds, in order.
    fn open_on(&self, date: Date, zone: &TimeZone) -> Vec<(i64, i64)> {
        let special = self.days.contains_key(&date);
        let mut spans: Vec<DaySpan> = self.begun_on(date);
        if let (false, Ok(before)) = (special, date.yesterday()) {
            let over = self.begun_on(before).into_iter().filter(|span| span.to > DAY);
            // A night whose evening the calendar has closed does not begin at midnight.
            let over = over.filter(|span| self.begins(before, span.from, zone));
            spans.extend(over.map(|span| DaySpan { from: 0, to: span.to - DAY }));
        }
        spans.sort_unstable();
        let mut open = Vec::new();
        for span in spans {
            let from = moment(date, span.from, zone, false);
            let to = moment(date, span.to.min(DAY), zone, span.to < DAY);
            if special {
                open.push((from, to));
            } else {
                self.without_closed(from, to, &mut open);
            }
        }
        open.retain(|(from, to)| from < to);
        open
    }

    /// The spans that begin on a date.
    fn begun_on(&self, date: Date) -> Vec<DaySpan> {
        let day = date.weekday().to_monday_one_offset();
        let week = || self.week.iter().filter(|span| span.day == day).map(|span| span.span);
        self.days.get(&date).cloned().unwrap_or_else(|| week().collect())
    }

    /// Whether the calendar leaves anything of a date from this time on.
    fn begins(&self, date: Date, from: u16, zone: &TimeZone) -> bool {
        if self.days.contains_key(&date) {
            return true;
        }
        let mut left = Vec::new();
        let midnight = moment(date, DAY, zone, false);
        self.without_closed(moment(date, from, zone, false), midnight, &mut left);
        left.iter().any(|(from, to)| from < to)
    }

    /// What the calendar leaves of an interval.
    fn without_closed(&self, mut from: i64, to: i64, open: &mut Vec<(i64, i64)>) {
        let first = self.closed.partition_point(|(_, end)| *end <= from);
        for (start, end) in self.closed[first..].iter().take_while(|(start, _)| *start < to) {
            open.push((from, *start));
            from = *end;
        }
        open.push((from, to));
    }
}

const fn planned(from: i64, until: Option<i64>, now_ms: i64) -> Planned {
    if from > now_ms {
        return Planned { open: false, until_ms: Some(from) };
    }
    Planned { open: true, until_ms: until }
}

/// When clocks show this time of a date; of two moments the second, where `late`.
fn moment(date: Date, minutes: u16, zone: &TimeZone, late: bool) -> i64 {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let shown = midnight.checked_add(i64::from(minutes).minutes()).unwrap_or(DateTime::MAX);
    let found = zone.to_ambiguous_timestamp(shown);
    let moment = match found.offset() {
        AmbiguousOffset::Gap { after, .. } => after.to_timestamp(shown).map(|before_it| {
            let change = zone.following(before_it).next();
            change.map_or(before_it, |change| change.timestamp())
        }),
        AmbiguousOffset::Fold { .. } if late => found.later(),
        AmbiguousOffset::Fold { .. } | AmbiguousOffset::Unambiguous { .. } => found.earlier(),
    };
    moment.map_or(i64::MAX, Timestamp::as_millisecond)
}

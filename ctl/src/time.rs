//! Times and durations, shown to and read from people.

use desk_wire::UnixMs;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The present.
pub(crate) fn now() -> UnixMs {
    Timestamp::now().as_millisecond()
}

/// When the day began, in the local zone.
pub(crate) fn midnight() -> UnixMs {
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let now = now();
    let today = Timestamp::from_millisecond(now).ok().map(|now| now.to_zoned(zone));
    let began = today.and_then(|today| today.start_of_day().ok());
    began.map_or(now, |began| began.timestamp().as_millisecond())
}

/// A time of day, with the date where it is not today's.
pub(crate) fn moment(at: UnixMs, now: UnixMs, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_millisecond(at) else { return format!("{at} ms") };
    let at = at.to_zoned(zone.clone());
    let today = Timestamp::from_millisecond(now).map(|now| now.to_zoned(zone.clone()).date());
    if today.is_ok_and(|today| today == at.date()) {
        at.strftime("%H:%M:%S").to_string()
    } else {
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// A duration in its two largest units.
pub(crate) fn duration(ms: u64) -> String {
    let secs = ms.div_ceil(1000);
    match (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60) {
        (0, 0, 0, secs) => format!("{secs}s"),
        (0, 0, mins, secs) => format!("{mins}m{secs:02}s"),
        (0, hours, mins, _) => format!("{hours}h{mins:02}m"),
        (days, hours, _, _) => format!("{days}d{hours:02}h"),
    }
}

/// Reads `2026-11-22T10:02:05Z`, `2026-11-22 10:02` or `2026-11-22` (in the local zone), or a
/// time ago such as `2h` or `30m`.
pub(crate) fn parse(text: &str) -> Result<UnixMs, String> {
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    parse_at(text, now(), &zone)
}

/// Reads a time to come, the next time of day such as `18:00`, or how long from now, such as `2h`.
pub(crate) fn parse_ahead(text: &str) -> Result<UnixMs, String> {
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    parse_ahead_at(text, now(), &zone)
}

fn parse_ahead_at(text: &str, now: UnixMs, zone: &TimeZone) -> Result<UnixMs, String> {
    let ahead = text.parse::<SignedDuration>().ok().filter(SignedDuration::is_positive);
    let ahead = ahead.and_then(|ahead| i64::try_from(ahead.as_millis()).ok());
    // What reads a time of day would take a whole date as well.
    let at = match (ahead, moment_at(text, zone)?) {
        (Some(ahead), _) => now.checked_add(ahead),
        (None, Some(at)) => Some(at),
        (None, None) => text.parse::<Time>().ok().and_then(|time| next_at(time, now, zone)),
    };
    match at {
        Some(at) if at > now => Ok(at),
        Some(_) => Err("this time is over".to_owned()),
        None => Err("expected a time such as 18:00, 2026-11-22 18:00 or 2026-11-22T18:00:00Z, \
                     or how long from now, such as 2h"
            .to_owned()),
    }
}

/// When clocks show this time next.
fn next_at(time: Time, now: UnixMs, zone: &TimeZone) -> Option<UnixMs> {
    let today = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone()).date();
    let on = |date: Date| {
        let at = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
        Some(at.timestamp().as_millisecond())
    };
    on(today).filter(|at| *at > now).or_else(|| on(today.tomorrow().ok()?))
}

fn parse_at(text: &str, now: UnixMs, zone: &TimeZone) -> Result<UnixMs, String> {
    if let Some(at) = moment_at(text, zone)? {
        return Ok(at);
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    let days = days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let ago = text.parse::<SignedDuration>().ok().or(days).filter(|ago| !ago.is_negative());
    let ago = ago.and_then(|ago| i64::try_from(ago.as_millis()).ok());
    ago.and_then(|ago| now.checked_sub(ago)).ok_or_else(|| {
        "expected a time such as 2026-11-22T10:02:05Z, 2026-11-22 10:02 or 2026-11-22, or how \
         long ago, such as 2h or 7d"
            .to_owned()
    })
}

/// A moment that is written out.
fn moment_at(text: &str, zone: &TimeZone) -> Result<Option<UnixMs>, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at.as_millisecond()));
    }
    let Ok(at) = text.parse::<DateTime>() else { return Ok(None) };
    let at = at.to_zoned(zone.clone()).map_err(|error| error.to_string())?;
    Ok(Some(at.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-09-21T14:13:20Z.
    const AT: UnixMs = 1_790_000_000_000;

    #[test]
    fn a_time_of_another_day_has_its_date() {
        assert_eq!(moment(AT, AT + 1000, &TimeZone::UTC), "14:13:20");
        assert_eq!(moment(AT, AT + 86_400_000, &TimeZone::UTC), "2026-09-21 14:13:20");
        assert_eq!(moment(i64::MAX, AT, &TimeZone::UTC), format!("{} ms", i64::MAX));
    }

    #[test]
    fn a_duration_is_shown_in_two_units() {
        let shown = [0, 1, 59_000, 61_000, 3_600_000, 90_061_000].map(duration);
        assert_eq!(shown, ["0s", "1s", "59s", "1m01s", "1h00m", "1d01h"]);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let read = |text| parse_at(text, AT, &TimeZone::UTC);
        assert_eq!(read("2026-09-21T14:13:20Z"), Ok(AT));
        assert_eq!(read("2026-09-21T16:13:20+02:00"), Ok(AT));
        assert_eq!(read("2026-09-21 14:13:20"), Ok(AT));
        assert_eq!(read("2026-09-21 14:13"), Ok(AT - 20_000));
        assert_eq!(read("2026-09-21"), Ok(AT - AT % 86_400_000));
        assert_eq!(read("2h"), Ok(AT - 7_200_000));
        assert_eq!(read("7d"), Ok(AT - 604_800_000));
        assert!(read("-2h").is_err());
        assert!(read("yesterday").is_err());
    }

    #[test]
    fn times_to_come_are_not_over() {
        let read = |text| parse_ahead_at(text, AT, &TimeZone::UTC);
        assert_eq!(read("2h"), Ok(AT + 7_200_000));
        assert_eq!(read("2026-09-21 18:00"), Ok(AT + 13_600_000));
        assert_eq!(read("18:00"), Ok(AT + 13_600_000));
        assert_eq!(read("08:00"), read("2026-09-22 08:00"));
        assert_eq!(read("2026-09-21 14:00"), Err("this time is over".to_owned()));
        assert!(read("-2h").is_err());
        assert!(read("tomorrow").is_err());
    }
}

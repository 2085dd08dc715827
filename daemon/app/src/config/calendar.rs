//! Reads an iCalendar file (RFC 5545): each of its events is a time at which a queue is closed.
//!
//! It is read here and by no library, because what is wrong with it must be told with its line, and
//! because zones must be those that the desk goes by. Of the format it knows what calendars of
//! holidays are made of: whole days and times, in UTC, in a zone or in the queue's own, yearly or
//! once. What else would change when a queue is closed is an error; the rest is passed over.

use super::problem::{Problem, Severity};
use desk_core::zone as zone_of;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use std::path::Path;

/// Most bytes of a calendar.
const BYTES_MAX: u64 = 1 << 20;
/// Most times of all its events; a yearly one has one for each year.
const TIMES_MAX: usize = 20_000;
/// Yearly events are read up to this year.
const LAST_YEAR: i16 = 2100;

/// Reads a calendar: from and to of each time, in wall milliseconds, in order and apart.
pub(super) fn read(path: &Path, zone: &TimeZone) -> Result<Vec<(i64, i64)>, Vec<Problem>> {
    let whole = |why: String| {
        let message = format!("the calendar cannot be read: {why}");
        vec![Problem::new(Severity::Error, message).in_file(path)]
    };
    let meta = std::fs::metadata(path).map_err(|error| whole(error.to_string()))?;
    if meta.len() > BYTES_MAX {
        return Err(whole(format!("it is longer than {BYTES_MAX} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| whole(error.to_string()))?;
    times(&text, zone).map_err(|wrong| {
        let told = |Wrong { line, message, help }| {
            let problem = Problem::new(Severity::Error, message).in_file(path).at_line(line, 1);
            if help.is_empty() { problem } else { problem.help(help) }
        };
        wrong.into_iter().map(told).collect()
    })
}

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    line: usize,
    message: String,
    help: &'static str,
}

/// A line with those that go on with it.
struct Line {
    number: usize,
    text: String,
}

/// Most problems of one calendar that are told.
const WRONG_MAX: usize = 50;

/// Reads a text as a calendar.
pub(super) fn any(text: &str) {
    drop(times(text, &TimeZone::UTC));
}

fn times(text: &str, zone: &TimeZone) -> Result<Vec<(i64, i64)>, Vec<Wrong>> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut event = Event::default();
    for line in unfolded(text) {
        let failed = match Property::of(&line.text) {
            None => Err(("this is no line of a calendar".to_owned(), NOT_ICAL)),
            Some(property) => match (property.name.as_str(), open.len()) {
                ("BEGIN", _) => {
                    let part = property.value.to_ascii_uppercase();
                    let first = open.is_empty();
                    open.push((part.clone(), line.number));
                    if part == "VEVENT" {
                        event = Event { line: line.number, ..Event::default() };
                    }
                    if first && part != "VCALENDAR" {
                        Err(("this is no calendar".to_owned(), NOT_ICAL))
                    } else {
                        Ok(())
                    }
                }
                ("END", _) => match open.pop() {
                    Some((part, _)) if part.eq_ignore_ascii_case(&property.value) => {
                        if part == "VEVENT" {
                            std::mem::take(&mut event).times(zone, &mut all)
                        } else {
                            Ok(())
                        }
                    }
                    _ => Err((format!("{} was not begun", property.value), NOT_ICAL)),
                },
                (_, 0) => Err(("this is no calendar".to_owned(), NOT_ICAL)),
                _ if open.last().is_some_and(|(part, _)| part == "VEVENT") => {
                    let taken = event.take(&property);
                    event.broken |= taken.is_err();
                    taken
                }
                _ => Ok(()),
            },
        };
        if let Err((message, help)) = failed {
            wrong.push(Wrong { line: line.number, message, help });
        }
        if all.len() > TIMES_MAX {
            let message = format!("this calendar has more than {TIMES_MAX} times");
            wrong.push(Wrong { line: line.number, message, help: "leave past events out" });
            break;
        }
        if wrong.len() >= WRONG_MAX || wrong.last().is_some_and(|wrong| wrong.help == NOT_ICAL) {
            break;
        }
    }
    if let (Some((part, line)), true) = (open.pop(), wrong.is_empty()) {
        let message = format!("{part} does not end");
        wrong.push(Wrong { line, message, help: NOT_ICAL });
    }
    if wrong.is_empty() { Ok(merged(all)) } else { Err(wrong) }
}

/// What follows such a line makes no sense.
const NOT_ICAL: &str = "export the calendar anew, as iCalendar (.ics)";
const NOT_READ: &str = "export single events, or write the dates to the queue's hours.days";

/// What went wrong, and what to do.
type Fault = (String, &'static str);

/// A line that begins with a space or a tab goes on with the one before.
fn unfolded(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (text, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
        let text = text.trim_end_matches('\r');
        match (text.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(line)) => line.text.push_str(more),
            _ if text.is_empty() => {}
            _ => lines.push(Line { number, text: text.to_owned() }),
        }
    }
    lines
}

/// `NAME;PARAMETER=value:value`.
struct Property {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn of(line: &str) -> Option<Self> {
        // A value in quotes may hold what parts others.
        let mut quoted = false;
        let mut colon = None;
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let (head, value) = line.split_at(colon?);
        let mut parts = parted(head).into_iter();
        let name = parts.next()?.to_ascii_uppercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || !name.chars().all(fits) {
            return None;
        }
        let parameters = parts.map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (key.to_ascii_uppercase(), value.trim_matches('"').to_owned())
        });
        Some(Self { name, parameters: parameters.collect(), value: value[1..].trim().to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn when(&self) -> Result<When, Fault> {
        let wrong = || {
            let help = "write a date such as 20261224, or a time such as 20261224T090000Z";
            (format!("{} is no date and no time", self.value), help)
        };
        if let Ok(date) = Date::strptime("%Y%m%d", &self.value) {
            return Ok(When::Day(date));
        }
        let (text, utc) = match self.value.strip_suffix('Z') {
            Some(text) => (text, true),
            None => (self.value.as_str(), false),
        };
        let at = DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| wrong())?;
        let zone = match self.parameter("TZID") {
            _ if utc => Some(TimeZone::UTC),
            None => None,
            Some(id) => {
                let help = "name an IANA zone, such as Europe/Berlin";
                Some(zone_of(id).ok_or_else(|| (format!("\"{id}\" is no zone known here"), help))?)
            }
        };
        Ok(When::Time(at, zone))
    }
}

fn parted(head: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in head.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&head[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&head[from..]);
    parts
}

/// A date, or a time in a zone; without one, in the queue's own.
#[derive(Debug, Clone)]
enum When {
    Day(Date),
    Time(DateTime, Option<TimeZone>),
}

impl When {
    fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Time(at, _) => at.date(),
        }
    }

    /// So many years later; none where there is no such day.
    fn later(&self, years: i16) -> Option<Self> {
        let same = |date: Date| {
            let later = date.checked_add(years.years()).ok()?;
            (later.day() == date.day()).then_some(later)
        };
        Some(match self {
            Self::Day(date) => Self::Day(same(*date)?),
            Self::Time(at, zone) => {
                Self::Time(same(at.date())?.to_datetime(at.time()), zone.clone())
            }
        })
    }

    fn and(&self, span: Span) -> Option<Self> {
        Some(match self {
            Self::Day(date) => Self::Day(date.checked_add(span).ok()?),
            Self::Time(at, zone) => Self::Time(at.checked_add(span).ok()?, zone.clone()),
        })
    }

    fn moment(&self, own: &TimeZone) -> Option<i64> {
        let zoned = match self {
            Self::Day(date) => date.to_zoned(own.clone()),
            Self::Time(at, zone) => at.to_zoned(zone.as_ref().unwrap_or(own).clone()),
        };
        Some(zoned.ok()?.timestamp().as_millisecond())
    }
}

/// What was read of an event.
#[derive(Default)]
struct Event {
    line: usize,
    start: Option<When>,
    end: Option<When>,
    lasts: Option<Span>,
    yearly: Option<Yearly>,
    cancelled: bool,
    /// Whether something in it was wrong: it was told.
    broken: bool,
}

impl Event {
    fn take(&mut self, property: &Property) -> Result<(), Fault> {
        match property.name.as_str() {
            "DTSTART" => self.start = Some(property.when()?),
            "DTEND" => self.end = Some(property.when()?),
            "DURATION" => {
                let span = property.value.parse::<Span>();
                let help = "write a duration such as P1D or PT2H";
                self.lasts =
                    Some(span.map_err(|_| (format!("{} is no duration", property.value), help))?);
            }
            "RRULE" => self.yearly = Some(Yearly::of(&property.value)?),
            "RDATE" | "EXDATE" | "RECURRENCE-ID" => {
                return Err((format!("{} is not read here", property.name), NOT_READ));
            }
            "STATUS" => self.cancelled = property.value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
        Ok(())
    }

    fn times(self, zone: &TimeZone, all: &mut Vec<(i64, i64)>) -> Result<(), Fault> {
        if self.broken {
            return Ok(());
        }
        let of_event = format!("of the event in line {}", self.line);
        let help = "give it a DTSTART and, after that, a DTEND";
        let start =
            self.start.ok_or_else(|| (format!("the beginning {of_event} is missing"), help))?;
        if self.cancelled {
            return Ok(());
        }
        let span = self.lasts.unwrap_or_else(|| match start {
            When::Day(_) => 1.day(),
            When::Time(..) => 0.days(),
        });
        let rule = self.yearly.unwrap_or(Yearly { count: Some(1), until: None, fixed: Vec::new() });
        let date = start.date();
        if rule.fixed.iter().any(|(month, day)| (*month, *day) != (date.month(), date.day())) {
            return Err((format!("the rule {of_event} is not read here"), NOT_READ));
        }
        let years = LAST_YEAR.saturating_sub(date.year()).max(0);
        let mut count = 0;
        for year in 0..=years {
            if rule.count.is_some_and(|most| count >= most) || all.len() > TIMES_MAX {
                break;
            }
            let Some(from) = start.later(year) else { continue };
            if rule.until.is_some_and(|until| from.date() > until) {
                break;
            }
            count += 1;
            let to = match &self.end {
                Some(end) => end.later(year),
                None => from.and(span),
            };
            let found = from.moment(zone).zip(to.and_then(|to| to.moment(zone)));
            match found {
                Some((from, to)) if from <= to => all.push((from, to)),
                _ => return Err((format!("the end {of_event} is before its beginning"), help)),
            }
        }
        Ok(())
    }
}

/// The one rule that is read: every year on the same day.
struct Yearly {
    count: Option<u32>,
    until: Option<Date>,
    /// Month and day where the rule names them: they must be those of the beginning.
    fixed: Vec<(i8, i8)>,
}

impl Yearly {
    fn of(rule: &str) -> Result<Self, Fault> {
        let not_read =
            || (format!("the rule {rule} is not read here, but every year alone"), NOT_READ);
        let (mut count, mut until, mut month, mut day) = (None, None, None, None);
        let mut yearly = false;
        for part in rule.split(';') {
            let (key, value) = part.split_once('=').ok_or_else(not_read)?;
            match key.to_ascii_uppercase().as_str() {
                "FREQ" => yearly = value.eq_ignore_ascii_case("YEARLY"),
                "INTERVAL" if value == "1" => {}
                "WKST" => {}
                "COUNT" => count = Some(value.parse().map_err(|_| not_read())?),
                "UNTIL" => {
                    let date = value.get(..8).and_then(|text| Date::strptime("%Y%m%d", text).ok());
                    until = Some(date.ok_or_else(not_read)?);
                }
                "BYMONTH" => month = Some(value.parse::<i8>().map_err(|_| not_read())?),
                "BYMONTHDAY" => day = Some(value.parse::<i8>().map_err(|_| not_read())?),
                _ => return Err(not_read()),
            }
        }
        let fixed = match (month, day) {
            (Some(month), Some(day)) => vec![(month, day)],
            (None, None) => Vec::new(),
            _ => return Err(not_read()),
        };
        if yearly { Ok(Self { count, until, fixed }) } else { Err(not_read()) }
    }
}

/// In order, and those that meet made one.
fn merged(mut all: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    all.retain(|(from, to)| from < to);
    all.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (from, to) in all {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

#[cfg(test)]
#[path = "calendar/tests.rs"]
mod tests;

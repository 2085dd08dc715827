//! A queue's hours and form, as they stand in its file.

use desk_core::config::{ClosingThen, DaySpan, FormConfig, HoursConfig, WeekSpan};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A queue's `hours`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HoursEntry {
    pub(super) zone: Option<String>,
    pub(super) week: Vec<String>,
    pub(super) calendar: Option<PathBuf>,
    pub(super) closing_then: ClosingThen,
    pub(super) closed_text: String,
    pub(super) days: BTreeMap<String, Vec<String>>,
    /// What the calendar holds.
    #[serde(skip)]
    pub(super) closed: Vec<(i64, i64)>,
}

impl HoursEntry {
    /// What the core reads; none where the queue is always open. What cannot be read was told
    /// before.
    pub(super) fn config(&self) -> Option<HoursConfig> {
        let zone = self.zone.clone()?;
        let day = |(date, spans): (&String, &Vec<String>)| {
            let spans = spans.iter().filter_map(|text| times(text).ok()).collect();
            Some((date.parse::<Date>().ok()?, spans))
        };
        Some(HoursConfig {
            zone,
            week: self.week.iter().filter_map(|text| weekly(text).ok()).flatten().collect(),
            days: self.days.iter().filter_map(day).collect(),
            closed: self.closed.clone(),
            then: self.closing_then,
            text: self.closed_text.clone(),
        })
    }
}

/// A queue's `form`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FormEntry {
    pub(super) on: bool,
    pub(super) text: String,
    pub(super) incident_fields: BTreeMap<String, String>,
}

impl FormEntry {
    pub(super) fn config(&self) -> Option<FormConfig> {
        let (text, incident_fields) = (self.text.clone(), self.incident_fields.clone());
        self.on.then_some(FormConfig { text, incident_fields })
    }
}

/// The days of a week, as they are written.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Reads `mon-fri 09:00-17:30`, `sat,sun 10:00-14:00` or `daily 22:00-06:00`.
pub(super) fn weekly(text: &str) -> Result<Vec<WeekSpan>, String> {
    let (days, hours) = text.trim().split_once(' ').ok_or("there is no time after the days")?;
    let span = times(hours.trim())?;
    let mut read = Vec::new();
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = match part {
            "daily" => (0, 6),
            _ => (day(first)?, day(last)?),
        };
        // From Saturday to Monday are three days.
        let many = (last + 7 - first) % 7;
        read.extend((first..=first + many).map(|n| WeekSpan { day: n % 7 + 1, span }));
    }
    Ok(read)
}

fn day(name: &str) -> Result<i8, String> {
    let found = DAYS.iter().zip(0..).find(|(known, _)| **known == name);
    found.map(|(_, n)| n).ok_or_else(|| format!("\"{name}\" is no day of the week"))
}

/// Reads `09:00-17:30`; where the end is not after the beginning it is the next day's.
pub(super) fn times(text: &str) -> Result<DaySpan, String> {
    let (from, to) = text.split_once('-').ok_or_else(|| format!("\"{text}\" has no end"))?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    if from == 1440 {
        return Err("no day begins at 24:00".into());
    }
    match to.cmp(&from) {
        std::cmp::Ordering::Equal => Err("it ends when it begins".into()),
        std::cmp::Ordering::Less => Ok(DaySpan { from, to: to + 1440 }),
        std::cmp::Ordering::Greater => Ok(DaySpan { from, to }),
    }
}

/// Minutes since midnight of `HH:MM`.
fn minutes(text: &str) -> Result<u16, String> {
    let wrong = || format!("\"{text}\" is no time of a day from 00:00 to 24:00");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |part: &str, most| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|n| digits && *n <= most)
    };
    let (hour, minute) = number(hour, 24).zip(number(minute, 59)).ok_or_else(wrong)?;
    let all = hour * 60 + minute;
    if all > 1440 { Err(wrong()) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let read = |text: &str| {
            let days = weekly(text).map(|spans| spans.iter().map(|s| s.day).collect::<Vec<_>>());
            days.map(|days| format!("{days:?}")).unwrap_or_else(|why| why)
        };
        assert_eq!(read("mon-fri 09:00-17:30"), "[1, 2, 3, 4, 5]");
        assert_eq!(read("sat-mon 09:00-17:30"), "[6, 7, 1]");
        assert_eq!(read("sat,tue 22:00-06:00"), "[6, 2]");
        assert_eq!(read("daily 00:00-24:00"), "[1, 2, 3, 4, 5, 6, 7]");
        assert_eq!(read("mon-fri"), "there is no time after the days");
        assert_eq!(read("lun 09:00-17:30"), "\"lun\" is no day of the week");
        assert_eq!(read("mon 9:00-17:30"), "\"9:00\" is no time of a day from 00:00 to 24:00");
        assert_eq!(read("mon 09:00-25:00"), "\"25:00\" is no time of a day from 00:00 to 24:00");
        assert_eq!(read("mon 09:00-24:01"), "\"24:01\" is no time of a day from 00:00 to 24:00");
        assert_eq!(read("mon 09:00"), "\"09:00\" has no end");
        assert_eq!(read("mon 09:00-09:00"), "it ends when it begins");
        assert_eq!(read("mon 24:00-09:00"), "no day begins at 24:00");
        assert_eq!(times("22:00-06:00"), Ok(DaySpan { from: 1320, to: 1800 }));
        assert_eq!(times("22:00-00:00"), Ok(DaySpan { from: 1320, to: 1440 }));
        assert_eq!(times("09:00-17:30"), Ok(DaySpan { from: 540, to: 1050 }));
    }
}

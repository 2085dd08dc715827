//! When a queue is open, and what its customers can do while it is not.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a queue is open. Times of day are the zone's, as its clocks show them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoursConfig {
    /// The IANA zone, such as `Europe/Berlin`.
    pub zone: String,
    /// What is so every week.
    pub week: Vec<WeekSpan>,
    /// What is so on a date, in place of the week and of the calendar.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<Date, Vec<DaySpan>>,
    /// When a calendar has it closed: from and to, in wall milliseconds, in order and apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<(i64, i64)>,
    /// What becomes of those who wait at closing.
    #[serde(skip_serializing_if = "crate::digest::is_default")]
    pub then: ClosingThen,
    /// What a customer is told who comes while it is closed; empty for the desk's own words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// From one time of a day to another, in minutes since its midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DaySpan {
    /// 0 to 1439.
    pub from: u16,
    /// Later than `from`, by a day at most: above 1440 it is the next day's.
    pub to: u16,
}

/// A span of every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeekSpan {
    /// The day on which it begins: 1 is Monday, 7 Sunday.
    pub day: i8,
    /// Its times.
    #[serde(flatten)]
    pub span: DaySpan,
}

/// What becomes of the chats that wait when their queue closes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingThen {
    /// They are served.
    #[default]
    Serve,
    /// They end, and their customers are offered the queue's form.
    Form,
}

/// The form that customers of a queue may leave where nobody takes their chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormConfig {
    /// What a customer is told whose chat the desk gives up; empty for the desk's own words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Fields of the incidents that are made of forms, in place of the queue's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub incident_fields: BTreeMap<String, String>,
}

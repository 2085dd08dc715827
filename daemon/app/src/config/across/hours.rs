//! A queue's hours and its form: zones, times and dates that there are, and keys that need each
//! other.

use super::{Found, Place};
use crate::config::hours::{times, weekly};
use crate::config::keys::nearest;
use crate::config::queue::QueueEntry;
use desk_core::config::{ClosingThen, WaitThen};
use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;

/// Most characters of what a customer is told.
const TEXT_CHARS_MAX: usize = 500;
/// Most spans of a week, and most of one date.
const SPANS_MAX: usize = 100;
/// Most dates with hours of their own.
const DAYS_MAX: usize = 1000;

const SPANS_HELP: &str = "write such as \"mon-fri 09:00-17:30\", \"sat,sun 10:00-14:00\" or \
                          \"daily 22:00-06:00\"";
const TIMES_HELP: &str = "write such as \"09:00-12:00\"; [] for a date on which it is closed";

pub(super) fn check(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let (at, hours) = (place.at("hours"), &queue.hours);
    match &hours.zone {
        Some(zone) => zone_known(found, &at.at("zone"), zone),
        None => without_zone(found, &at, queue),
    }
    if hours.zone.is_some() && hours.week.is_empty() && hours.days.is_empty() {
        let message = format!("queue \"{}\" is never open", queue.id);
        found.warning(&at, message, "add a line such as week = [\"mon-fri 09:00-17:30\"]");
    }
    bounded(found, &at.at("week"), hours.week.len(), SPANS_MAX);
    for (n, text) in hours.week.iter().enumerate() {
        if let Err(why) = weekly(text) {
            let message = format!("\"{text}\" cannot be hours of a week: {why}");
            found.error(&at.at("week").at(n), message, SPANS_HELP);
        }
    }
    bounded(found, &at.at("days"), hours.days.len(), DAYS_MAX);
    for (date, spans) in &hours.days {
        let here = at.at("days").at(date.as_str());
        if !is_date(date) {
            let help = "write such as 2026-12-24 = [\"09:00-12:00\"]";
            found.error(&here, format!("\"{date}\" is no date"), help);
        }
        bounded(found, &here, spans.len(), SPANS_MAX);
        for (n, text) in spans.iter().enumerate() {
            if let Err(why) = times(text) {
                let message = format!("\"{text}\" cannot be hours of a date: {why}");
                found.error(&here.at(n), message, TIMES_HELP);
            }
        }
    }
    text(found, &at.at("closed_text"), &hours.closed_text);
    form(found, place, queue);
}

/// A year, a month and a day, whole.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

fn bounded(found: &mut Found<'_>, place: &Place, many: usize, most: usize) {
    if many > most {
        found.error(place, format!("there are {many}, more than {most}"), "leave some out");
    }
}

fn text(found: &mut Found<'_>, place: &Place, text: &str) {
    if text.chars().count() > TEXT_CHARS_MAX {
        let message = format!("what the customer is told has over {TEXT_CHARS_MAX} characters");
        found.error(place, message, "shorten it, or set it to \"\"");
    }
}

fn zone_known(found: &mut Found<'_>, place: &Place, zone: &str) {
    if desk_core::zone(zone).is_some() {
        return;
    }
    let zones: Vec<String> =
        TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    let near = nearest(zone, zones.iter().map(String::as_str));
    let help = near.map_or_else(
        || "zones are called as IANA calls them, such as Europe/Berlin".to_owned(),
        |zone| format!("did you mean \"{zone}\"?"),
    );
    found.error(place, format!("\"{zone}\" is no zone"), help);
}

fn without_zone(found: &mut Found<'_>, at: &Place, queue: &QueueEntry) {
    let hours = &queue.hours;
    let set = [
        ("week", !hours.week.is_empty()),
        ("days", !hours.days.is_empty()),
        ("calendar", hours.calendar.is_some()),
        ("closing_then", hours.closing_then != ClosingThen::Serve),
        ("closed_text", !hours.closed_text.is_empty()),
    ];
    for (key, _) in set.into_iter().filter(|(_, set)| *set) {
        let help = "add a line such as zone = \"Europe/Berlin\", or take it out";
        found.error(&at.at(key), format!("hours.{key} needs a zone"), help);
    }
}

fn form(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let (at, entry) = (place.at("form"), &queue.form);
    text(found, &at.at("text"), &entry.text);
    for field in entry.incident_fields.keys() {
        let at = at.at("incident_fields").at(field.as_str());
        found.column(&at, "a field of incidents", field);
    }
    if entry.on {
        return;
    }
    let to_form = [
        ("hours.closing_then", queue.hours.closing_then == ClosingThen::Form),
        ("wait_then", queue.wait_then == WaitThen::Form),
    ];
    for (key, _) in to_form.into_iter().filter(|(_, to_form)| *to_form) {
        let message = format!("{key} = \"form\" needs a form");
        found.error(&place.key(key), message, "set form.on = true, or choose another way");
    }
    for (key, set) in
        [("text", !entry.text.is_empty()), ("incident_fields", !entry.incident_fields.is_empty())]
    {
        if set {
            let message = format!("form.{key} counts where form.on is set");
            found.warning(&at.at(key), message, "set form.on = true, or take it out");
        }
    }
}

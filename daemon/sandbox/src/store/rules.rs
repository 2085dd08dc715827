//! What an instance does to the values that it is sent: types, lengths, business rules.

use jiff::civil::DateTime;

use crate::schema::{self, Kind, Table};

use super::tables::{Fields, Row, Tables};
use super::{TIME_FORMAT, WriteError};

/// A write after the instance's types and lengths were laid on it.
#[derive(Debug, Default)]
pub(super) struct Clean {
    /// What goes into the row.
    pub(super) fields: Fields,
    /// What goes into the journal: element and text.
    pub(super) entries: Vec<(String, String)>,
}

/// Drops what the table does not have or does not take, cuts what is too long.
///
/// All of it happens silently, as on a real instance: only the echo tells.
pub(super) fn clean(table: &Table, input: &Fields) -> Clean {
    let mut clean = Clean::default();
    for (name, value) in input {
        let Some(field) = table.field(name) else { continue };
        if schema::is_system(name) {
            continue;
        }
        let kept: String = value.chars().take(field.chars_max).collect();
        let value = match field.kind {
            Kind::Text => Some(kept),
            Kind::Integer | Kind::DateTime if kept.is_empty() => Some(kept),
            Kind::Integer => kept.parse::<i64>().ok().map(|number| number.to_string()),
            Kind::DateTime => is_time(&kept).then_some(kept),
            Kind::Bool => {
                Some(matches!(kept.to_ascii_lowercase().as_str(), "true" | "1").to_string())
            }
            Kind::Reference(_) => (kept.is_empty() || super::is_sys_id(&kept)).then_some(kept),
            Kind::Choice(of) => {
                (kept.is_empty() || of.iter().any(|entry| entry.0 == kept)).then_some(kept)
            }
            Kind::Journal => {
                if !kept.is_empty() {
                    clean.entries.push((name.clone(), kept));
                }
                None
            }
        };
        if let Some(value) = value {
            clean.fields.insert(name.clone(), value);
        }
    }
    clean
}

/// Whether it is a time as the Table API takes it: `yyyy-MM-dd HH:mm:ss`.
fn is_time(text: &str) -> bool {
    let read = DateTime::strptime(TIME_FORMAT, text);
    read.is_ok_and(|at| at.strftime(TIME_FORMAT).to_string() == text)
}

/// Fills what the instance fills by itself in a new row.
pub(super) fn on_insert(tables: &Tables, table: &Table, fields: &mut Fields, at: &str, by: &str) {
    let mut default = |name: &str, value: String| {
        let field = fields.entry(name.to_owned()).or_default();
        if field.is_empty() {
            *field = value;
        }
    };
    match table.name {
        "incident" => {
            default("number", tables.next_incident_number());
            default("opened_at", at.to_owned());
            for (name, value) in [("state", "1"), ("impact", "3"), ("urgency", "3")] {
                default(name, value.to_owned());
            }
            default("category", "inquiry".to_owned());
            default("active", "true".to_owned());
            default("opened_by", tables.user(by).map_or("", |user| user.get("sys_id")).to_owned());
        }
        "interaction" => {
            default("number", tables.next_interaction_number());
            default("opened_at", at.to_owned());
            default("state", "new".to_owned());
        }
        "sys_user" | "customer_contact" => {
            default("active", "true".to_owned());
            default("vip", "false".to_owned());
        }
        _ => {}
    }
}

/// What follows from the values of a row that was made or changed.
///
/// # Errors
/// [`WriteError::Policy`] when a data policy wants more than the row has.
pub(super) fn on_write(table: &Table, row: &Row, changed: &mut Fields) -> Result<(), WriteError> {
    match table.name {
        "incident" => on_incident(row, changed),
        "sys_user" | "customer_contact" => {
            name(row, changed);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A person is called by both names, unless the write says otherwise.
fn name(row: &Row, changed: &mut Fields) {
    let given = changed.get("name").map(String::as_str);
    let touched = ["first_name", "last_name"].iter().any(|part| changed.contains_key(*part));
    if given.is_some_and(|name| !name.is_empty()) || !(touched || given.is_some()) {
        return;
    }
    let part = |name: &str| changed.get(name).map_or_else(|| row.get(name), String::as_str);
    let both = format!("{} {}", part("first_name").trim(), part("last_name").trim());
    if !both.trim().is_empty() {
        changed.insert("name".to_owned(), both.trim().to_owned());
    }
}

fn on_incident(row: &Row, changed: &mut Fields) -> Result<(), WriteError> {
    let after = |name: &str| changed.get(name).map_or_else(|| row.get(name), String::as_str);
    let state = after("state");
    if matches!(state, "6" | "7") {
        let missing: Vec<&str> =
            [("close_code", "Resolution code"), ("close_notes", "Resolution notes")]
                .into_iter()
                .filter(|field| after(field.0).is_empty())
                .map(|field| field.1)
                .collect();
        if !missing.is_empty() {
            return Err(WriteError::Policy(missing.join(", ")));
        }
    }
    let active = !matches!(state, "7" | "8");
    let priority = priority(after("impact"), after("urgency"));
    changed.insert("active".to_owned(), active.to_string());
    changed.insert("priority".to_owned(), priority.to_owned());
    Ok(())
}

/// The priority lookup that an instance comes with.
fn priority(impact: &str, urgency: &str) -> &'static str {
    let level = |value: &str| value.parse::<u8>().unwrap_or(3).clamp(1, 3);
    match level(impact) + level(urgency) {
        2 => "1",
        3 => "2",
        4 => "3",
        5 => "4",
        _ => "5",
    }
}

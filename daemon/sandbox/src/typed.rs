//! Values as people type them, in a file or on a page: a choice by its value or label, a record by its
//! id or name, times in UTC. What an API call would silently lose is wrong here: people want to know.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};

use crate::schema::{Field, Kind, Table};
use crate::store::{TIME_FORMAT, Tables, is_sys_id};

/// Records by what people call them, read once a table.
pub(crate) struct Values<'a> {
    tables: &'a Tables,
    named: BTreeMap<&'static str, BTreeMap<String, Vec<String>>>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(tables: &'a Tables) -> Self {
        Self { tables, named: BTreeMap::new() }
    }

    /// The value as the table stores it, or why it is none. Nothing is always a value.
    pub(crate) fn read(&mut self, field: &Field, text: &str) -> Result<String, String> {
        match field.kind {
            _ if text.is_empty() => Ok(String::new()),
            // Of anything else what is stored is not what was typed, and fits.
            Kind::Text | Kind::Journal => match text.chars().count() {
                chars if chars > field.chars_max => {
                    Err(format!("{chars} characters; it takes {}", field.chars_max))
                }
                _ => Ok(text.to_owned()),
            },
            Kind::Integer => match text.trim().parse::<i64>() {
                Ok(number) => Ok(number.to_string()),
                Err(_) => Err(format!("{text:?} is no whole number")),
            },
            Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok("true".to_owned()),
                "false" | "0" | "no" => Ok("false".to_owned()),
                _ => Err(format!("{text:?} is neither true nor false")),
            },
            Kind::DateTime => time(text.trim())
                .ok_or_else(|| format!("{text:?} is no time such as 2026-10-05 09:58:03")),
            Kind::Choice(of) => {
                let meant = |entry: &&(&str, &str)| {
                    entry.0 == text || entry.1.eq_ignore_ascii_case(text.trim())
                };
                of.iter().find(meant).map(|entry| entry.0.to_owned()).ok_or_else(|| {
                    let known: Vec<&str> = of.iter().map(|entry| entry.0).collect();
                    format!("{text:?} is none of: {}", known.join(", "))
                })
            }
            Kind::Reference(to) => self.record(to, text.trim()),
        }
    }

    fn record(&mut self, to: &'static str, name: &str) -> Result<String, String> {
        if is_sys_id(name) && self.tables.row(to, name).is_some() {
            return Ok(name.to_owned());
        }
        let Some(table) = self.tables.schema().table(to) else {
            return Err(format!("there is no table {to}"));
        };
        let tables = self.tables;
        let named = self.named.entry(to).or_insert_with(|| names(tables, table));
        match named.get(&name.to_lowercase()).map(Vec::as_slice) {
            Some([id]) => Ok(id.clone()),
            Some(several) => Err(format!(
                "{} records of {to} are called {name:?}; give the sys_id",
                several.len()
            )),
            None => Err(format!("no record of {to} is called {name:?}")),
        }
    }
}

/// Ids by display value, and for people by login name and address, too.
fn names(tables: &Tables, table: &'static Table) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in tables.rows(table.name) {
        let mut mine: Vec<String> = [table.display, "user_name", "email"]
            .iter()
            .map(|field| row.get(field).to_lowercase())
            .filter(|name| !name.is_empty())
            .collect();
        mine.sort_unstable();
        mine.dedup();
        for name in mine {
            named.entry(name).or_default().push(row.get("sys_id").to_owned());
        }
    }
    named
}

/// A time as the Table API writes it; one without a zone is in UTC.
fn time(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.strftime(TIME_FORMAT).to_string());
    }
    text.parse::<civil::DateTime>().ok().map(|at| at.strftime(TIME_FORMAT).to_string())
}

//! The `sysparm_…` parameters of a request.

use crate::query::Query;
use crate::schema::Table;
use crate::store::{Row, Tables};

/// How values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    Values,
    Labels,
    Both,
}

/// Rows given when no limit is asked for, and the most that can be.
const LIMIT_MAX: usize = 10_000;

/// A request's parameters, with the defaults of an instance.
#[derive(Debug)]
pub(super) struct Params {
    pub(super) query: Option<String>,
    /// Plain `field=value` parameters.
    pub(super) plain: Vec<(String, String)>,
    /// `None` for all fields.
    pub(super) fields: Option<Vec<String>>,
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) display: Display,
    pub(super) exclude_link: bool,
    pub(super) no_count: bool,
    pub(super) no_links: bool,
}

impl Params {
    /// Reads a raw query string. Unknown `sysparm_` names are ignored; the last of a name wins.
    pub(super) fn parse(raw: Option<&str>) -> Self {
        let mut params = Self {
            query: None,
            plain: Vec::new(),
            fields: None,
            limit: LIMIT_MAX,
            offset: 0,
            display: Display::Values,
            exclude_link: false,
            no_count: false,
            no_links: false,
        };
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "sysparm_query" => params.query = Some(value.into_owned()),
                "sysparm_fields" => params.fields = list(&value),
                "sysparm_limit" => params.limit = value.parse().unwrap_or(LIMIT_MAX).min(LIMIT_MAX),
                "sysparm_offset" => params.offset = value.parse().unwrap_or(0),
                "sysparm_display_value" => {
                    params.display = match value.to_ascii_lowercase().as_str() {
                        "true" => Display::Labels,
                        "all" => Display::Both,
                        _ => Display::Values,
                    }
                }
                "sysparm_exclude_reference_link" => params.exclude_link = is_true(&value),
                "sysparm_no_count" => params.no_count = is_true(&value),
                "sysparm_suppress_pagination_header" => params.no_links = is_true(&value),
                other if other.starts_with("sysparm_") => {}
                _ => params.plain.push((name.into_owned(), value.into_owned())),
            }
        }
        params
    }

    /// The rows that the parameters ask for, before limit and offset. `strict` finds none where a part
    /// of the question makes no sense; else the rest of it counts.
    pub(super) fn find<'a>(
        &self,
        tables: &'a Tables,
        table: &'static Table,
        strict: bool,
    ) -> Vec<&'a Row> {
        let query = match &self.query {
            Some(text) => Query::parse(tables, table, text),
            None => {
                let pairs = self.plain.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                Query::equalities(tables, table, pairs)
            }
        };
        match strict && query.is_partial() {
            true => Vec::new(),
            false => query.run(tables, table),
        }
    }

    /// The value of a parameter that is not one of the Table API's.
    pub(super) fn plain(&self, name: &str) -> Option<&str> {
        let found = self.plain.iter().find(|pair| pair.0 == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }
}

/// Python's `True` counts, as clients send it.
fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

fn list(value: &str) -> Option<Vec<String>> {
    let names: Vec<String> = value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    (!names.is_empty()).then_some(names)
}

//! Encoded queries: `field=value^ORfield=value^NQ…^ORDERBYfield`.
//!
//! As on a real instance, a part that makes no sense is dropped and the rest runs, so that a
//! wrong query finds too much rather than nothing.

use std::cmp::Ordering;

use crate::schema::{Kind, Table};
use crate::store::{Row, Tables};

/// A parsed query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// Queries joined by `^NQ`: a row that any of them wants is found.
    any: Vec<Clause>,
    order: Vec<Order>,
    /// Whether a part was dropped because it makes no sense.
    is_partial: bool,
}

/// Groups joined by `^`, each of conditions joined by `^OR`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Clause {
    all: Vec<Vec<Condition>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Order {
    field: String,
    descending: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    field: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    StartsWith,
    EndsWith,
    Like,
    NotLike,
    In,
    NotIn,
    IsEmpty,
    IsNotEmpty,
    /// Stored as an empty text; nothing is ever stored as `NULL` here.
    EmptyString,
    Anything,
    /// The value names another field of the same row.
    SameAs,
    /// Not below the first of two values joined by `@`, not above the second.
    Between,
    /// Each word stands somewhere in the row, whatever the field.
    Words,
}

/// Longer spellings before those that they begin with.
const OPERATORS: &[(&str, Operator)] = &[
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("STARTSWITH", Operator::StartsWith),
    ("ENDSWITH", Operator::EndsWith),
    ("NOT LIKE", Operator::NotLike),
    ("LIKE", Operator::Like),
    ("NOT IN", Operator::NotIn),
    ("ISNOTEMPTY", Operator::IsNotEmpty),
    ("ISEMPTY", Operator::IsEmpty),
    ("IN", Operator::In),
    ("EMPTYSTRING", Operator::EmptyString),
    ("ANYTHING", Operator::Anything),
    ("SAMEAS", Operator::SameAs),
    ("BETWEEN", Operator::Between),
];

enum Join {
    And,
    Or,
    New,
}

impl Query {
    /// Reads a query on `table`, dropping what cannot be read.
    pub(crate) fn parse(tables: &Tables, table: &'static Table, text: &str) -> Self {
        let mut query = Self::default();
        let mut clause = Clause::default();
        for part in split(text) {
            let (join, rest) = if let Some(rest) = part.strip_prefix("ORDERBY") {
                query.add_order(tables, table, rest);
                continue;
            } else if let Some(rest) = part.strip_prefix("NQ") {
                (Join::New, rest)
            } else if let Some(rest) = part.strip_prefix("OR") {
                (Join::Or, rest)
            } else {
                (Join::And, part.as_str())
            };
            if matches!(join, Join::New) {
                query.any.push(std::mem::take(&mut clause));
            }
            let Some(condition) = Condition::parse(tables, table, rest) else {
                query.is_partial = true;
                continue;
            };
            match (join, clause.all.last_mut()) {
                (Join::Or, Some(group)) => group.push(condition),
                _ => clause.all.push(vec![condition]),
            }
        }
        query.any.push(clause);
        query
    }

    /// A query of plain equalities, as `?field=value` parameters ask.
    pub(crate) fn equalities<'a>(
        tables: &Tables,
        table: &'static Table,
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let (mut all, mut is_partial) = (Vec::new(), false);
        for (field, value) in pairs {
            if known(tables, table, field) {
                let (field, value) = (field.to_owned(), value.to_owned());
                all.push(vec![Condition { field, operator: Operator::Equal, value }]);
            } else {
                is_partial = true;
            }
        }
        Self { any: vec![Clause { all }], order: Vec::new(), is_partial }
    }

    /// Whether a part was dropped, so that it finds more than was asked for.
    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The rows that match, in the order asked for, else in that of their making.
    pub(crate) fn run<'a>(&self, tables: &'a Tables, table: &'static Table) -> Vec<&'a Row> {
        let mut rows = tables.rows(table.name);
        rows.retain(|row| {
            self.any.iter().any(|clause| {
                clause.all.iter().all(|group| group.iter().any(|c| c.holds(tables, table, row)))
            })
        });
        rows.sort_by(|a, b| self.compare(tables, table, a, b));
        rows
    }

    fn add_order(&mut self, tables: &Tables, table: &'static Table, text: &str) {
        let (field, descending) = match text.strip_prefix("DESC") {
            Some(field) => (field, true),
            None => (text, false),
        };
        if known(tables, table, field) {
            self.order.push(Order { field: field.to_owned(), descending });
        } else {
            self.is_partial = true;
        }
    }

    fn compare(&self, tables: &Tables, table: &'static Table, a: &Row, b: &Row) -> Ordering {
        for order in &self.order {
            let of = |row| key(tables, table, row, &order.field);
            let found = of(a).cmp(&of(b));
            let found = if order.descending { found.reverse() } else { found };
            if found != Ordering::Equal {
                return found;
            }
        }
        Ordering::Equal
    }
}

/// The part that looks for words in whatever text a row holds.
const TEXT_QUERY: &str = "123TEXTQUERY321=";

impl Condition {
    fn parse(tables: &Tables, table: &'static Table, text: &str) -> Option<Self> {
        if let Some(words) = text.strip_prefix(TEXT_QUERY) {
            let (operator, value) = (Operator::Words, words.to_owned());
            return Some(Self { field: String::new(), operator, value });
        }
        let end = text
            .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c)))?;
        let (field, rest) = text.split_at(end);
        if !known(tables, table, field) {
            return None;
        }
        let (value, operator) = OPERATORS
            .iter()
            .find_map(|(spelling, operator)| Some((rest.strip_prefix(spelling)?, *operator)))?;
        let makes_sense = match operator {
            Operator::SameAs => known(tables, table, value),
            Operator::Between => value.contains('@'),
            _ => true,
        };
        makes_sense.then(|| Self { field: field.to_owned(), operator, value: value.to_owned() })
    }

    fn holds(&self, tables: &Tables, table: &'static Table, row: &Row) -> bool {
        if self.operator == Operator::Words {
            let text: Vec<String> = row.fields.values().map(|value| value.to_lowercase()).collect();
            let wanted = self.value.to_lowercase();
            return wanted
                .split_whitespace()
                .all(|word| text.iter().any(|value| value.contains(word)));
        }
        let kind = kind_at(tables, table, row, &self.field);
        let is_bool = kind == Kind::Bool;
        let held = value_at(tables, table, row, &self.field).to_lowercase();
        let wanted = self.value.to_lowercase();
        // Nothing is neither below nor above anything, as in the database of an instance.
        let against = |wanted: &str| match (Key::of(kind, &held), Key::of(kind, wanted)) {
            (Key::Number(None), _) | (_, Key::Number(None)) => None,
            (Key::Text(text), _) if text.is_empty() => None,
            (held, wanted) => Some(held.cmp(&wanted)),
        };
        let equals = |wanted: &str| match wanted {
            "1" if is_bool => held == "true",
            "0" if is_bool => held == "false",
            _ => held == wanted,
        };
        match self.operator {
            Operator::Equal if self.value == "NULL" => held.is_empty(),
            Operator::NotEqual if self.value == "NULL" => !held.is_empty(),
            Operator::Equal => equals(&wanted),
            Operator::NotEqual => !equals(&wanted),
            Operator::Less => against(&wanted).is_some_and(Ordering::is_lt),
            Operator::LessOrEqual => against(&wanted).is_some_and(Ordering::is_le),
            Operator::Greater => against(&wanted).is_some_and(Ordering::is_gt),
            Operator::GreaterOrEqual => against(&wanted).is_some_and(Ordering::is_ge),
            Operator::StartsWith => held.starts_with(&wanted),
            Operator::EndsWith => held.ends_with(&wanted),
            Operator::Like => held.contains(&wanted),
            Operator::NotLike => !held.contains(&wanted),
            Operator::In => wanted.split(',').any(equals),
            Operator::NotIn => !wanted.split(',').any(equals),
            Operator::Anything | Operator::Words => true,
            Operator::SameAs => held == value_at(tables, table, row, &self.value).to_lowercase(),
            Operator::Between => wanted.split_once('@').is_some_and(|(least, most)| {
                against(least).is_some_and(Ordering::is_ge)
                    && against(most).is_some_and(Ordering::is_le)
            }),
            Operator::IsEmpty | Operator::EmptyString => held.is_empty(),
            Operator::IsNotEmpty => !held.is_empty(),
        }
    }
}

/// The parts of a query as they are written, without empty ones: split at `^`, but not at `^^`.
pub(crate) fn raw_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut carets) = (Vec::new(), 0, text.match_indices('^').peekable());
    while let Some((at, _)) = carets.next() {
        if carets.next_if(|(next, _)| *next == at + 1).is_none() {
            parts.push(&text[begin..at]);
            begin = at + 1;
        }
    }
    parts.push(&text[begin..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Splits at `^`; a doubled one stands for itself.
fn split(text: &str) -> Vec<String> {
    let parts = raw_parts(text).into_iter().map(|part| part.replace("^^", "^"));
    without_related_lists(parts.filter(|part| part != "EQ").collect())
}

/// What stands between `RLQUERY` and `ENDRLQUERY` is about other tables and is dropped whole: its
/// conditions are none of this one's.
fn without_related_lists(parts: Vec<String>) -> Vec<String> {
    let mut within = false;
    let outside = |part: &String| {
        within |= part.starts_with("RLQUERY");
        let ends = within && part == "ENDRLQUERY";
        let keep = !within;
        within &= !ends;
        keep
    };
    parts.into_iter().filter(outside).collect()
}

fn known(tables: &Tables, table: &'static Table, path: &str) -> bool {
    tables.walk(table, &Row::default(), path).is_some()
}

fn value_at(tables: &Tables, table: &'static Table, row: &Row, path: &str) -> String {
    match tables.walk(table, row, path) {
        Some(Some((_, field, row))) => row.get(field.name).to_owned(),
        _ => String::new(),
    }
}

/// What a name leads to; text where a reference on the way is empty.
fn kind_at(tables: &Tables, table: &'static Table, row: &Row, path: &str) -> Kind {
    match tables.walk(table, row, path) {
        Some(Some((_, field, _))) => field.kind,
        _ => Kind::Text,
    }
}

fn key(tables: &Tables, table: &'static Table, row: &Row, path: &str) -> Key {
    match tables.walk(table, row, path) {
        Some(Some((_, field, row))) => Key::of(field.kind, row.get(field.name)),
        _ => Key::Number(None),
    }
}

/// A value as its field orders it: one field's values are all of one sort, but for what an empty
/// reference leads to, which comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(Option<i64>),
    /// In lowercase.
    Text(String),
}

impl Key {
    fn of(kind: Kind, value: &str) -> Self {
        match kind.is_number() {
            true => Self::Number(value.parse().ok()),
            false => Self::Text(value.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests;

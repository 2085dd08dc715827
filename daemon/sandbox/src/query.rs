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
        let conditions = pairs.filter(|pair| known(tables, table, pair.0)).map(|(field, value)| {
            vec![Condition {
                field: field.to_owned(),
                operator: Operator::Equal,
                value: value.to_owned(),
            }]
        });
        Self { any: vec![Clause { all: conditions.collect() }], ..Self::default() }
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
        }
    }

    fn compare(&self, tables: &Tables, table: &'static Table, a: &Row, b: &Row) -> Ordering {
        for order in &self.order {
            let of = |row| value_at(tables, table, row, &order.field);
            let found = compare(&of(a), &of(b));
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
        let is_bool = matches!(
            tables.walk(table, row, &self.field),
            Some(Some((_, field, _))) if field.kind == Kind::Bool
        );
        let held = value_at(tables, table, row, &self.field).to_lowercase();
        let wanted = self.value.to_lowercase();
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
            Operator::Less => compare(&held, &wanted) == Ordering::Less,
            Operator::LessOrEqual => compare(&held, &wanted) != Ordering::Greater,
            Operator::Greater => compare(&held, &wanted) == Ordering::Greater,
            Operator::GreaterOrEqual => compare(&held, &wanted) != Ordering::Less,
            Operator::StartsWith => held.starts_with(&wanted),
            Operator::EndsWith => held.ends_with(&wanted),
            Operator::Like => held.contains(&wanted),
            Operator::NotLike => !held.contains(&wanted),
            Operator::In => wanted.split(',').any(equals),
            Operator::NotIn => !wanted.split(',').any(equals),
            Operator::Anything | Operator::Words => true,
            Operator::SameAs => held == value_at(tables, table, row, &self.value).to_lowercase(),
            Operator::Between => wanted.split_once('@').is_some_and(|(least, most)| {
                compare(&held, least) != Ordering::Less && compare(&held, most) != Ordering::Greater
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

/// As numbers when both are, else as text.
fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{schema, seed, store::Store};

    /// Runs a query over the seeded people and names those found.
    #[track_caller]
    fn check(query: &str, expect: &[seed::Person]) {
        let dir = tempfile::tempdir().expect("folder");
        let store = Store::open(dir.path(), 1_000, schema::Schema::default()).expect("open");
        let table = schema::table("sys_user").expect("known");
        let found: Vec<String> = store.read(|tables| {
            let rows = Query::parse(tables, table, query).run(tables, table);
            rows.iter().map(|row| row.get("user_name").to_owned()).collect()
        });
        let expect: Vec<&str> = expect.iter().map(|person| person.user_name).collect();
        assert_eq!(found, expect, "{query}");
    }

    use seed::{INES, INES_OLD, JOZEF, MARA, SIOBHAN, TOM};

    #[test]
    fn each_operator_finds_what_it_says() {
        check("email=TOM.okafor@larkfield.example", &[TOM]);
        check("email!=tom.okafor@larkfield.example^vip=true", &[MARA]);
        check("user_nameSTARTSWITHines", &[INES_OLD, INES]);
        check("emailENDSWITHquayside.example", &[SIOBHAN, JOZEF]);
        check("titleLIKEofficer", &[MARA]);
        check("emailNOT LIKElarkfield", &[SIOBHAN, JOZEF]);
        check("user_nameINtom.okafor,jozef.kral", &[TOM, JOZEF]);
        check("phoneISEMPTY", &[INES_OLD]);
        check("phoneISNOTEMPTY^active=1^companyISNOTEMPTY^vip=True", &[MARA]);
        check("phone=NULL", &[INES_OLD]);
        check("user_name>siobhan^ORDERBYuser_name", &[SIOBHAN, TOM]);
        check("phoneEMPTYSTRING", &[INES_OLD]);
        check("phoneANYTHING^vip=true", &[MARA]);
        check("first_nameSAMEASlast_name", &[]);
        check("user_nameSAMEASuser_name^vip=true", &[MARA]);
        check("user_nameBETWEENmara@siobhan.z^ORDERBYuser_name", &[MARA, SIOBHAN]);
        check("123TEXTQUERY321=quayside surveyor", &[JOZEF]);
    }

    #[test]
    fn joins_bind_as_documented() {
        check("active=true^user_name=tom.okafor^ORuser_name=ines.duarte.old", &[TOM]);
        check("active=false^NQvip=true", &[MARA, INES_OLD]);
        check("user_nameLIKEines^ORDERBYDESCsys_id", &[INES, INES_OLD]);
        check("last_name=Duarte^ORDERBYactive^EQ", &[INES_OLD, INES]);
    }

    #[test]
    fn dotted_names_are_followed() {
        check("department.name=Finance", &[MARA]);
        check("company.nameSTARTSWITHquay^ORDERBYname", &[JOZEF, SIOBHAN]);
    }

    #[test]
    fn an_invalid_part_is_dropped_and_the_rest_runs() {
        check("no_such_field=1^vip=true", &[MARA]);
        check("vip~true^active=false", &[INES_OLD]);
        check("nonsense", &seed::PEOPLE);
        check("vipBETWEENtrue^vip=true", &[MARA]);
        check("vip=true^RLQUERYincident.caller_id,>0^active=false^ENDRLQUERY", &[MARA]);
    }

    #[test]
    fn a_caret_in_a_value_breaks_out_unless_doubled() {
        check("email=nobody@x.example^NQactive=false", &[INES_OLD]);
        check("email=nobody@x.example^^NQactive=false", &[]);
    }
}

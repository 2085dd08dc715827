//! All rows in memory, as the log's commits made them.
//!
//! Applying a commit cannot fail and decides nothing: what a write means was settled before.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::schema;

/// Field name to value; every value is a string, as over the Table API.
pub(crate) type Fields = BTreeMap<String, String>;

/// How often a dot-walked name is followed, as in `caller_id.department.name`.
const DOTS_MAX: usize = 3;

/// The highest number of a record that the next one follows.
const NUMBER_MAX: u64 = 9_999_999_999;

/// What was done, as the ledger tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Insert,
    Update,
    Delete,
    Attach,
}

/// One durable write: a line of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Commit {
    pub(crate) seq: u64,
    /// `yyyy-MM-dd HH:mm:ss`, UTC.
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) verb: Verb,
    pub(crate) table: String,
    pub(crate) sys_id: String,
    /// Rows made or changed by it, journal entries included; fields not named stay.
    pub(crate) puts: Vec<Put>,
}

/// Fields laid over one row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Put {
    pub(crate) table: String,
    pub(crate) sys_id: String,
    pub(crate) fields: Fields,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Order of making, over all tables.
    pub(crate) order: u64,
    pub(crate) fields: Fields,
}

impl Row {
    /// The field's value; a field never written is empty.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// All rows of all tables. A copy shares the rows that are the same in both.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tables {
    schema: schema::Schema,
    rows: BTreeMap<String, BTreeMap<String, Arc<Row>>>,
    /// Users by their login name.
    users: BTreeMap<String, String>,
    /// Journal entries and attachments by the row that they belong to.
    children: BTreeMap<String, Vec<(String, String)>>,
    count: usize,
    next_order: u64,
    last_incident: u64,
    last_interaction: u64,
}

impl Tables {
    /// No rows yet, of these tables.
    pub(crate) fn new(schema: schema::Schema) -> Self {
        Self { schema, ..Self::default() }
    }

    /// The tables.
    pub(crate) fn schema(&self) -> &schema::Schema {
        &self.schema
    }

    pub(crate) fn row(&self, table: &str, sys_id: &str) -> Option<&Row> {
        self.rows.get(table)?.get(sys_id).map(Arc::as_ref)
    }

    /// The user who logs in by that name.
    pub(crate) fn user(&self, user_name: &str) -> Option<&Row> {
        self.row("sys_user", self.users.get(user_name)?)
    }

    /// All rows of one table, oldest first.
    pub(crate) fn rows(&self, table: &str) -> Vec<&Row> {
        let mut rows: Vec<&Row> =
            self.rows.get(table).into_iter().flat_map(|m| m.values()).map(Arc::as_ref).collect();
        rows.sort_by_key(|row| row.order);
        rows
    }

    /// How many rows there are in all.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The number that the next incident gets, starting at `INC0010001`.
    pub(crate) fn next_incident_number(&self) -> String {
        format!("INC{:07}", self.last_incident.max(10_000) + 1)
    }

    /// The number that the next interaction gets, starting at `IMS0000001`.
    pub(crate) fn next_interaction_number(&self) -> String {
        format!("IMS{:07}", self.last_interaction + 1)
    }

    /// Rows of `table` (journal entries or attachments) that belong to a row, oldest first.
    pub(crate) fn children(&self, of: &str, table: &str) -> Vec<&Row> {
        let ids = self.children.get(of).into_iter().flatten();
        ids.filter(|child| child.0 == table).filter_map(|child| self.row(table, &child.1)).collect()
    }

    /// The journal of one field as an instance shows it, newest entry first.
    pub(crate) fn journal_text(&self, table: &str, sys_id: &str, element: &str) -> String {
        let label = self
            .schema
            .table(table)
            .and_then(|table| table.field(element))
            .map_or(element, |field| field.label);
        let entries = self.children(sys_id, "sys_journal_field");
        let lines = entries.iter().rev().filter(|entry| entry.get("element") == element);
        lines
            .map(|entry| {
                let (at, by) = (entry.get("sys_created_on"), self.name_of(entry));
                format!("{at} - {by} ({label})\n{}\n\n", entry.get("value"))
            })
            .collect()
    }

    /// Whom a row was made by, by name as far as that is known.
    pub(crate) fn name_of<'a>(&'a self, made: &'a Row) -> &'a str {
        let login = made.get("sys_created_by");
        self.user(login)
            .map(|user| user.get("name"))
            .filter(|name| !name.is_empty())
            .unwrap_or(login)
    }

    /// What stands for a row where another refers to it.
    pub(crate) fn display_of(&self, table: &str, sys_id: &str) -> String {
        let field = self.schema.table(table).map_or("name", |table| table.display);
        self.row(table, sys_id).map(|row| row.get(field).to_owned()).unwrap_or_default()
    }

    /// Follows a dot-walked name from a row to the row and field that it ends at.
    ///
    /// `Some(None)` means that the name is right but a reference on the way is empty.
    pub(crate) fn walk<'a>(
        &'a self,
        table: &'static schema::Table,
        row: &'a Row,
        path: &str,
    ) -> Option<Option<(&'static schema::Table, &'static schema::Field, &'a Row)>> {
        if path.matches('.').count() > DOTS_MAX {
            return None;
        }
        let (mut table, mut at) = (table, Some(row));
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let field = table.field(part)?;
            if parts.peek().is_none() {
                return Some(at.map(|row| (table, field, row)));
            }
            let schema::Kind::Reference(to) = field.kind else { return None };
            at = at.and_then(|row| self.row(to, row.get(part)));
            table = self.schema.table(to)?;
        }
        None
    }

    /// Makes the commit's changes.
    pub(crate) fn apply(&mut self, commit: &Commit) {
        for put in &commit.puts {
            self.put(put);
        }
        if commit.verb == Verb::Delete {
            self.remove(&commit.table, &commit.sys_id);
        }
    }

    fn put(&mut self, put: &Put) {
        let rows = self.rows.entry(put.table.clone()).or_default();
        if !rows.contains_key(&put.sys_id) {
            self.count += 1;
            self.next_order += 1;
            let order = self.next_order;
            rows.insert(put.sys_id.clone(), Arc::new(Row { order, fields: Fields::new() }));
            if let Some(parent) = parent_of(&put.table, &put.fields) {
                let child = (put.table.clone(), put.sys_id.clone());
                self.children.entry(parent.to_owned()).or_default().push(child);
            }
        }
        if let Some(row) = rows.get_mut(&put.sys_id) {
            let row = Arc::make_mut(row);
            if put.table == "sys_user" {
                forget(&mut self.users, row, &put.sys_id);
            }
            row.fields.extend(put.fields.iter().map(|(k, v)| (k.clone(), v.clone())));
            if put.table == "sys_user" && !row.get("user_name").is_empty() {
                let login = row.get("user_name").to_owned();
                self.users.entry(login).or_insert_with(|| put.sys_id.clone());
            }
        }
        let number = |prefix| {
            let digits = put.fields.get("number").and_then(|number| number.strip_prefix(prefix));
            // A client's number beyond what a field of numbers shows is none to count on from.
            digits.and_then(|n| n.parse().ok()).filter(|n| *n < NUMBER_MAX).unwrap_or(0)
        };
        match put.table.as_str() {
            "incident" => self.last_incident = self.last_incident.max(number("INC")),
            "interaction" => self.last_interaction = self.last_interaction.max(number("IMS")),
            _ => {}
        }
    }

    fn remove(&mut self, table: &str, sys_id: &str) {
        let mut doomed = vec![(table.to_owned(), sys_id.to_owned())];
        while let Some((table, sys_id)) = doomed.pop() {
            let Some(row) = self.rows.get_mut(&table).and_then(|rows| rows.remove(&sys_id)) else {
                continue;
            };
            self.count -= 1;
            if table == "sys_user" {
                forget(&mut self.users, &row, &sys_id);
            }
            let parent = parent_of(&table, &row.fields).unwrap_or_default();
            if let Some(children) = self.children.get_mut(parent) {
                children.retain(|child| child.1 != sys_id);
            }
            doomed.extend(self.children.remove(&sys_id).unwrap_or_default());
        }
    }
}

/// Takes a user out of those known by their login; another may have the same one.
fn forget(users: &mut BTreeMap<String, String>, row: &Row, sys_id: &str) {
    let login = row.get("user_name");
    if users.get(login).is_some_and(|id| id == sys_id) {
        users.remove(login);
    }
}

fn parent_of<'a>(table: &str, fields: &'a Fields) -> Option<&'a str> {
    let field = match table {
        "sys_journal_field" => "element_id",
        "sys_attachment" => "table_sys_id",
        _ => return None,
    };
    fields.get(field).map(String::as_str)
}

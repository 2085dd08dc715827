//! People, incidents and other records from a file. The first line names the columns, by field or by
//! label; everything is checked, also against the instance's rules, before the first record is written.

use std::collections::BTreeMap;

use super::{Line, Wrong, sheet};
use crate::schema::{self, Field, Kind, Table};
use crate::store::{Draft, Fields, Row, Store, Tables, WriteError, is_sys_id};
use crate::typed::Values;

/// What an import did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Imported {
    pub(crate) table: &'static Table,
    /// Records that are new.
    pub(crate) made: usize,
    /// Records that were there and are now otherwise.
    pub(crate) changed: usize,
    /// Records that were there just so.
    pub(crate) same: usize,
}

/// Columns by which a table is known where none is named.
const TELLING: &[(&str, &[&str])] = &[
    ("incident", &["short_description", "caller_id", "caller"]),
    ("sys_user", &["user_name", "user id", "email", "last_name"]),
];

/// Fields by which a record is found again, the first that has a value.
fn keys(table: &Table) -> &'static [&'static str] {
    match table.name {
        "sys_user" => &["user_name", "email"],
        "customer_contact" => &["email"],
        "incident" | "interaction" => &["number", "correlation_id"],
        _ => &["name"],
    }
}

/// One record to be.
struct Planned {
    line: u64,
    sys_id: Option<String>,
    fields: Fields,
}

/// Reads a file into a table: the one named, else the one that its columns tell. A record is found
/// again by `sys_id`, else by what people know it by, and is then brought up to date; journal
/// columns are added to new records alone, so that an import may be repeated.
///
/// # Errors
/// What is wrong, by line and column; then nothing was written.
pub(crate) fn import(
    store: &Store,
    table: Option<&str>,
    bytes: &[u8],
    by: &str,
) -> Result<Imported, Vec<Wrong>> {
    let sheet = sheet(bytes).map_err(|wrong| vec![wrong])?;
    let (table, planned) = store.read(|tables| {
        let table = which(tables, table, &sheet.head).map_err(|wrong| vec![wrong])?;
        let heads = heads(table, &sheet.head)?;
        plan(tables, table, &heads, &sheet.lines).map(|planned| (table, planned))
    })?;
    let written = store.all(by, |draft| {
        let mut done = Imported { table, made: 0, changed: 0, same: 0 };
        let (mut known, mut wrong) = (Known::of(draft.tables(), table), Vec::new());
        for record in &planned {
            if let Err(why) = write(draft, &mut done, &mut known, record) {
                wrong.push(Wrong::at(record.line, None, why));
            }
        }
        if wrong.is_empty() { Ok(done) } else { Err(wrong) }
    });
    written.map_err(|error| vec![Wrong::whole(error.to_string())])?
}

fn which(tables: &Tables, name: Option<&str>, head: &[String]) -> Result<&'static Table, Wrong> {
    let named = |name: &str| tables.schema().table(name).filter(|table| table.writable);
    if let Some(name) = name {
        return named(name).ok_or_else(|| Wrong::whole(format!("no table to write to: {name:?}")));
    }
    let tells = |columns: &[&str]| {
        head.iter().any(|head| columns.iter().any(|column| head.eq_ignore_ascii_case(column)))
    };
    let told = TELLING.iter().find(|(_, columns)| tells(columns));
    told.and_then(|(name, _)| named(name)).ok_or_else(|| {
        Wrong::at(1, None, "neither short_description nor email among the columns: name the table")
    })
}

/// What each column is: a field, or the record's id.
enum Head {
    SysId,
    Field(&'static Field),
}

fn heads(table: &'static Table, names: &[String]) -> Result<Vec<Head>, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let (mut heads, mut seen): (Vec<Head>, Vec<&str>) = Default::default();
    for (place, name) in names.iter().enumerate() {
        let known = table.fields().find(|field| {
            field.name.eq_ignore_ascii_case(name) || field.label.eq_ignore_ascii_case(name)
        });
        let problem = match known {
            _ if names[..place].contains(name) => "it is named twice".to_owned(),
            Some(field) if seen.contains(&field.name) => {
                format!("{} is named by another column, too", field.name)
            }
            Some(field) if field.name == "sys_id" => {
                seen.push(field.name);
                heads.push(Head::SysId);
                continue;
            }
            Some(field) if schema::is_system(field.name) => {
                "the instance alone fills it".to_owned()
            }
            Some(field) => {
                seen.push(field.name);
                heads.push(Head::Field(field));
                continue;
            }
            None => format!("{} has no such field", table.name),
        };
        wrong.push(Wrong::at(1, Some(name), problem));
    }
    if wrong.is_empty() { Ok(heads) } else { Err(wrong) }
}

fn plan(
    tables: &Tables,
    table: &'static Table,
    heads: &[Head],
    lines: &[Line],
) -> Result<Vec<Planned>, Vec<Wrong>> {
    let mut values = Values::new(tables);
    let (mut planned, mut wrong) = (Vec::new(), Vec::new());
    for line in lines {
        let mut record = Planned { line: line.number, sys_id: None, fields: Fields::new() };
        for (head, cell) in heads.iter().zip(&line.cells) {
            match head {
                Head::SysId if cell.is_empty() => {}
                Head::SysId if is_sys_id(cell) => record.sys_id = Some(cell.clone()),
                Head::SysId => {
                    let why = format!("{cell:?} is not 32 lowercase hexadecimal digits");
                    wrong.push(Wrong::at(line.number, Some("sys_id"), why));
                }
                // An empty cell leaves what is there.
                Head::Field(_) if cell.is_empty() => {}
                Head::Field(field) => match values.read(field, cell) {
                    Ok(value) => _ = record.fields.insert(field.name.to_owned(), value),
                    Err(why) => wrong.push(Wrong::at(line.number, Some(field.name), why)),
                },
            }
        }
        if let Err(why) = is_known(table, &record) {
            wrong.push(Wrong::at(line.number, None, why));
        }
        planned.push(record);
    }
    if wrong.is_empty() { Ok(planned) } else { Err(wrong) }
}

/// A person needs something to be known by.
fn is_known(table: &Table, record: &Planned) -> Result<(), String> {
    let is_person = matches!(table.name, "sys_user" | "customer_contact");
    let of = |name: &str| record.fields.get(name).map_or("", String::as_str);
    if is_person && record.sys_id.is_none() && keys(table).iter().all(|key| of(key).is_empty()) {
        return Err(format!("a person needs {}", keys(table).join(" or ")));
    }
    Ok(())
}

fn write(
    draft: &mut Draft<'_>,
    done: &mut Imported,
    known: &mut Known,
    record: &Planned,
) -> Result<(), String> {
    let table = done.table;
    let fail = |error: WriteError| error.to_string();
    let sys_id = match &record.sys_id {
        Some(id) => Some(id.clone()),
        None => known.find(table, &record.fields)?,
    };
    let there = sys_id.as_deref().filter(|id| draft.tables().row(table.name, id).is_some());
    let Some(id) = there else {
        let row = draft.insert(table, sys_id, &record.fields).map_err(fail)?;
        known.add(table, &row);
        done.made += 1;
        return Ok(());
    };
    let journal = |name: &str| table.field(name).is_some_and(|f| f.kind == Kind::Journal);
    let mut fields = record.fields.clone();
    fields.retain(|name, _| !journal(name));
    match draft.update(table, id, &fields).map_err(fail)? {
        Some(row) => {
            known.add(table, &row);
            done.changed += 1;
        }
        None => done.same += 1,
    }
    Ok(())
}

/// The table's records by what they are found again by: field and value.
struct Known(BTreeMap<(&'static str, String), Vec<String>>);

impl Known {
    fn of(tables: &Tables, table: &Table) -> Self {
        let mut known = Self(BTreeMap::new());
        for row in tables.rows(table.name) {
            known.add(table, row);
        }
        known
    }

    fn add(&mut self, table: &Table, row: &Row) {
        for key in keys(table).iter().filter(|key| !row.get(key).is_empty()) {
            let value = row.get(key).to_lowercase();
            let ids = self.0.entry((key, value)).or_default();
            if ids.iter().all(|id| id != row.get("sys_id")) {
                ids.push(row.get("sys_id").to_owned());
            }
        }
    }

    fn find(&self, table: &Table, fields: &Fields) -> Result<Option<String>, String> {
        let named = keys(table).iter().filter_map(|key| Some((*key, fields.get(*key)?)));
        let Some((key, value)) = named.into_iter().find(|(_, value)| !value.is_empty()) else {
            return Ok(None);
        };
        match self.0.get(&(key, value.to_lowercase())).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([id]) => Ok(Some(id.clone())),
            Some(several) => {
                let many = several.len();
                Err(format!("{many} records have the {key} {value:?}; give the sys_id"))
            }
        }
    }
}

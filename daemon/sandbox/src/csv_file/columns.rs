//! Columns that are added to tables: `table,column,type,label,length`, one a line.

use super::{Line, Wrong, sheet};
use crate::schema::{self, Column, Kind};

/// Columns that may be added in all.
const COLUMNS_MAX: usize = 200;
/// Characters of a text where no length is given, as an instance has them, and at most.
const CHARS: usize = 40;
const CHARS_MAX: usize = 4000;
/// Characters of a column's name.
const NAME_CHARS_MAX: usize = 80;

/// Reads a list of columns; label and length may be left out.
///
/// # Errors
/// What is wrong, by line and column.
pub(crate) fn columns(bytes: &[u8]) -> Result<Vec<Column>, Vec<Wrong>> {
    let sheet = sheet(bytes).map_err(|wrong| vec![wrong])?;
    let at = |name: &str| sheet.head.iter().position(|head| head.eq_ignore_ascii_case(name));
    let (Some(table), Some(name)) = (at("table"), at("column")) else {
        let why = "the first line is to be: table,column,type,label,length";
        return Err(vec![Wrong::at(1, None, why)]);
    };
    if sheet.lines.len() > COLUMNS_MAX {
        let why = format!("{} columns; at most {COLUMNS_MAX} are added", sheet.lines.len());
        return Err(vec![Wrong::whole(why)]);
    }
    let places = Places { table, name, kind: at("type"), label: at("label"), chars: at("length") };
    let (mut found, mut wrong) = (Vec::<Column>::new(), Vec::new());
    for line in &sheet.lines {
        match column(line, &places) {
            Ok(new) if found.iter().any(|old| (old.table, &old.name) == (new.table, &new.name)) => {
                let why = format!("{} is named twice", new.name);
                wrong.push(Wrong::at(line.number, Some("column"), why));
            }
            Ok(new) => found.push(new),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Which value is which.
struct Places {
    table: usize,
    name: usize,
    kind: Option<usize>,
    label: Option<usize>,
    chars: Option<usize>,
}

fn column(line: &Line, places: &Places) -> Result<Column, Wrong> {
    let cell = |at: Option<usize>| at.map_or("", |at| line.cells[at].trim());
    let wrong = |column: &str, why: String| Wrong::at(line.number, Some(column), why);
    let table = schema::table(cell(Some(places.table))).filter(|table| table.writable);
    let Some(table) = table else {
        return Err(wrong("table", format!("no table to add to: {:?}", cell(Some(places.table)))));
    };
    let name = cell(Some(places.name));
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with("u_") || name.len() > NAME_CHARS_MAX || !name.chars().all(allowed) {
        let why = format!("{name:?} is no name: u_ and then lowercase letters, digits and _");
        return Err(wrong("column", why));
    }
    let kind = match cell(places.kind) {
        "" | "string" => Kind::Text,
        "boolean" => Kind::Bool,
        "integer" => Kind::Integer,
        "glide_date_time" => Kind::DateTime,
        "journal_input" => Kind::Journal,
        other => {
            let known = "string, boolean, integer, glide_date_time, journal_input";
            return Err(wrong("type", format!("{other:?} is none of: {known}")));
        }
    };
    let chars_max = match cell(places.chars) {
        "" if kind == Kind::Journal => CHARS_MAX,
        "" => CHARS,
        text => match text.parse() {
            Ok(chars @ 1..=CHARS_MAX) => chars,
            _ => return Err(wrong("length", format!("{text:?} is not between 1 and {CHARS_MAX}"))),
        },
    };
    let label = match cell(places.label) {
        "" => name,
        label => label,
    };
    let (name, label) = (name.to_owned(), label.to_owned());
    Ok(Column { table: table.name, name, label, kind, chars_max })
}

//! Files of comma-separated values: people and incidents to be imported, columns to be added.
//!
//! A file is taken whole or not at all, and what is wrong with it is told by line and column. What
//! a table makes of a value is not decided here: see the store.

mod columns;
mod import;

pub(crate) use columns::columns;
pub(crate) use import::{Imported, import};

use std::fmt;

/// Bytes of a file.
pub(crate) const BYTES_MAX: usize = 10 * 1024 * 1024;
/// Rows of a file, without its first line.
pub(crate) const ROWS_MAX: usize = 20_000;
/// What is told of at most, where much is wrong.
const WRONG_MAX: usize = 10;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// From 1, as editors count.
    line: Option<u64>,
    column: Option<String>,
    why: String,
}

impl Wrong {
    fn at(line: u64, column: Option<&str>, why: impl Into<String>) -> Self {
        Self { line: Some(line), column: column.map(str::to_owned), why: why.into() }
    }

    fn whole(why: impl Into<String>) -> Self {
        Self { line: None, column: None, why: why.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column {column}: ")?;
        }
        f.write_str(&self.why)
    }
}

/// One line of a file, and where it stands.
struct Line {
    number: u64,
    cells: Vec<String>,
}

/// A file as it was read: its first line names the columns.
struct Sheet {
    head: Vec<String>,
    lines: Vec<Line>,
}

/// Reads a file. Values are separated by commas, or by semicolons where the first line holds no
/// comma, as some spreadsheets write them.
fn sheet(bytes: &[u8]) -> Result<Sheet, Wrong> {
    if bytes.len() > BYTES_MAX {
        return Err(Wrong::whole(format!("the file is longer than {BYTES_MAX} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Wrong::at(line as u64 + 1, None, "it is no UTF-8 text; save the file as UTF-8")
    })?;
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| unread(&error))?;
    let head: Vec<String> = head.iter().map(|name| name.trim().to_owned()).collect();
    if head.iter().all(String::is_empty) {
        return Err(Wrong::at(1, None, "the first line names no columns"));
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unread(&error))?;
        if lines.len() == ROWS_MAX {
            return Err(Wrong::whole(format!("the file has more than {ROWS_MAX} rows")));
        }
        let number = record.position().map_or(0, csv::Position::line);
        lines.push(Line { number, cells: record.iter().map(str::to_owned).collect() });
    }
    Ok(Sheet { head, lines })
}

fn unread(error: &csv::Error) -> Wrong {
    let line = error.position().map(csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} values where the first line names {expected_len} columns")
        }
        _ => error.to_string(),
    };
    Wrong { line, column: None, why }
}

/// All that is wrong, in a few lines.
pub(crate) fn told(wrong: &[Wrong]) -> String {
    let mut lines: Vec<String> = wrong.iter().take(WRONG_MAX).map(ToString::to_string).collect();
    if wrong.len() > WRONG_MAX {
        lines.push(format!("… and {} more", wrong.len() - WRONG_MAX));
    }
    lines.join("\n")
}

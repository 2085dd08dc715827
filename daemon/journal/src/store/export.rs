//! The journal as JSON lines, for `deskd journal export`.

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Serialize;
use serde::de::IgnoredAny;

use super::db::Db;
use crate::error::{OpenError, ReadError};
use crate::row::{Personal, StoredRow};

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal could not be opened or read.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// A part is not JSON; an export never guesses at an encoding.
    #[error("row {seq}: its {part} part is not JSON: {source}")]
    NotJson {
        /// The row.
        seq: u64,
        /// `clear` or `personal`.
        part: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The output took no more.
    #[error("cannot write the export: {0}")]
    Write(#[from] std::io::Error),
}

/// Everything of a line but the two parts, which follow as they stand.
#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    seq: u64,
    shard: u32,
    epoch: u64,
    desk_ms: u64,
    wall_ms: i64,
    kind: &'a str,
    index: &'a [(String, String)],
    chain: String,
    erased: bool,
}

/// Writes the rows in `range` that the journal in `dir` holds to `out`, one JSON object a line:
/// `v` (1), the row's columns, `chain` in hexadecimal, `erased`, and `clear` and `personal` as
/// JSON values (`personal` is null where there is none any more, or never was). Works while a
/// daemon writes. Answers the number of lines.
///
/// # Errors
/// [`ExportError`]; what was written by then is sound.
pub fn export(
    dir: &Path,
    range: RangeInclusive<u64>,
    out: &mut impl Write,
) -> Result<u64, ExportError> {
    let db = Db::read_only(dir)?;
    let bounds = [range.start(), range.end()].map(|seq| i64::try_from(*seq).unwrap_or(i64::MAX));
    let mut lines = 0;
    let mut failed = None;
    let tail = "WHERE r.seq BETWEEN ?1 AND ?2 ORDER BY r.seq";
    let read = db.each(tail, bounds, |row| {
        lines += 1;
        write_line(&row, out).map_err(|error| {
            failed = Some(error);
            stop(&db)
        })
    });
    match failed {
        Some(error) => Err(error),
        None => read.map(|()| lines).map_err(|error| OpenError::from(error).into()),
    }
}

/// Ends the reading; the error that the caller gets is the one kept beside it.
fn stop(db: &Db) -> ReadError {
    ReadError::io(&db.file, "export")(std::io::Error::other("stopped"))
}

pub(super) fn write_line(row: &StoredRow, out: &mut impl Write) -> Result<(), ExportError> {
    let clear = one_line(row.seq, "clear", &row.clear)?;
    let personal = match &row.personal {
        Personal::Kept(bytes) => one_line(row.seq, "personal", bytes)?,
        Personal::Erased | Personal::None => b"null".to_vec(),
    };
    let line = Line {
        v: 1,
        seq: row.seq,
        shard: row.shard,
        epoch: row.epoch,
        desk_ms: row.desk_ms,
        wall_ms: row.wall_ms,
        kind: &row.kind,
        index: &row.index,
        chain: row.chain.to_string(),
        erased: row.personal == Personal::Erased,
    };
    let mut bytes = serde_json::to_vec(&line).map_err(std::io::Error::from)?;
    // The parts are embedded byte by byte: decoding them could round a number or reorder keys.
    bytes.pop();
    bytes.extend_from_slice(b",\"clear\":");
    bytes.extend_from_slice(&clear);
    bytes.extend_from_slice(b",\"personal\":");
    bytes.extend_from_slice(&personal);
    bytes.extend_from_slice(b"}\n");
    Ok(out.write_all(&bytes)?)
}

/// JSON on one line. A line break can stand only between tokens of it, where a space does as well.
fn one_line(seq: u64, part: &'static str, bytes: &[u8]) -> Result<Vec<u8>, ExportError> {
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|source| ExportError::NotJson {
        seq,
        part,
        source,
    })?;
    let space = |byte: &u8| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte };
    Ok(bytes.iter().map(space).collect())
}

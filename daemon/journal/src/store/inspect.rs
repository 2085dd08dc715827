//! What a start, and `verify`, make of what is on disk, before anything is written.

use std::fs;
use std::path::Path;

use super::db::Db;
use super::files;
use crate::error::{Damage, OpenError, Place, ReadError};
use crate::mark::{self, Found};
use crate::port::{AcceptedLoss, Head, Hole};
use crate::row::{GENESIS, Hash, StoredRow};
use crate::snapshot::{self, Snapshot, Snapshots};

/// A database up to this size is checked page by page at each start; a larger one by `verify`.
const QUICK_CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a sound journal holds.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) head: Head,
    /// The epoch of the last start that got as far as the database.
    pub(super) epoch: u64,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) loss: Option<AcceptedLoss>,
    /// Rows after the snapshot, all checked.
    pub(super) tail_rows: u64,
}

/// Reads the journal in `dir` and checks what a start relies on: the pages of a small database,
/// the last snapshot, the chain and the index of the rows after it, and the head mark.
pub(super) fn inspect(dir: &Path, mark: &Found) -> Result<Contents, OpenError> {
    let snapshot = Snapshots::of(dir).latest()?;
    let db = open_existing(dir)?;
    let contents = match &db {
        Some(db) => with_database(db, snapshot)?,
        None => without_database(snapshot),
    };
    check_mark(dir, mark, &contents.head, db.as_ref())?;
    if let Some(snapshot) = &contents.snapshot
        && contents.head.seq < snapshot.seq
    {
        return Err(ahead(dir, snapshot.seq, contents.head.seq).into());
    }
    Ok(contents)
}

/// A read-only connection, if there is a database that has tables.
pub(super) fn open_existing(dir: &Path) -> Result<Option<Db>, OpenError> {
    let file = files::database(dir);
    let length = match fs::metadata(&file) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(ReadError::io(&file, "read")(error).into()),
    };
    // SQLite uses a rollback journal only until the first start has set WAL mode: there is nothing
    // to read yet, and the writer rolls it back.
    let creating = files::rollback(dir).exists();
    if length > 0 && !creating {
        let db = Db::read_only_unchecked(dir)?;
        if db.is_empty()? {
            // A first start was ended before it had created the tables.
            return Ok(None);
        }
        db.check_format()?;
        return Ok(Some(db));
    }
    // SQLite would delete a log that it finds beside an empty database.
    let log = files::wal(dir);
    if fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
        let what = "the database is missing or empty, but its log is not";
        return Err(Damage::new(&file, Place::Whole, what).into());
    }
    Ok(None)
}

fn without_database(snapshot: Option<Snapshot>) -> Contents {
    let head = Head { seq: 0, chain: GENESIS, epoch: 0, desk_ms: 0 };
    Contents { head, epoch: 0, snapshot, loss: None, tail_rows: 0 }
}

fn with_database(db: &Db, snapshot: Option<Snapshot>) -> Result<Contents, OpenError> {
    let length = fs::metadata(&db.file).map_err(ReadError::io(&db.file, "read"))?.len();
    if length <= QUICK_CHECK_BYTES_MAX {
        check_pages(db, "PRAGMA quick_check(1)")?;
    }
    let head = db.head()?;
    let (mut after, _) = db.base()?;
    if let Some(snapshot) = &snapshot
        && snapshot.seq <= head.seq
    {
        check_snapshot(db, snapshot.seq, &snapshot.chain)?;
        after = snapshot.seq;
    }
    let mut tail_rows = 0;
    walk(db, after, |row| {
        tail_rows += 1;
        check_entries(db, &row)
    })?;
    let (epoch, loss) = (db.epoch()?, db.loss()?);
    Ok(Contents { head, epoch, snapshot, loss, tail_rows })
}

/// Runs SQLite's own check of its pages.
pub(super) fn check_pages(db: &Db, check: &str) -> Result<(), ReadError> {
    let answer: String = db.get(check, ())?;
    if answer == "ok" { Ok(()) } else { Err(db.damage(Place::Whole, answer).into()) }
}

/// Gives `each` every row after row `after`, with no gap but known holes, and every hash checked.
pub(super) fn walk(
    db: &Db,
    after: u64,
    mut each: impl FnMut(StoredRow) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut last = after;
    let holes = db.holes()?;
    db.each("WHERE r.seq > ?1 ORDER BY r.seq", [last.cast_signed()], |row| {
        let known = |hole: &Hole| hole.from == last + 1 && hole.to + 1 == row.seq;
        if row.seq != last + 1 && !holes.iter().any(known) {
            return Err(db.damage(Place::Row(last + 1), "it is missing").into());
        }
        last = row.seq;
        each(row)
    })
}

/// The index must name the row under each of its entries.
pub(super) fn check_entries(db: &Db, row: &StoredRow) -> Result<(), ReadError> {
    let sql = "SELECT count(*) FROM entries WHERE name = ?1 AND value = ?2 AND seq = ?3";
    for (column, value) in &row.index {
        let found: i64 = db.get(sql, (column, value, row.seq.cast_signed()))?;
        if found != 1 {
            let (column, value) = (column.clone(), value.clone());
            let place = Place::Entry { column, value, seq: row.seq };
            return Err(db.damage(place, "it is missing from the index").into());
        }
    }
    Ok(())
}

/// The row that a snapshot covers last must have the hash that the snapshot names.
pub(super) fn check_snapshot(db: &Db, seq: u64, chain: &Hash) -> Result<(), ReadError> {
    let what = match db.chain_at(seq)? {
        Some(found) if found == *chain => return Ok(()),
        Some(found) => format!("its hash is {found}, the snapshot up to it names {chain}"),
        None => "it is missing, and a snapshot goes up to it".to_owned(),
    };
    Err(db.damage(Place::Row(seq), what).into())
}

/// The error for a snapshot up to row `seq` of a database that ends at row `last`.
pub(super) fn ahead(dir: &Path, seq: u64, last: u64) -> Damage {
    let what = format!("it goes up to row {seq}, the database ends at row {last}");
    Damage::new(&snapshot::path(dir, seq), Place::Whole, what)
}

/// The database must reach the head mark, and hold the row that it names.
pub(super) fn check_mark(
    dir: &Path,
    mark: &Found,
    head: &Head,
    db: Option<&Db>,
) -> Result<(), OpenError> {
    let last = head.seq;
    let no_mark =
        |why: &str| Err(OpenError::NoMark { file: mark::path(dir), why: why.to_owned(), last });
    let mark = match mark {
        Found::Missing | Found::Unsound if last == 0 => return Ok(()),
        Found::Missing => return no_mark("there are rows, but the head mark is missing"),
        Found::Unsound => return no_mark("both slots of the head mark are damaged"),
        Found::Sound { mark, .. } => mark,
    };
    if mark.seq > last {
        let dir = dir.to_owned();
        return Err(OpenError::Gap { dir, last, from: last + 1, to: mark.seq });
    }
    let Some(db) = db else { return Ok(()) };
    match db.chain_at(mark.seq)? {
        Some(chain) if chain == mark.chain => Ok(()),
        found => {
            let found = found.map_or_else(|| "none".to_owned(), |chain| chain.to_string());
            let what = format!("its hash is {found}, the head mark names {}", mark.chain);
            Err(db.damage(Place::Row(mark.seq), what).into())
        }
    }
}

//! The whole check, for `deskd journal verify`: every row, every index entry, every snapshot.

use std::path::Path;

use super::db::Db;
use super::inspect::{
    ahead, check_entries, check_mark, check_pages, check_snapshot, open_existing, walk,
};
use super::wal::{TornTail, torn_tail};
use crate::error::{OpenError, Place, ReadError};
use crate::mark::{self, Found};
use crate::port::{AcceptedLoss, Head};
use crate::row::{Personal, StoredRow};
use crate::snapshot::Snapshots;

/// What a sound journal was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The first row held; 0 if there is none.
    pub first_seq: u64,
    /// The last row.
    pub head: Head,
    /// Rows checked.
    pub rows: u64,
    /// Rows whose personal part is erased.
    pub erased: u64,
    /// Index entries checked.
    pub entries: u64,
    /// The rows up to which there are snapshots, oldest first; all checked.
    pub snapshots: Vec<u64>,
    /// The row that the head mark names.
    pub mark_seq: u64,
    /// The slot of the head mark that is damaged; the next start writes it anew.
    pub damaged_slot: Option<usize>,
    /// The end of the log that the next start cuts. While a daemon runs it may be its commit of
    /// this moment.
    pub torn_tail: Option<TornTail>,
    /// A loss that was accepted and has no record yet.
    pub loss: Option<AcceptedLoss>,
}

/// Checks the whole journal in `dir`; reads only, and works while a daemon writes.
///
/// # Errors
/// [`OpenError`] for the first damage found, and for what would stop a start.
pub fn verify(dir: &Path) -> Result<VerifyReport, OpenError> {
    // A directory that is not there is no sound, empty journal.
    std::fs::read_dir(dir).map_err(ReadError::io(dir, "list"))?;
    // The mark first: a daemon writes it after the rows, so the rows read later reach it.
    let mark = mark::read(dir)?;
    let snapshots = Snapshots::of(dir);
    let mut report = VerifyReport {
        first_seq: 0,
        head: Head { seq: 0, chain: crate::row::GENESIS, epoch: 0, desk_ms: 0 },
        rows: 0,
        erased: 0,
        entries: 0,
        snapshots: Vec::new(),
        mark_seq: mark.mark().map_or(0, |mark| mark.seq),
        damaged_slot: match mark {
            Found::Sound { damaged, .. } => damaged,
            Found::Missing | Found::Unsound => None,
        },
        torn_tail: torn_tail(dir)?,
        loss: None,
    };
    // Before the database too: a snapshot covers committed rows only.
    let paths = snapshots.paths()?;
    let db = open_existing(dir)?;
    if let Some(db) = &db {
        // One view of the database throughout, whatever is committed meanwhile.
        let view = db.conn.unchecked_transaction().map_err(db.sql("read"))?;
        check_database(db, &mut report)?;
        check_mark(dir, &mark, &report.head, Some(db))?;
        check_snapshots(dir, paths, db, &mut report)?;
        drop(view);
    } else {
        check_mark(dir, &mark, &report.head, None)?;
        if let Some((seq, _)) = paths.last() {
            return Err(ahead(dir, *seq, 0).into());
        }
    }
    Ok(report)
}

fn check_database(db: &Db, report: &mut VerifyReport) -> Result<(), OpenError> {
    report.head = db.head()?;
    report.loss = db.loss()?;
    let (base, _) = db.base()?;
    walk(db, base, |row| {
        report.rows += 1;
        report.entries += row.index.len() as u64;
        report.erased += u64::from(row.personal == Personal::Erased);
        if report.first_seq == 0 {
            report.first_seq = row.seq;
        }
        check_entries(db, &row)
    })?;
    check_no_other_entries(db, report.entries)?;
    // Last, because the checks above name a better place.
    check_pages(db, "PRAGMA integrity_check(1)")?;
    Ok(())
}

/// Every row's entries are in the index; here, that the index holds no others.
fn check_no_other_entries(db: &Db, expected: u64) -> Result<(), ReadError> {
    let found: i64 = db.get("SELECT count(*) FROM entries", ())?;
    if found.cast_unsigned() == expected {
        return Ok(());
    }
    let read = || db.sql("read the index");
    let mut statement = db.conn.prepare("SELECT name, value, seq FROM entries").map_err(read())?;
    let mut entries = statement.query(()).map_err(read())?;
    while let Some(entry) = entries.next().map_err(read())? {
        let column: String = entry.get(0).map_err(read())?;
        let value: String = entry.get(1).map_err(read())?;
        let seq: i64 = entry.get(2).map_err(read())?;
        let mut carried = false;
        db.each("WHERE r.seq = ?1", [seq], |row: StoredRow| {
            carried = row.index.iter().any(|(c, v)| *c == column && *v == value);
            Ok(())
        })?;
        if !carried {
            let place = Place::Entry { column, value, seq: seq.cast_unsigned() };
            return Err(db.damage(place, "no such row carries it").into());
        }
    }
    let what = format!("the index counts {found} entries, the rows {expected}");
    Err(db.damage(Place::Whole, what).into())
}

fn check_snapshots(
    dir: &Path,
    paths: Vec<(u64, std::path::PathBuf)>,
    db: &Db,
    report: &mut VerifyReport,
) -> Result<(), OpenError> {
    let (base, _) = db.base()?;
    for (seq, path) in paths {
        let snapshot = match Snapshots::read(&path) {
            // Pruned by a running daemon since the list was made.
            Err(ReadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                continue;
            }
            other => other?,
        };
        if seq > report.head.seq {
            return Err(ahead(dir, seq, report.head.seq).into());
        }
        if seq >= base {
            check_snapshot(db, seq, &snapshot.chain)?;
        }
        report.snapshots.push(seq);
    }
    Ok(())
}

//! A copy of the journal, taken while a daemon writes it, and the way back from one.
//!
//! A backup is a journal: it can be verified and exported, and a daemon can start on it. It says of
//! itself that rows after its last one may be lost, so that the start on it is told so.

use std::path::Path;

use rusqlite::backup::{Backup as Copying, StepResult};

use super::db::Db;
use super::files;
use super::verify::{VerifyReport, verify};
use crate::error::{OpenError, ReadError};
use crate::mark::{self, Mark, MarkFile};
use crate::port::{AcceptedLoss, Head};
use crate::snapshot::Snapshots;

/// Pages that are copied between two reports of progress.
const PAGES: i32 = 4096;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its last row.
    pub head: Head,
    /// The row up to which it has a snapshot.
    pub snapshot: Option<u64>,
    /// Bytes of its database.
    pub bytes: u64,
}

/// Copies the journal in `dir` into `to`, a folder that is empty or not there, as it is at this
/// moment; a daemon may write on. `wall_ms` is the wall time in milliseconds. `progress` is told of
/// pages copied, and of how many there are.
///
/// # Errors
/// [`OpenError`]; what stands in `to` then is no backup.
pub fn backup(
    dir: &Path,
    to: &Path,
    wall_ms: i64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Backup, OpenError> {
    files::make_empty(to)?;
    // Read before the rows: the rows that are copied later reach it.
    let last = mark::read(dir)?.mark();
    copy_rows(dir, to, progress)?;
    let db = Db::writable(to)?;
    let head = db.head()?;
    say_loss(&db, &head, wall_ms)?;
    db.checkpoint()?;
    let snapshots = Snapshots::of(to);
    snapshots.prepare()?;
    let snapshot = Snapshots::of(dir).at_or_before(head.seq)?;
    if let Some(snapshot) = &snapshot {
        snapshots.write(snapshot)?;
    }
    let epoch = last.map_or(0, |mark| mark.epoch).max(db.epoch()?);
    let desk_ms = last.map_or(0, |mark| mark.desk_ms).max(head.desk_ms);
    drop(db);
    MarkFile::renew(to, 0, Mark { epoch, seq: head.seq, chain: head.chain, desk_ms })?;
    let file = files::database(to);
    let bytes = std::fs::metadata(&file).map_err(ReadError::io(&file, "read"))?.len();
    Ok(Backup { head, snapshot: snapshot.map(|snapshot| snapshot.seq), bytes })
}

/// Makes a journal of the backup in `from` in `to`, a folder that is empty or not there, after the
/// whole backup was found sound.
///
/// # Errors
/// [`OpenError`]; what stands in `to` then is no journal.
pub fn restore(from: &Path, to: &Path) -> Result<VerifyReport, OpenError> {
    let report = verify(from)?;
    if report.loss.is_none() {
        return Err(OpenError::NoBackup { dir: from.to_owned() });
    }
    files::make_empty(to)?;
    let all = [files::database(from), files::wal(from), mark::path(from)];
    for file in all.iter().filter(|file| file.exists()) {
        files::copy_into(to, file)?;
    }
    let snapshots = Snapshots::of(to);
    snapshots.prepare()?;
    for (_, path) in Snapshots::of(from).paths()? {
        snapshots.write(&Snapshots::read(&path)?)?;
    }
    files::sync_dir(to)?;
    verify(to)
}

/// Copies the database within one view of it, so that what is committed meanwhile is not half there.
fn copy_rows(dir: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), OpenError> {
    let from = Db::read_only(dir)?;
    let view = from.conn.unchecked_transaction().map_err(from.sql("read"))?;
    // What begins the view is the first read of it.
    from.head()?;
    let file = files::database(to);
    files::create_if_missing(&file)?;
    let sql = || ReadError::sql(&file, "copy the database");
    let mut copy = rusqlite::Connection::open(&file).map_err(sql())?;
    {
        let copying = Copying::new(&view, &mut copy).map_err(sql())?;
        while copying.step(PAGES).map_err(sql())? != StepResult::Done {
            let at = copying.progress();
            let pages = |n: std::ffi::c_int| u64::try_from(n).unwrap_or(0);
            progress(pages(at.pagecount - at.remaining), pages(at.pagecount));
        }
    }
    drop(copy);
    Ok(())
}

fn say_loss(db: &Db, head: &Head, wall_ms: i64) -> Result<(), OpenError> {
    let loss = AcceptedLoss { to: head.seq, known: head.seq, wall_ms };
    let json = serde_json::to_string(&loss)
        .map_err(|error| ReadError::io(&db.file, "encode a loss")(error.into()))?;
    let sql = "INSERT OR REPLACE INTO meta VALUES ('loss', ?1)";
    db.conn.execute(sql, [json]).map_err(db.sql("mark the backup"))?;
    Ok(())
}

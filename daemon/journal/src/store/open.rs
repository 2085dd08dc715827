//! A start: every check first, with nothing written; then the new epoch and the new mark.

use std::path::Path;

use super::db::Db;
use super::files::{self, Lock};
use super::inspect::inspect;
use super::reader::Readers;
use super::wal::{TornTail, torn_tail};
use super::writer::Writer;
use crate::error::OpenError;
use crate::mark::{self, Found, Mark, MarkFile};
use crate::port::Start;
use crate::snapshot::Snapshots;

/// The journal on disk.
#[derive(Debug)]
pub struct Store;

/// What a start is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The wall clock's second since 1970, which the new epoch reaches at least.
    pub wall_seconds: u64,
}

/// An open journal.
#[derive(Debug)]
pub struct Opened {
    /// The writing side; holds the journal's lock.
    pub writer: Writer,
    /// Opens readers.
    pub readers: Readers,
    /// Where snapshots are written.
    pub snapshots: Snapshots,
    /// From where to go on.
    pub start: Start,
    /// What the start met.
    pub report: OpenReport,
}

/// What a start met on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether the journal was created by this start.
    pub created: bool,
    /// The end of the log that was never committed whole, and was cut.
    pub recovered: Option<TornTail>,
    /// The slot of the head mark that was damaged, and was written anew.
    pub damaged_slot: Option<usize>,
    /// Rows after the last snapshot; their chain and index were checked.
    pub tail_rows: u64,
}

impl Store {
    /// Opens the journal in `dir`, and creates it where there is none.
    ///
    /// # Errors
    /// [`OpenError`]; but for the directory, the lock and leftovers of an interrupted snapshot,
    /// nothing was written then.
    pub fn open(dir: &Path, options: &Options) -> Result<Opened, OpenError> {
        files::make_dir(dir)?;
        let lock = Lock::take(dir)?;
        let snapshots = Snapshots::of(dir);
        snapshots.prepare()?;
        let found = mark::read(dir)?;
        let recovered = torn_tail(dir)?;
        let contents = inspect(dir, &found)?;

        let last = found.mark();
        let before = last.map_or(0, |mark| mark.epoch).max(contents.epoch).max(contents.head.epoch);
        let start = Start {
            epoch: options.wall_seconds.max(before + 1),
            head: contents.head,
            desk_ms: last.map_or(0, |mark| mark.desk_ms).max(contents.head.desk_ms),
            snapshot: contents.snapshot,
            loss: contents.loss,
        };
        let report = OpenReport {
            created: before == 0,
            recovered,
            damaged_slot: match found {
                Found::Sound { damaged, .. } => damaged,
                Found::Missing | Found::Unsound => None,
            },
            tail_rows: contents.tail_rows,
        };
        let writer = begin(dir, &found, &start, lock)?;
        report.log(dir, &start);
        Ok(Opened { writer, readers: Readers::of(dir), snapshots, start, report })
    }
}

/// Makes the new epoch durable, first in the database, then in the mark.
fn begin(dir: &Path, found: &Found, start: &Start, lock: Lock) -> Result<Writer, OpenError> {
    let db = Db::writable(dir)?;
    db.set_epoch(start.epoch)?;
    // Also what cuts a torn tail for good. A reader that is in the way costs nothing but that.
    db.checkpoint()?;
    let (epoch, head, desk_ms) = (start.epoch, start.head, start.desk_ms);
    let mark = Mark { epoch, seq: head.seq, chain: head.chain, desk_ms };
    let mark = MarkFile::renew(dir, found.generation(), mark)?;
    Ok(Writer::new(db, mark, epoch, lock))
}

impl OpenReport {
    fn log(&self, dir: &Path, start: &Start) {
        let dir = dir.display();
        if let Some(TornTail { file, offset, bytes }) = &self.recovered {
            let file = file.display();
            tracing::warn!(%file, offset, bytes, "cut a torn tail that was never acknowledged");
        }
        if let Some(slot) = self.damaged_slot {
            tracing::warn!(%dir, slot, "one slot of the head mark was damaged; written anew");
        }
        let (epoch, seq) = (start.epoch, start.head.seq);
        tracing::info!(%dir, epoch, seq, tail_rows = self.tail_rows, "journal open");
    }
}

//! The writing side on disk: one connection, one commit an append, then the head mark.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::db::Db;
use super::files::Lock;
use super::raw::{INSERT, insert_entries};
use super::{cut, scrub};
use crate::error::ReadError;
use crate::mark::{Mark, MarkFile};
use crate::memory::check_batch;
use crate::port::{AppendError, Committed, Head, Journal, Scrubbed};
use crate::row::{Chained, Hash, Row, SALT_BYTES, apart, canonical, personal_hash};

/// The one writer of a journal on disk; holds its lock.
#[derive(Debug)]
pub struct Writer {
    db: Db,
    mark: MarkFile,
    epoch: u64,
    poison: Option<String>,
    // Last, so that the lock goes after the connection.
    _lock: Lock,
}

/// What an append came to, short of an I/O error.
enum Outcome {
    Committed(Head),
    Fenced(AppendError),
}

impl Writer {
    #[cfg(test)]
    pub(super) fn db(&mut self) -> &mut Db {
        &mut self.db
    }

    pub(super) fn new(db: Db, mark: MarkFile, epoch: u64, lock: Lock) -> Self {
        Self { db, mark, epoch, poison: None, _lock: lock }
    }

    /// Runs `work` unless the writer is poisoned, and poisons it if that fails.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<T, AppendError> {
        if let Some(why) = &self.poison {
            return Err(AppendError::Unknown { why: why.clone() });
        }
        work(self).map_err(|error| self.poisoned(&error))
    }

    fn poisoned(&mut self, error: &ReadError) -> AppendError {
        let why = error.to_string();
        tracing::error!(error = %why, "the journal's writer stops: the outcome is unknown");
        // Closing would checkpoint. The next start shall find the log as it is.
        let keep = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(error) = self.db.conn.set_db_config(keep, true) {
            tracing::error!(%error, "cannot keep SQLite from a checkpoint when it closes");
        }
        self.poison = Some(why.clone());
        AppendError::Unknown { why }
    }

    fn commit(&mut self, first_seq: u64, epoch: u64, rows: &[Row]) -> Result<Outcome, ReadError> {
        let write = || ReadError::sql(&self.db.file, "append");
        let tx = begin(&self.db.conn).map_err(write())?;
        // Asked of the database each time: what fences is what is there, not what we remember.
        let (head_epoch, mut head) = (self.db.epoch()?, self.db.head()?);
        if epoch != head_epoch || epoch != self.epoch || first_seq != head.seq + 1 {
            let head_seq = head.seq;
            let fenced = AppendError::Fenced { epoch, first_seq, head_epoch, head_seq };
            return Ok(Outcome::Fenced(fenced));
        }
        for row in rows {
            let chain = insert(&tx, &head.chain, row, &salt()?).map_err(write())?;
            head = Head { seq: row.seq, chain, epoch, desk_ms: row.desk_ms };
        }
        tx.commit().map_err(write())?;
        Ok(Outcome::Committed(head))
    }

    fn write_mark(&mut self, mark: Mark) -> Result<(), ReadError> {
        let written = self.mark.write(mark);
        written.map_err(ReadError::io(&self.db.file.with_file_name("head"), "write"))
    }
}

impl Journal for Writer {
    fn append(
        &mut self,
        first_seq: u64,
        epoch: u64,
        rows: &[Row],
    ) -> Result<Committed, AppendError> {
        check_batch(first_seq, epoch, rows);
        let outcome = self.guarded(|this| {
            let outcome = this.commit(first_seq, epoch, rows)?;
            if let Outcome::Committed(Head { seq, chain, desk_ms, .. }) = &outcome {
                let desk_ms = this.mark.mark().desk_ms.max(*desk_ms);
                this.write_mark(Mark { epoch, seq: *seq, chain: *chain, desk_ms })?;
            }
            Ok(outcome)
        })?;
        match outcome {
            Outcome::Committed(head) => Ok(Committed { last_seq: head.seq, chain: head.chain }),
            Outcome::Fenced(fenced) => Err(fenced),
        }
    }

    fn mark(&mut self, desk_ms: u64) -> Result<(), AppendError> {
        self.guarded(|this| {
            let last = this.mark.mark();
            this.write_mark(Mark { desk_ms: last.desk_ms.max(desk_ms), ..last })
        })
    }

    fn erase(&mut self, seqs: &[u64]) -> Result<u64, AppendError> {
        self.guarded(|this| scrub::erase(&this.db.conn, seqs).map_err(this.db.sql("erase")))
    }

    /// A page's unused bytes may hold what stood there before; the log holds pages as they were.
    fn scrub(&mut self, after: u32) -> Result<Scrubbed, AppendError> {
        self.guarded(|this| {
            let last = scrub::pages(&this.db.conn, after).map_err(this.db.sql("scrub"))?;
            match last {
                Some(page) => Ok(Scrubbed::To(page)),
                None if this.db.checkpoint()? => Ok(Scrubbed::Whole),
                None => Ok(Scrubbed::LogHeld),
            }
        })
    }

    fn cut(&mut self, to: u64) -> Result<u64, AppendError> {
        self.guarded(|this| cut::cut(&this.db, to))
    }

    fn loss_recorded(&mut self) -> Result<(), AppendError> {
        self.guarded(|this| {
            let cleared = this.db.conn.execute("DELETE FROM meta WHERE key = 'loss'", ());
            cleared.map(drop).map_err(this.db.sql("clear an accepted loss"))
        })
    }
}

pub(super) fn begin(conn: &Connection) -> rusqlite::Result<rusqlite::Transaction<'_>> {
    rusqlite::Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
}

fn salt() -> Result<[u8; SALT_BYTES], ReadError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|error| {
        ReadError::io(std::path::Path::new("getrandom"), "draw a salt")(std::io::Error::other(
            error.to_string(),
        ))
    })?;
    Ok(salt)
}

/// Inserts `row` and its index entries; its place in the chain.
fn insert(
    conn: &Connection,
    prev: &Hash,
    row: &Row,
    salt: &[u8; SALT_BYTES],
) -> rusqlite::Result<Hash> {
    let index = canonical(&row.index);
    let (public, private) = apart(index.clone());
    let hash = row.personal.as_ref().map(|personal| personal_hash(salt, personal, &private));
    let chain = Chained::of(row, hash, &public).hash(prev);
    let entries = serde_json::to_string(&index)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let seq = row.seq.cast_signed();
    conn.prepare_cached(INSERT)?.execute((
        seq,
        row.shard,
        row.epoch.cast_signed(),
        row.desk_ms.cast_signed(),
        row.wall_ms,
        &row.kind,
        &row.clear,
        &row.personal,
        row.personal.as_ref().map(|_| salt),
        hash.map(|hash| hash.0),
        entries,
        chain.0,
    ))?;
    insert_entries(conn, seq, &index)?;
    Ok(chain)
}

//! The reading side on disk: a read-only connection of its own for each reader.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::db::Db;
use crate::error::{OpenError, Place, ReadError};
use crate::port::{Head, READ_ROWS_MAX, Read};
use crate::row::StoredRow;
use crate::snapshot::{Snapshot, Snapshots};

/// Opens readers of one journal; cheap to clone, holds nothing open.
#[derive(Clone, Debug)]
pub struct Readers {
    dir: PathBuf,
}

impl Readers {
    pub(super) fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// A reader with a connection of its own. It sees what was committed when a call begins.
    ///
    /// # Errors
    /// [`OpenError::Read`] or [`OpenError::Format`].
    pub fn open(&self) -> Result<Reader, OpenError> {
        Reader::open(&self.dir)
    }
}

/// Reads a journal on disk, whether or not a daemon writes it. May be sent to another thread, not
/// shared between two.
#[derive(Debug)]
pub struct Reader {
    db: Db,
    snapshots: Snapshots,
}

impl Reader {
    /// A reader of the journal in `dir`.
    ///
    /// # Errors
    /// As [`Readers::open`].
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Ok(Self { db: Db::read_only(dir)?, snapshots: Snapshots::of(dir) })
    }

    fn collect(
        &self,
        tail: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let mut rows = Vec::new();
        self.db.each(tail, params, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }
}

impl Read for Reader {
    fn head(&self) -> Result<Head, ReadError> {
        self.db.head()
    }

    fn row(&self, seq: u64) -> Result<Option<StoredRow>, ReadError> {
        Ok(self.collect("WHERE r.seq = ?1", [seq.cast_signed()])?.pop())
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        let tail = "WHERE r.seq >= ?1 ORDER BY r.seq LIMIT ?2";
        self.collect(tail, (number(from), capped(limit)))
    }

    fn by_index(
        &self,
        column: &str,
        value: &str,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let seqs = self.entries(column, value, after_seq, limit)?;
        let mut rows = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let row = self.row(seq)?;
            let carries =
                |row: &StoredRow| row.index.iter().any(|(c, v)| c == column && v == value);
            match row.filter(carries) {
                Some(row) => rows.push(row),
                None => {
                    let (column, value) = (column.to_owned(), value.to_owned());
                    let place = Place::Entry { column, value, seq };
                    return Err(self.db.damage(place, "no such row carries it").into());
                }
            }
        }
        Ok(rows)
    }

    fn by_time(
        &self,
        wall_ms: Range<i64>,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let (after_ms, after_seq) = after.unwrap_or((i64::MIN, 0));
        let tail = "WHERE r.wall_ms >= ?1 AND r.wall_ms < ?2 AND (r.wall_ms, r.seq) > (?3, ?4) \
                    ORDER BY r.wall_ms, r.seq LIMIT ?5";
        let first = wall_ms.start.max(after_ms);
        let params = (first, wall_ms.end, after_ms, number(after_seq), capped(limit));
        self.collect(tail, params)
    }

    fn bytes(&self) -> Result<u64, ReadError> {
        let sql = "SELECT (page_count - freelist_count) * page_size \
                   FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        self.db.get::<i64>(sql, ()).map(i64::cast_unsigned)
    }

    fn last_snapshot_at_or_before(&self, seq: u64) -> Result<Option<Snapshot>, ReadError> {
        self.snapshots.at_or_before(seq)
    }
}

impl Reader {
    /// The rows that the index names, in order.
    fn entries(
        &self,
        column: &str,
        value: &str,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<u64>, ReadError> {
        let read = || self.db.sql("read the index");
        let mut statement = self
            .db
            .conn
            .prepare_cached(
                "SELECT seq FROM entries WHERE name = ?1 AND value = ?2 AND seq > ?3 \
                 ORDER BY seq LIMIT ?4",
            )
            .map_err(read())?;
        let seqs = statement
            .query_map((column, value, number(after_seq), capped(limit)), |row| {
                row.get::<_, i64>(0).map(i64::cast_unsigned)
            })
            .map_err(read())?;
        seqs.collect::<Result<_, _>>().map_err(read())
    }
}

/// A row's number for SQLite, which knows none above 2^63 - 1.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn capped(limit: usize) -> i64 {
    i64::try_from(limit.min(READ_ROWS_MAX)).unwrap_or(i64::MAX)
}

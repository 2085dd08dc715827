//! The journal in memory, for tests of an engine in virtual time.
//!
//! A [`MemoryJournal`] plays the disk: it stays when an engine ends, and each
//! [`open`](MemoryJournal::open) is a start on it. It keeps the promises of the port and of the
//! reader that the store on disk keeps; one test holds both to them.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::ReadError;
use crate::port::{
    AppendError, BATCH_ROWS_MAX, CUT_ROWS, Committed, Head, Journal, READ_ROWS_MAX, Read, Scrubbed,
    Start,
};
use crate::row::{
    Chained, GENESIS, Hash, PERSONAL_COLUMN, Personal, Row, SALT_BYTES, StoredRow, apart,
    canonical, personal_hash,
};
use crate::snapshot::{Snapshot, kept};

/// What becomes of the rows of an append whose outcome the writer cannot know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The next start finds them.
    Kept,
    /// The next start does not find them.
    Lost,
}

/// A journal in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    disk: Arc<Mutex<Disk>>,
}

/// The writing side of a [`MemoryJournal`]; a later [`MemoryJournal::open`] fences it.
#[derive(Debug)]
pub struct MemoryWriter {
    disk: Arc<Mutex<Disk>>,
    epoch: u64,
    poison: Option<String>,
}

#[derive(Debug, Default)]
struct Disk {
    rows: Vec<StoredRow>,
    /// The last row that was cut off, and its hash.
    base: Option<(u64, Hash)>,
    snapshots: Vec<Snapshot>,
    epoch: u64,
    desk_ms: u64,
    fail_next: Option<Fate>,
    /// Writers opened before this epoch have crashed.
    crashed_below: u64,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A start: grows the epoch to at least `wall_seconds` and fences every writer before.
    #[must_use]
    pub fn open(&self, wall_seconds: u64) -> (MemoryWriter, Start) {
        let mut disk = self.lock();
        disk.epoch = wall_seconds.max(disk.epoch + 1);
        disk.fail_next = None;
        let head = disk.head();
        let start = Start {
            epoch: disk.epoch,
            head,
            desk_ms: disk.desk_ms,
            snapshot: disk.snapshots.last().cloned(),
            loss: None,
        };
        let writer = MemoryWriter { disk: Arc::clone(&self.disk), epoch: disk.epoch, poison: None };
        (writer, start)
    }

    /// Makes the next append answer [`AppendError::Unknown`], with this fate for its rows.
    pub fn fail_next_append(&self, fate: Fate) {
        self.lock().fail_next = Some(fate);
    }

    /// The process dies now: what was appended stays, what was not is gone, and the writer that
    /// is open answers [`AppendError::Unknown`] for ever. Go on with [`open`](Self::open).
    pub fn crash(&self) {
        let mut disk = self.lock();
        disk.crashed_below = disk.epoch + 1;
    }

    /// Keeps `snapshot`; one of the same row is replaced.
    pub fn write_snapshot(&self, snapshot: &Snapshot) {
        let snapshots = &mut self.lock().snapshots;
        snapshots.retain(|old| old.seq != snapshot.seq);
        snapshots.push(snapshot.clone());
        snapshots.sort_by_key(|snapshot| snapshot.seq);
    }

    /// As [`Snapshots::prune`](crate::Snapshots::prune).
    pub fn prune_snapshots(&self, now_ms: i64, keep_days: u32) {
        let snapshots = &mut self.lock().snapshots;
        let ages: Vec<_> = snapshots.iter().map(|old| (old.seq, old.wall_ms)).collect();
        let kept = kept(&ages, now_ms, keep_days);
        snapshots.retain(|old| kept.contains(&old.seq));
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
}

/// A test that panicked elsewhere must not hide behind a poisoned lock here.
fn lock(disk: &Mutex<Disk>) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    fn head(&self) -> Head {
        let (seq, chain) = self.base.unwrap_or((0, GENESIS));
        self.rows.last().map_or(Head { seq, chain, epoch: 0, desk_ms: 0 }, |row| Head {
            seq: row.seq,
            chain: row.chain,
            epoch: row.epoch,
            desk_ms: row.desk_ms,
        })
    }

    /// The rows from number `seq` on.
    fn from(&self, seq: u64) -> &[StoredRow] {
        let base = self.base.map_or(0, |(seq, _)| seq);
        let first = usize::try_from(seq.saturating_sub(base + 1)).unwrap_or(usize::MAX);
        self.rows.get(first..).unwrap_or_default()
    }

    fn push(&mut self, row: &Row) {
        // A salt that differs from row to row is all that the format asks for here.
        let mut salt = [0; SALT_BYTES];
        salt[..8].copy_from_slice(&row.seq.to_le_bytes());
        let index = canonical(&row.index);
        let (public, private) = apart(index.clone());
        let hash = row.personal.as_ref().map(|personal| personal_hash(&salt, personal, &private));
        let chain = Chained::of(row, hash, &public).hash(&self.head().chain);
        self.rows.push(StoredRow {
            seq: row.seq,
            shard: row.shard,
            epoch: row.epoch,
            desk_ms: row.desk_ms,
            wall_ms: row.wall_ms,
            kind: row.kind.clone(),
            clear: row.clear.clone(),
            personal: row.personal.clone().map_or(Personal::None, Personal::Kept),
            index,
            chain,
        });
    }
}

impl MemoryWriter {
    /// The disk, unless this writer is poisoned.
    fn alive(&mut self) -> Result<MutexGuard<'_, Disk>, AppendError> {
        let disk = lock(&self.disk);
        if self.poison.is_none() && self.epoch < disk.crashed_below {
            self.poison = Some("the process has crashed".to_owned());
        }
        match &self.poison {
            Some(why) => Err(AppendError::Unknown { why: why.clone() }),
            None => Ok(disk),
        }
    }
}

impl Journal for MemoryWriter {
    fn append(
        &mut self,
        first_seq: u64,
        epoch: u64,
        rows: &[Row],
    ) -> Result<Committed, AppendError> {
        check_batch(first_seq, epoch, rows);
        let mut disk = self.alive()?;
        let head = disk.head();
        if epoch != disk.epoch || first_seq != head.seq + 1 {
            let (head_epoch, head_seq) = (disk.epoch, head.seq);
            return Err(AppendError::Fenced { epoch, first_seq, head_epoch, head_seq });
        }
        let fate = disk.fail_next.take();
        if fate != Some(Fate::Lost) {
            rows.iter().for_each(|row| disk.push(row));
        }
        let head = disk.head();
        disk.desk_ms = disk.desk_ms.max(head.desk_ms);
        drop(disk);
        if fate.is_some() {
            let why = "a failure was asked for".to_owned();
            self.poison = Some(why.clone());
            return Err(AppendError::Unknown { why });
        }
        Ok(Committed { last_seq: head.seq, chain: head.chain })
    }

    fn mark(&mut self, desk_ms: u64) -> Result<(), AppendError> {
        let mut disk = self.alive()?;
        disk.desk_ms = disk.desk_ms.max(desk_ms);
        Ok(())
    }

    fn erase(&mut self, seqs: &[u64]) -> Result<u64, AppendError> {
        let mut disk = self.alive()?;
        let kept = disk.rows.iter_mut().filter(|row| seqs.contains(&row.seq));
        let mut erased = 0;
        for row in kept.filter(|row| matches!(row.personal, Personal::Kept(_))) {
            row.personal = Personal::Erased;
            row.index = apart(std::mem::take(&mut row.index)).0;
            erased += 1;
        }
        Ok(erased)
    }

    fn scrub(&mut self, _after: u32) -> Result<Scrubbed, AppendError> {
        self.alive().map(|_| Scrubbed::Whole)
    }

    fn cut(&mut self, to: u64) -> Result<u64, AppendError> {
        let mut disk = self.alive()?;
        let last = to.min(disk.head().seq.saturating_sub(1));
        let cut = disk.rows.iter().take_while(|row| row.seq <= last).take(CUT_ROWS as usize);
        let cut = cut.count();
        let last = disk.rows.drain(..cut).next_back();
        disk.base = last.map(|row| (row.seq, row.chain)).or(disk.base);
        Ok(cut as u64)
    }

    /// In memory nothing is ever accepted as lost.
    fn loss_recorded(&mut self) -> Result<(), AppendError> {
        self.alive().map(drop)
    }
}

/// What the port's callers must hold; see [`Journal::append`].
pub(crate) fn check_batch(first_seq: u64, epoch: u64, rows: &[Row]) {
    assert!(rows.len() <= BATCH_ROWS_MAX, "a batch has at most {BATCH_ROWS_MAX} rows");
    for (row, seq) in rows.iter().zip(first_seq..) {
        assert_eq!((row.seq, row.epoch), (seq, epoch), "rows carry the batch's numbers");
        let about = row.index.iter().any(|(column, _)| column.starts_with(PERSONAL_COLUMN));
        assert!(row.personal.is_some() || !about, "what is erased has a part to be erased with");
    }
}

impl Read for MemoryJournal {
    fn head(&self) -> Result<Head, ReadError> {
        Ok(self.lock().head())
    }

    fn row(&self, seq: u64) -> Result<Option<StoredRow>, ReadError> {
        Ok(self.lock().from(seq).first().filter(|row| row.seq == seq).cloned())
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        let limit = limit.min(READ_ROWS_MAX);
        Ok(self.lock().from(from).iter().take(limit).cloned().collect())
    }

    fn by_index(
        &self,
        column: &str,
        value: &str,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let limit = limit.min(READ_ROWS_MAX);
        let disk = self.lock();
        let carries = |row: &&StoredRow| row.index.iter().any(|(c, v)| c == column && v == value);
        let later = disk.from(after_seq.saturating_add(1));
        Ok(later.iter().filter(carries).take(limit).cloned().collect())
    }

    fn by_time(
        &self,
        wall_ms: Range<i64>,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let disk = self.lock();
        let at = |row: &StoredRow| (row.wall_ms, row.seq);
        let within = disk.rows.iter().filter(|row| wall_ms.contains(&row.wall_ms));
        let mut rows: Vec<_> = within.filter(|row| after.is_none_or(|a| at(row) > a)).collect();
        rows.sort_by_key(|row| at(row));
        Ok(rows.into_iter().take(limit.min(READ_ROWS_MAX)).cloned().collect())
    }

    fn bytes(&self) -> Result<u64, ReadError> {
        let of = |row: &StoredRow| row.clear.len() as u64;
        Ok(self.lock().rows.iter().map(of).sum())
    }

    fn last_snapshot_at_or_before(&self, seq: u64) -> Result<Option<Snapshot>, ReadError> {
        let disk = self.lock();
        Ok(disk.snapshots.iter().rev().find(|snapshot| snapshot.seq <= seq).cloned())
    }
}

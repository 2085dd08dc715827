//! The port: what the engine asks of a journal, whoever keeps it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::ReadError;
use crate::row::{Hash, Row, StoredRow};
use crate::snapshot::Snapshot;

/// Rows in one append at most: one group commit.
pub const BATCH_ROWS_MAX: usize = 512;

/// Rows that one call of [`Journal::cut`] removes at most.
pub const CUT_ROWS: u32 = 512;

/// Rows in one answer of a reader at most, whatever limit was asked for.
pub const READ_ROWS_MAX: usize = 4096;

/// The writing side. There is one writer, and one append in flight.
pub trait Journal {
    /// Appends `rows` as one commit; durable when it returns. An empty batch changes nothing and
    /// answers the head.
    ///
    /// # Errors
    /// [`AppendError::Fenced`] if `epoch` is not the journal's or `first_seq` is not its next:
    /// nothing was written. [`AppendError::Unknown`] on any I/O error, and on every call after
    /// it: whether the rows are kept shows at the next start.
    ///
    /// # Panics
    /// If there are more than [`BATCH_ROWS_MAX`] rows, or if the rows do not carry the numbers
    /// from `first_seq` on and `epoch`.
    fn append(
        &mut self,
        first_seq: u64,
        epoch: u64,
        rows: &[Row],
    ) -> Result<Committed, AppendError>;

    /// Renews the head mark with the desk time, in milliseconds; to be called every second.
    ///
    /// # Errors
    /// [`AppendError::Unknown`], as [`append`](Self::append); the writer is poisoned after it.
    fn mark(&mut self, desk_ms: u64) -> Result<(), AppendError>;

    /// Erases the personal part, and its salt, of each row in `seqs`; rows without one, and
    /// numbers that the journal does not hold, are passed over. Answers how many were erased.
    /// Copies can be left where nothing reads them until [`scrub`](Self::scrub) has come to its end.
    ///
    /// # Errors
    /// [`AppendError::Unknown`], as [`append`](Self::append); the writer is poisoned after it.
    fn erase(&mut self, seqs: &[u64]) -> Result<u64, AppendError>;

    /// Overwrites what no row needs any more, a bounded part of it a call: call it with 0, then with
    /// each answer's number, until it is [`Scrubbed::Whole`].
    ///
    /// # Errors
    /// [`AppendError::Unknown`], as [`append`](Self::append); the writer is poisoned after it.
    fn scrub(&mut self, after: u32) -> Result<Scrubbed, AppendError>;

    /// Removes the oldest rows up to row `to`, at most [`CUT_ROWS`] a call and never the last row;
    /// answers how many, 0 once there is none left. The chain goes on from the last one removed.
    /// There must be a snapshot of a later row, or of `to` itself.
    ///
    /// # Errors
    /// [`AppendError::Unknown`], as [`append`](Self::append); the writer is poisoned after it.
    fn cut(&mut self, to: u64) -> Result<u64, AppendError>;

    /// Forgets the loss that the start was told of ([`Start::loss`]); to be called once the caller's
    /// record of it is durable.
    ///
    /// # Errors
    /// [`AppendError::Unknown`], as [`append`](Self::append); the writer is poisoned after it.
    fn loss_recorded(&mut self) -> Result<(), AppendError>;
}

/// The reading side. What is read is checked against the chain: a damaged row is an error, never
/// a wrong or missing row.
///
/// Limits above [`READ_ROWS_MAX`] are lowered to it.
pub trait Read {
    /// The last row's number, hash and times; all zero while there is no row.
    ///
    /// # Errors
    /// [`ReadError`]; so have the other methods.
    fn head(&self) -> Result<Head, ReadError>;

    /// The row with this number, if the journal holds it.
    ///
    /// # Errors
    /// [`ReadError`].
    fn row(&self, seq: u64) -> Result<Option<StoredRow>, ReadError>;

    /// Rows from `from` on, in order.
    ///
    /// # Errors
    /// [`ReadError`].
    fn rows(&self, from: u64, limit: usize) -> Result<Vec<StoredRow>, ReadError>;

    /// Rows that carry the index entry `(column, value)` and come after row `after_seq`, in order.
    ///
    /// # Errors
    /// [`ReadError`].
    fn by_index(
        &self,
        column: &str,
        value: &str,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError>;

    /// Rows whose wall time, in milliseconds, lies in `wall_ms`; ordered by wall time, then
    /// number. To go on, give the last row's `(wall_ms, seq)` as `after`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn by_time(
        &self,
        wall_ms: Range<i64>,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError>;

    /// How much room the rows take, in bytes; what was cut off does not count.
    ///
    /// # Errors
    /// [`ReadError`].
    fn bytes(&self) -> Result<u64, ReadError>;

    /// The last snapshot that covers no row after `seq`.
    ///
    /// # Errors
    /// [`ReadError`]; that snapshot's damage is one, not a reason to go to the one before.
    fn last_snapshot_at_or_before(&self, seq: u64) -> Result<Option<Snapshot>, ReadError>;
}

/// How far a scrub has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrubbed {
    /// Up to this page; there are more.
    To(u32),
    /// All of the database; a reader holds on to the log just now, which still holds old pages.
    LogHeld,
    /// Everything.
    Whole,
}

/// What an append achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The last row that is durable now.
    pub last_seq: u64,
    /// The chain's hash up to and with it.
    pub chain: Hash,
}

/// Why an append achieved nothing that may be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Someone else writes this journal now, or the caller has lost count. Nothing was written.
    #[error(
        "append of row {first_seq} in epoch {epoch} is fenced: \
         the journal is at row {head_seq} in epoch {head_epoch}"
    )]
    Fenced {
        /// The epoch that the append named.
        epoch: u64,
        /// The first row that it named.
        first_seq: u64,
        /// The journal's epoch.
        head_epoch: u64,
        /// The journal's last row.
        head_seq: u64,
    },
    /// An I/O error. The rows may or may not be kept; nothing may be acknowledged any more.
    #[error("the outcome of an append is unknown: {why}")]
    Unknown {
        /// The first error that this writer met.
        why: String,
    },
}

/// The end of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last row; 0 if there is none.
    pub seq: u64,
    /// The chain's hash up to and with it.
    pub chain: Hash,
    /// The epoch in which it was written; 0 if there is none.
    pub epoch: u64,
    /// Its desk time in milliseconds; 0 if there is none.
    pub desk_ms: u64,
}

/// From where an engine goes on after a journal was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The epoch of this start; larger than any before it.
    pub epoch: u64,
    /// The last row.
    pub head: Head,
    /// The desk time, in milliseconds, to go on from: the later of head mark and last row.
    pub desk_ms: u64,
    /// The last snapshot; the rows after it are to be applied to it.
    pub snapshot: Option<Snapshot>,
    /// Set from [`accept_loss`](crate::accept_loss) on until the caller has written its record of
    /// it and calls [`Journal::loss_recorded`].
    pub loss: Option<AcceptedLoss>,
}

/// A loss that an operator accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedLoss {
    /// The last row that was kept.
    pub to: u64,
    /// The last row that is known to have existed, by the head mark or the database.
    pub known: u64,
    /// When it was accepted: wall time in milliseconds.
    pub wall_ms: i64,
}

/// Rows that are lost for good, before others that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// The first lost row.
    pub from: u64,
    /// The last lost row.
    pub to: u64,
    /// The chain's hash up to and with the last lost row.
    chain: [u8; 32],
}

impl Hole {
    pub(crate) fn new(from: u64, to: u64, chain: Hash) -> Self {
        Self { from, to, chain: chain.0 }
    }

    /// The chain's hash up to and with the last lost row, from which the next one goes on.
    #[must_use]
    pub fn chain(&self) -> Hash {
        Hash(self.chain)
    }
}

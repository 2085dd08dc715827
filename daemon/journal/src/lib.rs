//! deskd's journal: the one durable truth, as an append-only, hash-chained list of rows.
//!
//! What lives here: the port that the engine appends through ([`Journal`]), the reading side
//! ([`Read`]), a store on disk for both ([`Store`]: SQLite, head mark, snapshots), one in memory
//! for tests in virtual time ([`MemoryJournal`]), and what must work without a daemon: [`verify`],
//! [`export`], [`accept_loss`].
//!
//! What must not live here: any knowledge of what a row means. This crate sees bytes, a kind and
//! index columns; it never decodes an event, reads no clock and depends on none of our crates.
//!
//! The promises:
//! - A row is durable when `append` returns. A failed append is *unknown*, not undone: the writer
//!   answers [`AppendError::Unknown`] from then on, and the next start reads what happened.
//! - An append names the epoch and the first sequence number and is refused on any other.
//! - Rows are chained by SHA-256. The personal part stands in the chain as a salted hash only, so
//!   that erasing it (and its salt) touches no other row.
//! - The head mark beside the database names the last row that may have been acknowledged. A
//!   start that finds the database behind it stops and names the gap; so what is cut as a torn
//!   tail was never acknowledged.
//! - Damage is never skipped or replaced: it is an error that names the file, the place and the
//!   way on ([`Damage`]).
//!
//! A journal is a directory of mode 0700 with files of mode 0600:
//!
//! ```text
//! journal.db  journal.db-wal  journal.db-shm   SQLite, WAL mode; see `store/schema.sql`
//! head                                         the head mark, two slots of one sector each
//! lock                                         held by the one process that may write
//! snapshots/<seq>.snap                         states written by the caller
//! set-aside-<seconds>/                         what `accept_loss` cut, kept as it was
//! ```

mod error;
pub mod foreign;
mod mark;
mod memory;
mod port;
mod row;
mod snapshot;
mod space;
mod store;

pub use error::{Damage, LossError, OpenError, Place, ReadError};
pub use memory::{Fate, MemoryJournal, MemoryWriter};
pub use port::{
    AcceptedLoss, AppendError, BATCH_ROWS_MAX, CUT_ROWS, Committed, Head, Hole, Journal,
    READ_ROWS_MAX, Read, Scrubbed, Start,
};
pub use row::{Hash, PERSONAL_COLUMN, Personal, Row, StoredRow};
pub use snapshot::{SNAPSHOTS_KEPT, Snapshot, SnapshotInfo, Snapshots};
pub use space::free_bytes;
pub use store::{
    Backup, ExportError, FORMAT, OpenReport, Opened, Options, Reader, Readers, RecoverError,
    Recovered, SALVAGED, Store, TOUCHED_MAX, TornTail, VerifyReport, Writer, accept_loss, backup,
    export, recover, restore, verify,
};

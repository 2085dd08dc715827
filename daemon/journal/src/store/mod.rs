//! The journal on disk: one directory, written by one process, read by any.
//!
//! `open` is the way in and makes every check of a start; `writer` and `reader` are the two sides
//! of the port; `verify`, `export` and `loss` work without a daemon. `db` and `raw` alone read the tables,
//! `wal` alone the layout of SQLite's log, `files` the lock and the modes.

mod backup;
mod cut;
mod db;
mod export;
mod files;
mod inspect;
mod loss;
mod open;
mod raw;
mod reader;
mod recover;
mod scrub;
#[cfg(test)]
mod tests;
mod verify;
mod wal;
mod writer;

pub use backup::{Backup, backup, restore};
pub use db::FORMAT;
pub use export::{ExportError, export};
pub(crate) use files::make_dir;
pub use loss::accept_loss;
pub use open::{OpenReport, Opened, Options, Store};
pub use reader::{Reader, Readers};
pub use recover::{RecoverError, Recovered, SALVAGED, TOUCHED_MAX, recover};
pub use verify::{VerifyReport, verify};
pub use wal::TornTail;
pub use writer::Writer;

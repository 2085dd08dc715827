//! What reads the files beside the database, for tests that throw anything at it.

use crate::Snapshot;

/// A head mark.
///
/// # Panics
/// Where one that was taken is written otherwise than it is read.
pub fn head_mark(bytes: &[u8]) {
    crate::mark::read_any(bytes);
}

/// A snapshot's file, its checksums put right: what is in it.
#[must_use]
pub fn snapshot(bytes: &[u8]) -> Option<Snapshot> {
    crate::snapshot::read_any(bytes)
}

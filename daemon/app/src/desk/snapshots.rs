//! Snapshots never pause the engine: now and then a thread runs the start-up path over what is
//! committed, writes what comes of it, and is gone.

use super::readers::{Readers, Unread};
use crate::config::Journal;
use crate::engine::{ReplayError, replay, to_snapshot};
use desk_journal::{Committed, ReadError, Snapshots};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The snapshots, with the one right to write them.
#[derive(Clone)]
pub(super) struct Kept {
    snapshots: Snapshots,
    writing: Arc<Mutex<()>>,
}

impl Kept {
    pub(super) fn new(snapshots: Snapshots) -> Self {
        Self { snapshots, writing: Arc::default() }
    }

    /// Does something to them while nobody else does; waits for a snapshot that is being made.
    pub(super) fn hold<T>(&self, with: impl FnOnce(&Snapshots) -> T) -> T {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        with(&self.snapshots)
    }
}

/// Makes snapshots.
pub(super) struct Maker {
    kept: Kept,
    readers: Readers,
    config: Journal,
    since: u64,
    busy: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Unread(#[from] Unread),
    #[error(transparent)]
    Read(Box<ReadError>),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("record {0} is not in the journal")]
    Missing(u64),
}

impl From<ReadError> for Failed {
    fn from(error: ReadError) -> Self {
        Self::Read(Box::new(error))
    }
}

impl Maker {
    pub(super) fn new(kept: Kept, readers: Readers, config: Journal) -> Self {
        let since = kept.snapshots.latest().ok().flatten().map_or(0, |snapshot| snapshot.seq);
        Self { kept, readers, config, since, busy: Arc::default() }
    }

    /// Told of every commit; makes a snapshot when enough records came since the last.
    pub(super) fn committed(&mut self, committed: &Committed, wall_ms: i64) {
        let enough = committed.last_seq - self.since >= u64::from(self.config.snapshot_every);
        if !enough || self.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        self.since = committed.last_seq;
        let (kept, readers) = (self.kept.clone(), self.readers.clone());
        let (busy, keep_days, seq) = (Arc::clone(&self.busy), self.config.keep_days, self.since);
        let make = move || {
            match kept.hold(|snapshots| make(snapshots, &readers, seq, wall_ms, keep_days)) {
                Ok(()) => tracing::info!(seq, "snapshot written"),
                Err(error) => tracing::error!(%error, seq, "no snapshot could be made"),
            }
            busy.store(false, Ordering::Release);
        };
        if let Err(error) = std::thread::Builder::new().name("snapshot".into()).spawn(make) {
            tracing::error!(%error, "no thread for a snapshot");
            self.busy.store(false, Ordering::Release);
        }
    }
}

fn make(
    snapshots: &Snapshots,
    readers: &Readers,
    seq: u64,
    wall_ms: i64,
    keep_days: u32,
) -> Result<(), Failed> {
    let (state, chain) = readers.read_now(|journal| -> Result<_, Failed> {
        let last = journal.last_snapshot_at_or_before(seq)?;
        let state = replay(journal, last.as_ref(), seq)?.state;
        let row = journal.row(seq)?.ok_or(Failed::Missing(seq))?;
        Ok((state, row.chain))
    })?;
    snapshots.write(&to_snapshot(&state, chain, wall_ms))?;
    snapshots.prune(wall_ms, keep_days)?;
    Ok(())
}

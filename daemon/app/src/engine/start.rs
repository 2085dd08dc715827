//! The start-up path: the last snapshot, then the records since. It runs no script and decides
//! nothing; snapshots are made by the very same path.

use crate::codec::{Undecodable, decode};
use desk_core::{Record, State, apply_record};
use desk_journal::{READ_ROWS_MAX, Read, ReadError, Snapshot, StoredRow};
use std::collections::VecDeque;

/// A State as the journal tells it.
#[derive(Debug)]
pub struct Replay {
    /// It.
    pub state: State,
    /// How many records were applied after the snapshot.
    pub records: u64,
}

/// Why the journal's State cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A row is no record.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// What came before is cut off or lost, and no snapshot carries the State over it.
    #[error("record {0} is not in the journal, and no snapshot leads beyond it")]
    Missing(u64),
    /// A snapshot is no State.
    #[error(
        "the snapshot of record {seq} cannot be read as a state: {why}; move it out of the \
         snapshots folder and start, which goes on from the one before"
    )]
    Snapshot {
        /// Its record.
        seq: u64,
        /// What is wrong.
        why: String,
    },
}

/// Applies the records from the snapshot up to `to` (all of them: `u64::MAX`).
///
/// # Errors
/// What cannot be read, and where it is.
pub fn replay(
    journal: &(impl Read + ?Sized),
    snapshot: Option<&Snapshot>,
    to: u64,
) -> Result<Replay, ReplayError> {
    let mut walk = Walk::over(snapshot)?;
    let mut records = 0;
    while walk.state.seq < to
        && let Some(record) = walk.next(journal)?
    {
        walk.apply(&record);
        records += 1;
    }
    Ok(Replay { state: walk.state, records })
}

/// State on its way through the records, one at a time.
#[derive(Debug)]
pub struct Walk {
    state: State,
    rows: VecDeque<StoredRow>,
}

impl Walk {
    fn over(snapshot: Option<&Snapshot>) -> Result<Self, ReplayError> {
        let state = match snapshot {
            Some(snapshot) => from_snapshot(snapshot)?,
            None => State::new(0),
        };
        Ok(Self { state, rows: VecDeque::new() })
    }

    /// From the last snapshot that covers no record after `seq`; none: from the first record on.
    ///
    /// # Errors
    /// What cannot be read, and where it is.
    pub fn from(journal: &(impl Read + ?Sized), seq: u64) -> Result<Self, ReplayError> {
        Self::over(journal.last_snapshot_at_or_before(seq)?.as_ref())
    }

    /// State as it stands after the record applied last.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The record that comes next, not applied yet; `None` at the journal's end.
    ///
    /// # Errors
    /// What cannot be read, and where it is.
    pub fn next(&mut self, journal: &(impl Read + ?Sized)) -> Result<Option<Record>, ReplayError> {
        if self.rows.is_empty() {
            self.rows = journal.rows(self.state.seq + 1, READ_ROWS_MAX)?.into();
        }
        let Some(row) = self.rows.pop_front() else { return Ok(None) };
        if row.seq != self.state.seq + 1 {
            return Err(ReplayError::Missing(self.state.seq + 1));
        }
        Ok(Some(decode(&row)?))
    }

    /// Applies the record that came next.
    pub fn apply(&mut self, record: &Record) {
        apply_record(&mut self.state, record);
    }

    /// State as it stood before this record.
    ///
    /// # Errors
    /// What cannot be read, and where it is.
    pub fn before(
        &mut self,
        journal: &(impl Read + ?Sized),
        seq: u64,
    ) -> Result<&State, ReplayError> {
        while self.state.seq + 1 < seq
            && let Some(record) = self.next(journal)?
        {
            self.apply(&record);
        }
        Ok(&self.state)
    }
}

/// The State of a snapshot.
///
/// # Errors
/// [`ReplayError::Snapshot`].
pub fn from_snapshot(snapshot: &Snapshot) -> Result<State, ReplayError> {
    let seq = snapshot.seq;
    let wrong = |why: String| ReplayError::Snapshot { seq, why };
    let mut state: State =
        serde_json::from_slice(&snapshot.body).map_err(|error| wrong(error.to_string()))?;
    state.rebuild();
    let digest = digest_bytes(&state);
    if digest != snapshot.digest || state.seq != snapshot.seq {
        return Err(wrong("its digest is not that of the state in it".into()));
    }
    Ok(state)
}

/// A State as a snapshot. `chain` is the journal's up to the State's last record.
///
/// # Panics
/// Never: every State can be written as JSON.
#[must_use]
pub fn to_snapshot(state: &State, chain: desk_journal::Hash, wall_ms: i64) -> Snapshot {
    let body = serde_json::to_vec(state).expect("a State can be written as JSON");
    Snapshot { seq: state.seq, chain, digest: digest_bytes(state), wall_ms, body }
}

fn digest_bytes(state: &State) -> [u8; 32] {
    let hex = state.digest();
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_str().as_bytes().chunks(2)) {
        let digit = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    bytes
}

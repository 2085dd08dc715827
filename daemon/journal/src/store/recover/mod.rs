//! What can be had of a damaged journal, as a new one: for `deskd journal recover`.
//!
//! `survey` reads the damaged one row by row and tells which are sound; `write` makes the new one.
//! Rows up to the last one that a State can be led to are kept in their places, with the holes
//! between them; what is sound after that is of no use to a start and goes into a file.

mod survey;
mod write;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use self::survey::Survey;
use super::files::{self, Lock};
use crate::error::{OpenError, ReadError};
use crate::mark;
use crate::port::{AcceptedLoss, Hole};

/// At most so many index entries of lost rows are told.
pub const TOUCHED_MAX: usize = 100_000;

/// The file beside the new journal with the sound rows that could not be kept, as an export has them.
pub const SALVAGED: &str = "salvaged.jsonl";

/// What a recovery came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The last row of the new journal.
    pub to: u64,
    /// The last row that is known to have existed.
    pub known: u64,
    /// Rows kept.
    pub rows: u64,
    /// Lost rows between those that are kept.
    pub holes: Vec<Hole>,
    /// Rows whose personal part was damaged: kept, with that part erased.
    pub personal_lost: Vec<u64>,
    /// Sound rows after row `to`, in the file [`SALVAGED`].
    pub salvaged: u64,
    /// Damaged snapshots, which were left behind.
    pub snapshots_lost: Vec<PathBuf>,
    /// Index entries of rows that are not in the new journal, as far as they can be read.
    pub touched: BTreeSet<(String, String)>,
    /// Whether there are more of them than [`TOUCHED_MAX`].
    pub touched_more: bool,
    /// The loss that the next start is told of; none if every row is there.
    pub loss: Option<AcceptedLoss>,
}

/// Why nothing was recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// There is neither a database nor a snapshot nor a mark.
    #[error("{}: there is no journal here", .0.display())]
    NoJournal(PathBuf),
    /// Something could not be read or written.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<ReadError> for RecoverError {
    fn from(error: ReadError) -> Self {
        Self::Open(error.into())
    }
}

/// Makes a new journal in `to`, a folder that is empty or not there, of what is sound in the one in
/// `dir`, which is only read. `wall_ms` is the wall time in milliseconds. `progress` is told of each
/// row that was looked at, and of how many there are.
///
/// # Errors
/// [`RecoverError`]; what stands in `to` then is of no use.
pub fn recover(
    dir: &Path,
    to: &Path,
    wall_ms: i64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Recovered, RecoverError> {
    fs::read_dir(dir).map_err(ReadError::io(dir, "list"))?;
    Lock::not_held(dir)?;
    files::make_empty(to)?;
    // SQLite writes beside what it reads: it reads a copy.
    let copy = to.join("damaged");
    files::make_dir(&copy)?;
    for file in [files::database(dir), files::wal(dir)] {
        if file.exists() {
            files::copy_into(&copy, &file)?;
        }
    }
    let survey = Survey::of(dir, &copy, &mark::read(dir)?, progress)?;
    if survey.is_empty() {
        return Err(RecoverError::NoJournal(dir.to_owned()));
    }
    let recovered = write::write(&survey, to, wall_ms)?;
    drop(survey);
    fs::remove_dir_all(&copy).map_err(ReadError::io(&copy, "remove"))?;
    super::verify(to)?;
    tracing::warn!(from = %dir.display(), to = %to.display(), "a journal was recovered");
    Ok(recovered)
}

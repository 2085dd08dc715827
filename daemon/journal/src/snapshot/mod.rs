//! Snapshots: states that the caller wrote, each covering the rows up to one number.
//!
//! What a state is, is the caller's; here it is bytes with a digest. A snapshot carries the
//! chain's hash, from which the chain can be checked on.

mod file;
mod prune;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Damage, Place, ReadError};
use crate::row::Hash;

pub(crate) use file::read_any;
pub(crate) use prune::kept;

/// So many of the newest snapshots are kept, whatever their age.
pub const SNAPSHOTS_KEPT: usize = 2;

/// What to do about a damaged snapshot.
const REMEDY: &str = "the journal itself is not touched by this: `deskd journal verify` tells \
                      whether it is sound; then move this file out of the directory and start, \
                      which goes on from the snapshot before it";

/// A state as of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last row that it covers.
    pub seq: u64,
    /// The chain's hash up to and with that row.
    pub chain: Hash,
    /// The caller's digest of the state.
    pub digest: [u8; 32],
    /// When it was made: wall time in milliseconds.
    pub wall_ms: i64,
    /// The state in the caller's own encoding.
    pub body: Vec<u8>,
}

/// A snapshot without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// See [`Snapshot::seq`].
    pub seq: u64,
    /// See [`Snapshot::chain`].
    pub chain: Hash,
    /// See [`Snapshot::digest`].
    pub digest: [u8; 32],
    /// See [`Snapshot::wall_ms`].
    pub wall_ms: i64,
    /// Bytes of the body.
    pub bytes: u64,
    /// The file.
    pub path: PathBuf,
}

/// The snapshots of a journal on disk. Needs no connection and holds nothing open; one thread at
/// a time may write or prune.
#[derive(Clone, Debug)]
pub struct Snapshots {
    dir: PathBuf,
}

impl Snapshots {
    /// The snapshots of the journal in `journal_dir`; nothing is opened or created yet.
    pub(crate) fn of(journal_dir: &Path) -> Self {
        Self { dir: journal_dir.join("snapshots") }
    }

    /// Creates the directory and removes what an interrupted write left behind.
    pub(crate) fn prepare(&self) -> Result<(), ReadError> {
        crate::store::make_dir(&self.dir)?;
        for path in self.files(file::TEMPORARY)? {
            fs::remove_file(&path).map_err(ReadError::io(&path, "remove"))?;
        }
        Ok(())
    }

    /// Writes `snapshot`; durable when it returns. One of the same row is replaced.
    ///
    /// # Errors
    /// [`ReadError::Io`]; an older snapshot is never harmed by it.
    pub fn write(&self, snapshot: &Snapshot) -> Result<SnapshotInfo, ReadError> {
        file::write(&self.dir, snapshot)
    }

    /// The newest snapshot.
    ///
    /// # Errors
    /// [`ReadError`]; its damage is one, not a reason to go to the one before.
    pub fn latest(&self) -> Result<Option<Snapshot>, ReadError> {
        self.at_or_before(u64::MAX)
    }

    /// The newest snapshot that covers no row after `seq`.
    ///
    /// # Errors
    /// As [`latest`](Self::latest).
    pub fn at_or_before(&self, seq: u64) -> Result<Option<Snapshot>, ReadError> {
        let paths = self.paths()?;
        let newest = paths.into_iter().rev().find(|(at, _)| *at <= seq);
        newest.map(|(_, path)| file::read(&path)).transpose()
    }

    /// The snapshot in the file `path`.
    pub(crate) fn read(path: &Path) -> Result<Snapshot, ReadError> {
        file::read(path)
    }

    /// All snapshots, oldest first, by their headers; bodies are not read.
    ///
    /// # Errors
    /// [`ReadError`], also if one header is damaged.
    pub fn list(&self) -> Result<Vec<SnapshotInfo>, ReadError> {
        self.paths()?.iter().map(|(_, path)| file::read_info(path)).collect()
    }

    /// Removes the snapshots of rows before `seq`: their rows are cut off, so that nothing leads from
    /// them to what is held. Answers how many there were.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn remove_before(&self, seq: u64) -> Result<usize, ReadError> {
        let old: Vec<_> = self.paths()?.into_iter().filter(|(at, _)| *at < seq).collect();
        for (_, path) in &old {
            fs::remove_file(path).map_err(ReadError::io(path, "remove"))?;
        }
        Ok(old.len())
    }

    /// Removes what need not be kept: all but the oldest, the last [`SNAPSHOTS_KEPT`] and the last one of each
    /// day (UTC) of the `keep_days` days before `now_ms` (wall time in milliseconds). Answers the
    /// rows of those removed.
    ///
    /// # Errors
    /// [`ReadError`]; nothing is removed if one header is damaged.
    pub fn prune(&self, now_ms: i64, keep_days: u32) -> Result<Vec<u64>, ReadError> {
        let all = self.list()?;
        let ages: Vec<_> = all.iter().map(|info| (info.seq, info.wall_ms)).collect();
        let kept = kept(&ages, now_ms, keep_days);
        let mut removed = Vec::new();
        for info in all.into_iter().filter(|info| !kept.contains(&info.seq)) {
            fs::remove_file(&info.path).map_err(ReadError::io(&info.path, "remove"))?;
            removed.push(info.seq);
        }
        Ok(removed)
    }

    /// Number and file of each snapshot, oldest first.
    pub(crate) fn paths(&self) -> Result<Vec<(u64, PathBuf)>, ReadError> {
        let mut paths = Vec::new();
        for path in self.files(file::EXTENSION)? {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let seq = stem.and_then(|stem| stem.parse().ok()).ok_or_else(|| {
                damage(&path, Place::Whole, "its name is not the number of a row")
            })?;
            paths.push((seq, path));
        }
        paths.sort();
        Ok(paths)
    }

    fn files(&self, extension: &str) -> Result<Vec<PathBuf>, ReadError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ReadError::io(&self.dir, "list")(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(ReadError::io(&self.dir, "list"))?.path();
            if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
        Ok(files)
    }
}

/// Where the snapshot up to row `seq` of the journal in `journal_dir` stands.
pub(crate) fn path(journal_dir: &Path, seq: u64) -> PathBuf {
    Snapshots::of(journal_dir).dir.join(file::name(seq))
}

/// Damage of a snapshot's file, with the way on.
pub(crate) fn damage(file: &Path, place: Place, what: impl Into<String>) -> Damage {
    Damage { remedy: REMEDY, ..Damage::new(file, place, what) }
}

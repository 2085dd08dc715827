//! The log on disk: one commit a line, as JSON, synced before anything is answered.
//!
//! A line without its end, at the very end of the file, is a write that was cut off and never
//! answered; it is removed. Damage anywhere else stops the start and names the line.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::tables::{Commit, Tables};

/// Why the data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another sandbox has the folder open.
    #[error("{path}: in use by another sandbox")]
    InUse {
        /// The log that is locked.
        path: PathBuf,
    },
    /// A line in the middle of the log cannot be read.
    #[error("{path}: line {line} is damaged: {reason}")]
    Damaged {
        /// The log.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// The open log, at its end.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
    next_seq: u64,
    /// Bytes that are durable; what lies beyond is a write that failed.
    len: u64,
    /// Set by a failed write: nothing is taken any more, since what is on disk is unknown.
    broken: bool,
}

impl Log {
    /// Opens or makes the log in `dir` and replays it into `tables`.
    pub(super) fn open(dir: &Path, tables: &mut Tables) -> Result<Self, OpenError> {
        std::fs::create_dir_all(dir).map_err(|source| io_at(dir, source))?;
        let path = dir.join("log.jsonl");
        let fail = |source| io_at(&path, source);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(fail(source)),
        }
        let (len, next_seq) = replay(&file, &path, tables)?;
        file.set_len(len).map_err(fail)?;
        file.sync_all().map_err(fail)?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(fail)?;
        let mut log = Self { file, path, next_seq, len, broken: false };
        log.file.seek(SeekFrom::Start(len)).map_err(|source| io_at(&log.path, source))?;
        Ok(log)
    }

    /// The number that the next commit must carry.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Path and durable length, for whoever reads it beside us.
    pub(super) fn extent(&self) -> (PathBuf, u64) {
        (self.path.clone(), self.len)
    }

    /// Writes commits and returns once they are durable.
    ///
    /// # Errors
    /// Any I/O error; after one, every further append fails until the log is opened again.
    pub(super) fn append(&mut self, commits: &[Commit]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed; restart the sandbox"));
        }
        let mut lines = Vec::new();
        for commit in commits {
            serde_json::to_writer(&mut lines, commit)?;
            lines.push(b'\n');
        }
        self.broken = true;
        self.file.write_all(&lines)?;
        self.file.sync_data()?;
        self.broken = false;
        self.len += lines.len() as u64;
        self.next_seq += commits.len() as u64;
        Ok(())
    }
}

/// Applies every whole line; returns the length of what is whole and the next sequence number.
fn replay(file: &File, path: &Path, tables: &mut Tables) -> Result<(u64, u64), OpenError> {
    let mut reader = BufReader::new(file);
    let (mut len, mut seq, mut text) = (0, 1, Vec::new());
    loop {
        text.clear();
        let read = reader.read_until(b'\n', &mut text).map_err(|source| io_at(path, source))?;
        if text.last() != Some(&b'\n') {
            if read > 0 {
                tracing::warn!(bytes = read, line = seq, "removed a torn line from the log");
            }
            return Ok((len, seq));
        }
        let damaged =
            |reason: String| OpenError::Damaged { path: path.to_owned(), line: seq, reason };
        let commit: Commit =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if commit.seq != seq {
            return Err(damaged(format!("it carries the number {}", commit.seq)));
        }
        tables.apply(&commit);
        len += read as u64;
        seq += 1;
    }
}

/// Reads commits from a log that may still grow, up to `len` bytes, those that `keep` wants.
pub(super) fn read(
    path: &Path,
    len: u64,
    limit: usize,
    keep: impl Fn(&Commit) -> bool,
) -> io::Result<Vec<Commit>> {
    let reader = BufReader::new(io::Read::take(File::open(path)?, len));
    let mut found = Vec::new();
    for line in reader.lines() {
        let commit: Commit = serde_json::from_str(&line?)?;
        if keep(&commit) {
            found.push(commit);
            if found.len() == limit {
                break;
            }
        }
    }
    Ok(found)
}

fn io_at(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), source }
}

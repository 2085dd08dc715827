//! The list of erasures beside the journal: chats and numbers of records, nothing else. It says what
//! was carried out, and a restore of an older backup does it again by it.

use desk_core::name::ChatId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The list's file.
const FILE: &str = "erasures.jsonl";
/// Longest line that is read: an erasure of the most chats, and room.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// One erasure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The format.
    pub v: u32,
    /// The epoch of its record.
    pub epoch: u64,
    /// Its record.
    pub seq: u64,
    /// When, in wall milliseconds.
    pub wall_ms: i64,
    /// The chats whose personal parts were erased.
    pub chats: BTreeSet<ChatId>,
}

/// Where the list of the journal in `dir` stands.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// The erasures on a list; none where there is no such file.
///
/// # Errors
/// Where it cannot be read, with the line that is no erasure.
pub fn read(file: &Path) -> io::Result<Vec<Erasure>> {
    let reader = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => BufReader::new(file?),
    };
    let wrong = |n: usize, why: String| {
        let text = format!("{} line {n}: {why}", file.display());
        io::Error::new(io::ErrorKind::InvalidData, text)
    };
    let mut erasures = Vec::new();
    for (line, n) in reader.lines().zip(1..) {
        let line = line?;
        if line.len() > LINE_BYTES_MAX {
            return Err(wrong(n, format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let erasure = serde_json::from_str(&line).map_err(|e| wrong(n, e.to_string()))?;
        erasures.push(erasure);
    }
    Ok(erasures)
}

/// Adds erasures to the list of the journal in `dir`; those that are on it are passed over. It is
/// written as a whole, so that no half a line can be left.
///
/// # Errors
/// Where it cannot be read or written.
pub fn join(dir: &Path, more: &[Erasure]) -> io::Result<()> {
    let file = path(dir);
    let mut all: BTreeSet<Erasure> = read(&file)?.into_iter().collect();
    let before = all.len();
    all.extend(more.iter().cloned());
    if all.len() == before {
        return Ok(());
    }
    let whole = file.with_extension("new");
    let mut options = OpenOptions::new();
    let mut new = options.write(true).create(true).truncate(true).mode(0o600).open(&whole)?;
    for erasure in &all {
        writeln!(new, "{}", serde_json::to_string(erasure)?)?;
    }
    new.sync_all()?;
    fs::rename(&whole, &file)?;
    File::open(dir)?.sync_all()
}

/// The list beside the journal, or backup, in `dir`.
///
/// # Errors
/// Where it cannot be read.
pub fn beside(dir: &Path) -> io::Result<Vec<Erasure>> {
    read(&path(dir))
}

/// Copies the list beside the journal in `from`, if it has one, to the one in `to`.
///
/// # Errors
/// Where it cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    join(to, &read(&path(from))?)
}

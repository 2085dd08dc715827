//! The list of erasures beside the journal: chats and numbers of records, nothing else. It says what
//! was carried out, and a restore of an older backup does it again by it.

use desk_core::name::ChatId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The list's file.
const FILE: &str = "erasures.jsonl";
/// Longest line that is read: an erasure of the most chats, and room.
const LINE_BYTES_MAX: u64 = 64 * 1024;

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
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        list => parse(BufReader::new(list?), file),
    }
}

/// The erasures of a list, of which `file` is the name.
fn parse(mut list: impl BufRead, file: &Path) -> io::Result<Vec<Erasure>> {
    let mut erasures = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if list.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(erasures);
        }
        let wrong = |why: String| {
            let text = format!("{} line {}: {why}", file.display(), erasures.len() + 1);
            io::Error::new(io::ErrorKind::InvalidData, text)
        };
        if line.len() as u64 > LINE_BYTES_MAX {
            return Err(wrong(format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let erasure = serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))?;
        erasures.push(erasure);
    }
}

/// Any bytes as a list.
///
/// # Panics
/// Where one that was taken is written otherwise than it is read.
pub(crate) fn read_any(bytes: &[u8]) {
    let Ok(list) = parse(bytes, Path::new("list")) else { return };
    let lines = list.iter().map(|one| serde_json::to_string(one).expect("it can be written"));
    let written = lines.collect::<Vec<_>>().join("\n");
    assert_eq!(parse(written.as_bytes(), Path::new("list")).ok(), Some(list));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_is_named_and_not_read_to_its_end() {
        let endless = BufReader::new(io::repeat(b'x'));
        let error = parse(endless, Path::new("list")).unwrap_err().to_string();
        assert_eq!(error, "list line 1: longer than 65536 bytes");
    }
}

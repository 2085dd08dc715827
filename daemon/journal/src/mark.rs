//! The head mark: a small file that names the last row that may have been acknowledged.
//!
//! SQLite silently drops committed frames that stand behind a damaged one in its write-ahead log.
//! The mark is what notices. It has two slots of one sector each, written in turns, so that a torn
//! write spoils at most the newer one. It is synced when a start creates or renews it; after each
//! commit it is only written, which outlives the process but perhaps not the machine.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::ReadError;
use crate::row::Hash;

const SLOT_BYTES: usize = 512;
const SLOTS: usize = 2;
const MAGIC: &[u8; 8] = b"DESKHEAD";
const FORMAT: u32 = 1;
const CRC_AT: usize = SLOT_BYTES - 4;

/// How often a mark is read again that another process may be writing right now.
const READ_TRIES: usize = 3;

/// What the mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) chain: Hash,
    pub(crate) desk_ms: u64,
}

/// What was found in the place of the mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Missing,
    /// Neither slot is sound.
    Unsound,
    Sound {
        mark: Mark,
        /// Counts the writes; the larger one of two slots is the newer.
        generation: u64,
        /// The slot that is damaged, if one is: a write torn by a power loss.
        damaged: Option<usize>,
    },
}

impl Found {
    pub(crate) fn mark(&self) -> Option<Mark> {
        match self {
            Self::Sound { mark, .. } => Some(*mark),
            Self::Missing | Self::Unsound => None,
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        match self {
            Self::Sound { generation, .. } => *generation,
            Self::Missing | Self::Unsound => 0,
        }
    }
}

/// Where the mark of the journal in `dir` stands.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join("head")
}

/// Reads the mark, also while a daemon writes it.
pub(crate) fn read(dir: &Path) -> Result<Found, ReadError> {
    let path = path(dir);
    let mut found = read_once(&path)?;
    for _ in 1..READ_TRIES {
        if !matches!(found, Found::Sound { damaged: Some(_), .. } | Found::Unsound) {
            break;
        }
        found = read_once(&path)?;
    }
    Ok(found)
}

fn read_once(path: &Path) -> Result<Found, ReadError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(ReadError::io(path, "open")(error)),
    };
    let mut bytes = Vec::with_capacity(SLOTS * SLOT_BYTES);
    file.take((SLOTS * SLOT_BYTES) as u64)
        .read_to_end(&mut bytes)
        .map_err(ReadError::io(path, "read"))?;
    Ok(found(bytes))
}

/// What a mark's bytes say; those that are missing count as zeros.
fn found(mut bytes: Vec<u8>) -> Found {
    bytes.resize(SLOTS * SLOT_BYTES, 0);
    let (slots, _) = bytes.as_chunks::<SLOT_BYTES>();
    let decoded: Vec<_> = slots.iter().map(decode).collect();
    let newest = decoded.iter().flatten().max_by_key(|(generation, _)| *generation);
    newest.map_or(Found::Unsound, |(generation, mark)| Found::Sound {
        mark: *mark,
        generation: *generation,
        damaged: decoded.iter().position(Option::is_none),
    })
}

/// Any bytes as a mark, and the same with the checksums put right.
///
/// # Panics
/// Where a slot that was taken is written otherwise than it is read.
pub(crate) fn read_any(bytes: &[u8]) {
    let mut right = bytes.to_vec();
    right.resize(SLOTS * SLOT_BYTES, 0);
    for slot in right.as_chunks_mut::<SLOT_BYTES>().0 {
        let crc = crc32fast::hash(&slot[..CRC_AT]);
        slot[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
    }
    for bytes in [bytes.to_vec(), right] {
        if let Found::Sound { mark, generation, .. } = found(bytes) {
            assert_eq!(decode(&encode(generation, &mark)), Some((generation, mark)));
        }
    }
}

/// The open mark of a journal that is being written.
#[derive(Debug)]
pub(crate) struct MarkFile {
    file: File,
    generation: u64,
    mark: Mark,
}

impl MarkFile {
    /// Creates the mark, or renews it after `generation`: both slots say `mark`, and all is synced.
    pub(crate) fn renew(dir: &Path, generation: u64, mark: Mark) -> Result<Self, ReadError> {
        let path = path(dir);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(ReadError::io(&path, "create"))?;
        let mut this = Self { file, generation, mark };
        // One slot is durable before the other is touched.
        for _ in 0..SLOTS {
            this.write(mark).map_err(ReadError::io(&path, "write"))?;
            this.file.sync_all().map_err(ReadError::io(&path, "sync"))?;
        }
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(ReadError::io(dir, "sync"))?;
        Ok(this)
    }

    /// Writes `mark` into the older slot; does not sync.
    pub(crate) fn write(&mut self, mark: Mark) -> std::io::Result<()> {
        let generation = self.generation + 1;
        let slot = generation % SLOTS as u64;
        self.file.write_all_at(&encode(generation, &mark), slot * SLOT_BYTES as u64)?;
        self.generation = generation;
        self.mark = mark;
        Ok(())
    }

    /// What was written last.
    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }
}

fn encode(generation: u64, mark: &Mark) -> [u8; SLOT_BYTES] {
    let mut bytes = Vec::with_capacity(SLOT_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&generation.to_le_bytes());
    bytes.extend_from_slice(&mark.epoch.to_le_bytes());
    bytes.extend_from_slice(&mark.seq.to_le_bytes());
    bytes.extend_from_slice(&mark.desk_ms.to_le_bytes());
    bytes.extend_from_slice(&mark.chain.0);
    let mut slot = [0; SLOT_BYTES];
    slot[..bytes.len()].copy_from_slice(&bytes);
    let crc = crc32fast::hash(&slot[..CRC_AT]);
    slot[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
    slot
}

fn decode(slot: &[u8; SLOT_BYTES]) -> Option<(u64, Mark)> {
    let mut rest = &slot[..];
    let magic = take::<8>(&mut rest)?;
    let format = u32::from_le_bytes(take(&mut rest)?);
    let generation = u64::from_le_bytes(take(&mut rest)?);
    let mark = Mark {
        epoch: u64::from_le_bytes(take(&mut rest)?),
        seq: u64::from_le_bytes(take(&mut rest)?),
        desk_ms: u64::from_le_bytes(take(&mut rest)?),
        chain: Hash(take(&mut rest)?),
    };
    let sound = crc32fast::hash(&slot[..CRC_AT]).to_le_bytes() == slot[CRC_AT..];
    (sound && magic == *MAGIC && format == FORMAT).then_some((generation, mark))
}

/// The next `N` bytes of `rest`.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

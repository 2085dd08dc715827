//! What SQLite will make of its write-ahead log, worked out before it is asked.
//!
//! SQLite takes the frames up to the last commit whose checksums hold and silently forgets the
//! rest. This reads the log by the same rules (<https://sqlite.org/fileformat2.html#walformat>),
//! so that what is forgotten can be reported.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::files;
use crate::error::ReadError;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const MAGIC_LITTLE: u32 = 0x377f_0682;
const MAGIC_BIG: u32 = 0x377f_0683;
const PAGE_BYTES_MAX: usize = 65_536;

/// The end of the write-ahead log that was never committed whole, and is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The log.
    pub file: PathBuf,
    /// Where the tail begins, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// The torn tail of the log in `dir`, if it has one. What an earlier, checkpointed round of the
/// log left behind the last commit is none: the log is written over from its start.
pub(super) fn torn_tail(dir: &Path) -> Result<Option<TornTail>, ReadError> {
    let path = files::wal(dir);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::io(&path, "open")(error)),
    };
    let length = file.metadata().map_err(ReadError::io(&path, "read"))?.len();
    let (good, end) = scan(BufReader::new(file), length).map_err(ReadError::io(&path, "read"))?;
    let torn = TornTail { file: path, offset: good, bytes: end - good };
    Ok((end > good).then_some(torn))
}

/// Where the last sound commit ends, and where the bytes end that were meant to follow it.
fn scan(mut log: impl Read, length: u64) -> std::io::Result<(u64, u64)> {
    let mut header = [0; HEADER_BYTES];
    let Some(mut sums) = fill(&mut log, &mut header)?.then(|| Sums::start(&header)).flatten()
    else {
        return Ok((0, length));
    };
    let page = word(&header, 8) as usize;
    if !page.is_power_of_two() || page > PAGE_BYTES_MAX {
        return Ok((0, length));
    }
    let salt = &header[16..24];
    let mut frame = vec![0; FRAME_HEADER_BYTES + page];
    let (mut good, mut at) = (HEADER_BYTES as u64, HEADER_BYTES as u64);
    let mut sound = true;
    while fill(&mut log, &mut frame)? {
        if frame[8..16] != *salt {
            return Ok((good, at));
        }
        at += frame.len() as u64;
        sound = sound && sums.frame(&frame);
        if sound && word(&frame, 4) != 0 {
            good = at;
        }
    }
    // What is left is shorter than a frame: the file was cut within one.
    // (Where a daemon writes meanwhile, the log has grown since its length was asked.)
    Ok((good, length.max(at)))
}

/// Fills `buffer`; false if the log ends before.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The log's running checksum.
struct Sums {
    big: bool,
    sums: (u32, u32),
}

impl Sums {
    /// The sums after the header, if it is sound.
    fn start(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        let big = match word(header, 0) {
            MAGIC_LITTLE => false,
            MAGIC_BIG => true,
            _ => return None,
        };
        let mut this = Self { big, sums: (0, 0) };
        this.add(&header[..24]);
        (this.sums == (word(header, 24), word(header, 28))).then_some(this)
    }

    /// Goes on over a frame; whether its own sums agree.
    fn frame(&mut self, frame: &[u8]) -> bool {
        self.add(&frame[..8]);
        self.add(&frame[FRAME_HEADER_BYTES..]);
        self.sums == (word(frame, 16), word(frame, 20))
    }

    fn add(&mut self, bytes: &[u8]) {
        let read =
            |b: [u8; 4]| if self.big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
        let (mut first, mut second) = self.sums;
        let (pairs, _) = bytes.as_chunks::<8>();
        for [a, b, c, d, e, f, g, h] in pairs {
            first = first.wrapping_add(read([*a, *b, *c, *d])).wrapping_add(second);
            second = second.wrapping_add(read([*e, *f, *g, *h])).wrapping_add(first);
        }
        self.sums = (first, second);
    }
}

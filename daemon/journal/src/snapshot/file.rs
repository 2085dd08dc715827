//! The file of one snapshot: a header of fixed size, then the body.
//!
//! ```text
//! "DESKSNAP"  format u32  seq u64  wall_ms i64  chain 32  digest 32  length u64
//! sha256 of the body 32  crc32 of all before u32  body
//! ```
//! Integers are little-endian. The file is written under a temporary name, synced and renamed, so
//! that a snapshot either is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Snapshot, SnapshotInfo, damage};
use crate::error::{Place, ReadError};
use crate::mark::take;
use crate::row::Hash;

pub(super) const EXTENSION: &str = "snap";
pub(super) const TEMPORARY: &str = "tmp";

const MAGIC: &[u8; 8] = b"DESKSNAP";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 8 + 4 + 8 + 8 + 32 + 32 + 8 + 32 + 4;
const BODY_HASH_AT: u64 = (HEADER_BYTES - 36) as u64;

struct Header {
    info: SnapshotInfo,
    body_hash: [u8; 32],
}

pub(super) fn name(seq: u64) -> String {
    format!("{seq:020}.{EXTENSION}")
}

pub(super) fn write(dir: &Path, snapshot: &Snapshot) -> Result<SnapshotInfo, ReadError> {
    let path = dir.join(name(snapshot.seq));
    let temporary = path.with_extension(TEMPORARY);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(ReadError::io(&temporary, "create"))?;
    file.write_all(&encode(snapshot))
        .and_then(|()| file.write_all(&snapshot.body))
        .map_err(ReadError::io(&temporary, "write"))?;
    file.sync_all().map_err(ReadError::io(&temporary, "sync"))?;
    fs::rename(&temporary, &path).map_err(ReadError::io(&path, "rename"))?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(ReadError::io(dir, "sync"))?;
    Ok(SnapshotInfo {
        seq: snapshot.seq,
        chain: snapshot.chain,
        digest: snapshot.digest,
        wall_ms: snapshot.wall_ms,
        bytes: snapshot.body.len() as u64,
        path,
    })
}

pub(super) fn read(path: &Path) -> Result<Snapshot, ReadError> {
    let (file, header) = open(path)?;
    whole(path, file, header)
}

/// Any bytes as a snapshot of the row that they name, the checksums put right.
pub(crate) fn read_any(bytes: &[u8]) -> Option<Snapshot> {
    let (mut head, body) = bytes.split_at_checked(HEADER_BYTES)?;
    let mut right = [0; HEADER_BYTES];
    head.read_exact(&mut right).ok()?;
    right[BODY_HASH_AT as usize..][..32].copy_from_slice(&Sha256::digest(body));
    let crc = crc32fast::hash(&right[..HEADER_BYTES - 4]);
    right[HEADER_BYTES - 4..].copy_from_slice(&crc.to_le_bytes());
    let path = name(decode(Path::new(""), &right)?.info.seq);
    let file = right.chain(body);
    let (file, header) = begin(Path::new(&path), bytes.len() as u64, file).ok()?;
    whole(Path::new(&path), file, header).ok()
}

fn whole(path: &Path, mut file: impl Read, header: Header) -> Result<Snapshot, ReadError> {
    let mut body = Vec::new();
    file.read_to_end(&mut body).map_err(ReadError::io(path, "read"))?;
    let hash: [u8; 32] = Sha256::digest(&body).into();
    if hash != header.body_hash {
        let what = "the body does not have the hash that the header names here";
        return Err(damage(path, Place::Byte(BODY_HASH_AT), what).into());
    }
    let SnapshotInfo { seq, chain, digest, wall_ms, .. } = header.info;
    Ok(Snapshot { seq, chain, digest, wall_ms, body })
}

pub(super) fn read_info(path: &Path) -> Result<SnapshotInfo, ReadError> {
    Ok(open(path)?.1.info)
}

/// Opens the file, positioned at a body that is as long as the header says.
fn open(path: &Path) -> Result<(File, Header), ReadError> {
    let file = File::open(path).map_err(ReadError::io(path, "open"))?;
    let length = file.metadata().map_err(ReadError::io(path, "read"))?.len();
    begin(path, length, file)
}

/// Reads the header of a file of so many bytes.
fn begin<F: Read>(path: &Path, length: u64, mut file: F) -> Result<(F, Header), ReadError> {
    let Some(body) = length.checked_sub(HEADER_BYTES as u64) else {
        return Err(damage(path, Place::Byte(length), "the file ends within the header").into());
    };
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact(&mut bytes).map_err(ReadError::io(path, "read"))?;
    let header = decode(path, &bytes).ok_or_else(|| {
        damage(path, Place::Byte(0), "the header is damaged or of an unknown format")
    })?;
    if body != header.info.bytes {
        let what = format!("the body has {body} bytes, the header names {}", header.info.bytes);
        return Err(damage(path, Place::Byte(length), what).into());
    }
    let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
    if name != Some(header.info.seq) {
        let what = format!("the header names row {}, the file another", header.info.seq);
        return Err(damage(path, Place::Whole, what).into());
    }
    Ok((file, header))
}

fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&snapshot.seq.to_le_bytes());
    bytes.extend_from_slice(&snapshot.wall_ms.to_le_bytes());
    bytes.extend_from_slice(&snapshot.chain.0);
    bytes.extend_from_slice(&snapshot.digest);
    bytes.extend_from_slice(&(snapshot.body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&snapshot.body));
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

fn decode(path: &Path, bytes: &[u8; HEADER_BYTES]) -> Option<Header> {
    let mut rest = &bytes[..];
    let magic = take::<8>(&mut rest)?;
    let format = u32::from_le_bytes(take(&mut rest)?);
    let info = SnapshotInfo {
        seq: u64::from_le_bytes(take(&mut rest)?),
        wall_ms: i64::from_le_bytes(take(&mut rest)?),
        chain: Hash(take(&mut rest)?),
        digest: take(&mut rest)?,
        bytes: u64::from_le_bytes(take(&mut rest)?),
        path: path.to_owned(),
    };
    let body_hash = take(&mut rest)?;
    let crc = u32::from_le_bytes(take(&mut rest)?);
    let sound = crc32fast::hash(&bytes[..HEADER_BYTES - 4]) == crc;
    (sound && magic == *MAGIC && format == FORMAT).then_some(Header { info, body_hash })
}

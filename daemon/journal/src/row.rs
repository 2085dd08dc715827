//! A row, and the hash that chains it to the one before it.

use std::fmt;

use sha2::{Digest, Sha256};

/// What the first row of every journal is chained to.
pub(crate) const GENESIS: Hash = Hash([0; 32]);

/// Names the layout of the hashed bytes, so that no later layout can be mistaken for this one.
const CHAIN_DOMAIN: &[u8] = b"desk-journal row 1\n";

/// The same for a personal part that has index entries; one without is hashed as it always was.
const PERSONAL_DOMAIN: &[u8] = b"desk-journal personal 2\n";

/// Bytes of the random salt that goes with a personal part.
pub(crate) const SALT_BYTES: usize = 16;

/// A row as the caller hands it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Sequence number; the first row of a journal is 1, and there are no gaps.
    pub seq: u64,
    /// The shard that the row belongs to.
    pub shard: u32,
    /// The start of the daemon that wrote it.
    pub epoch: u64,
    /// Desk time in milliseconds: how long deskd had been running since the journal began.
    pub desk_ms: u64,
    /// Wall time in milliseconds since 1970, UTC.
    pub wall_ms: i64,
    /// What it is, in the caller's words; stored and hashed, never interpreted.
    pub kind: String,
    /// The part that is kept for ever.
    pub clear: Vec<u8>,
    /// The part that may be erased.
    pub personal: Option<Vec<u8>>,
    /// Columns by which the row can be found, such as `("chat", "c-1")`. Kept as a set: order and
    /// repeats do not survive. A column whose name begins with [`PERSONAL_COLUMN`] belongs to the
    /// personal part and is erased with it; a row with one has a personal part.
    pub index: Vec<(String, String)>,
}

/// How the names of index columns begin that are erased with the personal part.
pub const PERSONAL_COLUMN: char = '~';

/// The personal part of a stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Personal {
    /// As it was written.
    Kept(Vec<u8>),
    /// There was one; it is gone.
    Erased,
    /// The row was written without one.
    None,
}

/// A row as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// See [`Row::seq`].
    pub seq: u64,
    /// See [`Row::shard`].
    pub shard: u32,
    /// See [`Row::epoch`].
    pub epoch: u64,
    /// See [`Row::desk_ms`].
    pub desk_ms: u64,
    /// See [`Row::wall_ms`].
    pub wall_ms: i64,
    /// See [`Row::kind`].
    pub kind: String,
    /// See [`Row::clear`].
    pub clear: Vec<u8>,
    /// See [`Row::personal`].
    pub personal: Personal,
    /// See [`Row::index`]; sorted, without repeats.
    pub index: Vec<(String, String)>,
    /// The chain's hash up to and with this row.
    pub chain: Hash,
}

/// A SHA-256 hash; shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The index entries in the one order in which they are hashed and stored.
pub(crate) fn canonical(index: &[(String, String)]) -> Vec<(String, String)> {
    let mut entries = index.to_vec();
    entries.sort();
    entries.dedup();
    entries
}

/// The entries that are kept for ever, and those that belong to the personal part.
pub(crate) fn apart(index: Entries) -> (Entries, Entries) {
    index.into_iter().partition(|(column, _)| !column.starts_with(PERSONAL_COLUMN))
}

/// Index entries in [`canonical`] order.
pub(crate) type Entries = Vec<(String, String)>;

/// What stands in the chain for a personal part and its index entries: their hash, salted so that a
/// short name or address cannot be guessed from it once the part and the salt are erased.
pub(crate) fn personal_hash(salt: &[u8; SALT_BYTES], personal: &[u8], index: &Entries) -> Hash {
    let mut sha = Sha256::new();
    if index.is_empty() {
        sha.update(salt);
        sha.update(personal);
    } else {
        sha.update(PERSONAL_DOMAIN);
        sha.update(salt);
        put(&mut sha, personal);
        for (column, value) in index {
            put(&mut sha, column.as_bytes());
            put(&mut sha, value.as_bytes());
        }
    }
    Hash(sha.finalize().into())
}

/// What of a row is hashed.
pub(crate) struct Chained<'a> {
    pub(crate) seq: u64,
    pub(crate) shard: u32,
    pub(crate) epoch: u64,
    pub(crate) desk_ms: u64,
    pub(crate) wall_ms: i64,
    pub(crate) kind: &'a str,
    pub(crate) clear: &'a [u8],
    pub(crate) personal_hash: Option<Hash>,
    /// In [`canonical`] order.
    pub(crate) index: &'a [(String, String)],
}

impl<'a> Chained<'a> {
    pub(crate) fn of(
        row: &'a Row,
        personal_hash: Option<Hash>,
        index: &'a [(String, String)],
    ) -> Self {
        Self {
            seq: row.seq,
            shard: row.shard,
            epoch: row.epoch,
            desk_ms: row.desk_ms,
            wall_ms: row.wall_ms,
            kind: &row.kind,
            clear: &row.clear,
            personal_hash,
            index,
        }
    }

    /// The hash of this row after a row whose hash is `prev`. Every part of varying length is
    /// preceded by its length, so that no two rows hash the same bytes.
    pub(crate) fn hash(&self, prev: &Hash) -> Hash {
        let mut sha = Sha256::new();
        sha.update(CHAIN_DOMAIN);
        sha.update(prev.0);
        sha.update(self.seq.to_le_bytes());
        sha.update(self.shard.to_le_bytes());
        sha.update(self.epoch.to_le_bytes());
        sha.update(self.desk_ms.to_le_bytes());
        sha.update(self.wall_ms.to_le_bytes());
        put(&mut sha, self.kind.as_bytes());
        put(&mut sha, self.clear);
        match self.personal_hash {
            None => sha.update([0]),
            Some(hash) => {
                sha.update([1]);
                sha.update(hash.0);
            }
        }
        sha.update((self.index.len() as u64).to_le_bytes());
        for (column, value) in self.index {
            put(&mut sha, column.as_bytes());
            put(&mut sha, value.as_bytes());
        }
        Hash(sha.finalize().into())
    }
}

fn put(sha: &mut Sha256, bytes: &[u8]) {
    sha.update((bytes.len() as u64).to_le_bytes());
    sha.update(bytes);
}

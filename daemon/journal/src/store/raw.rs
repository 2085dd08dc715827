//! A row as the tables hold it, and the check that makes it a row to hand out.

use crate::row::{Chained, Hash, Personal, SALT_BYTES, StoredRow, personal_hash};

/// What is selected: a row, its index entries, and the hash of the row before it.
pub(super) const SELECT: &str = "SELECT r.seq, r.shard, r.epoch, r.desk_ms, r.wall_ms, r.kind, \
                                 r.clear, r.personal, r.salt, r.personal_hash, r.entries, \
                                 r.chain, p.chain";

/// From where; conditions follow.
pub(super) const FROM: &str = "FROM journal r LEFT JOIN journal p ON p.seq = r.seq - 1";

/// A row's columns.
pub(super) struct Raw {
    shard: u32,
    epoch: i64,
    desk_ms: i64,
    wall_ms: i64,
    kind: String,
    clear: Vec<u8>,
    personal: Option<Vec<u8>>,
    salt: Option<[u8; SALT_BYTES]>,
    personal_hash: Option<[u8; 32]>,
    entries: String,
    chain: [u8; 32],
    pub(super) prev: Option<[u8; 32]>,
}

impl Raw {
    /// The row that a query of [`SELECT`] stands at.
    pub(super) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            shard: row.get(1)?,
            epoch: row.get(2)?,
            desk_ms: row.get(3)?,
            wall_ms: row.get(4)?,
            kind: row.get(5)?,
            clear: row.get(6)?,
            personal: row.get(7)?,
            salt: row.get(8)?,
            personal_hash: row.get(9)?,
            entries: row.get(10)?,
            chain: row.get(11)?,
            prev: row.get(12)?,
        })
    }

    /// The row, if it hashes to its place after a row whose hash is `prev`; else what is wrong.
    pub(super) fn check(self, seq: u64, prev: &Hash) -> Result<StoredRow, String> {
        let index: Vec<(String, String)> = serde_json::from_str(&self.entries)
            .map_err(|e| format!("its index entries cannot be decoded: {e}"))?;
        let hash = self.personal_hash.map(Hash);
        let chained = Chained {
            seq,
            shard: self.shard,
            epoch: self.epoch.cast_unsigned(),
            desk_ms: self.desk_ms.cast_unsigned(),
            wall_ms: self.wall_ms,
            kind: &self.kind,
            clear: &self.clear,
            personal_hash: hash,
            index: &index,
        };
        if chained.hash(prev).0 != self.chain {
            return Err("it does not hash to its place in the chain".to_owned());
        }
        let personal = match (self.personal, self.salt, hash) {
            (None, None, None) => Personal::None,
            (None, None, Some(_)) => Personal::Erased,
            (Some(bytes), Some(salt), Some(hash)) if personal_hash(&salt, &bytes) == hash => {
                Personal::Kept(bytes)
            }
            _ => return Err("its personal part does not match its hash".to_owned()),
        };
        Ok(StoredRow {
            seq,
            shard: self.shard,
            epoch: chained.epoch,
            desk_ms: chained.desk_ms,
            wall_ms: self.wall_ms,
            personal,
            chain: Hash(self.chain),
            kind: self.kind,
            clear: self.clear,
            index,
        })
    }
}

//! A row as the tables hold it, and the check that makes it a row to hand out.

use crate::row::{Chained, Entries, Hash, Personal, SALT_BYTES, StoredRow, apart, personal_hash};

/// What is selected: a row, its index entries, and the hash of the row before it.
pub(super) const SELECT: &str = "SELECT r.seq, r.shard, r.epoch, r.desk_ms, r.wall_ms, r.kind, \
                                 r.clear, r.personal, r.salt, r.personal_hash, r.entries, \
                                 r.chain, p.chain";

/// From where; conditions follow.
pub(super) const FROM: &str = "FROM journal r LEFT JOIN journal p ON p.seq = r.seq - 1";

/// Inserts a row; its values in the order of the columns.
pub(super) const INSERT: &str = "INSERT INTO journal (seq, shard, epoch, desk_ms, wall_ms, kind, \
                                 clear, personal, salt, personal_hash, entries, chain) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// Inserts the index entries of row `seq`.
pub(super) fn insert_entries(
    conn: &rusqlite::Connection,
    seq: i64,
    index: &[(String, String)],
) -> rusqlite::Result<()> {
    let mut entry = conn.prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")?;
    for (column, value) in index {
        entry.execute((column, value, seq))?;
    }
    Ok(())
}

/// A row's columns.
#[derive(Clone)]
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

    /// The hash that stands in the row, checked or not.
    pub(super) fn chain(&self) -> Hash {
        Hash(self.chain)
    }

    /// Takes out a personal part that is not the one that was hashed; whether there was one. The
    /// rest of the row may be sound.
    pub(super) fn without_unsound_personal(&mut self) -> bool {
        let index = serde_json::from_str(&self.entries).unwrap_or_default();
        let (public, private) = apart(index);
        let sound = self.personal(&private).is_ok();
        if !sound {
            (self.personal, self.salt) = (None, None);
            if !private.is_empty() {
                self.entries = blotted(&self.entries, &public);
            }
        }
        !sound
    }

    /// The personal part, with the index entries that belong to it, if it is what was hashed.
    fn personal(&self, private: &Entries) -> Result<Personal, String> {
        match (&self.personal, &self.salt, &self.personal_hash) {
            (None, None, None) if private.is_empty() => Ok(Personal::None),
            (None, None, Some(_)) if private.is_empty() => Ok(Personal::Erased),
            (Some(bytes), Some(salt), Some(_)) if private.is_empty() && is_blank(bytes, salt) => {
                Ok(Personal::Erased)
            }
            (Some(bytes), Some(salt), Some(hash))
                if personal_hash(salt, bytes, private).0 == *hash =>
            {
                Ok(Personal::Kept(bytes.clone()))
            }
            _ => Err("its personal part does not match its hash".to_owned()),
        }
    }

    /// Inserts the row as it stands, with its index entries, as row `seq`.
    pub(super) fn insert(
        &self,
        conn: &rusqlite::Connection,
        seq: u64,
        index: &[(String, String)],
    ) -> rusqlite::Result<()> {
        let seq = seq.cast_signed();
        conn.prepare_cached(INSERT)?.execute((
            seq,
            self.shard,
            self.epoch,
            self.desk_ms,
            self.wall_ms,
            &self.kind,
            &self.clear,
            &self.personal,
            self.salt,
            self.personal_hash,
            &self.entries,
            self.chain,
        ))?;
        insert_entries(conn, seq, index)
    }

    /// The row, if it hashes to its place after a row whose hash is `prev`; else what is wrong.
    pub(super) fn check(self, seq: u64, prev: &Hash) -> Result<StoredRow, String> {
        let mut index: Entries = serde_json::from_str(&self.entries)
            .map_err(|e| format!("its index entries cannot be decoded: {e}"))?;
        let private;
        (index, private) = apart(index);
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
        let personal = self.personal(&private)?;
        let (epoch, desk_ms) = (self.epoch.cast_unsigned(), self.desk_ms.cast_unsigned());
        index.extend(private);
        // As it was written: personal columns stand last in this order too.
        index.sort();
        Ok(StoredRow {
            seq,
            shard: self.shard,
            epoch,
            desk_ms,
            wall_ms: self.wall_ms,
            personal,
            chain: Hash(self.chain),
            kind: self.kind,
            clear: self.clear,
            index,
        })
    }
}

/// What an erased part is overwritten with: as many zeros. A salt of zeros is never drawn.
fn is_blank(personal: &[u8], salt: &[u8; SALT_BYTES]) -> bool {
    salt.iter().chain(personal).all(|byte| *byte == 0)
}

/// Index entries without those that are erased, in as many bytes as before.
pub(super) fn blotted(entries: &str, public: &Entries) -> String {
    let kept = serde_json::to_string(public).unwrap_or_default();
    let blanks = " ".repeat(entries.len().saturating_sub(kept.len()));
    kept + &blanks
}

//! The tables: opening the database, and rows out of it, each checked as it is read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::FromSql;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params};

use super::files;
use super::raw::{FROM, Raw, SELECT};
use crate::error::{Damage, OpenError, Place, ReadError};
use crate::port::{AcceptedLoss, Head, Hole};
use crate::row::{GENESIS, Hash, StoredRow};

/// The format that is written here; older ones stay readable. 2: index entries may belong to the
/// personal part, and an erased part is overwritten by zeros.
pub const FORMAT: i64 = 2;

/// Says that a SQLite file is a journal of deskd's: "desk".
const APPLICATION_ID: i64 = 0x6465_736b;

/// How long a connection waits where another one holds a lock for a moment.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// Pages in the write-ahead log from which on a commit also checkpoints.
const CHECKPOINT_PAGES: i32 = 10_000;

const SCHEMA: &str = include_str!("schema.sql");

/// A connection, and the file that errors name.
#[derive(Debug)]
pub(super) struct Db {
    pub(super) conn: Connection,
    pub(super) file: PathBuf,
}

impl Db {
    /// Opens the database of the journal in `dir` for reading alone; it must exist.
    pub(super) fn read_only(dir: &Path) -> Result<Self, OpenError> {
        let this = Self::read_only_unchecked(dir)?;
        this.check_format()?;
        Ok(this)
    }

    /// The same, whatever the file turns out to hold.
    pub(super) fn read_only_unchecked(dir: &Path) -> Result<Self, ReadError> {
        let file = files::database(dir);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn =
            Connection::open_with_flags(&file, flags).map_err(ReadError::sql(&file, "open"))?;
        let this = Self { conn, file };
        this.set_up()?;
        Ok(this)
    }

    /// Opens the database for writing, and creates it where there is none.
    pub(super) fn writable(dir: &Path) -> Result<Self, OpenError> {
        let file = files::database(dir);
        // SQLite gives its other files the mode of this one.
        files::create_if_missing(&file)?;
        files::sync_dir(dir)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn =
            Connection::open_with_flags(&file, flags).map_err(ReadError::sql(&file, "open"))?;
        let mut this = Self { conn, file };
        this.set_up()?;
        this.set_up_writing()?;
        if this.is_empty()? {
            this.create()?;
        }
        this.check_format()?;
        let found: i64 = this.get("SELECT user_version FROM pragma_user_version", ())?;
        if found < FORMAT {
            // From now on an older version is told that it cannot read what is written here.
            let set = this.conn.pragma_update(None, "user_version", FORMAT);
            set.map_err(this.sql("set its format"))?;
        }
        Ok(this)
    }

    fn set_up(&self) -> Result<(), ReadError> {
        self.conn.busy_timeout(BUSY_MAX).map_err(self.sql("set its timeout"))?;
        self.conn
            .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
            .map_err(self.sql("set it up"))
    }

    fn set_up_writing(&mut self) -> Result<(), ReadError> {
        self.conn
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
            )
            .map_err(self.sql("set it up"))?;
        self.checkpoint_from(CHECKPOINT_PAGES)
    }

    /// From now on a commit checkpoints once the log has `from` pages. SQLite's own automatic
    /// checkpoint hides its errors, and a sync that failed once may succeed the next time without
    /// the data. Here a failed one fails the commit.
    pub(super) fn checkpoint_from(&mut self, from: i32) -> Result<(), ReadError> {
        let hook = move |wal: &mut rusqlite::hooks::Wal, pages: i32| {
            if pages < from {
                return Ok(());
            }
            match wal.checkpoint() {
                Err(error) if is_busy(&error) => Ok(()),
                other => other,
            }
        };
        self.conn.wal_hook(Some(hook)).map_err(ReadError::sql(&self.file, "hook its log"))
    }

    /// Moves the whole log into the database and empties it; false if a reader holds on to it,
    /// for which nobody waits.
    pub(super) fn checkpoint(&self) -> Result<bool, ReadError> {
        let wait = |time| self.conn.busy_timeout(time).map_err(self.sql("set its timeout"));
        wait(Duration::ZERO)?;
        let done = self.conn.wal_checkpoint_v2(None::<&str>, CheckpointMode::TRUNCATE);
        wait(BUSY_MAX)?;
        match done {
            Ok(_) => Ok(true),
            Err(error) if is_busy(&error) => Ok(false),
            Err(error) => Err(self.sql("checkpoint")(error)),
        }
    }

    /// Whether it has no tables yet.
    pub(super) fn is_empty(&self) -> Result<bool, ReadError> {
        let tables: i64 = self.get("SELECT count(*) FROM sqlite_schema", ())?;
        Ok(tables == 0)
    }

    fn create(&mut self) -> Result<(), ReadError> {
        let sql = ReadError::sql(&self.file, "create its tables");
        let create = |conn: &mut Connection| -> rusqlite::Result<()> {
            let tx = conn.transaction()?;
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", FORMAT)?;
            tx.execute(
                "INSERT INTO meta VALUES ('epoch', 0), ('base_seq', 0), ('base_chain', ?1)",
                [GENESIS.0],
            )?;
            tx.commit()
        };
        create(&mut self.conn).map_err(sql)
    }

    pub(super) fn check_format(&self) -> Result<(), OpenError> {
        let id: i64 = self.get("SELECT application_id FROM pragma_application_id", ())?;
        let found: i64 = self.get("SELECT user_version FROM pragma_user_version", ())?;
        if id != APPLICATION_ID || found < 1 {
            let what = format!("it is no journal of deskd's (id {id:#x}, format {found})");
            return Err(Damage::new(&self.file, Place::Whole, what).into());
        }
        if found > FORMAT {
            return Err(OpenError::Format { file: self.file.clone(), found, supported: FORMAT });
        }
        Ok(())
    }

    /// For `map_err` after a call of SQLite on this database.
    pub(super) fn sql(&self, doing: &'static str) -> impl FnOnce(rusqlite::Error) -> ReadError {
        ReadError::sql(&self.file, doing)
    }

    pub(super) fn damage(&self, place: Place, what: impl Into<String>) -> Damage {
        Damage::new(&self.file, place, what)
    }

    /// The one value that `sql` answers.
    pub(super) fn get<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T, ReadError> {
        self.conn
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params, |row| row.get(0)))
            .map_err(self.sql("read"))
    }

    /// A value of the table `meta`.
    pub(super) fn meta<T: FromSql>(&self, key: &'static str) -> Result<Option<T>, ReadError> {
        self.conn
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(self.sql("read"))
    }

    fn meta_must<T: FromSql>(&self, key: &'static str) -> Result<T, ReadError> {
        self.meta(key)?.ok_or_else(|| self.damage(Place::Meta(key), "it is missing").into())
    }

    /// The epoch of the last start.
    pub(super) fn epoch(&self) -> Result<u64, ReadError> {
        self.meta_must("epoch").map(i64::cast_unsigned)
    }

    /// Makes `epoch` the epoch of the start that is under way.
    pub(super) fn set_epoch(&self, epoch: u64) -> Result<(), ReadError> {
        let sql = "UPDATE meta SET value = ?1 WHERE key = 'epoch'";
        let changed = self.conn.execute(sql, [epoch.cast_signed()]);
        match changed.map_err(self.sql("write the epoch"))? {
            1 => Ok(()),
            _ => Err(self.damage(Place::Meta("epoch"), "it is missing").into()),
        }
    }

    /// The row before the first one held here, and the chain's hash up to it.
    pub(super) fn base(&self) -> Result<(u64, Hash), ReadError> {
        let seq: i64 = self.meta_must("base_seq")?;
        Ok((seq.cast_unsigned(), Hash(self.meta_must("base_chain")?)))
    }

    /// A loss that was accepted and has no record yet.
    pub(super) fn loss(&self) -> Result<Option<AcceptedLoss>, ReadError> {
        let Some(json) = self.meta::<String>("loss")? else { return Ok(None) };
        let loss = serde_json::from_str(&json);
        loss.map(Some).map_err(|e| self.damage(Place::Meta("loss"), e.to_string()).into())
    }

    /// The last row; not checked.
    pub(super) fn head(&self) -> Result<Head, ReadError> {
        let last = self
            .conn
            .prepare_cached(
                "SELECT seq, chain, epoch, desk_ms FROM journal ORDER BY seq DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                let head = |row: &rusqlite::Row<'_>| {
                    Ok(Head {
                        seq: row.get::<_, i64>(0)?.cast_unsigned(),
                        chain: Hash(row.get(1)?),
                        epoch: row.get::<_, i64>(2)?.cast_unsigned(),
                        desk_ms: row.get::<_, i64>(3)?.cast_unsigned(),
                    })
                };
                statement.query_row((), head).optional()
            })
            .map_err(self.sql("read the last row"))?;
        let head = match last {
            Some(head) => head,
            None => {
                let (seq, chain) = self.base()?;
                Head { seq, chain, epoch: 0, desk_ms: 0 }
            }
        };
        // Only a snapshot tells of the rows of a hole at the end.
        Ok(match self.holes()?.last() {
            Some(hole) if hole.to > head.seq => Head { seq: hole.to, chain: hole.chain(), ..head },
            _ => head,
        })
    }

    /// Ranges of rows that a recovery found to be lost, in order.
    pub(super) fn holes(&self) -> Result<Vec<Hole>, ReadError> {
        let Some(json) = self.meta::<String>("holes")? else { return Ok(Vec::new()) };
        let holes = serde_json::from_str(&json);
        holes.map_err(|e| self.damage(Place::Meta("holes"), e.to_string()).into())
    }

    /// The hash of row `seq`, if it is the base or the last row of a hole.
    fn chain_unheld(&self, seq: u64) -> Result<Option<Hash>, ReadError> {
        let (base, chain) = self.base()?;
        if seq == base {
            return Ok(Some(chain));
        }
        Ok(self.holes()?.iter().find(|hole| hole.to == seq).map(Hole::chain))
    }

    /// The chain's hash at `seq`, if that row, or the base, is held here.
    pub(super) fn chain_at(&self, seq: u64) -> Result<Option<Hash>, ReadError> {
        if let Some(chain) = self.chain_unheld(seq)? {
            return Ok(Some(chain));
        }
        self.conn
            .prepare_cached("SELECT chain FROM journal WHERE seq = ?1")
            .and_then(|mut s| s.query_row([seq.cast_signed()], |row| row.get(0)).optional())
            .map(|chain| chain.map(Hash))
            .map_err(self.sql("read the chain"))
    }

    /// Gives `each` every row that `tail` (what follows FROM) selects, checked against the row
    /// before it.
    pub(super) fn each(
        &self,
        tail: &str,
        params: impl Params,
        mut each: impl FnMut(StoredRow) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let read = || self.sql("read rows");
        let sql = format!("{SELECT} {FROM} {tail}");
        let mut statement = self.conn.prepare_cached(&sql).map_err(read())?;
        let mut rows = statement.query(params).map_err(read())?;
        while let Some(row) = rows.next().map_err(read())? {
            each(self.decode(row)?)?;
        }
        Ok(())
    }

    fn decode(&self, row: &rusqlite::Row<'_>) -> Result<StoredRow, ReadError> {
        let seq = row.get::<_, i64>(0).map_err(self.sql("read a row"))?.cast_unsigned();
        let damaged = |what: String| ReadError::from(self.damage(Place::Row(seq), what));
        let raw = Raw::of(row).map_err(|e| damaged(format!("it cannot be decoded: {e}")))?;
        let prev = match raw.prev {
            Some(prev) => Hash(prev),
            None => self
                .chain_unheld(seq - 1)?
                .ok_or_else(|| damaged("the row before it is missing".to_owned()))?,
        };
        raw.check(seq, &prev).map_err(damaged)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

//! Which rows of a damaged journal are sound, and how far a State can be led.

use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;

use crate::error::{OpenError, ReadError};
use crate::mark::Found;
use crate::row::{GENESIS, Hash, StoredRow};
use crate::snapshot::{Snapshot, Snapshots};
use crate::store::db::Db;
use crate::store::raw::{FROM, Raw, SELECT};

/// Sound rows without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) from: u64,
    pub(super) to: u64,
    /// The hash that the first of them is chained to.
    pub(super) before: Hash,
    /// The hash of the last.
    pub(super) chain: Hash,
}

/// What was found.
pub(super) struct Survey {
    db: Option<Db>,
    pub(super) runs: Vec<Run>,
    pub(super) base: (u64, Hash),
    pub(super) snapshots: Vec<Filed>,
    pub(super) snapshots_lost: Vec<PathBuf>,
    /// The last row that is known to have existed, and whether a sound mark says so.
    pub(super) known: u64,
    pub(super) marked: bool,
    /// The latest epoch and desk time that anything names.
    pub(super) epoch: u64,
    pub(super) desk_ms: u64,
}

impl Survey {
    /// Looks at the journal in `dir`, whose database is read from its copy in `copy`.
    pub(super) fn of(
        dir: &Path,
        copy: &Path,
        mark: &Found,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, OpenError> {
        let (snapshots, snapshots_lost) = snapshots(dir)?;
        let db = database(copy)?;
        let base = db.as_ref().and_then(|db| db.base().ok()).unwrap_or((0, GENESIS));
        let epoch = db.as_ref().and_then(|db| db.epoch().ok()).unwrap_or(0);
        let mut survey = Self {
            runs: Vec::new(),
            base,
            known: 0,
            marked: mark.mark().is_some(),
            epoch,
            desk_ms: 0,
            db,
            snapshots,
            snapshots_lost,
        };
        if let Some(mark) = mark.mark() {
            survey.known = mark.seq;
            survey.epoch = survey.epoch.max(mark.epoch);
            survey.desk_ms = mark.desk_ms;
        }
        let held = survey.last_held();
        survey.known = survey.known.max(held);
        for (_, snapshot) in &survey.snapshots {
            survey.known = survey.known.max(snapshot.seq);
        }
        survey.walk(held, progress);
        Ok(survey)
    }

    /// Whether nothing was found at all.
    pub(super) fn is_empty(&self) -> bool {
        self.db.is_none() && self.snapshots.is_empty() && !self.marked
    }

    /// The highest number that any table or index names.
    fn last_held(&self) -> u64 {
        let Some(db) = &self.db else { return 0 };
        let ask = [
            "SELECT max(seq) FROM journal",
            "SELECT max(seq) FROM journal INDEXED BY journal_by_wall WHERE wall_ms IS NOT NULL",
            "SELECT max(seq) FROM entries",
        ];
        let answers = ask.iter().filter_map(|sql| db.get::<Option<i64>>(sql, ()).ok().flatten());
        answers.max().map_or(0, i64::cast_unsigned).max(self.base.0)
    }

    fn walk(&mut self, last: u64, progress: &mut dyn FnMut(u64, u64)) {
        let mut run: Option<Run> = None;
        for seq in self.base.0 + 1..=last {
            progress(seq - self.base.0, last - self.base.0);
            let read = self.raw(seq);
            let before = run.as_ref().map(|run| run.chain).into_iter();
            let named = self.named(seq - 1).into_iter();
            let stored = read.iter().filter_map(|raw| raw.prev.map(Hash));
            // What is known of the row before comes first, then what stands in it unproven.
            let chained = before.chain(named).chain(stored).find_map(|before| {
                let (row, _) = self.sound(seq, read.as_ref()?, &before)?;
                Some((before, row))
            });
            let Some((before, row)) = chained else {
                self.runs.extend(run.take());
                continue;
            };
            self.epoch = self.epoch.max(row.epoch);
            self.desk_ms = self.desk_ms.max(row.desk_ms);
            run = Some(match run.take() {
                Some(run) if run.chain == before => Run { to: seq, chain: row.chain, ..run },
                other => {
                    self.runs.extend(other);
                    Run { from: seq, to: seq, before, chain: row.chain }
                }
            });
        }
        self.runs.extend(run);
    }

    /// The hash of row `seq` by the base or a snapshot.
    fn named(&self, seq: u64) -> Option<Hash> {
        if seq == self.base.0 {
            return Some(self.base.1);
        }
        let snapshot = self.snapshots.iter().find(|(_, snapshot)| snapshot.seq == seq);
        snapshot.map(|(_, snapshot)| snapshot.chain)
    }

    /// The row as it stands, if it can be read at all.
    pub(super) fn raw(&self, seq: u64) -> Option<Raw> {
        let sql = format!("{SELECT} {FROM} WHERE r.seq = ?1");
        let mut statement = self.db.as_ref()?.conn.prepare_cached(&sql).ok()?;
        statement.query_row([seq.cast_signed()], Raw::of).optional().ok().flatten()
    }

    /// The row as it may be kept, if it is chained to `before`; its personal part may be taken out.
    pub(super) fn sound(&self, seq: u64, raw: &Raw, before: &Hash) -> Option<(StoredRow, Raw)> {
        let mut raw = raw.clone();
        raw.without_unsound_personal();
        let row = raw.clone().check(seq, before).ok()?;
        Some((row, raw))
    }

    /// How far a State can be led: from the base or a sound snapshot, along sound rows.
    pub(super) fn reach(&self) -> u64 {
        let starts = self.snapshots.iter().map(|(_, snapshot)| (snapshot.seq, snapshot.chain));
        let reach = |(seq, chain): (u64, Hash)| {
            let on = self.runs.iter().find(|run| (run.from..=run.to).contains(&(seq + 1)));
            match on {
                Some(run) if self.chain_in(run, seq) == Some(chain) => run.to,
                _ => seq,
            }
        };
        starts.chain([self.base]).map(reach).max().unwrap_or(self.base.0)
    }

    /// The hash of row `seq`, which is in the run or just before it.
    pub(super) fn chain_in(&self, run: &Run, seq: u64) -> Option<Hash> {
        if seq + 1 == run.from {
            return Some(run.before);
        }
        (run.from..=run.to).contains(&seq).then(|| self.raw(seq).map(|raw| raw.chain())).flatten()
    }

    /// The index entries of rows for which `lost` holds; those that can be read.
    pub(super) fn entries(
        &self,
        lost: impl Fn(u64) -> bool,
        mut each: impl FnMut((String, String)) -> bool,
    ) {
        let Some(db) = &self.db else { return };
        let Ok(mut statement) = db.conn.prepare("SELECT name, value, seq FROM entries") else {
            return;
        };
        let entry = |row: &rusqlite::Row<'_>| {
            Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.cast_unsigned()))
        };
        let Ok(rows) = statement.query_map((), entry) else { return };
        for (entry, seq) in rows.map_while(Result::ok) {
            if lost(seq) && !each(entry) {
                return;
            }
        }
    }
}

/// A snapshot and its file.
type Filed = (PathBuf, Snapshot);

/// Sound snapshots, oldest first, and the files of those that are not.
fn snapshots(dir: &Path) -> Result<(Vec<Filed>, Vec<PathBuf>), ReadError> {
    let (mut sound, mut lost) = (Vec::new(), Vec::new());
    for (_, path) in Snapshots::of(dir).paths()? {
        match Snapshots::read(&path) {
            Ok(snapshot) => sound.push((path, snapshot)),
            Err(_) => lost.push(path),
        }
    }
    Ok((sound, lost))
}

/// The database, if SQLite makes anything of it.
fn database(dir: &Path) -> Result<Option<Db>, OpenError> {
    let Ok(db) = Db::read_only_unchecked(dir) else { return Ok(None) };
    match db.check_format() {
        Err(error @ OpenError::Format { .. }) => Err(error),
        // What marks it as a journal may be what is damaged.
        _ => Ok(db.is_empty().is_ok_and(|empty| !empty).then_some(db)),
    }
}

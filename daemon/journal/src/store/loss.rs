//! The operator's deliberate way on after a loss, for `deskd journal accept-loss`.

use std::fs;
use std::path::Path;

use super::db::Db;
use super::files::{self, Lock};
use super::inspect::{check_mark, open_existing, walk};
use crate::error::{Damage, LossError, ReadError};
use crate::mark::{self, Mark, MarkFile};
use crate::port::{AcceptedLoss, Head};
use crate::row::{GENESIS, Hash};
use crate::snapshot::{self, Snapshots};

/// Up to where the chain holds, and why no further.
struct Sound {
    seq: u64,
    chain: Hash,
    desk_ms: u64,
    epoch: u64,
    head: Head,
    why: Option<Box<Damage>>,
}

/// Accepts that the rows after `to`, the last sound one, are lost: writes a new head mark, and
/// keeps what is cut (rows and snapshots after `to`) in a folder beside the database. The next
/// start finds the answer in [`Start::loss`](crate::Start::loss), to be recorded by the caller.
/// `wall_ms` is the wall time in milliseconds.
///
/// # Errors
/// [`LossError`]; nothing that the journal holds was changed if `to` is not the last sound row,
/// if nothing is lost, or if a daemon runs.
pub fn accept_loss(dir: &Path, to: u64, wall_ms: i64) -> Result<AcceptedLoss, LossError> {
    fs::read_dir(dir).map_err(ReadError::io(dir, "list"))?;
    let _lock = Lock::take(dir)?;
    let found = mark::read(dir)?;
    let sound = last_sound(dir)?;
    if to != sound.seq {
        return Err(LossError::NotTheLast { asked: to, last_sound: sound.seq, why: sound.why });
    }
    let snapshots = Snapshots::of(dir).paths()?;
    let mut cut: Vec<u64> = snapshots.into_iter().map(|(seq, _)| seq).collect();
    cut.retain(|seq| *seq > to);
    let mark_agrees = check_mark(dir, &found, &sound.head, open_existing(dir)?.as_ref()).is_ok();
    if sound.why.is_none() && mark_agrees && cut.is_empty() {
        return Err(LossError::NothingLost { last: to });
    }

    let last = found.mark();
    let known = last.map_or(0, |mark| mark.seq).max(sound.head.seq).max(to);
    let loss = AcceptedLoss { to, known, wall_ms };
    set_aside(dir, wall_ms, &cut)?;
    cut_rows(dir, &loss)?;
    for seq in cut {
        let path = snapshot::path(dir, seq);
        fs::remove_file(&path).map_err(ReadError::io(&path, "remove"))?;
    }
    let mark = Mark {
        epoch: last.map_or(0, |mark| mark.epoch).max(sound.epoch),
        seq: to,
        chain: sound.chain,
        desk_ms: last.map_or(0, |mark| mark.desk_ms).max(sound.desk_ms),
    };
    MarkFile::renew(dir, found.generation(), mark)?;
    tracing::warn!(dir = %dir.display(), to, known, "a loss was accepted");
    Ok(loss)
}

fn last_sound(dir: &Path) -> Result<Sound, LossError> {
    let empty = Head { seq: 0, chain: GENESIS, epoch: 0, desk_ms: 0 };
    let start = Sound { seq: 0, chain: GENESIS, desk_ms: 0, epoch: 0, head: empty, why: None };
    let Some(db) = open_existing(dir)? else { return Ok(start) };
    let (seq, chain) = db.base()?;
    let mut sound = Sound { seq, chain, epoch: db.epoch()?, head: db.head()?, ..start };
    let walked = walk(&db, seq, |row| {
        (sound.seq, sound.chain) = (row.seq, row.chain);
        sound.desk_ms = row.desk_ms;
        Ok(())
    });
    match walked {
        Ok(()) => Ok(sound),
        Err(ReadError::Damaged(damage)) => Ok(Sound { why: Some(Box::new(damage)), ..sound }),
        Err(error) => Err(error.into()),
    }
}

/// Copies what is about to be cut, and the mark, into a folder of this moment.
fn set_aside(dir: &Path, wall_ms: i64, snapshots: &[u64]) -> Result<(), ReadError> {
    let aside = dir.join(format!("set-aside-{wall_ms}"));
    files::make_dir(&aside)?;
    let mut all = vec![files::database(dir), files::wal(dir), mark::path(dir)];
    all.extend(snapshots.iter().map(|seq| snapshot::path(dir, *seq)));
    for from in all {
        if from.exists() {
            files::copy_into(&aside, &from)?;
        }
    }
    files::sync_dir(&aside)?;
    files::sync_dir(dir)
}

fn cut_rows(dir: &Path, loss: &AcceptedLoss) -> Result<(), LossError> {
    let db = Db::writable(dir)?;
    let json = serde_json::to_string(loss)
        .map_err(|e| ReadError::io(&db.file, "encode a loss")(e.into()))?;
    let cut = |db: &Db| -> rusqlite::Result<()> {
        let tx = db.conn.unchecked_transaction()?;
        tx.execute("DELETE FROM journal WHERE seq > ?1", [loss.to.cast_signed()])?;
        tx.execute("DELETE FROM entries WHERE seq > ?1", [loss.to.cast_signed()])?;
        tx.execute("INSERT OR REPLACE INTO meta VALUES ('loss', ?1)", [json])?;
        tx.commit()
    };
    cut(&db).map_err(db.sql("cut lost rows"))?;
    db.checkpoint()?;
    Ok(())
}

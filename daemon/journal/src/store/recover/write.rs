//! The new journal, of what a survey found.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::survey::{Run, Survey};
use super::{RecoverError, Recovered, SALVAGED, TOUCHED_MAX};
use crate::error::ReadError;
use crate::mark::{Mark, MarkFile};
use crate::port::{AcceptedLoss, Hole};
use crate::row::Hash;
use crate::snapshot::Snapshots;
use crate::store::db::Db;
use crate::store::export::{ExportError, write_line};
use crate::store::files;

/// Rows to a transaction.
const COMMIT_EVERY: u64 = 10_000;

pub(super) fn write(survey: &Survey, to: &Path, wall_ms: i64) -> Result<Recovered, RecoverError> {
    let reach = survey.reach();
    let kept = kept(survey, reach);
    let mut recovered = Recovered {
        to: reach,
        known: survey.known,
        rows: 0,
        holes: holes(survey, &kept, reach),
        personal_lost: Vec::new(),
        salvaged: 0,
        snapshots_lost: survey.snapshots_lost.clone(),
        touched: std::collections::BTreeSet::new(),
        touched_more: false,
        loss: None,
    };
    let whole = recovered.holes.is_empty() && reach == survey.known && survey.marked;
    recovered.loss = (!whole).then_some(AcceptedLoss { to: reach, known: survey.known, wall_ms });
    rows(survey, to, &kept, &mut recovered)?;
    snapshots(survey, to, &kept, &mut recovered)?;
    salvage(survey, to, &mut recovered)?;
    touch(survey, &kept, &mut recovered);
    let chain = chain_at(survey, &kept, reach).unwrap_or(survey.base.1);
    let mark = Mark { epoch: survey.epoch, seq: reach, chain, desk_ms: survey.desk_ms };
    MarkFile::renew(to, 0, mark)?;
    Ok(recovered)
}

/// The runs up to row `reach`.
fn kept(survey: &Survey, reach: u64) -> Vec<Run> {
    let up_to = |run: &Run| {
        let to = run.to.min(reach);
        let chain = survey.chain_in(run, to)?;
        (run.from <= reach).then_some(Run { to, chain, ..*run })
    };
    survey.runs.iter().filter_map(up_to).collect()
}

fn holes(survey: &Survey, kept: &[Run], reach: u64) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut last = survey.base.0;
    for run in kept {
        if run.from > last + 1 {
            holes.push(Hole::new(last + 1, run.from - 1, run.before));
        }
        last = run.to;
    }
    if last < reach
        && let Some((_, snapshot)) = survey.snapshots.iter().find(|(_, s)| s.seq == reach)
    {
        holes.push(Hole::new(last + 1, reach, snapshot.chain));
    }
    holes
}

/// The hash of row `seq` in the new journal, if it is kept, or named by what is.
fn chain_at(survey: &Survey, kept: &[Run], seq: u64) -> Option<Hash> {
    let held = kept.iter().find_map(|run| survey.chain_in(run, seq));
    let named = || survey.snapshots.iter().find(|(_, s)| s.seq == seq).map(|(_, s)| s.chain);
    held.or_else(named)
}

fn rows(
    survey: &Survey,
    to: &Path,
    kept: &[Run],
    recovered: &mut Recovered,
) -> Result<(), RecoverError> {
    let db = Db::writable(to)?;
    let begin = || db.conn.unchecked_transaction().map_err(db.sql("begin"));
    let mut tx = begin()?;
    for run in kept {
        let mut before = run.before;
        for seq in run.from..=run.to {
            let read = survey.raw(seq);
            let Some((row, raw)) = read.as_ref().and_then(|raw| survey.sound(seq, raw, &before))
            else {
                let gone = std::io::Error::other("a row that was sound cannot be read any more");
                return Err(ReadError::io(&db.file, "copy rows")(gone).into());
            };
            if read.is_some_and(|mut raw| raw.without_unsound_personal()) {
                recovered.personal_lost.push(seq);
            }
            raw.insert(&tx, seq, &row.index).map_err(db.sql("copy rows"))?;
            before = row.chain;
            recovered.rows += 1;
            if recovered.rows.is_multiple_of(COMMIT_EVERY) {
                tx.commit().map_err(db.sql("copy rows"))?;
                tx = begin()?;
            }
        }
    }
    meta(&tx, survey, recovered).map_err(db.sql("write what was lost"))?;
    tx.commit().map_err(db.sql("copy rows"))?;
    db.checkpoint()?;
    Ok(())
}

fn meta(
    conn: &rusqlite::Connection,
    survey: &Survey,
    recovered: &Recovered,
) -> rusqlite::Result<()> {
    let put = |key: &str, value: &dyn rusqlite::ToSql| {
        let sql = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
        conn.execute(sql, rusqlite::params![key, value]).map(drop)
    };
    put("epoch", &survey.epoch.cast_signed())?;
    put("base_seq", &survey.base.0.cast_signed())?;
    put("base_chain", &survey.base.1.0)?;
    if !recovered.holes.is_empty() {
        put("holes", &json(&recovered.holes)?)?;
    }
    if let Some(loss) = &recovered.loss {
        put("loss", &json(loss)?)?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    let text = serde_json::to_string(value);
    text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Copies the snapshots that the new journal can vouch for.
fn snapshots(
    survey: &Survey,
    to: &Path,
    kept: &[Run],
    recovered: &mut Recovered,
) -> Result<(), RecoverError> {
    let new = Snapshots::of(to);
    new.prepare()?;
    for (path, snapshot) in &survey.snapshots {
        if snapshot.seq <= recovered.to
            && chain_at(survey, kept, snapshot.seq) == Some(snapshot.chain)
        {
            let within = |hole: &Hole| (hole.from..hole.to).contains(&snapshot.seq);
            if !recovered.holes.iter().any(within) {
                new.write(snapshot)?;
                continue;
            }
        }
        recovered.snapshots_lost.push(path.clone());
    }
    Ok(())
}

/// Writes the sound rows after the last one that is kept into a file.
fn salvage(survey: &Survey, to: &Path, recovered: &mut Recovered) -> Result<(), RecoverError> {
    let path = to.join(SALVAGED);
    let failed = || ReadError::io(&path, "write");
    let mut out = None;
    for run in survey.runs.iter().filter(|run| run.to > recovered.to) {
        let mut before = run.before;
        for seq in run.from..=run.to {
            let Some((row, _)) = survey.raw(seq).and_then(|raw| survey.sound(seq, &raw, &before))
            else {
                break;
            };
            before = row.chain;
            if seq <= recovered.to {
                continue;
            }
            let out = match &mut out {
                Some(out) => out,
                none => {
                    files::create_if_missing(&path)?;
                    let file = File::options().write(true).open(&path).map_err(failed())?;
                    none.insert(BufWriter::new(file))
                }
            };
            match write_line(&row, out) {
                Ok(()) => recovered.salvaged += 1,
                // What is no JSON cannot be told in a line; its row counts as lost.
                Err(ExportError::NotJson { .. }) => {}
                Err(ExportError::Write(error)) => return Err(failed()(error).into()),
                Err(ExportError::Journal(error)) => return Err(error.into()),
            }
        }
    }
    if let Some(mut out) = out {
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(failed())?;
    }
    files::sync_dir(to)?;
    Ok(())
}

/// Gathers what the rows that are not kept were about.
fn touch(survey: &Survey, kept: &[Run], recovered: &mut Recovered) {
    let lost = |seq| !kept.iter().any(|run| (run.from..=run.to).contains(&seq));
    survey.entries(lost, |entry| {
        recovered.touched.insert(entry);
        recovered.touched_more = recovered.touched.len() >= TOUCHED_MAX;
        !recovered.touched_more
    });
}

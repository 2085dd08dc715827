//! Carrying erasures out on a journal that no daemon writes: at a start, and after a restore.

use super::about;
use super::list::{self, Erasure};
use crate::codec::{ERASURE, decode};
use crate::engine::{from_snapshot, to_snapshot};
use anyhow::{Context, Result, bail};
use desk_core::Event;
use desk_core::name::ChatId;
use desk_journal::{Journal, READ_ROWS_MAX, Read, Scrubbed, Snapshots};
use std::collections::BTreeSet;
use std::path::Path;

/// Erasures that stand in the journal and are not on its list: they were not carried out to the end.
pub(super) fn pending(journal: &dyn Read, dir: &Path) -> Result<Vec<Erasure>> {
    let listed = list::read(&list::path(dir)).context("the list of erasures")?;
    let mut pending = Vec::new();
    let mut after = 0;
    loop {
        let rows = journal.by_index(ERASURE, "1", after, READ_ROWS_MAX)?;
        let Some(last) = rows.last() else { return Ok(pending) };
        after = last.seq;
        for row in &rows {
            if listed.iter().any(|known| (known.epoch, known.seq) == (row.epoch, row.seq)) {
                continue;
            }
            for event in decode(row)?.events {
                if let Event::PersonErased { chats, .. } = event {
                    let (epoch, seq, wall_ms) = (row.epoch, row.seq, row.wall_ms);
                    pending.push(Erasure { v: 1, epoch, seq, wall_ms, chats });
                }
            }
        }
    }
}

/// Carries out what an earlier run did not come to the end of; how many erasures.
///
/// # Errors
/// What is in the way; the next start tries again.
pub fn catch_up(
    writer: &mut dyn Journal,
    reader: &dyn Read,
    snapshots: &Snapshots,
    dir: &Path,
) -> Result<usize> {
    let pending = pending(reader, dir)?;
    carry_out(writer, reader, snapshots, &pending)?;
    list::join(dir, &pending).context("the list of erasures")?;
    Ok(pending.len())
}

/// Carries out erasures from elsewhere, of which the journal need not know; how many records were
/// erased. They are on its list then.
///
/// # Errors
/// What is in the way.
pub fn apply(
    writer: &mut dyn Journal,
    reader: &dyn Read,
    snapshots: &Snapshots,
    dir: &Path,
    erasures: &[Erasure],
) -> Result<u64> {
    let erased = carry_out(writer, reader, snapshots, erasures)?;
    list::join(dir, erasures).context("the list of erasures")?;
    Ok(erased)
}

fn carry_out(
    writer: &mut dyn Journal,
    reader: &dyn Read,
    snapshots: &Snapshots,
    erasures: &[Erasure],
) -> Result<u64> {
    if erasures.is_empty() {
        return Ok(0);
    }
    let chats: BTreeSet<ChatId> =
        erasures.iter().flat_map(|erasure| erasure.chats.iter().copied()).collect();
    let about = about(reader, &chats)?;
    // Snapshots first: once the records are erased, nobody knows the keys any more.
    forget(snapshots, &chats, &about.keys)?;
    let seqs: Vec<u64> = about.seqs.iter().copied().collect();
    let erased = writer.erase(&seqs)?;
    let mut after = 0;
    loop {
        match writer.scrub(after)? {
            Scrubbed::To(page) => after = page,
            Scrubbed::Whole => return Ok(erased),
            Scrubbed::LogHeld => bail!("somebody reads the journal; try again when they are done"),
        }
    }
}

/// Writes each snapshot anew that knows of these chats or keys; how many.
pub(super) fn forget(
    snapshots: &Snapshots,
    chats: &BTreeSet<ChatId>,
    keys: &BTreeSet<String>,
) -> Result<u64> {
    let mut anew = 0;
    for info in snapshots.list()? {
        let Some(snapshot) = snapshots.at_or_before(info.seq)? else { continue };
        let mut state = from_snapshot(&snapshot)?;
        state.forget(chats, keys);
        let made = to_snapshot(&state, snapshot.chain, snapshot.wall_ms);
        if made.body != snapshot.body {
            snapshots.write(&made)?;
            anew += 1;
        }
    }
    Ok(anew)
}

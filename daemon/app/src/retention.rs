//! How long the journal is kept: what is older than its time, or too much, is cut off. A chat that is
//! open and an incident that is not settled hold the cut before their first record, a delivery that is
//! not sent and the script set in force before their own.

use crate::clock::wall_ms;
use crate::codec::{CHAT, SCRIPTS};
use crate::config::Journal;
use crate::desk::{Desk, Turn, Unanswered, WritableJournal};
use crate::engine::{replay, to_snapshot};
use crate::history::{Untold, script_files};
use anyhow::{Context, Result};
use desk_core::name::{ChatId, Hash};
use desk_core::policy::Policy;
use desk_core::{Actor, Command, SetHow, State};
use desk_journal::{Read, Scrubbed};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What State holds the cut by.
struct Holds {
    /// The first record of the oldest open chat.
    opened_seq: u64,
    /// Chats whose incidents are not settled.
    unsettled: Vec<ChatId>,
    /// The first record in which something stands that is still to be delivered.
    delivery_seq: u64,
    scripts: Option<Hash>,
    /// What the scripts folder holds and is not to be taken.
    folder: Option<Hash>,
    /// Whether a rule of theirs follows the journal.
    follows: bool,
}

/// Cuts now and then, until the daemon stops.
pub async fn keep<P: Policy + Send + 'static>(
    desk: Desk<P>,
    journal: Journal,
    shutdown: CancellationToken,
) {
    loop {
        match cut(&desk, &journal, wall_ms()).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(records, "cut off what was kept for its time"),
            Err(error) => {
                tracing::error!(error = %format!("{error:#}"), "the journal cannot be cut");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Cuts off what is due at this moment; how many records.
///
/// # Errors
/// What is in the way; what is held is sound.
pub async fn cut<P: Policy + Send + 'static>(
    desk: &Desk<P>,
    journal: &Journal,
    now_ms: i64,
) -> Result<u64> {
    let limit_ms = now_ms - i64::from(journal.retain_days) * DAY_MS;
    let bytes_max = (journal.max_mib > 0).then(|| u64::from(journal.max_mib) << 20);
    let wanted = move |read: &dyn Read| wanted(read, limit_ms, bytes_max);
    let Some((first, to)) = desk.readers().read(wanted).await? else { return Ok(0) };
    let holds = desk.view(|state, _| Holds::of(state)).await?;
    renew_scripts(desk, &holds, to).await?;
    let to = desk.readers().read(move |read| held(read, &holds, to)).await?;
    // A cut that is too small is not worth a snapshot.
    if to < first {
        return Ok(0);
    }
    base(desk, to, now_ms).await.context("a snapshot to cut up to")?;
    desk.on_journal(Box::new(move |journal: &mut dyn WritableJournal| {
        Ok(if journal.cut(to)? == 0 { Turn::Done } else { Turn::Again })
    }))
    .await?;
    let mut after = 0;
    desk.on_journal(Box::new(move |journal: &mut dyn WritableJournal| {
        Ok(match journal.scrub(after)? {
            Scrubbed::To(page) => {
                after = page;
                Turn::Again
            }
            Scrubbed::LogHeld => Turn::Later,
            Scrubbed::Whole => Turn::Done,
        })
    }))
    .await?;
    let of = desk.clone();
    tokio::task::spawn_blocking(move || of.snapshots_held(|all| all.remove_before(to))).await??;
    Ok(to + 1 - first)
}

impl Holds {
    fn of(state: &State) -> Self {
        let opened = state.chats.values().map(|chat| chat.opened_seq);
        Self {
            opened_seq: opened.min().unwrap_or(u64::MAX),
            unsettled: state.outbox.incidents.keys().copied().collect(),
            delivery_seq: state.deliveries.first_seq().unwrap_or(u64::MAX),
            scripts: state.scripts.clone(),
            folder: state.sets.held().cloned(),
            follows: state.followed.is_some(),
        }
    }
}

/// The first record held, and the last one that is too old or too much.
fn wanted(
    read: &dyn Read,
    limit_ms: i64,
    bytes_max: Option<u64>,
) -> Result<Option<(u64, u64)>, Untold> {
    let Some(first) = read.rows(0, 1)?.first().map(|row| row.seq) else { return Ok(None) };
    let head = read.head()?.seq;
    // By the clock that people read; where it was set back, younger records keep older ones.
    let young = read.by_time(limit_ms..i64::MAX, None, 1)?;
    let mut to = young.first().map_or(head, |row| row.seq).saturating_sub(1);
    if let Some(most) = bytes_max {
        let bytes = read.bytes()?.max(1);
        let rows = u128::from(head + 1 - first);
        let over = u128::from(bytes.saturating_sub(most));
        let over = u64::try_from(rows * over / u128::from(bytes)).unwrap_or(0);
        to = to.max((first + over).saturating_sub(1));
    }
    let to = to.min(head.saturating_sub(1));
    Ok((to >= first).then_some((first, to)))
}

/// A script set that is in force for longer than records are kept is written down once more.
async fn renew_scripts<P: Policy + Send + 'static>(
    desk: &Desk<P>,
    holds: &Holds,
    to: u64,
) -> Result<()> {
    let Some(hash) = holds.scripts.clone() else { return Ok(()) };
    let of = hash.clone();
    let known = move |read: &dyn Read| -> Result<_, Untold> {
        let last = last_set(read, &of)?;
        Ok(match script_files(read, &of)? {
            Some(files) if last.is_some_and(|seq| seq <= to) => Some(files),
            _ => None,
        })
    };
    if let Some(files) = desk.readers().read(known).await? {
        let files = files.into_iter().map(|(name, text)| (name, text.to_string())).collect();
        // As when somebody goes back to it: nothing is moved by that.
        let (how, held) = (SetHow::RolledBack, holds.folder.clone());
        let follows = holds.follows;
        let again = Command::SetScripts { hash, files, how, held, follows };
        desk.command(Actor::Daemon, None, again).await?;
    }
    Ok(())
}

/// The last record of a script set.
fn last_set(read: &dyn Read, hash: &Hash) -> Result<Option<u64>, Untold> {
    let (mut last, mut after) = (None, 0);
    loop {
        let rows = read.by_index(SCRIPTS, hash.as_str(), after, 16)?;
        let Some(row) = rows.last() else { return Ok(last) };
        (last, after) = (Some(row.seq), row.seq);
    }
}

/// Up to where may be cut of what should be: before the first record of what is not at its end.
fn held(read: &dyn Read, holds: &Holds, mut to: u64) -> Result<u64, Untold> {
    to = to.min(holds.opened_seq.min(holds.delivery_seq).saturating_sub(1));
    for chat in &holds.unsettled {
        let first = read.by_index(CHAT, &chat.to_string(), 0, 1)?;
        to = to.min(first.first().map_or(u64::MAX, |row| row.seq.saturating_sub(1)));
    }
    if let Some(hash) = &holds.scripts {
        to = to.min(last_set(read, hash)?.map_or(u64::MAX, |seq| seq.saturating_sub(1)));
    }
    Ok(to)
}

/// The snapshot from which everything that is left can be played again.
async fn base<P: Policy + Send + 'static>(desk: &Desk<P>, to: u64, now_ms: i64) -> Result<()> {
    let of = desk.clone();
    let make = move || {
        of.snapshots_held(|snapshots| -> Result<()> {
            let made = of.readers().read_now(|read| -> Result<_> {
                let from = read.last_snapshot_at_or_before(to)?;
                let state = replay(read, from.as_ref(), to)?.state;
                let row = read.row(to)?.context("its record is not there")?;
                Ok(to_snapshot(&state, row.chain, now_ms))
            })?;
            snapshots.write(&made)?;
            Ok(())
        })
    };
    tokio::task::spawn_blocking(make).await.map_err(|_| Unanswered::Stopping)?
}

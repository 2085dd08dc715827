//! Erasing while the desk runs.

use super::offline::{forget, pending};
use super::{about, list};
use crate::desk::{Desk, Turn, Unanswered, WritableJournal};
use crate::history::{Untold, told};
use desk_core::name::{ChatId, CommandId};
use desk_core::policy::Policy;
use desk_core::{Actor, Command};
use desk_journal::{Read, Scrubbed};
use std::collections::BTreeSet;
use std::path::Path;

/// Most chats that one erasure takes: its record stays small, and so does what is asked before it.
pub const CHATS_MAX: usize = 500;
/// Records that are erased between two commits.
const ROWS: usize = 64;

/// What an erasure came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records whose personal part is gone.
    pub records: u64,
    /// Snapshots that were written anew.
    pub snapshots: u64,
    /// Numbers of the incidents that ServiceNow holds.
    pub incidents: Vec<String>,
    /// Records of an older format that keep a keyed hash of the address.
    pub for_good: u64,
}

/// Why it was not erased, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum NotErased {
    /// The desk refused it, or gave no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The journal cannot be read.
    #[error(transparent)]
    Untold(#[from] Untold),
    /// It stands in the journal and is carried out at the next start.
    #[error("it is decided, but not carried out to the end; the next start goes on with it: {0}")]
    Unfinished(String),
}

/// Decides that these chats' personal parts are erased, and carries it out.
///
/// # Errors
/// Why it was not erased, or not to the end.
pub async fn erase<P: Policy + Send + 'static>(
    desk: &Desk<P>,
    who: Actor,
    id: Option<CommandId>,
    chats: BTreeSet<ChatId>,
) -> Result<Erased, NotErased> {
    let wanted = chats.clone();
    let (keys, incidents) = desk
        .readers()
        .read(move |journal| -> Result<_, Untold> {
            Ok((about(journal, &wanted)?.keys, incidents(journal, &wanted)?))
        })
        .await?;
    desk.command(who, id, Command::ErasePerson { chats, keys }).await?;
    Ok(Erased { incidents, ..finish(desk).await? })
}

/// Carries out every erasure that stands in the journal and is not carried out to the end.
///
/// # Errors
/// [`NotErased::Unfinished`]
pub async fn finish<P: Policy + Send + 'static>(desk: &Desk<P>) -> Result<Erased, NotErased> {
    let _one = desk.erasing().lock().await;
    let unfinished = |why: String| NotErased::Unfinished(why);
    let dir = desk.dir().to_owned();
    let read = move |journal: &dyn Read| -> Result<_, Untold> {
        let pending = pending(journal, &dir).map_err(|error| format!("{error:#}"));
        let Ok(all) = &pending else { return Ok((pending, super::About::default())) };
        let chats = all.iter().flat_map(|erasure| erasure.chats.iter().copied()).collect();
        let about = about(journal, &chats)?;
        Ok((pending, about))
    };
    let (pending, about) = desk.readers().read(read).await?;
    let pending = pending.map_err(unfinished)?;
    let super::About { seqs, keys, for_good } = about;
    let records = seqs.len() as u64;
    // Snapshots first: once the records are erased, nobody knows the keys any more.
    let chats: BTreeSet<ChatId> =
        pending.iter().flat_map(|erasure| erasure.chats.iter().copied()).collect();
    let of = desk.clone();
    let anew = move || of.snapshots_held(|snapshots| forget(snapshots, &chats, &keys));
    let snapshots = match tokio::task::spawn_blocking(anew).await {
        Ok(anew) => anew.map_err(|error| unfinished(error.to_string()))?,
        Err(error) => return Err(unfinished(error.to_string())),
    };
    let mut left: Vec<u64> = seqs.into_iter().collect();
    desk.on_journal(Box::new(move |journal: &mut dyn WritableJournal| {
        let now = left.split_off(left.len().saturating_sub(ROWS));
        journal.erase(&now)?;
        Ok(if left.is_empty() { Turn::Done } else { Turn::Again })
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
    let dir = desk.dir().to_owned();
    let joined = tokio::task::spawn_blocking(move || list::join(&dir, &pending)).await;
    joined
        .map_err(|error| unfinished(error.to_string()))?
        .map_err(|error| unfinished(error.to_string()))?;
    Ok(Erased { records, snapshots, for_good, incidents: Vec::new() })
}

fn incidents(journal: &dyn Read, chats: &BTreeSet<ChatId>) -> Result<Vec<String>, Untold> {
    let mut numbers = Vec::new();
    for chat in chats {
        numbers.extend(told(journal, *chat)?.and_then(|told| told.number().map(Into::into)));
    }
    Ok(numbers)
}

/// Files beside the journal that an erasure does not reach: copies that an operator asked for.
#[must_use]
pub fn elsewhere(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<String> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("set-aside-") || name == desk_journal::SALVAGED
        })
        .map(|entry| entry.path().display().to_string())
        .collect();
    found.sort();
    found
}

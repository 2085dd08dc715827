//! Script sets as the journal keeps them: each stands there, by its hash, before its first verdict.

use super::Untold;
use crate::codec::{SCRIPTS, decode};
use desk_core::Event;
use desk_core::name::Hash;
use desk_hooks::Files;
use desk_journal::Read;

/// The files of the script set that has this hash; `None` where it never was in force.
///
/// # Errors
/// What cannot be read.
pub fn script_files(journal: &dyn Read, hash: &Hash) -> Result<Option<Files>, Untold> {
    let rows = journal.by_index(SCRIPTS, hash.as_str(), 0, 1)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let files = decode(row)?.events.into_iter().find_map(|event| match event {
        Event::ScriptsSet { hash: of, files, .. } if of == *hash => Some(files),
        _ => None,
    });
    Ok(files.map(|files| files.into_iter().map(|(name, text)| (name, text.into())).collect()))
}

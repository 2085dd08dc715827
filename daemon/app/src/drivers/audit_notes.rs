//! Counts notes by their marks: by what records show, and where that is not enough by one look at the
//! entries of all of them.

use super::audit::{AUDIT_MAX, Looks, NOTES};
use super::brief;
use desk_servicenow::{Held, JournalEntry, NotDone, SysId};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of notes of those records whose own text does not tell.
#[derive(Debug, Default)]
pub(super) struct Notes {
    entries: BTreeMap<SysId, Result<Entries, Unread>>,
}

#[derive(Debug, Default)]
struct Entries {
    shown: Vec<JournalEntry>,
    /// Whether there may be more.
    more: bool,
}

/// Why entries were not read.
#[derive(Debug, Clone)]
enum Unread {
    /// The account may not.
    Refused,
    /// They may be another time.
    Failed(String),
}

/// How often a note is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Times(usize),
    /// Why nobody can say.
    Untold(String),
}

impl Notes {
    /// Reads what is needed to count these marks.
    pub(super) async fn read(looks: Looks<'_>, wanted: &[(&Held, String)]) -> Self {
        let unseen = wanted.iter().filter(|(record, mark)| shown(record, mark) == Some(0));
        let hidden = wanted.iter().filter(|(record, _)| !record.journals.contains_key(NOTES));
        let ids: BTreeSet<SysId> =
            unseen.chain(hidden).map(|(record, _)| record.sys_id.clone()).collect();
        let ids: Vec<SysId> = ids.into_iter().collect();
        let mut notes = Self::default();
        for some in ids.chunks(AUDIT_MAX) {
            let read = looks.at(looks.client.journal(some, NOTES)).await;
            let mut read = read.map_err(|not_done| match not_done {
                NotDone::Permanent { .. } => Unread::Refused,
                failed => Unread::Failed(brief(&failed)),
            });
            for id in some {
                let entries = match &mut read {
                    Ok(journal) => {
                        let shown = journal.entries.remove(id).unwrap_or_default();
                        Ok(Entries { shown, more: journal.more })
                    }
                    Err(unread) => Err(unread.clone()),
                };
                notes.entries.insert(id.clone(), entries);
            }
        }
        notes
    }

    /// How often a record has a note with this mark.
    pub(super) fn count(&self, record: &Held, mark: &str) -> Counted {
        let text = shown(record, mark);
        if let Some(times) = text.filter(|times| *times > 0) {
            return Counted::Times(times);
        }
        let nobody = || {
            let why = format!("neither {NOTES} nor sys_journal_field can be read");
            Counted::Untold(why)
        };
        match self.entries.get(&record.sys_id) {
            Some(Ok(Entries { shown, more })) => {
                let times = shown.iter().filter(|entry| entry.value.contains(mark)).count();
                if times > 0 || text.is_some() || (!shown.is_empty() && !more) {
                    Counted::Times(times)
                } else {
                    nobody()
                }
            }
            Some(Err(Unread::Failed(why))) => Counted::Untold(why.clone()),
            Some(Err(Unread::Refused)) | None if text.is_some() => Counted::Times(0),
            Some(Err(Unread::Refused)) | None => nobody(),
        }
    }
}

/// How often the record's own text has the mark; `None` where it shows none.
fn shown(record: &Held, mark: &str) -> Option<usize> {
    Some(record.journals.get(NOTES)?.matches(mark).count())
}

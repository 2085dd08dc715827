//! What is held about a person: finding it, showing it, erasing it.

mod erase;
mod list;
mod offline;

pub use erase::{CHATS_MAX, Erased, NotErased, elsewhere, erase, finish};
pub(crate) use list::read_any;
pub use list::{Erasure, beside, copy, join, read};
pub use offline::{apply, catch_up};

use crate::codec::{ARRIVED, EMAIL, EMAIL_FOR_GOOD, email_key};
use crate::history::Untold;
use crate::keys::Keys;
use desk_core::name::ChatId;
use desk_core::{Event, Private};
use desk_journal::{READ_ROWS_MAX, Read, StoredRow};
use std::collections::BTreeSet;

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Whoever gave this address.
    Email(String),
    /// Whoever gave this name.
    Name(String),
    /// The customer of this chat, by this chat alone.
    Chat(ChatId),
}

/// A person's chats, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// At most [`CHATS_MAX`] of them.
    pub chats: Vec<ChatId>,
    /// Whether there are more.
    pub more: bool,
}

/// Every chat of a person, those too that were turned away. By an address the index tells; a name
/// stands in no index, so every arrival is read.
///
/// # Errors
/// What cannot be read.
pub fn find(journal: &dyn Read, keys: &Keys, by: &By) -> Result<Found, Untold> {
    let mut found = BTreeSet::new();
    match by {
        By::Chat(chat) => {
            let known = crate::history::is_known_chat(journal, *chat)?;
            found.extend(known.then_some((0, *chat)));
        }
        By::Email(email) => {
            let key = email_key(keys, email).unwrap_or_default();
            for column in [EMAIL, EMAIL_FOR_GOOD] {
                arrivals(journal, column, &key, |row, chat, _| {
                    found.insert((row.seq, chat));
                    found.len() <= CHATS_MAX
                })?;
            }
        }
        By::Name(name) => {
            let name = folded(name);
            arrivals(journal, ARRIVED, "1", |row, chat, given| {
                if !name.is_empty() && folded(given) == name {
                    found.insert((row.seq, chat));
                }
                found.len() <= CHATS_MAX
            })?;
        }
    }
    let more = found.len() > CHATS_MAX;
    let chats = found.into_iter().take(CHATS_MAX).map(|(_, chat)| chat).collect();
    Ok(Found { chats, more })
}

/// A name without what people write now this way and now that.
fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Gives `each` the arrivals under an entry, with the customer's name, until it has enough.
fn arrivals(
    journal: &dyn Read,
    column: &str,
    value: &str,
    mut each: impl FnMut(&StoredRow, ChatId, &str) -> bool,
) -> Result<(), Untold> {
    let mut after = 0;
    loop {
        let rows = journal.by_index(column, value, after, READ_ROWS_MAX)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        for row in &rows {
            for event in crate::codec::decode(row)?.events {
                let (chat, customer) = match event {
                    Event::ChatOpened(opened) => (opened.chat, opened.customer),
                    Event::ChatTurnedAway { chat, customer, .. } => (chat, customer),
                    _ => continue,
                };
                let name = customer.known().map_or("", |customer| customer.name.as_str());
                if !each(row, chat, name) {
                    return Ok(());
                }
            }
        }
    }
}

/// What of the journal is about these chats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// Records with a personal part that is not erased.
    pub(crate) seqs: BTreeSet<u64>,
    /// Keyed hashes of the addresses that they name.
    pub(crate) keys: BTreeSet<String>,
    /// How many of them hold such a hash for good, being of an older format.
    pub(crate) for_good: u64,
}

/// Looks for it.
pub(crate) fn about(journal: &dyn Read, chats: &BTreeSet<ChatId>) -> Result<About, Untold> {
    let mut about = About::default();
    for chat in chats {
        let (id, mut after) = (chat.to_string(), 0);
        loop {
            let rows = journal.by_index(crate::codec::CHAT, &id, after, READ_ROWS_MAX)?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in &rows {
                about.add(row)?;
            }
        }
    }
    Ok(about)
}

impl About {
    fn add(&mut self, row: &StoredRow) -> Result<(), Untold> {
        if matches!(row.personal, desk_journal::Personal::Kept(_)) {
            self.seqs.insert(row.seq);
        }
        for (column, value) in &row.index {
            if [EMAIL, EMAIL_FOR_GOOD].contains(&column.as_str()) {
                self.keys.insert(value.clone());
                self.for_good += u64::from(column == EMAIL_FOR_GOOD);
            }
        }
        // The keys of an erasure that was not carried out yet.
        for event in crate::codec::decode(row)?.events {
            if let Event::PersonErased { keys: Private::Known(keys), .. } = event {
                self.keys.extend(keys);
            }
        }
        Ok(())
    }
}

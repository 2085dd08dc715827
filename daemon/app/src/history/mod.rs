//! What the journal holds of chats, open and closed: by id, by the customer's address, by time.
//!
//! A chat's story is folded from its own records alone. State is not asked, so that a chat is told
//! the same whether or not it is still in memory.

mod delivery;
mod page;
mod scripts;
mod sent;
mod told;

#[cfg(test)]
mod tests;

pub use delivery::{To, ToldDelivery, deliveries, delivery, payload};
pub use page::{Filter, PAGE_MAX, Page, page};
pub use scripts::script_files;
pub use sent::Sent;
pub use told::{Told, Try, by_size};

use crate::codec::{CHAT, Undecodable, decode};
use crate::desk::Unread;
use desk_core::Record;
use desk_core::name::ChatId;
use desk_journal::{READ_ROWS_MAX, Read, ReadError};

/// Why the journal did not tell.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// No reader, or the journal cannot be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// A row is no record.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
}

impl From<ReadError> for Untold {
    fn from(error: ReadError) -> Self {
        Self::Unread(error.into())
    }
}

/// Every record about a chat, in order.
///
/// # Errors
/// What cannot be read.
pub fn records(journal: &dyn Read, chat: ChatId) -> Result<Vec<Record>, Untold> {
    let id = chat.to_string();
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let rows = journal.by_index(CHAT, &id, after, READ_ROWS_MAX)?;
        let Some(last) = rows.last() else { return Ok(records) };
        after = last.seq;
        for row in &rows {
            records.push(decode(row)?);
        }
    }
}

/// A chat as the journal tells it; `None` where it never heard of it.
///
/// # Errors
/// What cannot be read.
pub fn told(journal: &dyn Read, chat: ChatId) -> Result<Option<Told>, Untold> {
    Ok(Told::fold(chat, &records(journal, chat)?))
}

/// What was sent of a chat's incident; `None` where none was written.
///
/// # Errors
/// What cannot be read.
pub fn sent(journal: &dyn Read, chat: ChatId) -> Result<Option<Sent>, Untold> {
    Ok(Sent::fold(chat, &records(journal, chat)?))
}

/// Whether the journal knows the chat at all.
///
/// # Errors
/// What cannot be read.
pub fn is_known_chat(journal: &dyn Read, chat: ChatId) -> Result<bool, Untold> {
    Ok(!journal.by_index(CHAT, &chat.to_string(), 0, 1)?.is_empty())
}

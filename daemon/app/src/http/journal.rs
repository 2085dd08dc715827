//! A chat's records, read from the journal by its index.

use super::problem::Fault;
use crate::codec::{CHAT, decode};
use crate::desk::Readers;
use desk_core::Record;
use desk_core::name::ChatId;
use desk_journal::Read;
use std::ops::ControlFlow;

/// Records in one read: what a stream that falls behind keeps in memory at most.
pub(super) const PAGE_RECORDS: usize = 256;

/// The chat's records after this one, in order, at most a page.
pub(super) fn page(journal: &dyn Read, chat: ChatId, after: u64) -> Result<Vec<Record>, Fault> {
    let rows = journal.by_index(CHAT, &chat.to_string(), after, PAGE_RECORDS)?;
    rows.iter().map(|row| Ok(decode(row)?)).collect()
}

/// Goes over all of the chat's records in order, for as long as `each` wants, a page at a time.
pub(super) async fn over<T: Send + 'static>(
    readers: &Readers,
    chat: ChatId,
    mut into: T,
    each: impl Fn(&mut T, &Record) -> ControlFlow<()> + Send + 'static,
) -> Result<T, Fault> {
    let walk = move |journal: &dyn Read| {
        let mut after = 0;
        loop {
            let records = page(journal, chat, after)?;
            let Some(last) = records.last() else { return Ok(into) };
            after = last.seq;
            for record in &records {
                if each(&mut into, record).is_break() {
                    return Ok(into);
                }
            }
        }
    };
    readers.read(walk).await
}

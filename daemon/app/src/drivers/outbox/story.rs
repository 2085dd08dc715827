//! A chat as the journal has it, and what was frozen there.

use crate::codec::{CHAT, Undecodable, decode};
use crate::desk::{Desk, Unread};
use desk_core::name::{ChatId, StepId};
use desk_core::{Body, Event, Record, Story};
use desk_journal::{READ_ROWS_MAX, ReadError};

/// Why the journal does not tell it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Untold {
    /// Nothing can be read now.
    #[error(transparent)]
    Unread(Box<Unread>),
    /// It cannot be read.
    #[error(transparent)]
    Read(Box<ReadError>),
    /// A row is no record.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// The chat's beginning is not there.
    #[error("the journal does not hold the beginning of this chat")]
    NoBeginning,
    /// What was to be sent is not there.
    #[error("record {0} does not hold what this step sends")]
    NotFrozen(u64),
}

impl From<Unread> for Untold {
    fn from(error: Unread) -> Self {
        Self::Unread(Box::new(error))
    }
}

impl From<ReadError> for Untold {
    fn from(error: ReadError) -> Self {
        Self::Read(Box::new(error))
    }
}

/// A chat's story, and the number up to which every record of the chat is in it.
pub(super) struct Told {
    pub(super) story: Box<Story>,
    pub(super) read_to: u64,
}

/// Reads a chat's story.
pub(super) async fn read<P: Send + 'static>(desk: &Desk<P>, chat: ChatId) -> Result<Told, Untold> {
    // Asked before the first row is read: what is durable by now, every page will show.
    let durable = desk.durable();
    desk.readers()
        .read(move |journal| {
            let value = chat.to_string();
            let mut records: Vec<Record> = Vec::new();
            loop {
                let after = records.last().map_or(0, |record| record.seq);
                let rows = journal.by_index(CHAT, &value, after, READ_ROWS_MAX)?;
                if rows.is_empty() {
                    break;
                }
                for row in &rows {
                    records.push(decode(row)?);
                }
            }
            let last = records.last().map_or(0, |record| record.seq);
            let events =
                records.iter().flat_map(|r| r.events.iter().map(move |event| (r.at, event)));
            let story = Story::fold(chat, events).ok_or(Untold::NoBeginning)?;
            // Rows are appended in order, so what comes before the last one read was read, too.
            Ok(Told { story: Box::new(story), read_to: durable.max(last) })
        })
        .await
}

/// Reads what was frozen for a step; `None` where it was erased.
pub(super) async fn frozen<P: Send + 'static>(
    desk: &Desk<P>,
    step: StepId,
    seq: u64,
) -> Result<Option<Body>, Untold> {
    desk.readers()
        .read(move |journal| {
            let row = journal.row(seq)?.ok_or(Untold::NotFrozen(seq))?;
            let body = decode(&row)?.events.into_iter().find_map(|event| match event {
                Event::StepTaken { step: of, body, .. } if of == step => body,
                _ => None,
            });
            let body = body.ok_or(Untold::NotFrozen(seq))?;
            Ok(body.known().map(|body| (**body).clone()))
        })
        .await
}

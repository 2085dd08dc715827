//! What a client missed, told again from the journal.

use super::outgoing::{Closed, Outgoing};
use crate::codec::decode;
use crate::desk::Desk;
use crate::engine::{Audience, Published};
use crate::history::{Untold, told};
use crate::notices::{Before, Header};
use desk_core::name::ChatId;
use desk_core::{Event, Record, State};
use desk_journal::Read;
use desk_wire::{Cursor, Notice, NoticeLine, ServerLine};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Records that are looked at in State at once: the engine waits meanwhile.
const CHUNK: usize = 256;

/// Tells the records after one up to another. What cannot be told any more is a resync.
pub(super) async fn replay<P: Send + 'static>(
    desk: &Desk<P>,
    after: u64,
    to: u64,
    out: &Outgoing,
    concerns: impl Fn(&Audience) -> bool,
) -> Result<(), Closed> {
    let mut headers = BTreeMap::new();
    let mut next = after + 1;
    while next <= to {
        let (published, known) = match chunk(desk, next, to, headers).await {
            Ok(told) => told,
            Err(error) => {
                tracing::error!(%error, "a client that resumes cannot be told what it missed");
                let cursor = Cursor { epoch: desk.epoch(), seq: to };
                let (at, notices) = (crate::clock::wall_ms(), vec![Notice::Resync {}]);
                return out.send(ServerLine::Notice(NoticeLine { cursor, at, notices })).await;
            }
        };
        headers = known;
        let Some(last) = published.last() else { return Ok(()) };
        next = last.record.seq + 1;
        for published in &published {
            if let Some(line) = published.line(&concerns) {
                out.send(ServerLine::Notice(line)).await?;
            }
        }
    }
    Ok(())
}

type Headers = BTreeMap<ChatId, Header>;

/// The records from one on, as they are told with State as it is today.
async fn chunk<P: Send + 'static>(
    desk: &Desk<P>,
    from: u64,
    to: u64,
    mut headers: Headers,
) -> Result<(Vec<Published>, Headers), Untold> {
    let limit = CHUNK.min(usize::try_from(to - from + 1).unwrap_or(CHUNK));
    let read = move |journal: &dyn Read| -> Result<_, Untold> {
        let rows = journal.rows(from, limit)?;
        let records = rows.iter().map(decode).collect::<Result<Vec<Record>, _>>()?;
        let chats = records.iter().flat_map(|record| record.events.iter().filter_map(Event::chat));
        for chat in chats.collect::<BTreeSet<_>>() {
            if let (false, Some(told)) = (headers.contains_key(&chat), told(journal, chat)?) {
                let header = told.story.as_ref().map(Header::of_story).unwrap_or_default();
                headers.insert(chat, header);
            }
        }
        Ok((records, headers))
    };
    let (records, headers) = desk.readers().read(read).await?;
    let links = desk.links().clone();
    let look = move |state: &State, _| {
        let before = Before::of_chats(headers);
        let tell = |record| Published::new(state, &Arc::new(record), Some(&before), &links);
        let published: Vec<_> = records.into_iter().map(tell).collect();
        (published, before.chats)
    };
    desk.view(look).await.map_err(|_| Untold::Unread(crate::desk::Unread::Stopping))
}

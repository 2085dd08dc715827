//! Why a chat was offered to whom it was and not to others: State as it stood then is built once
//! more, from the snapshot before.

use super::Others;
use crate::engine::{ReplayError, Walk};
use crate::history::Untold;
use crate::links::Links;
use crate::views::{AGENTS_MAX, Views};
use desk_core::name::{AgentId, ChatId};
use desk_core::{Event, Record, State};
use desk_journal::Read;
use desk_wire::view::{WhyNot, WhyNotView};

/// Most records that are gone through for one story.
const RECORDS_MAX: u64 = 100_000;

/// Why each placing of a chat did not go to others, and why not all is told.
///
/// # Errors
/// What cannot be read.
pub fn others(
    journal: &dyn Read,
    records: &[Record],
    chat: ChatId,
) -> Result<(Others, Option<String>), Untold> {
    let placed: Vec<&Record> = records.iter().filter(|record| places(record, chat)).collect();
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else {
        return Ok((Others::new(), None));
    };
    let mut walk = match Walk::from(journal, first.seq - 1) {
        Ok(walk) => walk,
        Err(ReplayError::Read(error)) => return Err(error.into()),
        Err(error) => return Ok((Others::new(), Some(error.to_string()))),
    };
    if last.seq.saturating_sub(walk.state().seq) > RECORDS_MAX {
        let far = last.seq - walk.state().seq;
        let untold = format!(
            "to whom else it could have gone is not told: it would take {far} records from the \
             nearest snapshot on, and {RECORDS_MAX} are gone through at most"
        );
        return Ok((Others::new(), Some(untold)));
    }
    let mut told = Others::new();
    for record in placed {
        match walk.before(journal, record.seq) {
            Ok(state) => told.insert(record.seq, passed_over(state, record, chat)),
            Err(ReplayError::Read(error)) => return Err(error.into()),
            Err(error) => return Ok((told, Some(error.to_string()))),
        };
    }
    Ok((told, None))
}

/// Whether a record is a follow-up that placed the chat, or held it back.
fn places(record: &Record, chat: ChatId) -> bool {
    let placed = |event: &Event| match event {
        Event::OfferMade(made) => made.chat == chat,
        Event::ChatHeld { chat: of, .. } => *of == chat,
        _ => false,
    };
    record.kind == "follow" && record.events.iter().any(placed)
}

fn passed_over(state: &State, record: &Record, chat: ChatId) -> (Vec<WhyNotView>, u32) {
    let offered: Vec<&AgentId> = record
        .events
        .iter()
        .filter_map(|event| match event {
            Event::OfferMade(made) if made.chat == chat => Some(&made.agent),
            _ => None,
        })
        .collect();
    let Some(chat) = state.chats.get(&chat) else { return Default::default() };
    let links = Links::default();
    let views = Views::new(state, record.at, &links);
    let members = views.members_of(&chat.queue);
    let others: Vec<&AgentId> = members.into_iter().filter(|id| !offered.contains(id)).collect();
    let more = u32::try_from(others.len().saturating_sub(AGENTS_MAX)).unwrap_or(u32::MAX);
    let view = |id: &&AgentId| {
        let why = views.why_pair(chat, id);
        if why.reason != WhyNot::Nothing {
            return why;
        }
        let ruled = record.hooks.iter().any(|asked| asked.hook == desk_core::policy::Hook::OnRoute);
        let by =
            if ruled { "by the rule or the queue's strategy" } else { "by the queue's strategy" };
        let text = match offered.first() {
            Some(first) => format!("could take it; {first} went first, {by}"),
            None => "could take it; the rule held it back".to_owned(),
        };
        WhyNotView { agent: id.to_string(), reason: WhyNot::NotFirst, text }
    };
    (others.iter().take(AGENTS_MAX).map(view).collect(), more)
}

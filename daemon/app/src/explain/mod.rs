//! The story of a chat, decision by decision, as its records tell it; and why each placing went to
//! whom it went to, as State tells it that is built once more as it stood then.

mod asked;
mod decided;
mod others;

pub use others::others;

use crate::history::{Told, Untold, by_size, records, told};
use crate::views::words;
use desk_core::name::ChatId;
use desk_core::{Event, Record};
use desk_journal::Read;
use desk_wire::view::{ChatState, DecisionView, HowEnded, StoryView, WhyNotView};
use std::collections::BTreeMap;

/// Most bytes of one answer's decisions: a frame holds 1 MiB.
const BYTES_MAX: usize = 700 * 1024;

/// Why a chat was not offered to others, by the record that placed it; how many more there are.
pub type Others = BTreeMap<u64, (Vec<WhyNotView>, u32)>;

/// A chat as it is told of, and the records of it.
///
/// # Errors
/// What cannot be read.
pub fn read(journal: &dyn Read, chat: ChatId) -> Result<Option<(Told, Vec<Record>)>, Untold> {
    let Some(told) = told(journal, chat)? else { return Ok(None) };
    Ok(Some((told, records(journal, chat)?)))
}

/// The story from the decision after `after` on.
#[must_use]
pub fn story(told: &Told, records: &[Record], after: u64, others: &Others) -> StoryView {
    let chat = told.chat;
    let wanted: Vec<&Record> = records.iter().filter(|record| record.seq > after).collect();
    let views = wanted.iter().map(|record| decision(chat, record, others));
    let decisions = by_size(views, BYTES_MAX);
    let cut = decisions.len() < wanted.len();
    let next = decisions.last().filter(|_| cut).map(|last| last.seq.to_string());
    let ended = told.story.as_ref().and_then(|story| story.ended);
    let turned_away = told.story.is_none().then_some(HowEnded::TurnedAway);
    StoryView {
        chat: chat.to_string(),
        queue: told.queue.to_string(),
        state: if turned_away.is_some() { ChatState::Ended } else { told.state() },
        how_ended: ended.map(|(how, _)| words::ended(how)).or(turned_away),
        decisions,
        untold: None,
        next,
    }
}

fn decision(chat: ChatId, record: &Record, others: &Others) -> DecisionView {
    let mine = |event: &&Event| event.chat().is_none_or(|of| of == chat);
    let decided =
        record.events.iter().filter(mine).filter_map(|event| decided::line(record, event));
    let (others, more_others) = others.get(&record.seq).cloned().unwrap_or_default();
    DecisionView {
        seq: record.seq,
        at: record.at.wall_ms,
        by: words::by(&record.who),
        command: record.kind.clone(),
        hooks: record.hooks.iter().map(asked::view).collect(),
        decided: decided.collect(),
        others,
        more_others,
    }
}

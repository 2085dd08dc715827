//! The stories of chats that what follows the journal came by lately: it goes by their records in
//! order, so that most stories need be read once.

use crate::codec::{CHAT, decode};
use crate::history::Untold;
use desk_core::name::ChatId;
use desk_core::{Event, Record, Story};
use desk_journal::{READ_ROWS_MAX, Read};
use std::collections::{BTreeMap, BTreeSet};

/// Most stories that are held; the one not asked for longest goes first.
const HELD_MAX: usize = 512;

#[derive(Default)]
pub(crate) struct Stories {
    held: BTreeMap<ChatId, Held>,
}

struct Held {
    story: Option<Story>,
    /// The last record that is in it.
    to: u64,
    /// The record for which it was asked for last.
    used: u64,
}

impl Stories {
    /// A chat's story up to and with this record; `None` where its beginning is not kept.
    pub(crate) fn of(
        &mut self,
        journal: &dyn Read,
        chat: ChatId,
        record: &Record,
    ) -> Result<Option<&Story>, Untold> {
        if !self.held.contains_key(&chat) {
            let held = Held { story: None, to: 0, used: record.seq };
            let held = read(journal, chat, record.seq.saturating_sub(1), held)?;
            self.make_room();
            self.held.insert(chat, held);
        }
        self.see(record);
        let held = self.held.get_mut(&chat);
        Ok(held.and_then(|held| {
            held.used = record.seq;
            held.story.as_ref()
        }))
    }

    /// Goes on with the stories that a record tells of.
    pub(crate) fn see(&mut self, record: &Record) {
        let chats: BTreeSet<ChatId> = record.events.iter().filter_map(Event::chat).collect();
        for chat in chats {
            if let Some(held) = self.held.get_mut(&chat).filter(|held| held.to < record.seq) {
                held.take(chat, record);
            }
            if record
                .events
                .iter()
                .any(|e| matches!(e, Event::ChatClosed { chat: of } if *of == chat))
            {
                self.held.get_mut(&chat).into_iter().for_each(|held| held.used = 0);
            }
        }
    }

    fn make_room(&mut self) {
        if self.held.len() >= HELD_MAX {
            let oldest = self.held.iter().min_by_key(|(_, held)| held.used).map(|(chat, _)| *chat);
            oldest.and_then(|chat| self.held.remove(&chat));
        }
    }
}

impl Held {
    fn take(&mut self, chat: ChatId, record: &Record) {
        for event in record.events.iter().filter(|event| event.chat() == Some(chat)) {
            Story::go_on(&mut self.story, record.at, event);
        }
        self.to = record.seq;
    }
}

/// Reads a story up to and with a record.
fn read(journal: &dyn Read, chat: ChatId, to: u64, mut held: Held) -> Result<Held, Untold> {
    loop {
        let rows = journal.by_index(CHAT, &chat.to_string(), held.to, READ_ROWS_MAX)?;
        let before = held.to;
        for row in rows.iter().take_while(|row| row.seq <= to) {
            held.take(chat, &decode(row)?);
        }
        if held.to == before {
            held.to = to;
            return Ok(held);
        }
    }
}

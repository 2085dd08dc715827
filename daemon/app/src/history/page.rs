//! Pages of history, newest first.
//!
//! The journal reads forwards; so arrivals are looked for in windows of record numbers that go back
//! from the newest, each read forwards.

use super::{Told, Untold, told};
use crate::codec::{ARRIVED, EMAIL, EMAIL_FOR_GOOD, decode};
use desk_core::Event;
use desk_core::name::ChatId;
use desk_journal::{READ_ROWS_MAX, Read, StoredRow};
use desk_wire::UnixMs;

/// Most chats of one page.
pub const PAGE_MAX: usize = 100;
/// Most arrivals that are looked at for one page: what a reader may not see is passed over.
const LOOKED_AT_MAX: usize = 1_000;
/// Records in the first window, and in the longest: no window holds more arrivals than one answer
/// of the journal.
const WINDOW: (u64, u64) = (256, READ_ROWS_MAX as u64);
/// Windows that are looked at for one page: a quarter of a million index entries that are not there.
const WINDOWS_MAX: usize = 100_000;

/// Which chats are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this customer, by the keyed hash of the address.
    pub email_key: Option<String>,
    /// Those that arrived at or after this time.
    pub since: Option<UnixMs>,
    /// Those that arrived before this time.
    pub until: Option<UnixMs>,
    /// Those that arrived before this record.
    pub before_seq: Option<u64>,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The chats, newest first.
    pub chats: Vec<Told>,
    /// The record before which the next page begins; `None` at the end.
    pub next: Option<u64>,
}

/// The newest chats that are wanted and that the reader may see.
///
/// # Errors
/// What cannot be read.
pub fn page(
    journal: &dyn Read,
    filter: &Filter,
    limit: usize,
    visible: impl Fn(&Told) -> bool,
) -> Result<Page, Untold> {
    let limit = limit.clamp(1, PAGE_MAX);
    let mut arrivals = Arrivals::new(journal, filter)?;
    let mut chats = Vec::new();
    let mut looked_at = 0;
    while let Some((seq, chat)) = arrivals.next()? {
        looked_at += 1;
        let found = told(journal, chat)?.filter(&visible);
        chats.extend(found);
        if chats.len() == limit || looked_at == LOOKED_AT_MAX {
            let more = arrivals.next()?.is_some();
            return Ok(Page { chats, next: more.then_some(seq).or(arrivals.cut_at) });
        }
    }
    Ok(Page { chats, next: arrivals.cut_at })
}

/// Arrivals, newest first.
struct Arrivals<'a> {
    journal: &'a dyn Read,
    filter: &'a Filter,
    /// Everything from this record on was looked at.
    from: u64,
    window: u64,
    windows: usize,
    found: Vec<(u64, ChatId)>,
    /// Where the search was given up.
    cut_at: Option<u64>,
}

impl<'a> Arrivals<'a> {
    fn new(journal: &'a dyn Read, filter: &'a Filter) -> Result<Self, Untold> {
        let mut from = journal.head()?.seq + 1;
        if let Some(until) = filter.until {
            // What arrived before that time stands before the first record after it, unless the
            // wall clock was set back meanwhile.
            let first = journal.by_time(until..UnixMs::MAX, None, 1)?;
            from = first.first().map_or(from, |row| row.seq);
        }
        from = filter.before_seq.unwrap_or(from).min(from);
        let (window, windows) = (WINDOW.0, 0);
        Ok(Self { journal, filter, from, window, windows, found: Vec::new(), cut_at: None })
    }

    fn next(&mut self) -> Result<Option<(u64, ChatId)>, Untold> {
        while self.found.is_empty() && self.from > 1 {
            if self.windows == WINDOWS_MAX {
                self.cut_at = Some(self.from);
                return Ok(None);
            }
            self.windows += 1;
            self.look()?;
        }
        Ok(self.found.pop())
    }

    fn look(&mut self) -> Result<(), Untold> {
        let after = self.from.saturating_sub(self.window + 1);
        let limit = usize::try_from(self.window).unwrap_or(READ_ROWS_MAX);
        let mut rows = Vec::new();
        for (column, value) in match &self.filter.email_key {
            Some(key) => vec![(EMAIL, key.as_str()), (EMAIL_FOR_GOOD, key.as_str())],
            None => vec![(ARRIVED, "1")],
        } {
            rows.extend(self.journal.by_index(column, value, after, limit)?);
        }
        rows.sort_by_key(|row| row.seq);
        let rows = rows.iter().take_while(|row| row.seq < self.from);
        let mut too_old = false;
        for row in rows {
            too_old |= self.filter.since.is_some_and(|since| row.wall_ms < since);
            if self.wanted(row) {
                self.found.extend(arrival(row)?);
            }
        }
        // A window with nothing but what is too old ends the search.
        self.from = if too_old && self.found.is_empty() { 1 } else { after + 1 };
        self.window = (self.window * 2).min(WINDOW.1);
        Ok(())
    }

    fn wanted(&self, row: &StoredRow) -> bool {
        self.filter.since.is_none_or(|since| row.wall_ms >= since)
            && self.filter.until.is_none_or(|until| row.wall_ms < until)
    }
}

fn arrival(row: &StoredRow) -> Result<Option<(u64, ChatId)>, Untold> {
    let record = decode(row)?;
    let arrived = record.events.iter().find_map(|event| match event {
        Event::ChatOpened(opened) => Some(opened.chat),
        Event::ChatTurnedAway { chat, .. } => Some(*chat),
        _ => None,
    });
    Ok(arrived.map(|chat| (row.seq, chat)))
}

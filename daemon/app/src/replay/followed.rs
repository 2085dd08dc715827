//! `on_event`, asked again. What it was asked about a record is told by that record and the stories
//! up to it; what it wanted, and that it failed, stands in a later one, and of what it wanted nothing
//! there is no word. So what lies between two such records is asked about when the later one comes.
//!
//! It is asked with what rules remembered when its answer was written down, for when it was asked
//! stands nowhere.

use super::asked::{Asker, answered};
use crate::codec::decode;
use crate::events::{FAILURE_EVERY_MS, Stories};
use crate::history::Untold;
use crate::shadow::Live;
use desk_core::past::{Wanted, wanted};
use desk_core::policy::{Hook, Policy as _, Question};
use desk_core::{Event, HookAsked, Record, State, told};
use desk_journal::Read;

/// How many records are read at once.
const READ_MAX: usize = 256;
/// Where no rule follows, so many records are asked about at once.
const UNASKED_MAX: u64 = 4_096;

/// How far it is asked again.
#[derive(Default)]
pub(super) struct Following {
    stories: Stories,
    /// The last record that it was asked about.
    to: u64,
    /// When a failure was written down last, in desk time; others soon after it were not.
    failed_at: Option<u64>,
}

/// What is known of what came of it then.
#[derive(Clone, Copy)]
enum Then<'a> {
    /// No rule followed, or it was not asked.
    Unasked,
    /// It was asked, and wanted nothing.
    Silent,
    /// This was written down.
    Written(&'a Record),
}

impl Asker {
    /// Nothing before this record is asked about.
    pub(super) const fn begin(&mut self, first: u64) {
        self.following.to = first - 1;
    }

    /// Asks about what a record tells to have been followed; `state` stands before it.
    pub(super) fn follow(
        &mut self,
        journal: &dyn Read,
        state: &State,
        record: &Record,
    ) -> Result<(), Untold> {
        let followed = record.events.iter().find_map(|event| match event {
            Event::EventsFollowed { to, skipped } => Some((*to, *skipped)),
            _ => None,
        });
        match (followed, state.followed) {
            // It is not known which were passed over.
            (Some((Some(to), skipped)), Some(_)) => {
                let before = if skipped > 0 { Then::Unasked } else { Then::Silent };
                self.up_to(journal, state, to - 1, before)?;
                self.up_to(journal, state, to, Then::Written(record))
            }
            (Some((Some(to), _)), None) => self.up_to(journal, state, to, Then::Unasked),
            (Some((None, _)), _) | (None, Some(_)) => Ok(()),
            (None, None) if record.seq >= self.following.to + UNASKED_MAX => {
                self.up_to(journal, state, record.seq, Then::Unasked)
            }
            (None, None) => Ok(()),
        }
    }

    /// Asks about what is left; `looked` is the last record that the rule in force looked at.
    pub(super) fn end(
        &mut self,
        journal: &dyn Read,
        state: &State,
        looked: Option<u64>,
    ) -> Result<(), Untold> {
        match state.followed {
            Some(_) => {
                let to = looked.unwrap_or_default().min(state.seq);
                self.up_to(journal, state, to, Then::Silent)
            }
            None => self.up_to(journal, state, state.seq, Then::Unasked),
        }
    }

    fn up_to(
        &mut self,
        journal: &dyn Read,
        state: &State,
        to: u64,
        then: Then<'_>,
    ) -> Result<(), Untold> {
        let has = self.host.has(Hook::OnEvent, None);
        // Only what was written down differs from what no rule says.
        let asks = self.is_wanted(Hook::OnEvent) && (has || matches!(then, Then::Written(_)));
        while asks && self.following.to < to {
            let rows = journal.rows(self.following.to + 1, READ_MAX)?;
            let rows = rows.iter().take_while(|row| row.seq <= to);
            let before = self.following.to;
            for row in rows {
                let record = decode(row)?;
                self.about(journal, state, &record, then)?;
                self.following.to = record.seq;
            }
            if self.following.to == before {
                break;
            }
        }
        self.following.to = self.following.to.max(to);
        Ok(())
    }

    /// Asks about a record.
    fn about(
        &mut self,
        journal: &dyn Read,
        state: &State,
        record: &Record,
        then: Then<'_>,
    ) -> Result<(), Untold> {
        let (mut asked, wants): (&[HookAsked], _) = match then {
            Then::Written(by) => (&by.hooks, wanted(by)),
            Then::Unasked | Then::Silent => (&[], None),
        };
        if asked.iter().any(|asked| asked.question.known().is_none()) {
            self.found.erased += asked.len() as u64;
            return Ok(());
        }
        let mut kv = state.kv.clone();
        for told in told(record) {
            let story = match told.event().chat() {
                Some(chat) => self.following.stories.of(journal, chat, record)?,
                None => None,
            };
            let erased = story.is_some_and(|story| story.customer.known().is_none());
            let question = told.question(story);
            let digest = question.digest();
            let next = asked.split_first().filter(|(it, _)| it.question.known() == Some(&digest));
            let Some((it, rest)) = next else {
                if erased {
                    self.found.erased += 1;
                } else {
                    self.unwritten(&question, state, &kv, (record, then));
                }
                continue;
            };
            let nth = wants.as_ref().map(|wants| wants.len() - asked.len());
            asked = rest;
            let Some(live) = answered(it) else {
                self.found.erased += 1;
                continue;
            };
            self.found.proven += 1;
            if live.verdict.is_err() {
                self.following.failed_at = Some(record.at.desk_ms);
            }
            let wanted = wants.as_ref().zip(nth).map(|(wants, nth)| wants[nth].clone());
            let tried = self.tried(&question, state, &kv);
            for written in wanted.iter().flat_map(|wanted| &wanted.kv) {
                if let Some(write) = written.write() {
                    kv.write((record.seq, record.at.wall_ms), write, u32::MAX);
                }
            }
            let live = Live { asked: Some(&live), wanted };
            self.found.answers.count(&question, live, tried.as_ref());
        }
        self.following.stories.see(record);
        self.found.unlike += asked.len() as u64;
        Ok(())
    }

    /// Asks what nothing is written down of.
    fn unwritten(
        &mut self,
        question: &Question,
        state: &State,
        kv: &desk_core::Kv,
        (record, then): (&Record, Then<'_>),
    ) {
        let Some(tried) = self.tried(question, state, kv) else { return };
        let lately = self
            .following
            .failed_at
            .is_some_and(|at| record.at.desk_ms.saturating_sub(at) < FAILURE_EVERY_MS);
        match then {
            Then::Unasked => self.found.first += 1,
            // It may have failed as well.
            _ if tried.verdict.is_err() && lately => return,
            Then::Silent | Then::Written(_) => {}
        }
        let live = Live { asked: None, wanted: Some(Wanted::default()) };
        self.found.answers.count(question, live, Some(&tried));
    }

    fn tried(
        &mut self,
        question: &Question,
        state: &State,
        kv: &desk_core::Kv,
    ) -> Option<desk_core::policy::Asked> {
        let mut tried = self.host.ask_quietly(question, kv)?;
        if let Some(why) = state.config.unknown_in(&tried.wants.deliveries) {
            tried.fails(question, &why);
        }
        Some(tried)
    }
}

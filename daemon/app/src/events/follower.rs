//! What follows the journal: reads records in their order, asks `on_event` about what they tell, and
//! says what is wanted because of it. It keeps nothing that a crash could lose: how far it got stands
//! in State, in the record of what was wanted.

use super::stories::Stories;
use crate::codec::decode;
use crate::history::Untold;
use desk_core::config::Config;
use desk_core::policy::{Asked, Hook, Policy as _, Question, Wants};
use desk_core::{Followed, Kv, Record, told};
use desk_hooks::{HookStatus, Host};
use desk_journal::Read;

/// How many records are read at once.
const READ_MAX: usize = 256;
/// After so many records without anything wanted it is written down how far it got.
const NOTED_EVERY: u64 = 4_096;
/// How often a failure is written down, beside those counted: in desk time of the records.
pub(crate) const FAILURE_EVERY_MS: u64 = 60_000;

/// What follows.
pub struct Follower {
    host: Host,
    stories: Stories,
    /// The last record that was looked at.
    at: u64,
    /// Up to where State knows; `None` where it may not have taken what it was told last.
    noted: Option<u64>,
    skipped: u64,
    /// The record, and its desk time, of which a failure was written down last.
    failed_at: Option<(u64, u64)>,
    /// Most records that it may be behind.
    behind_max: u64,
}

/// What is known of State.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Up to where it was followed.
    pub followed: Option<u64>,
    /// What rules remember.
    pub kv: Kv,
    /// The config, of which its sinks matter.
    pub config: Config,
}

/// What a look came to.
#[derive(Debug)]
pub enum Looked {
    /// The desk is to be told this; nothing more is looked at until it was.
    Tell(Box<Followed>),
    /// There is more to look at.
    More,
    /// Everything that is durable was looked at.
    End,
}

impl Follower {
    /// Follows with this set, at most so many records behind.
    #[must_use]
    pub fn new(host: Host, behind_max: u64) -> Self {
        Self {
            // A rule that fails holds up nobody here, and what it rests through would be lost.
            host: host.without_rests(),
            stories: Stories::default(),
            at: 0,
            noted: None,
            skipped: 0,
            failed_at: None,
            behind_max,
        }
    }

    /// The set that is asked.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// Whether its set has a rule to be asked.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.host.has(Hook::OnEvent, None)
    }

    /// The last record that is done with: the desk took what was told of it.
    #[must_use]
    pub const fn at(&self) -> u64 {
        if self.noted.is_some() { self.at } else { self.at.saturating_sub(1) }
    }

    /// How its rule has been doing.
    #[must_use]
    pub fn status(&self) -> Option<HookStatus> {
        self.host.status().into_iter().find(|rule| rule.hook == Hook::OnEvent)
    }

    /// Looks at some records behind the last. What was told and is not known to State by the next look
    /// is looked at once more.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn look(&mut self, journal: &dyn Read, known: &Known) -> Result<Looked, Untold> {
        let Some(from) = known.followed.filter(|_| self.asks()) else { return Ok(Looked::End) };
        let head = journal.head()?.seq;
        let tell =
            |to, skipped, asked| Looked::Tell(Box::new(Followed { from, to, skipped, asked }));
        if self.noted != known.followed || self.at < from {
            self.go_to(from);
            (self.noted, self.skipped) = (known.followed, 0);
        }
        if head.saturating_sub(self.at) > self.behind_max {
            let to = head - self.behind_max;
            self.skipped += to - self.at;
            self.go_to(to);
        }
        let rows = journal.rows(self.at + 1, READ_MAX)?;
        for row in &rows {
            // What is not there was cut off.
            self.skipped += row.seq - self.at - 1;
            let record = decode(row)?;
            let asked = self.ask(journal, &record, known)?;
            self.at = record.seq;
            if !asked.is_empty() {
                self.noted = None;
                return Ok(tell(self.at, self.skipped, asked));
            }
        }
        if self.at > from && (self.skipped > 0 || self.at - from >= NOTED_EVERY) {
            self.noted = None;
            return Ok(tell(self.at, self.skipped, Vec::new()));
        }
        Ok(if rows.len() == READ_MAX { Looked::More } else { Looked::End })
    }

    /// Stands at a record. Stories that it went by up to another one are no longer those of its place.
    fn go_to(&mut self, at: u64) {
        if self.at != at {
            self.stories = Stories::default();
        }
        self.at = at;
    }

    /// Asks about a record; what came of it that is worth keeping.
    fn ask(
        &mut self,
        journal: &dyn Read,
        record: &Record,
        known: &Known,
    ) -> Result<Vec<(Question, Asked)>, Untold> {
        let (mut kept, mut kv) = (Vec::new(), known.kv.clone());
        let mut may_fail = self.is_told_of(record);
        let mut events = told(record).peekable();
        if events.peek().is_none() {
            self.stories.see(record);
            return Ok(kept);
        }
        for told in events {
            let story = match told.event().chat() {
                Some(chat) => self.stories.of(journal, chat, record)?,
                None => None,
            };
            let question = told.question(story);
            let Some(mut asked) = self.host.ask(&question, &kv) else { continue };
            if let Some(why) = known.config.unknown_in(&asked.wants.deliveries) {
                let failure = asked.fails(&question, &why);
                self.host.unfit(&question, &failure);
            }
            // What was written before in this record is there for those asked next.
            for write in asked.wants.kv.clone() {
                kv.write((record.seq, record.at.wall_ms), write, u32::MAX);
            }
            let fails = may_fail && asked.verdict.is_err();
            if fails {
                may_fail = false;
                self.failed_at = Some((record.seq, record.at.desk_ms));
            }
            if fails || asked.wants != Wants::default() {
                kept.push((question, asked));
            }
        }
        self.stories.see(record);
        Ok(kept)
    }

    /// Whether a failure is written down: each is counted, but a rule that always fails is not to
    /// fill the journal. Of a record that is looked at once more the same is told once more.
    fn is_told_of(&self, record: &Record) -> bool {
        self.failed_at.is_none_or(|(seq, desk_ms)| {
            seq == record.seq || record.at.desk_ms.saturating_sub(desk_ms) >= FAILURE_EVERY_MS
        })
    }
}

//! What a record means for those who follow.

use crate::links::Links;
use crate::notices::{self, Before, Header};
use crate::views::{speaker, words};
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::{Author, Record, Refusal, Stamp, State, typing};
use desk_wire::{Cursor, Notice, NoticeLine};
use std::sync::Arc;

/// Who is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// Everybody.
    pub everybody: bool,
    /// These agents.
    pub agents: Vec<AgentId>,
    /// Supervisors of this queue.
    pub queue: Option<QueueId>,
}

/// What those who follow are told, in the order in which it happened.
#[derive(Debug, Clone)]
pub enum News {
    /// Something was decided.
    Record(Arc<Published>),
    /// Somebody types.
    Typing(Arc<Typing>),
}

impl News {
    /// The record, where there is one.
    #[must_use]
    pub fn record(&self) -> Option<&Arc<Record>> {
        match self {
            Self::Record(published) => Some(&published.record),
            Self::Typing(_) => None,
        }
    }
}

/// Somebody types in a chat. It is no part of the journal and told once, to whoever follows now.
#[derive(Debug)]
pub struct Typing {
    /// Where.
    pub chat: ChatId,
    /// Who.
    pub from: Author,
    /// Until when that is shown, unless they type on: wall milliseconds.
    pub until: i64,
    name: Option<String>,
    audience: Audience,
    cursor: Cursor,
    at: i64,
}

impl Typing {
    /// What is told of it.
    ///
    /// # Errors
    /// Why they may not be seen typing there.
    pub fn new(state: &State, now: Stamp, chat: ChatId, from: Author) -> Result<Self, Refusal> {
        let until = typing(state, now, chat, &from)?;
        let header = Header::now(state, chat).unwrap_or_default();
        let name = speaker(&from, header.customer.as_deref());
        let cursor = Cursor { epoch: state.epoch, seq: state.seq };
        let audience = header.talkers();
        Ok(Self { chat, from, until, name, audience, cursor, at: now.wall_ms })
    }

    /// The line for a subscriber, if it concerns them. Its cursor is that of the last record before it.
    #[must_use]
    pub fn line(&self, concerns: impl Fn(&Audience) -> bool) -> Option<NoticeLine> {
        let notice = || Notice::Typing {
            chat: self.chat.to_string(),
            from: words::sender(&self.from),
            name: self.name.clone(),
            until: self.until,
        };
        let line = || NoticeLine { cursor: self.cursor, at: self.at, notices: vec![notice()] };
        concerns(&self.audience).then(line)
    }
}

/// A record and what is told of it. Admins are told everything.
#[derive(Debug)]
pub struct Published {
    /// The record.
    pub record: Arc<Record>,
    /// The notices, in order, each with those whom it concerns.
    pub notices: Vec<(Audience, Notice)>,
}

impl Published {
    /// What is told of a record that was just applied. `before` is what the statuses were; without
    /// it (a record of long ago) the status of everybody concerned is told.
    #[must_use]
    pub fn new(
        state: &State,
        record: &Arc<Record>,
        before: Option<&Before>,
        links: &Links,
    ) -> Self {
        let notices = notices::notices(state, record, before, links);
        Self { record: Arc::clone(record), notices }
    }

    /// The line for a subscriber, if anything in it concerns them.
    #[must_use]
    pub fn line(&self, concerns: impl Fn(&Audience) -> bool) -> Option<NoticeLine> {
        let mine = self.notices.iter().filter(|(audience, _)| concerns(audience));
        let notices: Vec<Notice> = mine.map(|(_, notice)| notice.clone()).collect();
        let cursor = Cursor { epoch: self.record.epoch, seq: self.record.seq };
        let at = self.record.at.wall_ms;
        (!notices.is_empty()).then_some(NoticeLine { cursor, at, notices })
    }
}

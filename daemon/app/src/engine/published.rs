//! What a record means for those who follow.

use crate::links::Links;
use crate::notices::{self, Before};
use desk_core::name::{AgentId, QueueId};
use desk_core::{Record, State};
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

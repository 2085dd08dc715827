//! A chat's story, folded from its events as the journal has them: what an incident is written from
//! when the chat itself may long have left memory.

use crate::chat::{
    Author, Content, Customer, EndedHow, LeftWhy, MatchState, RecordRef, Segment, SegmentState,
    Visibility, segment_views,
};
use crate::event::Event;
use crate::name::{ChatId, QueueId, Skill};
use crate::private::Private;
use crate::time::Stamp;
use crate::view::{CandidateView, ChatView, CustomerView};
use serde::Serialize;
use std::collections::BTreeMap;

/// What happened in a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// The chat.
    pub chat: ChatId,
    /// Its queue, at last.
    pub queue: QueueId,
    /// Its priority.
    pub priority: i32,
    /// The skills that it needed.
    pub skills: BTreeMap<Skill, u8>,
    /// When it was opened.
    pub opened: Stamp,
    /// The customer.
    pub customer: Private<Customer>,
    /// What the pre-chat form held.
    pub fields: Private<BTreeMap<String, String>>,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// How it ended and when.
    pub ended: Option<(EndedHow, Stamp)>,
    /// The candidates.
    pub candidates: Private<Vec<CandidateView>>,
    /// The match, in a word.
    pub matched: MatchState,
    /// The chosen candidate.
    pub chosen: Option<RecordRef>,
    /// What was said.
    pub messages: Vec<Message>,
    /// How many offers were missed or rejected.
    pub misses: u32,
}

/// One message of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its number, from 1.
    pub n: u64,
    /// When, in wall milliseconds.
    pub at_ms: i64,
    /// Who spoke.
    pub from: Author,
    /// Who may read it.
    pub visibility: Visibility,
    /// What was said.
    pub content: Private<Content>,
}

impl Story {
    /// The story as far as these events, in order, tell it; `None` if the chat's opening is not
    /// among them.
    pub fn fold<'a>(
        chat: ChatId,
        events: impl Iterator<Item = (Stamp, &'a Event)>,
    ) -> Option<Self> {
        let mut story: Option<Self> = None;
        for (at, event) in events.filter(|(_, event)| event.chat() == Some(chat)) {
            Self::go_on(&mut story, at, event);
        }
        story
    }

    /// The story with what this event of its chat tells; it begins with the chat's opening.
    pub fn go_on(story: &mut Option<Self>, at: Stamp, event: &Event) {
        match (story.as_mut(), event) {
            (None, Event::ChatOpened(opened)) => *story = Some(Self::opened(at, opened)),
            (Some(story), event) => story.add(at, event),
            _ => {}
        }
    }

    fn opened(at: Stamp, opened: &crate::event::ChatOpened) -> Self {
        Self {
            chat: opened.chat,
            queue: opened.queue.clone(),
            priority: opened.priority,
            skills: opened.skills.clone(),
            opened: at,
            customer: opened.customer.clone(),
            fields: opened.fields.clone(),
            segments: Vec::new(),
            ended: None,
            candidates: Private::default(),
            matched: MatchState::Pending,
            chosen: None,
            messages: Vec::new(),
            misses: 0,
        }
    }

    fn add(&mut self, at: Stamp, event: &Event) {
        match event {
            Event::ChatMoved { queue, priority, .. } => {
                self.queue = queue.clone();
                self.priority = *priority;
            }
            Event::OfferEnded { cooldown_until: Some(_), goes_on: false, .. } => self.misses += 1,
            Event::SegmentOpened { segment, .. } => self.segments.push((**segment).clone()),
            Event::SegmentLeft { n, why, timer, .. } => self.segment(*n, |s| {
                s.left = Some((at, *why));
                s.state = SegmentState::PostProcessing { since: at, timer: *timer };
            }),
            Event::DraftSet { n, codes, note, .. } => self.segment(*n, |s| {
                if let Some(codes) = codes {
                    s.codes.clone_from(codes);
                }
                if let Some(note) = note {
                    s.note.clone_from(note);
                }
            }),
            Event::SegmentHanded { n, to, .. } => self.segment(*n, |s| s.agent = to.clone()),
            Event::SegmentWrapped { n, how, codes, .. } => self.segment(*n, |s| {
                s.codes.clone_from(codes);
                s.left.get_or_insert((at, LeftWhy::Ended));
                s.state = SegmentState::WrappedUp { at, how: *how };
            }),
            Event::ChatEnded { how, .. } => self.ended = Some((*how, at)),
            Event::MatchSet { state, candidates, chosen, .. } => {
                self.matched = *state;
                // As in State: a failed try takes nothing away that an earlier one found.
                if *state != MatchState::Failed {
                    self.candidates.clone_from(candidates);
                    self.chosen.clone_from(chosen);
                }
            }
            Event::MatchChosen { chosen, .. } => self.chosen = Some(chosen.clone()),
            Event::CallerSet { caller, .. } => self.chosen.clone_from(caller),
            Event::MessageKept { n, from, visibility, content, .. } => {
                self.messages.push(Message {
                    n: *n,
                    at_ms: at.wall_ms,
                    from: from.clone(),
                    visibility: *visibility,
                    content: content.clone(),
                });
            }
            _ => {}
        }
    }

    fn segment(&mut self, n: u16, change: impl FnOnce(&mut Segment)) {
        if let Some(segment) = self.segments.iter_mut().find(|s| s.n == n) {
            change(segment);
        }
    }

    /// The chat, which may have left memory, as a rule sees it.
    pub(crate) fn view(&self, caller: Option<CandidateView>, now: Stamp) -> ChatView {
        let customer = self.customer.or_empty();
        ChatView {
            id: self.chat,
            queue: self.queue.clone(),
            priority: self.priority,
            customer: CustomerView {
                name: customer.name,
                email: customer.email,
                verified: customer.verified,
            },
            fields: self.fields.or_empty(),
            skills: self.skills.clone(),
            arrived_ms: self.opened.wall_ms,
            age_ms: now.desk_ms.saturating_sub(self.opened.desk_ms),
            misses: self.misses,
            messages: self.messages.len() as u64,
            matched: self.matched.name().into(),
            caller,
            segments: segment_views(&self.segments, now),
            ended: self.ended.map(|(how, _)| how.name().into()),
        }
    }

    /// Whether it is a form, and no conversation.
    #[must_use]
    pub fn is_form(&self) -> bool {
        self.ended.is_some_and(|(how, _)| how == EndedHow::Offline)
    }

    /// The chosen candidate with all that is known of it.
    #[must_use]
    pub fn caller(&self) -> Option<&CandidateView> {
        let chosen = self.chosen.as_ref()?;
        self.candidates.known()?.iter().find(|c| c.sys_id == chosen.sys_id)
    }
}

//! One chat, folded from its records.

use crate::links::Links;
use crate::views::{self, Views, match_view, words};
use desk_core::name::{AgentId, ChatId, OfferId, QueueId, StepId, StepKind};
use desk_core::{
    Customer, Event, OfferOutcome, Private, Record, RecordRef, Segment, Stamp, State, StepEvent,
    Story,
};
use desk_wire::UnixMs;
use desk_wire::view::{
    ChatState, ChatTimes, ChatView, DifferenceView, HowEnded, IncidentState, IncidentView,
    IncidentWhy, MatchState, MatchView, MessageView, MissedView,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A chat as the journal tells it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The chat.
    pub chat: ChatId,
    /// Its queue, at last.
    pub queue: QueueId,
    /// What happened; `None` for a chat that was turned away.
    pub story: Option<Story>,
    /// Who asked for it.
    customer: Private<Customer>,
    /// When it arrived, in wall milliseconds.
    pub arrived: UnixMs,
    /// The record by which it arrived.
    pub arrived_seq: u64,
    state: ChatState,
    holder: Option<AgentId>,
    closed: bool,
    abandoned: bool,
    written: Option<(RecordRef, String)>,
    /// Whether the incident was there before, and the chat was added to it.
    appended: bool,
    skipped: bool,
    /// Whether its create was given up.
    dropped: bool,
    wanted: bool,
    differences: Vec<DifferenceView>,
    /// The number of the chat's interaction.
    interaction: Option<String>,
    /// What the last try of each step met with.
    tries: BTreeMap<StepId, Try>,
    missed: Vec<(AgentId, MissedView)>,
}

/// What the last try of a step met with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// When, in wall milliseconds.
    pub at: UnixMs,
    /// Why the step was not done; erased with the chat.
    pub why: Option<String>,
}

impl Told {
    /// The chat that these records, in order, tell of; `None` if its arrival is not among them.
    #[must_use]
    pub fn fold(chat: ChatId, records: &[Record]) -> Option<Self> {
        let events =
            records.iter().flat_map(|record| record.events.iter().map(move |e| (record, e)));
        let mine = events.filter(|(_, event)| event.chat() == Some(chat));
        let mut told: Option<Self> = None;
        for (record, event) in mine {
            match &mut told {
                None => told = Self::arrived(chat, record, event),
                Some(told) => told.add(record, event),
            }
        }
        let mut told = told?;
        let events = records.iter().flat_map(|r| r.events.iter().map(move |event| (r.at, event)));
        told.story = Story::fold(chat, events);
        if let Some(story) = &told.story {
            told.queue = story.queue.clone();
        }
        Some(told)
    }

    fn arrived(chat: ChatId, record: &Record, event: &Event) -> Option<Self> {
        let (queue, customer, state) = match event {
            Event::ChatOpened(opened) => (&opened.queue, &opened.customer, ChatState::Waiting),
            Event::ChatTurnedAway { queue, customer, .. } => (queue, customer, ChatState::Ended),
            _ => return None,
        };
        Some(Self {
            chat,
            queue: queue.clone(),
            story: None,
            customer: customer.clone(),
            arrived: record.at.wall_ms,
            arrived_seq: record.seq,
            state,
            holder: None,
            closed: state == ChatState::Ended,
            abandoned: false,
            written: None,
            appended: false,
            skipped: false,
            dropped: false,
            wanted: false,
            differences: Vec::new(),
            interaction: None,
            tries: BTreeMap::new(),
            missed: Vec::new(),
        })
    }

    fn add(&mut self, record: &Record, event: &Event) {
        match event {
            Event::OfferMade(made) => self.be(ChatState::Offered, Some(&made.agent)),
            Event::OfferEnded { offer, agent, outcome, goes_on, .. } => {
                if !goes_on {
                    self.be(ChatState::Waiting, None);
                }
                self.offer_ended(record, *offer, agent, *outcome);
            }
            Event::ChatWaits { .. } => self.be(ChatState::Waiting, None),
            Event::SegmentOpened { segment, .. } => {
                self.be(ChatState::Active, Some(&segment.agent));
            }
            Event::ChatEnded { how, .. } => {
                self.be(ChatState::Ended, None);
                self.abandoned = *how == desk_core::EndedHow::Abandoned;
            }
            Event::AbandonedAcknowledged { .. } => self.abandoned = false,
            Event::ChatClosed { .. } => self.closed = true,
            Event::StepWanted(_) => self.wanted = true,
            Event::StepMoved { step, why, to } => {
                self.dropped |= step.kind == StepKind::Create && *to == StepEvent::Dropped;
                let why = why.as_ref().and_then(|why| why.known().cloned());
                self.tries.insert(*step, Try { at: record.at.wall_ms, why });
            }
            Event::IncidentWritten { record, number, differences, appended, .. } => {
                self.appended = *appended;
                self.written = Some((record.clone(), number.clone()));
                self.differences.extend(views::differences(differences));
            }
            Event::IncidentDiffers { differences, .. } => {
                self.differences.extend(views::differences(differences));
            }
            Event::InteractionWritten { step, number, .. }
                if step.kind == StepKind::Interaction =>
            {
                self.interaction = Some(number.clone());
            }
            Event::IncidentSkipped { .. } => self.skipped = true,
            _ => {}
        }
    }

    fn be(&mut self, state: ChatState, holder: Option<&AgentId>) {
        self.state = state;
        self.holder = holder.cloned();
    }

    fn offer_ended(&mut self, record: &Record, offer: OfferId, agent: &AgentId, how: OfferOutcome) {
        if !matches!(how, OfferOutcome::TimedOut | OfferOutcome::Rejected) {
            return;
        }
        let missed = MissedView {
            offer: offer.to_string(),
            chat: self.chat.to_string(),
            queue: self.queue.to_string(),
            outcome: words::outcome(how),
            at: record.at.wall_ms,
        };
        self.missed.push((agent.clone(), missed));
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> ChatState {
        self.state
    }

    /// Whether the chat has left memory.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether an incident of it was wanted.
    #[must_use]
    pub const fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Whether its incident was written.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        self.written.is_some()
    }

    /// The number of its incident, once written.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.written.as_ref().map(|(_, number)| number.as_str())
    }

    /// Who asked for it.
    #[must_use]
    pub const fn customer(&self) -> &Private<Customer> {
        &self.customer
    }

    /// Whether the agent had a segment of it.
    #[must_use]
    pub fn had(&self, agent: &AgentId) -> bool {
        self.segments().iter().any(|segment| segment.agent == *agent)
    }

    /// Its segments.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        self.story.as_ref().map_or(&[], |story| &story.segments)
    }

    /// The last offer of it that the agent missed or rejected.
    #[must_use]
    pub fn missed_by(&self, agent: &AgentId) -> Option<&MissedView> {
        self.missed.iter().rev().find(|(by, _)| by == agent).map(|(_, missed)| missed)
    }

    /// What ServiceNow holds otherwise than it was sent.
    #[must_use]
    pub fn differences(&self) -> &[DifferenceView] {
        &self.differences
    }

    /// What the last try of a step met with.
    #[must_use]
    pub fn last_try(&self, step: StepId) -> Option<&Try> {
        self.tries.get(&step)
    }

    /// The chat, without its messages.
    #[must_use]
    pub fn chat_view(&self, now: Stamp, links: &Links) -> ChatView {
        let empty = State::default();
        let views = Views::new(&empty, now, links);
        let story = self.story.as_ref();
        let ended = story.and_then(|story| story.ended);
        let turned_away = story.is_none().then_some(HowEnded::TurnedAway);
        let accepted = self.segments().first().map(|segment| segment.accepted.wall_ms);
        ChatView {
            chat: self.chat.to_string(),
            queue: self.queue.to_string(),
            state: self.state,
            how_ended: ended.map(|(how, _)| words::ended(how)).or(turned_away),
            agent: self.holder.as_ref().map(ToString::to_string),
            customer: views::customer(&self.customer),
            fields: story.map(|story| story.fields.or_empty()).unwrap_or_default(),
            segments: self.segments().iter().map(|s| views.segment(self.chat, s)).collect(),
            record: self.matched(links),
            message_count: story.map_or(0, |story| story.messages.len() as u64),
            messages: Vec::new(),
            incident: self.incident(links),
            times: ChatTimes {
                initiated: self.arrived,
                accepted,
                terminated: ended.map(|(_, at)| at.wall_ms),
                waiting_ms: story
                    .filter(|_| matches!(self.state, ChatState::Waiting | ChatState::Offered))
                    .map(|story| now.desk_ms.saturating_sub(story.opened.desk_ms)),
            },
            unacknowledged: self.abandoned,
        }
    }

    /// The match as it stood at last.
    #[must_use]
    pub fn matched(&self, links: &Links) -> MatchView {
        let Some(story) = &self.story else {
            return MatchView {
                chat: self.chat.to_string(),
                state: MatchState::None,
                why: None,
                candidates: Vec::new(),
                chosen: None,
            };
        };
        let found = story.candidates.or_empty();
        match_view(self.chat, story.matched, &found, story.chosen.as_ref(), links)
    }

    /// The incident, as far as it was told of.
    #[must_use]
    pub fn incident(&self, links: &Links) -> IncidentView {
        let (state, why) = match (&self.written, self.skipped) {
            (Some(_), _) => (IncidentState::Created, None),
            (None, true) => (IncidentState::None, Some(IncidentWhy::Rule)),
            (None, false) if self.dropped => (IncidentState::None, Some(IncidentWhy::Dropped)),
            (None, false) if self.wanted => (IncidentState::Pending, Some(IncidentWhy::ToSend)),
            _ if self.story.as_ref().is_some_and(Story::is_form) => {
                (IncidentState::Pending, Some(IncidentWhy::AfterLookup))
            }
            _ if self.segments().is_empty() => (IncidentState::None, Some(IncidentWhy::Unhandled)),
            _ => (IncidentState::Pending, Some(IncidentWhy::AfterEnd)),
        };
        IncidentView {
            chat: self.chat.to_string(),
            state,
            reason: why.map(|why| views::in_words(why, None)),
            why,
            tries: None,
            number: self.written.as_ref().map(|(_, number)| number.clone()),
            appended: self.appended,
            sys_id: self.written.as_ref().map(|(record, _)| record.sys_id.clone()),
            url: self.written.as_ref().and_then(|(record, _)| links.to(record)),
            steps: Vec::new(),
            differences: self.differences.clone(),
            interaction: self.interaction.clone(),
        }
    }

    /// Its messages from number `from` on, as many as fit into so many bytes of JSON, and at least
    /// one if there is any.
    #[must_use]
    pub fn messages(&self, from: u64, bytes_max: usize) -> Vec<MessageView> {
        let Some(story) = &self.story else { return Vec::new() };
        let customer = self.customer.known().map(|customer| customer.name.as_str());
        let wanted = story.messages.iter().filter(|message| message.n >= from);
        by_size(wanted.map(|message| views::message(message, customer)), bytes_max)
    }
}

/// The first of these, as many as fit into so many bytes of JSON, and at least one.
pub fn by_size<T: Serialize>(of: impl Iterator<Item = T>, bytes_max: usize) -> Vec<T> {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    for item in of {
        // What cannot be written counts as too long; nothing of the wire's is such a thing.
        bytes += serde_json::to_vec(&item).map_or(usize::MAX, |json| json.len() + 1);
        if bytes > bytes_max && !taken.is_empty() {
            break;
        }
        taken.push(item);
    }
    taken
}

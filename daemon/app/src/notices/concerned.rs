//! Whom a record concerns.

use crate::engine::Audience;
use crate::views::Views;
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::{Chat, Event, Incident, Record, Segment, State, Status, SubStatus, status};
use std::collections::{BTreeMap, BTreeSet};

/// An agent's status as it is told: with what comes next.
pub(super) type Told = (Status, SubStatus, Option<desk_wire::view::Status>);

/// State before a record, as far as notices need it.
#[derive(Debug, Clone, Default)]
pub struct Before {
    pub(super) statuses: BTreeMap<AgentId, Told>,
    /// Whose the chats are that the record is about.
    pub chats: BTreeMap<ChatId, Header>,
}

/// Whose a chat is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Its queue.
    pub queue: Option<QueueId>,
    /// Whoever is offered it or talks in it.
    pub holders: Vec<AgentId>,
    /// Its agents by segment, from the first.
    pub segments: Vec<AgentId>,
    /// Those of them who have not wrapped up.
    pub open: BTreeSet<AgentId>,
    /// The customer's name.
    pub customer: Option<String>,
}

impl Header {
    fn of_chat(chat: &Chat) -> Self {
        let holders = chat.offers().map(|offer| &offer.agent);
        let holders = holders.chain(chat.active().map(|segment| &segment.agent));
        let open = chat.segments.iter().filter(|segment| segment.is_open());
        Self {
            queue: Some(chat.queue.clone()),
            holders: holders.cloned().collect(),
            segments: agents(&chat.segments),
            open: open.map(|segment| segment.agent.clone()).collect(),
            customer: chat.customer.known().map(|customer| customer.name.clone()),
        }
    }

    fn of_incident(incident: &Incident) -> Self {
        Self {
            queue: Some(incident.queue.clone()),
            open: incident.agent.iter().cloned().collect(),
            ..Self::default()
        }
    }

    /// Of a chat that left memory, as the journal tells it.
    #[must_use]
    pub fn of_story(story: &desk_core::Story) -> Self {
        Self {
            queue: Some(story.queue.clone()),
            // Of one that nobody has any more: whoever had it is told what they missed.
            holders: agents(&story.segments),
            segments: agents(&story.segments),
            open: story.segments.iter().map(|segment| segment.agent.clone()).collect(),
            customer: story.customer.known().map(|customer| customer.name.clone()),
        }
    }

    /// Of a chat, by what State holds of it now.
    pub(crate) fn now(state: &State, chat: ChatId) -> Option<Self> {
        let incident = state.outbox.incidents.get(&chat).map(Self::of_incident);
        match (state.chats.get(&chat).map(Self::of_chat), incident) {
            (Some(chat), Some(incident)) => Some(chat.or(incident)),
            (chat, incident) => chat.or(incident),
        }
    }

    /// This, with what `other` knows beyond it.
    fn or(mut self, other: Self) -> Self {
        self.queue = self.queue.or(other.queue);
        if self.holders.is_empty() {
            self.holders = other.holders;
        }
        if self.segments.len() < other.segments.len() {
            self.segments = other.segments;
        }
        self.open.extend(other.open);
        self.customer = self.customer.or(other.customer);
        self
    }

    /// The agent of the n-th segment.
    pub(super) fn agent_of(&self, n: u16) -> Option<&AgentId> {
        self.segments.get(usize::from(n).checked_sub(1)?)
    }

    /// Supervisors of its queue, and everybody who has something to do with it.
    pub(super) fn audience(&self) -> Audience {
        let agents: BTreeSet<_> = self.holders.iter().chain(&self.open).cloned().collect();
        self.with(agents.into_iter().collect())
    }

    /// Supervisors of its queue, and these agents.
    pub(super) fn with(&self, agents: Vec<AgentId>) -> Audience {
        Audience { everybody: false, agents, queue: self.queue.clone() }
    }

    /// Supervisors of its queue, and whoever talks in it.
    pub(crate) fn talkers(&self) -> Audience {
        self.with(self.holders.clone())
    }
}

fn agents(segments: &[Segment]) -> Vec<AgentId> {
    segments.iter().map(|segment| segment.agent.clone()).collect()
}

impl Before {
    /// What is known of chats, for records of long ago; of statuses nothing, so that those of
    /// everybody concerned are told.
    #[must_use]
    pub const fn of_chats(chats: BTreeMap<ChatId, Header>) -> Self {
        Self { statuses: BTreeMap::new(), chats }
    }

    /// State as it is before this record.
    pub(super) fn of(state: &State, record: &Record) -> Self {
        let told = |id: AgentId| told(state, &id).map(|told| (id, told));
        let chats = record.events.iter().filter_map(Event::chat).collect::<BTreeSet<_>>();
        Self {
            statuses: concerned(state, record).into_iter().filter_map(told).collect(),
            chats: chats
                .into_iter()
                .filter_map(|chat| Some((chat, Header::now(state, chat)?)))
                .collect(),
        }
    }
}

/// The agents whom a record's events concern.
pub(super) fn concerned(state: &State, record: &Record) -> BTreeSet<AgentId> {
    let mut agents = BTreeSet::new();
    for event in &record.events {
        agents.extend(event.agent().cloned());
        if let Event::ConfigSet { .. } = event {
            agents.extend(state.agents.keys().cloned());
        }
        if let Some(chat) = event.chat().and_then(|chat| state.chats.get(&chat)) {
            agents.extend(Header::of_chat(chat).audience().agents);
        }
    }
    agents
}

/// An agent's status as it would be told now.
pub(super) fn told(state: &State, id: &AgentId) -> Option<Told> {
    let agent = state.agents.get(id)?;
    let (status, sub) = status(state, agent);
    let intent = crate::views::words::intent(agent.intent.kind);
    Some((status, sub, crate::views::next(status, intent)))
}

/// A record with State before and after it.
pub(super) struct Around<'a> {
    pub(super) views: Views<'a>,
    pub(super) record: &'a Record,
    pub(super) before: Option<&'a Before>,
}

impl Around<'_> {
    /// Whose a chat is, by what is known after the record and before it.
    pub(super) fn header(&self, chat: ChatId) -> Header {
        let after = Header::now(self.views.state, chat).unwrap_or_default();
        let before = self.before.and_then(|before| before.chats.get(&chat)).cloned();
        after.or(before.unwrap_or_default())
    }
}

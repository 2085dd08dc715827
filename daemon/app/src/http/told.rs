//! What a customer is told of their chat: messages that everybody may read, where it stands, and
//! its end.

use crate::engine;
use desk_core::name::{AgentId, ChatId};
use desk_core::{Author, Content, EndedHow, Event, Record, Visibility};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where a chat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChatState {
    /// In its queue.
    Waiting,
    /// Offered to an agent.
    Offered,
    /// An agent talks.
    Active,
    /// Over.
    Ended,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sender {
    /// The customer.
    Customer,
    /// An agent.
    Agent,
    /// A supervisor.
    Supervisor,
    /// A program.
    Bot,
    /// The desk itself.
    System,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Message {
    /// Its number in the chat, from 1.
    pub(super) n: u64,
    /// When it was kept: milliseconds since 1970.
    pub(super) at: i64,
    /// Who said it.
    pub(super) from: Sender,
    /// The agent's or the program's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// What was said; left out where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

/// Where a chat stands now: the event `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct State {
    /// Where.
    pub(super) state: ChatState,
    /// Since when: milliseconds since 1970.
    pub(super) at: i64,
    /// The name for people of the agent who talks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<String>,
}

/// Where a chat that waits stands in its queue: the event `place`, and `place` of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Place {
    /// Which it is among those that wait: 1 is next.
    pub(super) position: u32,
    /// How long it may expect to wait from now on, in seconds, to a whole ten; left out where
    /// nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected_wait_secs: Option<u64>,
}

impl From<crate::waits::Place> for Place {
    fn from(place: crate::waits::Place) -> Self {
        let tens = |ms: u64| ms.div_ceil(10_000) * 10;
        Self { position: place.position, expected_wait_secs: place.expected_ms.map(tens) }
    }
}

/// A chat is over: the event `end`, and `ended` of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct End {
    /// `agent`, `customer`, `idle`, `admin`, `expired`, `abandoned` or `offline` (a form).
    pub(super) how: &'static str,
    /// When: milliseconds since 1970.
    pub(super) at: i64,
    /// Where the customer may leave a form, because nobody took the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<&'static str>,
}

impl End {
    pub(super) fn new(how: EndedHow, at: i64, form: bool) -> Self {
        Self { how: how.name(), at, form: form.then_some(super::forms::PATH) }
    }
}

/// Somebody types: the event `typing`. It is over by itself, or by a message of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Typing {
    /// Who.
    pub(super) from: Sender,
    /// The agent's or the program's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Until when to show it, unless it comes again: milliseconds since 1970.
    pub(super) until: i64,
}

/// Something that a customer is told, as their stream's events have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Message(Message),
    State(State),
    End(End),
}

/// Agents' names for people.
pub(super) type Names = BTreeMap<AgentId, String>;

/// The message in this event, if the chat's customer may read it.
pub(super) fn message(event: &Event, at: i64, names: &Names) -> Option<Message> {
    let Event::MessageKept { from, visibility: Visibility::All, content, .. } = event else {
        return None;
    };
    let n = number(event)?;
    let (from, name) = speaker(from, names);
    let text = content.known().map(|Content::Text { text }| text.clone());
    Some(Message { n, at, from, name, text })
}

/// The number of this message among those that the customer may read: what the house says among itself
/// leaves no gap.
pub(super) const fn number(event: &Event) -> Option<u64> {
    match event {
        Event::MessageKept { n, internal, visibility: Visibility::All, .. } => {
            Some(n.saturating_sub(*internal))
        }
        _ => None,
    }
}

/// Who speaks, as customers see them.
fn speaker(from: &Author, names: &Names) -> (Sender, Option<String>) {
    match from {
        Author::Customer => (Sender::Customer, None),
        Author::Agent(agent) => (Sender::Agent, names.get(agent).cloned()),
        Author::Supervisor(_) => (Sender::Supervisor, None),
        Author::Bot(name) => (Sender::Bot, Some(name.clone())),
        Author::System => (Sender::System, None),
    }
}

/// Who types, if it is somebody else in this chat.
pub(super) fn typing(heard: &engine::Typing, chat: ChatId, names: &Names) -> Option<Typing> {
    let (from, name) = speaker(&heard.from, names);
    let theirs = heard.chat == chat && from != Sender::Customer;
    theirs.then_some(Typing { from, name, until: heard.until })
}

/// The agents whose names this record's telling needs.
pub(super) fn agents(record: &Record, chat: ChatId) -> impl Iterator<Item = &AgentId> {
    record.events.iter().filter(move |event| event.chat() == Some(chat)).filter_map(|event| {
        match event {
            Event::MessageKept { from: Author::Agent(agent), .. } => Some(agent),
            Event::SegmentOpened { segment, .. } => Some(&segment.agent),
            _ => None,
        }
    })
}

/// What the chat's customer is told of this record: what was said, then where the chat stands
/// after it, then whether that is the end. It depends on the record alone but for the names, so a
/// stream that resumes tells the same.
pub(super) fn told(record: &Record, chat: ChatId, names: &Names) -> Vec<Told> {
    let at = record.at.wall_ms;
    let (mut told, mut state, mut end) = (Vec::new(), None, None);
    let stands = |state| Some(State { state, at, agent: None });
    for event in record.events.iter().filter(|event| event.chat() == Some(chat)) {
        told.extend(message(event, at, names).map(Told::Message));
        match event {
            Event::ChatOpened(_) | Event::ChatWaits { .. } => state = stands(ChatState::Waiting),
            Event::OfferEnded { goes_on: false, .. } => state = stands(ChatState::Waiting),
            Event::OfferMade(_) => state = stands(ChatState::Offered),
            Event::SegmentOpened { segment, .. } => {
                let agent = names.get(&segment.agent).cloned();
                state = Some(State { state: ChatState::Active, at, agent });
            }
            Event::ChatEnded { how, form, .. } => {
                state = stands(ChatState::Ended);
                end = Some(End::new(*how, at, *form));
            }
            _ => {}
        }
    }
    told.extend(state.map(Told::State));
    told.extend(end.map(Told::End));
    told
}

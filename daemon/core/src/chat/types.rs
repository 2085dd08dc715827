//! The facts about a chat, as State holds them: of the conversation only counts.

use super::{Match, Segment};
use crate::config::{Authority, PopWhen};
use crate::name::{AgentId, ChatId, OfferId, QueueId, Skill};
use crate::private::Private;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// An open chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// Who decides about it.
    pub authority: Authority,
    /// The id that another system knows it by.
    pub foreign: Option<String>,
    /// Its queue now.
    pub queue: QueueId,
    /// The queues that it was in by overflow: each is visited once.
    pub visited: Vec<QueueId>,
    /// Its priority: higher goes first.
    pub priority: i32,
    /// The skills that it needs beyond its queue's.
    pub skills: BTreeMap<Skill, u8>,
    /// When it arrived.
    pub opened: Stamp,
    /// The record by which it arrived: with the time, its place among those that wait.
    pub opened_seq: u64,
    /// The customer.
    pub customer: Private<Customer>,
    /// A keyed hash of the customer's e-mail address.
    pub email_key: Option<String>,
    /// What the pre-chat form held.
    pub fields: Private<BTreeMap<String, String>>,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// Where it stands.
    pub phase: Phase,
    /// The last agents who missed it.
    pub missed: VecDeque<Missed>,
    /// How many offers were missed or rejected.
    pub misses: u32,
    /// How many of them since it came to its queue or an agent last had it.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub misses_here: u32,
    /// Whether any level of the skills that it needs will do.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub relaxed: bool,
    /// Its segments; the n-th stands at n - 1.
    pub segments: Vec<Segment>,
    /// The ServiceNow record that it is tied to.
    pub matched: Match,
    /// How many messages it has; each has its number, from 1.
    pub messages: u64,
    /// How many of them the customer does not see.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub internal: u64,
    /// From when on its queue's own limit counts, in desk time; `None`: from its arrival on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<u64>,
    /// How many streams of the customer's are open.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub streams: u32,
    /// Since when the customer waits for an answer of the agent who has it, in desk time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered_since: Option<u64>,
    /// What rules have held and extended so far.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub ruled: Ruled,
}

/// What rules have done to a chat that adds up, for the bounds on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruled {
    /// Until when it is held back from its queue, in desk time.
    pub held_until: Option<u64>,
    /// For how many seconds it was held in all.
    pub held_secs: u32,
    /// How often its wait was extended.
    pub extended: u8,
}

impl Chat {
    /// How many agents who missed a chat are remembered.
    pub const MISSED_MAX: usize = 8;

    /// Most agents whom one round of a broadcast asks: all of them can be remembered as having
    /// missed it.
    pub const ASKED_MAX: usize = Self::MISSED_MAX;

    /// The pending offers: one, or those of a round of a broadcast.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        let round = match &self.phase {
            Phase::Offered(round) => Some(round),
            _ => None,
        };
        round.into_iter().flat_map(Round::offers)
    }

    /// The offer that is pending for this agent.
    #[must_use]
    pub fn offer_to(&self, agent: &AgentId) -> Option<&Offer> {
        self.offers().find(|offer| offer.agent == *agent)
    }

    /// The active segment.
    #[must_use]
    pub fn active(&self) -> Option<&Segment> {
        match self.phase {
            Phase::Active => self.segments.last(),
            _ => None,
        }
    }

    /// The agent's last segment that is not wrapped up.
    #[must_use]
    pub fn open_segment_of(&self, agent: &AgentId) -> Option<&Segment> {
        self.segments.iter().rev().find(|s| s.agent == *agent && s.is_open())
    }

    /// Whether an agent ever had it.
    #[must_use]
    pub fn handled(&self) -> bool {
        !self.segments.is_empty()
    }

    /// Whether it is a form, and no conversation.
    #[must_use]
    pub const fn is_form(&self) -> bool {
        matches!(self.phase, Phase::Ended { how: EndedHow::Offline, .. })
    }

    /// How it ended, if it has.
    #[must_use]
    pub const fn ended(&self) -> Option<(EndedHow, Stamp)> {
        match self.phase {
            Phase::Ended { how, at } => Some((how, at)),
            _ => None,
        }
    }
}

/// The customer of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Their name, as they gave it.
    pub name: String,
    /// Their e-mail address, as they gave it.
    pub email: String,
    /// Whether a site vouched for name and address.
    pub verified: bool,
}

/// Who takes part in a chat, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// As what.
    pub role: Role,
    /// Who, where they have a name in the config.
    pub name: Option<String>,
}

/// As what somebody takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The customer.
    Customer,
    /// An agent.
    Agent,
    /// A supervisor.
    Supervisor,
    /// A program that talks.
    Bot,
    /// deskd itself.
    System,
}

/// Who says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "role", content = "name")]
pub enum Author {
    /// The customer.
    Customer,
    /// An agent.
    Agent(AgentId),
    /// A supervisor.
    Supervisor(String),
    /// A program that talks.
    Bot(String),
    /// deskd itself.
    System,
}

impl Author {
    /// As what they speak.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Customer => Role::Customer,
            Self::Agent(_) => Role::Agent,
            Self::Supervisor(_) => Role::Supervisor,
            Self::Bot(_) => Role::Bot,
            Self::System => Role::System,
        }
    }
}

/// Who may read a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody in the chat.
    #[default]
    All,
    /// Everybody but the customer.
    Internal,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Content {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
}

impl Content {
    /// Its length in characters.
    #[must_use]
    pub fn chars(&self) -> u32 {
        let Self::Text { text } = self;
        u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
    }
}

/// Where a chat stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Phase {
    /// It waits for an agent.
    Waiting {
        /// Since when it waits this time, in desk time.
        since: u64,
    },
    /// It is offered to an agent, or to those of a round.
    Offered(Round),
    /// An agent has it: its last segment is active.
    Active,
    /// It is over.
    Ended {
        /// How it ended.
        how: EndedHow,
        /// When.
        at: Stamp,
    },
}

/// The offers that are pending together, with one deadline: the first to accept has the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The offer to the agent who stands first.
    #[serde(flatten)]
    pub first: Offer,
    /// The offers to the others of a broadcast, as they stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Offer>,
}

impl Round {
    /// All of them, as their agents stand.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        std::iter::once(&self.first).chain(&self.others)
    }

    pub(super) fn offers_mut(&mut self) -> impl Iterator<Item = &mut Offer> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }

    /// What is left of it without this agent's offer.
    pub(super) fn without(mut self, agent: &AgentId) -> Option<Self> {
        if self.first.agent != *agent {
            self.others.retain(|offer| offer.agent != *agent);
            return Some(self);
        }
        if self.others.is_empty() {
            return None;
        }
        self.first = self.others.remove(0);
        Some(self)
    }
}

/// An offer that is pending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// To whom.
    pub agent: AgentId,
    /// When it was made.
    pub made: Stamp,
    /// When its acceptance timer reaches zero, in desk time.
    pub deadline: u64,
    /// The capacity that it takes.
    pub weight: u16,
    /// When the record pops.
    pub pop: PopWhen,
    /// Whether the record popped already.
    pub popped: bool,
    /// What the agent sees beside customer and candidates.
    pub preview: Private<Preview>,
}

/// What a rule adds to an offer's preview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Lines of text.
    pub lines: Vec<String>,
}

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The agent took it.
    Accepted,
    /// The agent did not want it.
    Rejected,
    /// The acceptance timer reached zero.
    TimedOut,
    /// The customer left.
    Abandoned,
    /// The desk took it back.
    Rescinded,
}

/// An agent who missed a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Who.
    pub agent: AgentId,
    /// Until when they are not asked again, in desk time.
    pub until: u64,
}

/// How a chat ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedHow {
    /// The agent ended it.
    Agent,
    /// The customer ended it.
    Customer,
    /// Nobody said anything for too long.
    Idle,
    /// An admin ended it.
    Admin,
    /// A limit was reached.
    Expired,
    /// The customer left before an agent had it.
    Abandoned,
    /// It was a form from the first: nobody was there to talk.
    Offline,
}

/// Why a chat was refused on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnedAway {
    /// As many wait as may.
    Full,
    /// New chats are turned away just now.
    Draining,
    /// The disk is nearly full.
    LowDisk,
    /// A rule says so.
    Rule,
    /// The queue is closed.
    Closed,
}

//! Events: what was decided, with every value as it was decided. Start-up reads these alone; no
//! event is ever refused. What is about a person is [`Private`].

mod about;

use crate::actor::{Actor, Cause};
use crate::agent::{IntentKind, Presence};
use crate::answer::Answer;
use crate::chat::{
    Author, Clocks, Content, Customer, EndedHow, LeftWhy, MatchState, OfferOutcome, Pop, Preview,
    RecordRef, Segment, TurnedAway, Visibility, WrapTimer, WrappedHow,
};
use crate::command::{Lost, PopOutcome};
use crate::config::{Authority, Config, PopWhen};
use crate::delivery::{Delivery, DeliveryWanted, Origin, PhaseEvent};
use crate::grant::Grant;
use crate::hours::Hours;
use crate::kv::KvValue;
use crate::name::{
    AgentId, ChatId, CodeId, CommandId, DeliveryId, GrantId, Hash, OfferId, PopId, QueueId, SinkId,
    Skill, StepId, StepKind,
};
use crate::outbox::{Body, Difference, Incident, StepEvent};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::scripts::SetHow;
use crate::time::Timer;
use crate::view::CandidateView;
use crate::work::Work;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something that was decided. Times named `…_at` without a unit are desk milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[allow(missing_docs, reason = "the fields are those of the types that they set")]
pub enum Event {
    // The desk.
    /// The daemon started: nothing that it held outside State outlived the one before.
    Started { epoch: u64, grace_at: u64, window_at: u64, lost: Option<Lost> },
    /// This config is in force.
    ConfigSet { config: Box<Config>, hash: Hash },
    /// This script set is live.
    ScriptsSet {
        hash: Hash,
        files: BTreeMap<String, String>,
        #[serde(default, skip_serializing_if = "SetHow::is_taken")]
        how: SetHow,
        /// What the scripts folder holds and is not taken until it is something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<Hash>,
    },
    /// New chats are turned away, or no longer.
    DrainSet { on: bool },
    /// New chats of a queue are turned away, or no longer.
    QueueDrainSet { queue: QueueId, on: bool },
    /// A queue opened or closed; `None`: it goes by no hours any more.
    QueueHoursSet {
        queue: QueueId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<Hours>,
    },
    /// Somebody may act by a token or a session.
    Granted { id: GrantId, grant: Box<Grant> },
    /// A token or session was taken back, or is over.
    GrantEnded { id: GrantId },
    /// The disk is nearly full, or no longer.
    LowDiskSet { on: bool },
    /// What is known of a person, by these chats and under these keys of their addresses, is erased.
    PersonErased { chats: BTreeSet<ChatId>, keys: Private<BTreeSet<String>> },
    /// A follow-up was dealt with.
    FollowedUp { work: Work },
    /// A deadline was dealt with and nothing else came of it.
    TimerCleared { timer: Timer },
    /// A deadline or follow-up panicked and is tried again at this time.
    Shelved { timer: Timer, at: u64, work: Option<Work> },
    /// The answer to a command, kept for its repeats.
    AnswerKept { actor: Actor, id: CommandId, answer: Answer },
    /// The refusal of a command about which a rule was asked, kept for its repeats: no rule is
    /// asked twice about one command. It may quote the rule.
    RefusalKept { actor: Actor, id: CommandId, refusal: Private<Refusal> },

    /// A rule remembers a value, or, without one, nothing any more.
    KvSet {
        /// It may be made of what a customer gave.
        key: Private<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Private<KvValue>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_ms: Option<i64>,
    },

    // Agents.
    /// An agent's intent changed.
    IntentSet {
        agent: AgentId,
        to: IntentKind,
        reason: Option<String>,
        cause: Cause,
        return_at: Option<u64>,
    },
    /// Whether an agent is there changed.
    PresenceSet { agent: AgentId, presence: Presence, next_at: Option<u64> },

    /// A rule denied a status: it may do so a few times in a row.
    StatusDenied { agent: AgentId },
    /// Offers are kept from an agent, or no longer.
    AgentDrainSet { agent: AgentId, on: bool },

    // Chats.
    /// A chat arrived.
    ChatOpened(Box<ChatOpened>),
    /// A chat was refused on arrival.
    ChatTurnedAway {
        chat: ChatId,
        queue: QueueId,
        why: TurnedAway,
        customer: Private<Customer>,
        #[serde(with = "crate::private::optional")]
        email_key: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Private<String>>,
    },
    /// A message was kept.
    MessageKept {
        chat: ChatId,
        n: u64,
        from: Author,
        visibility: Visibility,
        chars: u32,
        content: Private<Content>,
        /// How many messages before it the customer does not see: their own count has no gaps.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        internal: u64,
        silence_at: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clocks: Option<Clocks>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// A rule moved the clocks of an active chat.
    ClocksSet { chat: ChatId, clocks: Clocks },
    /// A customer has waited for an answer for too long.
    ReplyOverdue { chat: ChatId, since: u64 },
    /// A chat is offered to an agent.
    OfferMade(Box<OfferMade>),
    /// An offer ended otherwise than by acceptance.
    OfferEnded {
        chat: ChatId,
        offer: OfferId,
        agent: AgentId,
        outcome: OfferOutcome,
        reason: Option<String>,
        cooldown_until: Option<u64>,
        /// Whether others of its round are still asked: a round counts as one miss.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        goes_on: bool,
    },
    /// A chat waits at its place.
    ChatWaits {
        chat: ChatId,
        wait_max_at: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relax_at: Option<u64>,
        /// From when on its queue's own limit counts, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        came: Option<u64>,
    },
    /// A rule holds a chat back from its queue for some seconds.
    ChatHeld { chat: ChatId, secs: u32, until: u64 },
    /// A held chat is in its queue again.
    HoldEnded { chat: ChatId },
    /// A rule lets a chat wait for longer.
    WaitExtended { chat: ChatId, wait_max_at: u64 },
    /// A rule set a chat's priority.
    PrioritySet { chat: ChatId, priority: i32 },
    /// Any level of the skills that a chat needs will do from now on.
    ChatRelaxed { chat: ChatId },
    /// How many streams of a chat's customer are open, and until when they may be gone.
    CustomerStreams { chat: ChatId, streams: u32, gone_at: Option<u64> },
    /// A chat counts for its queue's service level.
    LevelCounted { queue: QueueId, met: bool },
    /// A queue fell below its service level, or is back at it.
    LevelCrossed { queue: QueueId, below: bool, percent: u8, target: u8 },
    /// A chat is in another queue.
    ChatMoved { chat: ChatId, queue: QueueId, priority: i32, overflow: bool },
    /// An offer was accepted: a segment is open.
    SegmentOpened {
        chat: ChatId,
        segment: Box<Segment>,
        silence_at: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_at: Option<u64>,
    },
    /// An agent's part in the conversation ended; post-processing begins.
    SegmentLeft { chat: ChatId, n: u16, why: LeftWhy, timer: WrapTimer, max_at: u64 },
    /// A segment's codes or note were set.
    DraftSet { chat: ChatId, n: u16, codes: Option<Vec<CodeId>>, note: Option<Private<String>> },
    /// A segment in post-processing is another agent's from now on.
    SegmentHanded { chat: ChatId, n: u16, to: AgentId },
    /// A segment's wrap-up timer changed.
    WrapupTimerSet { chat: ChatId, n: u16, timer: WrapTimer },
    /// An agent extended a segment's wrap-up, for the so-manieth time.
    WrapupExtended { chat: ChatId, n: u16, timer: WrapTimer, extended: u8 },
    /// A rule denied a wrap-up: it may do so a few times in a row.
    WrapupDenied { chat: ChatId, n: u16 },
    /// A segment is wrapped up.
    SegmentWrapped { chat: ChatId, n: u16, how: WrappedHow, codes: Vec<CodeId> },
    /// A chat is over.
    ChatEnded {
        chat: ChatId,
        how: EndedHow,
        /// Whether the customer is offered the queue's form.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        form: bool,
    },
    /// A chat left memory: it has ended, is wrapped up, and its incident's steps are in the outbox.
    ChatClosed { chat: ChatId },
    /// Somebody took note of an abandoned chat.
    AbandonedAcknowledged { chat: ChatId },
    /// A cool-down of the chat ended.
    CooldownEnded { chat: ChatId },

    // The match.
    /// The customer is to be looked for.
    LookupWanted {
        chat: ChatId,
        n: u32,
        words: Option<Private<String>>,
        failed: u32,
        at: u64,
        max_at: u64,
    },
    /// A driver took the lookup.
    LookupTaken { chat: ChatId, n: u32, max_at: u64 },
    /// A lookup by words was given up.
    LookupDropped { chat: ChatId, n: u32, why: Option<Private<String>> },
    /// The match is known, or the lookup failed.
    MatchSet {
        chat: ChatId,
        state: MatchState,
        why: Option<Private<String>>,
        candidates: Private<Vec<CandidateView>>,
        count: u32,
        chosen: Option<RecordRef>,
    },
    /// Another candidate was chosen.
    MatchChosen { chat: ChatId, chosen: RecordRef },
    /// A record is to open in an agent's browser.
    PopWanted(Box<Pop>),
    /// A client opens it.
    PopClaimed { pop: PopId },
    /// It is over.
    PopEnded { pop: PopId, outcome: PopOutcome },

    // The outbox.
    /// A step of a chat's incident is wanted.
    StepWanted(Box<StepWanted>),
    /// A driver took a step; at the first attempt the body is frozen here.
    StepTaken { step: StepId, attempt: u32, until: u64, body: Option<Private<Box<Body>>> },
    /// What became of a step.
    StepMoved { step: StepId, to: StepEvent, why: Option<Private<String>> },
    /// A rule adds a chat to an incident that is open, in place of one of its own.
    IncidentAppends { chat: ChatId, record: RecordRef },
    /// That one takes nothing, as one that was closed meanwhile: the chat becomes an incident of its own.
    AppendRefused { chat: ChatId, why: Private<String> },
    /// The record that a chat's incident is.
    IncidentWritten {
        chat: ChatId,
        record: RecordRef,
        number: String,
        caller: Option<RecordRef>,
        differences: Private<Vec<Difference>>,
        /// Whether the instance gave it another id than ours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        foreign: bool,
        /// Whether it was there before, and the chat was added to it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        appended: bool,
    },
    /// ServiceNow holds what a step wrote otherwise than it was sent.
    IncidentDiffers { step: StepId, differences: Private<Vec<Difference>> },
    /// The interaction of a chat is there, or what ties it to the incident: the record that the step
    /// made.
    InteractionWritten {
        step: StepId,
        record: RecordRef,
        number: String,
        /// Whether the instance gave it another id than ours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        foreign: bool,
    },
    /// The caller of an incident that is not written yet changed.
    CallerSet { chat: ChatId, caller: Option<RecordRef> },
    /// A rule wants no incident for this chat.
    IncidentSkipped { chat: ChatId },
    /// Steps of a settled incident, as the journal had it, are looked for once more.
    StepsReplayed { chat: ChatId, incident: Box<Incident>, steps: Vec<StepKind> },

    // Deliveries.
    /// A rule wants something sent.
    DeliveryWanted(Box<DeliveryWanted>),
    /// A rule wanted something sent, and as much as may be was wanted already.
    DeliveryLost { sink: SinkId, origin: Origin },
    /// A driver took a delivery.
    DeliveryTaken {
        delivery: DeliveryId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
        attempt: u32,
        until: u64,
    },
    /// What became of a delivery.
    DeliveryMoved {
        delivery: DeliveryId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
        to: PhaseEvent,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Private<String>>,
    },
    /// A delivery that was sent, as the journal had it, is sent once more.
    DeliveryReplayed { delivery: DeliveryId, header: Box<Delivery> },
    /// `on_event` was asked about everything up to this record; `None`: no rule follows any more.
    EventsFollowed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u64>,
        /// How many records it was never asked about: too many came, or they were cut off.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        skipped: u64,
    },
}

/// A chat arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of a chat")]
pub struct ChatOpened {
    pub chat: ChatId,
    pub queue: QueueId,
    pub priority: i32,
    pub skills: BTreeMap<Skill, u8>,
    pub authority: Authority,
    pub foreign: Option<String>,
    pub customer: Private<Customer>,
    pub fields: Private<BTreeMap<String, String>>,
    #[serde(with = "crate::private::optional")]
    pub email_key: Option<String>,
    pub wait_max_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relax_at: Option<u64>,
    /// The digest of what was asked for, where a rule made something else of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Private<Hash>>,
}

/// A chat is offered to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of an offer")]
pub struct OfferMade {
    pub chat: ChatId,
    pub offer: OfferId,
    pub agent: AgentId,
    pub deadline: u64,
    pub weight: u16,
    pub pop: PopWhen,
    pub preview: Private<Preview>,
}

/// A step of a chat's incident is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the outbox's item")]
pub struct StepWanted {
    pub step: StepId,
    pub queue: QueueId,
    pub agent: Option<AgentId>,
    pub whole: bool,
    pub caller: Option<RecordRef>,
    /// Not before this time: the customer is being looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<u64>,
}

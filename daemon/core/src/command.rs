//! Commands: what is asked of the desk. Each arrives in an
//! [`Envelope`](crate::Envelope).

mod kind;
mod parts;
mod work;

pub use parts::{Lost, NewChat, PopOutcome, Shelved, Target};
pub use work::{LookupWork, PopWork};

use crate::agent::IntentKind;
use crate::chat::{Author, Content, Visibility};
use crate::config::Config;
use crate::delivery::Delivery;
use crate::follow::Followed;
use crate::grant::NewGrant;
use crate::name::{
    AgentId, ChatId, CodeId, DeliveryId, GrantId, Hash, OfferId, PopId, QueueId, StepId, StepKind,
};
use crate::outbox::{Answered, Incident, Story};
use crate::scripts::SetHow;
use crate::time::Timer;
use crate::view::CandidateView;
use crate::work::Work;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be asked of the desk.
#[derive(Debug, Clone)]
pub enum Command {
    // Agents.
    /// An agent logs in (lands on break).
    Login {
        /// Who.
        agent: AgentId,
    },
    /// An agent logs out.
    Logout {
        /// Who.
        agent: AgentId,
        /// Not now, but when all is wrapped up.
        after: bool,
        /// A reason code.
        reason: Option<String>,
    },
    /// An agent asks for a status.
    AskStatus {
        /// Who.
        agent: AgentId,
        /// `available`, `on_break` or `work_offline`.
        to: IntentKind,
        /// A reason code.
        reason: Option<String>,
    },
    /// A busy agent wants no new chats.
    StopNew {
        /// Who.
        agent: AgentId,
    },
    /// A stream of the agent's opened: they are present.
    StreamOpened {
        /// Who.
        agent: AgentId,
    },
    /// A stream of the agent's was lost.
    StreamLost {
        /// Who.
        agent: AgentId,
    },
    /// An admin sets an agent's status.
    ForceStatus {
        /// Whose.
        agent: AgentId,
        /// `available`, `on_break` or `work_offline`.
        to: IntentKind,
        /// A reason code.
        reason: Option<String>,
    },
    /// An admin logs an agent out, whatever is open.
    ForceLogout {
        /// Whom.
        agent: AgentId,
    },
    /// What an agent has open goes to another, or back in front of its queues.
    HandOver {
        /// Whose.
        agent: AgentId,
        /// To whom; `None`: back.
        to: Option<AgentId>,
    },
    // Chats.
    /// A customer opens a chat.
    OpenChat(Box<NewChat>),
    /// A customer leaves a queue's form instead of a chat.
    LeaveForm {
        /// Who, and where.
        new: Box<NewChat>,
        /// What they have to say.
        text: String,
    },
    /// Somebody says something.
    PostMessage {
        /// Where.
        chat: ChatId,
        /// Who speaks.
        from: Author,
        /// Who may read it.
        visibility: Visibility,
        /// What is said.
        content: Content,
    },
    /// The customer ends the chat.
    LeaveChat {
        /// Which.
        chat: ChatId,
    },
    /// A stream of the customer's opened.
    CustomerCame {
        /// In which chat.
        chat: ChatId,
    },
    /// A stream of the customer's was lost.
    CustomerWent {
        /// In which chat.
        chat: ChatId,
    },
    /// An agent accepts an offer.
    Accept {
        /// Who.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
        /// The offer meant; `None`: the one that stands.
        offer: Option<OfferId>,
    },
    /// An agent rejects an offer.
    Reject {
        /// Who.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
        /// The offer meant; `None`: the one that stands.
        offer: Option<OfferId>,
        /// A reason code.
        reason: Option<String>,
    },
    /// The agent ends the chat (an admin: any chat).
    EndChat {
        /// Which.
        chat: ChatId,
        /// The agent; `None`: an admin.
        agent: Option<AgentId>,
    },
    /// An admin puts an active or offered chat back in front of its queue.
    Requeue {
        /// Which.
        chat: ChatId,
    },
    /// The chat goes to another queue or agent.
    Transfer {
        /// Which.
        chat: ChatId,
        /// The agent who transfers; `None`: an admin.
        agent: Option<AgentId>,
        /// Where to.
        to: Target,
    },
    /// Somebody took note of a chat that its customer abandoned.
    Acknowledge {
        /// Which.
        chat: ChatId,
    },
    /// Another candidate is the match.
    ChooseMatch {
        /// Which chat.
        chat: ChatId,
        /// The agent; `None`: an admin.
        agent: Option<AgentId>,
        /// The candidate.
        sys_id: String,
    },
    /// The agent wants the customer looked for by other words.
    SearchMatch {
        /// Which chat.
        chat: ChatId,
        /// The agent; `None`: an admin.
        agent: Option<AgentId>,
        /// A name, a user name or an e-mail address.
        words: String,
    },
    /// Sets a segment's codes.
    SetCodes {
        /// The agent.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
        /// The codes.
        codes: Vec<CodeId>,
    },
    /// Sets a segment's note.
    SetNote {
        /// The agent.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
        /// The note.
        note: String,
    },
    /// Extends the wrap-up timer of a segment.
    ExtendWrapup {
        /// The agent.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
    },
    /// Wraps a segment up.
    WrapUp {
        /// The agent.
        agent: AgentId,
        /// The chat.
        chat: ChatId,
    },
    // Drivers.
    /// The lookup driver takes the chat's lookup.
    TakeLookup {
        /// Which.
        chat: ChatId,
    },
    /// The lookup driver's result.
    LookupAnswered {
        /// Which chat.
        chat: ChatId,
        /// Which of its lookups.
        n: u32,
        /// The candidates, or why there are none to be had now.
        result: Result<Vec<CandidateView>, String>,
    },
    /// The outbox driver takes a step, bringing the chat as the journal has it.
    TakeStep {
        /// Which.
        step: StepId,
        /// The chat's story, as read.
        story: Box<Story>,
        /// Up to which record it was read.
        read_to: u64,
    },
    /// What became of a step.
    StepAnswered {
        /// Which.
        step: StepId,
        /// Which attempt.
        attempt: u32,
        /// The outcome.
        answered: Answered,
    },
    /// An admin wants a step tried again now.
    RetryStep {
        /// Which.
        step: StepId,
    },
    /// An admin gives a step up.
    DropStep {
        /// Which.
        step: StepId,
        /// Why.
        reason: Option<String>,
    },
    /// An admin wants steps of a settled incident looked for once more, and sent where missing.
    Replay {
        /// The chat.
        chat: ChatId,
        /// Its incident as the journal has it.
        incident: Box<Incident>,
        /// Which of its steps.
        steps: Vec<StepKind>,
    },
    /// The delivery driver takes a delivery.
    TakeDelivery {
        /// Which.
        delivery: DeliveryId,
    },
    /// What became of a delivery.
    DeliveryAnswered {
        /// Which.
        delivery: DeliveryId,
        /// Which attempt.
        attempt: u32,
        /// The outcome.
        answered: Box<Answered>,
    },
    /// An admin wants a delivery tried again now.
    RetryDelivery {
        /// Which.
        delivery: DeliveryId,
    },
    /// An admin gives a delivery up.
    DropDelivery {
        /// Which.
        delivery: DeliveryId,
        /// Why.
        reason: Option<String>,
    },
    /// An admin wants a delivery sent once more that was sent before.
    ReplayDelivery {
        /// Which.
        delivery: DeliveryId,
        /// It as the journal has it.
        header: Box<Delivery>,
    },
    /// What follows the journal got further.
    FollowEvents(Box<Followed>),
    /// A client wants to open a pop.
    ClaimPop {
        /// Whose client.
        agent: AgentId,
        /// Which.
        pop: PopId,
    },
    /// What became of a claimed pop.
    ReportPop {
        /// Whose client.
        agent: AgentId,
        /// Which.
        pop: PopId,
        /// Its outcome.
        outcome: PopOutcome,
    },
    // The desk.
    /// A deadline has come.
    Due(Timer),
    /// A follow-up's turn.
    Follow(Work),
    /// A deadline's or follow-up's decision panicked: it moves to its backstop.
    Shelve(Shelved),
    /// The daemon started; no stream outlived the one before.
    Start {
        /// The new epoch.
        epoch: u64,
        /// Records that an operator gave up since the last start.
        lost: Option<Lost>,
    },
    /// A config was read.
    SetConfig {
        /// It.
        config: Box<Config>,
        /// Its digest.
        hash: Hash,
    },
    /// A script set went live.
    SetScripts {
        /// Its hash.
        hash: Hash,
        /// Its files: name and text.
        files: BTreeMap<String, String>,
        /// How it came to that.
        how: SetHow,
        /// What the scripts folder holds and is not to be taken until it is something else.
        held: Option<Hash>,
        /// Whether it has a rule that follows the journal.
        follows: bool,
    },
    /// An admin erases what is known of a person.
    ErasePerson {
        /// Their chats.
        chats: BTreeSet<ChatId>,
        /// Keyed hashes of their addresses.
        keys: BTreeSet<String>,
    },
    /// New chats are turned away, or no longer.
    Drain {
        /// Whether.
        on: bool,
    },
    /// New chats of a queue are turned away, or no longer; those that wait are served.
    DrainQueue {
        /// Which.
        queue: QueueId,
        /// Whether.
        on: bool,
    },
    /// Somebody opens or closes a queue, whatever is planned.
    ForceHours {
        /// Which.
        queue: QueueId,
        /// Whether it is open; `None`: as is planned.
        open: Option<bool>,
        /// Until when, in wall milliseconds; `None`: until somebody says otherwise.
        until_ms: Option<i64>,
    },
    /// Somebody is to act by a token or a session.
    Grant(Box<NewGrant>),
    /// A token or session is taken back.
    Revoke {
        /// Which.
        grant: GrantId,
    },
    /// An agent gets no further offers, or gets them again, whatever they ask for.
    DrainAgent {
        /// Who.
        agent: AgentId,
        /// Whether.
        on: bool,
    },
    /// The disk is nearly full, or no longer.
    LowDisk {
        /// Whether.
        on: bool,
    },
}

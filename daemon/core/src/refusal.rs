//! Why a command was refused: a closed list, each with a code that never changes.

use crate::chat::RecordRef;
use crate::name::{AgentId, ChatId, DeliveryId, GrantId, QueueId, StepId};
use serde::{Deserialize, Serialize};

/// Why a command was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code", content = "of")]
#[allow(missing_docs, reason = "each variant's message says what it means")]
pub enum Refusal {
    #[error("there is no agent '{0}' in the config")]
    UnknownAgent(AgentId),
    #[error("there is no queue '{0}' in the config")]
    UnknownQueue(QueueId),
    #[error("there is no open chat {0}")]
    UnknownChat(ChatId),
    #[error("there is no step {0} in the outbox")]
    UnknownStep(StepId),
    #[error("there is no token or session {0}, or it is over")]
    UnknownGrant(GrantId),
    #[error("there are as many tokens and sessions as there may be ({0})")]
    TooManyGrants(u32),
    #[error("agent '{0}' is not logged in")]
    NotLoggedIn(AgentId),
    #[error("chats are active or in post-processing; finish them, or log out after them")]
    OpenChats,
    #[error("stop_new is for a busy agent; set a status instead")]
    NotBusy,
    #[error("a reason is required: {}", .0.join(", "))]
    ReasonRequired(Vec<String>),
    #[error("this reason is not on the list: {}", .0.join(", "))]
    ReasonUnknown(Vec<String>),
    #[error("this offer is gone")]
    OfferGone,
    #[error("this queue's offers cannot be rejected")]
    RejectNotPermitted,
    #[error("this chat is not yours")]
    NotYours,
    #[error("this chat has ended")]
    ChatEnded,
    #[error("this is wrapped up")]
    Closed,
    #[error("a disposition code is required before wrap-up")]
    CodeMissing,
    #[error("'{0}' is not one of this queue's disposition codes")]
    CodeUnknown(String),
    #[error("'{0}' is a group of disposition codes; choose one of those in it")]
    CodeIsGroup(String),
    #[error("this wrap-up cannot be extended: {0}")]
    NotExtendable(NotExtendable),
    #[error("at most {0} disposition codes")]
    CodesTooMany(u8),
    #[error("post-processing here lasts its full time: {0} s are left")]
    TooEarly(u64),
    #[error("denied by a rule: {0}")]
    Denied(String),
    #[error("too long: at most {0} characters")]
    TooLong(u32),
    #[error("this chat has as many messages as a chat may have ({0})")]
    TooManyMessages(u32),
    #[error("too many fields, or one too long: at most {0} of {1} characters")]
    TooManyFields(u32, u32),
    #[error("the desk has as many open chats as it may have ({0}); try later")]
    TooManyChats(u32),
    #[error("too many different needs of skills wait at once ({0})")]
    TooManyClasses(u32),
    #[error("there is nothing in it")]
    Empty,
    #[error("this chat's id is in use")]
    ChatExists,
    #[error("agent '{0}' cannot take a chat of this queue now")]
    CannotTake(AgentId),
    #[error("queue '{0}' takes no new chats")]
    QueueClosed(QueueId),
    #[error("queue '{0}' has no form that a customer could leave")]
    NoForm(QueueId),
    #[error("this chat is not where that can be done (it is {0})")]
    WrongPhase(String),
    #[error("there is no candidate {0} for this chat; 'match list' shows them")]
    UnknownCandidate(String),
    #[error("a lookup for this chat is under way")]
    LookupUnderWay,
    #[error("this lookup is not due")]
    LookupNotDue,
    #[error("this step is not due")]
    StepNotDue,
    #[error("this step cannot be tried again or dropped: it is {0}")]
    StepNotParked(String),
    #[error("there is no delivery {0} in the outbox")]
    UnknownDelivery(DeliveryId),
    #[error("this delivery is not due")]
    DeliveryNotDue,
    #[error("this delivery is being sent just now")]
    DeliveryUnderWay,
    #[error("as many deliveries to this sink wait as may be ({0})")]
    TooManyDeliveries(u32),
    #[error("the steps of chat {0} are still at work; 'outbox list' shows them")]
    NotSettled(ChatId),
    #[error("nothing of chat {0} was sent that could be sent once more")]
    NothingSent(ChatId),
    #[error("these chats of theirs are still open: {}", listed(.0))]
    ChatsOpen(Vec<ChatId>),
    #[error("these steps of theirs are being sent just now: {}", listed(.0))]
    StepsUnderWay(Vec<StepId>),
    #[error("the story ends before the chat's last record; read it again")]
    StoryStale,
    #[error("this pop is gone")]
    PopGone,
    #[error("another client opens this pop")]
    PopClaimed,
    #[error("this deadline or follow-up is no more")]
    Stale,
    #[error("the new config leaves open chats of these queues nowhere to go: {}", listed(.0))]
    QueuesInUse(Vec<QueueId>),
    #[error("the new config has more agents' profiles than limits.profiles allows ({0})")]
    TooManyProfiles(u32),
    #[error("nothing to do: the record {}/{} is the match already", .0.table, .0.sys_id)]
    AlreadyChosen(RecordRef),
    #[error("deskd made an error and left everything as it was; the log has the details")]
    Internal,
}

fn listed(of: &[impl ToString]) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Why a wrap-up cannot be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "of")]
pub enum NotExtendable {
    /// The conversation goes on.
    #[error("the chat is still active")]
    Active,
    /// Only timed wrap-ups are.
    #[error("its queue's wrap-up is not timed")]
    NotTimed,
    /// Its timer is off.
    #[error("its timer does not run any more, so there is nothing to extend")]
    NoTimer,
    /// It was extended as often as it may be.
    #[error("its queue allows {0} extensions")]
    Often(u8),
}

impl NotExtendable {
    /// The same in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NotTimed => "not_timed",
            Self::NoTimer => "no_timer",
            Self::Often(_) => "often",
        }
    }
}

impl Refusal {
    /// The stable code: the variant in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownAgent(_) => "unknown_agent",
            Self::UnknownQueue(_) => "unknown_queue",
            Self::UnknownChat(_) => "unknown_chat",
            Self::UnknownStep(_) => "unknown_step",
            Self::UnknownGrant(_) => "unknown_grant",
            Self::TooManyGrants(_) => "too_many_grants",
            Self::NotLoggedIn(_) => "not_logged_in",
            Self::OpenChats => "open_chats",
            Self::NotBusy => "not_busy",
            Self::ReasonRequired(_) => "reason_required",
            Self::ReasonUnknown(_) => "reason_unknown",
            Self::OfferGone => "offer_gone",
            Self::RejectNotPermitted => "reject_not_permitted",
            Self::NotYours => "not_yours",
            Self::ChatEnded => "chat_ended",
            Self::Closed => "closed",
            Self::CodeMissing => "code_missing",
            Self::CodeUnknown(_) => "code_unknown",
            Self::CodeIsGroup(_) => "code_is_group",
            Self::NotExtendable(_) => "not_extendable",
            Self::CodesTooMany(_) => "codes_too_many",
            Self::TooEarly(_) => "too_early",
            Self::Denied(_) => "denied",
            Self::TooLong(_) => "too_long",
            Self::TooManyMessages(_) => "too_many_messages",
            Self::TooManyFields(..) => "too_many_fields",
            Self::TooManyChats(_) => "too_many_chats",
            Self::TooManyClasses(_) => "too_many_classes",
            Self::Empty => "empty",
            Self::ChatExists => "chat_exists",
            Self::CannotTake(_) => "cannot_take",
            Self::QueueClosed(_) => "queue_closed",
            Self::NoForm(_) => "no_form",
            Self::WrongPhase(_) => "wrong_phase",
            Self::UnknownCandidate(_) => "unknown_candidate",
            Self::LookupUnderWay => "lookup_under_way",
            Self::LookupNotDue => "lookup_not_due",
            Self::StepNotDue => "step_not_due",
            Self::StepNotParked(_) => "step_not_parked",
            Self::UnknownDelivery(_) => "unknown_delivery",
            Self::DeliveryNotDue => "delivery_not_due",
            Self::DeliveryUnderWay => "delivery_under_way",
            Self::TooManyDeliveries(_) => "too_many_deliveries",
            Self::NotSettled(_) => "not_settled",
            Self::NothingSent(_) => "nothing_sent",
            Self::ChatsOpen(_) => "chats_open",
            Self::StepsUnderWay(_) => "steps_under_way",
            Self::StoryStale => "story_stale",
            Self::PopGone => "pop_gone",
            Self::PopClaimed => "pop_claimed",
            Self::Stale => "stale",
            Self::QueuesInUse(_) => "queues_in_use",
            Self::TooManyProfiles(_) => "too_many_profiles",
            Self::AlreadyChosen(_) => "already_chosen",
            Self::Internal => "internal",
        }
    }

    /// What the sentence says it of, by name: for texts in another language, which are found by the
    /// code.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let one = |name, value: &dyn std::fmt::Display| vec![(name, value.to_string())];
        match self {
            Self::UnknownAgent(agent) | Self::NotLoggedIn(agent) | Self::CannotTake(agent) => {
                one("agent", agent)
            }
            Self::UnknownQueue(queue) | Self::QueueClosed(queue) | Self::NoForm(queue) => {
                one("queue", queue)
            }
            Self::UnknownChat(chat) | Self::NotSettled(chat) | Self::NothingSent(chat) => {
                one("chat", chat)
            }
            Self::ReasonRequired(codes) | Self::ReasonUnknown(codes) => {
                one("codes", &codes.join(", "))
            }
            Self::CodeUnknown(code) | Self::CodeIsGroup(code) => one("code", code),
            Self::CodesTooMany(most) => one("most", most),
            Self::TooLong(most) | Self::TooManyMessages(most) | Self::TooManyChats(most) => {
                one("most", most)
            }
            Self::TooManyFields(most, chars) => {
                vec![("most", most.to_string()), ("chars", chars.to_string())]
            }
            Self::TooEarly(secs) => one("secs", secs),
            // A rule's own words stay as they are.
            Self::Denied(said) => one("said", said),
            Self::NotExtendable(why) => one("why", &why.name()),
            _ => Vec::new(),
        }
    }
}

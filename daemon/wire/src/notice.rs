//! What a subscriber is told. A notice holds what its record says, so that it can be made again
//! from the journal for a client that resumes.

use serde::{Deserialize, Serialize};

use crate::UnixMs;
use crate::line::Cursor;
use crate::view::{
    ChatState, DifferenceView, HowEnded, IncidentView, MatchView, MessageView, OfferOutcome,
    OfferView, PopView, Sender, Status, WrapupMode,
};

/// What one record means for the subscriber:
/// `{"cursor":{…},"at":…,"notices":[{"notice":"message","with":{…}}]}`.
///
/// A record's notices come in one line, so that a client that resumes from the last cursor it
/// saw has neither a gap nor a doubled notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// The record that they come from.
    pub cursor: Cursor,
    /// Wall time of the record.
    pub at: UnixMs,
    /// What happened, in order.
    pub notices: Vec<Notice>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "notice", content = "with", rename_all = "snake_case")]
pub enum Notice {
    /// A chat is offered to an agent.
    OfferMade {
        /// To whom.
        agent: String,
        /// What is offered; it rings until its deadline.
        offer: OfferView,
    },
    /// An offer is over.
    OfferEnded {
        /// Whose it was.
        agent: String,
        /// The offer.
        offer: String,
        /// Its chat.
        chat: String,
        /// How it went.
        outcome: OfferOutcome,
    },
    /// An agent's derived status, sub-status or what comes next is another one.
    StatusChanged {
        /// Whose.
        agent: String,
        /// The status now.
        status: Status,
        /// Its number in 8x8's numbering.
        status_number: u8,
        /// `stopnew`, or the reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub_status: Option<String>,
        /// What comes next while busy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Status>,
        /// The reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What caused it, such as `offer_timed_out`.
        cause: String,
        /// Who caused it, such as `agent:alice` or `deadline`.
        by: String,
    },
    /// A chat moved.
    ChatChanged {
        /// Which.
        chat: String,
        /// Its queue.
        queue: String,
        /// Its state now.
        state: ChatState,
        /// Whose it is, where it is offered or active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
        /// How it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        how_ended: Option<HowEnded>,
    },
    /// A message was kept.
    Message {
        /// In which chat.
        chat: String,
        /// The message.
        message: MessageView,
    },
    /// Somebody types. It is over at `until`, or with a message of theirs; a client that resumes is
    /// not told of it again.
    Typing {
        /// In which chat.
        chat: String,
        /// As what they speak.
        from: Sender,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Until when to show it, unless it comes again.
        until: UnixMs,
    },
    /// A customer has waited for the agent's answer for as long as the queue lets them.
    ReplyDue {
        /// Who is to answer.
        agent: String,
        /// In which chat.
        chat: String,
        /// For how long the customer has waited.
        waiting_ms: u64,
    },
    /// A queue fell below its service level, or is back at it.
    ServiceLevel {
        /// Which.
        queue: String,
        /// Whether it is below.
        below: bool,
        /// How many of the last hundred were accepted in time.
        percent: u8,
        /// How many are to be.
        target: u8,
    },
    /// A queue opened or closed.
    QueueHours {
        /// Which.
        queue: String,
        /// Whether it is open.
        open: bool,
        /// Until when; left out where no end is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<UnixMs>,
    },
    /// Candidates came, or another one was chosen.
    MatchChanged(MatchView),
    /// A page should open; a client claims it first.
    PopWanted(PopView),
    /// A page was claimed by some client.
    PopClaimed {
        /// Which.
        pop: String,
        /// Whose.
        agent: String,
    },
    /// A segment went into post-processing.
    WrapupStarted {
        /// Whose.
        agent: String,
        /// Of which chat.
        chat: String,
        /// The segment's number.
        segment: u32,
        /// How it is timed.
        mode: WrapupMode,
        /// When the timer ends, where one runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<UnixMs>,
    },
    /// A segment is wrapped up.
    WrapupEnded {
        /// Whose.
        agent: String,
        /// Of which chat.
        chat: String,
        /// The segment's number.
        segment: u32,
        /// Its disposition codes.
        codes: Vec<String>,
        /// What ended it: `agent`, `timer`, `admin` or `backstop`.
        cause: String,
    },
    /// The incident exists.
    IncidentCreated(IncidentView),
    /// ServiceNow holds what was added to an incident otherwise than it was sent: a caller whom
    /// somebody changed there is left, a field may be dropped or cut.
    IncidentDiffers {
        /// Of which chat.
        chat: String,
        /// In what.
        differences: Vec<DifferenceView>,
    },
    /// Something about the daemon itself.
    Daemon {
        /// What about.
        what: Announcement,
        /// Whether it is over: new chats are taken again, the disk has room again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        over: bool,
        /// One sentence.
        text: String,
    },
    /// The subscriber fell too far behind and lost notices: take the state anew.
    Resync {},
}

/// What a notice about the daemon is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// Another config is in force, or one was rejected.
    Config,
    /// Another script set serves, or one was rejected.
    Scripts,
    /// New chats are turned away, or taken again.
    Draining,
    /// The disk runs low, or does no more.
    LowDisk,
    /// The daemon is about to end.
    Stopping,
}

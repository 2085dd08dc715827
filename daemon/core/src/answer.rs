//! What a command is answered with when it was done.

use crate::chat::TurnedAway;
use crate::command::{LookupWork, PopWork};
use crate::delivery::DeliveryWork;
use crate::name::{ChatId, GrantId, OfferId};
use crate::outbox::StepWork;
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// The answer to a command that was done. Those that a repeat may ask for again can be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
#[allow(missing_docs, reason = "the fields are ids of what the variant names")]
pub enum Answer {
    /// It is done.
    Done,
    /// The chat is open.
    ChatOpened { chat: ChatId },
    /// The chat was refused on arrival.
    TurnedAway {
        chat: ChatId,
        why: TurnedAway,
        /// What a rule, or the queue, has to say to the customer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Private<String>>,
        /// When the queue opens, where it is closed: wall milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens_ms: Option<i64>,
        /// Whether the customer may leave the queue's form instead.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        form: bool,
    },
    /// The form is kept; its incident goes by this id.
    FormKept { chat: ChatId },
    /// The message is kept, as the n-th of its chat.
    MessageKept {
        chat: ChatId,
        n: u64,
        /// How many before it the customer does not see.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        internal: u64,
    },
    /// The chat is the agent's.
    Accepted { chat: ChatId, offer: OfferId, segment: u16 },
    /// The token or session is in force.
    Granted { grant: GrantId },
    /// What a lookup is about.
    #[serde(skip)]
    Lookup(LookupWork),
    /// What a step is to do; `None`: there is nothing left to do for it.
    #[serde(skip)]
    Step(Option<Box<StepWork>>),
    /// What a delivery is to send; `None`: there is nothing left to do for it.
    #[serde(skip)]
    Delivery(Option<Box<DeliveryWork>>),
    /// What a pop opens.
    Pop(PopWork),
}

impl Answer {
    /// Whether it carries what a driver took, which is taken once: no repeat gets it again.
    pub(crate) const fn is_for_a_driver(&self) -> bool {
        matches!(self, Self::Lookup(_) | Self::Step(_) | Self::Delivery(_))
    }
}

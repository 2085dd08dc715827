//! What a rule answers.

use super::Hook;
use crate::agent::IntentKind;
use crate::config::{MissedStatus, PopWhen};
use crate::name::{AgentId, CodeId, QueueId, Skill};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a rule wants. The host has checked types, ranges and that names are among those asked
/// about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// For `on_chat`.
    Chat {
        /// Another queue.
        queue: Option<QueueId>,
        /// Another priority.
        priority: Option<i32>,
        /// Other skills, with the least level of each, at most 10.
        skills: Option<BTreeMap<Skill, u8>>,
        /// Fields to add to the form's, or to put in their place.
        fields: BTreeMap<String, String>,
        /// The chat is turned away, and the customer told this.
        turn_away: Option<String>,
    },
    /// For `on_route`.
    Route {
        /// The agents in the order in which they are to be asked; those not named follow.
        order: Vec<AgentId>,
        /// For how many seconds the chat is offered to nobody, 1 to 60.
        hold: Option<u32>,
    },
    /// For `on_offer_missed`.
    Missed {
        /// What the agent is set to.
        status: Option<MissedStatus>,
        /// After how many seconds they are available again, 0 to 3600 (0: not by themselves).
        recover_secs: Option<u32>,
        /// The chat's new priority.
        priority: Option<i32>,
        /// For how many seconds the agent is not offered this chat again, 0 to 3600.
        cooldown_secs: Option<u32>,
    },
    /// For `on_wait_limit`.
    WaitLimit {
        /// The chat may wait for so many seconds more, 10 to 3600.
        extend_secs: Option<u32>,
        /// It goes to another queue.
        queue: Option<QueueId>,
        /// What the customer is told.
        message: Option<String>,
        /// It ends, and the customer is offered the queue's form.
        #[serde(default, skip_serializing_if = "crate::digest::is_default")]
        form: bool,
    },
    /// For `on_lookup`.
    Lookup {
        /// What ServiceNow is asked, in order, until something is found: 1 to 4.
        asks: Vec<LookupAsk>,
    },
    /// For `on_message`.
    Message {
        /// What is kept in place of what was said.
        text: Option<String>,
        /// A tag that stands with the message.
        tag: Option<String>,
        /// What is said in deskd's name after it.
        reply: Option<String>,
    },
    /// For `on_idle`.
    Idle {
        /// What the customer is told.
        text: Option<String>,
        /// What was due comes so many seconds later, 10 to 3600.
        extend_secs: Option<u32>,
        /// The chat is closed now.
        close: bool,
    },
    /// For `on_status`.
    Status {
        /// Why it is denied.
        deny: Option<String>,
        /// Another status.
        status: Option<IntentKind>,
        /// After how many seconds the agent is available again, 1 to 86400.
        return_secs: Option<u32>,
    },
    /// For `on_offer`.
    Offer {
        /// Another time to accept, 5 to 600 seconds.
        accept_secs: Option<u32>,
        /// Lines for the agent's preview, at most 8 of 200 characters.
        lines: Vec<String>,
        /// Another moment for the pop.
        pop: Option<PopWhen>,
    },
    /// For `on_match`.
    Match {
        /// The `sys_id` of the candidate to choose.
        choose: Option<String>,
        /// `sys_id`s in the order in which they are to be listed; those not named follow.
        order: Vec<String>,
        /// `sys_id`s to leave out.
        drop: Vec<String>,
    },
    /// For `on_wrapup`.
    Wrapup {
        /// Why the wrap-up is denied.
        deny: Option<String>,
        /// A new length of post-processing from now on, 1 to 3600 seconds.
        post_secs: Option<u32>,
        /// Other codes than the submitted ones, at most 6.
        codes: Option<Vec<CodeId>>,
    },
    /// For `on_incident`.
    Incident {
        /// No incident for this chat (heeded at create alone).
        skip: bool,
        /// Another table (heeded at create alone).
        table: Option<String>,
        /// Fields to add or replace; `deskd`'s own (`sys_id`, `correlation_id`) cannot be named.
        fields: BTreeMap<String, String>,
        /// Whether the transcript is attached as a file (`None`: only where it is too long).
        attach: Option<bool>,
        /// The `sys_id` of one of the caller's open incidents: the chat is added to it, and none is
        /// made (heeded at create alone).
        append_to: Option<String>,
    },
}

impl Verdict {
    /// The hook that answers so.
    #[must_use]
    pub const fn hook(&self) -> Hook {
        match self {
            Self::Chat { .. } => Hook::OnChat,
            Self::Route { .. } => Hook::OnRoute,
            Self::Missed { .. } => Hook::OnOfferMissed,
            Self::WaitLimit { .. } => Hook::OnWaitLimit,
            Self::Lookup { .. } => Hook::OnLookup,
            Self::Message { .. } => Hook::OnMessage,
            Self::Idle { .. } => Hook::OnIdle,
            Self::Status { .. } => Hook::OnStatus,
            Self::Offer { .. } => Hook::OnOffer,
            Self::Match { .. } => Hook::OnMatch,
            Self::Wrapup { .. } => Hook::OnWrapup,
            Self::Incident { .. } => Hook::OnIncident,
        }
    }
}

/// A question to ServiceNow: the records of a table in which one of these fields is this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupAsk {
    /// The table.
    pub table: String,
    /// The fields, 1 to 4.
    pub fields: Vec<String>,
    /// The value.
    pub value: String,
}

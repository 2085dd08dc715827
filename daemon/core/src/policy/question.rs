//! What a rule is asked.

use super::Hook;
use crate::agent::IntentKind;
use crate::chat::Role;
use crate::config::{MissedStatus, PopWhen};
use crate::name::{AgentId, Hash, QueueId};
use crate::view::{AgentView, CandidateView, ChatView, QueueView, SegmentView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a rule is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The record's wall time, in milliseconds since 1970.
    pub now_ms: i64,
    /// The seed of the rule's random numbers: the record's sequence number.
    pub seed: u64,
    /// The queue whose own script, if there is one, is asked; an agent's status has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
    /// The chat that it is about; an agent's status is about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatView>,
    /// The rest, by hook.
    pub about: About,
}

impl Question {
    /// Which hook is asked.
    #[must_use]
    pub const fn hook(&self) -> Hook {
        match self.about {
            About::Chat { .. } => Hook::OnChat,
            About::Route { .. } => Hook::OnRoute,
            About::Offer { .. } => Hook::OnOffer,
            About::Missed { .. } => Hook::OnOfferMissed,
            About::WaitLimit { .. } => Hook::OnWaitLimit,
            About::Lookup { .. } => Hook::OnLookup,
            About::Message { .. } => Hook::OnMessage,
            About::Idle { .. } => Hook::OnIdle,
            About::Status { .. } => Hook::OnStatus,
            About::Match { .. } => Hook::OnMatch,
            About::Wrapup { .. } => Hook::OnWrapup,
            About::Incident { .. } => Hook::OnIncident,
            About::Event { .. } => Hook::OnEvent,
        }
    }

    /// The same question about a message with another text.
    #[must_use]
    pub fn with_text(&self, new: &str) -> Self {
        let mut question = self.clone();
        if let About::Message { text, .. } = &mut question.about {
            new.clone_into(text);
        }
        question
    }

    /// SHA-256, in hex, by which a rebuilt question is known to be the same.
    #[must_use]
    pub fn digest(&self) -> Hash {
        crate::digest::of_json(self)
    }
}

/// The part of a question that differs from hook to hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// `on_chat`: this chat is about to be opened, as it would be.
    Chat {
        /// How many chats wait in its queue.
        waiting: u32,
    },
    /// `on_route`: these agents could be offered the chat now, at most 50, best first.
    Route {
        /// The agents.
        agents: Vec<AgentView>,
        /// For how long the chat was held so far, in seconds.
        held_secs: u32,
    },
    /// `on_offer`: this agent is about to be offered the chat.
    Offer {
        /// To whom.
        agent: AgentView,
        /// As configured: how long the agent has, in seconds.
        accept_secs: u32,
        /// As configured: when the record pops.
        pop: PopWhen,
    },
    /// `on_offer_missed`: this agent missed or rejected the chat.
    Missed {
        /// Who.
        agent: AgentView,
        /// Whether they rejected it.
        rejected: bool,
        /// The reason that they gave.
        reason: Option<String>,
        /// As configured: what they are set to.
        status: MissedStatus,
        /// As configured: after how long they are available again, in seconds (0: not).
        recover_secs: u32,
        /// As configured: for how long they are not offered this chat again, in seconds.
        cooldown_secs: u32,
    },
    /// `on_wait_limit`: the chat waited for as long as it may.
    WaitLimit {
        /// Where its queue's overflow way leads, if anywhere.
        overflow: Option<QueueId>,
        /// How often a rule extended its wait before.
        extended: u8,
    },
    /// `on_lookup`: ServiceNow is about to be asked for the customer.
    Lookup {
        /// The words of an agent; `None`: the customer's address is looked up.
        words: Option<String>,
        /// Which of the chat's lookups it is, from 1.
        n: u32,
    },
    /// `on_match`: these records were found for the customer, at most 50, in ServiceNow's order.
    Match {
        /// The candidates.
        candidates: Vec<CandidateView>,
    },
    /// `on_message`: this message is about to be kept.
    Message {
        /// Who says it.
        from: Role,
        /// What is said.
        text: String,
        /// Whether the customer does not see it.
        internal: bool,
    },
    /// `on_idle`: somebody in the active chat has been silent for as long as is configured.
    Idle {
        /// Who is silent, and what is due.
        what: Idle,
        /// Since when, in desk milliseconds.
        silent_ms: u64,
        /// As configured: what the customer would be told.
        text: String,
    },
    /// `on_wrapup`: this segment is about to be wrapped up.
    Wrapup {
        /// The segment with the codes and the note that it would be wrapped up with.
        segment: SegmentView,
        /// What asks for it.
        trigger: WrapupTrigger,
        /// As configured: the length of post-processing, in seconds (0: no timer).
        post_secs: u32,
    },
    /// `on_incident`: this step is about to be frozen and sent.
    Incident {
        /// Which step.
        step: IncidentStep,
        /// The segment that a `complete` is about.
        segment: Option<SegmentView>,
        /// The record that the incident will name as caller.
        caller: Option<CandidateView>,
        /// The table, as configured.
        table: String,
        /// The fields as they would be sent.
        fields: BTreeMap<String, String>,
    },
    /// `on_event`: this was decided.
    Event {
        /// What, in a word.
        event: String,
        /// The number of its record.
        seq: u64,
        /// The queue that it is about.
        queue: Option<QueueId>,
        /// The agent that it is about.
        agent: Option<AgentId>,
        /// What else is told of it.
        fields: BTreeMap<String, String>,
    },
    /// `on_status`: this agent asks for a status.
    Status {
        /// Who.
        agent: AgentView,
        /// Their status now, by its name.
        now: String,
        /// The status that they ask for.
        to: IntentKind,
        /// The reason that they gave.
        reason: Option<String>,
    },
}

/// What is due because somebody is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// The customer is to be reminded.
    Remind,
    /// The chat is to be closed.
    Close,
    /// The agent is to be reminded that the customer waits.
    Reply,
}

/// What asks for a wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapupTrigger {
    /// The agent.
    Submitted,
    /// The timer.
    Timer,
}

/// The steps of an incident of which `on_incident` is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStep {
    /// The incident is about to be created.
    Create,
    /// A segment's codes and notes are about to be added.
    Complete,
}

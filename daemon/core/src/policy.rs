//! The port through which the core asks a rule. What is asked is built by the core from State, the
//! command and nothing else, so that it can be rebuilt from the journal; what is answered stands in
//! the record. The core knows no script engine.

use crate::config::PopWhen;
use crate::name::{CodeId, Hash};
use crate::private::Private;
use crate::view::{AgentView, CandidateView, ChatView, QueueView, SegmentView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A place where a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// An offer is made.
    OnOffer,
    /// Candidates came.
    OnMatch,
    /// A wrap-up was submitted, or its timer ran out.
    OnWrapup,
    /// A step of an incident is about to be frozen.
    OnIncident,
}

impl Hook {
    /// Every hook, in the order of a chat's life.
    pub const ALL: [Self; 4] = [Self::OnOffer, Self::OnMatch, Self::OnWrapup, Self::OnIncident];

    /// The name of the script's function.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnOffer => "on_offer",
            Self::OnMatch => "on_match",
            Self::OnWrapup => "on_wrapup",
            Self::OnIncident => "on_incident",
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a rule is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The record's wall time, in milliseconds since 1970.
    pub now_ms: i64,
    /// The seed of the rule's random numbers: the record's sequence number.
    pub seed: u64,
    /// The queue whose own script, if there is one, is asked.
    pub queue: QueueView,
    /// The chat that it is about.
    pub chat: ChatView,
    /// The rest, by hook.
    pub about: About,
}

impl Question {
    /// Which hook is asked.
    #[must_use]
    pub const fn hook(&self) -> Hook {
        match self.about {
            About::Offer { .. } => Hook::OnOffer,
            About::Match { .. } => Hook::OnMatch,
            About::Wrapup { .. } => Hook::OnWrapup,
            About::Incident { .. } => Hook::OnIncident,
        }
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
    /// `on_offer`: this agent is about to be offered the chat.
    Offer {
        /// To whom.
        agent: AgentView,
        /// As configured: how long the agent has, in seconds.
        accept_secs: u32,
        /// As configured: when the record pops.
        pop: PopWhen,
    },
    /// `on_match`: these records were found for the customer, at most 50, in ServiceNow's order.
    Match {
        /// The candidates.
        candidates: Vec<CandidateView>,
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

/// What a rule wants. The host has checked types, ranges and that names are among those asked
/// about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
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
    },
}

/// Why a rule gave no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The script threw or made an error.
    Error,
    /// It used up its operations or bytes.
    Budget,
    /// It used up its wall-clock time.
    Deadline,
    /// It answered something that is no verdict.
    Invalid,
    /// It panicked.
    Panic,
    /// It failed often and rests.
    Resting,
}

/// A failed call of a rule: the built-in default applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What happened, with file, line and column; it may quote the chat.
    pub text: Private<String>,
}

/// What came back from a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The script set that was asked.
    pub set: Hash,
    /// Its verdict, `None` for "as configured", or why there is none.
    pub verdict: Result<Option<Verdict>, Failure>,
    /// Operations used.
    pub operations: u64,
    /// The lines that the script gave as its reasons.
    pub why: Vec<String>,
}

/// The rules, as the core asks them.
pub trait Policy {
    /// Asks one rule; `None` where no rule stands at this place.
    fn ask(&mut self, question: &Question) -> Option<Asked>;
}

/// No rules at all: everything as configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsConfigured;

impl Policy for AsConfigured {
    fn ask(&mut self, _: &Question) -> Option<Asked> {
        None
    }
}

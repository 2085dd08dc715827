//! The outbox's items and what drivers are told about them.

use crate::chat::RecordRef;
use crate::name::{AgentId, ChatId, QueueId, StepId, StepKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Every incident that is not settled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// By chat.
    pub incidents: BTreeMap<ChatId, Incident>,
    /// Whether the instance was ever seen to take an id of ours for an incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_ids: bool,
    /// Whether it was ever seen to give one an id of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foreign_ids: bool,
    /// Whether it was ever seen to do so with an interaction, or what ties one to its incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foreign_interactions: bool,
    /// The first open step of each, by when it is due (desk time). Derived.
    #[serde(skip)]
    pub(crate) ready: BTreeSet<(u64, StepId)>,
}

impl Outbox {
    /// A step.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.incidents.get(&id.chat)?.steps.get(&id.kind)
    }

    /// Steps that a driver may take, and when (desk time), the first due first.
    pub fn due(&self) -> impl Iterator<Item = (u64, StepId)> {
        self.ready.iter().copied()
    }
}

/// The incident of a chat: the header of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The chat's queue.
    pub queue: QueueId,
    /// The agent of the chat's last segment: the incident pops up to them.
    pub agent: Option<AgentId>,
    /// Whether create carries everything (`at_wrapup`).
    pub whole: bool,
    /// Who the incident is for, as matched now.
    pub caller: Option<RecordRef>,
    /// Who it was for when the last body that names a caller was frozen.
    pub caller_sent: Option<RecordRef>,
    /// When create was wanted, in wall milliseconds.
    pub wanted_ms: i64,
    /// What ServiceNow holds.
    pub written: Option<Written>,
    /// The open incident that the chat is added to, where a rule wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appends: Option<RecordRef>,
    /// The chat's interaction, once written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Interaction>,
    /// Whether an open incident that a rule wanted it added to took nothing: then it is made one of its
    /// own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub append_refused: bool,
    /// Whether records were lost while it stood here: what is wanted later may have been done, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// Whether a rule wants none.
    pub skipped: bool,
    /// The last record that changed anything about the chat's incident.
    pub changed_seq: u64,
    /// The steps.
    pub steps: BTreeMap<StepKind, Step>,
    /// The order in which they are sent: create, attach, each complete as it was wanted, then the
    /// interaction and what ties it to the incident.
    pub order: Vec<StepKind>,
}

impl Incident {
    /// The step that a driver has, else the one whose turn it is. An earlier one that an admin wants
    /// tried again waits until the driver has answered.
    #[must_use]
    pub fn next(&self) -> Option<(StepKind, &Step)> {
        let steps = || self.order.iter().filter_map(|kind| Some((*kind, self.steps.get(kind)?)));
        let taken = steps().find(|(_, step)| step.phase == StepPhase::Taken);
        taken.or_else(|| steps().find(|(_, step)| matches!(step.phase, StepPhase::Due { .. })))
    }

    /// Whether nothing remains to be done for it.
    #[must_use]
    pub fn settled(&self) -> bool {
        let settled = |s: &Step| matches!(s.phase, StepPhase::Done | StepPhase::Dropped);
        self.skipped || self.steps.values().all(settled)
    }
}

/// What ServiceNow holds of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The record.
    pub record: RecordRef,
    /// Its number.
    pub number: String,
    /// The caller that we wrote last.
    pub caller: Option<RecordRef>,
}

/// The interaction of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The record.
    pub record: RecordRef,
    /// Its number.
    pub number: String,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where it stands.
    pub phase: StepPhase,
    /// How many attempts were begun.
    pub attempts: u32,
    /// The record in which its body is frozen.
    pub frozen: Option<u64>,
    /// Whether an attempt may have been carried out without our knowing.
    pub doubtful: bool,
    /// When it was wanted, or first tried, in desk time: it is given up so long after.
    pub wanted: u64,
    /// When the last attempt ended, in desk time.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub tried: u64,
    /// Under which time it stands in the order of due steps. Derived.
    #[serde(skip)]
    pub(crate) ready_at: Option<u64>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum StepPhase {
    /// A driver may take it.
    Due {
        /// From when on, in desk time.
        at: u64,
    },
    /// A driver has it.
    Taken,
    /// It waits for an admin.
    Parked {
        /// Why.
        why: Parked,
    },
    /// ServiceNow has it.
    Done,
    /// An admin gave it up.
    Dropped,
}

impl StepPhase {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due { .. } => "due",
            Self::Taken => "taken",
            Self::Parked { .. } => "parked",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

/// Why a step waits for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parked {
    /// ServiceNow refused it for good.
    Refused,
    /// It was tried for as long as a step is tried.
    GivenUp,
    /// Its incident's create is parked or dropped.
    BehindCreate,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum StepEvent {
    /// It is tried again.
    Due {
        /// When, in desk time.
        at: u64,
        /// Whether it may have been carried out already.
        doubtful: bool,
    },
    /// It waits for an admin.
    Parked {
        /// Why.
        why: Parked,
    },
    /// ServiceNow has it.
    Done,
    /// An admin gave it up.
    Dropped,
}

/// What a driver reports of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// ServiceNow has it.
    Done {
        /// The record, where the step created one.
        created: Option<(RecordRef, String)>,
        /// Whether that has another id than the one asked for.
        foreign: bool,
        /// Fields that ServiceNow holds otherwise than we sent them.
        differences: Vec<Difference>,
    },
    /// Nothing was done; try again.
    Retry {
        /// Not before so many milliseconds.
        after_ms: Option<u64>,
        /// Why.
        why: String,
    },
    /// It may have been done.
    Ambiguous {
        /// Why.
        why: String,
    },
    /// It will never be done as it is.
    Permanent {
        /// Why.
        why: String,
    },
}

/// A field that ServiceNow holds otherwise than we sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What was sent.
    pub sent: String,
    /// What is held; `None`: nothing.
    pub held: Option<String>,
}

/// What a step sends, frozen before its first byte leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Body {
    /// Creates the record.
    Create {
        /// Its table.
        table: String,
        /// Its id, chosen by us.
        sys_id: String,
        /// Its fields.
        fields: BTreeMap<String, String>,
    },
    /// Adds the chat to a record that is there, in place of one of its own.
    Append {
        /// The record.
        record: RecordRef,
        /// Its number.
        number: String,
        /// Its fields: one work note and what a rule names.
        fields: BTreeMap<String, String>,
        /// The mark that ends the note: by it an earlier attempt is found.
        mark: String,
    },
    /// Attaches a file.
    Attach {
        /// Its name: by it an earlier attempt is found.
        file_name: String,
        /// Its text.
        text: String,
    },
    /// Adds to the record.
    Complete {
        /// Its fields: one work note and what a rule names.
        fields: BTreeMap<String, String>,
        /// The mark that ends the note: by it an earlier attempt is found.
        mark: String,
        /// A caller to correct.
        caller: Option<CallerChange>,
    },
    /// Creates the interaction.
    Interaction {
        /// Its table.
        table: String,
        /// Its id, chosen by us.
        sys_id: String,
        /// Its fields.
        fields: BTreeMap<String, String>,
        /// The one of them by which it is found under another id.
        id_field: String,
    },
    /// Ties the interaction to the incident.
    Relate {
        /// The id of the record that does, chosen by us.
        sys_id: String,
    },
}

/// A caller that is set only where the record still holds the one that we wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerChange {
    /// What we wrote.
    pub from: Option<RecordRef>,
    /// What is right now.
    pub to: RecordRef,
}

/// A step that a driver has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepWork {
    /// Which.
    pub step: StepId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Whether an earlier attempt may have been carried out.
    pub doubtful: bool,
    /// What to send; `None`: what was frozen in the record [`Self::frozen`].
    pub body: Option<Body>,
    /// The record in which the body was frozen by an earlier attempt.
    pub frozen: Option<u64>,
    /// The incident, once created.
    pub record: Option<RecordRef>,
    /// The interaction, once created.
    pub interaction: Option<RecordRef>,
    /// Whether a record's id tells what became of its create.
    pub own_ids: bool,
}

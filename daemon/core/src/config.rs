//! What the core reads of the config. It arrives as a command and stands in the journal as an
//! event, so that history is decided by the values of its day. Secrets, addresses and paths are
//! never here.

mod conversation;
mod hours;
mod incident;
mod routing;
mod waiting;

pub use conversation::{ConversationConfig, MessageFailure};
pub use hours::{ClosingThen, DaySpan, FormConfig, HoursConfig, WeekSpan};
pub use incident::{IncidentConfig, InteractionConfig};
pub use routing::{BroadcastMiss, MissedStatus, RoutingConfig, Strategy};
pub use waiting::{ServiceLevel, WaitThen, WaitingConfig};

use crate::name::{AgentId, CodeId, QueueId, SinkId, Skill};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The part of the config that decisions depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The agents.
    pub agents: BTreeMap<AgentId, AgentConfig>,
    /// The queues.
    pub queues: BTreeMap<QueueId, QueueConfig>,
    /// Desk-wide times.
    pub times: Times,
    /// Desk-wide bounds.
    pub limits: Limits,
    /// How incidents are made.
    pub incident: IncidentConfig,
    /// Reason codes by what they are for; an empty list takes any reason.
    pub reasons: Reasons,
    /// What deskd says in its own name, by language and then by the English text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Where deliveries may go.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sinks: BTreeMap<SinkId, SinkConfig>,
}

/// A destination of deliveries. Its address and the values of its secrets are the shell's to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkConfig {
    /// The names of the secrets that a delivery to it may hold.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub secrets: BTreeSet<String>,
}

/// Whether deskd decides about a chat or an agent, or follows what another system decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// deskd decides.
    #[default]
    Local,
    /// deskd follows facts.
    Observed,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentConfig {
    /// Name for people.
    pub name: String,
    /// How much weight the agent carries at once: 1 to 100.
    pub capacity: u16,
    /// Skills and their levels, 1 to 100.
    pub skills: BTreeMap<Skill, u8>,
    /// The queues that the agent serves and the level in each, 1 to 100: higher is asked first.
    pub queues: BTreeMap<QueueId, u8>,
    /// Who decides about the agent.
    #[serde(default)]
    pub authority: Authority,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueConfig {
    /// Name for people.
    pub name: String,
    /// Priority of its chats: higher goes first.
    pub priority: i32,
    /// The skills that its chats need, with the least level of each.
    pub skills: BTreeMap<Skill, u8>,
    /// How much of an agent's capacity one of its chats takes: 1 to 100.
    pub weight: u16,
    /// How long an agent has to accept, in seconds: 5 to 600.
    pub accept_secs: u32,
    /// For how long an agent who missed a chat is not offered it again, in seconds.
    pub cooldown_secs: u32,
    /// Most chats that may wait; further ones are turned away.
    pub length_max: u32,
    /// Whether an agent may reject an offer.
    pub reject: bool,
    /// Where its chats go when it is retired, or when too many agents missed them.
    pub overflow: Option<QueueId>,
    /// Post-processing.
    pub wrapup: WrapupConfig,
    /// The disposition codes.
    pub dispositions: Dispositions,
    /// When the customer's record pops.
    pub pop: PopWhen,
    /// When its incidents are made.
    pub incident: IncidentWhen,
    /// Whether a chat that no agent handled makes an incident too.
    pub incident_unhandled: bool,
    /// Fields of its incidents, added to the desk-wide ones.
    pub incident_fields: BTreeMap<String, String>,
    /// The site's own words for it, free for rules to read.
    pub fields: BTreeMap<String, String>,
    /// How its chats go on while somebody is silent or gone.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub conversation: ConversationConfig,
    /// How its chats find their agents.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub routing: RoutingConfig,
    /// What becomes of its chats that wait.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub waiting: WaitingConfig,
    /// When it is open; `None`: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursConfig>,
    /// The form that its customers may leave, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormConfig>,
}

/// When the customer's record pops up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopWhen {
    /// When the chat is offered.
    Offer,
    /// When it is accepted.
    #[default]
    Accept,
    /// Not by itself.
    Never,
}

/// When a chat's incident is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentWhen {
    /// At the chat's end, so that it can be opened while wrapping up; completed per segment.
    #[default]
    AtEnd,
    /// Once, when the last segment is wrapped up, with everything in it.
    AtWrapup,
}

/// How a segment is wrapped up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapupMode {
    /// At once.
    None,
    /// By the agent, with no timer.
    Optional,
    /// By the agent or the timer, whichever is first.
    #[default]
    Timed,
    /// By the timer alone.
    Fixed,
}

/// Post-processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapupConfig {
    /// How it ends.
    pub mode: WrapupMode,
    /// Its length in seconds, 1 to 3600, for `timed` and `fixed`.
    pub secs: u32,
    /// What the timer does where a mandatory code is missing.
    pub code_missing: CodeMissing,
    /// How an agent may extend it, for `timed`.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub extend: Extend,
}

/// How an agent may extend a timed wrap-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extend {
    /// By how many seconds each time: 1 to 3600.
    pub secs: u32,
    /// How often at most; 0: not at all.
    pub most: u8,
}

/// What a wrap-up timer at zero does where a mandatory code is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeMissing {
    /// The segment stays in post-processing, without a timer.
    #[default]
    Stay,
    /// It takes the default code.
    Default,
}

/// The disposition codes of a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispositions {
    /// The codes, in the order in which they are shown.
    pub codes: Vec<Disposition>,
    /// Whether a segment needs one.
    pub mandatory: bool,
    /// The one that is taken where a segment must end without the agent.
    pub default: Option<CodeId>,
    /// Most codes of one segment, 1 to 6.
    pub most: u8,
}

impl Dispositions {
    /// Whether the list knows this code.
    #[must_use]
    pub fn has(&self, code: &CodeId) -> bool {
        self.codes.iter().any(|known| known.id == *code)
    }
}

/// One disposition code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// Its id.
    pub id: CodeId,
    /// Its text for people.
    pub label: String,
    /// The code that it stands under; one that others stand under cannot be chosen itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CodeId>,
}

impl Disposition {
    /// How deep a tree of codes may be.
    pub const DEPTH_MAX: usize = 3;
}

/// Desk-wide times, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// How long an agent whose last stream is gone counts as present.
    pub presence_grace_secs: u32,
    /// How long an agent may be away before their active chats go back.
    pub presence_requeue_secs: u32,
    /// For how long after its cause a pop opens by itself (wall time).
    pub pop_secs: u32,
    /// Backstop: the longest wait.
    pub wait_max_secs: u32,
    /// Backstop: the longest silence of an active chat.
    pub silence_max_secs: u32,
    /// Backstop: the longest post-processing.
    pub wrapup_max_secs: u32,
    /// Backstop: the longest lookup.
    pub lookup_max_secs: u32,
    /// The pause before a failed lookup is tried again.
    pub lookup_retry_secs: u32,
    /// How long a create waits for a lookup that is open at the chat's end (0: not at all).
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub caller_wait_secs: u32,
    /// Backstop: the longest time without a fact about an observed chat.
    pub observed_max_secs: u32,
    /// How long a driver has to answer about a step that it took.
    pub step_max_secs: u32,
    /// The shortest and the longest pause between two tries of a step.
    pub step_retry_secs: (u32, u32),
    /// How long a step is tried before it is parked.
    pub step_give_up_secs: u32,
    /// The server's longest transaction: an ambiguous write is looked for only after it.
    pub servicenow_window_secs: u32,
    /// For how long it is shown that somebody types, unless they type on.
    #[serde(default = "typing_secs", skip_serializing_if = "is_typing_secs")]
    pub typing_secs: u32,
}

/// What a config of before this key stood for; left out, so that its hash stays.
const fn typing_secs() -> u32 {
    6
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_typing_secs(secs: &u32) -> bool {
    *secs == typing_secs()
}

impl Default for Times {
    fn default() -> Self {
        Self {
            presence_grace_secs: 60,
            presence_requeue_secs: 300,
            pop_secs: 30,
            wait_max_secs: 2 * 3600,
            silence_max_secs: 24 * 3600,
            wrapup_max_secs: 12 * 3600,
            lookup_max_secs: 60,
            lookup_retry_secs: 10,
            caller_wait_secs: 60,
            observed_max_secs: 24 * 3600,
            step_max_secs: 180,
            step_retry_secs: (2, 300),
            step_give_up_secs: 7 * 24 * 3600,
            servicenow_window_secs: 300,
            typing_secs: typing_secs(),
        }
    }
}

/// Desk-wide bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most open chats; further ones are turned away.
    pub chats: u32,
    /// Most classes (queue and skills needed) in use at once.
    pub classes: u32,
    /// Most profiles (memberships, levels, skills) of agents.
    pub profiles: u32,
    /// Most messages of one chat.
    pub messages: u32,
    /// Most characters of one message.
    pub message_chars: u32,
    /// Most characters of a note.
    pub note_chars: u32,
    /// Most fields of a chat, and most characters of one.
    pub fields: (u32, u32),
    /// Most answers kept for repeats; the oldest go first.
    pub answers: u32,
    /// Most abandoned chats kept until somebody acknowledges them; the oldest go first.
    pub abandoned: u32,
    /// Most characters of a transcript in an incident's field; longer ones are attached.
    pub transcript_chars: u32,
    /// Most customers whose last agent is remembered; the oldest go first.
    #[serde(default = "affinity_max", skip_serializing_if = "is_affinity_max")]
    pub affinity: u32,
    /// Most values that rules remember; those written longest ago go first.
    #[serde(default = "kv_max", skip_serializing_if = "is_kv_max")]
    pub kv: u32,
    /// Most tokens and sessions at once.
    #[serde(default = "grants_max", skip_serializing_if = "is_grants_max")]
    pub grants: u32,
    /// Most script sets kept for going back to; the oldest go first.
    #[serde(default = "script_sets_max", skip_serializing_if = "is_script_sets_max")]
    pub script_sets: u32,
    /// Most deliveries to one sink that are not sent yet; further ones are given up at once.
    #[serde(default = "deliveries_max", skip_serializing_if = "is_deliveries_max")]
    pub deliveries: u32,
}

const fn deliveries_max() -> u32 {
    10_000
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_deliveries_max(most: &u32) -> bool {
    *most == deliveries_max()
}

const fn kv_max() -> u32 {
    10_000
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_kv_max(most: &u32) -> bool {
    *most == kv_max()
}

const fn script_sets_max() -> u32 {
    10
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_script_sets_max(most: &u32) -> bool {
    *most == script_sets_max()
}

const fn affinity_max() -> u32 {
    100_000
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_affinity_max(most: &u32) -> bool {
    *most == affinity_max()
}

const fn grants_max() -> u32 {
    1_000
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_grants_max(most: &u32) -> bool {
    *most == grants_max()
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            chats: 100_000,
            classes: 10_000,
            profiles: 10_000,
            messages: 10_000,
            message_chars: 5_000,
            note_chars: 3_000,
            fields: (50, 2_000),
            answers: 100_000,
            abandoned: 1_000,
            transcript_chars: 3_500,
            affinity: affinity_max(),
            kv: kv_max(),
            grants: grants_max(),
            script_sets: script_sets_max(),
            deliveries: deliveries_max(),
        }
    }
}

/// Reason codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasons {
    /// For on_break.
    pub on_break: ReasonList,
    /// For work_offline.
    pub work_offline: ReasonList,
    /// For logged_out.
    pub logged_out: ReasonList,
    /// For rejecting an offer.
    pub reject: ReasonList,
}

/// The reason codes for one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonList {
    /// The codes; empty takes any text.
    pub codes: Vec<String>,
    /// Whether one must be given.
    pub required: bool,
}

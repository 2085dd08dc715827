//! What rules see: plain copies of what State holds, with names instead of references. Lists are
//! bounded before they get here (50 candidates, 50 agents, best first; 50 segments, the last ones).

use crate::name::{AgentId, ChatId, CodeId, QueueId, Skill};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most agents shown to a rule.
pub const AGENTS_MAX: usize = 50;

/// Most candidates shown to a rule or kept of a lookup.
pub const CANDIDATES_MAX: usize = 50;

/// Most segments of a chat shown to a rule: the last ones, whose numbers say how many there were.
pub const SEGMENTS_MAX: usize = 50;

/// A queue, as a rule sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Its id.
    pub id: QueueId,
    /// Its name for people.
    pub name: String,
    /// The site's own words for it (`[queue.fields]`), free for rules to read.
    pub fields: BTreeMap<String, String>,
    /// Whether it is open.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub open: bool,
    /// In how many seconds it opens; 0 where it is open, or nobody knows.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub opens_in_secs: u64,
    /// In how many seconds it closes; 0 where it is closed, or nobody knows.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub closes_in_secs: u64,
    /// The zone of its hours; `UTC` where it has none.
    #[serde(default = "utc", skip_serializing_if = "is_utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".into()
}

fn is_utc(zone: &str) -> bool {
    zone == "UTC"
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_yes(is: &bool) -> bool {
    *is
}

/// The customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerView {
    /// Their name, as they gave it.
    pub name: String,
    /// Their e-mail address, as they gave it.
    pub email: String,
    /// Whether a site vouched for name and address.
    pub verified: bool,
}

/// A chat, as a rule sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatView {
    /// Its id.
    pub id: ChatId,
    /// Its queue.
    pub queue: QueueId,
    /// Its priority: higher goes first.
    pub priority: i32,
    /// The customer.
    pub customer: CustomerView,
    /// What the pre-chat form held.
    pub fields: BTreeMap<String, String>,
    /// The skills it needs, with the least level of each.
    pub skills: BTreeMap<Skill, u8>,
    /// When it arrived, in wall milliseconds.
    pub arrived_ms: i64,
    /// How long it has been there since it arrived, in desk milliseconds.
    pub age_ms: u64,
    /// How many offers of it were missed or rejected.
    pub misses: u32,
    /// How many messages it has.
    pub messages: u64,
    /// The match, in a word: `pending`, `none`, `one`, `many`, `failed`.
    pub matched: String,
    /// The chosen candidate.
    pub caller: Option<CandidateView>,
    /// The segments so far, the last [`SEGMENTS_MAX`].
    pub segments: Vec<SegmentView>,
    /// How it ended, in a word.
    pub ended: Option<String>,
}

/// A segment, as a rule sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentView {
    /// Its number, from 1.
    pub n: u16,
    /// Its agent.
    pub agent: AgentId,
    /// Its queue.
    pub queue: QueueId,
    /// When it was accepted, in wall milliseconds.
    pub accepted_ms: i64,
    /// How long the agent talked, in desk milliseconds.
    pub talk_ms: u64,
    /// The codes so far.
    pub codes: Vec<CodeId>,
    /// The note so far.
    pub note: String,
}

/// An agent, as a rule sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentView {
    /// Their id.
    pub id: AgentId,
    /// Their name for people.
    pub name: String,
    /// Their level in the queue at hand.
    pub level: u8,
    /// Their skills.
    pub skills: BTreeMap<Skill, u8>,
    /// The capacity in use.
    pub load: u16,
    /// Their capacity.
    pub capacity: u16,
    /// How long they have been idle, in desk milliseconds.
    pub idle_ms: u64,
}

/// A ServiceNow record found for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateView {
    /// Its table, such as `sys_user`.
    pub table: String,
    /// Its `sys_id`: 32 lowercase hex digits.
    pub sys_id: String,
    /// Its name for people.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// Whether the record is active.
    pub active: bool,
    /// Further fields that were asked for.
    pub fields: BTreeMap<String, String>,
    /// Incidents that are open for them, the newest first: as many as were asked for, at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<OpenIncidentView>,
}

/// An incident that is open for a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIncidentView {
    /// Its table.
    pub table: String,
    /// Its `sys_id`.
    pub sys_id: String,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub short_description: String,
    /// Its state, as ServiceNow counts them.
    pub state: String,
    /// When it was opened: `yyyy-MM-dd HH:mm:ss`, UTC.
    pub opened_at: String,
}

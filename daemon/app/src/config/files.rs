//! What may stand in a file: all sections in `deskd.toml`; agents alone in `agents.d`, queues
//! alone in `queues.d`, canned replies alone in `replies.d`.

use super::desk::{
    AgentEntry, BackstopEntry, IncidentEntry, LimitsEntry, ReasonsEntry, TimesEntry,
};
use super::identity::Vouching;
use super::metrics::Metrics;
use super::oidc::Oidc;
use super::queue::QueueEntry;
use super::replies::RepliesFile;
use super::servicenow::ServiceNow;
use super::settings::{Desk, Engine, Http, Ipc, Journal, Log, Presence, Scripts};
use super::sink::Sink;
use super::words::Words;
use serde::{Deserialize, Serialize};

/// The main file, and, with the agents and queues of all files, the whole config.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) desk: Desk,
    pub(super) ipc: Ipc,
    pub(super) http: Http,
    pub(super) identity: Vouching,
    pub(super) oidc: Oidc,
    pub(super) journal: Journal,
    pub(super) engine: Engine,
    pub(super) servicenow: ServiceNow,
    pub(super) incident: IncidentEntry,
    pub(super) presence: Presence,
    pub(super) times: TimesEntry,
    pub(super) backstop: BackstopEntry,
    pub(super) limits: LimitsEntry,
    pub(super) reasons: ReasonsEntry,
    pub(super) scripts: Scripts,
    pub(super) metrics: Metrics,
    pub(super) log: Log,
    pub(super) agent: Vec<AgentEntry>,
    pub(super) queue: Vec<QueueEntry>,
    /// The files of `replies.d`; they stand in no other file.
    #[serde(skip)]
    pub(super) replies: Vec<RepliesFile>,
    /// The files of `words.d`, by their languages; they stand in no other file.
    #[serde(skip)]
    pub(super) words: Vec<(String, Words)>,
    pub(super) sink: Vec<Sink>,
}

/// A file of `agents.d` that holds several agents.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AgentsFile {
    pub(super) agent: Vec<AgentEntry>,
}

/// A file of `queues.d` that holds several queues.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct QueuesFile {
    pub(super) queue: Vec<QueueEntry>,
}

//! The daemon itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ScriptSetView, Status};
use crate::UnixMs;

/// How the daemon is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// How long it has been running.
    pub uptime_ms: u64,
    /// Its epoch.
    pub epoch: u64,
    /// The last record made.
    pub seq: u64,
    /// The last record known to be on disk.
    pub durable: u64,
    /// Chats in memory.
    pub chats: ChatCounts,
    /// How many agents are in each status.
    pub agents: BTreeMap<Status, u32>,
    /// The outbox.
    pub outbox: OutboxCounts,
    /// Deliveries to each sink of the config, and to those that still have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<SinkView>,
    /// How far `on_event` is; left out where no rule follows the journal, nor was passed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<FollowedView>,
    /// The config in force.
    pub config: ConfigView,
    /// The scripts in force.
    pub scripts: ScriptSetView,
    /// Whether new chats are turned away.
    pub draining: bool,
    /// Whether new chats are turned away because the disk runs low.
    pub low_disk: bool,
    /// The last things that went wrong, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorView>,
}

/// How many chats there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatCounts {
    /// All that are not ended.
    pub open: u32,
    /// Those that wait.
    pub waiting: u32,
    /// Those that are offered.
    pub offered: u32,
    /// Those that an agent talks in.
    pub active: u32,
    /// Ended ones with a segment in post-processing.
    pub wrapping_up: u32,
}

/// How many steps, or deliveries, of the outbox there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxCounts {
    /// To be sent.
    pub pending: u32,
    /// Taken by a driver.
    pub sending: u32,
    /// Given up until an admin acts.
    pub parked: u32,
}

/// The deliveries to a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkView {
    /// Which sink.
    pub sink: String,
    /// Those that are not there yet.
    pub counts: OutboxCounts,
    /// Those given up at once, since the journal began: as many as may be were open.
    pub lost: u64,
}

/// How far `on_event` follows the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedView {
    /// Records on disk that it has not looked at; left out where no rule follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
    /// Records that it was never asked about, since the journal began: too many came, or they were
    /// cut off.
    pub skipped: u64,
}

/// The config in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigView {
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Hash of what is in force.
    pub hash: String,
    /// Since when.
    pub since: UnixMs,
    /// Why a newer file was rejected, with its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// What a reload removed and what still finishes, such as `queue sales`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorView {
    /// When.
    pub at: UnixMs,
    /// What.
    pub text: String,
}

/// A backup of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// Where it is.
    pub dir: String,
    /// Its last record.
    pub seq: u64,
    /// The chain's hash up to and with it, in hexadecimal.
    pub chain: String,
    /// Bytes of its database.
    pub bytes: u64,
}

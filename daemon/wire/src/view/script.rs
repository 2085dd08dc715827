//! Scripts and hooks.

use serde::{Deserialize, Serialize};

use super::word;
use crate::UnixMs;

word! {
    /// Whether a hook is asked.
    Breaker {
        /// It is asked.
        Closed = "closed",
        /// It rests on its default after too many failures.
        Open = "open",
        /// One question decides whether it is asked again.
        HalfOpen = "half_open",
    }
}

/// The script set in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptSetView {
    /// Hash of the set that serves; left out where there are no scripts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<String>,
    /// Since when.
    pub since: UnixMs,
    /// The newer set that was rejected: its hash and why, with file and line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

/// The script set with its hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptsView {
    /// The set.
    pub set: ScriptSetView,
    /// Every hook there is, scripted or not.
    pub hooks: Vec<HookView>,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookView {
    /// Its name, such as `on_offer`.
    pub hook: String,
    /// Its file; left out where the built-in default serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How often it was asked since the daemon's start.
    pub calls: u64,
    /// How often it failed and its default was taken.
    pub failures: u64,
    /// The last failure, with file, line and column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<UnixMs>,
    /// Whether it is asked.
    pub breaker: Breaker,
}

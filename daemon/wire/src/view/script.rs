//! Scripts and hooks.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{ScriptSetView, ShadowView, word};
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

word! {
    /// Why a rule rests.
    RestingWhy {
        /// It failed often, or failed when it was tried again.
        Failures = "failures",
        /// It took a tenth of the time in which deskd decides, or more.
        Share = "share",
        /// The daemon ended while the rule was being asked.
        Ended = "ended",
    }
}

/// The script set with its hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptsView {
    /// The set.
    pub set: ScriptSetView,
    /// Every hook there is, scripted or not.
    pub hooks: Vec<HookView>,
    /// The set that is asked alongside, before it is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowView>,
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
    /// The failures by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, u64>,
    /// How often what is configured applied: it had no opinion, failed or rested.
    #[serde(default)]
    pub defaults: u64,
    /// The operations of all calls together.
    #[serde(default)]
    pub operations: u64,
    /// How long the calls took.
    #[serde(default)]
    pub times: TimesView,
    /// The last failure, with file, line and column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<UnixMs>,
    /// What applies where it fails.
    #[serde(default)]
    pub on_failure: String,
    /// Whether it is asked.
    pub breaker: Breaker,
    /// How often it was told to rest.
    #[serde(default)]
    pub rests: u64,
    /// Until when it rests; past where the next question is the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting_until: Option<UnixMs>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting_why: Option<RestingWhy>,
}

/// How long the calls of a rule took, in microseconds of CPU time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimesView {
    /// All together.
    pub sum_us: u64,
    /// The longest.
    pub most_us: u64,
    /// The upper bounds of the steps of `counts`, but for the last, which has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upto_us: Vec<u64>,
    /// How many calls took as long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<u64>,
}

//! Script sets: the one in force, those before it, and the one that would be next.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::word;
use crate::UnixMs;

word! {
    /// Whether a changed set goes live by itself.
    ScriptMode {
        /// Once its tests pass.
        Auto = "auto",
        /// Once an admin applies it.
        Manual = "manual",
    }
}

word! {
    /// How a set came into force.
    SetHow {
        /// The folder held it.
        Taken = "taken",
        /// An admin applied it.
        Applied = "applied",
        /// An admin went back to it.
        RolledBack = "rolled_back",
    }
}

word! {
    /// Why what the folder holds is not in force.
    CandidateSetState {
        /// It waits for an admin to apply it.
        Staged = "staged",
        /// Something is wrong with it.
        Rejected = "rejected",
        /// An admin went back from it to an earlier set.
        Held = "held",
    }
}

word! {
    /// What became of a file from one set to another.
    FileChange {
        /// It is new.
        Added = "added",
        /// It is gone.
        Removed = "removed",
        /// It reads otherwise.
        Changed = "changed",
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
    /// Why what the folder holds is not in force though it should be, with file and line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// Whether a changed set goes live by itself.
    #[serde(default = "auto")]
    pub mode: ScriptMode,
    /// What the folder holds, where that is not in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CandidateSetView>,
    /// The sets that were in force last, those to which going back leads first at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptSetView>,
}

const fn auto() -> ScriptMode {
    ScriptMode::Auto
}

/// What the scripts folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateSetView {
    /// Its hash; left out where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Why it is not in force.
    pub state: CandidateSetState,
    /// Since when the folder holds it.
    pub since: UnixMs,
}

/// A set that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSetView {
    /// Its hash.
    pub hash: String,
    /// When it last came into force.
    pub since: UnixMs,
    /// The admin by whom; left out where it was by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How.
    pub how: SetHow,
    /// Whether it serves now.
    pub serves: bool,
}

/// How another set differs from the one that serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptDiffView {
    /// The set that serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The other.
    pub to: String,
    /// The files that differ.
    pub files: Vec<FileDiffView>,
    /// Whether there is more than is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// How a file differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDiffView {
    /// Its name.
    pub file: String,
    /// What became of it.
    pub change: FileChange,
    /// The lines of a unified diff.
    pub diff: Vec<String>,
}

/// A set that is asked alongside the one that serves, and how its answers differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowView {
    /// Its hash.
    pub set: String,
    /// Since when it is asked.
    pub since: UnixMs,
    /// Answers that the clock or a rest cut short, and that say nothing.
    #[serde(default)]
    pub cut: u64,
    /// Questions that were passed over: there was no room for them.
    #[serde(default)]
    pub dropped: u64,
    /// What it was asked.
    pub hooks: Vec<ShadowHookView>,
    /// The last differences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<ShadowDifferenceView>,
}

/// How a set that is asked alongside does at a hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowHookView {
    /// The hook.
    pub hook: String,
    /// How often it was asked.
    pub asked: u64,
    /// How often nothing differed.
    #[serde(default)]
    pub same: u64,
    /// How often it differed, by kind: it decides `otherwise`, it `answers` where the other has
    /// nothing to say, it is `silent` where the other answers, it `fails`, it `mends` a failure, it
    /// `sends` other deliveries, it `remembers` other values. One answer may differ in several ways.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub differ: BTreeMap<String, u64>,
}

/// One answer that differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowDifferenceView {
    /// When.
    pub at: UnixMs,
    /// At which hook.
    pub hook: String,
    /// About which chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// How.
    pub kind: String,
    /// In what; of a message the names alone.
    pub what: String,
}

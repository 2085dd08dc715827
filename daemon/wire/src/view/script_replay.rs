//! What a script set would have answered before.

use serde::{Deserialize, Serialize};

use super::ShadowView;

/// How far the questions of the past are asked, and what came of it so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptReplayView {
    /// By what it is followed.
    pub job: String,
    /// Whether it has ended.
    pub finished: bool,
    /// Why it ended before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// How many decisions were gone through.
    pub done: u64,
    /// Of how many.
    pub of: u64,
    /// What was asked, and where the set answered otherwise than was answered then.
    pub found: ShadowView,
    /// Of these, questions at places where no rule stood then: nothing proves that they would have
    /// been asked so.
    #[serde(default)]
    pub first: u64,
    /// Questions proven to be those that were asked.
    pub proven: u64,
    /// Messages that a rule replaced or the queue withheld: what was said is kept nowhere, so it
    /// cannot be asked again.
    #[serde(default)]
    pub redacted: u64,
    /// Questions that were rebuilt, but are not those that were asked.
    #[serde(default)]
    pub unlike: u64,
    /// Questions of which parts were erased.
    #[serde(default)]
    pub erased: u64,
    /// Questions of records that keep too little to ask them again.
    #[serde(default)]
    pub untold: u64,
}

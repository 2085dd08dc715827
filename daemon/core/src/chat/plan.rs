//! How a segment is wrapped up: as its queue had it when the segment was accepted.

use crate::config::{CodeMissing, Disposition, Extend, IncidentWhen, QueueConfig, WrapupMode};
use crate::name::CodeId;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// How a segment is wrapped up, kept as it was when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapupPlan {
    /// How it ends.
    pub mode: WrapupMode,
    /// Its length in seconds.
    pub secs: u32,
    /// What the timer does where a mandatory code is missing.
    pub code_missing: CodeMissing,
    /// The codes to choose from, and those that they stand under.
    pub codes: Vec<Disposition>,
    /// Whether one is needed.
    pub mandatory: bool,
    /// The one taken where the agent gave none.
    pub default: Option<CodeId>,
    /// Most codes.
    pub most: u8,
    /// When the incident is made.
    pub incident: IncidentWhen,
    /// How the agent may extend it.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub extend: Extend,
}

impl WrapupPlan {
    pub(super) fn of(queue: &QueueConfig) -> Self {
        Self {
            mode: queue.wrapup.mode,
            secs: queue.wrapup.secs,
            code_missing: queue.wrapup.code_missing,
            codes: queue.dispositions.codes.clone(),
            mandatory: queue.dispositions.mandatory,
            default: queue.dispositions.default.clone(),
            most: queue.dispositions.most,
            incident: queue.incident,
            extend: queue.wrapup.extend,
        }
    }

    /// Whether the plan knows this code.
    #[must_use]
    pub fn has(&self, code: &CodeId) -> bool {
        self.codes.iter().any(|known| known.id == *code)
    }

    /// Whether others stand under this code, so that it cannot be chosen itself.
    #[must_use]
    pub fn is_group(&self, code: &CodeId) -> bool {
        self.codes.iter().any(|known| known.parent.as_ref() == Some(code))
    }

    /// The codes that can be chosen: all, or those under this one, however deep.
    pub fn leaves<'a>(&'a self, under: Option<&'a CodeId>) -> impl Iterator<Item = &'a CodeId> {
        let of = move |code: &&'a Disposition| {
            under.is_none_or(|top| self.ways(&code.id).any(|above| above == top))
        };
        self.codes.iter().filter(of).map(|code| &code.id).filter(|code| !self.is_group(code))
    }

    /// The codes that this one stands under, from the nearest up.
    fn ways<'a>(&'a self, code: &'a CodeId) -> impl Iterator<Item = &'a CodeId> {
        let parent = |of: &CodeId| self.codes.iter().find(|c| c.id == *of)?.parent.as_ref();
        std::iter::successors(parent(code), move |above| parent(above)).take(Disposition::DEPTH_MAX)
    }

    /// Whether a segment may have these codes.
    pub(super) fn check(&self, codes: &[CodeId]) -> Result<(), Refusal> {
        if codes.len() > usize::from(self.most) {
            return Err(Refusal::CodesTooMany(self.most));
        }
        for code in codes {
            if !self.has(code) {
                return Err(Refusal::CodeUnknown(code.to_string()));
            }
            if self.is_group(code) {
                return Err(Refusal::CodeIsGroup(code.to_string()));
            }
        }
        Ok(())
    }
}

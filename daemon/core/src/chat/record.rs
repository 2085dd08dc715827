//! The ServiceNow record that a chat is tied to, and the lookups that find it.

use crate::private::Private;
use crate::view::CandidateView;
use serde::{Deserialize, Serialize};

/// The ServiceNow record that a chat is tied to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// How it stands.
    pub state: MatchState,
    /// The candidates, at most 50.
    pub candidates: Private<Vec<CandidateView>>,
    /// The chosen one.
    pub chosen: Option<RecordRef>,
    /// The lookup that is wanted or under way.
    pub lookup: Option<Lookup>,
    /// How many lookups there were.
    pub lookups: u32,
}

impl Match {
    /// The chosen candidate with all that is known of it.
    #[must_use]
    pub fn caller(&self) -> Option<&CandidateView> {
        let chosen = self.chosen.as_ref()?;
        self.candidates.known()?.iter().find(|c| c.sys_id == chosen.sys_id)
    }
}

/// How a match stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchState {
    /// Not yet known.
    #[default]
    Pending,
    /// No record.
    None,
    /// One record.
    One,
    /// Several records.
    Many,
    /// The lookup failed; it is tried again while the chat is open.
    Failed,
}

impl MatchState {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::None => "none",
            Self::One => "one",
            Self::Many => "many",
            Self::Failed => "failed",
        }
    }
}

/// A record in ServiceNow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordRef {
    /// Its table.
    pub table: String,
    /// Its `sys_id`.
    pub sys_id: String,
}

/// A lookup that is wanted or under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// Which of the chat's lookups, from 1.
    pub n: u32,
    /// Words to look for; `None`: the e-mail address.
    pub words: Option<Private<String>>,
    /// Where it stands.
    pub phase: LookupPhase,
    /// How many tries failed.
    pub failed: u32,
}

/// Where a lookup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum LookupPhase {
    /// A driver may take it.
    Due {
        /// From when on, in desk time.
        at: u64,
    },
    /// A driver has it.
    Taken,
}

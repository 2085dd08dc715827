//! What the scripts folder holds: read, loaded, and proven by its tests.

use crate::clock::wall_ms;
use desk_core::name::Hash;
use desk_hooks::{Limits, Options, ScriptError, ScriptSet, fingerprint};
use std::path::Path;
use std::sync::Arc;

/// How often a folder is read again that changes while it is read.
const READS_MAX: u32 = 5;

/// What the folder holds.
pub(super) struct Candidate {
    /// What tells whether anything in it changed, tests included.
    pub(super) folder: Hash,
    /// The set, where it can be read.
    pub(super) set: Option<ScriptSet>,
    /// What keeps it from going live, failed tests included.
    pub(super) errors: Vec<ScriptError>,
    /// Since when the folder holds it.
    pub(super) since: i64,
    limits: Limits,
}

impl Candidate {
    /// Reads the folder and proves what it holds; what was proven before is not proven again.
    /// Without a folder it is the set that is built in, whose tests are run where it is made.
    pub(super) fn read(
        dir: Option<&Path>,
        limits: &Limits,
        before: Option<Arc<Self>>,
    ) -> (Arc<Self>, bool) {
        let Some(dir) = dir else {
            let set = ScriptSet::shipped();
            let (folder, set) = (set.hash().clone(), Some(set));
            let (errors, since, limits) = (Vec::new(), wall_ms(), limits.clone());
            return (Arc::new(Self { folder, set, errors, since, limits }), false);
        };
        let mut folder = fingerprint(dir);
        if let Some(before) = before.filter(|it| it.folder == folder && it.limits == *limits) {
            return (before, false);
        }
        let mut candidate = Self::proven(dir, folder.clone(), limits);
        for _ in 1..READS_MAX {
            // A set is of one moment: where files changed in the middle, it is of none.
            let now = fingerprint(dir);
            if now == folder {
                break;
            }
            folder = now;
            candidate = Self::proven(dir, folder.clone(), limits);
        }
        (Arc::new(candidate), true)
    }

    fn proven(dir: &Path, folder: Hash, limits: &Limits) -> Self {
        let options = Options { limits: limits.clone(), ..Options::default() };
        let report = desk_hooks::check(dir, &options);
        let errors = report.reasons();
        let set = report.set.or_else(|| ScriptSet::read(dir).ok());
        Self { folder, set, errors, since: wall_ms(), limits: limits.clone() }
    }

    /// The set, where it may go live.
    pub(super) fn good(&self) -> Result<&ScriptSet, Vec<ScriptError>> {
        self.set.as_ref().filter(|_| self.errors.is_empty()).ok_or_else(|| self.errors.clone())
    }
}

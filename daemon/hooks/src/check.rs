//! Everything that can be known about a folder of scripts without a daemon: whether it loads, and
//! whether its tests pass. A daemon takes over nothing of which this is not known.

use crate::coverage::{Coverage, Marked};
use crate::error::ScriptError;
use crate::host::Host;
use crate::limits::Limits;
use crate::set::{Place, ScriptSet, read_files};
use crate::stack::on_stack;
use crate::trial::Trial;
use desk_core::name::Hash;
use std::path::Path;
use std::time::Duration;

/// How a check is done.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What one call of a rule may use up; its time is not that of the config, which a busy machine
    /// would make tests fail by.
    pub limits: Limits,
    /// Tests whose name does not hold this are not run.
    pub only: Option<String>,
    /// Whether to note which lines the tests went through.
    pub coverage: bool,
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The set, where it loads.
    pub set: Option<ScriptSet>,
    /// How many rules it has.
    pub rules: usize,
    /// Everything that is wrong with scripts and tests as such.
    pub errors: Vec<ScriptError>,
    /// The tests that were run, by file.
    pub tests: Vec<TestResult>,
    /// Which lines they went through, where that was asked for.
    pub coverage: Option<Coverage>,
}

impl Report {
    /// Whether the scripts load and every test passed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.errors.is_empty() && self.failed().next().is_none()
    }

    /// The set's hash, where it loads.
    #[must_use]
    pub fn hash(&self) -> Option<&Hash> {
        self.set.as_ref().map(ScriptSet::hash)
    }

    /// The tests that failed, each with why.
    pub fn failed(&self) -> impl Iterator<Item = (&TestResult, &ScriptError)> {
        self.tests.iter().filter_map(|test| Some((test, test.error.as_ref()?)))
    }

    /// Everything that keeps the set from going live, failed tests by their names.
    #[must_use]
    pub fn reasons(&self) -> Vec<ScriptError> {
        let told = |(test, error): (&TestResult, &ScriptError)| ScriptError {
            message: format!("{} failed: {}", test.name, error.message),
            ..error.clone()
        };
        self.errors.iter().cloned().chain(self.failed().map(told)).collect()
    }
}

/// How a test ended.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// Its file.
    pub file: String,
    /// Its function.
    pub name: String,
    /// Why it failed.
    pub error: Option<ScriptError>,
    /// What it and the rules that it called wrote to the log.
    pub log: Vec<String>,
}

/// How long a call may take in a test.
const TEST_TIME: Duration = Duration::from_secs(1);

/// Loads the scripts of a folder and runs `fn test_…()` of its `tests/*.rhai`, on a thread of its
/// own. A test calls a hook with a map of what `ctx` is to hold, and gets the verdict as it would
/// stand in the record, or `()`; a failure of the hook is thrown.
#[must_use]
pub fn check(dir: &Path, options: &Options) -> Report {
    on_stack("scripts-check", || {
        let set = match ScriptSet::read(dir) {
            Ok(set) => set,
            Err(errors) => return Report { errors, ..Report::default() },
        };
        let limits = Limits { time: TEST_TIME, ..options.limits.clone() };
        let rules = match Host::new(set.clone(), limits.clone()) {
            Ok(host) => host.status().len(),
            Err(errors) => return Report { errors, ..Report::default() },
        };
        let mut report = Report { rules, set: Some(set.clone()), ..Report::default() };
        let files = match read_files(dir, |place| *place == Place::Test) {
            Ok(files) => files,
            Err(errors) => return Report { errors, ..report },
        };
        let only = options.only.as_deref();
        let trial = Trial { set: &set, limits: &limits, files: &files, only, marks: None };
        (report.tests, report.errors) = trial.run();
        if options.coverage {
            // Another run, of the scripts with a mark before each statement: what tests say is said
            // about the scripts as they are.
            let marked = Marked::of(&set, &limits);
            let trial = Trial { set: marked.set(), marks: Some(marked.marks()), ..trial };
            drop(trial.run());
            report.coverage = Some(marked.coverage());
        }
        report
    })
}

//! What `deskd check` says of a config.

use super::EXIT_CONFIG;
use super::load::{Loaded, load};
use super::problem::{ConfigError, Problem, Severity};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// What was found in a config, and whether it may be used.
#[derive(Debug)]
pub struct Report {
    /// The config, where it may be used.
    pub loaded: Option<Loaded>,
    /// What is wrong, errors first.
    pub problems: Vec<Problem>,
    /// Whether a warning is as bad as an error.
    pub deny_warnings: bool,
}

/// Reads and checks a config, and whether its secrets can be had here.
#[must_use]
pub fn check(path: Option<&Path>, deny_warnings: bool) -> Report {
    match load(path) {
        Ok(loaded) => {
            let mut problems = loaded.warnings.clone();
            // A warning: what the service is handed at its start may be missing here.
            if let Err(error) = loaded.settings.secrets() {
                problems.push(Problem::new(Severity::Warning, error.to_string()));
            }
            if let Err(error) = loaded.settings.oidc_secret() {
                problems.push(Problem::new(Severity::Warning, error.to_string()));
            }
            for site in &loaded.settings.identity.site {
                if let Err(error) = loaded.settings.site_secret(site) {
                    problems.push(Problem::new(Severity::Warning, error.to_string()));
                }
            }
            for sink in &loaded.settings.sinks {
                if let Err(error) = loaded.settings.sink_secrets(sink) {
                    problems.push(Problem::new(Severity::Warning, error.to_string()));
                }
            }
            Report { loaded: Some(loaded), problems, deny_warnings }
        }
        Err(ConfigError { problems }) => Report { loaded: None, problems, deny_warnings },
    }
}

impl Report {
    /// Adds what another check found.
    pub fn add(&mut self, problem: Problem) {
        let errors = self.count(Severity::Error);
        match problem.severity {
            Severity::Error => self.problems.insert(errors, problem),
            Severity::Warning => self.problems.push(problem),
        }
    }

    /// Whether the config may be used.
    #[must_use]
    pub fn ok(&self) -> bool {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        errors == 0 && (warnings == 0 || !self.deny_warnings)
    }

    /// 0, or [`EXIT_CONFIG`].
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.ok() { 0 } else { EXIT_CONFIG }
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for problem in &self.problems {
            let _ = writeln!(text, "{problem}\n");
        }
        if let Some(loaded) = &self.loaded {
            let (queues, agents) = (loaded.core.queues.len(), loaded.core.agents.len());
            let files = match loaded.files.len() {
                0 => "the config that is built in".to_owned(),
                1 => "1 file".to_owned(),
                n => format!("{n} files"),
            };
            let _ = writeln!(text, "{files}: queues {queues}, agents {agents}");
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let verdict = if self.ok() { "the config is good" } else { "the config is not good" };
        let _ = writeln!(text, "{verdict}: errors {errors}, warnings {warnings}");
        text
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json!({
            "v": 1,
            "ok": self.ok(),
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "files": self.loaded.as_ref().map(|loaded| &loaded.files),
            "hash": self.loaded.as_ref().map(|loaded| &loaded.hash),
            "problems": self.problems,
        })
    }

    fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

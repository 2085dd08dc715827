//! Script sets: read, loaded, kept in the journal by hash, and only then asked. A set that is wrong
//! leaves the last good one in force, over a restart too.

use super::Site;
use crate::clock::wall_ms;
use crate::config::Settings;
use crate::desk::Unanswered;
use crate::history::{Untold, script_files};
use desk_core::name::Hash;
use desk_core::{Actor, Command};
use desk_hooks::{Files, Host, Limits, Options, ScriptError, ScriptSet};
use std::path::Path;
use std::time::Duration;

/// Why a set is not in force.
#[derive(Debug, thiserror::Error)]
pub enum ScriptsRefused {
    /// The scripts are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong(Vec<ScriptError>),
    /// The desk gave no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The journal cannot be read.
    #[error(transparent)]
    Untold(#[from] Untold),
    /// The loading itself failed.
    #[error("the scripts could not be loaded: {0}")]
    Failed(String),
}

/// What one call may use up, as configured.
#[must_use]
pub fn limits(settings: &Settings) -> Limits {
    let scripts = &settings.scripts;
    let time = Duration::from_millis(scripts.call_ms.into());
    Limits { operations: scripts.operations.into(), time, ..Limits::default() }
}

/// The set of a folder, its tests passed.
fn proven(dir: &Path, limits: &Limits) -> Result<ScriptSet, Vec<ScriptError>> {
    let options = Options { limits: limits.clone(), ..Options::default() };
    let report = desk_hooks::check(dir, &options);
    match (report.reasons(), report.set) {
        (reasons, Some(set)) if reasons.is_empty() => Ok(set),
        (reasons, _) => Err(reasons),
    }
}

impl Site {
    /// Reads the scripts and puts them in force, where they are not already. At a start a set that
    /// is wrong is replaced by the last good one.
    ///
    /// # Errors
    /// Why the set before stays in force.
    pub async fn reload_scripts(&self) -> Result<(), ScriptsRefused> {
        let _one = self.changing.lock().await;
        let settings = self.settings.borrow().clone();
        let read = settings.scripts_dir.clone();
        let loaded = tokio::task::spawn_blocking(move || {
            let limits = limits(&settings);
            let set = match read {
                Some(dir) => proven(&dir, &limits)?,
                // Their tests are run where they are made.
                None => ScriptSet::shipped(),
            };
            Host::new(set, limits)
        });
        let result = match loaded.await.map_err(|error| ScriptsRefused::Failed(error.to_string())) {
            Ok(Ok(host)) => self.serve(host).await,
            Ok(Err(errors)) => Err(ScriptsRefused::Wrong(errors)),
            Err(failed) => Err(failed),
        };
        match &result {
            Ok(()) => self.told_mut().scripts_rejected = None,
            Err(error) => {
                tracing::error!(%error, "the scripts are refused; the set before stays in force");
                self.told_mut().scripts_rejected = Some(error.to_string());
                self.serve_last_good().await?;
            }
        }
        result
    }

    /// The set stands in the journal before it gives its first verdict.
    async fn serve(&self, host: Host) -> Result<(), ScriptsRefused> {
        let hash = host.set().hash().clone();
        if self.serving().await?.as_ref() == Some(&hash) {
            return Ok(());
        }
        let known = self.desk.view(|state, _| state.scripts.clone()).await?;
        if known.as_ref() != Some(&hash) {
            let text =
                |(name, text): (&String, &std::sync::Arc<str>)| (name.clone(), text.to_string());
            let files = host.set().files().iter().map(text).collect();
            let command = Command::SetScripts { hash: hash.clone(), files };
            self.desk.command(Actor::Daemon, None, command).await?;
        }
        let now = wall_ms();
        self.desk.rules(move |rules| rules.serve(host, now)).await?;
        self.told_mut().scripts_since = now;
        tracing::info!(%hash, "script set in force");
        Ok(())
    }

    async fn serving(&self) -> Result<Option<Hash>, Unanswered> {
        self.desk.rules(|rules| rules.set().cloned()).await
    }

    /// At a start nothing is served yet: the set that was live last is, as the journal keeps it.
    async fn serve_last_good(&self) -> Result<(), ScriptsRefused> {
        if self.serving().await?.is_some() {
            return Ok(());
        }
        let Some(hash) = self.desk.view(|state, _| state.scripts.clone()).await? else {
            return Ok(());
        };
        let Some(files) = self.kept(hash.clone()).await? else {
            tracing::error!(%hash, "the last good script set is not in the journal; no rule is asked");
            return Ok(());
        };
        let limits = limits(&self.settings.borrow());
        let loaded =
            tokio::task::spawn_blocking(move || Host::new(ScriptSet::from_files(files)?, limits));
        let loaded = loaded.await.map_err(|error| ScriptsRefused::Failed(error.to_string()))?;
        self.serve(loaded.map_err(ScriptsRefused::Wrong)?).await
    }

    async fn kept(&self, hash: Hash) -> Result<Option<Files>, Untold> {
        self.desk.readers().read(move |journal| script_files(journal, &hash)).await
    }
}

//! Script sets: read, proven, kept in the journal by hash, and only then asked. A set that is wrong
//! leaves the last good one in force, over a restart too.

use super::candidate::Candidate;
use super::settled::{look, read_settled};
use super::watch::folders;
use super::{By, NotServing, SCRIPT_FILES, Site};
use crate::clock::wall_ms;
use crate::config::{ScriptsMode, Settings};
use crate::desk::Unanswered;
use crate::history::{Untold, script_files};
use desk_core::name::Hash;
use desk_core::policy::{Hook, Policy as _};
use desk_core::{Command, SetHow};
use desk_hooks::{Files, Host, Limits, ScriptError, ScriptSet};
use desk_wire::view::CandidateSetState;
use std::sync::{Arc, PoisonError};
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
    /// The folder holds what is in force.
    #[error("the scripts that are in force are those of the folder")]
    Same,
    /// The folder holds another set than the one that was to be applied.
    #[error("the folder holds another set by now: {0}")]
    Other(Hash),
    /// There is no set before the one in force.
    #[error("no set before the one in force is kept")]
    NoneBefore,
    /// No kept set, or several, have a hash like this.
    #[error("'{0}' begins the hash of no set that is kept, or of several")]
    Unknown(String, Vec<Hash>),
}

/// What one call may use up, as configured.
#[must_use]
pub fn limits(settings: &Settings) -> Limits {
    let scripts = &settings.scripts;
    let time = Duration::from_millis(scripts.call_ms.into());
    Limits { operations: scripts.operations.into(), time, ..Limits::default() }
}

impl Site {
    /// Reads the scripts and puts them in force, where they are not already and nothing keeps them
    /// from it. At a start a set that is not to be in force is replaced by the last good one.
    ///
    /// # Errors
    /// Why the set before stays in force.
    pub async fn reload_scripts(&self, by: &By) -> Result<(), ScriptsRefused> {
        let _one = self.changing.lock().await;
        self.consider(by).await
    }

    pub(super) async fn consider(&self, by: &By) -> Result<(), ScriptsRefused> {
        let result = self.take(by).await;
        if let Err(error) = &result {
            self.told_mut().scripts_rejected = Some(error.to_string());
        }
        result
    }

    async fn take(&self, by: &By) -> Result<(), ScriptsRefused> {
        let (candidate, news) = self.read_folder().await?;
        let live = self.serving().await?;
        let look =
            |state: &desk_core::State, _| (state.scripts.clone(), state.sets.held().cloned());
        let (known, held) = self.desk.view(look).await?;
        let manual = self.settings.borrow().scripts.mode == ScriptsMode::Manual;
        let hash = candidate.set.as_ref().map(ScriptSet::hash);
        let why = match candidate.good() {
            Err(_) => Some(CandidateSetState::Rejected),
            Ok(set) if live.as_ref() == Some(set.hash()) => None,
            Ok(_) if held.as_ref() == Some(&candidate.folder) => Some(CandidateSetState::Held),
            // The first set of all has nothing to wait behind.
            Ok(set) if manual && known.as_ref().is_some_and(|known| known != set.hash()) => {
                Some(CandidateSetState::Staged)
            }
            Ok(_) => None,
        };
        let Some(state) = why else {
            let set = candidate.good().map_err(ScriptsRefused::Wrong)?.clone();
            self.serve(set, by, SetHow::Taken, None).await?;
            self.tell_candidate(None);
            self.try_out(None).await;
            return Ok(());
        };
        self.tell_candidate(Some(NotServing {
            hash: hash.cloned(),
            state,
            since: candidate.since,
        }));
        if live.is_none() {
            self.serve_last_good(known).await?;
        }
        self.try_out(candidate.good().ok()).await;
        let hash = hash.map(ToString::to_string);
        match candidate.good() {
            Err(errors) => {
                let error = ScriptsRefused::Wrong(errors);
                if news {
                    tracing::error!(%error, "the scripts are refused; the set before stays in force");
                }
                Err(error)
            }
            Ok(_) if news && state == CandidateSetState::Staged => {
                tracing::info!(hash, "a script set waits to be applied");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// What the folder holds, and whether that is news.
    pub(super) async fn read_folder(&self) -> Result<(Arc<Candidate>, bool), ScriptsRefused> {
        let settings = self.settings.borrow().clone();
        let before = self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let folders = folders(self);
        let read = tokio::task::spawn_blocking(move || {
            let files = || look(&folders, &SCRIPT_FILES);
            let (dir, limits) = (settings.scripts_dir.as_deref(), limits(&settings));
            read_settled(files, || Candidate::read(dir, &limits, before.clone()))
        });
        let read = read.await.map_err(|error| ScriptsRefused::Failed(error.to_string()))?;
        *self.folder.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read.0));
        Ok(read)
    }

    /// What the folder held when it was last read.
    pub(super) fn folder(&self) -> Option<Hash> {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        self.settings.borrow().scripts_dir.as_ref()?;
        folder.as_ref().map(|candidate| candidate.folder.clone())
    }

    pub(super) fn tell_candidate(&self, candidate: Option<NotServing>) {
        let mut told = self.told_mut();
        told.scripts_rejected = None;
        told.candidate = candidate;
    }

    /// The set stands in the journal before it gives its first verdict.
    pub(super) async fn serve(
        &self,
        set: ScriptSet,
        by: &By,
        how: SetHow,
        held: Option<Hash>,
    ) -> Result<(), ScriptsRefused> {
        let (hash, limits) = (set.hash().clone(), limits(&self.settings.borrow()));
        let known = self.desk.view(|state, _| state.scripts.clone()).await?;
        let is_live = self.serving().await?.as_ref() == Some(&hash);
        let same = is_live && self.told_mut().limits.as_ref() == Some(&limits);
        if same && known.as_ref() == Some(&hash) {
            return Ok(());
        }
        let (of_host, files) = (limits.clone(), set.files().clone());
        let loaded = tokio::task::spawn_blocking(move || Host::new(set, of_host));
        let loaded = loaded.await.map_err(|error| ScriptsRefused::Failed(error.to_string()))?;
        let host = loaded.map_err(ScriptsRefused::Wrong)?;
        if known.as_ref() != Some(&hash) {
            let files = files.into_iter().map(|(name, text)| (name, text.to_string())).collect();
            let follows = host.has(Hook::OnEvent, None);
            let command = Command::SetScripts { hash: hash.clone(), files, how, held, follows };
            self.desk.command(by.who.clone(), by.cmd.clone(), command).await?;
        }
        let now = wall_ms();
        self.desk.rules(move |rules| rules.serve(host, now)).await?;
        let mut told = self.told_mut();
        (told.serving, told.limits) = (Some(hash.clone()), Some(limits));
        told.scripts_since = now;
        drop(told);
        tracing::info!(%hash, ?how, by = ?by.who, "script set in force");
        Ok(())
    }

    pub(super) async fn serving(&self) -> Result<Option<Hash>, Unanswered> {
        self.desk.rules(|rules| rules.set().cloned()).await
    }

    /// At a start nothing is served yet: the set that was live last is, as the journal keeps it, or
    /// one before it where this version of deskd does not load it.
    async fn serve_last_good(&self, last: Option<Hash>) -> Result<(), ScriptsRefused> {
        let look = |state: &desk_core::State, _| state.sets.clone();
        let sets = self.desk.view(look).await?;
        let before = sets.kept().iter().rev().map(|set| set.hash.clone());
        let before: Vec<_> = before.filter(|hash| Some(hash) != last.as_ref()).collect();
        for hash in last.into_iter().chain(before) {
            let Some(files) = self.kept(hash.clone()).await? else {
                tracing::error!(%hash, "this script set is not in the journal");
                continue;
            };
            let set = ScriptSet::from_files(files).map_err(ScriptsRefused::Wrong);
            let held = sets.held().cloned();
            match set {
                Ok(set) => match self.serve(set, &By::daemon(), SetHow::Taken, held).await {
                    Err(ScriptsRefused::Wrong(errors)) => {
                        let error = ScriptsRefused::Wrong(errors);
                        tracing::error!(%hash, %error, "this script set does not load any more");
                    }
                    served => return served,
                },
                Err(error) => {
                    tracing::error!(%hash, %error, "this script set does not load any more");
                }
            }
        }
        tracing::error!("no script set can be served; no rule is asked");
        Ok(())
    }

    pub(super) async fn kept(&self, hash: Hash) -> Result<Option<Files>, Untold> {
        self.desk.readers().read(move |journal| script_files(journal, &hash)).await
    }
}

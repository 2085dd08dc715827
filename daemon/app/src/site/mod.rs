//! The site's own files in force: config and scripts. A change is taken over as a whole or not at
//! all; what was refused is said in every status view until it is mended.

mod candidate;
mod diff;
mod front;
mod scripts;
mod settled;
mod steer;
mod tried;
mod watch;

pub use front::Front;
pub(crate) use front::found;
pub use scripts::{ScriptsRefused, limits};
pub use watch::watch;

use crate::clock::wall_ms;
use crate::config::{self, ConfigError, Loaded, Settings};
use crate::desk::{Desk, Unanswered};
use crate::rules::Rules;
use crate::shadow;
use candidate::Candidate;
use desk_core::name::{CommandId, Hash};
use desk_core::{Actor, Command};
use desk_hooks::Limits;
use desk_wire::view::CandidateSetState;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What config files end in.
const CONFIG_FILES: [&str; 2] = ["toml", "ics"];
const SCRIPT_FILES: [&str; 1] = ["rhai"];

/// The site's files in force.
pub struct Site {
    desk: Desk<Rules>,
    path: Option<PathBuf>,
    settings: tokio::sync::watch::Sender<Settings>,
    told: Mutex<Told>,
    /// What the scripts folder held when it was last read.
    folder: Mutex<Option<Arc<Candidate>>>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
}

/// What status views say of the site.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The config's main file.
    pub file: Option<PathBuf>,
    /// When the config came into force, in wall milliseconds.
    pub config_since: i64,
    /// Why a later config is not in force.
    pub config_rejected: Option<String>,
    /// The script set that is asked.
    pub serving: Option<Hash>,
    /// The limits by which it is asked.
    pub limits: Option<Limits>,
    /// When it came into force.
    pub scripts_since: i64,
    /// Why a later set is not in force though it should be.
    pub scripts_rejected: Option<String>,
    /// What the scripts folder holds, where that is not in force.
    pub candidate: Option<NotServing>,
    /// The set that is asked alongside.
    pub shadow: Option<shadow::Told>,
}

/// A set that is not in force.
#[derive(Debug, Clone)]
pub struct NotServing {
    /// Its hash; `None` where it cannot be read.
    pub hash: Option<Hash>,
    /// Why it is not.
    pub state: CandidateSetState,
    /// Since when the folder holds it.
    pub since: i64,
}

/// Who wants another script set in force.
#[derive(Debug, Clone)]
pub struct By {
    /// Them.
    pub who: Actor,
    /// Their own id for it.
    pub cmd: Option<CommandId>,
}

impl By {
    /// The daemon, by itself.
    #[must_use]
    pub const fn daemon() -> Self {
        Self { who: Actor::Daemon, cmd: None }
    }
}

/// Why a config was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum ConfigRefused {
    /// It is wrong in itself.
    #[error(transparent)]
    Wrong(#[from] ConfigError),
    /// The reading itself failed.
    #[error("the config could not be read: {0}")]
    Failed(String),
    /// State does not bear it, or the desk gave no answer.
    #[error("the values before stay in force: {0}")]
    Unanswered(#[from] Unanswered),
}

impl Site {
    /// The site of a config that was loaded from `path`. Nothing is in force yet.
    #[must_use]
    pub fn new(desk: Desk<Rules>, path: Option<PathBuf>, loaded: &Loaded) -> Self {
        let told = Told { file: loaded.files.first().cloned(), ..Told::default() };
        Self {
            desk,
            path,
            settings: tokio::sync::watch::Sender::new(loaded.settings.clone()),
            told: Mutex::new(told),
            folder: Mutex::default(),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    /// The shell's settings in force, and their changes.
    #[must_use]
    pub fn settings(&self) -> tokio::sync::watch::Receiver<Settings> {
        self.settings.subscribe()
    }

    /// What status views say.
    #[must_use]
    pub fn told(&self) -> Told {
        self.told_mut().clone()
    }

    fn told_mut(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a config in force. What only State refuses leaves the old values in force.
    ///
    /// # Errors
    /// Why it is not in force.
    pub async fn put_config(&self, loaded: &Loaded) -> Result<(), ConfigRefused> {
        let config = Box::new(loaded.core.clone());
        let command = Command::SetConfig { config, hash: loaded.hash.clone() };
        let result = self.desk.command(Actor::Daemon, None, command).await;
        let mut told = self.told_mut();
        match result {
            Ok(_) => {
                told.config_rejected = None;
                told.config_since = wall_ms();
                drop(told);
                let servicenow = &loaded.settings.servicenow;
                let base = servicenow.url.clone();
                self.desk.links().set(base.map(|url| (url, servicenow.pop_template.clone())));
                self.settings.send_replace(loaded.settings.clone());
                Ok(())
            }
            Err(error) => {
                let refused = ConfigRefused::Unanswered(error);
                told.config_rejected = Some(refused.to_string());
                Err(refused)
            }
        }
    }

    /// Reads the config again and puts it in force.
    ///
    /// # Errors
    /// Why the old one stays.
    pub async fn reload_config(&self) -> Result<(), ConfigRefused> {
        let _one = self.changing.lock().await;
        let (folders, path) = (watch::folders(self), self.path.clone());
        let read = tokio::task::spawn_blocking(move || {
            let files = || settled::look(&folders, &CONFIG_FILES);
            settled::read_settled(files, || config::load(path.as_deref()))
        });
        let loaded = match read.await.map_err(|error| ConfigRefused::Failed(error.to_string()))? {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::error!(%error, "the config is wrong; the one before stays in force");
                self.told_mut().config_rejected = Some(error.to_string());
                return Err(error.into());
            }
        };
        let in_force = self.desk.view(|state, _| state.config_hash.clone()).await;
        if in_force == Ok(Some(loaded.hash.clone())) && *self.settings.borrow() == loaded.settings {
            self.told_mut().config_rejected = None;
            return Ok(());
        }
        for section in self.settings.borrow().changed_until_restart(&loaded.settings) {
            tracing::warn!(section, "this section's change takes effect at the next start");
        }
        for problem in &loaded.warnings {
            tracing::warn!(%problem, "config");
        }
        let result = self.put_config(&loaded).await;
        match &result {
            Ok(()) => tracing::info!(hash = %loaded.hash, "config in force"),
            Err(error) => tracing::error!(%error, "config refused"),
        }
        result
    }
}

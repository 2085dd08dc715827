//! The instance that the drivers talk to. A reload of the config replaces it, and so does a
//! changed secret: after a failure it is read again before the next try.

use super::audit::{Audited, audit};
use super::lookup::Failed;
use super::memo::Memo;
use super::status::DriverStatus;
use super::{account, brief};
use crate::config::{Lookup, SecretError, Secrets, Settings};
use crate::history::Sent;
use desk_core::view::CandidateView;
use desk_servicenow::{Client, ConfigError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long an audit of a few incidents may take: whoever asked waits for it.
const AUDIT_TIME_MAX: Duration = Duration::from_secs(12);

/// Why there is no client for the instance that the config names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// A secret cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The config names an instance and no account.
    #[error("servicenow.url is set without {0}")]
    NoAccount(&'static str),
    /// The client cannot be made.
    #[error("servicenow: {0}")]
    Client(#[from] ConfigError),
    /// The thread that was to make it ended.
    #[error("servicenow: the client could not be made; the log has the details")]
    Ended,
}

/// The instance, or that there is none. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Instance {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    now: Mutex<Now>,
    /// Grows whenever there is something new to talk to.
    changed: watch::Sender<u64>,
    status: DriverStatus,
}

impl Default for Shared {
    fn default() -> Self {
        let (changed, _) = watch::channel(0);
        Self { now: Mutex::default(), changed, status: DriverStatus::default() }
    }
}

#[derive(Debug, Default)]
struct Now {
    settings: Option<Arc<Settings>>,
    made: Option<Made>,
    /// Whether the secret is to be read again before each request.
    doubted: bool,
    problem: Option<InstanceError>,
}

/// A client with what it was made from.
#[derive(Debug, Clone)]
struct Made {
    secrets: Secrets,
    connection: Connection,
}

/// What one attempt talks to.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) lookup: Arc<Lookup>,
    /// How long a step is left alone after the instance was found asleep.
    pub(super) asleep: Duration,
    pub(super) memo: Arc<Memo<Vec<CandidateView>, Failed>>,
}

impl Instance {
    /// The instance that the settings name, or that they name none. Reads the secret.
    ///
    /// # Errors
    /// Why there is no client although an instance is named.
    pub fn from_settings(settings: &Settings) -> Result<Self, InstanceError> {
        let instance = Self::default();
        instance.take(settings.clone(), Ok(make(settings)?));
        Ok(instance)
    }

    /// Takes changed settings over. Where no client can be made of them the drivers try again for
    /// as long as they are in force: the secret may come later.
    pub(super) async fn follow(&self, settings: Settings) {
        let same = |known: &Arc<Settings>| {
            (&known.servicenow, &known.base) == (&settings.servicenow, &settings.base)
        };
        if self.lock().settings.as_ref().is_some_and(same) {
            return;
        }
        let read = settings.clone();
        // Files are read, and certificates perhaps: not on a thread that others wait for.
        let made = tokio::task::spawn_blocking(move || make(&read)).await;
        let made = made.unwrap_or(Err(InstanceError::Ended));
        match &made {
            Ok(_) => tracing::info!(url = ?settings.servicenow.url, "another ServiceNow instance"),
            Err(error) => tracing::error!(%error, "lookups and incidents wait"),
        }
        self.take(settings, made);
    }

    fn take(&self, settings: Settings, made: Result<Option<Made>, InstanceError>) {
        *self.lock() = Now {
            settings: Some(Arc::new(settings)),
            doubted: made.is_err(),
            problem: made.as_ref().err().cloned(),
            made: made.unwrap_or_default(),
        };
        self.shared.changed.send_modify(|n| *n += 1);
    }

    /// Why there is no client, or none with the present secret.
    #[must_use]
    pub fn problem(&self) -> Option<InstanceError> {
        self.lock().problem.clone()
    }

    /// How the drivers are doing.
    #[must_use]
    pub fn status(&self) -> &DriverStatus {
        &self.shared.status
    }

    /// Told whenever there is something new to talk to.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// A request failed, perhaps for its secret: until one is answered, the secret is read again
    /// before each.
    pub(super) fn doubt(&self) {
        self.lock().doubted = true;
    }

    /// A request was answered: its secret is good.
    pub(super) fn believe(&self) {
        self.lock().doubted = false;
    }

    /// What to talk to now, with the secret of now.
    pub(super) async fn connection(&self) -> Option<Connection> {
        let settings = {
            let now = self.lock();
            if !now.doubted {
                return now.made.as_ref().map(|made| made.connection.clone());
            }
            Arc::clone(now.settings.as_ref()?)
        };
        let read = Arc::clone(&settings);
        let made = tokio::task::spawn_blocking(move || make(&read)).await;
        self.settle(&settings, made.unwrap_or(Err(InstanceError::Ended)))
    }

    /// Takes over what was made from these settings, if they are still in force.
    fn settle(
        &self,
        settings: &Arc<Settings>,
        made: Result<Option<Made>, InstanceError>,
    ) -> Option<Connection> {
        let mut now = self.lock();
        if now.settings.as_ref().is_none_or(|current| !Arc::ptr_eq(current, settings)) {
            return now.made.as_ref().map(|made| made.connection.clone());
        }
        match made {
            Ok(made) => {
                now.problem = None;
                // The same secret keeps its client, and with it the bound on concurrency.
                let same = match (&made, &now.made) {
                    (Some(made), Some(now)) => made.secrets.same(&now.secrets),
                    (made, now) => made.is_none() && now.is_none(),
                };
                if !same {
                    tracing::info!("the secret of the ServiceNow account was read anew");
                    now.made = made;
                    self.shared.changed.send_modify(|n| *n += 1);
                }
            }
            Err(error) => {
                if now.problem.as_ref() != Some(&error) {
                    tracing::warn!(%error, "the ServiceNow account cannot be read");
                }
                now.problem = Some(error);
            }
        }
        now.made.as_ref().map(|made| made.connection.clone())
    }

    /// Holds what was sent against what the instance holds; nothing is written. At most
    /// [`super::AUDIT_MAX`] incidents.
    ///
    /// # Errors
    /// Why it cannot be said now, for people.
    pub async fn audit(&self, sent: Vec<Sent>) -> Result<Vec<Audited>, String> {
        let Some(connection) = self.connection().await else {
            let why = self.problem().map(|problem| problem.to_string());
            return Err(why.unwrap_or_else(|| "the config names no instance".to_owned()));
        };
        let audit = tokio::time::timeout(AUDIT_TIME_MAX, audit(&connection.client, sent)).await;
        match audit {
            Ok(Ok(audited)) => Ok(audited),
            Ok(Err(not_done)) => Err(brief(&not_done)),
            Err(_) => Err(format!("no answer within {} s", AUDIT_TIME_MAX.as_secs())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.shared.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make(settings: &Settings) -> Result<Option<Made>, InstanceError> {
    let secrets = settings.secrets()?;
    let Some(config) = account::client_config(settings, &secrets)? else { return Ok(None) };
    let client = Client::new(config)?;
    let lookup = Arc::new(settings.servicenow.lookup.clone());
    let memo = Arc::new(Memo::new(Duration::from_secs(lookup.cache_secs.into())));
    let asleep = Duration::from_secs(settings.servicenow.asleep_secs.into());
    Ok(Some(Made { secrets, connection: Connection { client, lookup, asleep, memo } }))
}

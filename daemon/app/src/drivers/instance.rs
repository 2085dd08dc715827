//! The instance that the drivers talk to. A reload of the config replaces it, and so does a changed
//! secret or certificate: after a failure their files are read again before the next try.

use super::account;
use super::audit::{Audited, audit};
use super::lookup::Failed;
use super::memo::Memo;
use super::status::DriverStatus;
use crate::config::{Lookup, SecretError, Secrets, Settings};
use crate::history::Sent;
use desk_core::view::CandidateView;
use desk_servicenow::{Client, ConfigError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

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
    /// Whether secrets and certificates are to be read again before each request.
    doubted: bool,
    problem: Option<InstanceError>,
}

/// A client with what it was made from.
#[derive(Debug, Clone)]
struct Made {
    from: Files,
    connection: Connection,
}

/// What stands in files of its own, and may be another at any time.
#[derive(Debug, Clone)]
struct Files {
    secrets: Secrets,
    /// Of the certificates.
    digest: [u8; 32],
}

impl Files {
    fn read(settings: &Settings) -> Result<Self, InstanceError> {
        let secrets = settings.secrets()?;
        let digest = account::tls(&settings.servicenow, &settings.base).digest()?;
        Ok(Self { secrets, digest })
    }

    fn same(&self, other: &Self) -> bool {
        self.digest == other.digest && self.secrets.same(&other.secrets)
    }
}

/// What came of reading the files again.
enum Again {
    /// They are as they were: the client stays, and with it the bound on concurrency.
    Same,
    /// They are not, or there was no client.
    Made(Option<Made>),
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
        let known = self.lock().settings.clone().filter(same);
        if let Some(known) = known {
            // The files that they name may be others all the same.
            self.renew(known).await;
            return;
        }
        let read = settings.clone();
        // Files are read: not on a thread that others wait for.
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

    /// A request failed, perhaps for its secret or certificate: until one is answered, they are read
    /// again before each.
    pub(super) fn doubt(&self) {
        self.lock().doubted = true;
    }

    /// A request was answered: what it was sent with is good, and there is no other that cannot be
    /// read.
    pub(super) fn believe(&self) {
        let mut now = self.lock();
        now.doubted = now.problem.is_some();
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
        self.renew(settings).await
    }

    /// Reads again what these settings name, and makes another client where it is another.
    async fn renew(&self, settings: Arc<Settings>) -> Option<Connection> {
        let known = self.lock().made.as_ref().map(|made| made.from.clone());
        let read = Arc::clone(&settings);
        let again = tokio::task::spawn_blocking(move || again(&read, known.as_ref())).await;
        self.settle(&settings, again.unwrap_or(Err(InstanceError::Ended)))
    }

    /// Takes over what was made from these settings, if they are still in force.
    fn settle(
        &self,
        settings: &Arc<Settings>,
        again: Result<Again, InstanceError>,
    ) -> Option<Connection> {
        let mut now = self.lock();
        if now.settings.as_ref().is_none_or(|current| !Arc::ptr_eq(current, settings)) {
            return now.made.as_ref().map(|made| made.connection.clone());
        }
        match again {
            Ok(again) => {
                now.problem = None;
                if let Again::Made(made) = again
                    && (made.is_some() || now.made.is_some())
                {
                    tracing::info!("the login of the ServiceNow account was read anew");
                    now.made = made;
                    self.shared.changed.send_modify(|n| *n += 1);
                }
            }
            Err(error) => {
                if now.problem.as_ref() != Some(&error) {
                    tracing::warn!(%error, "the login of the ServiceNow account cannot be read");
                }
                now.problem = Some(error);
                now.doubted = true;
            }
        }
        now.made.as_ref().map(|made| made.connection.clone())
    }

    /// Holds what was sent against what the instance holds; nothing is written. At most
    /// [`super::AUDIT_MAX`] incidents.
    ///
    /// # Errors
    /// Why nothing can be said now, for people. What cannot be told of some of them stands among their
    /// differences.
    pub async fn audit(&self, sent: Vec<Sent>) -> Result<Vec<Audited>, String> {
        let Some(connection) = self.connection().await else {
            let why = self.problem().map(|problem| problem.to_string());
            return Err(why.unwrap_or_else(|| "the config names no instance".to_owned()));
        };
        audit(&connection.client, sent, Instant::now() + AUDIT_TIME_MAX).await
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.shared.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make(settings: &Settings) -> Result<Option<Made>, InstanceError> {
    made(settings, Files::read(settings)?)
}

/// The same where there is a client already: most often nothing has changed.
fn again(settings: &Settings, known: Option<&Files>) -> Result<Again, InstanceError> {
    let from = Files::read(settings)?;
    if known.is_some_and(|known| known.same(&from)) {
        return Ok(Again::Same);
    }
    made(settings, from).map(Again::Made)
}

fn made(settings: &Settings, from: Files) -> Result<Option<Made>, InstanceError> {
    let Some(config) = account::client_config(settings, &from.secrets)? else { return Ok(None) };
    let client = Client::new(config)?;
    let lookup = Arc::new(settings.servicenow.lookup.clone());
    let memo = Arc::new(Memo::new(Duration::from_secs(lookup.cache_secs.into())));
    let asleep = Duration::from_secs(settings.servicenow.asleep_secs.into());
    Ok(Some(Made { from, connection: Connection { client, lookup, asleep, memo } }))
}

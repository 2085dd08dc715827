//! A small ServiceNow instance on loopback, for demo and tests.
//!
//! It answers the Table and Attachment APIs as a real instance does, shows plain pages behind the
//! URLs that a screen pop opens, keeps its records on disk, and can be told to misbehave. It holds
//! no chat, no agent and no queue: nothing here knows what the records are for.
//!
//! - [`Sandbox::start`] listens and serves; [`Running`] is the handle.
//! - [`seed`] names the people that a new one starts with.
//! - [`faults`] tells how to make it misbehave, from code or by `POST /__sandbox/faults`.

#![forbid(unsafe_code)]

mod api;
mod control;
mod csv_file;
mod edge;
pub mod faults;
mod pages;
mod query;
mod schema;
pub mod seed;
mod server;
mod store;
mod tls;
mod typed;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

pub use server::Running;
pub use store::OpenError;

/// How a sandbox is started.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that keeps its records; made when it is not there.
    pub data: PathBuf,
    /// Login of the REST APIs. The pages need none.
    pub username: String,
    /// Password of the REST APIs.
    pub password: String,
    /// The value of an `x-sn-apikey` header that logs in as the user above.
    pub api_key: String,
    /// What `/oauth_token.do` takes and gives.
    pub oauth: OAuth,
    /// Allows an address that other machines can reach, and any `Host` header.
    pub allow_remote: bool,
    /// Bytes of a request's body, attachments included.
    pub body_bytes_max: usize,
    /// Connections open at a time; more wait to be accepted.
    pub connections_max: usize,
    /// Records held in all, journal entries and attachments included.
    pub records_max: usize,
    /// Speaks https, by a certificate that is made in `data` at the first start.
    pub tls: bool,
    /// A file with a plan of [`faults`] to start with, as JSON.
    pub faults: Option<PathBuf>,
    /// A file with columns that are added to tables, as `table,column,type,label,length`.
    pub columns: Option<PathBuf>,
    /// Files of people, incidents or other records, taken in before the first request.
    pub imports: Vec<Import>,
}

/// A file of comma-separated values, and the table that it is for; without one its columns tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The table.
    pub table: Option<String>,
    /// The file.
    pub path: PathBuf,
}

/// `FILE.csv`, or `TABLE=FILE.csv`.
impl std::str::FromStr for Import {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_table = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        Ok(match text.split_once('=') {
            Some((table, path)) if is_table(table) => {
                Self { table: Some(table.to_owned()), path: path.into() }
            }
            _ => Self { table: None, path: text.into() },
        })
    }
}

impl Options {
    /// A free port on loopback, user and password `admin`, records in `data`.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: data.into(),
            username: "admin".to_owned(),
            password: "admin".to_owned(),
            api_key: "sandbox-key".to_owned(),
            oauth: OAuth::default(),
            allow_remote: false,
            body_bytes_max: 10 * 1024 * 1024,
            connections_max: 256,
            records_max: 500_000,
            tls: false,
            faults: None,
            columns: None,
            imports: Vec::new(),
        }
    }
}

/// The one application that may ask for tokens.
#[derive(Clone)]
pub struct OAuth {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// How long an access token lasts.
    pub token_life: Duration,
}

/// Id and secret `sandbox`, tokens for half an hour.
impl Default for OAuth {
    fn default() -> Self {
        Self {
            client_id: "sandbox".to_owned(),
            client_secret: "sandbox".to_owned(),
            token_life: Duration::from_secs(1800),
        }
    }
}

/// Everything but the secret.
impl std::fmt::Debug for OAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuth").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Everything but the secrets.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .field("username", &self.username)
            .field("allow_remote", &self.allow_remote)
            .finish_non_exhaustive()
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not a loopback address and that was not asked for.
    #[error("{0} can be reached from other machines; the sandbox listens on loopback only")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate cannot be made or read.
    #[error("the certificate: {0}")]
    Tls(io::Error),
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    Random(io::Error),
    /// The data folder cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file given to begin with (faults, columns, records) cannot be read, or is wrong.
    #[error("{path}: {reason}")]
    File {
        /// The file asked for.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The sandbox.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Opens the data folder, listens, and serves until told to stop.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(options: Options) -> Result<Running, StartError> {
        if !options.allow_remote && !options.listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(options.listen));
        }
        let plan = options.faults.as_deref().map(plan).transpose()?.unwrap_or_default();
        let listen_error = |source| StartError::Listen { addr: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen_error)?;
        let addr = listener.local_addr().map_err(listen_error)?;
        let faults = faults::Faults::default();
        faults.start(plan);
        let columns = options.columns.as_deref().map(columns).transpose()?.unwrap_or_default();
        let schema = schema::Schema::with(&columns);
        let store = store::Store::open(&options.data, options.records_max, schema)?;
        if let Err(error) = store.account(&options.username) {
            tracing::warn!(%error, "the account has no record of its own");
        }
        options.imports.iter().try_for_each(|file| import(&store, file))?;
        let tls = options.tls.then(|| tls::acceptor(&options.data)).transpose();
        let tls = tls.map_err(StartError::Tls)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Shared(Arc::new(State {
            store,
            faults,
            counters: control::Counters::default(),
            base: format!("{scheme}://{addr}"),
            username: options.username,
            password: options.password,
            api_key: options.api_key,
            oauth: options.oauth,
            tokens: api::Tokens::default(),
            page_token: store::random_hex(32).map_err(StartError::Random)?,
            allow_remote: options.allow_remote,
            body_bytes_max: options.body_bytes_max,
        }));
        tracing::info!(%addr, data = %options.data.display(), "sandbox listens");
        Ok(server::serve(listener, tls, addr, shared, options.connections_max))
    }
}

fn plan(path: &Path) -> Result<faults::Plan, StartError> {
    faults::Plan::from_json(&read(path)?).map_err(|reason| wrong(path, reason))
}

fn columns(path: &Path) -> Result<Vec<schema::Column>, StartError> {
    csv_file::columns(&read(path)?).map_err(|reasons| wrong(path, csv_file::told(&reasons)))
}

fn import(store: &store::Store, file: &Import) -> Result<(), StartError> {
    let done = csv_file::import(store, file.table.as_deref(), &read(&file.path)?, IMPORTER)
        .map_err(|reasons| wrong(&file.path, csv_file::told(&reasons)))?;
    let csv_file::Imported { table, made, changed, same } = done;
    tracing::info!(file = %file.path.display(), table = table.name, made, changed, same, "imported");
    Ok(())
}

/// The bytes of a file, as far as any file of ours may be long.
fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let failed = |error: io::Error| wrong(path, error.to_string());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let most = csv_file::BYTES_MAX as u64 + 1;
    io::Read::read_to_end(&mut io::Read::take(file, most), &mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn wrong(path: &Path, reason: String) -> StartError {
    StartError::File { path: path.to_owned(), reason }
}

/// Whom records of a file given to begin with are from.
const IMPORTER: &str = "import";

/// What every handler may use.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<State>);

impl std::ops::Deref for Shared {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

/// See [`Shared`].
pub(crate) struct State {
    store: store::Store,
    faults: faults::Faults,
    counters: control::Counters,
    /// `http://host:port` or `https://…`, for links.
    base: String,
    username: String,
    password: String,
    api_key: String,
    oauth: OAuth,
    tokens: api::Tokens,
    /// Stands in every form of ours: a page elsewhere cannot know it, so it cannot send one.
    page_token: String,
    allow_remote: bool,
    body_bytes_max: usize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("base", &self.base).finish_non_exhaustive()
    }
}

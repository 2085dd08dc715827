//! The sections that the shell reads: sockets, limits of the doors, journal, ServiceNow, scripts,
//! log. Their defaults stand here, and in `config/deskd.toml` with the reason for each.

use super::ask::Ask;
use super::identity::Vouching;
use super::metrics::Metrics;
use super::network::Network;
use super::oidc::Oidc;
use super::replies::CannedReply;
use super::servicenow::ServiceNow;
use super::sink::Sink;
use super::tls::HttpTls;
use super::users::User;
use super::words::Words;
use desk_wire::Role;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// What the shell reads of the config. It holds no secret, so it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// The desk as a whole.
    pub desk: Desk,
    /// The local socket.
    pub ipc: Ipc,
    /// The HTTP door.
    pub http: Http,
    /// Who vouches for customers.
    pub identity: Vouching,
    /// Who signs people in.
    pub oidc: Oidc,
    /// The journal.
    pub journal: Journal,
    /// The engine.
    pub engine: Engine,
    /// The ServiceNow instance.
    pub servicenow: ServiceNow,
    /// Presence of agents.
    pub presence: Presence,
    /// The scripts.
    pub scripts: Scripts,
    /// The metrics.
    pub metrics: Metrics,
    /// The log.
    pub log: Log,
    /// What agents may say without writing it.
    pub replies: Vec<CannedReply>,
    /// Texts of the pages in further languages, or in other words, by language.
    pub words: BTreeMap<String, Words>,
    /// What customers are asked before a chat, by queue.
    pub asks: BTreeMap<String, Vec<Ask>>,
    /// Where deliveries go.
    pub sinks: Vec<Sink>,
    /// Where the local socket is: `ipc.socket`, or its default in these surroundings.
    pub socket: PathBuf,
    /// Where the journal is kept: `journal.dir`, or its default in these surroundings.
    pub data_dir: PathBuf,
    /// Where the scripts are; none for those that are built in.
    pub scripts_dir: Option<PathBuf>,
    /// Who may act over the local socket, by uid, with the uid that runs deskd.
    pub users: Vec<User>,
    /// The folder to which paths in the config are relative.
    pub base: PathBuf,
}

impl Settings {
    /// The sections whose change takes effect only at the next start, compared with `newer`.
    #[must_use]
    pub fn changed_until_restart(&self, newer: &Self) -> Vec<&'static str> {
        let door = |ipc: &Ipc| Ipc { user: Vec::new(), ..ipc.clone() };
        let changed = [
            ("ipc", self.socket != newer.socket || door(&self.ipc) != door(&newer.ipc)),
            ("http", self.http != newer.http),
            ("journal", self.data_dir != newer.data_dir || self.journal != newer.journal),
            ("engine", self.engine != newer.engine),
            ("log", self.log != newer.log),
        ];
        changed.into_iter().filter_map(|(section, changed)| changed.then_some(section)).collect()
    }
}

/// `[desk]`: the desk as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// What the desk is called for people.
    pub name: String,
    /// How long a stop waits for what is under way, in seconds: 1 to 300.
    pub stop_secs: u32,
    /// Whether changed files are taken over by themselves.
    pub reload: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self { name: "deskd".into(), stop_secs: 10, reload: true }
    }
}

/// `[ipc]`: the local socket and who may act over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ipc {
    /// The socket's path; none for the default.
    pub socket: Option<PathBuf>,
    /// The socket's permissions.
    pub mode: FileMode,
    /// Most connections at once.
    pub connections: u32,
    /// Most lines that wait for one client before it is dropped.
    pub queue: u32,
    /// How long a client has to say hello, in seconds.
    pub hello_secs: u32,
    /// Who may act as whom.
    pub user: Vec<IpcUser>,
}

impl Default for Ipc {
    fn default() -> Self {
        Self {
            socket: None,
            mode: FileMode(0o660),
            connections: 256,
            queue: 1024,
            hello_secs: 10,
            user: Vec::new(),
        }
    }
}

/// `[[ipc.user]]`: what one account of this machine may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IpcUser {
    /// The account by number.
    pub uid: Option<u32>,
    /// The account by name.
    pub user: Option<String>,
    /// The agents whom it may act as; `*` for all.
    pub agents: Vec<String>,
    /// The roles that it has.
    pub roles: Vec<Role>,
    /// The queues that it supervises.
    pub queues: Vec<String>,
}

/// Permissions of a file, written as octal text such as `"0660"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl Serialize for FileMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:04o}", self.0))
    }
}

impl<'de> Deserialize<'de> for FileMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mode = u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o777);
        let mode = mode.ok_or_else(|| {
            de::Error::custom(format!("'{text}' is not a file mode such as \"0660\""))
        })?;
        Ok(Self(mode))
    }
}

/// `[http]`: the door for customers and integrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Longest body of a request, in bytes.
    pub body_bytes: u32,
    /// Most connections at once.
    pub connections: u32,
    /// Most event streams at once.
    pub streams: u32,
    /// Most of them of one chat.
    pub streams_per_chat: u32,
    /// How long a request's head may take, in seconds.
    pub header_secs: u32,
    /// How long a request's body may take, in seconds.
    pub body_secs: u32,
    /// How long a request may take in all, in seconds.
    pub request_secs: u32,
    /// The pause between two signs of life on an event stream, in seconds.
    pub keepalive_secs: u32,
    /// How often customers' places and expected waits are told anew, in seconds.
    pub places_secs: u32,
    /// Most messages that the customer of one chat may post per minute.
    pub messages_per_min: u32,
    /// Most of them at once.
    pub messages_burst: u32,
    /// How often one address may open a chat or leave a form, per minute.
    pub opens_per_min: u32,
    /// How often it may at once.
    pub opens_burst: u32,
    /// Most forms that a queue takes per minute.
    pub forms_per_min: u32,
    /// How often the customer of one chat may show that they type, per minute.
    pub typing_per_min: u32,
    /// Where browsers find deskd, with the path that a proxy puts before its own; none: where it
    /// listens.
    pub public_url: Option<Url>,
    /// The proxies whose word counts of where a request comes from.
    pub trusted_proxies: Vec<Network>,
    /// The sites that may show customers' chat in a frame, such as `https://shop.example`.
    pub widget_origins: Vec<String>,
    /// Most desks in browsers at once.
    pub desks: u32,
    /// For how long a browser stays signed in, in hours.
    pub session_hours: u32,
    /// For how many days a token is good that is made without an end.
    pub token_days: u32,
    /// How often somebody may sign in from one address, per minute.
    pub signins_per_min: u32,
    /// Its certificate.
    pub tls: HttpTls,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8010)),
            body_bytes: 65_536,
            connections: 2048,
            streams: 1024,
            streams_per_chat: 8,
            header_secs: 10,
            body_secs: 10,
            request_secs: 30,
            keepalive_secs: 15,
            places_secs: 5,
            messages_per_min: 60,
            messages_burst: 20,
            opens_per_min: 60,
            opens_burst: 30,
            forms_per_min: 30,
            typing_per_min: 30,
            public_url: None,
            trusted_proxies: Vec::new(),
            widget_origins: Vec::new(),
            desks: 512,
            session_hours: 12,
            token_days: 90,
            signins_per_min: 60,
            tls: HttpTls::default(),
        }
    }
}

/// `[journal]`: the one durable truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Journal {
    /// The folder; none for the default.
    pub dir: Option<PathBuf>,
    /// Space on its disk below which new chats are turned away, in MiB.
    pub reserve_mib: u32,
    /// Records between two snapshots.
    pub snapshot_every: u32,
    /// For how many days one snapshot a day is kept.
    pub keep_days: u32,
    /// For how many days what has happened is kept.
    pub retain_days: u32,
    /// How large the journal may become before the oldest is given up, in MiB; 0: as large as it gets.
    pub max_mib: u32,
    /// Connections for readers.
    pub readers: u32,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            dir: None,
            reserve_mib: 256,
            snapshot_every: 50_000,
            keep_days: 30,
            retain_days: 400,
            max_mib: 0,
            readers: 4,
        }
    }
}

impl Journal {
    /// The reserve in bytes.
    #[must_use]
    pub fn reserve_bytes(&self) -> u64 {
        u64::from(self.reserve_mib) << 20
    }
}

/// `[engine]`: the loop that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Engine {
    /// Most follow-ups between two commands.
    pub follow_ups: u32,
    /// Most records of one commit.
    pub batch: u32,
    /// How many batches memory may be ahead of the disk.
    pub batches_ahead: u32,
    /// Most commands that wait for the engine; further ones are refused.
    pub inbox: u32,
    /// Most wake-ups that wait for one driver; further ones are dropped.
    pub driver_queue: u32,
    /// Stack of the engine's thread, in MiB.
    pub stack_mib: u32,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            follow_ups: 16,
            batch: 512,
            batches_ahead: 2,
            inbox: 4096,
            driver_queue: 1024,
            stack_mib: 16,
        }
    }
}

/// `[presence]`: how it is known that an agent is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Presence {
    /// The pause between two pings on an agent's stream, in seconds.
    pub ping_secs: u32,
    /// How long an agent whose last stream is gone counts as present, in seconds.
    pub grace_secs: u32,
    /// How long an agent may be away before their active chats go back, in seconds.
    pub requeue_secs: u32,
}

impl Default for Presence {
    fn default() -> Self {
        let times = desk_core::config::Times::default();
        Self {
            ping_secs: 15,
            grace_secs: times.presence_grace_secs,
            requeue_secs: times.presence_requeue_secs,
        }
    }
}

/// `[scripts]`: the hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scripts {
    /// The folder; none for the scripts that are built in.
    pub dir: Option<PathBuf>,
    /// Most operations of one call.
    pub operations: u32,
    /// How long one call may take, in milliseconds.
    pub call_ms: u32,
    /// Whether a changed set goes live by itself.
    pub mode: ScriptsMode,
    /// How many sets that were in force are kept for going back to.
    pub keep: u32,
    /// How often the folder is read without a notice of a change, in seconds.
    pub rescan_secs: u32,
    /// Whether the folder's file system gives no notices, so that it is read all the time.
    pub poll: bool,
    /// Of a hundred questions, how many a set that waits to be applied is asked alongside.
    pub shadow_percent: u32,
    /// Most questions that wait for it.
    pub shadow_queue: u32,
    /// Most records that `on_event` may be behind the journal.
    pub events_behind: u32,
}

/// Whether a changed script set goes live by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptsMode {
    /// Once its tests pass.
    #[default]
    Auto,
    /// Once an admin applies it.
    Manual,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            dir: None,
            operations: 20_000,
            call_ms: 5,
            mode: ScriptsMode::Auto,
            keep: desk_core::config::Limits::default().script_sets,
            rescan_secs: 30,
            poll: false,
            shadow_percent: 100,
            shadow_queue: 256,
            events_behind: 100_000,
        }
    }
}

/// `[log]`: what deskd says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A level, or several `target=level` with commas between.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

//! The config: read from files, checked as a whole, handed out as settings of the shell and as
//! what the core reads.
//!
//! What lives here: the sections and their defaults ([`Settings`] and the parts of `desk`), reading
//! them from `deskd.toml`, `agents.d/*.toml`, `queues.d/*.toml`, `replies.d/*.toml` and `words.d/*.toml` ([`load`]), the
//! checks that look across keys and files, and the verbs that need no daemon ([`check`], [`init`],
//! [`show`]).
//!
//! What must not live here: anything that acts on the config. A secret is never part of it: the
//! config says where it is kept, [`Settings::secrets`] reads it there, each time anew.

mod across;
mod ask;
mod calendar;
mod desk;
mod files;
mod hours;
mod identity;
mod init;
mod keys;
mod load;
mod metrics;
mod network;
mod oidc;
mod parse;
mod problem;
mod queue;
mod replies;
mod report;
mod secrets;
mod servicenow;
mod settings;
mod show;
mod sink;
mod source;
mod tls;
mod users;
mod words;

#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use desk_servicenow::PopTemplate;
pub use identity::{SignedSite, Vouching};
pub use init::{InitError, init};
pub use load::{Loaded, default_path, embedded, load};
pub use metrics::{Metrics, MetricsRead};
pub use network::Network;
pub use oidc::{Oidc, OidcGroup};
pub use problem::{ConfigError, Problem, Severity};
pub use replies::CannedReply;
pub use report::{Report, check};
pub use secrets::{SecretError, Secrets, SinkSecrets};
pub use servicenow::{ApiKey, Auth, Grant, Ids, Lookup, LookupPlace, OAuth, ServiceNow, Tls};
pub use settings::{
    Desk, Engine, FileMode, Http, Ipc, IpcUser, Journal, Log, LogFormat, Presence, Scripts,
    ScriptsMode, Settings,
};
pub use show::{show, show_json};
pub use sink::{Sink, SinkSecret};
pub use tls::{HttpTls, Identity};
pub use users::{Agents, User};
pub use words::Words;

/// The exit code of `deskd` for a config that is wrong (`EX_CONFIG`).
pub const EXIT_CONFIG: u8 = 78;

/// Reads a text as each file of the config, for [`crate::foreign`].
pub(crate) fn read_any(text: &str) {
    load::any(text);
}

/// Reads a calendar, for [`crate::foreign`].
pub(crate) fn read_calendar(text: &str) {
    calendar::any(text);
}

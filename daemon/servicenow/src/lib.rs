//! A typed ServiceNow client: look people up, make exactly one incident, complete it.
//!
//! What it promises:
//! - Every answer, and the lack of one, is one of the five cases of [`Outcome`]. Nothing is
//!   retried in here: the caller, who has a durable outbox, decides when.
//! - A value never becomes part of a query's grammar, and rows that come back are checked again.
//! - Secrets and personal data stay out of logs, errors and `Debug`.
//!
//! What it knows nothing of: chats, agents, queues, clocks, the disk.

#![forbid(unsafe_code)]

mod attachment;
mod audit;
mod classify;
mod client;
mod config;
mod create;
mod echo;
mod gate;
mod http;
mod journal;
mod login;
mod lookup;
mod outcome;
mod pop;
mod probe;
mod query;
mod record;
mod text;
mod update;

pub use attachment::{ATTACHMENT_BYTES_MAX, Attachment};
pub use audit::{AUDITED_MAX, Held};
pub use client::Client;
pub use config::{Breaker, Config, ConfigError, Identity, Tls};
pub use create::{CreateBody, Created};
pub use echo::{Change, Difference};
pub use gate::Room;
pub use journal::JournalEntry;
pub use login::{Auth, Grant, OAuth, SecretSource};
pub use lookup::{Candidate, Found, LookupError, LookupQuery, PERSON_FIELDS};
pub use outcome::{NotDone, Outcome};
pub use pop::{PopError, PopTemplate, pop_url};
pub use probe::{Finding, Grade, ProbePlan, ProbeReport};
pub use query::Unsafe;
pub use record::{Fields, Record, SysId, SysIdError};
pub use secrecy::SecretString;
pub use text::{chars_max, truncate_chars, truncate_keeping};
pub use update::Updated;

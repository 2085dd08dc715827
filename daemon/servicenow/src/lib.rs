//! A typed ServiceNow client: look people up, make exactly one incident, complete it.
//!
//! What it promises:
//! - Every answer, and the lack of one, is one of the five cases of [`Outcome`]. Nothing is
//!   retried in here: the caller, who has a durable outbox, decides when.
//! - A value never becomes part of a query's grammar, and rows that come back are checked again.
//! - Secrets and personal data stay out of logs, errors and `Debug`.
//!
//! What it knows nothing of: chats, agents, queues, clocks, the disk.
//!
//! ```
//! use desk_servicenow::{Client, Config, CreateBody, LookupQuery, Outcome};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let sandbox = desk_sandbox::Sandbox::start(desk_sandbox::Options::new(dir.path())).await?;
//! # let (url, password) = (sandbox.url(), "admin".into());
//! let client = Client::new(Config::new(&url, "admin", password)?)?;
//!
//! // Who is it? Never a query of one's own: a value in a field, and rows that are checked again.
//! let found = client.lookup(&LookupQuery::email("tom.okafor@larkfield.example")?).await.into_result()?;
//! let caller = found.candidates.first().map(|caller| caller.sys_id.to_string());
//!
//! // One incident for a key of ours, however often this is tried: keep the body, and repeat it.
//! let mut fields = desk_servicenow::Fields::new();
//! fields.insert("correlation_id".into(), "chat-1".into());
//! fields.insert("short_description".into(), "Chat with Tom".into());
//! fields.extend(caller.map(|caller| ("caller_id".to_owned(), caller)));
//! let sys_id = client.own_sys_id("chat-1");
//! let body = CreateBody { table: "incident".into(), sys_id, fields };
//! let made = match client.create(&body).await {
//!     // It may have been made, unheard: looked for first, sent again only if it is not there.
//!     Outcome::Ambiguous { .. } => client.create_again(&body).await,
//!     outcome => outcome,
//! };
//! let made = made.into_result()?;
//! assert!(made.own_id && made.differences.is_empty());
//!
//! // A note that can be found again by its mark.
//! let note = [("work_notes".to_owned(), "Took the toner out. [step 1]".to_owned())].into();
//! client.update("incident", &made.sys_id, &note).await.into_result()?;
//! assert!(client.has_mark("incident", &made.sys_id, "work_notes", "[step 1]").await.into_result()?);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod attachment;
mod audit;
mod classify;
mod client;
mod config;
mod create;
mod echo;
pub mod foreign;
mod gate;
mod http;
mod journal;
mod login;
mod lookup;
mod open;
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
pub use config::{Breaker, Config, ConfigError, Identity, Tls, is_loopback};
pub use create::{CreateBody, Created};
pub use echo::{Change, Difference};
pub use gate::Room;
pub use http::{BareClient, retry_after};
pub use journal::{Journal, JournalEntry};
pub use login::{Auth, Grant, OAuth, SecretSource};
pub use lookup::{CONDITIONS_MAX, Candidate, Found, LookupError, LookupQuery, PERSON_FIELDS};
pub use open::{OPEN_CALLERS_MAX, OPEN_EACH_MAX, OpenIncident};
pub use outcome::{NotDone, Outcome};
pub use pop::{PopError, PopTemplate, pop_url};
pub use probe::{Finding, Grade, ProbePlan, ProbeReport};
pub use query::Unsafe;
pub use record::{Fields, Record, SysId, SysIdError};
pub use secrecy::SecretString;
pub use text::{chars_max, truncate_chars, truncate_keeping};
pub use update::Updated;

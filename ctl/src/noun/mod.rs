//! The nouns: for each its verbs on the command line and how its views are shown.

pub(crate) mod agent;
pub(crate) mod chat;
pub(crate) mod config;
pub(crate) mod daemon;
pub(crate) mod explain;
pub(crate) mod grant;
pub(crate) mod incident;
pub(crate) mod journal;
pub(crate) mod offer;
pub(crate) mod outbox;
pub(crate) mod person;
pub(crate) mod queue;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod reply;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod status;
pub(crate) mod wrapup;

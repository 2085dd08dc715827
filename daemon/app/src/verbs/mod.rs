//! deskd's verbs, one function each. Data goes to standard output, talk to standard error.

mod files;
mod journal;
mod probe;
mod run;
pub(crate) mod script;

pub(crate) use files::{check, config};
pub(crate) use journal::journal;
pub(crate) use run::{run, runtime, sandbox};

use crate::config::{ConfigError, EXIT_CONFIG};
use desk_journal::OpenError;
use std::process::ExitCode;

/// The exit code for a journal that cannot be used (`EX_IOERR`).
const EXIT_JOURNAL: u8 = 74;

/// The exit code of an error: 78 for a bad config, 74 for a journal that cannot be used, else 1.
pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    let is = |wanted: fn(&(dyn std::error::Error + 'static)) -> bool| error.chain().any(wanted);
    if is(|cause| cause.is::<ConfigError>() || cause.is::<crate::config::SecretError>())
        || is(|cause| cause.is::<crate::http::TlsError>())
    {
        ExitCode::from(EXIT_CONFIG)
    } else if is(|cause| cause.is::<OpenError>() || cause.is::<crate::engine::ReplayError>()) {
        ExitCode::from(EXIT_JOURNAL)
    } else {
        ExitCode::FAILURE
    }
}

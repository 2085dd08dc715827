//! `script`: which hooks serve, and how they fare.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{Breaker, ScriptSetView, ScriptsView};

use crate::render::{BAD, HEAD, Page, or_none, words};

#[derive(Debug, Subcommand)]
pub(crate) enum Script {
    /// The script set and its hooks
    Status,
    /// Load the scripts anew
    Reload,
}

impl Script {
    pub(crate) const fn call(self) -> Call {
        match self {
            Self::Status => Call::ScriptStatus {},
            Self::Reload => Call::ScriptReload {},
        }
    }
}

/// Which set serves, and loudly which one does not.
pub(crate) fn set(page: &mut Page<'_>, set: &ScriptSetView) -> io::Result<()> {
    let since = page.at(set.since);
    match &set.serving {
        Some(hash) => page.field("scripts", format!("serving {hash} since {since}"))?,
        None => page.field("scripts", "none: built-in defaults serve")?,
    }
    match &set.rejected {
        Some(rejected) => page.field("", format!("{BAD}rejected{BAD:#} {rejected}")),
        None => Ok(()),
    }
}

pub(crate) fn show(page: &mut Page<'_>, scripts: &ScriptsView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{} hooks{HEAD:#}", scripts.hooks.len()))?;
    set(page, &scripts.set)?;
    let rows = scripts.hooks.iter().map(|hook| {
        let breaker = match hook.breaker {
            Breaker::Closed => String::new(),
            open => format!("resting ({})", words(open)),
        };
        vec![
            hook.hook.clone(),
            hook.file.clone().unwrap_or_else(|| "(default)".to_owned()),
            hook.calls.to_string(),
            hook.failures.to_string(),
            breaker,
            or_none(hook.last_failure.as_ref()),
            page.at_if(hook.last_failure_at),
        ]
    });
    let rows = rows.collect();
    let header = ["HOOK", "FILE", "CALLS", "FAILED", "STATE", "FAILURE", "LAST"];
    page.table(&header, rows, "no hooks")
}

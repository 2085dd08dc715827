//! `script`: which hooks serve, and how they fare.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{Breaker, HookView, RestingWhy, ScriptSetView, ScriptsView};

use crate::render::{BAD, HEAD, Page, or_none};

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
        vec![
            hook.hook.clone(),
            hook.file.clone().unwrap_or_else(|| "(default)".to_owned()),
            hook.calls.to_string(),
            mean(hook),
            hook.defaults.to_string(),
            hook.failures.to_string(),
            state(page, hook),
        ]
    });
    let rows = rows.collect();
    let header = ["HOOK", "FILE", "CALLS", "MEAN", "DEFAULT", "FAILED", "STATE"];
    page.table(&header, rows, "no hooks")?;
    for hook in scripts.hooks.iter().filter(|hook| hook.failures > 0) {
        failing(page, hook)?;
    }
    Ok(())
}

/// How long a call takes, in microseconds.
fn mean(hook: &HookView) -> String {
    hook.times.sum_us.checked_div(hook.calls).map(|us| format!("{us} µs")).unwrap_or_default()
}

fn state(page: &Page<'_>, hook: &HookView) -> String {
    let why = match hook.resting_why {
        Some(RestingWhy::Failures) => "failed often",
        Some(RestingWhy::Share) => "took too much time",
        Some(RestingWhy::Ended) => "deskd ended in it",
        None => "",
    };
    match (hook.breaker, hook.resting_until) {
        (Breaker::Open, Some(until)) => {
            format!("{BAD}rests until {}{BAD:#}: {why}", page.at(until))
        }
        (Breaker::Open, None) => format!("{BAD}rests{BAD:#}"),
        (Breaker::HalfOpen, _) => format!("on trial at the next question: {why}"),
        (Breaker::Closed, _) => String::new(),
    }
}

/// What a rule that failed did wrong, and what applied in its place.
fn failing(page: &mut Page<'_>, hook: &HookView) -> io::Result<()> {
    let kinds: Vec<_> = hook.kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let file = hook.file.as_ref().unwrap_or(&hook.hook);
    page.line(format_args!("{HEAD}{file}{HEAD:#} failed: {}", kinds.join(", ")))?;
    let at = page.at_if(hook.last_failure_at);
    page.field("last", [at, or_none(hook.last_failure.as_ref())].join("  ").trim())?;
    page.field("instead", &hook.on_failure)
}

//! `script`: which rules serve, how they fare, and which ones serve next.

use std::io;

use clap::{Args, Subcommand};
use desk_wire::Call;
use desk_wire::view::{
    Breaker, CandidateSetState, CandidateSetView, HookView, KeptSetView, RestingWhy,
    ScriptDiffView, ScriptMode, ScriptSetView, ScriptsView, SetHow, ShadowView,
};

use crate::failure::Failure;
use crate::noun::replay::Replay;
use crate::render::{BAD, DIM, GOOD, HEAD, Page, WARN, or_none};

#[derive(Debug, Subcommand)]
pub(crate) enum Script {
    /// The script set, those before it, the one that waits, and the hooks
    Status,
    /// Load the scripts anew
    Reload,
    /// How another set differs from the one that serves
    Diff(Diff),
    /// Put the set in force that the folder holds
    Apply {
        /// Its hash, or the beginning of it; left out for what the folder holds now
        set: Option<String>,
    },
    /// Put a set in force that was in force before
    Rollback {
        /// Its hash, or the beginning of it; left out for the one before
        set: Option<String>,
    },
    /// What a set would have answered to what was asked before
    Replay(Replay),
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A set that is kept, by its hash or the beginning of it
    set: Option<String>,
    /// What the folder holds, as when no set is given
    #[arg(long, conflicts_with = "set")]
    candidate: bool,
}

impl Script {
    pub(crate) fn call(self) -> Result<Call, Failure> {
        Ok(match self {
            Self::Status => Call::ScriptStatus {},
            Self::Reload => Call::ScriptReload {},
            Self::Diff(Diff { set, .. }) => Call::ScriptDiff { set },
            Self::Apply { set } => Call::ScriptApply { set },
            Self::Rollback { set } => Call::ScriptRollback { set },
            Self::Replay(verb) => verb.call()?,
        })
    }
}

/// As much of a hash as tells sets apart.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Which set serves, and loudly which one does not.
pub(crate) fn set(page: &mut Page<'_>, set: &ScriptSetView) -> io::Result<()> {
    let since = page.at(set.since);
    match &set.serving {
        Some(hash) => page.field("scripts", format!("serving {hash} since {since}"))?,
        None => page.field("scripts", "none: built-in defaults serve")?,
    }
    if let Some(next) = &set.candidate {
        candidate(page, next)?;
    }
    match &set.rejected {
        Some(rejected) => page.field("", format!("{BAD}rejected{BAD:#} {rejected}")),
        None => Ok(()),
    }
}

/// What the folder holds and does not serve.
fn candidate(page: &mut Page<'_>, next: &CandidateSetView) -> io::Result<()> {
    let hash = next.hash.as_deref().map_or("a set that cannot be read", short);
    let since = page.at(next.since);
    let told = match next.state {
        CandidateSetState::Rejected => format!("{BAD}{hash} is not in force{BAD:#}, since {since}"),
        CandidateSetState::Staged => format!(
            "{WARN}{hash} waits to be applied{WARN:#}, since {since}; see 'script diff', 'script apply'"
        ),
        CandidateSetState::Held => format!(
            "{WARN}{hash} was rolled back from{WARN:#}: it stays out until a file changes, or 'script apply'"
        ),
    };
    page.field("candidate", told)
}

pub(crate) fn show(page: &mut Page<'_>, scripts: &ScriptsView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{} hooks{HEAD:#}", scripts.hooks.len()))?;
    set(page, &scripts.set)?;
    page.field(
        "mode",
        match scripts.set.mode {
            ScriptMode::Auto => "auto: a changed set goes live once its tests pass",
            ScriptMode::Manual => "manual: a changed set goes live by 'script apply'",
        },
    )?;
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
    if let Some(tried) = &scripts.shadow {
        shadow(page, tried)?;
    }
    kept(page, &scripts.set.kept)
}

/// How the set that is asked alongside would decide otherwise.
pub(crate) fn shadow(page: &mut Page<'_>, tried: &ShadowView) -> io::Result<()> {
    let (set, since) = (short(&tried.set), page.at(tried.since));
    page.line(format_args!("{HEAD}{set} asked alongside{HEAD:#} since {since}"))?;
    let rows = tried.hooks.iter().map(|hook| {
        let differ: Vec<_> =
            hook.differ.iter().map(|(kind, times)| format!("{times} {kind}")).collect();
        vec![hook.hook.clone(), hook.asked.to_string(), differ.join(", ")]
    });
    page.table(&["HOOK", "ASKED", "DIFFERS"], rows.collect(), "it was asked nothing yet")?;
    differences(page, tried)?;
    let (cut, dropped) = (tried.cut, tried.dropped);
    if cut + dropped > 0 {
        page.field("not told", format!("{cut} cut short, {dropped} passed over"))?;
    }
    Ok(())
}

/// The last answers that differed, the newest first.
pub(crate) fn differences(page: &mut Page<'_>, tried: &ShadowView) -> io::Result<()> {
    for one in tried.last.iter().rev() {
        let chat = one.chat.as_deref().unwrap_or_default();
        let told =
            [page.at(one.at), one.hook.clone(), one.kind.clone(), one.what.clone(), chat.into()];
        page.field("differs", told.join("  ").trim_end())?;
    }
    Ok(())
}

/// The sets to which one can go back, the newest first.
fn kept(page: &mut Page<'_>, sets: &[KeptSetView]) -> io::Result<()> {
    if sets.is_empty() {
        return Ok(());
    }
    let rows = sets.iter().rev().map(|set| {
        let how = match set.how {
            SetHow::Taken => "taken from the folder",
            SetHow::Applied => "applied",
            SetHow::RolledBack => "rolled back to",
        };
        let by = set.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let serves = if set.serves { "serves" } else { "" };
        vec![short(&set.hash).to_owned(), page.at(set.since), format!("{how}{by}"), serves.into()]
    });
    let rows = rows.collect();
    page.table(&["SET", "IN FORCE SINCE", "HOW", ""], rows, "")
}

/// How another set differs from the one that serves.
pub(crate) fn diff(page: &mut Page<'_>, diff: &ScriptDiffView) -> io::Result<()> {
    if diff.files.is_empty() {
        return page.line(format_args!("{DIM}they do not differ{DIM:#}"));
    }
    for line in diff.files.iter().flat_map(|file| &file.diff) {
        match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => {
                page.line(format_args!("{HEAD}{line}{HEAD:#}"))?;
            }
            Some(b'+') => page.line(format_args!("{GOOD}{line}{GOOD:#}"))?,
            Some(b'-') => page.line(format_args!("{BAD}{line}{BAD:#}"))?,
            _ => page.line(format_args!("{line}"))?,
        }
    }
    if diff.cut {
        page.line(format_args!("{WARN}there is more than one answer holds{WARN:#}"))?;
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

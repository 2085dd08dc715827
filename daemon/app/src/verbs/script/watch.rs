//! Does something again with each change in a folder, until the process is ended.

use anyhow::{Context as _, Result};
use notify::{EventKind, RecursiveMode, Watcher as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

/// How long nothing must change before it is done.
const QUIET: Duration = Duration::from_millis(150);
/// How often it is looked without a notice: file systems of other machines give none.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub(super) fn watch(dir: &Path, again: impl Fn() -> Result<()>) -> Result<ExitCode> {
    let (changed, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // A mere read is a notice too.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            let _ = changed.send(());
        }
    })
    .context("the folder cannot be watched")?;
    let watched = watcher.watch(dir, RecursiveMode::Recursive);
    watched.with_context(|| format!("{} cannot be watched", dir.display()))?;
    let mut seen = None;
    loop {
        let now = desk_hooks::fingerprint(dir);
        if seen.as_ref() != Some(&now) {
            seen = Some(now);
            again()?;
            eprintln!("\nwaiting for a change in {}; Ctrl-C ends it", dir.display());
        }
        let _ = changes.recv_timeout(LOOK_EVERY);
        while changes.recv_timeout(QUIET).is_ok() {}
    }
}

//! Notices that the site's files changed: by the file system's own notices, and, because those can
//! be lost (network file systems, overflow), by a look every half minute.

use super::{By, Site};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// How long nothing must change before the files are read.
const QUIET: Duration = Duration::from_millis(250);
/// How long a stream of changes may put the reading off.
const QUIET_MAX: Duration = Duration::from_secs(2);
/// How often the files are looked at without a notice.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Takes changed files over until the token is cancelled.
pub async fn watch(site: Arc<Site>, shutdown: CancellationToken) {
    let (changed, mut changes) = mpsc::channel(1);
    // Nothing was seen yet, so the first look finds what changed since the start read the files.
    let mut seen = Seen::new();
    loop {
        let watcher = watcher(&site, changed.clone());
        let now = look(&site);
        if now != seen {
            seen = now;
            if site.settings.borrow().desk.reload {
                // Refusals stand in the log and in every status view.
                let _ = site.reload_config().await;
                let _ = site.reload_scripts(&By::daemon()).await;
            }
            // A reload may have brought folders that are not watched yet.
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            change = timeout(LOOK_EVERY, changes.recv()) => if change.is_ok() {
                settle(&mut changes).await;
            }
        }
        drop(watcher);
    }
}

async fn settle(changes: &mut mpsc::Receiver<()>) {
    let latest = Instant::now() + QUIET_MAX;
    loop {
        let quiet = Instant::now() + QUIET;
        match timeout_at(quiet.min(latest), changes.recv()).await {
            Ok(Some(())) if Instant::now() < latest => {}
            _ => break,
        }
    }
}

fn watcher(site: &Site, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let notice = move |event: notify::Result<notify::Event>| {
        // A mere read is a notice too; anything else, errors and overflow included, is a reason to
        // look.
        let read = event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_)));
        if !read {
            let _ = changed.try_send(());
        }
    };
    let mut watcher = match notify::recommended_watcher(notice) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "changed files are found by looking every half minute alone");
            return None;
        }
    };
    for folder in folders(site) {
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            tracing::debug!(%error, folder = %folder.display(), "this folder is not watched");
        }
    }
    Some(watcher)
}

/// The folders whose files matter, and their parents: a folder that is replaced says nothing itself.
fn folders(site: &Site) -> Vec<PathBuf> {
    let settings = site.settings.borrow();
    let mut folders = Vec::new();
    if let Some(file) = &site.told().file
        && let Some(base) = file.parent()
    {
        folders.extend([base.to_owned(), base.join("agents.d"), base.join("queues.d")]);
    }
    if let Some(scripts) = &settings.scripts_dir {
        folders.extend(scripts.parent().map(Path::to_owned));
        folders.push(scripts.clone());
        folders.extend([scripts.join("lib"), scripts.join("tests")]);
        let queues = scripts.join("queues");
        folders.extend(children(&queues));
        folders.push(queues);
    }
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders.dedup();
    folders
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).take(1024).collect()
}

/// What the files look like from outside: a change of any of these is a reason to read them.
type Seen = Vec<(PathBuf, u64, Option<std::time::SystemTime>)>;

fn look(site: &Site) -> Seen {
    let mut seen = Vec::new();
    for folder in folders(site) {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten().take(4096) {
            let path = entry.path();
            let relevant =
                path.extension().is_some_and(|e| e == "toml" || e == "rhai" || e == "ics");
            if let (true, Ok(meta)) = (relevant, std::fs::metadata(&path)) {
                seen.push((path, meta.len(), meta.modified().ok()));
            }
        }
    }
    seen.sort();
    seen
}

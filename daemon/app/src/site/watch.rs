//! Notices that the site's files changed: by the file system's own notices, and, because those can
//! be lost (network file systems, overflow, links that lead elsewhere), by looking now and then.
//! Scripts are compared by what they say, so a notice about nothing does nothing.

use super::settled::{Seen, look};
use super::{By, CONFIG_FILES, Site};
use desk_hooks::fingerprint;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// How long nothing must change before the files are read.
const QUIET: Duration = Duration::from_millis(250);
/// How long a stream of changes may put the reading off.
const QUIET_MAX: Duration = Duration::from_secs(2);
/// How often the scripts are read where no notices are to be had.
const POLL_EVERY: Duration = Duration::from_millis(300);

/// Takes changed files over until the token is cancelled.
pub async fn watch(site: Arc<Site>, shutdown: CancellationToken) {
    let (changed, mut changes) = mpsc::channel(1);
    // Nothing was seen yet, so the first look finds what changed since the start read the files.
    let mut seen = Seen::new();
    loop {
        let watched = folders(&site);
        // Each round anew: a folder that was replaced is another one under the same name.
        let watcher = watcher(&site, &watched, changed.clone());
        if site.settings.borrow().desk.reload {
            // Refusals stand in the log and in every status view.
            let now = look(&watched, &CONFIG_FILES);
            if now != seen {
                seen = now;
                let _ = site.reload_config().await;
            }
            let _ = site.reload_scripts(&By::daemon()).await;
            if folders(&site) != watched {
                // A reload may have brought folders that are not watched yet.
                continue;
            }
        }
        if !until_changed(&site, &mut changes, &shutdown).await {
            break;
        }
        drop(watcher);
    }
}

/// Waits until there may be something to take over, and until it has settled; false at the end.
async fn until_changed(
    site: &Site,
    changes: &mut mpsc::Receiver<()>,
    shutdown: &CancellationToken,
) -> bool {
    let scripts = site.settings.borrow().scripts.clone();
    let rescan = Duration::from_secs(scripts.rescan_secs.into());
    let (started, every) = (Instant::now(), if scripts.poll { POLL_EVERY } else { rescan });
    loop {
        let change = tokio::select! {
            () = shutdown.cancelled() => return false,
            change = timeout(every, changes.recv()) => change,
        };
        if change.is_ok() {
            settle(changes).await;
            return true;
        }
        let (told, found) = (site.folder(), folder(site).await);
        if told != found {
            settle_by_looking(site, found).await;
            return true;
        }
        if started.elapsed() >= rescan {
            return true;
        }
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

/// The same where nobody says that a file is still being written.
async fn settle_by_looking(site: &Site, mut found: Option<desk_core::name::Hash>) {
    let latest = Instant::now() + QUIET_MAX;
    while Instant::now() < latest {
        sleep(QUIET).await;
        let now = folder(site).await;
        if now == found {
            break;
        }
        found = now;
    }
}

/// What tells whether anything in the scripts folder changed.
async fn folder(site: &Site) -> Option<desk_core::name::Hash> {
    let dir = site.settings.borrow().scripts_dir.clone()?;
    tokio::task::spawn_blocking(move || fingerprint(&dir)).await.ok()
}

/// Whether a notice is a reason to look. A mere read is a notice too; anything else is a reason,
/// errors and overflow included, which name no file.
fn is_reason(event: &notify::Result<notify::Event>) -> bool {
    !matches!(event, Ok(event) if matches!(event.kind, EventKind::Access(_)))
}

/// Takes notices, and says where one is a reason to look.
fn notices(changed: mpsc::Sender<()>) -> impl Fn(notify::Result<notify::Event>) + Send {
    move |event| {
        if matches!(&event, Ok(event) if event.need_rescan()) {
            tracing::warn!("notices of changed files were lost: all of them are read");
        }
        if is_reason(&event) {
            // One that waits already says as much.
            let _ = changed.try_send(());
        }
    }
}

fn watcher(
    site: &Site,
    folders: &[PathBuf],
    changed: mpsc::Sender<()>,
) -> Option<RecommendedWatcher> {
    let mut watcher = match notify::recommended_watcher(notices(changed)) {
        Ok(watcher) => watcher,
        Err(error) => {
            let secs = site.settings.borrow().scripts.rescan_secs;
            tracing::warn!(%error, "changed files are found by looking every {secs} s alone");
            return None;
        }
    };
    for folder in folders {
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            tracing::debug!(%error, folder = %folder.display(), "this folder is not watched");
        }
    }
    Some(watcher)
}

/// The folders whose files matter, and their parents: a folder that is replaced says nothing itself.
pub(super) fn folders(site: &Site) -> Vec<PathBuf> {
    let settings = site.settings.borrow();
    let mut folders = Vec::new();
    if let Some(file) = &site.told().file
        && let Some(base) = file.parent()
    {
        folders.push(base.to_owned());
        folders.extend(["agents.d", "queues.d", "replies.d"].map(|folder| base.join(folder)));
    }
    if let Some(scripts) = &settings.scripts_dir {
        folders.extend(scripts.parent().map(Path::to_owned));
        folders.extend(holders_of_links(scripts));
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

/// The folders in which a link on the way to this one can be made to lead elsewhere.
fn holders_of_links(path: &Path) -> Vec<PathBuf> {
    let links = path.ancestors().filter(|path| path.is_symlink());
    links.filter_map(Path::parent).map(Path::to_owned).collect()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).take(1024).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::Event;
    use notify::event::{AccessKind, Flag, ModifyKind};
    use std::fs::{self, File};
    use std::sync::mpsc::channel;

    /// Longer than anything takes.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn everything_but_a_read_is_a_reason_to_look_an_overflow_without_a_file_too() {
        let access = Event::new(EventKind::Access(AccessKind::Any));
        let change = Event::new(EventKind::Modify(ModifyKind::Any)).add_path("a.rhai".into());
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(overflow.paths.is_empty() && overflow.need_rescan());
        assert!(!is_reason(&Ok(access)));
        assert!(is_reason(&Ok(change)));
        assert!(is_reason(&Ok(overflow)));
        assert!(is_reason(&Err(notify::Error::generic("no more watches"))));
    }

    #[test]
    fn a_change_whose_notice_was_lost_in_an_overflow_is_looked_for_all_the_same() {
        let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let queue: usize = queue.trim().parse().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let files = ["a", "b"].map(|name| dir.path().join(name));
        files.iter().for_each(|file| fs::write(file, "").unwrap());
        // Whoever takes the notices is held at the first, while others come.
        let ((holds, held), (release, go_on)) = (channel(), channel::<()>());
        let (tell, told) = channel();
        let (changed, mut changes) = mpsc::channel(1);
        let notice = notices(changed);
        let take = move |event: notify::Result<Event>| {
            // Both end with the test, or with the first notice.
            let _ = holds.send(());
            let _ = go_on.recv();
            let lost = matches!(&event, Ok(event) if event.need_rescan());
            let is = (lost, is_reason(&event));
            notice(event);
            let _ = tell.send(is);
        };
        let mut watcher = notify::recommended_watcher(take).unwrap();
        watcher.watch(dir.path(), RecursiveMode::NonRecursive).unwrap();
        File::open(&files[0]).unwrap();
        held.recv_timeout(PATIENCE).unwrap();
        // Reads, which are no reason; in turns, since the same notice twice is one.
        for n in 0..queue + 1_000 {
            File::open(&files[n % 2]).unwrap();
        }
        fs::write(dir.path().join("changed"), "").unwrap();
        assert!(changes.try_recv().is_err());
        drop(release);
        let mut before = 0;
        loop {
            let (lost, reason) = told.recv_timeout(PATIENCE).unwrap();
            assert_eq!(lost, reason, "nothing but the overflow is a reason");
            if lost {
                break;
            }
            before += 1;
        }
        assert!(before >= queue, "{before} notices of {queue} came first");
        assert_eq!(changes.try_recv(), Ok(()));
    }

    #[test]
    fn a_link_anywhere_on_the_way_is_watched_where_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(dir.join("releases/1/scripts")).unwrap();
        std::os::unix::fs::symlink("releases/1", dir.join("current")).unwrap();
        let here = vec![dir.clone()];
        assert_eq!(holders_of_links(&dir.join("current/scripts")), here);
        assert_eq!(holders_of_links(&dir.join("current")), here);
        assert!(holders_of_links(&dir.join("releases/1/scripts")).is_empty());
    }
}

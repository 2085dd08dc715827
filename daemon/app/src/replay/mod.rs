//! A script set is asked what was asked before: off the engine's thread, on one of its own, over a
//! reader of its own. Nothing comes of its answers but a count of where they differ from those that
//! were given, and of what cannot be asked again.
//!
//! What a set would have remembered by itself is not followed: each question comes with what rules
//! remembered then.

mod asked;
mod followed;

#[cfg(test)]
mod tests;

use crate::desk::{Readers, Unread};
use crate::engine::{ReplayError, Walk};
use crate::history::{Untold, records};
use asked::Asker;
use desk_core::name::Hash;
use desk_core::policy::Hook;
use desk_core::{Record, Story};
use desk_hooks::{Host, STACK_BYTES};
use desk_journal::Read;
use desk_wire::UnixMs;
use desk_wire::view::ScriptReplayView;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};
use tokio::sync::watch;

pub use asked::Found;

/// A replay that nobody follows for so long ends.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(10);
/// Decisions between two looks at whether somebody still follows.
const STEP: u64 = 64;

/// What is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// What was asked at or after this time.
    pub since: UnixMs,
    /// What this hook was asked; `None`: every hook.
    pub hook: Option<Hook>,
    /// The last record that `on_event` looked at, where a rule follows the journal.
    pub looked: Option<u64>,
}

/// Why a replay did not reach its end.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No reader.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// State as it stood cannot be had.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A chat's story cannot be had.
    #[error(transparent)]
    Untold(#[from] Untold),
    /// Nobody followed.
    #[error("nobody asked how far it is")]
    Left,
}

impl From<desk_journal::ReadError> for Failed {
    fn from(error: desk_journal::ReadError) -> Self {
        Self::Unread(error.into())
    }
}

/// The one replay that there is, if any.
#[derive(Debug, Default)]
pub struct Slot {
    job: Mutex<Option<Arc<Job>>>,
    started: AtomicU64,
}

impl Slot {
    /// Starts a replay; `None` where one is under way.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        &self,
        host: Host,
        wanted: Wanted,
        readers: Readers,
    ) -> io::Result<Option<Arc<Job>>> {
        let mut slot = lock(&self.job);
        if slot.as_ref().is_some_and(|job| !job.is_over()) {
            return Ok(None);
        }
        let n = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let job = Arc::new(Job::new(n, host.set().hash().clone(), wanted));
        let runs = Arc::clone(&job);
        let thread = Builder::new().name("replay".into()).stack_size(STACK_BYTES);
        thread.spawn(move || runs.run(host, &readers))?;
        *slot = Some(Arc::clone(&job));
        Ok(Some(job))
    }

    /// The replay that goes by this name.
    #[must_use]
    pub fn follow(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.job).clone().filter(|job| job.id == id)
    }
}

/// A replay.
#[derive(Debug)]
pub struct Job {
    id: String,
    set: Hash,
    wanted: Wanted,
    progress: Mutex<Progress>,
    over: watch::Sender<bool>,
}

#[derive(Debug)]
struct Progress {
    followed: Instant,
    done: u64,
    of: u64,
    found: Found,
    failed: Option<String>,
}

impl Job {
    fn new(n: u64, set: Hash, wanted: Wanted) -> Self {
        let progress = Progress {
            followed: Instant::now(),
            done: 0,
            of: 0,
            found: Found::default(),
            failed: None,
        };
        Self {
            id: format!("r{n}"),
            set,
            wanted,
            progress: Mutex::new(progress),
            over: watch::Sender::new(false),
        }
    }

    fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Waits for its end, for so long at most.
    pub async fn wait(&self, most: Duration) {
        lock(&self.progress).followed = Instant::now();
        let mut over = self.over.subscribe();
        // How far it is is told in any case.
        let _ = tokio::time::timeout(most, over.wait_for(|over| *over)).await;
    }

    /// How far it is.
    #[must_use]
    pub fn view(&self) -> ScriptReplayView {
        // Before what it found: what is over has found all.
        let finished = self.is_over();
        let progress = lock(&self.progress);
        let found = &progress.found;
        ScriptReplayView {
            job: self.id.clone(),
            finished,
            failed: progress.failed.clone(),
            done: progress.done,
            of: progress.of,
            found: crate::site::found(self.set.to_string(), self.wanted.since, &found.answers),
            first: found.first,
            proven: found.proven,
            redacted: found.redacted,
            unlike: found.unlike,
            erased: found.erased,
            untold: found.untold,
        }
    }

    fn run(&self, host: Host, readers: &Readers) {
        let asker = Asker::new(host.without_rests(), self.wanted.hook);
        let go = || readers.read_now(|journal| self.go(asker, journal));
        let failed = match catch_unwind(AssertUnwindSafe(go)) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it panicked".to_owned()),
        };
        if let Some(error) = &failed {
            tracing::warn!(set = %self.set, error, "a replay ended before its end");
        }
        lock(&self.progress).failed = failed;
        self.over.send_replace(true);
    }

    fn go(&self, mut asker: Asker, journal: &dyn Read) -> Result<(), Failed> {
        let Some(first) = first(journal, self.wanted.since)? else { return Ok(()) };
        let last = journal.head()?.seq;
        lock(&self.progress).of = last + 1 - first;
        asker.begin(first);
        let mut walk = Walk::from(journal, first - 1)?;
        while let Some(record) = walk.next(journal)?.filter(|record| record.seq <= last) {
            if record.seq >= first {
                // A story that cannot be read is one that is not told.
                let mut story = |chat| story(journal, chat, record.seq).ok().flatten();
                asker.ask(walk.state(), &record, &mut story);
                asker.follow(journal, walk.state(), &record)?;
            }
            walk.apply(&record);
            if record.seq % STEP == 0 {
                self.step(record.seq.saturating_sub(first), &asker)?;
            }
        }
        asker.end(journal, walk.state(), self.wanted.looked)?;
        self.step(last + 1 - first, &asker)
    }

    fn step(&self, done: u64, asker: &Asker) -> Result<(), Failed> {
        let mut progress = lock(&self.progress);
        progress.done = done;
        progress.found = asker.found.clone();
        if progress.followed.elapsed() > FOLLOWED_WITHIN { Err(Failed::Left) } else { Ok(()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first record of that time that the journal still holds.
fn first(journal: &dyn Read, since: UnixMs) -> Result<Option<u64>, Failed> {
    let of_time = journal.by_time(since..UnixMs::MAX, None, 1)?;
    let held = journal.rows(1, 1)?;
    // What was cut was cut up to a snapshot, from which the first row that is held goes on.
    Ok(of_time.first().zip(held.first()).map(|(of_time, held)| of_time.seq.max(held.seq)))
}

/// A chat's story up to this record.
fn story(
    journal: &dyn Read,
    chat: desk_core::name::ChatId,
    before: u64,
) -> Result<Option<Story>, Untold> {
    let mut records: Vec<Record> = records(journal, chat)?;
    records.retain(|record| record.seq < before);
    let events = records.iter().flat_map(|r| r.events.iter().map(move |event| (r.at, event)));
    Ok(Story::fold(chat, events))
}

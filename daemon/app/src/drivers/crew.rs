//! What both drivers do alike: look for what is due, work on it within bounds, wait for the next
//! cause to look again. What an item means is not known here.

use super::Bounds;
use super::instance::{Connection, Instance};
use super::pace::Pace;
use super::status::{InFlight, Tally};
use crate::desk::{Desk, Unanswered};
use crate::engine::Wake;
use desk_core::State;
use desk_core::name::ChatId;
use desk_servicenow::Room;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Most chats that are left alone for a while; at the bound the driver waits.
const RESTING_MAX: usize = 1024;
/// How long a chat is left alone whose item ended in a panic or could not be read.
pub(super) const REST: Duration = Duration::from_secs(60);
/// How long a chat is left alone when the desk has no time.
pub(super) const REST_SHORT: Duration = Duration::from_secs(1);

/// Something that comes due in State.
pub(super) trait Item: Copy + Send + 'static {
    /// What wakes its driver.
    const WAKE: Wake;

    /// Those that may be taken, and when (desk time), the first due first.
    fn due(state: &State) -> impl Iterator<Item = (u64, Self)>;

    /// Its chat: a driver works on one item of a chat at a time.
    fn chat(self) -> ChatId;
}

/// How work on an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// State knows, or has nothing to know.
    Over,
    /// It is due as before, and not to be tried for so long.
    Rest(Duration),
}

/// Works on what comes due until the shutdown, then waits for what is under way. A panic in `work`
/// ends work on that item alone.
pub(super) async fn run<P, I, F>(
    desk: &Desk<P>,
    instance: &Instance,
    bounds: impl Fn() -> Bounds,
    shutdown: &CancellationToken,
    tally: &Tally,
    work: impl Fn(I, Connection) -> F,
) where
    P: Send + 'static,
    I: Item,
    F: Future<Output = Settled> + Send + 'static,
{
    let (mut crew, mut pace) = (Crew::default(), Pace::default());
    let mut changes = instance.changes();
    while !shutdown.is_cancelled() {
        let Bounds { at_once, tick: mut wait, each, .. } = bounds();
        // Asked for while nothing leaves, too: a secret that was changed ends it.
        let connection = instance.connection().await;
        // The client alone knows how the instance does: what would not leave is not begun.
        let room = connection.as_ref().map(|connection| connection.client.room());
        crew.most = match room {
            Some(Room::Open) => at_once,
            Some(Room::Probe) => 1,
            Some(Room::Shut(_)) | None => 0,
        };
        let free = crew.free().min(pace.room(Instant::now(), each));
        if let Some(Room::Shut(pause)) = room {
            wait = wait.min(pause);
        } else if free > 0
            && let Some(connection) = connection
        {
            match look::<P, I>(desk, free, crew.busy()).await {
                Ok(Seen { due, next_ms }) => {
                    for item in due {
                        pace.begin(Instant::now(), each);
                        crew.start(
                            item.chat(),
                            counted(tally.begin(), work(item, connection.clone())),
                        );
                    }
                    wait = next_ms.map_or(wait, |ms| wait.min(Duration::from_millis(ms)));
                }
                Err(Unanswered::Stopping) => break,
                // Too much to do for a look; the next one comes by itself.
                Err(_) => {}
            }
        }
        let wait = crew.until_next_rest_ends().map_or(wait, |rest| rest.min(wait));
        let paced = pace.wait(Instant::now());
        let wait = if paced.is_zero() { wait } else { wait.min(paced) };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = desk.woken(I::WAKE) => {}
            changed = changes.changed() => {
                // The sender lives as long as the instance that is held here.
                debug_assert!(changed.is_ok());
            }
            ended = crew.one_ended(), if crew.works() => crew.settle(ended),
            () = tokio::time::sleep(wait) => {}
        }
        crew.wake_rested();
    }
    crew.end(bounds().stop).await;
}

async fn counted<F: Future>(_in_flight: InFlight, work: F) -> F::Output {
    work.await
}

/// What a look at State found.
struct Seen<I> {
    due: Vec<I>,
    /// In how many milliseconds the next one is due.
    next_ms: Option<u64>,
}

async fn look<P: Send + 'static, I: Item>(
    desk: &Desk<P>,
    free: usize,
    busy: BTreeSet<ChatId>,
) -> Result<Seen<I>, Unanswered> {
    desk.view(move |state, now| {
        let mut seen = Seen { due: Vec::new(), next_ms: None };
        for (at, item) in I::due(state) {
            if at > now.desk_ms {
                seen.next_ms = Some(at - now.desk_ms);
                break;
            }
            if seen.due.len() == free {
                break;
            }
            if !busy.contains(&item.chat()) {
                seen.due.push(item);
            }
        }
        seen
    })
    .await
}

/// The tasks of a driver, each by what it works on.
pub(super) struct Crew<K> {
    most: usize,
    tasks: JoinSet<Settled>,
    works_on: HashMap<Id, K>,
    resting: BTreeMap<K, Instant>,
}

impl<K> Default for Crew<K> {
    fn default() -> Self {
        let (works_on, resting) = (HashMap::new(), BTreeMap::new());
        Self { most: 0, tasks: JoinSet::new(), works_on, resting }
    }
}

impl<K: Ord + Clone + std::fmt::Debug> Crew<K> {
    pub(super) fn works(&self) -> bool {
        !self.tasks.is_empty()
    }

    fn free(&self) -> usize {
        if self.resting.len() >= RESTING_MAX {
            return 0;
        }
        self.most.saturating_sub(self.tasks.len())
    }

    /// All that is worked on.
    pub(super) fn all(&self) -> impl Iterator<Item = &K> {
        self.works_on.values()
    }

    /// Of what nothing is to be started now.
    pub(super) fn busy(&self) -> BTreeSet<K> {
        self.works_on.values().chain(self.resting.keys()).cloned().collect()
    }

    pub(super) fn start(&mut self, on: K, work: impl Future<Output = Settled> + Send + 'static) {
        let id = self.tasks.spawn(work).id();
        self.works_on.insert(id, on);
    }

    /// Waits until a task has ended, and tells how.
    pub(super) async fn one_ended(&mut self) -> Option<(K, Settled)> {
        let ended = self.tasks.join_next_with_id().await?;
        let (id, settled) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let on = self.works_on.get(&error.id());
                tracing::error!(?on, "a driver's work ended in a panic; it rests");
                (error.id(), Settled::Rest(REST))
            }
        };
        Some((self.works_on.remove(&id)?, settled))
    }

    pub(super) fn settle(&mut self, ended: Option<(K, Settled)>) {
        if let Some((on, Settled::Rest(rest))) = ended {
            self.resting.insert(on, Instant::now() + rest);
        }
    }

    pub(super) fn until_next_rest_ends(&self) -> Option<Duration> {
        let next = self.resting.values().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    pub(super) fn wake_rested(&mut self) {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
    }

    /// Waits for what is under way, and cuts off what takes longer: State holds its deadline.
    pub(super) async fn end(mut self, stop: Duration) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(stop, all).await.is_err() {
            tracing::warn!(
                cut = self.tasks.len(),
                "the stop did not wait for what drivers were doing"
            );
            self.tasks.shutdown().await;
        }
    }
}

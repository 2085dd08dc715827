//! `on_event`: the rule that follows the journal, on a thread of its own. It never holds anything up:
//! the engine does not know of it but by the commands that it gives.

mod follower;
mod stories;

#[cfg(test)]
mod tests;

pub(crate) use follower::FAILURE_EVERY_MS;
pub use follower::{Follower, Known, Looked};
pub(crate) use stories::Stories;

use crate::config::Settings;
use crate::desk::{Desk, Unanswered};
use crate::engine::News;
use crate::history::Untold;
use crate::rules::Rules;
use crate::site::limits;
use desk_core::config::Config;
use desk_core::name::Hash;
use desk_core::{Actor, Command, Kv, State};
use desk_hooks::{HookStatus, Host, STACK_BYTES, ScriptSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// The longest time without a look, whatever else happens.
const TICK: Duration = Duration::from_secs(2);
/// The pause where the desk has no time, or the journal cannot be read.
const REST: Duration = Duration::from_millis(500);

/// How the rule has been doing, for whoever shows the others'.
#[derive(Debug, Clone, Default)]
pub struct Doing(Arc<Mutex<Done>>);

#[derive(Debug, Default)]
struct Done {
    rule: Option<HookStatus>,
    at: Option<u64>,
}

impl Doing {
    /// How it has been doing with the set that it follows with.
    #[must_use]
    pub fn rule(&self) -> Option<HookStatus> {
        self.lock().rule.clone()
    }

    /// The last record that was looked at; `None` where none was yet, or no rule follows.
    #[must_use]
    pub fn at(&self) -> Option<u64> {
        self.lock().at
    }

    fn set(&self, follower: Option<&Follower>) {
        let follower = follower.filter(|follower| follower.asks());
        let rule = follower.and_then(Follower::status);
        *self.lock() = Done { rule, at: follower.map(Follower::at) };
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows until the shutdown, on a thread of its own.
pub async fn follow(
    desk: Desk<Rules>,
    settings: watch::Receiver<Settings>,
    shutdown: CancellationToken,
) {
    let runtime = tokio::runtime::Handle::current();
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("events".into()).stack_size(STACK_BYTES);
    let thread = thread.spawn(move || {
        runtime.block_on(run(desk, settings, shutdown));
        drop(ended);
    });
    match thread {
        Ok(_) => drop(end.await),
        Err(error) => tracing::error!(%error, "on_event follows nothing: there is no thread"),
    }
}

async fn run(desk: Desk<Rules>, settings: watch::Receiver<Settings>, shutdown: CancellationToken) {
    let Ok(doing) = desk.rules(|rules| rules.following()).await else { return };
    let mut news = desk.subscribe();
    let mut follower: Option<Follower> = None;
    loop {
        let looked = look(&desk, &settings, &mut follower).await;
        doing.set(follower.as_ref());
        let pause = match looked {
            Ok(Looked::More) => Duration::ZERO,
            Ok(Looked::Tell(followed)) => tell(&desk, *followed).await,
            Ok(Looked::End) => {
                // Whoever is woken by its own commands would never rest.
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = somebody_did_something(&mut news) => {}
                    () = tokio::time::sleep(TICK) => {}
                }
                Duration::ZERO
            }
            Err(Some(error)) => {
                tracing::error!(%error, "the journal cannot be followed");
                TICK
            }
            Err(None) => REST,
        };
        if shutdown.is_cancelled() {
            return;
        }
        if !pause.is_zero() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

/// Waits until something was decided that may be told.
async fn somebody_did_something(news: &mut broadcast::Receiver<News>) {
    loop {
        match news.recv().await {
            Ok(News::Record(published)) if published.record.is_of_deliveries() => {}
            Ok(News::Typing(_)) => {}
            Ok(News::Record(_)) | Err(_) => return,
        }
    }
}

async fn look(
    desk: &Desk<Rules>,
    settings: &watch::Receiver<Settings>,
    follower: &mut Option<Follower>,
) -> Result<Looked, Option<Untold>> {
    let set = desk.view(|state, _| state.scripts.clone()).await.map_err(|_| None)?;
    let Some(set) = set else { return Ok(Looked::End) };
    if follower.as_ref().is_none_or(|follower| *follower.host().set().hash() != set) {
        *follower = serve(desk, settings, &set).await;
    }
    let Some(following) = follower else { return Err(None) };
    // Only where a rule is asked is what rules remember worth sharing.
    let asks = following.asks();
    let known = move |state: &State, _| Known {
        followed: state.followed,
        kv: if asks { state.kv.clone() } else { Kv::default() },
        config: Config { sinks: state.config.sinks.clone(), ..Config::default() },
    };
    let known = desk.view(known).await.map_err(|_| None)?;
    let readers = desk.readers().clone();
    readers.read_now(|journal| following.look(journal, &known)).map_err(Some)
}

/// The follower with the set in force; none where that cannot be had now.
async fn serve(
    desk: &Desk<Rules>,
    settings: &watch::Receiver<Settings>,
    set: &Hash,
) -> Option<Follower> {
    let live: ScriptSet = desk.rules(|rules| rules.live().cloned()).await.ok()??;
    // The rules are replaced a moment before the record of it; the next look finds both.
    if live.hash() != set {
        return None;
    }
    let (limits, behind_max) = {
        let settings = settings.borrow();
        (limits(&settings), settings.scripts.events_behind)
    };
    match Host::new(live, limits) {
        Ok(host) => Some(Follower::new(host, behind_max.into())),
        Err(errors) => {
            let error = errors.first().map(ToString::to_string).unwrap_or_default();
            tracing::error!(error, "on_event: the set in force does not load once more");
            None
        }
    }
}

/// Tells the desk how far it was followed, and how long to wait after that.
async fn tell(desk: &Desk<Rules>, followed: desk_core::Followed) -> Duration {
    if followed.skipped > 0 {
        let skipped = followed.skipped;
        tracing::error!(
            skipped,
            "on_event was not asked about records: too many came, or they were cut off"
        );
    }
    let command = Command::FollowEvents(Box::new(followed));
    match desk.command(Actor::Driver("events".into()), None, command).await {
        Ok(_) | Err(Unanswered::Stopping) => Duration::ZERO,
        Err(Unanswered::Overloaded) => REST,
        Err(Unanswered::Refused(error)) => {
            tracing::warn!(%error, "what was followed is looked at once more");
            REST
        }
    }
}

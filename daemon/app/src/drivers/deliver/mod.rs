//! The delivery driver: posts what rules want sent to the sinks of the config, a few at once to
//! each, so that one that is down holds up no other.

mod attempt;
mod fill;
mod sinks;

pub(crate) use fill::fill;
pub(super) use sinks::Sinks;

use super::Bounds;
use super::crew::Crew;
use super::status::Tally;
use crate::config::Settings;
use crate::desk::{Desk, Unanswered};
use crate::engine::Wake;
use attempt::Attempt;
use desk_core::name::{DeliveryId, SinkId};
use desk_core::{Stamp, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A delivery with its sink, by which it is worked on.
type Key = (SinkId, DeliveryId);

/// Works on what is due until the shutdown, then waits for what is under way.
pub(super) async fn run<P: Send + 'static>(
    desk: Desk<P>,
    mut settings: watch::Receiver<Settings>,
    tally: Tally,
    shutdown: CancellationToken,
) {
    let mut crew = Crew::default();
    let mut sinks = Arc::new(Sinks::of(&settings.borrow_and_update()));
    while !shutdown.is_cancelled() {
        let Bounds { tick: mut wait, .. } = Bounds::of(&settings.borrow());
        if let Ok(true) = settings.has_changed() {
            sinks = Arc::new(Sinks::of(&settings.borrow_and_update()));
        }
        match look(&desk, &crew, sinks.free(crew.all())).await {
            Ok(Seen { due, next_ms }) => {
                for (sink, delivery) in due {
                    let counted = tally.begin();
                    let (desk, sinks, tally) = (desk.clone(), Arc::clone(&sinks), tally.clone());
                    let attempt = Attempt { desk, sinks, tally, delivery };
                    crew.start((sink, delivery), async move {
                        let _counted = counted;
                        attempt.run().await
                    });
                }
                wait = next_ms.map_or(wait, |ms| wait.min(Duration::from_millis(ms)));
            }
            Err(Unanswered::Stopping) => break,
            // Too much to do for a look; the next one comes by itself.
            Err(_) => {}
        }
        let wait = crew.until_next_rest_ends().map_or(wait, |rest| rest.min(wait));
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = desk.woken(Wake::Deliveries) => {}
            changed = settings.changed() => if changed.is_ok() {
                sinks = Arc::new(Sinks::of(&settings.borrow_and_update()));
            } else {
                break;
            },
            ended = crew.one_ended(), if crew.works() => crew.settle(ended),
            () = tokio::time::sleep(wait) => {}
        }
        crew.wake_rested();
    }
    let stop = Bounds::of(&settings.borrow()).stop;
    crew.end(stop).await;
}

/// What a look at State found.
struct Seen {
    due: Vec<Key>,
    /// In how many milliseconds the next one is due.
    next_ms: Option<u64>,
}

async fn look<P: Send + 'static>(
    desk: &Desk<P>,
    crew: &Crew<Key>,
    free: BTreeMap<SinkId, usize>,
) -> Result<Seen, Unanswered> {
    let busy = crew.busy();
    desk.view(move |state, now| seen(state, now, &busy, &free)).await
}

/// The deliveries that may be begun: to each sink as many as it has places left; one that the config
/// does not know gets a place, so that its deliveries are parked.
fn seen(state: &State, now: Stamp, busy: &BTreeSet<Key>, free: &BTreeMap<SinkId, usize>) -> Seen {
    let mut seen = Seen { due: Vec::new(), next_ms: None };
    for (sink, due) in state.deliveries.due() {
        let mut free = free.get(sink).copied().unwrap_or(1);
        for (at, delivery) in due {
            if at > now.desk_ms {
                let ms = at - now.desk_ms;
                seen.next_ms = Some(seen.next_ms.map_or(ms, |next| next.min(ms)));
                break;
            }
            if free == 0 {
                break;
            }
            let key = (sink.clone(), delivery);
            if !busy.contains(&key) {
                free -= 1;
                seen.due.push(key);
            }
        }
    }
    seen
}

//! The outbox driver: carries the steps of incidents out, one of a chat at a time, those of
//! different chats side by side.

mod attempt;
mod make;
mod perform;
mod story;

use super::Bounds;
use super::crew::{self, Item};
use super::instance::Instance;
use crate::desk::Desk;
use crate::engine::Wake;
use desk_core::State;
use desk_core::name::{ChatId, StepId};
use tokio_util::sync::CancellationToken;

pub(super) use attempt::{Attempt, answered, insist};
pub(super) use make::{RELATED, RELATED_BY};
#[cfg(test)]
pub(super) use perform::perform;

pub(super) async fn run<P: Send + 'static>(
    desk: Desk<P>,
    instance: Instance,
    bounds: impl Fn() -> Bounds,
    shutdown: CancellationToken,
) {
    let tally = instance.status().of_outbox().clone();
    let work = |step: StepId, connection| {
        let (desk, instance, tally) = (desk.clone(), instance.clone(), tally.clone());
        Attempt { desk, instance, connection, tally, step }.run()
    };
    crew::run(&desk, &instance, bounds, &shutdown, &tally, work).await;
}

impl Item for StepId {
    const WAKE: Wake = Wake::Outbox;

    fn due(state: &State) -> impl Iterator<Item = (u64, Self)> {
        state.outbox.due()
    }

    fn chat(self) -> ChatId {
        self.chat
    }
}

//! One attempt at a delivery: take it, post it, say what came of it.

use super::fill;
use super::sinks::Sinks;
use crate::desk::{Desk, Unanswered};
use crate::drivers::brief;
use crate::drivers::crew::{REST, REST_SHORT, Settled};
use crate::drivers::outbox::{answered, insist};
use crate::drivers::status::Tally;
use crate::history::{Untold, payload};
use desk_core::name::DeliveryId;
use desk_core::{Actor, Answer, Answered, Command, DeliveryWork, Refusal};
use desk_journal::Read;
use desk_servicenow::NotDone;
use std::sync::Arc;
use std::time::Duration;

/// The driver's name in records.
const NAME: &str = "deliver";

/// An attempt.
pub(super) struct Attempt<P> {
    pub(super) desk: Desk<P>,
    pub(super) sinks: Arc<Sinks>,
    pub(super) tally: Tally,
    pub(super) delivery: DeliveryId,
}

impl<P: Send + 'static> Attempt<P> {
    pub(super) async fn run(self) -> Settled {
        let delivery = self.delivery;
        let work = match self.command(Command::TakeDelivery { delivery }).await {
            Ok(Answer::Delivery(Some(work))) => *work,
            Err(Unanswered::Overloaded) => return Settled::Rest(REST_SHORT),
            Err(Unanswered::Refused(Refusal::Internal)) => return Settled::Rest(REST),
            // Nothing is left to do for it, it is not its turn, or the daemon ends.
            Ok(_) | Err(Unanswered::Refused(_) | Unanswered::Stopping) => return Settled::Over,
        };
        let (attempt, sink) = (work.attempt, work.sink.clone());
        let answered = match self.send(work).await {
            Ok(()) => {
                self.tally.done(self.desk.now().wall_ms);
                tracing::info!(%delivery, %sink, attempt, "a delivery is done");
                Answered::Done { created: None, foreign: false, differences: Vec::new() }
            }
            Err(not_done) => {
                let why = brief(&not_done);
                tracing::warn!(%delivery, %sink, attempt, why, "an attempt at a delivery failed");
                self.tally.failed(self.desk.now().wall_ms, format!("{sink} {delivery}: {why}"));
                answered(not_done, Duration::ZERO)
            }
        };
        let answered = Box::new(answered);
        let answer = Command::DeliveryAnswered { delivery, attempt, answered };
        insist(|| self.command(answer.clone()), &delivery).await;
        Settled::Over
    }

    async fn send(&self, work: DeliveryWork) -> Result<(), NotDone> {
        let never = |message: String| NotDone::Permanent {
            status: None,
            message,
            detail: None,
            transaction: None,
        };
        let later = |why: String| NotDone::Retry { after: None, why };
        let (delivery, seq) = (work.delivery, work.seq);
        let read = move |journal: &dyn Read| payload(journal, delivery, seq);
        let payload = self.desk.readers().read(read).await;
        let payload = payload.map_err(|error: Untold| later(error.to_string()))?;
        let gone = || never("what it was to send is not kept any more".to_owned());
        let payload = payload.ok_or_else(gone)?;
        let (sinks, sink) = (Arc::clone(&self.sinks), work.sink.clone());
        // Files are read: not on a thread that others wait for.
        let filled = tokio::task::spawn_blocking(move || {
            let secrets = sinks.secrets(&sink)?;
            fill(&payload, &secrets).map_err(|unfit| later(unfit.to_string()))
        });
        let filled = filled.await.unwrap_or_else(|_| Err(later("it could not be made".into())))?;
        self.sinks.post(&work.sink, delivery, filled).await
    }

    async fn command(&self, command: Command) -> Result<Answer, Unanswered> {
        self.desk.command(Actor::Driver(NAME.into()), None, command).await
    }
}

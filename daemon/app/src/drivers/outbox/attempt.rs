//! One attempt at a step: take it, carry it out, say what came of it.

use super::perform::{Done, perform};
use super::story::{self, Untold};
use crate::desk::{Desk, Unanswered};
use crate::drivers::crew::{REST, REST_SHORT, Settled};
use crate::drivers::instance::{Connection, Instance};
use crate::drivers::status::Tally;
use crate::drivers::{brief, may_do_better};
use desk_core::name::StepId;
use desk_core::{Actor, Answer, Answered, Body, Command, Refusal, StepWork};
use desk_servicenow::NotDone;
use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

/// The driver's name in records.
const NAME: &str = "outbox";
/// How often a story that is no longer the newest is read again at once.
const STALE_MAX: u32 = 5;
/// How often an answer is offered to a desk that has no time.
const ANSWER_TRIES_MAX: u32 = 100;
/// The pause in between.
const ANSWER_PAUSE: Duration = Duration::from_millis(100);

/// An attempt.
pub(in crate::drivers) struct Attempt<P> {
    pub(in crate::drivers) desk: Desk<P>,
    pub(in crate::drivers) instance: Instance,
    pub(in crate::drivers) connection: Connection,
    pub(in crate::drivers) tally: Tally,
    pub(in crate::drivers) step: StepId,
}

impl<P: Send + 'static> Attempt<P> {
    pub(super) async fn run(self) -> Settled {
        let began = Instant::now();
        let work = match self.take().await {
            Ok(work) => work,
            Err(settled) => return settled,
        };
        let attempt = work.attempt;
        let answered = match self.body(&work).await {
            Ok(Some(body)) => self.send(&work, &body, began).await,
            Ok(None) => {
                let why = "what it was to send was erased".into();
                Answered::Permanent { why }
            }
            Err(error) => {
                self.failed(attempt, &error.to_string());
                Answered::Retry { after_ms: None, why: error.to_string() }
            }
        };
        self.answer(attempt, answered).await;
        Settled::Over
    }

    /// Takes the step with the chat's story, read again where the chat has got further meanwhile.
    pub(in crate::drivers) async fn take(&self) -> Result<StepWork, Settled> {
        for _ in 0..STALE_MAX {
            let told = match story::read(&self.desk, self.step.chat).await {
                Ok(told) => told,
                Err(error) => return Err(self.untold(&error)),
            };
            let (step, story, read_to) = (self.step, told.story, told.read_to);
            match self.command(Command::TakeStep { step, story, read_to }).await {
                Ok(Answer::Step(Some(work))) => return Ok(*work),
                Err(Unanswered::Refused(Refusal::StoryStale)) => {}
                Err(Unanswered::Overloaded) => return Err(Settled::Rest(REST_SHORT)),
                Err(Unanswered::Refused(Refusal::Internal)) => return Err(Settled::Rest(REST)),
                // Nothing is left to do for it, it is not its turn, or the daemon ends.
                Ok(_) | Err(Unanswered::Refused(_) | Unanswered::Stopping) => {
                    return Err(Settled::Over);
                }
            }
        }
        Err(Settled::Rest(REST_SHORT))
    }

    fn untold(&self, error: &Untold) -> Settled {
        tracing::error!(step = %self.step, %error, "the chat's story cannot be read");
        self.tally.failed(self.desk.now().wall_ms, error.to_string());
        Settled::Rest(REST)
    }

    /// What is sent: what this attempt froze, or what an earlier one did.
    async fn body(&self, work: &StepWork) -> Result<Option<Body>, Untold> {
        match (&work.body, work.frozen) {
            (Some(body), _) => Ok(Some(body.clone())),
            (None, Some(seq)) => story::frozen(&self.desk, self.step, seq).await,
            (None, None) => Err(Untold::NotFrozen(0)),
        }
    }

    /// Carries it out, within the time that the desk waits for it: that runs from the asking. Work that
    /// is heard of late, as after the disk stood still, may be another's by now.
    async fn send(&self, work: &StepWork, body: &Body, began: Instant) -> Answered {
        let Ok(limit) = self.desk.view(|state, _| state.config.times.step_max_secs).await else {
            let why = "the desk has no time".into();
            return Answered::Retry { after_ms: None, why };
        };
        // The answer is to be there before the desk gives the attempt up.
        let limit = Duration::from_secs(limit.max(1).into()).mul_f32(0.9);
        if began.elapsed() >= limit {
            let why = format!("heard of more than {} s after it was asked for", limit.as_secs());
            self.failed(work.attempt, &why);
            return Answered::Retry { after_ms: None, why };
        }
        let sent = perform(&self.connection.client, work, body);
        let sent =
            tokio::time::timeout_at((began + limit).into(), sent).await.unwrap_or_else(|_| {
                Err(NotDone::Ambiguous { why: format!("not done within {} s", limit.as_secs()) })
            });
        match sent {
            Ok(Done { created, foreign, differences }) => {
                self.instance.believe();
                self.tally.done(self.desk.now().wall_ms);
                tracing::info!(step = %self.step, attempt = work.attempt, "a step is done");
                if !differences.is_empty() {
                    let names = differences.iter().map(|d| d.field.as_str());
                    let fields = names.collect::<Vec<_>>().join(", ");
                    tracing::warn!(step = %self.step, fields, "not kept by ServiceNow as sent");
                }
                Answered::Done { created, foreign, differences }
            }
            Err(not_done) => {
                self.failed(work.attempt, &brief(&not_done));
                if may_do_better(&not_done) {
                    self.instance.doubt();
                }
                answered(not_done, self.connection.asleep)
            }
        }
    }

    fn failed(&self, attempt: u32, why: &str) {
        tracing::warn!(step = %self.step, attempt, why, "an attempt at a step failed");
        self.tally.failed(self.desk.now().wall_ms, format!("{}: {why}", self.step));
    }

    async fn answer(&self, attempt: u32, answered: Answered) {
        let answer = Command::StepAnswered { step: self.step, attempt, answered };
        insist(|| self.command(answer.clone()), &self.step).await;
    }

    async fn command(&self, command: Command) -> Result<Answer, Unanswered> {
        self.desk.command(Actor::Driver(NAME.into()), None, command).await
    }
}

/// Says what came of an attempt. An answer that is lost costs time, nothing else: the item's deadline
/// passes, and it is tried again.
pub(in crate::drivers) async fn insist<F>(say: impl Fn() -> F, of: &impl Display)
where
    F: Future<Output = Result<Answer, Unanswered>>,
{
    for _ in 0..ANSWER_TRIES_MAX {
        match say().await {
            Ok(_) | Err(Unanswered::Stopping) => return,
            Err(Unanswered::Overloaded) => tokio::time::sleep(ANSWER_PAUSE).await,
            Err(error @ Unanswered::Refused(_)) => {
                tracing::info!(%of, %error, "an attempt's answer came too late");
                return;
            }
        }
    }
    tracing::error!(%of, "the desk had no time for an attempt's answer");
}

pub(in crate::drivers) fn answered(not_done: NotDone, asleep: Duration) -> Answered {
    let ms = |after: Duration| u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
    match not_done {
        NotDone::Done(never) => match never {},
        NotDone::Retry { after, why } => Answered::Retry { after_ms: after.map(ms), why },
        NotDone::Ambiguous { why } => Answered::Ambiguous { why },
        NotDone::Asleep { why } => Answered::Retry { after_ms: Some(ms(asleep)), why },
        refused @ NotDone::Permanent { .. } => Answered::Permanent { why: refused.to_string() },
    }
}

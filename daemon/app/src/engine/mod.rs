//! The engine: owns State, decides one thing at a time, and lets nothing out that is not durable.
//!
//! It is synchronous and knows neither thread nor socket nor clock: [`Engine::step`] takes the
//! moment and what came in, [`Engine::durable`] how far the journal has got. Memory runs ahead of
//! the disk, but every output carries the number of the last record applied when it was made and
//! leaves, in order, when that one is durable.

mod published;
mod start;

pub use published::{Audience, News, Published, Typing};
pub use start::{Replay, ReplayError, Walk, from_snapshot, replay, to_snapshot};

use crate::links::Links;
use crate::notices;

use desk_core::name::CommandId;
use desk_core::policy::Policy;
use desk_core::{
    Actor, Answer, Command, Envelope, Event, Record, Refusal, Shelved, Stamp, State, apply_record,
    decide, next,
};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Something to be run when what it tells of is durable.
pub type Thunk = Box<dyn FnOnce() + Send>;
/// Takes a command's answer.
pub type Reply = Box<dyn FnOnce(Result<Answer, Refusal>) + Send>;
/// Looks at State, and gives back what tells of it.
pub type View = Box<dyn FnOnce(&State, Stamp) -> Thunk + Send>;
/// Looks at the rules, or replaces them, and gives back what tells of it.
pub type OnRules<P> = Box<dyn FnOnce(&mut P) -> Thunk + Send>;

/// What comes in.
pub enum Input<P> {
    /// A command.
    Command {
        /// Who gives it; the shell has checked that they may.
        who: Actor,
        /// The sender's own id for it.
        id: Option<CommandId>,
        /// It.
        command: Command,
        /// Takes the answer.
        reply: Reply,
    },
    /// A look at State.
    View(View),
    /// A look at the rules.
    Rules(OnRules<P>),
    /// Nothing: time has passed, or follow-ups are left over.
    Turn,
}

/// What goes out.
pub enum Output {
    /// An answer or a view.
    Run(Thunk),
    /// What subscribers are told.
    Publish(Arc<Published>),
    /// Drivers may find something due.
    Wake(Wake),
}

/// Which driver may find something due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Lookups.
    Lookups,
    /// Steps of incidents.
    Outbox,
    /// Deliveries.
    Deliveries,
}

/// What a step made.
#[derive(Default)]
pub struct Made {
    /// Records to append, in order.
    pub records: Vec<Arc<Record>>,
    /// Outputs that wait for nothing.
    pub released: Vec<Output>,
    /// How late each deadline in desk time was by the step's stamp, in milliseconds.
    pub late_ms: Vec<u64>,
}

/// The engine's state of affairs.
pub struct Engine<P> {
    state: State,
    rules: P,
    ids: Box<dyn FnMut() -> [u8; 16] + Send>,
    links: Links,
    epoch: u64,
    follow_ups_max: u32,
    durable: u64,
    held: VecDeque<(u64, Output)>,
}

impl<P: Policy> Engine<P> {
    /// An engine over a State that is durable as it is, for the daemon's start of this epoch. `ids`
    /// gives random bytes.
    pub fn new(
        state: State,
        rules: P,
        links: Links,
        epoch: u64,
        follow_ups_max: u32,
        ids: impl FnMut() -> [u8; 16] + Send + 'static,
    ) -> Self {
        let durable = state.seq;
        let (ids, held) = (Box::new(ids), VecDeque::new());
        Self { state, rules, ids, links, epoch, follow_ups_max, durable, held }
    }

    /// State, for a look from the same thread.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// How many records memory is ahead of the disk.
    #[must_use]
    pub const fn ahead(&self) -> u64 {
        self.state.seq - self.durable
    }

    /// Whether follow-ups are left over for another turn.
    #[must_use]
    pub fn has_more(&self) -> bool {
        !self.state.work.is_empty()
    }

    /// Takes one input: first what was due before it, then it, then follow-ups.
    pub fn step(&mut self, now: Stamp, input: Input<P>) -> Made {
        // The clocks may not run backwards within a journal's desk time.
        let now = Stamp { desk_ms: now.desk_ms.max(self.state.at.desk_ms), ..now };
        let mut made = Made::default();
        // What is in by its deadline wins: before a command goes what was due before its stamp.
        let until = match input {
            Input::Turn => now,
            _ => Stamp {
                desk_ms: now.desk_ms.saturating_sub(1),
                wall_ms: now.wall_ms.saturating_sub(1),
            },
        };
        self.deadlines(now, until, &mut made);
        match input {
            Input::Command { who, id, command, reply } => {
                let answer = self.decide(now, who, id, command, &mut made);
                self.hold(Output::Run(Box::new(move || reply(answer))), &mut made);
            }
            Input::View(view) => {
                let thunk = view(&self.state, now);
                self.hold(Output::Run(thunk), &mut made);
            }
            Input::Rules(on_rules) => {
                let thunk = on_rules(&mut self.rules);
                self.hold(Output::Run(thunk), &mut made);
            }
            Input::Turn => {}
        }
        self.follow_ups(now, &mut made);
        made
    }

    /// The journal holds everything up to this record: what waited for it leaves.
    pub fn durable(&mut self, seq: u64) -> Vec<Output> {
        self.durable = self.durable.max(seq);
        let ready = self.held.iter().take_while(|(seq, _)| *seq <= self.durable).count();
        self.held.drain(..ready).map(|(_, output)| output).collect()
    }

    fn hold(&mut self, output: Output, made: &mut Made) {
        if self.state.seq <= self.durable && self.held.is_empty() {
            made.released.push(output);
        } else {
            self.held.push_back((self.state.seq, output));
        }
    }

    /// Everything that was due by this moment, one deadline a decision.
    fn deadlines(&mut self, now: Stamp, until: Stamp, made: &mut Made) {
        while let Some(timer) = self.state.due(until).cloned() {
            made.late_ms.extend(self.state.late_ms(&timer, now));
            let due = Command::Due(timer.clone());
            let answer = self.decide(now, Actor::Deadline, None, due, made);
            if answer.is_err() {
                self.shelve(now, Shelved::Timer(timer), made);
            }
        }
    }

    fn follow_ups(&mut self, now: Stamp, made: &mut Made) {
        for _ in 0..self.follow_ups_max {
            let Some(command) = next(&self.state) else { break };
            let Command::Follow(work) = command.clone() else { break };
            if self.decide(now, Actor::FollowUp, None, command, made).is_err() {
                self.shelve(now, Shelved::Work(work), made);
            }
        }
    }

    /// What panicked must not come at once again.
    fn shelve(&mut self, now: Stamp, what: Shelved, made: &mut Made) {
        tracing::error!(?what, "put off a deadline or follow-up that could not be decided");
        let shelved = self.decide(now, Actor::Daemon, None, Command::Shelve(what), made);
        debug_assert!(shelved.is_ok(), "shelving is always decided");
    }

    fn decide(
        &mut self,
        at: Stamp,
        who: Actor,
        id: Option<CommandId>,
        command: Command,
        made: &mut Made,
    ) -> Result<Answer, Refusal> {
        let seq = self.state.seq + 1;
        let entropy = (self.ids)();
        let epoch = self.epoch;
        let envelope = Envelope { seq, epoch, at, who, id, entropy, command };
        let (state, rules) = (&self.state, &mut self.rules);
        let decision = catch_unwind(AssertUnwindSafe(|| decide(state, &envelope, rules)));
        let Ok(decision) = decision else {
            tracing::error!(command = envelope.command.kind(), "a decision panicked");
            return Err(Refusal::Internal);
        };
        if let Some(record) = decision.record(&self.state, &envelope) {
            self.apply(Arc::new(record), made);
        }
        decision.answer
    }

    fn apply(&mut self, record: Arc<Record>, made: &mut Made) {
        let before = notices::statuses(&self.state, &record);
        apply_record(&mut self.state, &record);
        let published = Published::new(&self.state, &record, Some(&before), &self.links);
        made.records.push(Arc::clone(&record));
        for wake in wakes(&record) {
            self.hold(Output::Wake(wake), made);
        }
        self.hold(Output::Publish(Arc::new(published)), made);
    }
}

fn wakes(record: &Record) -> impl Iterator<Item = Wake> {
    let lookups = |event: &Event| matches!(event, Event::LookupWanted { .. });
    let outbox = |event: &Event| {
        matches!(
            event,
            Event::StepWanted(_)
                | Event::StepMoved { .. }
                | Event::StepsReplayed { .. }
                | Event::Started { .. }
        )
    };
    let deliveries = |event: &Event| {
        matches!(
            event,
            Event::DeliveryWanted(_)
                | Event::DeliveryMoved { .. }
                | Event::DeliveryReplayed { .. }
                | Event::Started { .. }
        )
    };
    let lookups = record.events.iter().any(lookups).then_some(Wake::Lookups);
    let outbox = record.events.iter().any(outbox).then_some(Wake::Outbox);
    let deliveries = record.events.iter().any(deliveries).then_some(Wake::Deliveries);
    lookups.into_iter().chain(outbox).chain(deliveries)
}

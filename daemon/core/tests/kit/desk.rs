//! A desk: State, a clock and all that the engine would hand in, made deterministic.

use super::Rules;
use super::invariants;
use super::past;
use super::setup::configured;
use desk_core::name::{ChatId, CommandId, DeliveryId};
use desk_core::{
    Actor, Answer, Author, Command, Delivery, Envelope, Event, Incident, Record, Refusal, Stamp,
    State, Story, apply_record, decide, next,
};

use std::collections::BTreeSet;

/// Most follow-ups that one command may give rise to: more is a loop.
const FOLLOW_UPS_MAX: usize = 1000;

/// A desk under test.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) state: State,
    pub(crate) now: Stamp,
    pub(crate) rules: Rules,
    /// Every record, as the journal would keep it.
    pub(crate) records: Vec<Record>,
    /// Whether the invariants are held after each record.
    pub(crate) strict: bool,
    /// Chats that were opened, for a walk in which each is once.
    pub(crate) opened: BTreeSet<String>,
    /// Whether records are kept.
    pub(crate) keeping: bool,
    /// The last id given to a command by `again`.
    pub(crate) last: Option<(Actor, CommandId, Command)>,
    pub(crate) next_id: Option<CommandId>,
    entropy: u64,
}

impl Desk {
    /// A desk with this config, just started.
    pub(crate) fn new(config: desk_core::config::Config) -> Self {
        let mut desk = Self {
            state: State::new(0),
            now: Stamp { desk_ms: 1_000_000, wall_ms: 1_700_000_000_000 },
            rules: Rules::default(),
            records: Vec::new(),
            strict: true,
            opened: BTreeSet::new(),
            keeping: true,
            last: None,
            next_id: None,
            entropy: 0,
        };
        desk.configure(config).expect("a first config is taken");
        desk.run(Command::Start { epoch: 1, lost: None }).expect("a desk starts");
        desk
    }

    /// A desk after these lines; see [`super::check`].
    pub(crate) fn given(lines: &str) -> Self {
        let lines = lines.trim();
        let (settings, lines) = match lines.strip_prefix('[').and_then(|l| l.split_once(']')) {
            Some((settings, lines)) => (settings, lines),
            None => ("", lines),
        };
        let mut desk = Self::new(configured(settings));
        for line in lines.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            if let Err(refusal) = desk.line(line) {
                panic!("given '{lines}': '{line}' is refused: {refusal}");
            }
        }
        desk
    }

    /// Puts a config in force; its hash is that of its values.
    pub(crate) fn configure(
        &mut self,
        config: desk_core::config::Config,
    ) -> Result<Answer, Refusal> {
        let hash = desk_core::digest::of_json(&config);
        self.run(Command::SetConfig { config: Box::new(config), hash })
    }

    /// Decides a command by whom it would come from, and all that follows from it.
    pub(crate) fn run(&mut self, command: Command) -> Result<Answer, Refusal> {
        let who = actor_of(&command);
        self.send(who, command)
    }

    /// Decides a command, and all that follows from it.
    pub(crate) fn send(&mut self, who: Actor, command: Command) -> Result<Answer, Refusal> {
        self.due_by_now();
        let id = self.next_id.take();
        if let Some(id) = &id {
            self.last = Some((who.clone(), id.clone(), command.clone()));
        }
        let answer = self.decide(who, id, command);
        self.settle();
        answer
    }

    /// Lets time pass on both clocks; whatever comes due is decided at its time.
    pub(crate) fn advance(&mut self, ms: u64) {
        let until = self.now.desk_ms + ms;
        while let Some(at) = self.next_due_at().filter(|at| *at <= until) {
            self.to(at.max(self.now.desk_ms));
            self.due_by_now();
        }
        self.to(until);
    }

    /// Goes to the next deadline and decides it; false where there is none.
    pub(crate) fn next_deadline(&mut self) -> bool {
        let Some(at) = self.next_due_at() else { return false };
        self.to(at.max(self.now.desk_ms));
        let timer = self.state.due(self.now).cloned().expect("the clock is at a deadline");
        self.decide(Actor::Deadline, None, Command::Due(timer)).expect("a deadline is decided");
        self.settle();
        true
    }

    /// What the journal tells of a chat.
    pub(crate) fn story(&self, chat: ChatId) -> Option<Story> {
        let events = self.records.iter().flat_map(|r| r.events.iter().map(|e| (r.at, e)));
        Story::fold(chat, events)
    }

    /// What the journal tells of a chat's incident.
    pub(crate) fn incident(&self, chat: ChatId) -> Option<Incident> {
        Incident::fold(chat, &self.records)
    }

    /// The deliveries that were ever wanted, in order.
    pub(crate) fn wanted_deliveries(&self) -> Vec<DeliveryId> {
        let wanted = |event: &Event| match event {
            Event::DeliveryWanted(wanted) => Some(wanted.delivery),
            _ => None,
        };
        self.events_since(0).filter_map(wanted).collect()
    }

    /// What the journal tells of a delivery.
    pub(crate) fn delivery(&self, id: DeliveryId) -> Option<Delivery> {
        Delivery::fold(id, self.records.iter()).map(|(delivery, _)| delivery)
    }

    /// The events since this many records.
    pub(crate) fn events_since(&self, records: usize) -> impl Iterator<Item = &Event> {
        self.records[records..].iter().flat_map(|record| &record.events)
    }

    /// State as the journal alone makes it.
    pub(crate) fn replayed(&self) -> State {
        let mut state = State::new(0);
        for record in &self.records {
            apply_record(&mut state, record);
        }
        state
    }

    /// Holds what must hold whenever nothing is left to follow, and that replay equals live.
    pub(crate) fn hold(&self, row: &str) {
        invariants::at_rest(&self.state, row);
        assert_eq!(
            self.replayed().digest(),
            self.state.digest(),
            "replay differs from live\n{row}"
        );
    }

    fn next_due_at(&self) -> Option<u64> {
        let desk = self.state.desk.first().map(|(at, _)| at);
        let wall = self.state.wall.first().map(|(at, _)| {
            let ahead = u64::try_from(at - self.now.wall_ms).unwrap_or(0);
            self.now.desk_ms + ahead
        });
        desk.into_iter().chain(wall).min()
    }

    fn to(&mut self, desk_ms: u64) {
        self.now.wall_ms += i64::try_from(desk_ms - self.now.desk_ms).expect("a short time");
        self.now.desk_ms = desk_ms;
    }

    fn due_by_now(&mut self) {
        while let Some(timer) = self.state.due(self.now).cloned() {
            let due = Command::Due(timer.clone());
            self.decide(Actor::Deadline, None, due).expect("a deadline is decided");
            let at = self.state.desk.at(&timer);
            assert!(
                at.is_none_or(|at| at >= self.now.desk_ms + 1000),
                "{timer:?} moves too little"
            );
            self.settle();
        }
    }

    fn settle(&mut self) {
        for _ in 0..FOLLOW_UPS_MAX {
            let Some(follow) = next(&self.state) else { return };
            self.decide(Actor::FollowUp, None, follow).expect("a follow-up is decided");
        }
        panic!("follow-ups do not end: {:?}", self.state.work);
    }

    fn decide(
        &mut self,
        who: Actor,
        id: Option<CommandId>,
        command: Command,
    ) -> Result<Answer, Refusal> {
        self.entropy += 1;
        let mut entropy = [0; 16];
        entropy[8..].copy_from_slice(&self.entropy.to_be_bytes());
        let seq = self.state.seq + 1;
        let envelope =
            Envelope { seq, epoch: self.state.epoch, at: self.now, who, id, entropy, command };
        let decision = decide(&self.state, &envelope, &mut self.rules);
        if let Some(record) = decision.record(&self.state, &envelope) {
            let kept = if self.keeping { written_and_read(&record) } else { record };
            if self.strict {
                invariants::before(&self.state, &kept);
            }
            if self.strict && self.keeping {
                past::hold(&self.state, &kept, &mut |chat| self.story(chat));
            }
            apply_record(&mut self.state, &kept);
            if self.strict {
                invariants::after(&self.state, &kept);
            }
            if self.keeping {
                self.records.push(kept);
            }
        }
        decision.answer
    }
}

fn written_and_read(record: &Record) -> Record {
    let text = serde_json::to_string(record).expect("a record can be written");
    let read = serde_json::from_str(&text).expect("a record can be read");
    assert_eq!(*record, read, "a record is read as it was written");
    read
}

/// By whom a command comes where a test does not say.
fn actor_of(command: &Command) -> Actor {
    match command {
        Command::Login { agent }
        | Command::Logout { agent, .. }
        | Command::AskStatus { agent, .. }
        | Command::StopNew { agent }
        | Command::Accept { agent, .. }
        | Command::Reject { agent, .. }
        | Command::SetCodes { agent, .. }
        | Command::SetNote { agent, .. }
        | Command::ExtendWrapup { agent, .. }
        | Command::WrapUp { agent, .. }
        | Command::ClaimPop { agent, .. }
        | Command::ReportPop { agent, .. } => Actor::Agent(agent.clone()),
        Command::EndChat { agent: Some(agent), .. }
        | Command::Transfer { agent: Some(agent), .. }
        | Command::ChooseMatch { agent: Some(agent), .. }
        | Command::SearchMatch { agent: Some(agent), .. } => Actor::Agent(agent.clone()),
        Command::OpenChat(new) | Command::LeaveForm { new, .. } => Actor::Customer(new.chat),
        Command::PostMessage { from: Author::Agent(agent), .. } => Actor::Agent(agent.clone()),
        Command::PostMessage { chat, .. }
        | Command::CustomerCame { chat }
        | Command::CustomerWent { chat }
        | Command::LeaveChat { chat } => Actor::Customer(*chat),
        Command::StreamOpened { .. } | Command::StreamLost { .. } => {
            Actor::Driver("presence".into())
        }
        Command::TakeLookup { .. } | Command::LookupAnswered { .. } => {
            Actor::Driver("lookup".into())
        }
        Command::TakeStep { .. } | Command::StepAnswered { .. } => Actor::Driver("outbox".into()),
        Command::TakeDelivery { .. } | Command::DeliveryAnswered { .. } => {
            Actor::Driver("deliver".into())
        }
        Command::FollowEvents(_) => Actor::Driver("events".into()),
        Command::Start { .. } | Command::SetConfig { .. } | Command::SetScripts { .. } => {
            Actor::Daemon
        }
        _ => Actor::Admin("root".into()),
    }
}

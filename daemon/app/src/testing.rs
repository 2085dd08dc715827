//! A desk to test with: alice serves `help`, bob serves `help` and `sales`, both with a capacity
//! of two chats; a code is mandatory, post-processing lasts ten minutes.

use crate::engine::{Engine, Input, Output, Published};
use crate::links::Links;
use crate::rules::Rules;
use desk_core::config::{
    AgentConfig, Authority, CodeMissing, Config, ConversationConfig, Disposition, Dispositions,
    IncidentWhen, PopWhen, QueueConfig, RoutingConfig, Times, WaitingConfig, WrapupConfig,
    WrapupMode,
};
use desk_core::name::{AgentId, ChatId};
use desk_core::view::CandidateView;
use desk_core::{
    Actor, Answer, Command, Customer, Event, IntentKind, NewChat, Record, Refusal, Stamp, State,
    VERSION,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

fn agent(name: &str, queues: &[&str]) -> AgentConfig {
    AgentConfig {
        name: name.into(),
        capacity: 2,
        skills: BTreeMap::new(),
        queues: queues.iter().map(|queue| ((*queue).into(), 50)).collect(),
        authority: Authority::Local,
    }
}

/// The config.
pub(crate) fn config() -> Config {
    let code = |id: &str| Disposition { id: id.into(), label: id.to_uppercase(), parent: None };
    let queue = QueueConfig {
        name: "Help".into(),
        priority: 0,
        skills: BTreeMap::new(),
        weight: 1,
        accept_secs: 600,
        cooldown_secs: 30,
        length_max: 100,
        reject: true,
        overflow: None,
        wrapup: WrapupConfig {
            mode: WrapupMode::Timed,
            secs: 600,
            code_missing: CodeMissing::Stay,
            extend: desk_core::config::Extend { secs: 60, most: 3 },
        },
        dispositions: Dispositions {
            codes: vec![code("solved"), code("spam")],
            mandatory: true,
            default: None,
            most: 1,
        },
        pop: PopWhen::Accept,
        incident: IncidentWhen::AtEnd,
        incident_unhandled: false,
        incident_fields: BTreeMap::new(),
        fields: BTreeMap::new(),
        conversation: ConversationConfig::default(),
        routing: RoutingConfig::default(),
        waiting: WaitingConfig::default(),
        hours: None,
        form: None,
    };
    let agents = BTreeMap::from([
        ("alice".into(), agent("Alice Archer", &["help"])),
        ("bob".into(), agent("Bob Baker", &["help", "sales"])),
    ]);
    let queues = BTreeMap::from([
        ("help".into(), queue.clone()),
        ("sales".into(), QueueConfig { name: "Sales".into(), ..queue }),
    ]);
    // Nobody looks customers up here.
    let times = Times { caller_wait_secs: 0, ..Times::default() };
    Config { agents, queues, times, ..Config::default() }
}

/// A record of these events.
pub(crate) fn record(seq: u64, epoch: u64, at: Stamp, events: Vec<Event>) -> Record {
    Record {
        v: VERSION,
        seq,
        shard: 0,
        epoch,
        at,
        who: Actor::Daemon,
        kind: "test".into(),
        id: None,
        config: None,
        hooks: Vec::new(),
        about: None,
        events,
    }
}

/// A person's record.
pub(crate) fn candidate(name: &str, n: u32) -> CandidateView {
    CandidateView {
        incidents: Vec::new(),
        table: "sys_user".into(),
        sys_id: format!("{n:032x}"),
        name: name.into(),
        email: "dana@example.com".into(),
        active: true,
        fields: BTreeMap::new(),
    }
}

/// Random bytes.
pub(crate) fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// An engine in virtual time, without a journal: everything is durable at once.
pub(crate) struct Play {
    pub(crate) engine: Engine<Rules>,
    pub(crate) links: Links,
    pub(crate) now: Stamp,
    pub(crate) published: Vec<Arc<Published>>,
}

impl Play {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self::ruled(config, Rules::of(None))
    }

    /// The same with rules.
    pub(crate) fn ruled(config: Config, rules: Rules) -> Self {
        let links = Links::default();
        let base = "http://sn.example".parse().unwrap();
        links.set(Some((base, crate::config::PopTemplate::Classic)));
        let engine = Engine::new(State::new(0), rules, links.clone(), 1, 16, random);
        let now = Stamp { desk_ms: 1_000, wall_ms: 1_700_000_000_000 };
        let mut play = Self { engine, links, now, published: Vec::new() };
        play.done(Actor::Daemon, Command::Start { epoch: 1, lost: None });
        let (config, hash) = (Box::new(config), "a".repeat(64).into());
        play.done(Actor::Daemon, Command::SetConfig { config, hash });
        play.published.clear();
        play
    }

    pub(crate) fn state(&self) -> &State {
        self.engine.state()
    }

    /// Gives a command, with the follow-ups after it.
    pub(crate) fn give(&mut self, who: Actor, command: Command) -> Result<Answer, Refusal> {
        let answer = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&answer);
        let reply = Box::new(move |answer| *slot.lock().unwrap() = Some(answer));
        let made = self.engine.step(self.now, Input::Command { who, id: None, command, reply });
        self.take(made.released);
        answer.lock().unwrap().take().unwrap()
    }

    pub(crate) fn done(&mut self, who: Actor, command: Command) -> Answer {
        self.give(who, command).unwrap()
    }

    /// Lets time pass; what comes due is decided.
    pub(crate) fn pass(&mut self, ms: u32) {
        self.now.desk_ms += u64::from(ms);
        self.now.wall_ms += i64::from(ms);
        let made = self.engine.step(self.now, Input::Turn);
        self.take(made.released);
    }

    fn take(&mut self, released: Vec<Output>) {
        let durable = self.engine.durable(self.engine.state().seq);
        for output in released.into_iter().chain(durable) {
            match output {
                Output::Run(thunk) => thunk(),
                Output::Publish(published) => self.published.push(published),
                Output::Wake(_) => {}
            }
        }
    }

    /// An agent logs in and is ready.
    pub(crate) fn ready(&mut self, agent: &str) {
        let (agent, who) = (AgentId::from(agent), Actor::Agent(agent.into()));
        self.done(who.clone(), Command::Login { agent: agent.clone() });
        let to = IntentKind::Available;
        self.done(who, Command::AskStatus { agent, to, reason: None });
    }

    /// A customer opens the n-th chat.
    pub(crate) fn chat(&mut self, n: u128, queue: &str) -> ChatId {
        let chat = ChatId(uuid::Uuid::from_u128(n));
        let (name, email) = ("Dana".into(), "dana@example.com".into());
        let new = NewChat {
            chat,
            queue: queue.into(),
            customer: Customer { name, email, verified: false },
            fields: BTreeMap::new(),
            skills: BTreeMap::new(),
            email_key: None,
            foreign: None,
            authority: Authority::Local,
        };
        self.done(Actor::Customer(chat), Command::OpenChat(Box::new(new)));
        chat
    }

    /// The agent takes the chat that they are offered.
    pub(crate) fn accept(&mut self, agent: &str, chat: ChatId) {
        let agent = AgentId::from(agent);
        self.done(Actor::Agent(agent.clone()), Command::Accept { agent, chat, offer: None });
    }
}

//! Engine, outbox and restart in virtual time, without a thread: the seams that everything later
//! stands on. The journal is in memory, ServiceNow is a list.

use desk_core::config::{AgentConfig, Authority, Config, QueueConfig};
use desk_core::config::{
    ConversationConfig, Disposition, Dispositions, IncidentConfig, IncidentWhen, PopWhen,
    RoutingConfig, WaitingConfig, WrapupConfig, WrapupMode,
};
use desk_core::name::{AgentId, ChatId, CommandId, QueueId, StepId, StepKind};
use desk_core::policy::AsConfigured;
use desk_core::{
    Actor, Answer, Answered, Author, Body, Command, Content, Customer, IntentKind, NewChat,
    RecordRef, Refusal, Stamp, State, Status, Story, Visibility, status,
};
use desk_journal::{Journal, MemoryJournal, MemoryWriter, Read};
use deskd::codec::{CHAT, decode, encode};
use deskd::engine::{Engine, Input, Made, Output, replay};
use deskd::links::Links;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// 2026-11-22 10:00:00 UTC.
const WALL: i64 = 1_795_341_600_000;

/// The desk over a disk that outlives it.
struct Desk {
    disk: MemoryJournal,
    writer: MemoryWriter,
    engine: Engine<AsConfigured>,
    epoch: u64,
    now: Stamp,
    unsaved: Vec<desk_journal::Row>,
}

impl Desk {
    fn start(disk: MemoryJournal, wall_ms: i64) -> Self {
        let (writer, start) = disk.open(u64::try_from(wall_ms / 1000).unwrap());
        let state = replay(&disk, start.snapshot.as_ref(), u64::MAX).unwrap().state;
        let mut n = start.epoch.to_be_bytes()[7];
        let ids = move || {
            n = n.wrapping_add(1);
            [n; 16]
        };
        let engine = Engine::new(state, AsConfigured, Links::default(), start.epoch, 16, ids);
        let now = Stamp { desk_ms: start.desk_ms, wall_ms };
        let mut desk = Self { disk, writer, engine, epoch: start.epoch, now, unsaved: Vec::new() };
        let epoch = desk.epoch;
        desk.command(Actor::Daemon, Command::Start { epoch, lost: None }).unwrap();
        desk
    }

    /// What the engine made: records wait for [`Self::save`], outputs are run at once.
    fn take(&mut self, made: Made) {
        self.unsaved.extend(made.records.iter().map(|record| encode(record)));
        made.released.into_iter().for_each(run);
    }

    fn step(&mut self, input: Input<AsConfigured>) {
        let made = self.engine.step(self.now, input);
        self.take(made);
    }

    /// Commits what waits; only now may anything that tells of it leave.
    fn save(&mut self) {
        self.writer.mark(self.now.desk_ms).expect("the disk writes");
        let Some(first) = self.unsaved.first() else { return };
        let committed =
            self.writer.append(first.seq, self.epoch, &self.unsaved).expect("the disk writes");
        self.unsaved.clear();
        self.engine.durable(committed.last_seq).into_iter().for_each(run);
    }

    fn command(&mut self, who: Actor, command: Command) -> Result<Answer, Refusal> {
        let seen = self.send(who, None, command);
        while self.engine.has_more() {
            self.step(Input::Turn);
        }
        self.save();
        let answer = seen.lock().unwrap().take();
        answer.expect("every command is answered once it is durable")
    }

    fn send(&mut self, who: Actor, id: Option<CommandId>, command: Command) -> Seen {
        let seen: Seen = Arc::default();
        let reply = Arc::clone(&seen);
        let reply = Box::new(move |answer| *reply.lock().unwrap() = Some(answer));
        self.step(Input::Command { who, id, command, reply });
        seen
    }

    /// Time passes while the daemon runs.
    fn pass(&mut self, ms: u64) {
        self.now.desk_ms += ms;
        self.now.wall_ms += i64::try_from(ms).unwrap();
        self.step(Input::Turn);
        self.save();
    }

    /// The process dies, and is started again after this time on the wall.
    fn killed_for(self, ms: i64) -> Self {
        self.disk.crash();
        let wall_ms = self.now.wall_ms + ms;
        Self::start(self.disk, wall_ms)
    }

    fn state(&self) -> &State {
        self.engine.state()
    }

    fn status(&self, agent: &str) -> Status {
        status(self.state(), &self.state().agents[&AgentId::from(agent)]).0
    }

    fn story(&self, chat: ChatId) -> Story {
        let rows = self.disk.by_index(CHAT, &chat.to_string(), 0, 1000).unwrap();
        let records: Vec<_> = rows.iter().map(|row| decode(row).unwrap()).collect();
        let events = records.iter().flat_map(|r| r.events.iter().map(move |e| (r.at, e)));
        Story::fold(chat, events).unwrap()
    }
}

type Seen = Arc<Mutex<Option<Result<Answer, Refusal>>>>;

fn run(output: Output) {
    if let Output::Run(thunk) = output {
        thunk();
    }
}

fn config() -> Config {
    let queue = QueueConfig {
        name: "Support".into(),
        priority: 0,
        skills: BTreeMap::new(),
        weight: 1,
        accept_secs: 30,
        cooldown_secs: 60,
        length_max: 100,
        reject: true,
        overflow: None,
        wrapup: WrapupConfig {
            mode: WrapupMode::Timed,
            secs: 60,
            code_missing: Default::default(),
            extend: Default::default(),
        },
        dispositions: Dispositions {
            codes: vec![Disposition { id: "solved".into(), label: "Solved".into(), parent: None }],
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
    let support = QueueId::from("support");
    let agent = |name: &str| AgentConfig {
        name: name.into(),
        capacity: 1,
        skills: BTreeMap::new(),
        queues: BTreeMap::from([(support.clone(), 50)]),
        authority: Authority::Local,
    };
    let agents = ["ann", "ben", "eve"].map(|name| (AgentId::from(name), agent(name)));
    Config {
        agents: agents.into(),
        queues: BTreeMap::from([(support, queue)]),
        // What is not known yet waits longer.
        incident: IncidentConfig { ids_of_ours: true, ..IncidentConfig::default() },
        ..Config::default()
    }
}

fn desk() -> Desk {
    let mut desk = Desk::start(MemoryJournal::new(), WALL);
    let config = Box::new(config());
    let hash = desk_core::digest::of_json(&*config);
    desk.command(Actor::Daemon, Command::SetConfig { config, hash }).unwrap();
    desk
}

fn agent(name: &str) -> Actor {
    Actor::Agent(name.into())
}

fn available(desk: &mut Desk, name: &str) {
    desk.command(agent(name), Command::Login { agent: name.into() }).unwrap();
    let to = IntentKind::Available;
    let ask = Command::AskStatus { agent: name.into(), to, reason: None };
    desk.command(agent(name), ask).unwrap();
}

fn open(desk: &mut Desk, n: u128) -> ChatId {
    let chat = ChatId(uuid::Uuid::from_u128(n));
    let customer = Customer { name: "Tom".into(), ..Customer::default() };
    let new = NewChat {
        chat,
        queue: "support".into(),
        customer,
        fields: BTreeMap::new(),
        skills: BTreeMap::new(),
        email_key: None,
        foreign: None,
        authority: Authority::Local,
    };
    desk.command(Actor::Integrator("http".into()), Command::OpenChat(Box::new(new))).unwrap();
    chat
}

fn accept(desk: &mut Desk, name: &str, chat: ChatId) {
    let accept = Command::Accept { agent: name.into(), chat, offer: None };
    desk.command(agent(name), accept).unwrap();
}

#[test]
fn nothing_is_answered_before_it_is_durable() {
    let mut desk = desk();
    let login = Command::Login { agent: "ann".into() };
    let seen = desk.send(agent("ann"), None, login);
    assert!(seen.lock().unwrap().is_none(), "answered from memory alone");
    assert_eq!(desk.status("ann"), Status::OnBreak, "memory runs ahead");
    desk.save();
    assert_eq!(*seen.lock().unwrap(), Some(Ok(Answer::Done)));
}

#[test]
fn what_was_not_durable_is_gone_after_a_crash_and_nobody_was_told() {
    let mut desk = desk();
    let login = Command::Login { agent: "ann".into() };
    let seen = desk.send(agent("ann"), None, login);
    let desk = desk.killed_for(1_000);
    assert!(seen.lock().unwrap().is_none());
    assert_eq!(desk.status("ann"), Status::LoggedOut);
}

#[test]
fn a_view_sees_what_was_decided_and_waits_until_it_is_durable() {
    let mut desk = desk();
    desk.send(agent("ann"), None, Command::Login { agent: "ann".into() });
    let seen: Arc<Mutex<Option<Status>>> = Arc::default();
    let told = Arc::clone(&seen);
    desk.step(Input::View(Box::new(move |state, _| {
        let status = status(state, &state.agents[&AgentId::from("ann")]).0;
        Box::new(move || *told.lock().unwrap() = Some(status))
    })));
    assert!(seen.lock().unwrap().is_none());
    desk.save();
    assert_eq!(*seen.lock().unwrap(), Some(Status::OnBreak));
}

#[test]
fn a_stop_of_ten_minutes_runs_out_nobodys_timer() {
    let mut desk = desk();
    // Ann is offered a chat, Ben wraps one up, and a third waits.
    available(&mut desk, "ben");
    let wrapping = open(&mut desk, 1);
    accept(&mut desk, "ben", wrapping);
    let end = Command::EndChat { chat: wrapping, agent: Some("ben".into()) };
    desk.command(agent("ben"), end).unwrap();
    available(&mut desk, "ann");
    let offered = open(&mut desk, 2);
    let waiting = open(&mut desk, 3);
    desk.pass(10_000);
    let left = |desk: &Desk| {
        let offer = desk.state().chats[&offered].offers().next().unwrap().deadline;
        offer - desk.state().at.desk_ms.max(desk.now.desk_ms)
    };
    let before = left(&desk);

    let mut desk = desk.killed_for(600_000);
    assert_eq!(left(&desk), before, "the acceptance timer goes on with what was left");
    assert_eq!(desk.status("ann"), Status::Offered);
    assert_eq!(desk.status("ben"), Status::PostProcessing);
    assert!(desk.state().chats.contains_key(&waiting), "nothing is abandoned");

    desk.pass(19_000);
    assert_eq!(desk.status("ann"), Status::Offered, "one second is left");
    desk.pass(1_000);
    assert_eq!(desk.status("ann"), Status::OnBreak, "the timer at zero puts the agent on break");
    // No code is mandatory-missing forever: Ben's timer has 30 s more and then stays for the code.
    desk.pass(30_000);
    assert_eq!(desk.status("ben"), Status::PostProcessing);
}

#[test]
fn an_accept_that_is_in_by_its_deadline_wins() {
    let mut desk = desk();
    available(&mut desk, "ann");
    let chat = open(&mut desk, 1);
    let deadline = desk.state().chats[&chat].offers().next().unwrap().deadline;
    // The engine hears of it late, but it was stamped in time.
    desk.now.desk_ms = deadline;
    accept(&mut desk, "ann", chat);
    assert_eq!(desk.status("ann"), Status::Busy);
}

#[test]
fn one_chat_makes_one_incident_through_crashes_of_the_driver_and_the_desk() {
    let mut desk = desk();
    available(&mut desk, "ann");
    let chat = open(&mut desk, 7);
    accept(&mut desk, "ann", chat);
    let content = Content::Text { text: "My printer is on fire".into() };
    let (from, visibility) = (Author::Customer, Visibility::All);
    let say = Command::PostMessage { chat, from, visibility, content };
    desk.command(Actor::Customer(chat), say).unwrap();
    let codes = vec!["solved".into()];
    let code = Command::SetCodes { agent: "ann".into(), chat, codes };
    desk.command(agent("ann"), code).unwrap();
    desk.command(agent("ann"), Command::WrapUp { agent: "ann".into(), chat }).unwrap();
    assert!(desk.state().chats.is_empty(), "the chat left memory");
    let create = StepId { chat, kind: StepKind::Create };

    // A driver takes the step, sends it, and the desk dies before it hears of it.
    let taken = take(&mut desk, create).unwrap();
    let Some(Body::Create { sys_id, fields, .. }) = taken.body else { panic!("no body") };
    assert!(fields["description"].contains("My printer is on fire"));
    let mut desk = desk.killed_for(5_000);

    // The step is due again, says that it may have been done, and its body is the frozen one.
    let again = take(&mut desk, create).unwrap();
    assert!(again.doubtful && again.body.is_none());
    assert_eq!(again.attempt, 2);
    let frozen = desk.disk.row(again.frozen.unwrap()).unwrap().unwrap();
    let frozen = String::from_utf8(match frozen.personal {
        desk_journal::Personal::Kept(bytes) => bytes,
        other => panic!("{other:?}"),
    });
    assert!(frozen.unwrap().contains(&sys_id), "the body that may have been sent");

    let record = RecordRef { table: "incident".into(), sys_id };
    let created = Some((record, "INC0010001".to_owned()));
    let answered = Answered::Done { created, foreign: false, differences: Vec::new() };
    let done = Command::StepAnswered { step: create, attempt: 2, answered };
    desk.command(Actor::Driver("outbox".into()), done).unwrap();

    let complete = StepId { chat, kind: StepKind::Complete(1) };
    let work = take(&mut desk, complete).unwrap();
    let Some(Body::Complete { fields, mark, .. }) = work.body else { panic!("no body") };
    assert!(fields["work_notes"].ends_with(&mark));
    let answered = Answered::Done { created: None, foreign: false, differences: Vec::new() };
    let done = Command::StepAnswered { step: complete, attempt: 1, answered };
    desk.command(Actor::Driver("outbox".into()), done).unwrap();
    assert!(desk.state().outbox.incidents.is_empty(), "nothing is left to do");
}

fn take(desk: &mut Desk, step: StepId) -> Option<desk_core::StepWork> {
    let story = Box::new(desk.story(step.chat));
    let read_to = desk.state().seq;
    let take = Command::TakeStep { step, story, read_to };
    match desk.command(Actor::Driver("outbox".into()), take) {
        Ok(Answer::Step(work)) => work.map(|work| *work),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_start_from_a_snapshot_is_the_start_from_all_records() {
    let mut desk = desk();
    available(&mut desk, "ann");
    available(&mut desk, "eve");
    for n in 1..6 {
        open(&mut desk, n);
    }
    let head = desk.disk.head().unwrap();
    let snapshot = deskd::engine::to_snapshot(desk.state(), head.chain, WALL);
    for n in 6..9 {
        open(&mut desk, n);
    }
    let whole = replay(&desk.disk, None, u64::MAX).unwrap();
    let short = replay(&desk.disk, Some(&snapshot), u64::MAX).unwrap();
    assert!(short.records < whole.records);
    assert_eq!(whole.state.digest(), desk.state().digest(), "replay equals live");
    assert_eq!(short.state.digest(), desk.state().digest(), "a snapshot changes nothing");
}

#[test]
fn private_facts_stand_in_the_personal_part_alone() {
    let mut desk = desk();
    let chat = ChatId(uuid::Uuid::from_u128(9));
    let canary = "canary-4711";
    let new = NewChat {
        chat,
        queue: "support".into(),
        customer: Customer {
            name: canary.into(),
            email: format!("{canary}@x.example"),
            verified: false,
        },
        fields: BTreeMap::from([("note".into(), canary.into())]),
        skills: BTreeMap::new(),
        email_key: Some("keyed-hash".into()),
        foreign: None,
        authority: Authority::Local,
    };
    desk.command(Actor::Integrator("http".into()), Command::OpenChat(Box::new(new))).unwrap();
    let rows = desk.disk.by_index(CHAT, &chat.to_string(), 0, 10).unwrap();
    assert!(!rows.is_empty());
    for mut row in rows {
        let clear = String::from_utf8(row.clear.clone()).unwrap();
        assert!(!clear.contains(canary), "{clear}");
        let whole = decode(&row).unwrap();
        row.personal = desk_journal::Personal::Erased;
        let erased = decode(&row).unwrap();
        assert_eq!(erased.events.len(), whole.events.len(), "an erased record still applies");
    }
}

//! A desk, a sandbox and the drivers, and what the tests do with them.

use crate::clock::{Clock, SystemClock, wall_ms};
use crate::config::{self, Settings};
use crate::desk::{Desk, Parts, Readers, Threads};
use crate::drivers::{Bounds, Instance, lookup, outbox};
use crate::engine::{Engine, News, replay};
use crate::keys::Keys;
use crate::links::Links;
use desk_core::config::Config;
use desk_core::name::{AgentId, ChatId, StepId, StepKind};
use desk_core::policy::{Asked, Policy, Question};
use desk_core::{
    Actor, Answer, Author, Command, Content, Customer, Event, IntentKind, Kv, NewChat, Stamp,
    StepEvent, Visibility,
};
use desk_journal::{Options, Store};
use desk_sandbox::{Running, Sandbox};
use desk_servicenow::{Client, JournalEntry, Outcome, Record};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Longer than anything takes: a wait that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) const ANN: &str = "ann";
pub(super) const BEN: &str = "ben";

/// A rule that a test sets.
pub(super) type Rule = fn(&Question) -> Option<Asked>;

/// The rules of a test.
pub(super) struct TestRules(Rule);

impl Policy for TestRules {
    fn ask(&mut self, question: &Question, _: &Kv) -> Option<Asked> {
        (self.0)(question)
    }
}

struct TestClock {
    clock: SystemClock,
    ahead_ms: Arc<AtomicU64>,
}

impl Clock for TestClock {
    fn now(&self) -> Stamp {
        let now = self.clock.now();
        let ahead = self.ahead_ms.load(Ordering::SeqCst);
        Stamp { desk_ms: now.desk_ms + ahead, ..now }
    }
}

pub(super) struct World {
    pub(super) dir: TempDir,
    pub(super) sandbox: Running,
    pub(super) settings: Settings,
    pub(super) core: Config,
    pub(super) instance: Instance,
    pub(super) rule: Rule,
    up: Option<Up>,
}

/// A desk that runs.
struct Up {
    desk: Desk<TestRules>,
    threads: Threads,
    ahead_ms: Arc<AtomicU64>,
    published: broadcast::Receiver<News>,
    seen: Vec<Event>,
    shutdown: CancellationToken,
    drivers: JoinSet<()>,
}

impl World {
    /// A desk and a sandbox, with the drivers at work.
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with another config.
    pub(super) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut world = Self::idle(change).await;
        world.drive();
        world
    }

    /// The same without drivers.
    pub(super) async fn idle(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().expect("folder");
        let sandbox = start_sandbox(dir.path()).await;
        let loaded = config::embedded().expect("the config that is built in");
        let (mut settings, mut core) = (loaded.settings, loaded.core);
        settings.base = dir.path().to_owned();
        settings.data_dir = dir.path().join("journal");
        settings.servicenow.url = Some(sandbox.url().parse().expect("a URL"));
        settings.servicenow.username = Some("admin".into());
        settings.servicenow.password_file = Some("password".into());
        // What is not known yet is asked for by those that are about it.
        core.incident.ids_of_ours = true;
        change(&mut core);
        let (instance, rule): (_, Rule) = (Instance::default(), |_| None);
        let mut world = Self { dir, sandbox, settings, core, instance, rule, up: None };
        world.set_password("admin");
        world.instance = Instance::from_settings(&world.settings).expect("an instance");
        world.start().await;
        world.log_in(ANN).await;
        world
    }

    pub(super) fn set_password(&self, password: &str) {
        let path = self.dir.path().join("password");
        std::fs::write(&path, password).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
    }

    /// Opens the journal and starts the desk, as the daemon does.
    pub(super) async fn start(&mut self) {
        let wall_seconds = u64::try_from(wall_ms() / 1000).expect("after 1970");
        let opened = Store::open(&self.settings.data_dir, &Options { wall_seconds });
        let opened = opened.expect("the journal opens");
        let (start, open) = (opened.start, opened.readers);
        let readers = Readers::new(4, move || open.open());
        let replayed = readers.read_now(|journal| -> Result<_, anyhow::Error> {
            Ok(replay(journal, start.snapshot.as_ref(), u64::MAX)?)
        });
        let state = replayed.expect("replayed").state;
        let links = Links::default();
        let mut ids = 0_u128;
        let epoch = start.epoch;
        let random = move || {
            ids += 1;
            (ids << 64 | u128::from(epoch)).to_be_bytes()
        };
        let rules = TestRules(self.rule);
        let engine = Engine::new(state, rules, links.clone(), epoch, 16, random);
        let ahead_ms = Arc::new(AtomicU64::new(0));
        let clock = SystemClock::from(start.desk_ms);
        let (desk, threads) = Desk::start(Parts {
            engine,
            clock: Arc::new(TestClock { clock, ahead_ms: Arc::clone(&ahead_ms) }),
            journal: Box::new(opened.writer),
            readers,
            snapshots: opened.snapshots,
            dir: self.settings.data_dir.clone(),
            keys: Keys::fixed([7; 32]),
            links,
            epoch: start.epoch,
            loss: false,
            engine_bounds: self.settings.engine.clone(),
            journal_bounds: self.settings.journal.clone(),
        })
        .expect("threads");
        let published = desk.subscribe();
        self.up = Some(Up {
            desk,
            threads,
            ahead_ms,
            published,
            seen: Vec::new(),
            shutdown: CancellationToken::new(),
            drivers: JoinSet::new(),
        });
        self.daemon(Command::Start { epoch: start.epoch, lost: None }).await;
        let config = Box::new(self.core.clone());
        let hash = desk_core::digest::of_json(&self.core);
        self.daemon(Command::SetConfig { config, hash }).await;
    }

    /// Starts the drivers.
    pub(super) fn drive(&mut self) {
        let instance = self.instance.clone();
        let up = self.up();
        let (desk, shutdown) = (up.desk.clone(), up.shutdown.clone());
        let lookups = lookup::run(desk.clone(), instance.clone(), bounds, shutdown.clone());
        up.drivers.spawn(lookups);
        up.drivers.spawn(outbox::run(desk, instance, bounds, shutdown));
    }

    /// Ends the drivers, waiting for what is under way.
    pub(super) async fn end_drivers(&mut self) {
        let up = self.up();
        up.shutdown.cancel();
        while let Some(ended) = up.drivers.join_next().await {
            ended.expect("a driver ends well");
        }
        up.shutdown = CancellationToken::new();
    }

    /// Stops desk and drivers.
    pub(super) async fn stop(&mut self) {
        self.end_drivers().await;
        let Up { desk, threads, .. } = self.up.take().expect("the desk runs");
        let joined = tokio::task::spawn_blocking(move || {
            desk.stop();
            threads.join();
        });
        joined.await.expect("stopped");
    }

    fn up(&mut self) -> &mut Up {
        self.up.as_mut().expect("the desk runs")
    }

    pub(super) fn desk(&self) -> Desk<TestRules> {
        self.up.as_ref().expect("the desk runs").desk.clone()
    }

    /// Lets desk time pass.
    pub(super) fn pass(&mut self, secs: u64) {
        self.up().ahead_ms.fetch_add(secs * 1000, Ordering::SeqCst);
    }

    pub(super) async fn command(&self, who: Actor, command: Command) -> Answer {
        let kind = command.kind();
        let answer = self.desk().command(who, None, command).await;
        answer.unwrap_or_else(|error| panic!("{kind}: {error}"))
    }

    async fn daemon(&self, command: Command) {
        self.command(Actor::Daemon, command).await;
    }

    pub(super) async fn admin(&self, command: Command) {
        self.command(Actor::Admin("root".into()), command).await;
    }

    pub(super) async fn agent(&self, id: &str, command: impl FnOnce(AgentId) -> Command) {
        let agent = AgentId::from(id);
        self.command(Actor::Agent(agent.clone()), command(agent)).await;
    }

    pub(super) async fn log_in(&self, id: &str) {
        let to = IntentKind::Available;
        self.agent(id, |agent| Command::Login { agent }).await;
        self.agent(id, |agent| Command::AskStatus { agent, to, reason: None }).await;
    }

    /// The n-th event, from the start of this desk on, of which `fits` holds; waits for it.
    pub(super) async fn until(
        &mut self,
        what: &str,
        n: usize,
        fits: impl Fn(&Event) -> bool,
    ) -> Event {
        let up = self.up();
        let found = async {
            loop {
                if let Some(found) = up.seen.iter().filter(|event| fits(event)).nth(n - 1) {
                    return found.clone();
                }
                let news = up.published.recv().await.expect("the desk publishes");
                up.seen.extend(news.record().into_iter().flat_map(|record| record.events.clone()));
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain for {what}; there was: {:#?}", self.up().seen),
        }
    }

    /// Waits until the step has moved so for the n-th time.
    pub(super) async fn moved(&mut self, id: StepId, n: usize, so: fn(&StepEvent) -> bool) {
        let what = format!("{id} to move");
        let fits = |event: &Event| {
            let Event::StepMoved { step, to, .. } = event else { return false };
            *step == id && so(to)
        };
        self.until(&what, n, fits).await;
    }

    pub(super) async fn done(&mut self, chat: ChatId, kind: StepKind) {
        self.moved(StepId { chat, kind }, 1, |to| *to == StepEvent::Done).await;
    }

    /// Waits until the step is to be tried again, for the n-th time.
    pub(super) async fn again(&mut self, chat: ChatId, kind: StepKind, n: usize) {
        self.moved(StepId { chat, kind }, n, |to| matches!(to, StepEvent::Due { .. })).await;
    }

    /// Waits for the chat's n-th match.
    pub(super) async fn matched(&mut self, id: ChatId, n: usize) -> Event {
        let fits = |event: &Event| matches!(event, Event::MatchSet { chat, .. } if *chat == id);
        self.until("a match", n, fits).await
    }

    /// Opens a chat of this customer.
    pub(super) async fn open(&self, n: u128, name: &str, email: &str) -> ChatId {
        let chat = ChatId(uuid::Uuid::from_u128(n));
        let new = NewChat {
            chat,
            queue: "support".into(),
            customer: Customer { name: name.into(), email: email.into(), verified: false },
            fields: BTreeMap::new(),
            skills: BTreeMap::new(),
            email_key: None,
            foreign: None,
            authority: desk_core::config::Authority::Local,
        };
        let open = Command::OpenChat(Box::new(new));
        let answer = self.command(Actor::Customer(chat), open).await;
        assert_eq!(answer, Answer::ChatOpened { chat });
        chat
    }

    /// The agent is offered the chat and takes it.
    pub(super) async fn accept(&mut self, id: ChatId, who: &str) {
        let to = AgentId::from(who);
        let fits = |event: &Event| {
            let Event::OfferMade(made) = event else { return false };
            made.chat == id && made.agent == to
        };
        self.until("an offer", 1, fits).await;
        self.agent(who, |agent| Command::Accept { agent, chat: id, offer: None }).await;
    }

    pub(super) async fn say(&self, chat: ChatId, from: Author, text: &str) {
        let who = match &from {
            Author::Agent(agent) => Actor::Agent(agent.clone()),
            _ => Actor::Customer(chat),
        };
        let (visibility, content) = (Visibility::All, Content::Text { text: text.into() });
        self.command(who, Command::PostMessage { chat, from, visibility, content }).await;
    }

    /// The agent chooses a code, writes a note and wraps up.
    pub(super) async fn wrap_up(&self, chat: ChatId, who: &str, code: &str, note: &str) {
        let (codes, note) = (vec![code.into()], note.to_owned());
        self.agent(who, |agent| Command::SetCodes { agent, chat, codes }).await;
        self.agent(who, |agent| Command::SetNote { agent, chat, note }).await;
        self.agent(who, |agent| Command::WrapUp { agent, chat }).await;
    }

    /// Ann has a chat with this customer, looked up and accepted.
    pub(super) async fn talk(&mut self, n: u128, name: &str, email: &str) -> ChatId {
        let chat = self.open(n, name, email).await;
        self.matched(chat, 1).await;
        self.accept(chat, ANN).await;
        self.say(chat, Author::Customer, "My printer is on fire.").await;
        self.say(chat, Author::Agent(ANN.into()), "Which one?").await;
        chat
    }

    /// The same, wrapped up.
    pub(super) async fn chat(&mut self, n: u128, name: &str, email: &str) -> ChatId {
        let chat = self.talk(n, name, email).await;
        self.wrap_up(chat, ANN, "solved", "Took the toner out.").await;
        chat
    }

    /// A client of the test's own.
    pub(super) fn client(&self) -> Client {
        let url = self.sandbox.url();
        let config = desk_servicenow::Config::new(&url, "admin", "admin".into());
        Client::new(config.expect("config")).expect("client")
    }

    /// The chat's one incident, as the instance holds it.
    pub(super) async fn incident(&self, chat: ChatId) -> Record {
        let fields = ["number", "caller_id", "description", "short_description", "contact_type"];
        let mut found = self.find("incident", "correlation_id", &chat.to_string(), &fields).await;
        assert_eq!(found.len(), 1, "exactly one incident");
        found.remove(0)
    }

    pub(super) async fn find(
        &self,
        table: &str,
        field: &str,
        value: &str,
        fields: &[&str],
    ) -> Vec<Record> {
        answer(self.client().find(table, field, value, fields).await)
    }

    /// How often the instance was asked so.
    pub(super) fn asked(&self, what: &str) -> u64 {
        self.sandbox.asked().get(what).copied().unwrap_or(0)
    }

    /// The work notes of an incident, the oldest first.
    pub(super) async fn notes(&self, incident: &Record) -> Vec<String> {
        let notes = self.client().journal_entries(&incident.sys_id, "work_notes").await;
        let mut notes: Vec<JournalEntry> = answer(notes);
        notes.reverse();
        notes.into_iter().map(|note| note.value).collect()
    }
}

/// What is not done is a test's failure.
pub(super) fn answer<T>(outcome: Outcome<T>) -> T {
    match outcome.into_result() {
        Ok(value) => value,
        Err(not_done) => panic!("{not_done}"),
    }
}

pub(super) fn bounds() -> Bounds {
    let (tick, stop) = (Duration::from_millis(20), Duration::from_secs(10));
    Bounds { at_once: 4, tick, stop, each: None }
}

pub(super) async fn start_sandbox(dir: &Path) -> Running {
    let options = desk_sandbox::Options::new(dir.join("sandbox"));
    Sandbox::start(options).await.expect("a sandbox")
}

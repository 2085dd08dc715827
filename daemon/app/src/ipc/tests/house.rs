//! A desk with a journal in a folder of its own and the local socket before it, all in this
//! process: alice serves `help`, bob serves `help` and `sales`.

use super::client::Client;
use crate::clock::SystemClock;
use crate::config::{Agents, Engine as Bounds, Journal, PopTemplate, Settings, User, embedded};
use crate::desk::{Desk, Parts, Readers, Threads};
use crate::drivers::{Audited, DriverStatus};
use crate::engine::{Engine, News};
use crate::history::Sent;
use crate::ipc::{Clients, Site, bind, serve};
use crate::keys::Keys;
use crate::links::Links;
use crate::rules::Rules;
use crate::site::By;
use crate::testing::{candidate, config, random};
use desk_core::config::{Authority, Config};
use desk_core::name::ChatId;
use desk_core::{Actor, Answer, Author, Command, Content, Customer, NewChat, State, Visibility};
use desk_journal::{Opened, Options, Store};
use desk_wire::view::{
    BackupView, Breaker, ConfigView, ErrorView, HookView, ScriptDiffView, ScriptMode,
    ScriptSetView, ShadowView, TimesView,
};
use desk_wire::{Refusal, Role};
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// How long a test waits for what must come.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct House {
    pub(super) desk: Desk<Rules>,
    pub(super) socket: PathBuf,
    pub(super) settings: watch::Sender<Settings>,
    pub(super) site: Arc<TestSite>,
    pub(super) shutdown: CancellationToken,
    pub(super) served: Option<tokio::task::JoinHandle<()>>,
    threads: Option<Threads>,
    _dir: TempDir,
}

impl House {
    pub(super) async fn open() -> Self {
        Self::with(|_, _| ()).await
    }

    /// A house with other values than usual.
    pub(super) async fn with(change: impl FnOnce(&mut Config, &mut Settings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut config, mut settings) = (config(), embedded().unwrap().settings);
        settings.socket = dir.path().join("deskd.sock");
        settings.users = vec![user(&["alice", "bob"], &[Role::Agent, Role::Admin], &[])];
        change(&mut config, &mut settings);
        let (desk, threads) = desk(&dir);
        let (epoch, hash) = (desk.epoch(), "a".repeat(64).into());
        let daemon = async |command| desk.command(Actor::Daemon, None, command).await.unwrap();
        daemon(Command::Start { epoch, lost: None }).await;
        daemon(Command::SetConfig { config: Box::new(config), hash }).await;
        let door = bind(&settings.socket, settings.ipc.mode.0).unwrap();
        let socket = settings.socket.clone();
        let settings = watch::Sender::new(settings);
        let (shutdown, site) = (CancellationToken::new(), Arc::new(TestSite::default()));
        let of_site = Arc::clone(&site) as Arc<dyn Site>;
        let url = "http://desk.example".to_owned();
        let clients =
            Clients::new(settings.subscribe(), desk.clone(), of_site, url, shutdown.clone());
        let served = Some(tokio::spawn(serve(door, Arc::new(clients))));
        let threads = Some(threads);
        Self { desk, socket, settings, site, shutdown, served, threads, _dir: dir }
    }

    /// A client that acts as this.
    pub(super) async fn client(&self, act_as: &str) -> Client {
        Client::connect(&self.socket, Some(act_as)).await
    }

    /// Gives a command that must be done.
    pub(super) async fn done(&self, who: Actor, command: Command) -> Answer {
        self.desk.command(who, None, command).await.unwrap()
    }

    /// A customer opens a chat.
    pub(super) async fn chat(&self, queue: &str) -> ChatId {
        let chat = ChatId(uuid::Uuid::from_bytes(random()));
        self.chat_of(chat, queue, "dana@example.com").await;
        chat
    }

    pub(super) async fn chat_of(&self, chat: ChatId, queue: &str, email: &str) -> Answer {
        let customer = Customer { name: "Dana".into(), email: email.into(), verified: false };
        let new = NewChat {
            chat,
            queue: queue.into(),
            customer,
            fields: BTreeMap::from([("plan".into(), "gold".into())]),
            skills: BTreeMap::new(),
            email_key: crate::codec::email_key(self.desk.keys(), email),
            foreign: None,
            authority: Authority::Local,
        };
        self.done(Actor::Customer(chat), Command::OpenChat(Box::new(new))).await
    }

    /// The customer says something.
    pub(super) async fn hear(&self, chat: ChatId, text: &str) {
        let content = Content::Text { text: text.into() };
        let (from, visibility) = (Author::Customer, Visibility::All);
        let command = Command::PostMessage { chat, from, visibility, content };
        self.done(Actor::Customer(chat), command).await;
    }

    /// The lookup finds these.
    pub(super) async fn found(&self, chat: ChatId, names: &[&str]) {
        let driver = || Actor::Driver("lookup".into());
        let taken = self.done(driver(), Command::TakeLookup { chat }).await;
        let Answer::Lookup(work) = taken else { panic!("{taken:?}") };
        let candidates = names.iter().zip(1..).map(|(name, n)| candidate(name, n)).collect();
        let command = Command::LookupAnswered { chat, n: work.n, result: Ok(candidates) };
        self.done(driver(), command).await;
    }

    /// What State says.
    pub(super) async fn see<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> T {
        self.desk.view(|state, _| look(state)).await.unwrap()
    }
}

impl Drop for House {
    /// The journal's writer must have ended before its folder goes.
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.desk.stop();
        self.threads.take().into_iter().for_each(Threads::join);
    }
}

/// Waits for a record of which this holds.
pub(super) async fn record(
    published: &mut broadcast::Receiver<News>,
    meant: impl Fn(&desk_core::Event) -> bool,
) {
    let is_meant = |news: News| news.record().is_some_and(|r| r.events.iter().any(&meant));
    let found = async { while !is_meant(published.recv().await.unwrap()) {} };
    tokio::time::timeout(PATIENCE, found).await.expect("the record comes");
}

pub(super) fn user(agents: &[&str], roles: &[Role], queues: &[&str]) -> User {
    User {
        uid: Some(nix::unistd::geteuid().as_raw()),
        agents: Agents::Named(agents.iter().map(|agent| (*agent).into()).collect()),
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
        queues: queues.iter().map(|queue| (*queue).into()).collect(),
    }
}

fn desk(dir: &TempDir) -> (Desk<Rules>, Threads) {
    let path = dir.path().join("journal");
    let Opened { writer, readers, snapshots, start, .. } =
        Store::open(&path, &Options { wall_seconds: 1 }).unwrap();
    let links = Links::default();
    links.set(Some(("http://sn.example".parse().unwrap(), PopTemplate::Classic)));
    let rules = Rules::of(None);
    let engine = Engine::new(State::new(0), rules, links.clone(), start.epoch, 16, random);
    Desk::start(Parts {
        engine,
        clock: Arc::new(SystemClock::from(start.desk_ms)),
        journal: Box::new(writer),
        readers: Readers::new(2, move || readers.open()),
        snapshots,
        dir: path,
        keys: Keys::fixed([7; 32]),
        links,
        epoch: start.epoch,
        loss: false,
        engine_bounds: Bounds::default(),
        journal_bounds: Journal::default(),
    })
    .unwrap()
}

/// A site that does nothing and says so.
#[derive(Default)]
pub(crate) struct TestSite {
    pub(super) stopped: AtomicBool,
    pub(super) broken: AtomicBool,
    /// Who steered script sets.
    pub(super) steered: Mutex<Vec<By>>,
}

impl Site for TestSite {
    fn audit(&self, _: Vec<Sent>) -> BoxFuture<'_, Result<Vec<Audited>, Refusal>> {
        Box::pin(async { Err(Refusal::new("servicenow_silent", "the config names no instance")) })
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    fn diff_scripts(&self, _: Option<String>) -> BoxFuture<'_, Result<ScriptDiffView, Refusal>> {
        Box::pin(async { Err(Refusal::new("unknown_set", "there is none")) })
    }

    fn apply_scripts(&self, by: By, _: Option<String>) -> BoxFuture<'_, Result<(), Refusal>> {
        self.steered.lock().unwrap().push(by);
        Box::pin(async { Ok(()) })
    }

    fn roll_back_scripts(&self, by: By, _: Option<String>) -> BoxFuture<'_, Result<(), Refusal>> {
        self.steered.lock().unwrap().push(by);
        Box::pin(async { Ok(()) })
    }

    fn reload_scripts(&self, _: By) -> BoxFuture<'_, Result<(), Refusal>> {
        let broken = self.broken.load(Ordering::SeqCst);
        Box::pin(async move {
            if broken {
                Err(Refusal::new("scripts_rejected", "on_offer.rhai:3: no"))
            } else {
                Ok(())
            }
        })
    }

    fn hooks(&self) -> BoxFuture<'_, Result<Vec<HookView>, Refusal>> {
        let hook = HookView {
            hook: "on_offer".into(),
            file: None,
            calls: 0,
            failures: 0,
            kinds: BTreeMap::new(),
            defaults: 0,
            operations: 0,
            times: TimesView::default(),
            last_failure: None,
            last_failure_at: None,
            on_failure: String::new(),
            breaker: Breaker::Closed,
            rests: 0,
            resting_until: None,
            resting_why: None,
        };
        Box::pin(async { Ok(vec![hook]) })
    }

    fn followed(&self) -> BoxFuture<'_, Result<Option<u64>, Refusal>> {
        Box::pin(async { Ok(Some(1)) })
    }

    fn shadow(&self) -> Option<ShadowView> {
        None
    }

    fn script_set(&self) -> ScriptSetView {
        ScriptSetView {
            serving: None,
            since: 0,
            rejected: None,
            mode: ScriptMode::Auto,
            candidate: None,
            kept: Vec::new(),
        }
    }

    fn config(&self) -> ConfigView {
        let hash = String::new();
        ConfigView { file: None, hash, since: 0, rejected: None, retired: Vec::new() }
    }

    fn backup(&self, dir: PathBuf) -> BoxFuture<'_, Result<BackupView, Refusal>> {
        let dir = dir.display().to_string();
        Box::pin(async { Ok(BackupView { dir, seq: 1, chain: String::new(), bytes: 0 }) })
    }

    fn drivers(&self) -> DriverStatus {
        DriverStatus::default()
    }

    fn errors(&self) -> Vec<ErrorView> {
        vec![ErrorView { at: 0, text: "lookup: no".into() }]
    }
}

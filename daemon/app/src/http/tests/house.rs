//! A desk with a journal in a folder of its own and the HTTP door before it, all in this process.

use super::super::{Door, Tls, serve};
use crate::clock::SystemClock;
use crate::config::{Engine as Bounds, Http, Journal, Settings, embedded};
use crate::desk::{Desk, Parts, Readers, Threads};
use crate::engine::{Engine, replay};
use crate::ipc::Clients;
use crate::ipc::tests::house::TestSite;
use crate::keys::Keys;
use crate::links::Links;
use crate::rules::Rules;
use desk_core::config::{
    AgentConfig, Authority, CodeMissing, Config, ConversationConfig, Dispositions, Extend,
    IncidentWhen, PopWhen, QueueConfig, RoutingConfig, Times, WaitingConfig, WrapupConfig,
    WrapupMode,
};
use desk_core::name::{AgentId, ChatId};
use desk_core::{Actor, Answer, Author, Command, Content, IntentKind, Visibility};
use desk_journal::{Opened, Options, Store};
use futures_util::future::try_join_all;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How long a test waits for what must come.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct House {
    pub(super) desk: Desk<Rules>,
    pub(super) addr: SocketAddr,
    pub(super) settings: Http,
    pub(super) tls: Option<Arc<Tls>>,
    /// The config as it may change while the house stands.
    pub(super) whole: watch::Sender<Settings>,
    pub(super) clients: Arc<Clients<Rules>>,
    pub(super) shutdown: CancellationToken,
    client: reqwest::Client,
    threads: Option<Threads>,
    _dir: TempDir,
}

impl House {
    pub(super) async fn open() -> Self {
        Self::with(|_, _| ()).await
    }

    /// A house with other settings than usual.
    pub(super) async fn with(change: impl FnOnce(&mut Config, &mut Http)) -> Self {
        Self::with_all(|config, settings| change(config, &mut settings.http)).await
    }

    /// The same with any of the settings.
    pub(super) async fn with_all(change: impl FnOnce(&mut Config, &mut Settings)) -> Self {
        let (mut config, mut whole) = (config(), embedded().unwrap().settings);
        whole.http = Http::default();
        change(&mut config, &mut whole);
        let settings = whole.http.clone();
        let dir = tempfile::tempdir().unwrap();
        let (desk, threads) = desk(&dir);
        let (epoch, hash) = (desk.epoch(), "a".repeat(64).into());
        let daemon = async |command| desk.command(Actor::Daemon, None, command).await.unwrap();
        daemon(Command::Start { epoch, lost: None }).await;
        daemon(Command::SetConfig { config: Box::new(config), hash }).await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let tls = Tls::of(&whole).unwrap().map(Arc::new);
        let site = Arc::new(TestSite::default());
        let url = format!("http://{addr}");
        let whole = watch::Sender::new(whole);
        let watched = whole.subscribe();
        let clients = Clients::new(watched, desk.clone(), site, url, shutdown.clone());
        let clients = Arc::new(clients);
        let (of_desk, of_settings) = (desk.clone(), settings.clone());
        let (of_clients, of_tls) = (Arc::clone(&clients), tls.clone());
        tokio::spawn(serve(listener, of_desk, of_settings, of_tls, of_clients, shutdown.clone()));
        // Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let threads = Some(threads);
        Self { desk, addr, settings, tls, whole, clients, shutdown, client, threads, _dir: dir }
    }

    /// What routes get, for tests beneath them.
    pub(super) fn door(&self) -> Arc<Door> {
        let (desk, settings) = (self.desk.clone(), self.settings.clone());
        Arc::new(Door::new(desk, settings, Arc::clone(&self.clients), self.shutdown.clone()))
    }

    pub(super) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("http://{}{path}", self.addr))
    }

    pub(super) async fn ask(&self, method: &str, path: &str) -> Reply {
        Reply::of(self.request(method, path).send().await.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request("POST", path).json(&body).send().await.unwrap()).await
    }

    /// A chat of a customer's.
    pub(super) async fn chat(&self) -> Chat<'_> {
        let reply = self.post("/v1/chats", arrival()).await;
        reply.expect(201);
        Chat::of(self, &reply)
    }

    /// Gives a command that must be done.
    pub(super) async fn done(&self, who: Actor, command: Command) -> Answer {
        self.desk.command(who, None, command).await.unwrap()
    }

    /// The customer of this chat says this so many times, past the door.
    pub(super) async fn hear(&self, chat: ChatId, times: u64, text: &str) {
        let say = |_| {
            let content = Content::Text { text: text.into() };
            let (from, visibility) = (Author::Customer, Visibility::All);
            let command = Command::PostMessage { chat, from, visibility, content };
            self.desk.command(Actor::Customer(chat), None, command)
        };
        // A part at a time: the desk lets only so many wait.
        for part in 0..times.div_ceil(500) {
            let rest = times - part * 500;
            try_join_all((0..rest.min(500)).map(say)).await.unwrap();
        }
    }

    /// Alice takes what is offered to her.
    pub(super) async fn alice_comes(&self) {
        let (agent, who) = (alice(), Actor::Agent(alice()));
        self.done(who.clone(), Command::Login { agent: agent.clone() }).await;
        let available = Command::AskStatus { agent, to: IntentKind::Available, reason: None };
        self.done(who, available).await;
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

pub(super) fn alice() -> AgentId {
    "alice".into()
}

/// A customer's request for a chat.
pub(super) fn arrival() -> Value {
    json!({ "queue": "help", "name": "Dana", "email": "dana@example.com" })
}

fn desk(dir: &TempDir) -> (Desk<Rules>, Threads) {
    let path = dir.path().join("journal");
    let Opened { writer, readers, snapshots, start, .. } =
        Store::open(&path, &Options { wall_seconds: 1 }).unwrap();
    let readers = Readers::new(2, move || readers.open());
    let state = readers
        .read_now(|journal| -> Result<_, crate::http::problem::Fault> {
            Ok(replay(journal, None, u64::MAX).unwrap().state)
        })
        .unwrap();
    let ids = || {
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        id
    };
    Desk::start(Parts {
        engine: Engine::new(state, Rules::of(None), Links::default(), start.epoch, 16, ids),
        clock: Arc::new(SystemClock::from(start.desk_ms)),
        journal: Box::new(writer),
        readers,
        snapshots,
        dir: path,
        keys: Keys::fixed([7; 32]),
        links: Links::default(),
        epoch: start.epoch,
        loss: false,
        engine_bounds: Bounds::default(),
        journal_bounds: Journal::default(),
    })
    .unwrap()
}

/// Alice serves `help`; nobody serves `quiet`.
fn config() -> Config {
    let alice = AgentConfig {
        name: "Alice Archer".into(),
        capacity: 2,
        skills: BTreeMap::new(),
        queues: BTreeMap::from([("help".into(), 50)]),
        authority: Authority::Local,
    };
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
            secs: 60,
            code_missing: CodeMissing::Stay,
            extend: Extend::default(),
        },
        dispositions: Dispositions { most: 1, ..Dispositions::default() },
        pop: PopWhen::Never,
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
    let queues = BTreeMap::from([("help".into(), queue.clone()), ("quiet".into(), queue)]);
    // Nobody looks customers up here.
    let times = Times { caller_wait_secs: 0, ..Times::default() };
    let agents = BTreeMap::from([("alice".into(), alice)]);
    Config { agents, queues, times, ..Config::default() }
}

/// A chat, as its customer knows it.
pub(super) struct Chat<'a> {
    house: &'a House,
    pub(super) id: ChatId,
    pub(super) token: String,
}

impl<'a> Chat<'a> {
    pub(super) fn of(house: &'a House, reply: &Reply) -> Self {
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        Self { house, id: text("chat").parse().unwrap(), token: text("token") }
    }

    pub(super) fn path(&self, rest: &str) -> String {
        format!("/v1/chats/{}{rest}", self.id)
    }

    pub(super) fn request(&self, method: &str, rest: &str) -> RequestBuilder {
        self.house.request(method, &self.path(rest)).bearer_auth(&self.token)
    }

    pub(super) async fn ask(&self, method: &str, rest: &str) -> Reply {
        Reply::of(self.request(method, rest).send().await.unwrap()).await
    }

    pub(super) async fn say(&self, id: &str, text: &str) -> Reply {
        let body = json!({ "id": id, "text": text });
        Reply::of(self.request("POST", "/messages").json(&body).send().await.unwrap()).await
    }

    /// Alice says something, to everybody or to the house alone.
    pub(super) async fn alice_says(&self, text: &str, visibility: Visibility) {
        let content = Content::Text { text: text.into() };
        let from = Author::Agent(alice());
        let command = Command::PostMessage { chat: self.id, from, visibility, content };
        self.house.done(Actor::Agent(alice()), command).await;
    }

    /// Alice takes the chat, which is offered to her.
    pub(super) async fn alice_accepts(&self) {
        let accept = Command::Accept { agent: alice(), chat: self.id, offer: None };
        self.house.done(Actor::Agent(alice()), accept).await;
    }

    /// Alice ends the chat and wraps it up, by which it leaves memory.
    pub(super) async fn alice_finishes(&self) {
        let chat = self.id;
        let wrap_up = Command::WrapUp { agent: alice(), chat };
        self.house.done(Actor::Agent(alice()), wrap_up).await;
        let there = self.house.desk.view(move |state, _| state.chats.contains_key(&chat));
        assert!(!there.await.unwrap(), "a chat that is wrapped up leaves memory");
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let header =
            |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
        let headers = response.headers().iter().map(header).collect();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    #[track_caller]
    pub(super) fn expect(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers.get("cache-control").map(String::as_str), Some("no-store"));
        assert_eq!(self.headers["x-content-type-options"], "nosniff");
        &self.body
    }

    /// It is a problem with this status and code, in the one shape.
    #[track_caller]
    pub(super) fn expect_problem(&self, status: u16, code: &str) -> &Value {
        let body = self.expect(status);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{body}");
        assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(status)));
        assert_eq!(body["type"], "about:blank");
        let said = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(said("title") && said("detail"), "{body}");
        body
    }
}

//! Sending one request and reading its answer, within bounds.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Instant;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::classify::{self, Act, Answer, Good};
use crate::config::{Config, ConfigError};
use crate::gate::{Came, Gate, Room};
use crate::http;
use crate::login::{Failed, Header, Login};
use crate::outcome::NotDone;
use crate::query;
use crate::record::SysId;

/// A client for one instance. Cheap to clone; clones share the bound on concurrency,
/// the login, and what is known of an instance that fails.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    config: Arc<Config>,
    permits: Arc<Semaphore>,
    gate: Gate,
    login: Arc<Login>,
}

/// One request.
pub(crate) struct Call {
    pub(crate) act: Act,
    pub(crate) method: Method,
    /// Below the base URL, with nothing in it that needs encoding.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// What a request carries.
pub(crate) enum Body {
    None,
    Json(Value),
    Raw { content_type: String, bytes: Vec<u8> },
}

impl Call {
    pub(crate) fn get(path: String, query: Vec<(&'static str, String)>) -> Self {
        Self { act: Act::Read, method: Method::GET, path, query, body: Body::None }
    }

    pub(crate) fn write(
        method: Method,
        path: String,
        query: Vec<(&'static str, String)>,
        body: Body,
    ) -> Self {
        Self { act: Act::Write, method, path, query, body }
    }
}

impl Client {
    /// A client that keeps no cookies, follows no redirects and repeats nothing by itself.
    ///
    /// # Errors
    /// What is wrong with the config.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let http = http::client(&config)?;
        let permits = Arc::new(Semaphore::new(config.concurrency));
        let gate = Gate::new(config.breaker);
        Ok(Self { http, config: Arc::new(config), permits, gate, login: Arc::default() })
    }

    /// The config that it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The record id that belongs to `key`, such as a chat's id, in this installation's namespace.
    pub fn own_sys_id(&self, key: &str) -> SysId {
        SysId::derive(&self.config.namespace, key)
    }

    /// Whether requests leave now, by what became of the earlier ones.
    #[must_use]
    pub fn room(&self) -> Room {
        self.gate.room(Instant::now())
    }

    /// Sends a request and sorts what came of it.
    pub(crate) async fn call(&self, call: Call) -> Result<Good, NotDone> {
        // Waiting for a free place counts as trying: nobody is to wait without end.
        let permit = tokio::time::timeout(self.config.timeout, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            let why = "nothing was sent: all places for requests are taken".to_owned();
            return Err(NotDone::Retry { after: None, why });
        };
        self.look_for_login().await;
        let pass = self.gate.enter(Instant::now())?;
        let (name, started) = (format!("{} {}", call.method, call.path), Instant::now());
        let act = call.act;
        let Sent { status, came, transaction, mut sorted } = self.send(call).await;
        let wait = pass.leave(came, Instant::now());
        if let (Some(wait), Err(NotDone::Retry { after, .. })) = (wait, &mut sorted) {
            *after = Some(after.map_or(wait, |told| told.max(wait)));
        }
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let transaction = transaction.as_deref().unwrap_or("none");
        match act {
            Act::Read => tracing::debug!(request = name, status, transaction, ms, "asked"),
            Act::Write => tracing::info!(request = name, status, transaction, ms, "sent"),
        }
        if let Err(not_done) = &sorted {
            tracing::debug!(request = name, transaction, %not_done, "not done");
        }
        sorted
    }

    /// While nothing is sent because the login was refused, a changed secret ends that.
    async fn look_for_login(&self) {
        if !self.gate.wants_login(Instant::now()) {
            return;
        }
        let refused = self.login.last().await;
        if let Some(refused) = refused
            && let Ok(Some(_)) = self.login.renewed(&refused, &self.http, &self.config).await
        {
            self.gate.another_login();
        }
    }

    /// Sends a request; after a 401 once more, if there is another login by then or the same one was
    /// good until now. A refused login means that nothing was done, so that even a write may be
    /// repeated.
    async fn send(&self, call: Call) -> Sent {
        let act = call.act;
        let request = self.request(call);
        let again = request.try_clone();
        let header = match self.login.header(&self.http, &self.config).await {
            Ok(header) => header,
            Err(Failed::Refused(why)) => return Sent::nothing(Came::Login, why),
            Err(Failed::NotDone(why)) => return Sent::nothing(Came::Failure, why),
        };
        let sent = self.exchange(request, header.as_ref(), act).await;
        let (Some(again), Some(401)) = (again, sent.status) else {
            return sent;
        };
        let transaction = sent.transaction.as_deref().unwrap_or("none");
        tracing::warn!(transaction, "the login was refused");
        let was_good = self.login.was_good();
        let another = match &header {
            Some(refused) => self.login.renewed(refused, &self.http, &self.config).await,
            None => Ok(None),
        };
        match another {
            Ok(Some(another)) => self.exchange(again, Some(&another), act).await,
            Ok(None) if was_good => self.exchange(again, header.as_ref(), act).await,
            Ok(None) => sent,
            Err(failed) => {
                let why = failed.why();
                tracing::warn!(%why, "no other login after a 401");
                sent
            }
        }
    }

    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        header: Option<&Header>,
        act: Act,
    ) -> Sent {
        let request = match header {
            Some(Header { name, value }) => request.header(name, value),
            None => request,
        };
        match exchange(request, act, self.config.answer_bytes_max).await {
            Ok(answer) => {
                let sent = Sent::answered(act, &answer);
                if sent.came == Came::Answer {
                    self.login.worked();
                }
                sent
            }
            Err(not_done) => Sent::nothing(Came::Failure, not_done),
        }
    }

    fn request(&self, call: Call) -> reqwest::RequestBuilder {
        let mut url = self.config.url(&call.path);
        url.set_query((!call.query.is_empty()).then(|| query::encode(&call.query)).as_deref());
        let request = self.http.request(call.method, url).header(ACCEPT, "application/json");
        match call.body {
            Body::None => request,
            Body::Json(value) => request.json(&value),
            Body::Raw { content_type, bytes } => {
                request.header(CONTENT_TYPE, content_type).body(bytes)
            }
        }
    }
}

/// What came of one request.
struct Sent {
    /// Missing when no answer came.
    status: Option<u16>,
    /// What the gate is to know of it.
    came: Came,
    /// Under which the instance's own logs have it.
    transaction: Option<String>,
    sorted: Result<Good, NotDone>,
}

impl Sent {
    fn nothing(came: Came, not_done: NotDone) -> Self {
        Self { status: None, came, transaction: None, sorted: Err(not_done) }
    }

    fn answered(act: Act, answer: &Answer) -> Self {
        let sorted = classify::answer(act, answer);
        let came = match (answer.status, &sorted, answer.retry_after) {
            (401 | 407, ..) => Came::Login,
            (_, Ok(_) | Err(NotDone::Permanent { .. }), _) => Came::Answer,
            (429 | 503, _, Some(wait)) => Came::Told(wait),
            (425 | 429, ..) => Came::Busy,
            _ => Came::Failure,
        };
        let transaction = answer.transaction.clone();
        Self { status: Some(answer.status), came, transaction, sorted }
    }
}

/// Sends a request and reads its answer, up to `bytes_max`.
pub(crate) async fn exchange(
    request: reqwest::RequestBuilder,
    act: Act,
    bytes_max: usize,
) -> Result<Answer, NotDone> {
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Err(no_answer(act, error)),
    };
    let headers = response.headers();
    let mut answer = Answer {
        status: response.status().as_u16(),
        content_type: header(headers, CONTENT_TYPE.as_str()),
        retry_after: http::retry_after(headers),
        transaction: header(headers, "x-transaction-id"),
        date: header(headers, DATE.as_str()),
        body: Vec::new(),
        whole: true,
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                if answer.body.len() + chunk.len() > bytes_max {
                    return Err(classify::too_long(act, &answer, bytes_max));
                }
                answer.body.extend_from_slice(&chunk);
            }
            Ok(None) => return Ok(answer),
            Err(_) => {
                answer.whole = false;
                return Ok(answer);
            }
        }
    }
}

/// Sorts a request that got no answer by whether any of it can have left.
fn no_answer(act: Act, error: reqwest::Error) -> NotDone {
    let nothing_sent = error.is_connect() || error.is_builder();
    let is_builder = error.is_builder();
    let error = error.without_url(); // It holds what was asked for.
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        why = format!("{why}: {next}");
        cause = next.source();
    }
    if is_builder { NotDone::refused(why) } else { classify::no_answer(act, nothing_sent, why) }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

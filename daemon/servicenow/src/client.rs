//! Sending one request and reading its answer, within bounds.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, redirect, retry};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::classify::{self, Act, Answer, Good};
use crate::config::{self, Auth, Config, ConfigError};
use crate::outcome::NotDone;
use crate::query;
use crate::record::SysId;

/// Idle connections are given up before a load balancer does it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait that a `Retry-After` is believed for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(2 * 60 * 60);

/// A client for one instance. Cheap to clone; clones share the bound on concurrency.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    config: Arc<Config>,
    permits: Arc<Semaphore>,
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
        let http = http(&config).map_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            ConfigError::Client(format!("{error}: {cause}"))
        })?;
        let permits = Arc::new(Semaphore::new(config.concurrency));
        Ok(Self { http, config: Arc::new(config), permits })
    }

    /// The config that it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The record id that belongs to `key`, such as a chat's id, in this installation's namespace.
    pub fn own_sys_id(&self, key: &str) -> SysId {
        SysId::derive(&self.config.namespace, key)
    }

    /// Sends a request and sorts what came of it.
    pub(crate) async fn call(&self, call: Call) -> Result<Good, NotDone> {
        let (act, name) = (call.act, format!("{} {}", call.method, call.path));
        // Waiting for a free place counts as trying: nobody is to wait without end.
        let permit = tokio::time::timeout(self.config.timeout, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            let why = "all places for requests are taken; nothing was sent".to_owned();
            return Err(NotDone::Retry { after: None, why });
        };
        let started = Instant::now();
        let sorted = match self.send(call).await {
            Ok(answer) => {
                let sorted = classify::answer(act, &answer);
                tracing::debug!(
                    request = name,
                    status = answer.status,
                    transaction = answer.transaction.as_deref().unwrap_or("none"),
                    ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                    "answer"
                );
                sorted
            }
            Err(not_done) => Err(not_done),
        };
        if let Err(not_done) = &sorted {
            tracing::debug!(request = name, %not_done, "not done");
        }
        sorted
    }

    async fn send(&self, call: Call) -> Result<Answer, NotDone> {
        let act = call.act;
        let request = self.request(call);
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(no_answer(act, error)),
        };
        let headers = response.headers();
        let mut answer = Answer {
            status: response.status().as_u16(),
            content_type: header(headers, CONTENT_TYPE.as_str()),
            retry_after: header(headers, RETRY_AFTER.as_str()).as_deref().and_then(seconds),
            transaction: header(headers, "x-transaction-id"),
            body: Vec::new(),
            whole: true,
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    if answer.body.len() + chunk.len() > self.config.answer_bytes_max {
                        return Err(classify::too_long(act, &answer, self.config.answer_bytes_max));
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

    fn request(&self, call: Call) -> reqwest::RequestBuilder {
        let mut url = self.config.base_url.clone();
        url.set_path(&format!("{}{}", url.path().trim_end_matches('/'), call.path));
        url.set_query((!call.query.is_empty()).then(|| query::encode(&call.query)).as_deref());
        let mut request = self.http.request(call.method, url).header(ACCEPT, "application/json");
        request = match &self.config.auth {
            Auth::Basic { username, password } => {
                request.basic_auth(username, Some(password.expose_secret()))
            }
        };
        match call.body {
            Body::None => request,
            Body::Json(value) => request.json(&value),
            Body::Raw { content_type, bytes } => {
                request.header(CONTENT_TYPE, content_type).body(bytes)
            }
        }
    }
}

fn http(config: &Config) -> reqwest::Result<reqwest::Client> {
    tls();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("desk-servicenow/", env!("CARGO_PKG_VERSION")))
        .timeout(config.timeout)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false);
    if config::is_loopback(&config.base_url) {
        builder = builder.no_proxy();
    }
    if config.base_url.scheme() == "http" {
        // Without this the machine's certificates are loaded, which fails where there are none.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// Names the cryptography that TLS uses, unless the process has named one already.
fn tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
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

/// `Retry-After` in seconds, as the instance sends it; a date is left to the caller's back-off.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(|s| Duration::from_secs(s).min(RETRY_AFTER_MAX))
}

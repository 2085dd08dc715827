//! The sinks of the config, each with its client. One whose client cannot be made is kept with the
//! reason: its deliveries wait.

use crate::config::{Settings, Sink, SinkSecrets};
use desk_core::name::{DeliveryId, SinkId};
use desk_servicenow::{BareClient, NotDone, retry_after};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

/// The header by which a receiver knows a repeat.
const ID: &str = "webhook-id";

/// All sinks.
#[derive(Debug)]
pub(crate) struct Sinks {
    settings: Settings,
    by_id: BTreeMap<SinkId, Target>,
}

#[derive(Debug)]
struct Target {
    sink: Sink,
    client: Result<reqwest::Client, String>,
}

impl Sinks {
    pub(super) fn of(settings: &Settings) -> Self {
        let target = |sink: &Sink| {
            let client = client(sink, settings);
            if let Err(why) = &client {
                tracing::error!(sink = sink.id, why, "deliveries to this sink wait");
            }
            (SinkId::from(sink.id.as_str()), Target { sink: sink.clone(), client })
        };
        let by_id = settings.sinks.iter().map(target).collect();
        Self { settings: settings.clone(), by_id }
    }

    /// How many more deliveries to each may be begun, beside those that are under way.
    pub(super) fn free<'a>(
        &self,
        under_way: impl Iterator<Item = &'a (SinkId, DeliveryId)>,
    ) -> BTreeMap<SinkId, usize> {
        let most = |target: &Target| target.sink.concurrency.max(1) as usize;
        let mut free: BTreeMap<_, _> =
            self.by_id.iter().map(|(id, target)| (id.clone(), most(target))).collect();
        for (sink, _) in under_way {
            let free = free.entry(sink.clone()).or_insert(1);
            *free = free.saturating_sub(1);
        }
        free
    }

    /// A sink's secrets, read where they are kept.
    pub(super) fn secrets(&self, id: &SinkId) -> Result<SinkSecrets, NotDone> {
        let target = self.target(id)?;
        self.settings.sink_secrets(&target.sink).map_err(|error| later(error.to_string()))
    }

    /// Posts a delivery. What the receiver says beyond its status is not looked at.
    pub(super) async fn post(
        &self,
        id: &SinkId,
        delivery: DeliveryId,
        (mut headers, body): (HeaderMap, Vec<u8>),
    ) -> Result<(), NotDone> {
        let target = self.target(id)?;
        let client = target.client.clone().map_err(later)?;
        let url = target.sink.url.clone().ok_or_else(|| later("it has no address".to_owned()))?;
        let id = HeaderValue::from_str(&delivery.to_string());
        headers.insert(ID, id.map_err(|_| later("its id is no header".to_owned()))?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = client.post(url).headers(headers).body(body).send().await;
        match answer {
            Ok(answer) => sorted(&answer),
            Err(error) => Err(later(told(&error.without_url()))),
        }
    }

    fn target(&self, id: &SinkId) -> Result<&Target, NotDone> {
        self.by_id
            .get(id)
            .ok_or_else(|| later("the config in the files has no such sink".to_owned()))
    }
}

fn client(sink: &Sink, settings: &Settings) -> Result<reqwest::Client, String> {
    let Some(url) = &sink.url else { return Err("it has no address".to_owned()) };
    let bare = BareClient {
        agent: concat!("deskd/", env!("CARGO_PKG_VERSION")),
        timeout: Duration::from_secs(sink.timeout_secs.into()),
        connect_timeout: Duration::from_secs(sink.connect_secs.into()),
        loopback: desk_servicenow::is_loopback(url),
        plain: url.scheme() == "http",
        authorities: sink.authorities.as_deref().map(|path| settings.base.join(path)),
        identity: None,
    };
    bare.build().map_err(|error| error.to_string())
}

fn later(why: String) -> NotDone {
    NotDone::Retry { after: None, why }
}

/// What went wrong, without the address: it may hold a key.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What a receiver's status means. A redirect is not followed: where a delivery goes is the
/// config's to say.
fn sorted(answer: &Response) -> Result<(), NotDone> {
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let why = format!("the receiver answered {status}");
    let passes = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    if status.is_server_error() || passes {
        return Err(NotDone::Retry { after: retry_after(answer.headers()), why });
    }
    let status = Some(status.as_u16());
    Err(NotDone::Permanent { status, message: why, detail: None, transaction: None })
}

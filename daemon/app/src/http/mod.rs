//! The HTTP door: customers' chats under `/v1`, and the health of the process.
//!
//! What lives here: connections with deadlines of their own ([`serve`], [`Tls`]), typed bodies from which
//! `/v1/openapi.json` is derived, and one shape for everything that goes wrong ([`Problem`], by
//! RFC 9457, with the refusal's stable code).
//!
//! What must not live here: a decision. Each route is a command to the desk, a look at State or a
//! read of the journal; a customer sees their own chat and nothing else.

mod auth;
mod body;
mod chats;
mod cursor;
mod desk;
mod events;
mod forms;
mod guard;
mod health;
mod identity;
mod journal;
mod lease;
mod limit;
mod messages;
mod metrics;
mod names;
mod oidc;
mod openapi;
mod person;
mod problem;
mod queues;
mod remote;
mod server;
mod status;
mod streams;
mod tls;
mod told;

#[cfg(test)]
mod tests;

pub use problem::{FieldError, Problem};
pub use server::serve;
pub use tls::{Tls, TlsError, follow};

use crate::config::Http;
use crate::desk::Desk;
use crate::ipc::Clients;
use crate::metrics::Metrics;
use crate::rules::Rules;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use desk::{pages, session, socket};
use desk_core::name::{ChatId, QueueId};
use limit::Allowance;
use problem::Fault;
use remote::Remote;
use std::net::IpAddr;
use std::sync::Arc;
use streams::Streams;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

/// What every route reaches the desk through.
struct Door {
    desk: Desk<Rules>,
    settings: Http,
    connections: Arc<Semaphore>,
    streams: Arc<Streams>,
    messages: Allowance<ChatId>,
    typing: Allowance<ChatId>,
    opens: Allowance<IpAddr>,
    forms: Allowance<QueueId>,
    signins: Allowance<Option<IpAddr>>,
    oidc: oidc::Pending,
    desks: Arc<Semaphore>,
    clients: Arc<Clients<Rules>>,
    metrics: Metrics,
    shutdown: CancellationToken,
}

impl Door {
    fn new(
        desk: Desk<Rules>,
        settings: Http,
        clients: Arc<Clients<Rules>>,
        shutdown: CancellationToken,
    ) -> Self {
        let room = |most: u32| Arc::new(Semaphore::new(most.max(1) as usize));
        let connections = room(settings.connections);
        let streams = Arc::new(Streams::new(&settings));
        let messages = Allowance::new(settings.messages_per_min, settings.messages_burst);
        let typing = Allowance::new(settings.typing_per_min, settings.typing_per_min);
        let opens = Allowance::new(settings.opens_per_min, settings.opens_burst);
        let forms = Allowance::new(settings.forms_per_min, settings.forms_per_min);
        let signins = Allowance::new(settings.signins_per_min, settings.signins_per_min);
        let (desks, metrics) = (room(settings.desks), Metrics::default());
        Self {
            desk,
            settings,
            connections,
            streams,
            messages,
            typing,
            opens,
            forms,
            signins,
            oidc: oidc::Pending::default(),
            desks,
            clients,
            metrics,
            shutdown,
        }
    }

    /// The path that a proxy puts before this door's own, without a slash at its end.
    fn prefix(&self) -> &str {
        self.settings.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
    }

    /// Takes an opening of a chat, or a form, from what an address may have.
    fn take_opening(&self, remote: Remote) -> Result<(), Fault> {
        remote.counted.map_or(Ok(()), |address| self.opens.take(&address))
    }
}

/// All routes, behind what every request passes.
fn router(door: &Arc<Door>) -> Router {
    Router::new()
        .route("/healthz", get(health::up))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/v1/openapi.json", get(openapi::show))
        .route("/v1/chats", post(chats::open))
        .route("/v1/chats/{chat}", get(chats::show))
        .route("/v1/chats/{chat}/messages", get(messages::list).post(messages::say))
        .route("/v1/chats/{chat}/typing", post(messages::typing))
        .route("/v1/chats/{chat}/end", post(chats::end))
        .route("/v1/chats/{chat}/events", get(events::follow))
        .route("/v1/session", get(session::show).post(session::open).delete(session::close))
        .route("/v1/session/socket", post(session::socket))
        .route("/v1/socket", get(socket::open))
        .route("/v1/oidc", get(oidc::offered))
        .route(oidc::LOGIN, get(oidc::begin))
        .route(oidc::CALLBACK, get(oidc::done))
        .merge(browser_pages())
        .route("/v1/queues/{queue}", get(queues::show))
        .route(forms::PATH, post(forms::leave))
        .route("/v1/forms/{form}", get(forms::show))
        .fallback(async || Fault::NoRoute)
        .method_not_allowed_fallback(async || Fault::NoMethod)
        .layer(DefaultBodyLimit::max(door.settings.body_bytes as usize))
        .layer(from_fn_with_state(Arc::clone(door), guard::guard))
        .with_state(Arc::clone(door))
}

/// The pages, compressed for whoever takes that.
fn browser_pages() -> Router<Arc<Door>> {
    let mut router =
        Router::new().route("/", get(pages::root)).route("/widget.js", get(pages::widget));
    for page in ["desk", "chat", "wall"] {
        let whole = async move |door: State<Arc<Door>>, headers: HeaderMap| {
            pages::page(door, headers, page).await
        };
        router = router.route(&format!("/{page}"), get(whole));
    }
    for folder in ["desk", "chat", "wall", "shared"] {
        let below = async move |door: State<Arc<Door>>, headers: HeaderMap, path: Path<String>| {
            pages::below(door, headers, folder, path).await
        };
        router = router.route(&format!("/{folder}/{{*path}}"), get(below));
    }
    router.layer(CompressionLayer::new())
}

/// Reads a body as each request's, for [`crate::foreign`].
pub(crate) fn read_any(bytes: &[u8]) {
    drop(body::read::<chats::OpenChat>(bytes));
    drop(body::read::<forms::LeaveForm>(bytes));
    drop(body::read::<messages::Say>(bytes));
    drop(body::read::<session::SignIn>(bytes));
}

/// Reads what a request's head says of who sends it, for [`crate::foreign`].
pub(crate) fn read_head(text: &str) {
    let Ok(value) = HeaderValue::from_str(text) else { return };
    let _ = auth::bearer(&value);
    drop(session::cookie_of(&HeaderMap::from_iter([(COOKIE, value)]), "deskd_session"));
}

/// Reads what a site is to have signed, for [`crate::foreign`].
pub(crate) fn read_identity(text: &str) {
    identity::read_any(text);
}

/// Reads what a proxy says of whom it passes on, for [`crate::foreign`].
pub(crate) fn read_forwarded(text: &str) {
    remote::read_any(text);
}

/// Reads a stream's place, for [`crate::foreign`].
pub(crate) fn read_cursor(text: &str) {
    if let Ok(cursor) = text.parse::<cursor::Cursor>() {
        let again = cursor.to_string().parse::<cursor::Cursor>();
        assert!(again.is_ok_and(|again| again == cursor), "it is read as it was written");
    }
}

//! Signing in and out.

use super::origin;
use crate::access::Caller;
use crate::clock::wall_ms;
use crate::http::Door;
use crate::http::body::Typed;
use crate::http::problem::Fault;
use crate::http::remote::Remote;
use crate::ipc::{Ticket, holder_name, user_of};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::time::Duration;
use cookie::{Cookie, CookieBuilder, SameSite};
use desk_core::name::{AgentId, GrantId};
use desk_core::{Actor, Command, Grant, GrantKind, Holder, NewGrant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The cookie that says which session a browser is.
const COOKIE_NAME: &str = "deskd_session";
/// An hour, in seconds.
const HOUR: i64 = 3600;
/// Most characters of what a browser says of itself that are kept.
pub(in crate::http) const BROWSER_CHARS_MAX: usize = 100;

/// What somebody signs in with: one of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SignIn {
    /// A ticket from `deskctl desk`, good once.
    #[serde(default)]
    ticket: Option<String>,
    /// A token from `deskctl token create`.
    #[serde(default)]
    token: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Session {
    /// The session's id.
    session: String,
    /// The agents whom it may act as.
    agents: Vec<String>,
    /// The roles that it has.
    roles: Vec<String>,
    /// The queues that it supervises.
    queues: Vec<String>,
    /// When it is over: milliseconds since 1970.
    expires: i64,
}

/// What opens a connection, once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SocketTicket {
    /// To be given to `/v1/socket?ticket=…` within a minute.
    ticket: String,
}

/// A browser that is signed in.
pub(in crate::http) struct Signed {
    pub(in crate::http) id: GrantId,
    grant: Grant,
}

impl FromRequestParts<Arc<Door>> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Fault> {
        let id = cookie_of(&parts.headers, COOKIE_NAME)
            .and_then(|secret| door.desk.keys().grant_of(&secret));
        let id = id.ok_or(Fault::SignedOut)?;
        let grant = good(door, id, GrantKind::Session).await?.ok_or(Fault::SignedOut)?;
        Ok(Self { id, grant })
    }
}

/// A grant of this kind that is in force. A session speaks in its token's name: its own label is its
/// browser.
pub(in crate::http) async fn good(
    door: &Door,
    id: GrantId,
    kind: GrantKind,
) -> Result<Option<Grant>, Fault> {
    let look = move |state: &desk_core::State, now: desk_core::Stamp| {
        let grant = state.grant(id, now.wall_ms).filter(|grant| grant.kind == kind)?;
        let token = grant.token.and_then(|id| state.grants.get(&id)).unwrap_or(grant);
        Some(Grant { label: token.label.clone(), ..grant.clone() })
    };
    Ok(door.desk.view(look).await?)
}

/// The value of a cookie that a browser sent.
pub(in crate::http) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = all.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// Signs a browser in.
#[utoipa::path(post, path = "/v1/session", request_body = SignIn, responses(
    (status = 200, body = Session),
    (status = 401, body = crate::http::Problem, description = "signed_out: it opens nothing"),
    (status = 403, body = crate::http::Problem, description = "foreign_origin"),
    (status = 422, body = crate::http::Problem, description = "a field is wrong"),
    (status = 429, body = crate::http::Problem, description = "too_fast"),
    (status = 503, body = crate::http::Problem, description = "too_many_grants, overloaded"),
))]
pub(in crate::http) async fn open(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    Typed(body): Typed<SignIn>,
) -> Result<Response, Fault> {
    origin::own(&door, remote, &headers, false)?;
    door.signins.take(&remote.counted)?;
    let (holder, actor, token) = match (body.ticket, body.token) {
        (Some(ticket), None) => match door.clients.tickets().take(&ticket) {
            Some(Ticket::SignIn(holder, actor)) => (holder, actor, None),
            _ => return Err(Fault::SignedOut),
        },
        (None, Some(token)) => {
            let id = door.desk.keys().grant_of(&token).ok_or(Fault::SignedOut)?;
            let grant = good(&door, id, GrantKind::Token).await?.ok_or(Fault::SignedOut)?;
            (grant.holder.clone(), actor(&grant), Some(id))
        }
        _ => {
            let problem = "give either a ticket or a token".to_owned();
            return Err(Fault::WrongField { field: "token".to_owned(), problem });
        }
    };
    let browser = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let label = browser.unwrap_or_default().chars().take(BROWSER_CHARS_MAX).collect();
    let (session, cookie) = make(&door, remote, holder, actor, token, label).await?;
    Ok(([(SET_COOKIE, cookie)], Json(session)).into_response())
}

/// Makes a session, and the cookie that says so.
pub(in crate::http) async fn make(
    door: &Door,
    remote: Remote,
    holder: Holder,
    actor: Actor,
    token: Option<GrantId>,
    label: String,
) -> Result<(Session, HeaderValue), Fault> {
    let id = GrantId(uuid::Uuid::from_bytes(random()?));
    let secs = i64::from(door.settings.session_hours) * HOUR;
    let expires_ms = wall_ms() + secs * 1000;
    let kind = GrantKind::Session;
    let new = NewGrant { id, kind, holder, token, label, expires_ms };
    door.desk.command(actor, None, Command::Grant(Box::new(new))).await?;
    let grant = good(door, id, kind).await?.ok_or(Fault::SignedOut)?;
    let session = told(door, id, &grant).await?;
    let cookie = cookie(door, remote, door.desk.keys().grant_secret(id), secs)?;
    Ok((session, cookie))
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/session", responses(
    (status = 200, body = Session),
    (status = 401, body = crate::http::Problem, description = "signed_out"),
))]
pub(in crate::http) async fn show(
    State(door): State<Arc<Door>>,
    signed: Signed,
) -> Result<Json<Session>, Fault> {
    Ok(Json(told(&door, signed.id, &signed.grant).await?))
}

/// Signs the browser out.
#[utoipa::path(delete, path = "/v1/session", responses(
    (status = 204),
    (status = 401, body = crate::http::Problem, description = "signed_out"),
    (status = 403, body = crate::http::Problem, description = "foreign_origin"),
))]
pub(in crate::http) async fn close(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    signed: Signed,
) -> Result<Response, Fault> {
    origin::own(&door, remote, &headers, false)?;
    let command = Command::Revoke { grant: signed.id };
    door.desk.command(actor(&signed.grant), None, command).await?;
    let cookie = cookie(&door, remote, String::new(), 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Gives what opens a connection.
#[utoipa::path(post, path = "/v1/session/socket", responses(
    (status = 200, body = SocketTicket),
    (status = 401, body = crate::http::Problem, description = "signed_out"),
    (status = 403, body = crate::http::Problem, description = "foreign_origin"),
))]
pub(in crate::http) async fn socket(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    signed: Signed,
) -> Result<Json<SocketTicket>, Fault> {
    origin::own(&door, remote, &headers, false)?;
    let ticket = door.clients.tickets().give(Ticket::Connect(signed.id)).map_err(no_randomness)?;
    Ok(Json(SocketTicket { ticket }))
}

async fn told(door: &Door, id: GrantId, grant: &Grant) -> Result<Session, Fault> {
    let user = user_of(&door.clients.settings().borrow(), &grant.holder);
    let user = user.ok_or(Fault::SignedOut)?;
    let look = |state: &desk_core::State, _| state.agents.keys().cloned().collect();
    let known: BTreeSet<AgentId> = door.desk.view(look).await?;
    let agents = Caller { user: &user, known: &known }.agents();
    Ok(Session {
        session: id.to_string(),
        agents: agents.iter().map(ToString::to_string).collect(),
        roles: user.roles.iter().map(ToString::to_string).collect(),
        queues: user.queues.iter().map(ToString::to_string).collect(),
        expires: grant.expires_ms,
    })
}

/// Who signs in or out, as it stands in the journal.
fn actor(grant: &Grant) -> Actor {
    let name = holder_name(grant);
    match &grant.holder {
        Holder::Agent(agent) => Actor::Agent(agent.clone()),
        Holder::Supervisor(_) => Actor::Supervisor(name),
        Holder::Integrator => Actor::Integrator(name),
        Holder::Person { agent: Some(agent), .. } => Actor::Agent(agent.clone()),
        Holder::Person { admin: false, .. } => Actor::Supervisor(name),
        Holder::Account(_) | Holder::Admin | Holder::Person { .. } => Actor::Admin(name),
    }
}

/// Sent back to deskd alone, and by its own pages alone.
fn cookie(door: &Door, remote: Remote, secret: String, secs: i64) -> Result<HeaderValue, Fault> {
    let path = if door.prefix().is_empty() { "/" } else { door.prefix() }.to_owned();
    let cookie = Cookie::build((COOKIE_NAME, secret)).path(path).max_age(Duration::seconds(secs));
    sealed(door, remote, cookie.same_site(SameSite::Strict))
}

/// A cookie that no script can read, and that goes by https alone where that is the way here.
pub(in crate::http) fn sealed(
    door: &Door,
    remote: Remote,
    cookie: CookieBuilder<'static>,
) -> Result<HeaderValue, Fault> {
    let public = door.settings.public_url.as_ref().map(|url| url.scheme() == "https");
    let secure = public.or(remote.https).unwrap_or(false);
    let cookie = cookie.http_only(true).secure(secure).build();
    HeaderValue::from_str(&cookie.to_string()).map_err(|error| {
        tracing::error!(%error, "a cookie does not fit a header");
        Fault::from(desk_core::Refusal::Internal)
    })
}

fn random() -> Result<[u8; 16], Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(bytes)
}

fn no_randomness(error: getrandom::Error) -> Fault {
    tracing::error!(%error, "no randomness for a session");
    Fault::from(desk_core::Refusal::Internal)
}

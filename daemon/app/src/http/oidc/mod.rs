//! Signing in by a provider of OpenID Connect: the authorization code flow with PKCE, state and nonce.
//!
//! `begin` sends the browser to the provider, `done` takes it back: the code is exchanged, the ID token
//! verified, and its claims are mapped to what the config lets them do ([`person`]). From there on it is
//! a session as any other. What lives here talks to the configured provider alone ([`provider`]).

mod pending;
mod person;
mod provider;

pub(super) use pending::Pending;

use super::Door;
use super::desk::session::{self, BROWSER_CHARS_MAX};
use super::problem::Fault;
use super::remote::Remote;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use pending::{Begun, GOOD_FOR};
use person::Person;
use provider::Provider;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Where a browser is sent to sign in.
pub(super) const LOGIN: &str = "/v1/oidc/login";
/// Where the provider sends it back to.
pub(super) const CALLBACK: &str = "/v1/oidc/callback";
/// The cookie that ties what comes back to the browser that was sent.
const COOKIE_NAME: &str = "deskd_oidc";

/// Where somebody wants to once they are signed in: nowhere but to these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Page {
    /// The agents' desk.
    #[default]
    Desk,
    /// The wall.
    Wall,
}

impl Page {
    const fn path(self) -> &'static str {
        match self {
            Self::Desk => "/desk",
            Self::Wall => "/wall",
        }
    }
}

/// Where to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The page: `desk` or `wall`.
    #[serde(default)]
    #[param(inline)]
    page: Page,
}

/// What a provider sends back; it may add what it likes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    /// What was sent along.
    #[serde(default)]
    state: String,
    /// What is exchanged for tokens.
    code: Option<String>,
    /// Why there is none.
    error: Option<String>,
    /// Who says so (RFC 9207).
    iss: Option<String>,
}

/// The provider, for the pages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Offered {
    /// What it is called.
    name: String,
    /// Where a browser goes to sign in, below the desk's own address.
    login: &'static str,
}

/// Why somebody did not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shut {
    /// What came back is no good.
    Refused,
    /// The provider does not answer as it should.
    Unavailable,
    /// They may do nothing here.
    Nobody,
}

impl Shut {
    /// The word by which the page says it.
    const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Nobody => "nobody",
        }
    }
}

/// Whether there is a provider to sign in by.
#[utoipa::path(get, path = "/v1/oidc", responses(
    (status = 200, body = Offered),
    (status = 404, body = super::Problem, description = "not_found: there is none"),
))]
pub(super) async fn offered(State(door): State<Arc<Door>>) -> Result<Json<Offered>, Fault> {
    let settings = door.clients.settings().borrow();
    settings.oidc.issuer.as_ref().ok_or(Fault::NoRoute)?;
    let name = settings.oidc.name.clone();
    Ok(Json(Offered { name, login: LOGIN.trim_start_matches('/') }))
}

/// Sends a browser to the provider.
#[utoipa::path(get, path = "/v1/oidc/login", params(Wanted), responses(
    (status = 303, description = "on to the provider, or back to the page with the reason"),
    (status = 404, body = super::Problem, description = "not_found: there is none"),
    (status = 429, body = super::Problem, description = "too_fast"),
))]
pub(super) async fn begin(
    State(door): State<Arc<Door>>,
    remote: Remote,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Fault> {
    let Query(Wanted { page }) = wanted.map_err(|error| Fault::Query(error.body_text()))?;
    let settings = door.clients.settings().borrow().clone();
    settings.oidc.issuer.as_ref().ok_or(Fault::NoRoute)?;
    door.signins.take(&remote.counted)?;
    let callback = format!("{}{CALLBACK}", door.clients.url());
    let asked = match Provider::discover(&settings, callback).await {
        Ok(provider) => provider.ask(),
        Err(why) => return Ok(shut(&door, page, Shut::Unavailable, &why)),
    };
    let cookie = cookie(&door, remote, asked.state.clone(), GOOD_FOR.as_secs())?;
    let to = HeaderValue::from_str(asked.address.as_str()).map_err(|_| Fault::NoRoute)?;
    let begun =
        Begun { provider: asked.provider, nonce: asked.nonce, verifier: asked.verifier, page };
    door.oidc.put(asked.state, begun);
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to), (SET_COOKIE, cookie)]).into_response())
}

/// Takes a browser back from the provider, and signs it in.
#[utoipa::path(get, path = "/v1/oidc/callback", params(Answer), responses(
    (status = 303, description = "on to the page, signed in, or with the reason why not"),
    (status = 404, body = super::Problem, description = "not_found: there is none"),
))]
pub(super) async fn done(
    State(door): State<Arc<Door>>,
    remote: Remote,
    headers: HeaderMap,
    answer: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Fault> {
    let settings = door.clients.settings().borrow().clone();
    settings.oidc.issuer.as_ref().ok_or(Fault::NoRoute)?;
    let Query(answer) = answer.map_err(|error| Fault::Query(error.body_text()))?;
    // Of two browsers, what one began the other cannot end: a link would sign its reader in as the
    // link's writer.
    let mine = session::cookie_of(&headers, COOKIE_NAME);
    let begun = mine.filter(|mine| *mine == answer.state).and_then(|state| door.oidc.take(&state));
    let Some(begun) = begun else {
        return Ok(shut(&door, Page::Desk, Shut::Refused, "nothing was begun in this browser"));
    };
    let page = begun.page;
    let code = match answer {
        Answer { iss: Some(iss), .. } if !begun.provider.is(&iss) => {
            Err("another provider says so")
        }
        Answer { error: Some(_), .. } => Err("the provider let nobody in"),
        Answer { code: Some(code), .. } => Ok(code),
        Answer { .. } => Err("there is no code"),
    };
    let code = match code {
        Ok(code) => code,
        Err(why) => return Ok(shut(&door, page, Shut::Refused, why)),
    };
    let claims = match begun.exchange(code).await {
        Ok(claims) => claims,
        Err((as_, why)) => return Ok(shut(&door, page, as_, &why)),
    };
    let Some(person) = Person::of(&settings.oidc, &claims) else {
        return Ok(shut(&door, page, Shut::Nobody, "no agent and no role goes with the claims"));
    };
    let label = person.name.chars().take(BROWSER_CHARS_MAX).collect();
    let made = session::make(&door, remote, person.holder, person.actor, None, label).await;
    let cookie = match made {
        Ok((_, cookie)) => cookie,
        Err(fault) => return Ok(shut(&door, page, Shut::Nobody, &fault.to_string())),
    };
    let mut response = to_page(&door, page, "");
    response.headers_mut().append(SET_COOKIE, cookie);
    let over = self::cookie(&door, remote, String::new(), 0)?;
    response.headers_mut().append(SET_COOKIE, over);
    Ok(response)
}

/// Back to the page, which tells why.
fn shut(door: &Door, page: Page, as_: Shut, why: &str) -> Response {
    tracing::warn!(why, "nobody was signed in by the provider");
    to_page(door, page, &format!("#signin={}", as_.word()))
}

fn to_page(door: &Door, page: Page, rest: &str) -> Response {
    let to = HeaderValue::from_str(&format!("{}{}{rest}", door.prefix(), page.path()));
    let to = to.unwrap_or_else(|_| HeaderValue::from_static("/desk"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// Sent along when the provider sends the browser back, which is another site.
fn cookie(door: &Door, remote: Remote, value: String, secs: u64) -> Result<HeaderValue, Fault> {
    let path = format!("{}/v1/oidc", door.prefix());
    let secs = Duration::seconds(i64::try_from(secs).unwrap_or(0));
    let cookie = Cookie::build((COOKIE_NAME, value)).path(path).max_age(secs);
    session::sealed(door, remote, cookie.same_site(SameSite::Lax))
}

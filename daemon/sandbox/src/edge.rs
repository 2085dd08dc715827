//! What every request passes: whose host it names, faults, and the headers of every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Shared, faults, store};

/// Counts the request, lets a fault act on it, and dresses the answer.
pub(crate) async fn pass(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    // A page elsewhere could otherwise name us by a host of its own and read what we show.
    if !shared.allow_remote && !names_loopback(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "This is a sandbox on loopback.").into_response();
    }
    if request.uri().path().starts_with("/__sandbox/") {
        return next.run(request).await;
    }
    shared.counters.count(&request);
    let is_api = is_api(request.uri().path());
    let mut response = faults::pass(&shared.faults, shared.body_bytes_max, request, next).await;
    let is_logged_in = response.status() != StatusCode::UNAUTHORIZED;
    dress(response.headers_mut());
    if is_api {
        begin_session(response.headers_mut(), is_logged_in);
    }
    response
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn dress(headers: &mut HeaderMap) {
    headers.insert(header::SERVER, HeaderValue::from_static("ServiceNow"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        let kind = HeaderValue::from_static("application/json;charset=UTF-8");
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Some(id) = random_value(12, "", "") {
        headers.insert("x-transaction-id", id);
    }
}

/// Whether a path is one of the REST APIs or their login: what programs ask, and browsers do not.
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path == "/oauth_token.do"
}

/// A session for whoever asks, also where the login is refused, as real instances do; a client that
/// sends these back gets serialised there.
fn begin_session(headers: &mut HeaderMap, is_logged_in: bool) {
    let word = if is_logged_in { "true" } else { "false" };
    headers.insert("x-is-logged-in", HeaderValue::from_static(word));
    for (name, more) in [
        ("JSESSIONID=", "Path=/; HttpOnly"),
        ("glide_user_route=glide.", "Max-Age=2147483647; Path=/; HttpOnly"),
        ("glide_session_store=", "Max-Age=1800; Path=/; HttpOnly"),
        ("BIGipServerpool_sandbox=", "Path=/; HttpOnly"),
    ] {
        if let Some(cookie) = random_value(32, name, &format!("; {more}")) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
}

fn random_value(digits: usize, before: &str, after: &str) -> Option<HeaderValue> {
    let hex = store::random_hex(digits).ok()?;
    HeaderValue::from_str(&format!("{before}{hex}{after}")).ok()
}

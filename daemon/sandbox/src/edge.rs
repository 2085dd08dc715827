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
    let mut response = faults::pass(&shared.faults, shared.body_bytes_max, request, next).await;
    dress(response.headers_mut());
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
    if let Some(id) = random_value(12, "") {
        headers.insert("x-transaction-id", id);
    }
    // Real instances set it on refused logins too; a client that sends it back gets serialised.
    if let Some(cookie) = random_value(32, "JSESSIONID=") {
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn random_value(digits: usize, prefix: &str) -> Option<HeaderValue> {
    let hex = store::random_hex(digits).ok()?;
    HeaderValue::from_str(&format!("{prefix}{hex}")).ok()
}

//! The pages themselves: files that stand in the binary, served with validators and, where the
//! browser takes it, compressed.

use crate::config::Words;
use crate::http::Door;
use crate::http::problem::Fault;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION,
    REFERRER_POLICY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use url::Position;

/// What stands in `web`, but for what only its authors need.
#[derive(Embed)]
#[folder = "web"]
#[include = "desk/*"]
#[include = "chat/*"]
#[include = "wall/*"]
#[include = "shared/*"]
#[include = "widget.js"]
#[exclude = "*.ts"]
#[exclude = "*.test.js"]
struct Files;

/// A page may load and reach deskd alone. Some browsers take `'self'` to leave out WebSockets, so a
/// public address is named for them. `frames`: the sites that may show it in a frame.
fn policy(door: &Door, frames: &[String]) -> Result<HeaderValue, Fault> {
    let public = door.settings.public_url.as_ref();
    let socket = public.map_or_else(String::new, |url| {
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        format!(" {scheme}://{}", &url[Position::BeforeHost..Position::AfterPort])
    });
    let frames: String = frames.iter().map(|site| format!(" {site}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{socket}; media-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'{frames}"
    );
    HeaderValue::from_str(&policy).map_err(|_| Fault::NoRoute)
}

/// A page by its name.
pub(in crate::http) async fn page(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    page: &'static str,
) -> Result<Response, Fault> {
    let mut response = file(&door, &headers, &format!("{page}/index.html"))?;
    if page == "chat" {
        let policy = policy(&door, &door.settings.widget_origins)?;
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// A file below a page.
pub(in crate::http) async fn below(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    folder: &'static str,
    Path(path): Path<String>,
) -> Result<Response, Fault> {
    let language = path.strip_prefix("words.").and_then(|path| path.strip_suffix(".json"));
    match language.filter(|_| folder == "shared") {
        Some(language) => words(&door, &headers, language),
        None => file(&door, &headers, &format!("{folder}/{path}")),
    }
}

/// The texts of a language: those in the binary, and those that the config has in their place.
fn words(door: &Door, headers: &HeaderMap, language: &str) -> Result<Response, Fault> {
    let path = format!("shared/words.{language}.json");
    let own = door.clients.settings().borrow().words.get(language).cloned();
    let Some(own) = own else { return file(door, headers, &path) };
    let known = Files::get(&path).map(|file| serde_json::from_slice::<Words>(&file.data));
    let mut words = known.and_then(Result::ok).unwrap_or_default();
    words.extend(own);
    let text = serde_json::to_vec(&words).map_err(|_| Fault::NoRoute)?;
    let tag = desk_core::digest::hex(&Sha256::digest(&text)[..16]);
    served(door, headers, &tag, kind(&path), text)
}

/// What puts the chat on any page.
pub(in crate::http) async fn widget(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    file(&door, &headers, "widget.js")
}

/// The desk is where most people go.
pub(in crate::http) async fn root(State(door): State<Arc<Door>>) -> Response {
    let to = HeaderValue::from_str(&format!("{}/desk", door.prefix()));
    let to = to.unwrap_or_else(|_| HeaderValue::from_static("/desk"));
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)]).into_response()
}

fn file(door: &Door, headers: &HeaderMap, path: &str) -> Result<Response, Fault> {
    let file = Files::get(path).ok_or(Fault::NoRoute)?;
    let tag = desk_core::digest::hex(&file.metadata.sha256_hash()[..16]);
    served(door, headers, &tag, kind(path), file.data.into_owned())
}

fn served(
    door: &Door,
    headers: &HeaderMap,
    tag: &str,
    kind: &'static str,
    content: Vec<u8>,
) -> Result<Response, Fault> {
    let tag = HeaderValue::from_str(&format!("\"{tag}\"")).map_err(|_| Fault::NoRoute)?;
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| *known == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, HeaderValue::from_static(kind))], content).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    // Asked for anew each time, and answered by its tag alone where it is the same.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, policy(door, &[])?);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

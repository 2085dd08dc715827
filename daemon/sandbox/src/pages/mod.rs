//! Plain pages behind the URLs that a screen pop opens: records, lists, an index; forms to change
//! records with, and to import them.
//!
//! Whatever comes from a record or a URL is escaped; no page loads anything from elsewhere or runs
//! a script. What a page changes goes through the same store as the API.

mod delete;
mod edit;
mod html;
mod import;
mod list;
mod record;
mod save;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::{Shared, api};

use html::{Page, escape};

/// No scripts, no foreign parts, no forms to elsewhere, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(index))
        .route("/style.css", get(style))
        .route("/nav_to.do", get(framed))
        .route("/now/nav/ui/classic/params/target/{*target}", get(next_experience))
        .route("/now/sow/record/{table}/{sys_id}", get(workspace))
        .route("/import", get(import::form).post(import::import))
        .route("/{page}", get(plain).post(save::record))
        .fallback(|| async { dress(&Page::not_found("There is no such page.")) })
}

async fn index(State(shared): State<Shared>) -> Response {
    dress(&list::index(&shared))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}

async fn plain(
    State(shared): State<Shared>,
    Path(page): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    show(&shared, &page, query.as_deref().unwrap_or_default()).await
}

/// `/nav_to.do?uri=<encoded path>`: the page that it names, as the old frame shows it.
async fn framed(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    match parameter(query.as_deref().unwrap_or_default(), "uri") {
        Some(uri) => target(&shared, &uri).await,
        None => dress(&Page::not_found("The address names no page: uri is missing.")),
    }
}

async fn next_experience(
    State(shared): State<Shared>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    // A target that was not encoded has its own question mark, which ends up in our query.
    match query {
        Some(query) => target(&shared, &format!("{path}?{query}")).await,
        None => target(&shared, &path).await,
    }
}

async fn workspace(
    State(shared): State<Shared>,
    Path((table, sys_id)): Path<(String, String)>,
) -> Response {
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("sys_id", &sys_id).finish();
    show(&shared, &format!("{table}.do"), &query).await
}

/// Shows a page of ours by its path and query; nothing else can be named.
async fn target(shared: &Shared, uri: &str) -> Response {
    let uri = uri.strip_prefix('/').unwrap_or(uri);
    let (page, query) = uri.split_once('?').unwrap_or((uri, ""));
    show(shared, page, query).await
}

async fn show(shared: &Shared, page: &str, query: &str) -> Response {
    if page == "sys_attachment.do" {
        let id = parameter(query, "sys_id").unwrap_or_default();
        let missing = || dress(&Page::not_found("There is no such attachment."));
        return api::file(shared, &id).await.unwrap_or_else(missing);
    }
    let name = page.strip_suffix(".do").unwrap_or_default();
    let list = name.strip_suffix("_list").and_then(|name| shared.store.table(name));
    let shown = match (list, shared.store.table(name)) {
        (Some(table), _) => list::list(shared, table, query),
        (None, Some(table)) => record::record(shared, table, query),
        (None, None) => {
            Page::not_found(&format!("There is no page named <b>{}</b>.", escape(page)))
        }
    };
    dress(&shown)
}

fn dress(page: &Page) -> Response {
    let mut response = (page.status, axum::response::Html(page.render())).into_response();
    let headers = response.headers_mut();
    if page.status == StatusCode::UNAUTHORIZED {
        let asked = HeaderValue::from_static("Basic realm=\"Service-now\"");
        headers.insert(header::WWW_AUTHENTICATE, asked);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // Without any referrer browsers call the origin of our own forms "null", as foreign ones may be.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The first value of a query parameter, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|pair| pair.0 == name)
        .map(|pair| pair.1.into_owned())
}

//! What a form of ours sends: a record to be made, changed or deleted, or a file to be imported. It
//! goes through the same store as the API.
//!
//! A page elsewhere cannot send one: it neither knows the token nor has our origin.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::csv_file;
use crate::schema::Table;
use crate::store::{Fields, Row, Store, WriteError};
use crate::typed::Values;
use crate::{Shared, api};

use super::dress;
use super::edit::{Form, SHOWN};
use super::html::{Page, escape, hidden, link, select};

/// Whom a record is changed by here, as its page and journal name them.
const BY: &str = "page";
/// Fields of one form.
const FIELDS_MAX: usize = 500;

type Pairs = BTreeMap<String, String>;

/// `POST /{table}.do`.
pub(super) async fn record(
    State(shared): State<Shared>,
    Path(page): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let sent = match sent(&shared, &headers, body).await {
        Ok(sent) => sent,
        Err(refused) => return dress(&refused),
    };
    let table = page.strip_suffix(".do").and_then(|name| shared.store.table(name));
    let Some(table) = table.filter(|table| table.writable) else {
        return dress(&Page::not_found("There is nothing to write to."));
    };
    let write = move || {
        let id = sent.get("sys_id").filter(|id| !id.is_empty()).map(String::as_str);
        match (sent.get("act").map(String::as_str), id) {
            (Some("delete"), Some(id)) => delete(&shared, table, id),
            (_, id) => save(&shared, table, id, &sent),
        }
    };
    match tokio::task::spawn_blocking(write).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a form was not worked on to its end");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            dress(&Page::refused(status, "Not saved", "The log of the sandbox says why."))
        }
    }
}

/// What was typed, if it comes from a form of ours and within bounds.
async fn sent(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Pairs, Page> {
    let refuse = |status, why: &str| Err(Page::refused(status, "Not taken", why));
    if shared.allow_remote && !api::may_log_in(shared, headers) {
        return refuse(StatusCode::UNAUTHORIZED, "Log in to change records.");
    }
    if !same_origin(headers) {
        return refuse(StatusCode::FORBIDDEN, "The form was sent by a page elsewhere.");
    }
    let Ok(bytes) = axum::body::to_bytes(body, shared.body_bytes_max).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "That is too much for one form.");
    };
    let mut pairs = Pairs::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if pairs.len() == FIELDS_MAX {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "The form has too many fields.");
        }
        // Browsers end lines as mails do.
        pairs.insert(name.into_owned(), value.replace("\r\n", "\n"));
    }
    if pairs.get("token") != Some(&shared.page_token) {
        let why = "The form is not of this run of the sandbox: go back, load the page again.";
        return refuse(StatusCode::FORBIDDEN, why);
    }
    Ok(pairs)
}

/// Browsers name the origin of every form that is posted; other programs name none.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    host.is_some_and(|(_, host)| Some(host) == text(header::HOST))
}

fn save(shared: &Shared, table: &'static Table, id: Option<&str>, sent: &Pairs) -> Response {
    let store = &shared.store;
    let shown = match id {
        None => Row::default(),
        Some(id) => match store.read(|tables| tables.row(table.name, id).cloned()) {
            Some(row) => row,
            None => return dress(&Page::not_found("Somebody deleted this record.")),
        },
    };
    let (fields, mut wrong) = changed(store, table, sent);
    if wrong.is_empty() {
        let made = match id {
            Some(id) => store.update(table, id, &fields, BY),
            None => store.insert(table, None, &fields, BY),
        };
        match made {
            Ok(row) => return see(&format!("/{}.do?sys_id={}", table.name, row.get("sys_id"))),
            Err(error) => wrong.push(told(error)),
        }
    }
    let row = typed(&shown, sent);
    let mut page = store.read(|tables| {
        let (token, wrong) = (shared.page_token.as_str(), wrong.as_slice());
        Form { tables, table, row: &row, shown: &shown, token, wrong }.page()
    });
    page.status = StatusCode::UNPROCESSABLE_ENTITY;
    dress(&page)
}

/// What is no longer as the form showed it: another field may have been changed by others since.
fn changed(store: &Store, table: &'static Table, sent: &Pairs) -> (Fields, Vec<String>) {
    let (mut fields, mut wrong) = (Fields::new(), Vec::new());
    store.read(|tables| {
        let mut values = Values::new(tables);
        for field in table.fields().filter(|field| !table.is_filled(field.name)) {
            let Some(value) = sent.get(field.name) else { continue };
            if sent.get(&format!("{SHOWN}{}", field.name)) == Some(value) {
                continue;
            }
            match values.read(field, value) {
                Ok(value) => _ = fields.insert(field.name.to_owned(), value),
                Err(why) => wrong.push(format!("{}: {why}", field.label)),
            }
        }
    });
    (fields, wrong)
}

/// The record as it was typed, to be shown again.
fn typed(shown: &Row, sent: &Pairs) -> Row {
    let mut row = shown.clone();
    let typed = sent.iter().filter(|(name, _)| name.as_str() != "sys_id");
    row.fields.extend(typed.map(|(name, value)| (name.clone(), value.clone())));
    row
}

fn delete(shared: &Shared, table: &'static Table, id: &str) -> Response {
    match shared.store.delete(table, id, BY) {
        Ok(()) => see(&format!("/{}_list.do", table.name)),
        Err(error) => {
            let why = escape(&told(error));
            dress(&Page::refused(StatusCode::CONFLICT, "Not deleted", &why))
        }
    }
}

fn told(error: WriteError) -> String {
    match error {
        WriteError::Policy(fields) => format!("Data policy: {fields} must be filled in"),
        other => other.to_string(),
    }
}

/// What is saved is looked at by a request of its own, so that loading it again sends nothing twice.
fn see(place: &str) -> Response {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// `GET /import`.
pub(super) async fn import_form(State(shared): State<Shared>) -> Response {
    dress(&import_page(&shared, "", "", &[], None))
}

/// `POST /import`.
pub(super) async fn import(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let sent = match sent(&shared, &headers, body).await {
        Ok(sent) => sent,
        Err(refused) => return dress(&refused),
    };
    let write = move || {
        let of = |name: &str| sent.get(name).map_or("", String::as_str);
        let (table, text) = (of("table"), of("rows"));
        let named = Some(table).filter(|table| !table.is_empty());
        match csv_file::import(&shared.store, named, text.as_bytes(), BY) {
            Ok(done) => import_page(&shared, table, "", &[], Some(done)),
            Err(wrong) => {
                let wrong: Vec<String> =
                    csv_file::told(&wrong).lines().map(str::to_owned).collect();
                import_page(&shared, table, text, &wrong, None)
            }
        }
    };
    match tokio::task::spawn_blocking(write).await {
        Ok(page) => dress(&page),
        Err(error) => {
            tracing::error!(%error, "an import did not end");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            dress(&Page::refused(status, "Not imported", "The log of the sandbox says why."))
        }
    }
}

fn import_page(
    shared: &Shared,
    table: &str,
    text: &str,
    wrong: &[String],
    done: Option<csv_file::Imported>,
) -> Page {
    let pair = |table: &Table| (table.name.to_owned(), table.label.to_owned());
    let tables = |schema: &crate::schema::Schema| {
        schema.tables().filter(|table| table.writable).map(pair).collect::<Vec<_>>()
    };
    let tables = shared.store.read(|all| tables(all.schema()));
    let mut body = String::from("<h1>Import</h1>");
    if let Some(done) = done {
        let csv_file::Imported { table, made, changed, same } = done;
        let list = link(&format!("{}_list.do", table.name), &[], table.label);
        body += &format!(
            "<p class=\"good\">{list}: {made} new, {changed} changed, {same} as before.</p>"
        );
    }
    if !wrong.is_empty() {
        let list = wrong.iter().map(|why| format!("<li>{}</li>", escape(why)));
        body += &format!("<ul class=\"wrong\">{}</ul>", list.collect::<String>());
    }
    body += &format!(
        "<p class=\"hint\">Comma-separated values; the first line names the columns, by field or by \
         label. A record that is there already (by sys_id, else by user name, address, number or \
         correlation id) is brought up to date. Journal columns are added to new records alone.</p>\
         <form class=\"edit\" method=\"post\" action=\"/import\">{}\
         <label for=\"table\">Table</label><div>{}</div>\
         <label for=\"rows\">Rows</label><div><textarea name=\"rows\" id=\"rows\" rows=\"14\" \
         placeholder=\"user_name,first_name,last_name,email,department\">\n{}</textarea></div>\
         <p class=\"buttons\"><button>Import</button></p></form>",
        hidden("token", &shared.page_token),
        select("table", table, &tables),
        escape(text),
    );
    let mut page = Page::new("Import", body);
    if !wrong.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    page
}

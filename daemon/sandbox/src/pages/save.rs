//! What a form of ours sends: a record to be made, changed or deleted. It goes through the same store
//! as the API.
//!
//! A page elsewhere cannot send one: it neither knows the token nor has our origin.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::label;
use crate::schema::{Field, Table};
use crate::store::{Fields, Row, Tables, WriteError};
use crate::typed::Values;
use crate::{Shared, api};

use super::edit::{Form, SHOWN};
use super::html::Page;
use super::{delete, dress};

/// Whom a record is changed by here, as its page and journal name them.
pub(super) const BY: &str = "page";
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
            (Some("delete"), Some(id)) => delete::delete(&shared, table, id),
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
pub(super) async fn sent(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Pairs, Page> {
    let refuse = |status, why: &str| Err(Page::refused(status, "Not taken", why));
    if shared.allow_remote && !api::may_log_in(shared, headers) {
        return refuse(StatusCode::UNAUTHORIZED, "Log in to change records.");
    }
    if !same_origin(headers) {
        return refuse(StatusCode::FORBIDDEN, "The form was sent by a page elsewhere.");
    }
    let bytes = match api::bounded(body, shared.body_bytes_max).await {
        Ok(bytes) => bytes,
        Err(api::Unread::TooLong { .. }) => {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "That is too much for one form.");
        }
        Err(api::Unread::Late) => {
            return refuse(StatusCode::REQUEST_TIMEOUT, "The form did not come to its end.");
        }
    };
    let mut pairs = Pairs::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if pairs.len() == FIELDS_MAX {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "The form has too many fields.");
        }
        pairs.insert(name.into_owned(), lines(&value));
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
    let (mut typed, mut held) = (Typed::default(), Row::default());
    let made = match id {
        Some(id) => store.change(table, id, BY, |tables, row| {
            held = row.clone();
            typed = Typed::of(tables, table, row, sent);
            typed.right()
        }),
        None => {
            typed = store.read(|tables| Typed::of(tables, table, &held, sent));
            let insert = |fields| store.insert(table, None, &fields, BY);
            typed.right().map(insert).transpose()
        }
    };
    match made {
        Ok(Some(row)) => return see(&format!("/{}.do?sys_id={}", table.name, row.get("sys_id"))),
        Ok(None) => {}
        Err(WriteError::Missing) => {
            return dress(&Page::not_found("Somebody deleted this record."));
        }
        Err(error) => typed.wrong.push(told(error)),
    }
    // The next form remembers what this one showed: what others changed since was never seen.
    let mut shown = held;
    for field in editable(table) {
        if let Some(seen) = sent.get(&format!("{SHOWN}{}", field.name)) {
            shown.fields.insert(field.name.to_owned(), seen.clone());
        }
    }
    shown.fields.extend(typed.overtaken);
    let row = retyped(&shown, sent);
    let mut page = store.read(|tables| {
        let (token, wrong) = (shared.page_token.as_str(), typed.wrong.as_slice());
        Form { tables, table, row: &row, shown: &shown, token, wrong }.page()
    });
    page.status = StatusCode::UNPROCESSABLE_ENTITY;
    dress(&page)
}

/// What somebody typed that is not as the form showed it.
#[derive(Default)]
struct Typed {
    fields: Fields,
    wrong: Vec<String>,
    /// What the record holds of the fields that somebody else changed as well.
    overtaken: Fields,
}

impl Typed {
    /// A field that is as it was shown is left alone: others may have changed it since.
    fn of(tables: &Tables, table: &'static Table, held: &Row, sent: &Pairs) -> Self {
        let (mut typed, mut values) = (Self::default(), Values::new(tables));
        for field in editable(table) {
            let Some(text) = sent.get(field.name) else { continue };
            let seen = sent.get(&format!("{SHOWN}{}", field.name));
            if seen == Some(text) {
                continue;
            }
            let value = match values.read(field, text) {
                Ok(value) => value,
                Err(why) => {
                    typed.wrong.push(format!("{}: {why}", field.label));
                    continue;
                }
            };
            let now = held.get(field.name);
            if seen.is_some_and(|seen| *seen != lines(now)) && value != lines(now) {
                typed.wrong.push(overtaken(tables, table, field, [now, &value]));
                typed.overtaken.insert(field.name.to_owned(), now.to_owned());
            } else {
                typed.fields.insert(field.name.to_owned(), value);
            }
        }
        typed
    }

    fn right(&self) -> Option<Fields> {
        self.wrong.is_empty().then(|| self.fields.clone())
    }
}

fn overtaken(tables: &Tables, table: &Table, field: &Field, values: [&str; 2]) -> String {
    let told = values.map(|value| {
        let mut row = Row::default();
        row.fields.insert(field.name.to_owned(), value.to_owned());
        format!("{:?}", label(tables, table, &row, field))
    });
    let [theirs, yours] = told;
    let name = field.label;
    format!(
        "{name}: somebody else changed it to {theirs} while you changed it to {yours}. Save again to \
         have yours, or choose theirs."
    )
}

/// What a form has: all but what the instance fills.
fn editable(table: &'static Table) -> impl Iterator<Item = &'static Field> {
    table.fields().filter(|field| !table.is_filled(field.name))
}

/// Ends lines as one program of many does: browsers end them as mails do, and so do some clients.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The record as it was typed, to be shown again.
fn retyped(shown: &Row, sent: &Pairs) -> Row {
    let mut row = shown.clone();
    let typed = sent.iter().filter(|(name, _)| name.as_str() != "sys_id");
    row.fields.extend(typed.map(|(name, value)| (name.clone(), value.clone())));
    row
}

pub(super) fn told(error: WriteError) -> String {
    match error {
        WriteError::Policy(fields) => format!("Data policy: {fields} must be filled in"),
        other => other.to_string(),
    }
}

/// What is saved is looked at by a request of its own, so that loading it again sends nothing twice.
pub(super) fn see(place: &str) -> Response {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

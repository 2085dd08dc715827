//! The page on which rows of a CSV file are pasted, to be taken into a table.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::schema::Table;
use crate::{Shared, csv_file};

use super::dress;
use super::html::{Page, escape, hidden, link, select};
use super::save::{BY, sent};

/// `GET /import`.
pub(super) async fn form(State(shared): State<Shared>) -> Response {
    dress(&page(&shared, "", "", &[], None))
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
            Ok(done) => page(&shared, table, "", &[], Some(done)),
            Err(wrong) => {
                let wrong: Vec<String> =
                    csv_file::told(&wrong).lines().map(str::to_owned).collect();
                page(&shared, table, text, &wrong, None)
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

fn page(
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

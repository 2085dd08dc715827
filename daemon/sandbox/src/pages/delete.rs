//! Deleting a record: asked about on a page of its own, so that it works without a script.

use axum::http::StatusCode;
use axum::response::Response;

use crate::Shared;
use crate::schema::Table;
use crate::store::{Row, Tables};

use super::dress;
use super::html::{Page, escape, hidden, record_link};
use super::save::{BY, see, told};

/// `/{table}.do?sys_id=…&delete=true`.
pub(super) fn confirm(tables: &Tables, table: &Table, row: &Row, token: &str) -> Page {
    let sys_id = row.get("sys_id");
    let title = match row.get(table.display) {
        "" => sys_id,
        display => display,
    };
    let children = |of| tables.children(sys_id, of).len();
    let (entries, files) = (children("sys_journal_field"), children("sys_attachment"));
    let body = format!(
        "<p class=\"kind\">{}</p><h1>Delete this record?</h1><p><b>{}</b> {}</p>\
         <p>With it go its journal entries ({entries}) and its attachments ({files}).</p>\
         <form class=\"edit\" method=\"post\" action=\"/{}.do\">{}{}<p class=\"buttons\">{}\
         <button class=\"bad\" name=\"act\" value=\"delete\">Delete</button></p></form>",
        escape(table.label),
        escape(title),
        escape(row.get("short_description")),
        escape(table.name),
        hidden("token", token),
        hidden("sys_id", sys_id),
        record_link(table.name, sys_id, "Cancel"),
    );
    Page::new(format!("Delete {title}"), body)
}

/// What the form of that page asks for.
pub(super) fn delete(shared: &Shared, table: &'static Table, id: &str) -> Response {
    match shared.store.delete(table, id, BY) {
        Ok(()) => see(&format!("/{}_list.do", table.name)),
        Err(error) => {
            let why = escape(&told(error));
            dress(&Page::refused(StatusCode::CONFLICT, "Not deleted", &why))
        }
    }
}

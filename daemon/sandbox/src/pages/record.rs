//! One record: its fields, its journal, its files, and for a person their incidents.

use std::fmt::Write as _;

use crate::Shared;
use crate::api::label;
use crate::query::Query;
use crate::schema::{Field, Kind, Table};
use crate::store::{Row, Tables};

use super::edit::Form;
use super::html::{Page, escape, grid, link, record_link};
use super::{delete, list, parameter};

/// Fields shown as running text below the others.
pub(super) const LONG: &[&str] = &["description", "close_notes", "value"];

/// `/{table}.do?sys_id=…`, with `edit=true` a form to change it with, with `delete=true` one to delete it
/// with; `-1` is a form for a new record, filled from `sysparm_query`.
pub(super) fn record(shared: &Shared, table: &'static Table, query: &str) -> Page {
    let sys_id = parameter(query, "sys_id").unwrap_or_default();
    let token = shared.page_token.as_str();
    if sys_id == "-1" && table.writable {
        let filled = parameter(query, "sysparm_query").unwrap_or_default();
        return shared.store.read(|tables| new(tables, table, &filled, token));
    }
    let wants = |name| table.writable && parameter(query, name).is_some();
    let (edit, delete) = (wants("edit"), wants("delete"));
    shared.store.read(|tables| match tables.row(table.name, &sys_id) {
        Some(row) if delete => delete::confirm(tables, table, row, token),
        Some(row) if edit => Form { tables, table, row, shown: row, token, wrong: &[] }.page(),
        Some(row) => existing(tables, table, row),
        None => Page::not_found(&format!(
            "{} has no record <code>{}</code>.",
            escape(table.label),
            escape(&sys_id)
        )),
    })
}

fn existing(tables: &Tables, table: &'static Table, row: &Row) -> Page {
    let sys_id = row.get("sys_id");
    let title = match row.get(table.display) {
        "" => sys_id,
        display => display,
    };
    let mut body = format!("<p class=\"kind\">{}</p><h1>{}", escape(table.label), escape(title));
    if row.get("vip") == "true" {
        body += " <span class=\"badge vip\">VIP</span>";
    }
    if row.get("active") == "false" {
        body += " <span class=\"badge\">inactive</span>";
    }
    body += "</h1>";
    if table.writable {
        let edit = [("sys_id", sys_id), ("edit", "true")];
        let _ = write!(body, "<p>{}</p>", link(&format!("{}.do", table.name), &edit, "Edit"));
    }
    if !row.get("short_description").is_empty() {
        let _ = write!(body, "<p class=\"lead\">{}</p>", escape(row.get("short_description")));
    }
    body += &facts(tables, table, row);
    for field in table.fields().filter(|field| LONG.contains(&field.name)) {
        if !row.get(field.name).is_empty() {
            let (label, text) = (escape(field.label), escape(row.get(field.name)));
            let _ = write!(body, "<h2>{label}</h2><pre>{text}</pre>");
        }
    }
    body += &journal(tables, table, sys_id);
    body += &files(tables, sys_id);
    body += &match table.name {
        "sys_user" => incidents_of(tables, sys_id),
        "incident" => interactions_of(tables, sys_id),
        "interaction" => incidents_tied_to(tables, sys_id),
        _ => String::new(),
    };
    Page::new(title, body)
}

/// The short fields that have a value.
fn facts(tables: &Tables, table: &'static Table, row: &Row) -> String {
    let mut out = String::from("<dl>");
    for field in table.fields() {
        if field.kind == Kind::Journal
            || LONG.contains(&field.name)
            || row.get(field.name).is_empty()
        {
            continue;
        }
        let (name, value) = (escape(field.label), fact(tables, table, row, field));
        let _ = write!(out, "<dt>{name}</dt><dd>{value}</dd>");
    }
    out + "</dl>"
}

fn fact(tables: &Tables, table: &Table, row: &Row, field: &Field) -> String {
    let text = label(tables, table, row, field);
    match field.kind {
        Kind::Reference(to) => record_link(to, row.get(field.name), &text),
        _ => escape(&text),
    }
}

fn journal(tables: &Tables, table: &Table, sys_id: &str) -> String {
    let entries = tables.children(sys_id, "sys_journal_field");
    if entries.is_empty() {
        return String::new();
    }
    let mut out = String::from("<h2>Activity</h2><ol class=\"journal\">");
    for entry in entries.iter().rev() {
        let element = entry.get("element");
        let label = table.field(element).map_or(element, |field| field.label);
        let _ = write!(
            out,
            "<li class=\"{}\"><p class=\"kind\">{} · {} · {}</p><pre>{}</pre></li>",
            escape(element),
            escape(label),
            escape(tables.name_of(entry)),
            escape(entry.get("sys_created_on")),
            escape(entry.get("value")),
        );
    }
    out + "</ol>"
}

fn files(tables: &Tables, sys_id: &str) -> String {
    let files = tables.children(sys_id, "sys_attachment");
    if files.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = files
        .iter()
        .map(|file| {
            vec![
                record_link("sys_attachment", file.get("sys_id"), file.get("file_name")),
                escape(file.get("content_type")),
                escape(file.get("size_bytes")),
            ]
        })
        .collect();
    format!("<h2>Attachments</h2>{}", grid(&["File", "Type", "Bytes"].map(str::to_owned), &rows))
}

fn incidents_of(tables: &Tables, sys_id: &str) -> String {
    let Some(table) = tables.schema().table("incident") else { return String::new() };
    let mut found = equal(tables, table, &[("caller_id", sys_id)]);
    found.reverse();
    format!("<h2>Incidents of this caller</h2>{}", list::rows(tables, table, &found))
}

fn interactions_of(tables: &Tables, sys_id: &str) -> String {
    let by = [("document_id", sys_id), ("document_table", "incident")];
    tied(tables, &by, "interaction", ("interaction", "Interactions"))
}

fn incidents_tied_to(tables: &Tables, sys_id: &str) -> String {
    let by = [("interaction", sys_id), ("document_table", "incident")];
    tied(tables, &by, "document_id", ("incident", "Related incidents"))
}

/// The records that ties of interactions lead to; nothing where there are none.
fn tied(tables: &Tables, by: &[(&str, &str)], to: &str, (table, head): (&str, &str)) -> String {
    let ties = tables.schema().table("interaction_related_record");
    let (Some(ties), Some(table)) = (ties, tables.schema().table(table)) else {
        return String::new();
    };
    let ties = equal(tables, ties, by);
    let found: Vec<_> = ties.iter().filter_map(|tie| tables.row(table.name, tie.get(to))).collect();
    if found.is_empty() {
        return String::new();
    }
    format!("<h2>{head}</h2>{}", list::rows(tables, table, &found))
}

fn equal<'t>(tables: &'t Tables, table: &'static Table, by: &[(&str, &str)]) -> Vec<&'t Row> {
    Query::equalities(tables, table, by.iter().copied()).run(tables, table)
}

/// A form for a new record, filled from `field=value^field=value`.
fn new(tables: &Tables, table: &'static Table, filled: &str, token: &str) -> Page {
    let mut row = Row::default();
    for (name, value) in filled.split('^').filter_map(|part| part.split_once('=')) {
        if table.field(name).is_some() {
            row.fields.insert(name.to_owned(), value.to_owned());
        }
    }
    row.fields.remove("sys_id");
    Form { tables, table, row: &row, shown: &Row::default(), token, wrong: &[] }.page()
}

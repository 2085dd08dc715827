//! Lists of records, and the index.

use crate::Shared;
use crate::api::label;
use crate::query::Query;
use crate::schema::Table;
use crate::store::{Row, Tables};

use super::html::{Page, escape, grid, record_link};
use super::parameter;

/// Rows shown in a list.
const ROWS_MAX: usize = 100;

/// The columns of a list; the first leads to the record.
fn columns(table: &Table) -> &'static [&'static str] {
    match table.name {
        "sys_user" => &["name", "user_name", "email", "title", "company", "vip", "active"],
        "incident" => {
            &["number", "opened_at", "short_description", "caller_id", "state", "priority"]
        }
        "customer_contact" => &["name", "email", "title", "account", "vip", "active"],
        "interaction" => &["number", "opened_at", "short_description", "opened_for", "state"],
        "sys_choice" => &["value", "label", "name", "element"],
        "sys_journal_field" => &["sys_created_on", "sys_created_by", "element", "value"],
        "sys_attachment" => &["file_name", "content_type", "size_bytes", "sys_created_on"],
        _ => &["name"],
    }
}

/// `/{table}_list.do?sysparm_query=…`, newest first unless the query orders.
pub(super) fn list(shared: &Shared, table: &'static Table, query: &str) -> Page {
    let text = parameter(query, "sysparm_query").unwrap_or_default();
    shared.store.read(|tables| {
        let mut found = Query::parse(tables, table, &text).run(tables, table);
        if !text.contains("ORDERBY") {
            found.reverse();
        }
        let mut body = format!("<h1>{}</h1>", escape(table.label));
        if !text.is_empty() {
            body += &format!("<p class=\"hint\">Filter: <code>{}</code></p>", escape(&text));
        }
        body += &rows(tables, table, &found);
        Page::new(table.label, body)
    })
}

/// A table of records, cut at [`ROWS_MAX`].
pub(super) fn rows(tables: &Tables, table: &'static Table, found: &[&Row]) -> String {
    if found.is_empty() {
        return "<p class=\"hint\">No records.</p>".to_owned();
    }
    let fields: Vec<_> = columns(table).iter().filter_map(|name| table.field(name)).collect();
    let labels: Vec<&str> = fields.iter().map(|field| field.label).collect();
    let cells = |row: &&Row| {
        let text = |field| label(tables, table, row, field);
        let mut cells: Vec<String> = fields.iter().map(|field| escape(&text(field))).collect();
        if let (Some(first), Some(field)) = (cells.first_mut(), fields.first()) {
            *first = record_link(table.name, row.get("sys_id"), &text(field));
        }
        cells
    };
    let shown: Vec<Vec<String>> = found.iter().take(ROWS_MAX).map(cells).collect();
    let mut out = grid(&labels, &shown);
    if found.len() > ROWS_MAX {
        out += &format!("<p class=\"hint\">The first {ROWS_MAX} of {}.</p>", found.len());
    }
    out
}

/// `/`: what this is and where to go.
pub(super) fn index(shared: &Shared) -> Page {
    let (people, incidents) = shared.store.read(|tables| {
        let people = crate::schema::table("sys_user")
            .map(|table| rows(tables, table, &tables.rows("sys_user")))
            .unwrap_or_default();
        (people, tables.rows("incident").len())
    });
    let body = format!(
        "<h1>ServiceNow sandbox</h1>\
         <p>A small stand-in for a ServiceNow instance. Its records are on disk; its REST API is \
         at <code>{base}/api/now/table/…</code>.</p>\
         <p><a href=\"/incident_list.do\">Incidents: {incidents}</a> · what was committed: \
         <a href=\"/__sandbox/ledger\">ledger</a> · \
         <a href=\"/__sandbox/requests\">requests counted</a> · \
         <a href=\"/__sandbox/faults\">faults in force</a></p><h2>Users</h2>{people}",
        base = escape(&shared.base),
    );
    Page::new("Home", body)
}

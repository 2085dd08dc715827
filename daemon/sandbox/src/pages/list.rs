//! Lists of records, and the index.

use crate::Shared;
use crate::api::label;
use crate::query::{Query, raw_parts};
use crate::schema::{Field, Table};
use crate::store::{Row, Tables};

use super::html::{Page, escape, grid, link, record_link};
use super::parameter;

/// Rows of a page.
const ROWS: usize = 50;

/// The columns of a list; the first leads to the record.
fn columns(table: &Table) -> &'static [&'static str] {
    match table.name {
        "sys_user" => &["name", "user_name", "email", "title", "company", "vip", "active"],
        "incident" => {
            &["number", "opened_at", "short_description", "caller_id", "state", "priority"]
        }
        "customer_contact" => &["name", "email", "title", "account", "vip", "active"],
        "interaction" => &["number", "opened_at", "short_description", "opened_for", "state"],
        "interaction_related_record" => &["document_id", "document_table", "interaction", "type"],
        "sys_choice" => &["value", "label", "name", "element"],
        "sys_journal_field" => &["sys_created_on", "sys_created_by", "element", "value"],
        "sys_attachment" => &["file_name", "content_type", "size_bytes", "sys_created_on"],
        _ => &["name"],
    }
}

fn fields(table: &'static Table) -> Vec<&'static Field> {
    columns(table).iter().filter_map(|name| table.field(name)).collect()
}

/// What of a list is wanted: `/{table}_list.do?sysparm_query=…&find=…&sysparm_first_row=51`.
struct Wanted {
    /// An encoded query.
    query: String,
    /// Words that stand in the columns shown.
    find: String,
    /// The first row of the page, from 0.
    first: usize,
}

impl Wanted {
    fn of(query: &str) -> Self {
        let first = parameter(query, "sysparm_first_row").and_then(|row| row.parse().ok());
        Self {
            query: parameter(query, "sysparm_query").unwrap_or_default(),
            find: parameter(query, "find").unwrap_or_default(),
            first: first.unwrap_or(1_usize).saturating_sub(1),
        }
    }

    /// Newest first unless the query orders.
    fn rows<'a>(&self, tables: &'a Tables, table: &'static Table) -> Vec<&'a Row> {
        let mut found = Query::parse(tables, table, &self.query).run(tables, table);
        if !raw_parts(&self.query).iter().any(|part| part.starts_with("ORDERBY")) {
            found.reverse();
        }
        let words: Vec<String> = self.find.split_whitespace().map(str::to_lowercase).collect();
        if !words.is_empty() {
            let fields = fields(table);
            found.retain(|row| {
                let texts = fields.iter().map(|field| label(tables, table, row, field));
                let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
                words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
            });
        }
        found
    }

    /// A link to the same list, at another row or in another order.
    fn link(&self, table: &Table, query: &str, first: usize, text: &str) -> String {
        let first = if first == 0 { String::new() } else { (first + 1).to_string() };
        let parameters =
            [("sysparm_query", query), ("find", &self.find), ("sysparm_first_row", &first)];
        link(&format!("{}_list.do", table.name), &parameters, text)
    }

    /// Labels that order the list by their column, backwards at the second time.
    fn heads(&self, table: &'static Table) -> Vec<String> {
        let (order, rest): (Vec<&str>, Vec<&str>) =
            raw_parts(&self.query).into_iter().partition(|part| part.starts_with("ORDERBY"));
        let rest = rest.join("^");
        let join = if rest.is_empty() { "" } else { "^" };
        let head = |field: &&Field| {
            let up = format!("ORDERBY{}", field.name);
            let order = if order.contains(&up.as_str()) {
                format!("ORDERBYDESC{}", field.name)
            } else {
                up
            };
            self.link(table, &format!("{rest}{join}{order}"), 0, field.label)
        };
        fields(table).iter().map(head).collect()
    }

    fn form(&self, table: &Table) -> String {
        let new = if table.writable {
            link(&format!("{}.do", table.name), &[("sys_id", "-1")], "New")
        } else {
            String::new()
        };
        format!(
            "<form class=\"filter\" method=\"get\" action=\"/{}_list.do\">\
             <label>Find <input name=\"find\" value=\"{}\"></label>\
             <label>Filter <input name=\"sysparm_query\" size=\"40\" value=\"{}\" \
             placeholder=\"active=true^nameLIKEann\"></label>\
             <button>Show</button> {new}</form>",
            escape(table.name),
            escape(&self.find),
            escape(&self.query),
        )
    }

    fn pager(&self, table: &Table, total: usize) -> String {
        let (first, last) = (self.first + 1, (self.first + ROWS).min(total));
        let mut out = format!("<p class=\"hint\">{first}–{last} of {total}");
        if self.first > 0 {
            let before = self.first.saturating_sub(ROWS);
            out += &format!(" · {}", self.link(table, &self.query, before, "back"));
        }
        if last < total {
            out += &format!(" · {}", self.link(table, &self.query, last, "on"));
        }
        out + "</p>"
    }
}

/// A page of a list.
pub(super) fn list(shared: &Shared, table: &'static Table, query: &str) -> Page {
    let wanted = Wanted::of(query);
    shared.store.read(|tables| {
        let found = wanted.rows(tables, table);
        let mut body = format!("<h1>{}</h1>{}", escape(table.label), wanted.form(table));
        let page = found.get(wanted.first..).unwrap_or_default();
        body += &grid_of(tables, table, page, &wanted.heads(table));
        if !page.is_empty() {
            body += &wanted.pager(table, found.len());
        }
        Page::new(table.label, body)
    })
}

/// A table of records, as many as a page holds.
pub(super) fn rows(tables: &Tables, table: &'static Table, found: &[&Row]) -> String {
    let heads: Vec<String> = fields(table).iter().map(|field| escape(field.label)).collect();
    let mut out = grid_of(tables, table, found, &heads);
    if found.len() > ROWS {
        out += &format!("<p class=\"hint\">The first {ROWS} of {}.</p>", found.len());
    }
    out
}

fn grid_of(tables: &Tables, table: &'static Table, found: &[&Row], heads: &[String]) -> String {
    if found.is_empty() {
        return "<p class=\"hint\">No records.</p>".to_owned();
    }
    let fields = fields(table);
    let cells = |row: &&Row| {
        let text = |field| label(tables, table, row, field);
        let mut cells: Vec<String> = fields.iter().map(|field| escape(&text(field))).collect();
        if let (Some(first), Some(field)) = (cells.first_mut(), fields.first()) {
            *first = record_link(table.name, row.get("sys_id"), &text(field));
        }
        cells
    };
    let shown: Vec<Vec<String>> = found.iter().take(ROWS).map(cells).collect();
    grid(heads, &shown)
}

/// `/`: what this is and where to go.
pub(super) fn index(shared: &Shared) -> Page {
    let (people, incidents, tables) = shared.store.read(|tables| {
        let schema = tables.schema();
        let people = schema
            .table("sys_user")
            .map(|table| rows(tables, table, &tables.rows("sys_user")))
            .unwrap_or_default();
        let list = |table: &Table| link(&format!("{}_list.do", table.name), &[], table.label);
        let lists: Vec<String> = schema.tables().map(list).collect();
        (people, tables.rows("incident").len(), lists.join(" · "))
    });
    let body = format!(
        "<h1>ServiceNow sandbox</h1>\
         <p>A small stand-in for a ServiceNow instance. Its records are on disk; its REST API is \
         at <code>{base}/api/now/table/…</code>.</p>\
         <p><a href=\"/incident_list.do\">Incidents: {incidents}</a> · what was committed: \
         <a href=\"/__sandbox/ledger\">ledger</a> · \
         <a href=\"/__sandbox/requests\">requests counted</a> · \
         <a href=\"/__sandbox/faults\">faults in force</a></p><p>{tables}</p>\
         <h2>Users</h2>{people}",
        base = escape(&shared.base),
    );
    Page::new("Home", body)
}

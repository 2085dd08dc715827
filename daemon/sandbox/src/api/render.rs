//! Rows as JSON: everything is a string, in three display modes.

use serde_json::{Map, Value, json};

use crate::schema::{Field, Kind, Table};
use crate::store::{Row, Tables};

use super::params::{Display, Params};

/// One row as the parameters want it, with links below `base` (`http://host:port`).
pub(super) fn row(
    tables: &Tables,
    table: &'static Table,
    row: &Row,
    params: &Params,
    base: &str,
) -> Value {
    let all = || table.fields().map(|field| field.name.to_owned()).collect();
    let names: Vec<String> = params.fields.clone().unwrap_or_else(all);
    let mut object = Map::new();
    for name in names {
        // An unknown name is left out; one that ends at an empty reference is an empty string.
        let Some(found) = tables.walk(table, row, &name) else { continue };
        let value = match found {
            Some((table, field, row)) => cell(tables, table, row, field, params, base),
            None if params.display == Display::Both => json!({"display_value": "", "value": ""}),
            None => json!(""),
        };
        object.insert(name, value);
    }
    Value::Object(object)
}

fn cell(
    tables: &Tables,
    table: &Table,
    row: &Row,
    field: &Field,
    params: &Params,
    base: &str,
) -> Value {
    let value = row.get(field.name);
    let link = match field.kind {
        Kind::Reference(to) if !value.is_empty() && !params.exclude_link => {
            Some(format!("{base}/api/now/table/{to}/{value}"))
        }
        _ => None,
    };
    match (params.display, link) {
        (Display::Values, None) => json!(value),
        (Display::Values, Some(link)) => json!({ "link": link, "value": value }),
        (Display::Labels, None) => json!(label(tables, table, row, field)),
        (Display::Labels, Some(link)) => {
            json!({ "display_value": label(tables, table, row, field), "link": link })
        }
        (Display::Both, None) => {
            json!({ "display_value": label(tables, table, row, field), "value": value })
        }
        (Display::Both, Some(link)) => {
            let label = label(tables, table, row, field);
            json!({ "display_value": label, "value": value, "link": link })
        }
    }
}

/// A value as people read it.
pub(crate) fn label(tables: &Tables, table: &Table, row: &Row, field: &Field) -> String {
    let value = row.get(field.name);
    match field.kind {
        Kind::Reference(to) if !value.is_empty() => tables.display_of(to, value),
        Kind::Choice(of) => {
            of.iter().find(|entry| entry.0 == value).map_or(value, |entry| entry.1).to_owned()
        }
        Kind::Journal => tables.journal_text(table.name, row.get("sys_id"), field.name),
        _ => value.to_owned(),
    }
}

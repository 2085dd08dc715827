//! The Aggregate API: how many records there are, in all or by the values of a field.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::Shared;

use super::ApiError;
use super::params::Params;
use super::table::find_table;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/now/stats/{table}", get(stats))
        .route("/api/now/v1/stats/{table}", get(stats))
}

/// `sysparm_count=true`, with `sysparm_query` and one field in `sysparm_group_by`.
async fn stats(
    State(shared): State<Shared>,
    Path(table): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let table = find_table(&shared, &table)?;
    let params = Params::parse(raw.as_deref());
    let wanted = |name: &str| {
        form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes())
            .find(|pair| pair.0 == name)
            .map(|pair| pair.1.into_owned())
            .filter(|value| !value.is_empty())
    };
    if wanted("sysparm_count").is_none_or(|value| !value.eq_ignore_ascii_case("true")) {
        return Err(ApiError::bad_request("No aggregate is asked for", Some("sysparm_count")));
    }
    let by = wanted("sysparm_group_by").filter(|name| table.field(name).is_some());
    let strict = shared.faults.refuses_partial_queries();
    let result = shared.store.read(|tables| {
        let found = params.find(tables, table, strict);
        let Some(by) = by else {
            return json!({ "stats": { "count": found.len().to_string() } });
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &found {
            *counts.entry(row.get(&by)).or_default() += 1;
        }
        let group = |(value, count): (&str, usize)| {
            json!({
                "stats": { "count": count.to_string() },
                "groupby_fields": [{ "field": by, "value": value }],
            })
        };
        Value::Array(counts.into_iter().map(group).collect())
    });
    Ok(Json(json!({ "result": result })))
}

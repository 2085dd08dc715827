//! Reading many records at once, to hold them against what was sent: by their ids and by a field that
//! names what they are of. Few requests, each bounded.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::classify::Good;
use crate::client::{Call, Client};
use crate::echo::{self, Difference, JOURNAL};
use crate::lookup::rows;
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, SysId};

/// Records asked for at once: their ids must fit into an address.
pub const AUDITED_MAX: usize = 25;
/// Records read for one such request; more are a sign of something else.
const ROWS_MAX: usize = 1000;

/// A record with its values, and its journals as people read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub sys_id: SysId,
    /// Its fields; one that the account may not read is missing.
    pub fields: Fields,
    /// Its journal fields, each with all of its entries.
    pub journals: Fields,
}

impl Held {
    /// What it holds otherwise than it was sent.
    #[must_use]
    pub fn differences(&self, sent: &Fields) -> Vec<Difference> {
        echo::differences(sent, &self.fields)
    }
}

impl Client {
    /// The records of `table` that have one of these ids, or of which `field` is one of `values`;
    /// at most [`AUDITED_MAX`] of each.
    pub async fn held(
        &self,
        table: &str,
        ids: &[SysId],
        (field, values): (&str, &[String]),
        fields: &[String],
    ) -> Outcome<Vec<Held>> {
        self.try_held(table, ids, (field, values), fields).await.into()
    }

    async fn try_held(
        &self,
        table: &str,
        ids: &[SysId],
        (field, values): (&str, &[String]),
        fields: &[String],
    ) -> Result<Vec<Held>, NotDone> {
        let names = fields.iter().map(String::as_str).chain([field, table]);
        if let Some(bad) = names.into_iter().find(|name| !query::is_field(name)) {
            return Err(NotDone::refused(format!("not a name of a table or field: {bad:?}")));
        }
        check(ids.len().max(values.len()))?;
        for value in values {
            query::check_value(value).map_err(NotDone::refused)?;
            if value.contains(',') {
                return Err(NotDone::refused("a value of a list contains a comma"));
            }
        }
        let by_id =
            Some(listed("sys_id", ids.iter().map(SysId::as_str))).filter(|_| !ids.is_empty());
        let by_value = listed(field, values.iter().map(String::as_str));
        let conditions = by_id.into_iter().chain([by_value]).collect::<Vec<_>>().join("^OR");
        let mut wanted = vec!["sys_id", field];
        wanted.extend(fields.iter().map(String::as_str).filter(|name| *name != field));
        let good = self.list(format!("/api/now/table/{table}"), conditions, &wanted, "all").await?;
        let found = held(&good)?;
        let ours = |held: &Held| {
            let value = held.fields.get(field);
            ids.contains(&held.sys_id)
                || values.iter().any(|v| value.is_some_and(|held| held.eq_ignore_ascii_case(v)))
        };
        if found.iter().all(ours) {
            return Ok(found);
        }
        let message = format!(
            "records of {table} came that were not asked for: the instance dropped the condition"
        );
        Err(NotDone::Permanent {
            status: Some(good.status),
            message,
            detail: None,
            transaction: good.transaction,
        })
    }

    /// How often a file of each name is kept with each of these records, at most [`AUDITED_MAX`].
    pub async fn files_of(&self, ids: &[SysId]) -> Outcome<BTreeMap<(String, String), usize>> {
        self.try_files_of(ids).await.into()
    }

    async fn try_files_of(
        &self,
        ids: &[SysId],
    ) -> Result<BTreeMap<(String, String), usize>, NotDone> {
        check(ids.len())?;
        let conditions = listed("table_sys_id", ids.iter().map(SysId::as_str));
        let wanted = ["sys_id", "table_sys_id", "file_name"];
        let good =
            self.list("/api/now/attachment".to_owned(), conditions, &wanted, "false").await?;
        let mut files = BTreeMap::new();
        for mut row in rows(&good)? {
            let mut take = |name: &str| row.remove(name).unwrap_or_default();
            *files.entry((take("table_sys_id"), take("file_name"))).or_default() += 1;
        }
        Ok(files)
    }

    async fn list(
        &self,
        path: String,
        conditions: String,
        fields: &[&str],
        display: &str,
    ) -> Result<Good, NotDone> {
        let query = vec![
            ("sysparm_query", format!("{conditions}^ORDERBYsys_id")),
            ("sysparm_fields", fields.join(",")),
            ("sysparm_display_value", display.to_owned()),
            ("sysparm_exclude_reference_link", "true".to_owned()),
            ("sysparm_no_count", "true".to_owned()),
            ("sysparm_limit", ROWS_MAX.to_string()),
        ];
        let good = self.call(Call::get(path, query)).await?;
        if good.result.as_array().is_some_and(|rows| rows.len() >= ROWS_MAX) {
            let message = format!("{ROWS_MAX} records or more came, far more than were asked for");
            return Err(NotDone::Permanent {
                status: Some(good.status),
                message,
                detail: None,
                transaction: good.transaction,
            });
        }
        Ok(good)
    }
}

fn listed<'a>(field: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("{field}IN{}", values.collect::<Vec<_>>().join(","))
}

fn check(count: usize) -> Result<(), NotDone> {
    if count <= AUDITED_MAX {
        return Ok(());
    }
    Err(NotDone::refused(format!("{count} records at once; at most {AUDITED_MAX} are asked for")))
}

fn held(good: &Good) -> Result<Vec<Held>, NotDone> {
    let values = rows(good)?;
    let shown = good.result.as_array().into_iter().flatten().filter_map(Value::as_object);
    let rows = values.into_iter().zip(shown).filter_map(|(fields, shown)| {
        let text = |name: &&str| {
            let text = shown.get(*name)?.get("display_value")?.as_str()?;
            Some(((*name).to_owned(), text.to_owned()))
        };
        let journals = JOURNAL.iter().filter_map(text).collect();
        Some(Held { sys_id: fields.get("sys_id")?.parse().ok()?, fields, journals })
    });
    Ok(rows.collect())
}

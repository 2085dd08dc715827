//! Changing fields of a record, and adding to its journals.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::classify::Act;
use crate::client::{Body, Call, Client};
use crate::create::{check_names, record_of};
use crate::echo::{self, Difference};
use crate::outcome::{NotDone, Outcome};
use crate::record::{Fields, SysId};

/// A record that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// Its id.
    pub sys_id: SysId,
    /// How often it was changed in all, where the account may read that. The same as before means
    /// that nothing was kept.
    pub mod_count: Option<u64>,
    /// What was not kept as sent.
    pub differences: Vec<Difference>,
}

impl Client {
    /// Lays fields over a record, by one request. Journals (`work_notes`, `comments`) are added
    /// to, so an `Ambiguous` outcome that carried one must be looked for before it is repeated:
    /// see [`Client::has_mark`].
    pub async fn update(&self, table: &str, sys_id: &SysId, fields: &Fields) -> Outcome<Updated> {
        self.try_update(table, sys_id, fields).await.into()
    }

    async fn try_update(
        &self,
        table: &str,
        sys_id: &SysId,
        fields: &Fields,
    ) -> Result<Updated, NotDone> {
        check_names(table, fields)?;
        let path = format!("/api/now/table/{table}/{sys_id}");
        let query = echo::query(fields, &["sys_id", "sys_mod_count"]);
        let call = Call::write(Method::PATCH, path, query, Body::Json(json!(fields)));
        let good = self.call(call).await?;
        let record = record_of(Act::Write, &good)?;
        if record.sys_id != *sys_id {
            let why = good.say("another record came back");
            return Err(NotDone::Ambiguous { why });
        }
        let mut differences = echo::differences(fields, &record.fields);
        differences.extend(echo::lost(fields, &good.result));
        Ok(Updated {
            mod_count: record.get("sys_mod_count").parse().ok(),
            differences,
            sys_id: record.sys_id,
        })
    }
}

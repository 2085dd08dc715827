//! Incidents that are open for people who were found, so that what is said in a chat can go to one
//! of them.

use std::collections::BTreeMap;

use crate::client::{Call, Client};
use crate::create::echo_query;
use crate::lookup::rows;
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, SysId};

/// The most incidents of one caller that can be asked for.
pub const OPEN_EACH_MAX: usize = 5;
/// Callers asked about in one request: its address stays below 2,048 characters.
pub const OPEN_CALLERS_MAX: usize = 25;
/// Rows read in all. They cannot be had by age: sorting by a date needs a right of its own.
const ROWS_MAX: usize = 200;
/// What is read of each.
const FIELDS: &str = "sys_id,number,short_description,state,opened_at,caller_id,active";

/// An open incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIncident {
    /// For whom it is.
    pub caller: SysId,
    /// Its id.
    pub sys_id: SysId,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub short_description: String,
    /// Its state, as the instance counts them.
    pub state: String,
    /// When it was opened: `yyyy-MM-dd HH:mm:ss`, UTC.
    pub opened_at: String,
}

impl Client {
    /// The open incidents of these callers, at most `each` of each, the newest first, by one
    /// request. Callers beyond the first 25 are not asked about.
    pub async fn open_incidents(
        &self,
        table: &str,
        callers: &[SysId],
        each: usize,
    ) -> Outcome<Vec<OpenIncident>> {
        self.try_open(table, callers, each).await.into()
    }

    async fn try_open(
        &self,
        table: &str,
        callers: &[SysId],
        each: usize,
    ) -> Result<Vec<OpenIncident>, NotDone> {
        if !query::is_table(table) {
            return Err(NotDone::refused(format!("not a name of a table: {table:?}")));
        }
        let callers = &callers[..callers.len().min(OPEN_CALLERS_MAX)];
        if callers.is_empty() || each == 0 {
            return Ok(Vec::new());
        }
        let ids = callers.iter().map(SysId::as_str).collect::<Vec<_>>().join(",");
        let conditions = format!("active=true^caller_idIN{ids}^ORDERBYsys_id");
        let mut query = echo_query(FIELDS.to_owned());
        query.push(("sysparm_query", conditions));
        query.push(("sysparm_limit", ROWS_MAX.to_string()));
        query.push(("sysparm_no_count", "true".to_owned()));
        let good = self.call(Call::get(format!("/api/now/table/{table}"), query)).await?;
        let rows = rows(&good)?;
        let came = rows.len();
        // Checked again, as every list is: a dropped condition finds everybody's.
        let ours = |incident: &OpenIncident| callers.contains(&incident.caller);
        let mut found: Vec<OpenIncident> = rows.iter().filter_map(read).filter(ours).collect();
        if came > 0 && found.is_empty() {
            let message = format!(
                "{came} records of {table} came, none that shows to be open for a caller asked for"
            );
            let (status, transaction) = (Some(good.status), good.transaction);
            return Err(NotDone::Permanent { status, message, detail: None, transaction });
        }
        found.sort_by(|a, b| (&b.opened_at, &b.number).cmp(&(&a.opened_at, &a.number)));
        let mut left: BTreeMap<SysId, usize> = BTreeMap::new();
        found.retain(|incident| {
            let left = left.entry(incident.caller.clone()).or_insert(each.min(OPEN_EACH_MAX));
            let keeps = *left > 0;
            *left = left.saturating_sub(1);
            keeps
        });
        Ok(found)
    }
}

/// `None` for a row that is not open, or that hides its caller.
fn read(row: &Fields) -> Option<OpenIncident> {
    let text = |name: &str| row.get(name).cloned().unwrap_or_default();
    if !text("active").eq_ignore_ascii_case("true") {
        return None;
    }
    Some(OpenIncident {
        caller: row.get("caller_id")?.parse().ok()?,
        sys_id: row.get("sys_id")?.parse().ok()?,
        number: text("number"),
        short_description: text("short_description"),
        state: text("state"),
        opened_at: text("opened_at"),
    })
}

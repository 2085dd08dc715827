//! Making a record exactly once.
//!
//! The caller chooses the record's id, so that the instance's own primary key refuses a second
//! one, and one read tells whether an unanswered request was done.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::classify::{Act, Good, unclear};
use crate::client::{Body, Call, Client};
use crate::echo::{self, Difference};
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, Record, SysId};

/// Fields always asked back for.
const ALWAYS: &[&str] = &["sys_id", "number", "correlation_id", "sys_mod_count"];

/// A record to be made. Frozen before it is first sent: a repeat must carry the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateBody {
    /// The table, such as `incident`.
    pub table: String,
    /// The id that the record shall have.
    pub sys_id: SysId,
    /// Its fields, journals included.
    pub fields: Fields,
}

/// A record that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The id that it has.
    pub sys_id: SysId,
    /// Whether that is the id asked for. When it is not, this instance does not honour ids, and an
    /// unanswered create can be found by `correlation_id` only.
    pub own_id: bool,
    /// Its number, where the table has one.
    pub number: Option<String>,
    /// What was not kept as sent.
    pub differences: Vec<Difference>,
}

impl CreateBody {
    fn check(&self) -> Result<(), NotDone> {
        check_names(&self.table, &self.fields)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        echo::query(&self.fields, ALWAYS)
    }

    fn call(&self) -> Call {
        let mut fields: serde_json::Map<String, Value> =
            self.fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        fields.insert("sys_id".to_owned(), json!(self.sys_id));
        let path = format!("/api/now/table/{}", self.table);
        Call::write(Method::POST, path, self.query(), Body::Json(Value::Object(fields)))
    }

    fn created(&self, record: Record, echo: &Value) -> Created {
        let mut differences = echo::differences(&self.fields, &record.fields);
        differences.extend(echo::lost(&self.fields, echo));
        Created {
            own_id: record.sys_id == self.sys_id,
            number: record.fields.get("number").filter(|number| !number.is_empty()).cloned(),
            differences,
            sys_id: record.sys_id,
        }
    }
}

impl Client {
    /// Makes a record, by one request.
    pub async fn create(&self, body: &CreateBody) -> Outcome<Created> {
        self.try_create(body).await.into()
    }

    async fn try_create(&self, body: &CreateBody) -> Result<Created, NotDone> {
        body.check()?;
        let good = self.call(body.call()).await?;
        if good.status != 201 {
            let why = good.say("a create is answered by 201");
            return Err(NotDone::Ambiguous { why });
        }
        Ok(body.created(record_of(Act::Write, &good)?, &good.result))
    }

    /// Looks whether a create that was sent before has been done: `Done(None)` when not, or not
    /// yet. Sending the same body again is safe then.
    pub async fn resolve_create(&self, body: &CreateBody) -> Outcome<Option<Created>> {
        self.try_resolve(body).await.into()
    }

    async fn try_resolve(&self, body: &CreateBody) -> Result<Option<Created>, NotDone> {
        body.check()?;
        let got = self.try_get(&body.table, &body.sys_id, body.query()).await?;
        let Some((record, good)) = got else { return Ok(None) };
        let (held, wanted) = (record.get("correlation_id"), body.fields.get("correlation_id"));
        if wanted.is_some_and(|wanted| !held.is_empty() && held != wanted) {
            return Err(NotDone::Permanent {
                status: Some(200),
                message: "a record that is not ours has the id that ours should have".to_owned(),
                detail: Some(format!("{} {}", body.table, body.sys_id)),
                transaction: good.transaction,
            });
        }
        Ok(Some(body.created(record, &good.result)))
    }

    /// Makes a record that an earlier, unclear create may have made: looks, sends if it is not
    /// there, and looks again when that is unclear or refused. At most three requests.
    pub async fn create_again(&self, body: &CreateBody) -> Outcome<Created> {
        self.try_create_again(body).await.into()
    }

    async fn try_create_again(&self, body: &CreateBody) -> Result<Created, NotDone> {
        if let Some(created) = self.try_resolve(body).await? {
            return Ok(created);
        }
        let not_done = match self.try_create(body).await {
            Ok(created) => return Ok(created),
            Err(not_done) => not_done,
        };
        // The first may have been done in between: then a second is refused.
        let look = matches!(not_done, NotDone::Ambiguous { .. } | NotDone::Permanent { .. });
        match if look { self.try_resolve(body).await } else { Ok(None) } {
            Ok(Some(created)) => Ok(created),
            Ok(None) | Err(NotDone::Permanent { .. }) => Err(not_done),
            Err(unseen) => Err(unsettled(not_done, unseen)),
        }
    }

    /// Reads one record: `Done(None)` when it is not there or the account may not see it.
    pub async fn get(
        &self,
        table: &str,
        sys_id: &SysId,
        fields: &[&str],
    ) -> Outcome<Option<Record>> {
        if !query::is_table(table) || !fields.iter().all(|name| query::is_field(name)) {
            return Outcome::refused("not a name of a table or field");
        }
        let mut wanted = vec!["sys_id"];
        wanted.extend(fields.iter().filter(|name| **name != "sys_id"));
        let got = self.try_get(table, sys_id, echo_query(wanted.join(","))).await;
        Outcome::from(got).map(|got| got.map(|(record, _)| record))
    }

    /// A record, and the answer that it came in.
    async fn try_get(
        &self,
        table: &str,
        sys_id: &SysId,
        query: Vec<(&'static str, String)>,
    ) -> Result<Option<(Record, Good)>, NotDone> {
        let path = format!("/api/now/table/{table}/{sys_id}");
        match self.call(Call::get(path, query)).await {
            Ok(good) => {
                let record = record_of(Act::Read, &good)?;
                Ok(Some((record, good)))
            }
            Err(NotDone::Permanent { status: Some(404), .. }) => Ok(None),
            Err(not_done) => Err(not_done),
        }
    }
}

/// A second create that was refused while nobody could see whether that was for the first's sake: it
/// is not refused for good before somebody could.
fn unsettled(not_done: NotDone, unseen: NotDone) -> NotDone {
    match not_done {
        NotDone::Permanent { status: Some(status), .. } => {
            let why = format!("refused with {status}, and an earlier one was not seen: {unseen}");
            NotDone::Ambiguous { why }
        }
        not_done => not_done,
    }
}

/// Asks for these fields, as bare values.
pub(crate) fn echo_query(fields: String) -> Vec<(&'static str, String)> {
    vec![
        ("sysparm_fields", fields),
        ("sysparm_display_value", "false".to_owned()),
        ("sysparm_exclude_reference_link", "true".to_owned()),
    ]
}

/// The record of a single result; without a readable id it is no answer.
pub(crate) fn record_of(act: Act, good: &Good) -> Result<Record, NotDone> {
    let why = || good.say("the result is not a record with a sys_id");
    Record::read(&good.result).ok_or_else(|| unclear(act, None, why()))
}

/// Refuses names that are none before anything is sent.
pub(crate) fn check_names(table: &str, fields: &Fields) -> Result<(), NotDone> {
    let is_name = |name: &&String| !query::is_table(name);
    match fields.keys().find(is_name) {
        _ if !query::is_table(table) => {
            Err(NotDone::refused(format!("not a name of a table: {table:?}")))
        }
        Some(name) => Err(NotDone::refused(format!("not a name of a field: {name:?}"))),
        None => Ok(()),
    }
}

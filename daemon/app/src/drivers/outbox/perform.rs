//! What a step does in ServiceNow. What an earlier attempt may have done is looked for first.

use super::make;
use desk_core::{Body, CallerChange, Difference, RecordRef, StepWork};
use desk_servicenow::{ATTACHMENT_BYTES_MAX, Change, Client, Fields, NotDone, SysId};
use std::collections::BTreeMap;

/// The journal field that notes are added to.
const NOTES: &str = "work_notes";
/// The field that names whom an incident is for.
const CALLER: &str = "caller_id";
/// The table that it refers to; records of others are not written to it.
const PEOPLE: &str = "sys_user";
/// What an attached transcript is.
const TEXT: &str = "text/plain; charset=utf-8";

/// What was done.
#[derive(Debug, Default)]
pub(in crate::drivers) struct Done {
    pub(super) created: Option<(RecordRef, String)>,
    /// Whether that has another id than ours.
    pub(super) foreign: bool,
    pub(super) differences: Vec<Difference>,
}

/// Carries a step out.
pub(in crate::drivers) async fn perform(
    client: &Client,
    work: &StepWork,
    body: &Body,
) -> Result<Done, NotDone> {
    match body {
        Body::Create { table, sys_id, fields } => {
            make::incident(client, work, (table, id(sys_id)?), fields).await
        }
        Body::Append { record, number, fields, mark } => {
            let table = &record.table;
            let differences =
                add(client, work.doubtful, (table, &id(&record.sys_id)?), fields, mark).await?;
            let created = Some((record.clone(), number.clone()));
            Ok(Done { created, foreign: false, differences })
        }
        Body::Attach { file_name, text } => attach(client, work, file_name, text).await,
        Body::Complete { fields, mark, caller } => {
            complete(client, work, fields, mark, caller.as_ref()).await
        }
        Body::Interaction { table, sys_id, fields, id_field } => {
            make::interaction(client, work, (table, id(sys_id)?), (fields, id_field)).await
        }
        Body::Relate { sys_id } => make::relation(client, work, id(sys_id)?).await,
    }
}

async fn attach(
    client: &Client,
    work: &StepWork,
    file_name: &str,
    text: &str,
) -> Result<Done, NotDone> {
    let (table, sys_id) = record(work)?;
    if work.doubtful {
        let found = client.find_attachment(table, &sys_id, file_name).await.into_result()?;
        if found.is_some() {
            return Ok(Done::default());
        }
    }
    let bytes = capped(text).as_bytes().to_vec();
    client.attach(table, &sys_id, file_name, TEXT, bytes).await.into_result()?;
    Ok(Done::default())
}

/// As much of a transcript as a file may hold.
fn capped(text: &str) -> &str {
    let mut end = text.len().min(ATTACHMENT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Adds a note, with the fields that go with it, to a record; not again where it is there.
async fn add(
    client: &Client,
    doubtful: bool,
    (table, sys_id): (&str, &SysId),
    fields: &Fields,
    mark: &str,
) -> Result<Vec<Difference>, NotDone> {
    // Note and fields travel in one request, so the mark tells of all of them.
    if doubtful && client.has_mark(table, sys_id, NOTES, mark).await.into_result()? {
        return Ok(Vec::new());
    }
    let updated = client.update(table, sys_id, fields).await.into_result()?;
    Ok(differences(fields, updated.differences))
}

async fn complete(
    client: &Client,
    work: &StepWork,
    fields: &BTreeMap<String, String>,
    mark: &str,
    caller: Option<&CallerChange>,
) -> Result<Done, NotDone> {
    let (table, sys_id) = record(work)?;
    let mut fields: Fields = fields.clone();
    let mut left = None;
    // Looked for before anything else is asked: with the note, the caller was set, or left.
    if work.doubtful && client.has_mark(table, &sys_id, NOTES, mark).await.into_result()? {
        let left = match caller {
            Some(change) => caller_left(client, table, &sys_id, change).await?,
            None => None,
        };
        return Ok(Done { differences: left.into_iter().collect(), ..Done::default() });
    }
    if let Some(change) = caller {
        let held = held_caller(client, table, &sys_id).await?;
        let ours = change.from.as_ref().filter(|from| from.table == PEOPLE);
        if held.as_deref() == Some(ours.map_or("", |from| from.sys_id.as_str())) {
            fields.insert(CALLER.to_owned(), change.to.sys_id.clone());
        } else {
            left = Some(left_alone(change, held));
        }
    }
    let mut differences = add(client, false, (table, &sys_id), &fields, mark).await?;
    differences.extend(left);
    Ok(Done { differences, ..Done::default() })
}

/// Whom the record is for now: people are editing it. `None` where that cannot be read.
async fn held_caller(
    client: &Client,
    table: &str,
    sys_id: &SysId,
) -> Result<Option<String>, NotDone> {
    let record = match client.get(table, sys_id, &[CALLER]).await.into_result() {
        // The note must not be lost for the caller's sake.
        Err(NotDone::Permanent { .. }) => return Ok(None),
        record => record?,
    };
    Ok(record.and_then(|record| record.fields.get(CALLER).cloned()))
}

/// What an attempt whose answer was lost could not tell: that the caller is not whom it wanted.
async fn caller_left(
    client: &Client,
    table: &str,
    sys_id: &SysId,
    change: &CallerChange,
) -> Result<Option<Difference>, NotDone> {
    let held = held_caller(client, table, sys_id).await?;
    let wanted = held.as_deref() == Some(change.to.sys_id.as_str());
    Ok((!wanted).then(|| left_alone(change, held)))
}

/// A caller whom somebody else set stays, and is told of.
fn left_alone(change: &CallerChange, held: Option<String>) -> Difference {
    Difference { field: CALLER.to_owned(), sent: change.to.sys_id.clone(), held }
}

pub(super) fn record(work: &StepWork) -> Result<(&str, SysId), NotDone> {
    let record = work.record.as_ref().ok_or_else(|| not_sent("there is no incident yet"))?;
    Ok((&record.table, id(&record.sys_id)?))
}

fn id(text: &str) -> Result<SysId, NotDone> {
    text.parse().map_err(|error: desk_servicenow::SysIdError| not_sent(&error.to_string()))
}

pub(super) fn not_sent(why: &str) -> NotDone {
    NotDone::Permanent { status: None, message: why.to_owned(), detail: None, transaction: None }
}

pub(super) fn differences(
    sent: &Fields,
    differences: Vec<desk_servicenow::Difference>,
) -> Vec<Difference> {
    let difference = |d: desk_servicenow::Difference| Difference {
        sent: sent.get(&d.field).cloned().unwrap_or_default(),
        held: matches!(d.change, Change::Truncated | Change::Changed).then_some(d.kept),
        field: d.field,
    };
    differences.into_iter().map(difference).collect()
}

//! Records that a step makes, each once: under an id of ours, and where the instance gives its own,
//! found by what else names them.

use super::perform::{Done, differences, not_sent, record};
use desk_core::{RecordRef, StepWork};
use desk_servicenow::{Change, Client, CreateBody, Created, Difference, Fields, NotDone, SysId};

/// The field of an incident that holds the chat's id.
const CORRELATION: &str = "correlation_id";
/// The table of what ties interactions to other records.
pub(in crate::drivers) const RELATED: &str = "interaction_related_record";
/// Its fields by which a record is known: the interaction, and what it is tied to.
pub(in crate::drivers) const RELATED_BY: [&str; 2] = ["interaction", "document_id"];

/// Makes the incident.
pub(super) async fn incident(
    client: &Client,
    work: &StepWork,
    record: (&str, SysId),
    fields: &Fields,
) -> Result<Done, NotDone> {
    make(client, work, record, fields, &[CORRELATION]).await
}

/// Makes the interaction; its fields are told apart from the incident's by its table.
pub(super) async fn interaction(
    client: &Client,
    work: &StepWork,
    (table, sys_id): (&str, SysId),
    (fields, id_field): (&Fields, &str),
) -> Result<Done, NotDone> {
    let mut done = make(client, work, (table, sys_id), fields, &[id_field]).await?;
    for difference in &mut done.differences {
        difference.field = format!("{table}.{}", difference.field);
    }
    Ok(done)
}

/// Ties the interaction to the incident.
pub(super) async fn relation(
    client: &Client,
    work: &StepWork,
    sys_id: SysId,
) -> Result<Done, NotDone> {
    let (table, incident) = record(work)?;
    let interaction = work.interaction.as_ref();
    let interaction = interaction.ok_or_else(|| not_sent("there is no interaction yet"))?;
    let [by, to] = RELATED_BY;
    let fields = [
        (by, interaction.sys_id.as_str()),
        (to, incident.as_str()),
        ("document_table", table),
        ("type", "task"),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let done = make(client, work, (RELATED, sys_id), &fields, &RELATED_BY).await?;
    // What kind of record it is called is the instance's own affair.
    Ok(Done { differences: Vec::new(), ..done })
}

/// Makes a record. On an instance that does not honour our ids it is looked for by the first of the
/// fields `by`, and known by all of them.
async fn make(
    client: &Client,
    work: &StepWork,
    (table, sys_id): (&str, SysId),
    fields: &Fields,
    by: &[&str],
) -> Result<Done, NotDone> {
    let body = CreateBody { table: table.to_owned(), sys_id, fields: fields.clone() };
    let created = create(client, work, &body, by).await?;
    let record = RecordRef { table: body.table, sys_id: created.sys_id.into() };
    Ok(Done {
        created: Some((record, created.number.unwrap_or_default())),
        foreign: !created.own_id,
        differences: differences(fields, created.differences),
    })
}

async fn create(
    client: &Client,
    work: &StepWork,
    body: &CreateBody,
    by: &[&str],
) -> Result<Created, NotDone> {
    if work.attempt == 1 && !work.doubtful {
        return client.create(body).await.into_result();
    }
    // An instance that does not honour our ids has it under its own.
    if work.doubtful
        && client.resolve_create(body).await.into_result()?.is_none()
        && let Some(found) = find(client, body, by, work.own_ids).await?
    {
        return Ok(found);
    }
    client.create_again(body).await.into_result()
}

/// Looks for the record under whatever id.
async fn find(
    client: &Client,
    body: &CreateBody,
    by: &[&str],
    own_ids: bool,
) -> Result<Option<Created>, NotDone> {
    let first = by.first().and_then(|field| Some((field, body.fields.get(*field)?)));
    let Some((field, value)) = first else { return Ok(None) };
    let wanted: Vec<&str> = by.iter().skip(1).copied().chain(["number"]).collect();
    let found = match client.find(&body.table, field, value, &wanted).await.into_result() {
        // It cannot be looked for; our own id still keeps a second one away.
        Err(NotDone::Permanent { .. }) if own_ids => return Ok(None),
        found => found?,
    };
    let ours = |record: &desk_servicenow::Record| {
        let same =
            |field: &&str| Some(record.get(field)) == body.fields.get(*field).map(String::as_str);
        by.iter().skip(1).all(same)
    };
    let found: Vec<_> = found.into_iter().filter(ours).collect();
    let mut found = found.into_iter();
    let Some(record) = found.next() else { return Ok(None) };
    let others: Vec<String> = found.map(|other| other.sys_id.into()).collect();
    if !others.is_empty() {
        let table = &body.table;
        tracing::error!(value, table, others = others.len(), "ServiceNow holds several records");
    }
    // Somebody has to choose: the event names those that nobody works with.
    let several = (!others.is_empty()).then(|| Difference {
        field: (*field).to_owned(),
        change: Change::Changed,
        kept: format!("also in {}", others.join(", ")),
    });
    Ok(Some(Created {
        own_id: record.sys_id == body.sys_id,
        number: Some(record.get("number").to_owned()).filter(|number| !number.is_empty()),
        differences: several.into_iter().collect(),
        sys_id: record.sys_id,
    }))
}

//! Holds what the journal says was sent against what the instance holds: a few requests for many
//! incidents, nothing written.

use crate::history::Sent;
use desk_core::name::{StepId, StepKind};
use desk_core::{Difference, RecordRef};
use desk_servicenow::{AUDITED_MAX, Client, Fields, Held, NotDone, SysId};
use std::collections::{BTreeMap, BTreeSet};

/// The journal field that notes are added to.
const NOTES: &str = "work_notes";
/// The field that holds the chat's id.
const CORRELATION: &str = "correlation_id";

/// Incidents that are looked at in one go.
pub const AUDIT_MAX: usize = AUDITED_MAX;

/// What the instance holds of one incident.
#[derive(Debug, Clone)]
pub struct Audited {
    /// What was sent.
    pub sent: Sent,
    /// Steps of which nothing is there.
    pub missing: Vec<StepId>,
    /// Steps that are there several times, and how often.
    pub doubled: Vec<(StepId, usize)>,
    /// Fields that are otherwise than they were sent.
    pub differences: Vec<Difference>,
}

/// Looks at up to [`AUDIT_MAX`] incidents.
pub(crate) async fn audit(client: &Client, sent: Vec<Sent>) -> Result<Vec<Audited>, NotDone> {
    let mut tables: BTreeMap<String, Vec<Sent>> = BTreeMap::new();
    for sent in sent {
        tables.entry(sent.written.record.table.clone()).or_default().push(sent);
    }
    let mut audited = Vec::new();
    for (table, sent) in tables {
        audited.extend(of_table(client, &table, sent).await?);
    }
    super::audit_interactions::look(client, &mut audited).await?;
    audited.sort_by_key(|one| std::cmp::Reverse(one.sent.chat));
    Ok(audited)
}

async fn of_table(client: &Client, table: &str, sent: Vec<Sent>) -> Result<Vec<Audited>, NotDone> {
    let ids: Vec<SysId> = sent.iter().filter_map(|sent| id(&sent.written.record)).collect();
    let chats: Vec<String> = sent.iter().map(|sent| sent.chat.to_string()).collect();
    let names: BTreeSet<String> = sent.iter().flat_map(|sent| sent.fields().into_keys()).collect();
    let names: Vec<String> =
        names.into_iter().chain(["number", NOTES].map(str::to_owned)).collect();
    let held = client.held(table, &ids, (CORRELATION, &chats), &names).await.into_result()?;
    let there: Vec<SysId> = held.iter().map(|held| held.sys_id.clone()).collect();
    let wants_files = sent.iter().any(|sent| sent.done().any(|step| sent.file(step).is_some()));
    let mut files = BTreeMap::new();
    // Doubled incidents may make more of them than are asked for at once.
    for some in there.chunks(AUDIT_MAX).filter(|_| wants_files) {
        files.extend(client.files_of(some).await.into_result()?);
    }
    let mut audited = Vec::new();
    for sent in sent {
        audited.push(one(client, table, sent, &held, &files).await?);
    }
    Ok(audited)
}

async fn one(
    client: &Client,
    table: &str,
    sent: Sent,
    held: &[Held],
    files: &BTreeMap<(String, String), usize>,
) -> Result<Audited, NotDone> {
    let mut audited = Audited {
        missing: Vec::new(),
        doubled: Vec::new(),
        differences: Vec::new(),
        sent: sent.clone(),
    };
    let chat = sent.chat.to_string();
    let named = |held: &&Held| {
        held.fields.get(CORRELATION).is_some_and(|held| held.eq_ignore_ascii_case(&chat))
    };
    let ours = |held: &&Held| held.sys_id.as_str() == sent.written.record.sys_id;
    let appended = sent.is_appended();
    let record = held.iter().find(ours).or_else(|| held.iter().find(named).filter(|_| !appended));
    let Some(record) = record else {
        audited.missing = of_incident(&sent).collect();
        return Ok(audited);
    };
    audited.differences = differences(&sent.fields(), record);
    for step in of_incident(&sent) {
        let count = if let Some(mark) = sent.mark(step) {
            let notes = count_notes(client, table, record, &mark).await?;
            // A chat that was added to an incident has none of its own beside it.
            let alone = notes > 0 && appended && step.kind == StepKind::Create;
            notes + held.iter().filter(|held| alone && named(held)).count()
        } else if let Some(file) = sent.file(step) {
            files.get(&(record.sys_id.to_string(), file)).copied().unwrap_or(0)
        } else {
            held.iter().filter(|held| ours(held) || named(held)).count()
        };
        audited.count(step, count);
    }
    Ok(audited)
}

/// The steps of the incident itself; its interaction stands beside it.
fn of_incident(sent: &Sent) -> impl Iterator<Item = StepId> {
    let beside = |kind| matches!(kind, StepKind::Interaction | StepKind::Relate);
    sent.done().filter(move |step| !beside(step.kind))
}

impl Audited {
    /// So often is there what the step made.
    pub(super) fn count(&mut self, step: StepId, count: usize) {
        match count {
            0 => self.missing.push(step),
            1 => {}
            more => self.doubled.push((step, more)),
        }
    }
}

/// The record as people read it tells of its notes; where it does not, the table behind it may.
async fn count_notes(
    client: &Client,
    table: &str,
    record: &Held,
    mark: &str,
) -> Result<usize, NotDone> {
    let shown = record.journals.get(NOTES).map_or(0, |text| text.matches(mark).count());
    if shown > 0 {
        return Ok(shown);
    }
    let marked = client.has_mark(table, &record.sys_id, NOTES, mark).await.into_result()?;
    Ok(usize::from(marked))
}

/// What a record holds otherwise than it was sent.
pub(super) fn differences(fields: &Fields, record: &Held) -> Vec<Difference> {
    let found = record.differences(fields).into_iter().map(|difference| Difference {
        sent: fields.get(&difference.field).cloned().unwrap_or_default(),
        held: Some(difference.kept).filter(|held| !held.is_empty()),
        field: difference.field,
    });
    found.collect()
}

pub(super) fn id(record: &RecordRef) -> Option<SysId> {
    record.sys_id.parse().ok()
}

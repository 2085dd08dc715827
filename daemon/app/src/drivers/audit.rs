//! Holds what the journal says was sent against what the instance holds: a few requests for many
//! incidents, nothing written. What cannot be told of one of them is said there, and takes nothing
//! from the others.

use super::audit_notes::{Counted, Notes};
use super::brief;
use crate::history::Sent;
use desk_core::name::{StepId, StepKind};
use desk_core::{Difference, RecordRef};
use desk_servicenow::{AUDITED_MAX, Client, Fields, Held, NotDone, Outcome, SysId};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use tokio::time::Instant;

/// The journal field that notes are added to.
pub(super) const NOTES: &str = "work_notes";
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
    /// Steps of which nobody can tell whether they are there: what was looked for, and why it was not
    /// found out.
    pub untold: Vec<(StepId, Difference)>,
}

/// Asks an instance until a time: whoever wants an audit waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks<'a> {
    pub(super) client: &'a Client,
    pub(super) until: Instant,
}

impl Looks<'_> {
    pub(super) async fn at<T>(self, asked: impl Future<Output = Outcome<T>>) -> Result<T, NotDone> {
        let outcome = tokio::time::timeout_at(self.until, asked).await;
        let why = || NotDone::Retry { after: None, why: "no answer in time".to_owned() };
        outcome.map_err(|_| why())?.into_result()
    }
}

/// Looks at up to [`AUDIT_MAX`] incidents, until that time.
///
/// # Errors
/// Why nothing at all can be said, and of which incidents, for people.
pub(crate) async fn audit(
    client: &Client,
    sent: Vec<Sent>,
    until: Instant,
) -> Result<Vec<Audited>, String> {
    let looks = Looks { client, until };
    let mut tables: BTreeMap<String, Vec<Sent>> = BTreeMap::new();
    for sent in sent {
        tables.entry(sent.written.record.table.clone()).or_default().push(sent);
    }
    let (mut audited, mut untold) = (Vec::new(), Vec::new());
    for (table, sent) in tables {
        match of_table(looks, &table, &sent).await {
            Ok(found) => audited.extend(found),
            Err(not_done) => untold.push((table, sent, brief(&not_done))),
        }
    }
    if audited.is_empty() && !untold.is_empty() {
        let said = untold.iter().map(|(table, sent, why)| format!("{}: {why}", which(table, sent)));
        return Err(said.collect::<Vec<_>>().join("; "));
    }
    for (_, sent, why) in untold {
        audited.extend(sent.into_iter().map(|sent| {
            let mut one = Audited::of(sent);
            for step in of_incident(&one.sent).collect::<Vec<_>>() {
                one.untold(step, "sys_id", one.sent.written.record.sys_id.clone(), &why);
            }
            one
        }));
    }
    super::audit_interactions::look(looks, &mut audited).await;
    audited.sort_by_key(|one| std::cmp::Reverse(one.sent.chat));
    Ok(audited)
}

/// Names incidents, for people.
fn which(table: &str, sent: &[Sent]) -> String {
    let number = |sent: &Sent| match sent.written.number.as_str() {
        "" => sent.written.record.sys_id.clone(),
        number => number.to_owned(),
    };
    match sent {
        [] => table.to_owned(),
        [one] => format!("{table} {}", number(one)),
        [first, .., last] => {
            let count = sent.len();
            format!("{count} of {table}, {} to {}", number(first), number(last))
        }
    }
}

async fn of_table(looks: Looks<'_>, table: &str, sent: &[Sent]) -> Result<Vec<Audited>, NotDone> {
    let client = looks.client;
    let ids: Vec<SysId> = sent.iter().filter_map(|sent| id(&sent.written.record)).collect();
    let chats: Vec<String> = sent.iter().map(|sent| sent.chat.to_string()).collect();
    let names: BTreeSet<String> = sent.iter().flat_map(|sent| sent.fields().into_keys()).collect();
    let names: Vec<String> =
        names.into_iter().chain(["number", NOTES].map(str::to_owned)).collect();
    let held = looks.at(client.held(table, &ids, (CORRELATION, &chats), &names)).await?;
    let there: Vec<SysId> = held.iter().map(|held| held.sys_id.clone()).collect();
    let wants_files = sent.iter().any(|sent| sent.done().any(|step| sent.file(step).is_some()));
    let mut files = Ok(BTreeMap::new());
    // Doubled incidents may make more of them than are asked for at once.
    for some in there.chunks(AUDIT_MAX).filter(|_| wants_files) {
        let found = looks.at(client.files_of(some)).await.map_err(|not_done| brief(&not_done));
        match (&mut files, found) {
            (Ok(files), Ok(found)) => files.extend(found),
            (files, Err(why)) => *files = Err(why),
            (Err(_), Ok(_)) => {}
        }
    }
    let wanted: Vec<(&Held, String)> = sent
        .iter()
        .filter_map(|sent| Some((sent, record(sent, &held)?)))
        .flat_map(|(sent, record)| marks(sent).map(move |mark| (record, mark)))
        .collect();
    let notes = Notes::read(looks, &wanted).await;
    let there = There { held: &held, files, notes };
    Ok(sent.iter().map(|sent| there.one(sent)).collect())
}

/// The record of a chat, under its id or by the chat's.
fn record<'a>(sent: &Sent, held: &'a [Held]) -> Option<&'a Held> {
    let ours = |held: &&Held| held.sys_id.as_str() == sent.written.record.sys_id;
    let named = |held: &&Held| is_named(sent, held) && !sent.is_appended();
    held.iter().find(ours).or_else(|| held.iter().find(named))
}

fn is_named(sent: &Sent, held: &Held) -> bool {
    let chat = sent.chat.to_string();
    held.fields.get(CORRELATION).is_some_and(|held| held.eq_ignore_ascii_case(&chat))
}

fn marks(sent: &Sent) -> impl Iterator<Item = String> {
    of_incident(sent).filter_map(|step| sent.mark(step))
}

/// All that an instance holds of some incidents.
struct There<'a> {
    held: &'a [Held],
    /// By record and name; or why they cannot be told.
    files: Result<BTreeMap<(String, String), usize>, String>,
    notes: Notes,
}

impl There<'_> {
    fn one(&self, sent: &Sent) -> Audited {
        let mut audited = Audited::of(sent.clone());
        let Some(record) = record(sent, self.held) else {
            audited.missing = of_incident(sent).collect();
            return audited;
        };
        let named = |held: &&Held| is_named(sent, held);
        let ours = |held: &&Held| held.sys_id.as_str() == sent.written.record.sys_id;
        audited.differences = differences(&sent.fields(), record);
        for step in of_incident(sent) {
            if let Some(mark) = sent.mark(step) {
                let notes = match self.notes.count(record, &mark) {
                    Counted::Times(notes) => notes,
                    Counted::Untold(why) => {
                        audited.untold(step, NOTES, mark, &why);
                        continue;
                    }
                };
                // A chat that was added to an incident has none of its own beside it.
                let alone = notes > 0 && sent.is_appended() && step.kind == StepKind::Create;
                let beside = self.held.iter().filter(|held| alone && named(held)).count();
                audited.count(step, notes + beside);
            } else if let Some(file) = sent.file(step) {
                match &self.files {
                    Ok(files) => {
                        let key = (record.sys_id.to_string(), file);
                        audited.count(step, files.get(&key).copied().unwrap_or(0));
                    }
                    Err(why) => audited.untold(step, "sys_attachment", file, why),
                }
            } else {
                let count = self.held.iter().filter(|held| ours(held) || named(held)).count();
                audited.count(step, count);
            }
        }
        audited
    }
}

/// The steps of the incident itself; its interaction stands beside it.
fn of_incident(sent: &Sent) -> impl Iterator<Item = StepId> {
    let beside = |kind| matches!(kind, StepKind::Interaction | StepKind::Relate);
    sent.done().filter(move |step| !beside(step.kind))
}

impl Audited {
    const fn of(sent: Sent) -> Self {
        Self {
            sent,
            missing: Vec::new(),
            doubled: Vec::new(),
            differences: Vec::new(),
            untold: Vec::new(),
        }
    }

    /// Whether this is there could not be told: it is not called missing, so that nobody sends it
    /// again for that.
    pub(super) fn untold(&mut self, step: StepId, field: &str, sent: String, why: &str) {
        let held = Some(format!("cannot be told: {why}"));
        self.untold.push((step, Difference { field: field.to_owned(), sent, held }));
    }

    /// So often is there what the step made.
    pub(super) fn count(&mut self, step: StepId, count: usize) {
        match count {
            0 => self.missing.push(step),
            1 => {}
            more => self.doubled.push((step, more)),
        }
    }
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

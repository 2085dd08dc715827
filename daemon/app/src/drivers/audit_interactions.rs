//! Holds the interactions of chats, and what ties each to its incident, against what the instance
//! holds: two requests for as many as an audit looks at.

use super::audit::{Audited, Looks, differences, id};
use super::brief;
use super::outbox::{RELATED, RELATED_BY};
use desk_core::name::{StepId, StepKind};
use desk_servicenow::{Fields, Held, NotDone, SysId};
use std::collections::BTreeMap;

/// Adds what is found of the interactions.
pub(super) async fn look(looks: Looks<'_>, audited: &mut [Audited]) {
    let mut tables: BTreeMap<(String, String), Vec<&mut Audited>> = BTreeMap::new();
    for one in audited {
        let Some(made) = one.sent.interaction() else { continue };
        let place = (made.record.table.clone(), made.id_field.to_owned());
        tables.entry(place).or_default().push(one);
    }
    for ((table, id_field), mut audited) in tables {
        let found = match records(looks, &table, &id_field, &mut audited).await {
            Ok(()) => ties(looks, &mut audited).await,
            failed => failed,
        };
        let Err(not_done) = found else { continue };
        let why = brief(&not_done);
        for one in audited {
            let made = one.sent.interaction().map(|made| made.record.sys_id.clone());
            let beside =
                |step: &StepId| matches!(step.kind, StepKind::Interaction | StepKind::Relate);
            for step in one.sent.done().filter(beside).collect::<Vec<_>>() {
                one.untold(step, &table, made.clone().unwrap_or_default(), &why);
            }
        }
    }
}

async fn records(
    looks: Looks<'_>,
    table: &str,
    id_field: &str,
    audited: &mut [&mut Audited],
) -> Result<(), NotDone> {
    let sent = || audited.iter().filter_map(|one| one.sent.interaction());
    let ids: Vec<SysId> = sent().filter_map(|made| id(made.record)).collect();
    let chats: Vec<String> = audited.iter().map(|one| one.sent.chat.to_string()).collect();
    let mut names: Vec<String> =
        sent().filter_map(|made| made.fields).flat_map(Fields::keys).cloned().collect();
    names.sort();
    names.dedup();
    let held = looks.at(looks.client.held(table, &ids, (id_field, &chats), &names)).await?;
    for one in audited {
        let chat = one.sent.chat.to_string();
        let Some(made) = one.sent.interaction() else { continue };
        let ours = |held: &&Held| held.sys_id.as_str() == made.record.sys_id;
        let named = |held: &Held| {
            held.fields.get(id_field).is_some_and(|id| id.eq_ignore_ascii_case(&chat))
        };
        let count = held.iter().filter(|held| ours(held) || named(held)).count();
        let record = held.iter().find(ours).or_else(|| held.iter().find(|held| named(held)));
        let found = made.fields.zip(record).map(|(fields, record)| differences(fields, record));
        let step = made.step;
        one.count(step, count);
        one.differences.extend(found.into_iter().flatten().map(|mut difference| {
            difference.field = format!("{table}.{}", difference.field);
            difference
        }));
    }
    Ok(())
}

async fn ties(looks: Looks<'_>, audited: &mut [&mut Audited]) -> Result<(), NotDone> {
    let [by, to] = RELATED_BY;
    let tied = |one: &Audited| {
        let step = StepId { chat: one.sent.chat, kind: StepKind::Relate };
        one.sent.done().any(|done| done == step).then_some(step)
    };
    let interactions = audited.iter().filter(|one| tied(one).is_some());
    let interactions: Vec<String> = interactions
        .filter_map(|one| Some(one.sent.interaction()?.record.sys_id.clone()))
        .collect();
    if interactions.is_empty() {
        return Ok(());
    }
    let names = [to.to_owned()];
    let held = looks.at(looks.client.held(RELATED, &[], (by, &interactions), &names)).await?;
    for one in audited {
        let (Some(step), Some(made)) = (tied(one), one.sent.interaction()) else { continue };
        let wanted = [made.record.sys_id.clone(), one.sent.written.record.sys_id.clone()];
        let ours = |held: &&Held| {
            [by, to].iter().zip(&wanted).all(|(field, id)| held.fields.get(*field) == Some(id))
        };
        // A tie between records that get other ids when they are made anew leads nowhere.
        let gone = [StepKind::Create, StepKind::Interaction]
            .iter()
            .any(|kind| one.missing.contains(&StepId { kind: *kind, ..step }));
        let stays = one.sent.has_own_id() || !gone;
        let count = held.iter().filter(ours).filter(|_| stays).count();
        one.count(step, count);
    }
    Ok(())
}

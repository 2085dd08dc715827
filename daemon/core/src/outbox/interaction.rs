//! The interaction of a chat: a record of the conversation beside its incident, where the config wants
//! one, and the record that ties it to the incident. Each is made once, under an id of ours, as an
//! incident is; no rule is asked.

use super::body::{field_time, person, subject, sys_id_of};
use super::decide::{want as want_step, want_too};
use super::{Body, Incident, Story};
use crate::chat::{Chat, RecordRef};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{StepId, StepKind};
use std::collections::BTreeMap;

/// A handled chat is wrapped up: nothing of it changes any more, whom it is for least of all.
pub(super) fn want(draft: &mut Draft<'_>, chat: &Chat) {
    if draft.state.config.incident.interaction.wanted {
        want_step(draft, chat, StepKind::Interaction, false);
    }
}

/// What is made.
pub(super) fn body(draft: &Draft<'_>, id: StepId, incident: &Incident, story: &Story) -> Body {
    let config = &draft.state.config.incident;
    let wanted = &config.interaction;
    let mut fields = BTreeMap::from([
        ("type".to_owned(), "chat".to_owned()),
        ("state".to_owned(), "closed_complete".to_owned()),
    ]);
    fields.extend(wanted.fields.clone());
    fields.insert("short_description".into(), subject(story));
    fields.insert("opened_at".into(), field_time(story.opened.wall_ms));
    if let Some((_, at)) = story.ended {
        fields.insert("closed_at".into(), field_time(at.wall_ms));
    }
    if let Some(person) = person(incident) {
        fields.insert("opened_for".into(), person);
    }
    fields.insert(wanted.id_field.clone(), id.chat.to_string());
    Body::Interaction {
        table: wanted.table.clone(),
        sys_id: sys_id_of(&config.namespace, id),
        fields,
        id_field: wanted.id_field.clone(),
    }
}

/// What ties it to the incident: both are known by their ids once they are made.
pub(super) fn relation(draft: &Draft<'_>, id: StepId) -> Body {
    Body::Relate { sys_id: sys_id_of(&draft.state.config.incident.namespace, id) }
}

/// One of the two is made; after the interaction, it is to be tied to the incident.
pub(super) fn written(
    draft: &mut Draft<'_>,
    step: StepId,
    (record, number): &(RecordRef, String),
    foreign: bool,
) {
    let Some(incident) = draft.state.outbox.incidents.get(&step.chat) else { return };
    let (record, number) = (record.clone(), number.clone());
    draft.emit(Event::InteractionWritten { step, record, number, foreign });
    if step.kind == StepKind::Interaction && !incident.steps.contains_key(&StepKind::Relate) {
        want_too(draft, step.chat, incident, StepKind::Relate);
    }
}

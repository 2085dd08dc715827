//! What was sent of a chat's incident, as the journal has it.

use desk_core::name::{ChatId, StepId, StepKind};
use desk_core::{Body, Event, Incident, Record, RecordRef, StepPhase, Written};
use std::collections::BTreeMap;

/// The journal field that notes are added to.
const NOTES: &str = "work_notes";
/// The field that names whom an incident is for.
const CALLER: &str = "caller_id";
/// The field that holds a chat's id.
const CORRELATION: &str = "correlation_id";
/// The table that it refers to.
const PEOPLE: &str = "sys_user";

/// An interaction that was written, and what was sent of it.
#[derive(Debug, Clone, Copy)]
pub struct SentInteraction<'a> {
    /// The step that made it.
    pub step: StepId,
    /// The record.
    pub record: &'a RecordRef,
    /// Its fields as they were sent; erased ones are not known.
    pub fields: Option<&'a BTreeMap<String, String>>,
    /// The field that holds the chat's id.
    pub id_field: &'a str,
}

/// An incident that was written, and what its steps sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The chat.
    pub chat: ChatId,
    /// Its incident, with all steps.
    pub incident: Incident,
    /// What ServiceNow holds of it.
    pub written: Written,
    /// Bodies as they were frozen; what was erased is missing.
    bodies: BTreeMap<StepKind, Body>,
}

impl Sent {
    /// What these records of the chat, in order, tell; `None` where no incident was written.
    #[must_use]
    pub fn fold(chat: ChatId, records: &[Record]) -> Option<Self> {
        let incident = Incident::fold(chat, records)?;
        let written = incident.written.clone()?;
        let mut bodies = BTreeMap::new();
        for event in records.iter().flat_map(|record| &record.events) {
            if let Event::StepTaken { step, body: Some(body), .. } = event
                && step.chat == chat
                && let Some(body) = body.known()
            {
                bodies.insert(step.kind, (**body).clone());
            }
        }
        Some(Self { chat, incident, written, bodies })
    }

    /// The steps that ServiceNow has, in their order.
    pub fn done(&self) -> impl Iterator<Item = StepId> {
        let done = |kind: &&StepKind| {
            self.incident.steps.get(kind).is_some_and(|step| step.phase == StepPhase::Done)
        };
        let step = |kind: &StepKind| StepId { chat: self.chat, kind: *kind };
        self.incident.order.iter().filter(done).map(step)
    }

    /// The fields that the record holds if nobody changed it: what create sent, what completions
    /// set later, and the caller whom we wrote last. Journals are not among them.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        for step in self.done() {
            let sent = match self.bodies.get(&step.kind) {
                Some(Body::Create { fields, .. } | Body::Append { fields, .. }) => fields,
                Some(Body::Complete { fields, .. }) => fields,
                Some(Body::Attach { .. } | Body::Interaction { .. } | Body::Relate { .. })
                | None => {
                    continue;
                }
            };
            fields.extend(sent.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        fields.remove(NOTES);
        let caller = self.written.caller.as_ref().filter(|caller| caller.table == PEOPLE);
        // Whose an incident is that was there before is not written.
        if let (Some(caller), false, false) = (caller, fields.is_empty(), self.is_appended()) {
            fields.insert(CALLER.to_owned(), caller.sys_id.clone());
        }
        fields
    }

    /// Whether the incident has the id that we chose: made anew, it would have it again.
    #[must_use]
    pub fn has_own_id(&self) -> bool {
        let own = |body: &Body| matches!(body, Body::Create { sys_id, .. } if *sys_id == self.written.record.sys_id);
        self.bodies.get(&StepKind::Create).is_some_and(own)
    }

    /// Whether the chat was added to an incident that was there before.
    #[must_use]
    pub const fn is_appended(&self) -> bool {
        self.incident.appends.is_some()
    }

    /// The chat's interaction, once ServiceNow has it.
    #[must_use]
    pub fn interaction(&self) -> Option<SentInteraction<'_>> {
        let step = StepId { chat: self.chat, kind: StepKind::Interaction };
        let made = self.incident.interaction.as_ref().filter(|_| self.done().any(|s| s == step))?;
        let (fields, id_field) = match self.bodies.get(&step.kind) {
            Some(Body::Interaction { fields, id_field, .. }) => (Some(fields), id_field.as_str()),
            _ => (None, CORRELATION),
        };
        Some(SentInteraction { step, record: &made.record, fields, id_field })
    }

    /// Whether what the step sent is still known, so that it can be sent once more.
    #[must_use]
    pub fn is_kept(&self, step: StepId) -> bool {
        self.bodies.contains_key(&step.kind)
    }

    /// What ends the note that a step adds.
    #[must_use]
    pub fn mark(&self, step: StepId) -> Option<String> {
        match (step.kind, self.bodies.get(&step.kind)) {
            (_, Some(Body::Complete { mark, .. } | Body::Append { mark, .. })) => {
                Some(mark.clone())
            }
            (StepKind::Complete(_), _) => Some(format!("[deskd {step}]")),
            (StepKind::Create, _) if self.is_appended() => Some(format!("[deskd {step}]")),
            _ => None,
        }
    }

    /// The name of an attached file.
    #[must_use]
    pub fn file(&self, step: StepId) -> Option<String> {
        match (step.kind, self.bodies.get(&step.kind)) {
            (_, Some(Body::Attach { file_name, .. })) => Some(file_name.clone()),
            (StepKind::Attach, _) => Some(format!("chat-{}.txt", self.chat)),
            _ => None,
        }
    }
}

//! Steps that are done and are looked for once more, at an admin's wish: ServiceNow may have lost what
//! it had. What is missing is sent again as it was frozen; what is there is left alone.

use super::{Incident, StepPhase, apply};
use crate::State;
use crate::answer::Answer;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{ChatId, StepKind};
use crate::record::Record;
use crate::refusal::Refusal;

impl Incident {
    /// A chat's incident as far as these records of it, in order, tell; `None` where none was wanted.
    /// One that is settled is in the journal alone.
    #[must_use]
    pub fn fold(chat: ChatId, records: &[Record]) -> Option<Self> {
        let mut state = State::default();
        for record in records {
            for event in record.events.iter().filter(|event| event.chat() == Some(chat)) {
                apply(&mut state, record.seq, record.at, event);
            }
        }
        state.outbox.incidents.remove(&chat)
    }
}

/// Puts steps of a settled incident into the outbox again, to be looked for first.
pub(crate) fn replay(
    draft: &mut Draft<'_>,
    chat: ChatId,
    incident: &Incident,
    steps: &[StepKind],
) -> Result<Answer, Refusal> {
    let state = draft.state;
    if state.chats.contains_key(&chat) || state.outbox.incidents.contains_key(&chat) {
        return Err(Refusal::NotSettled(chat));
    }
    if !incident.settled() {
        return Err(Refusal::StoryStale);
    }
    // What was never sent has nothing frozen to be sent again.
    let sent = |kind: &StepKind| {
        incident.steps.get(kind).is_some_and(|s| s.phase == StepPhase::Done && s.frozen.is_some())
    };
    let wanted = |kind: &&StepKind| steps.contains(kind) && sent(kind);
    let steps: Vec<StepKind> = incident.order.iter().filter(wanted).copied().collect();
    if steps.is_empty() {
        return Err(Refusal::NothingSent(chat));
    }
    draft.emit(Event::StepsReplayed { chat, incident: Box::new(incident.clone()), steps });
    Ok(Answer::Done)
}

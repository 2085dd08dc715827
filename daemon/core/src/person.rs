//! Forgetting a person: their chats' personal facts leave State, and what the outbox still held for
//! them is given up. What the journal holds of them is erased by the shell once this is durable.

use crate::State;
use crate::answer::Answer;
use crate::chat::{Chat, Phase};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{ChatId, StepId};
use crate::outbox::{StepEvent, StepPhase};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::time::Timer;
use std::collections::BTreeSet;

/// Decides that what is known of a person by these chats, and under these keys, is erased. Chats that
/// are open and steps that are being sent are in the way.
pub(crate) fn erase(
    draft: &mut Draft<'_>,
    chats: &BTreeSet<ChatId>,
    keys: &BTreeSet<String>,
) -> Result<Answer, Refusal> {
    if chats.is_empty() && keys.is_empty() {
        return Err(Refusal::Empty);
    }
    let open: Vec<ChatId> =
        chats.iter().filter(|chat| draft.state.chats.contains_key(chat)).copied().collect();
    if !open.is_empty() {
        return Err(Refusal::ChatsOpen(open));
    }
    let incidents = chats.iter().filter_map(|chat| {
        draft.state.outbox.incidents.get(chat).map(|incident| (*chat, incident))
    });
    let steps: Vec<(StepId, StepPhase)> = incidents
        .flat_map(|(chat, incident)| {
            let step = move |kind| StepId { chat, kind };
            incident.steps.iter().map(move |(kind, held)| (step(*kind), held.phase))
        })
        .collect();
    let taken = |(step, phase): &(StepId, StepPhase)| (*phase == StepPhase::Taken).then_some(*step);
    let under_way: Vec<StepId> = steps.iter().filter_map(taken).collect();
    if !under_way.is_empty() {
        return Err(Refusal::StepsUnderWay(under_way));
    }
    for (step, phase) in steps {
        if matches!(phase, StepPhase::Due { .. } | StepPhase::Parked { .. }) {
            draft.emit(Event::StepMoved { step, to: StepEvent::Dropped, why: None });
        }
    }
    draft.emit(Event::PersonErased { chats: chats.clone(), keys: keys.clone().into() });
    Ok(Answer::Done)
}

impl State {
    /// Erases what is known of a person by these chats, and under these keys. Of chats that are open,
    /// as in a State of before, the personal facts go, and the chats stay.
    pub fn forget(&mut self, chats: &BTreeSet<ChatId>, keys: &BTreeSet<String>) {
        self.affinity.forget(keys);
        self.answers.forget(chats);
        self.kv.forget(chats);
        for delivery in self.deliveries.forget(chats) {
            self.desk.clear(&Timer::Delivery(delivery));
        }
        for chat in chats {
            if let Some(chat) = self.chats.get_mut(chat) {
                chat.forget();
            }
        }
    }
}

impl Chat {
    fn forget(&mut self) {
        self.customer = Private::Erased;
        self.fields = Private::Erased;
        self.email_key = None;
        self.matched.candidates = Private::Erased;
        if let Some(words) = self.matched.lookup.as_mut().and_then(|lookup| lookup.words.as_mut()) {
            *words = Private::Erased;
        }
        for segment in &mut self.segments {
            segment.note = Private::Erased;
        }
        if let Phase::Offered(round) = &mut self.phase {
            for offer in std::iter::once(&mut round.first).chain(&mut round.others) {
                offer.preview = Private::Erased;
            }
        }
    }
}

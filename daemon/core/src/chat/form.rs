//! A form that a customer leaves where nobody takes their chat: a chat that has ended when it
//! arrives. It stays until its customer was looked for; then its incident is wanted like any other.

use super::messages::kept_of;
use super::open::{asked_for, check, turn_away, want_lookup};
use super::views::new_view;
use super::{Author, Chat, Content, EndedHow, Lookup, RecordRef, TurnedAway, Visibility};
use crate::answer::Answer;
use crate::command::NewChat;
use crate::decide::Draft;
use crate::event::{ChatOpened, Event};
use crate::name::{ChatId, Hash, QueueId};
use crate::outbox;
use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// After so many failed lookups its incident is made without a caller: about twenty minutes, so that
/// an outage of ServiceNow costs disk and not memory.
const LOOKUPS_MAX: u32 = 8;

/// Keeps a form.
pub(crate) fn leave_form(
    draft: &mut Draft<'_>,
    new: &NewChat,
    text: &str,
) -> Result<Answer, Refusal> {
    let state = draft.state;
    check(draft, new)?;
    let queue = asked_for(state, new)?;
    if queue.form.is_none() {
        return Err(Refusal::NoForm(new.queue.clone()));
    }
    let text = text.trim();
    let most = state.config.limits.message_chars;
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.chars().count() > most as usize {
        return Err(Refusal::TooLong(most));
    }
    if state.low_disk {
        return Ok(turn_away(draft, new, &new.queue, TurnedAway::LowDisk, None));
    }
    let (id, now) = (new.chat, draft.envelope.at);
    let content = Content::Text { text: text.to_owned() };
    let view = new_view(new, queue.priority, now);
    let kept = kept_of(draft, view, &Author::Customer, (Visibility::All, &content));
    draft.emit(Event::ChatOpened(Box::new(ChatOpened {
        chat: id,
        asked_for: Some(new.form_digest(text).into()),
        queue: new.queue.clone(),
        priority: queue.priority,
        skills: BTreeMap::new(),
        authority: new.authority,
        foreign: new.foreign.clone(),
        customer: new.customer.clone().into(),
        fields: new.fields.clone().into(),
        email_key: new.email_key.clone(),
        wait_max_at: now.desk_ms,
        relax_at: None,
    })));
    draft.emit(Event::MessageKept {
        chat: id,
        n: 1,
        from: Author::Customer,
        visibility: Visibility::All,
        chars: kept.content.chars(),
        content: kept.content.into(),
        internal: 0,
        silence_at: None,
        clocks: None,
        tag: kept.tag,
    });
    want_lookup(draft, new);
    draft.emit(Event::ChatEnded { chat: id, how: EndedHow::Offline, form: false });
    if new.customer.email.is_empty() {
        settle(draft, id, &new.queue, None);
    }
    Ok(Answer::FormKept { chat: id })
}

/// A form's customer was looked for and not found out. Whether that is tried again; if not, its
/// incident is made as it is.
pub(super) fn looks_again(draft: &mut Draft<'_>, chat: &Chat, lookup: &Lookup) -> bool {
    let again = lookup.failed + 1 < LOOKUPS_MAX;
    if !again {
        settle(draft, chat.id, &chat.queue, None);
    }
    again
}

/// The form is dealt with: its incident is wanted, and it leaves memory.
pub(super) fn settle(
    draft: &mut Draft<'_>,
    id: ChatId,
    queue: &QueueId,
    caller: Option<RecordRef>,
) {
    outbox::at_form(draft, id, queue, caller);
    draft.emit(Event::ChatClosed { chat: id });
}

impl NewChat {
    /// The digest of a form, by which a repeat is known to be one.
    #[must_use]
    pub fn form_digest(&self, text: &str) -> Hash {
        crate::digest::of_json(&(self.digest(), text.trim()))
    }
}

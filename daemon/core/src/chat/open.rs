//! A chat arrives.

use super::offer::relax_after;
use super::{MatchState, TurnedAway};
use crate::answer::Answer;
use crate::command::NewChat;
use crate::config::Authority;
use crate::decide::Draft;
use crate::event::{ChatOpened, Event};
use crate::queue::Class;
use crate::refusal::Refusal;

/// Most characters of a customer's name or address, and of a foreign id.
const CUSTOMER_CHARS: u32 = 200;

/// Opens a chat, or turns it away for good where the desk takes none now.
pub(crate) fn open(draft: &mut Draft<'_>, new: &NewChat) -> Result<Answer, Refusal> {
    let state = draft.state;
    check(draft, new)?;
    let Some(queue) = state.config.queues.get(&new.queue) else {
        let retired = state.retired_queues.contains_key(&new.queue);
        let id = new.queue.clone();
        return Err(if retired { Refusal::QueueClosed(id) } else { Refusal::UnknownQueue(id) });
    };
    let away = if state.low_disk {
        Some(TurnedAway::LowDisk)
    } else if state.draining || state.drained_queues.contains(&new.queue) {
        Some(TurnedAway::Draining)
    } else if state.routing.waiting(&new.queue) >= queue.length_max {
        Some(TurnedAway::Full)
    } else {
        None
    };
    if let Some(why) = away {
        draft.emit(Event::ChatTurnedAway {
            chat: new.chat,
            queue: new.queue.clone(),
            why,
            customer: new.customer.clone().into(),
            email_key: new.email_key.clone(),
        });
        return Ok(Answer::TurnedAway { chat: new.chat, why });
    }
    let times = &state.config.times;
    let longest = match new.authority {
        Authority::Local => times.wait_max_secs,
        Authority::Observed => times.observed_max_secs,
    };
    let own = match new.authority {
        Authority::Local if queue.waiting.max_secs > 0 => queue.waiting.max_secs,
        _ => longest,
    };
    draft.emit(Event::ChatOpened(Box::new(ChatOpened {
        chat: new.chat,
        queue: new.queue.clone(),
        priority: queue.priority,
        skills: new.skills.clone(),
        authority: new.authority,
        foreign: new.foreign.clone(),
        customer: new.customer.clone().into(),
        fields: new.fields.clone().into(),
        email_key: new.email_key.clone(),
        wait_max_at: draft.desk_in(longest.min(own)),
        relax_at: relax_after(queue, &new.skills)
            .filter(|_| new.authority == Authority::Local)
            .map(|ms| draft.envelope.at.desk_ms + ms),
    })));
    want_lookup(draft, new);
    Ok(Answer::ChatOpened { chat: new.chat })
}

fn check(draft: &Draft<'_>, new: &NewChat) -> Result<(), Refusal> {
    let state = draft.state;
    let limits = &state.config.limits;
    let (fields, chars) = limits.fields;
    // An id lives on in the outbox, by which its incident is known.
    if state.chats.contains_key(&new.chat) || state.outbox.incidents.contains_key(&new.chat) {
        return Err(Refusal::ChatExists);
    }
    let long = |text: &str, most: u32| text.chars().count() > most as usize;
    let texts = [&new.customer.name, &new.customer.email];
    if texts.into_iter().chain(&new.foreign).any(|text| long(text, CUSTOMER_CHARS)) {
        return Err(Refusal::TooLong(CUSTOMER_CHARS));
    }
    let over = |(name, value): (&String, &String)| long(name, 64) || long(value, chars);
    if new.fields.len() > fields as usize || new.fields.iter().any(over) {
        return Err(Refusal::TooManyFields(fields, chars));
    }
    if state.chats.len() >= limits.chats as usize {
        return Err(Refusal::TooManyChats(limits.chats));
    }
    let class = Class { queue: new.queue.clone(), skills: new.skills.clone(), relaxed: false };
    if !state.routing.has_room(&class, limits.classes) {
        return Err(Refusal::TooManyClasses(limits.classes));
    }
    Ok(())
}

fn want_lookup(draft: &mut Draft<'_>, new: &NewChat) {
    let chat = new.chat;
    let now = draft.envelope.at.desk_ms;
    let event = if new.customer.email.is_empty() {
        Event::MatchSet {
            chat,
            state: MatchState::None,
            why: Some("no e-mail address given".to_owned().into()),
            candidates: Vec::new().into(),
            count: 0,
            chosen: None,
        }
    } else {
        let max_at = draft.desk_in(draft.state.config.times.lookup_max_secs);
        Event::LookupWanted { chat, n: 1, words: None, failed: 0, at: now, max_at }
    };
    draft.emit(event);
}

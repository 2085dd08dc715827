//! A chat arrives.

use super::offer::relax_after;
use super::transfer::closed_text;
use super::views::new_view;
use super::{MatchState, TurnedAway, queue_view};
use crate::State;
use crate::answer::Answer;
use crate::command::NewChat;
use crate::config::{Authority, QueueConfig};
use crate::decide::Draft;
use crate::event::{ChatOpened, Event};
use crate::hours::closed_now;
use crate::name::{Hash, QueueId, Skill};
use crate::policy::{About, Hook, Question, Verdict};
use crate::private::Private;
use crate::queue::Class;
use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// Most characters of a customer's name or address, and of a foreign id.
const CUSTOMER_CHARS: u32 = 200;

/// The queue that an arrival names, if it takes any.
pub(super) fn asked_for<'a>(state: &'a State, new: &NewChat) -> Result<&'a QueueConfig, Refusal> {
    let id = &new.queue;
    state.config.queues.get(id).ok_or_else(|| match state.retired_queues.contains_key(id) {
        true => Refusal::QueueClosed(id.clone()),
        false => Refusal::UnknownQueue(id.clone()),
    })
}

/// Opens a chat, or turns it away for good where the desk takes none now.
pub(crate) fn open(draft: &mut Draft<'_>, new: &NewChat) -> Result<Answer, Refusal> {
    let state = draft.state;
    check(draft, new)?;
    let queue = asked_for(state, new)?;
    if state.low_disk {
        return Ok(turn_away(draft, new, &new.queue, TurnedAway::LowDisk, None));
    }
    if state.draining {
        return Ok(turn_away(draft, new, &new.queue, TurnedAway::Draining, None));
    }
    let ruled = ask_on_chat(draft, new, queue);
    if let Some(message) = ruled.turn_away {
        return Ok(turn_away(draft, new, &new.queue, TurnedAway::Rule, Some(message)));
    }
    let id = &ruled.queue;
    let queue = draft.queue(id)?;
    if state.drained_queues.contains(id) {
        return Ok(turn_away(draft, new, id, TurnedAway::Draining, None));
    }
    let closed = closed_now(draft, id);
    if closed.is_some() {
        let text = closed_text(draft, id);
        let text = (!text.is_empty()).then(|| text.to_owned());
        let opens_ms = closed.and_then(|hours| hours.opens_ms);
        let answer = turn_away(draft, new, id, TurnedAway::Closed, text);
        return Ok(opening(answer, opens_ms));
    }
    if state.routing.waiting(id) >= queue.length_max {
        return Ok(turn_away(draft, new, id, TurnedAway::Full, None));
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
    let same =
        (&ruled.queue, &ruled.skills, &ruled.fields) == (&new.queue, &new.skills, &new.fields);
    draft.emit(Event::ChatOpened(Box::new(ChatOpened {
        chat: new.chat,
        asked_for: (!same).then(|| new.digest().into()),
        queue: id.clone(),
        priority: ruled.priority,
        skills: ruled.skills.clone(),
        authority: new.authority,
        foreign: new.foreign.clone(),
        customer: new.customer.clone().into(),
        fields: ruled.fields.into(),
        email_key: new.email_key.clone(),
        wait_max_at: draft.desk_in(longest.min(own)),
        relax_at: relax_after(queue, &ruled.skills)
            .filter(|_| new.authority == Authority::Local)
            .map(|ms| draft.envelope.at.desk_ms + ms),
    })));
    want_lookup(draft, new);
    Ok(Answer::ChatOpened { chat: new.chat })
}

impl NewChat {
    /// The digest of what is asked for, by which a repeat is known to be one.
    #[must_use]
    pub fn digest(&self) -> Hash {
        crate::digest::of_json(&(&self.queue, &self.customer, &self.fields, &self.skills))
    }
}

pub(super) fn turn_away(
    draft: &mut Draft<'_>,
    new: &NewChat,
    queue: &QueueId,
    why: TurnedAway,
    message: Option<String>,
) -> Answer {
    let message: Option<Private<String>> = message.map(Into::into);
    draft.emit(Event::ChatTurnedAway {
        chat: new.chat,
        queue: queue.clone(),
        why,
        customer: new.customer.clone().into(),
        email_key: new.email_key.clone(),
        message: message.clone(),
    });
    let state = draft.state;
    let local = new.authority == Authority::Local;
    let form = state.config.queues.get(queue).is_some_and(|queue| local && queue.form.is_some());
    Answer::TurnedAway {
        chat: new.chat,
        why,
        message,
        opens_ms: None,
        form: form && !matches!(why, TurnedAway::LowDisk | TurnedAway::Rule),
    }
}

/// The same answer, with when the queue opens.
fn opening(mut answer: Answer, at: Option<i64>) -> Answer {
    if let Answer::TurnedAway { opens_ms, .. } = &mut answer {
        *opens_ms = at;
    }
    answer
}

/// What a chat arrives as, as a rule bends it.
struct Arrival {
    queue: QueueId,
    priority: i32,
    skills: BTreeMap<Skill, u8>,
    fields: BTreeMap<String, String>,
    turn_away: Option<String>,
}

/// Asks about a chat that deskd decides about.
fn ask_on_chat(draft: &mut Draft<'_>, new: &NewChat, queue: &QueueConfig) -> Arrival {
    let arrival = Arrival {
        queue: new.queue.clone(),
        priority: queue.priority,
        skills: new.skills.clone(),
        fields: new.fields.clone(),
        turn_away: None,
    };
    let local = new.authority == Authority::Local;
    if !local || !draft.has_rule(Hook::OnChat, Some(&new.queue)) {
        return arrival;
    }
    let state = draft.state;
    let question = Question {
        now_ms: draft.envelope.at.wall_ms,
        seed: draft.envelope.seq,
        queue: Some(queue_view(state, &new.queue, draft.envelope.at)),
        chat: Some(new_view(new, queue.priority, draft.envelope.at)),
        about: About::Chat { waiting: state.routing.waiting(&new.queue) },
    };
    let Some(Verdict::Chat { queue, priority, skills, fields, turn_away }) = draft.ask(&question)
    else {
        return arrival;
    };
    let to = queue.unwrap_or_else(|| new.queue.clone());
    let Some(found) = state.config.queues.get(&to) else {
        draft.unfit(&question, &format!("there is no queue '{to}'"));
        return arrival;
    };
    let class =
        Class { queue: to, skills: skills.unwrap_or_else(|| new.skills.clone()), relaxed: false };
    if !state.routing.has_room(&class, state.config.limits.classes) {
        draft.unfit(&question, "too many different needs of skills wait at once");
        return arrival;
    }
    let mut all = new.fields.clone();
    all.extend(fields);
    if check_fields(state, &all).is_err() {
        draft.unfit(&question, "too many fields, or one too long");
        return arrival;
    }
    Arrival {
        queue: class.queue,
        priority: priority.unwrap_or(found.priority),
        skills: class.skills,
        fields: all,
        turn_away,
    }
}

fn check_fields(state: &State, given: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let (fields, chars) = state.config.limits.fields;
    let over = |(name, value): (&String, &String)| long(name, 64) || long(value, chars);
    if given.len() > fields as usize || given.iter().any(over) {
        return Err(Refusal::TooManyFields(fields, chars));
    }
    Ok(())
}

fn long(text: &str, most: u32) -> bool {
    text.chars().count() > most as usize
}

pub(super) fn check(draft: &Draft<'_>, new: &NewChat) -> Result<(), Refusal> {
    let state = draft.state;
    let limits = &state.config.limits;
    // An id lives on in the outbox, by which its incident is known.
    if state.chats.contains_key(&new.chat) || state.outbox.incidents.contains_key(&new.chat) {
        return Err(Refusal::ChatExists);
    }
    let texts = [&new.customer.name, &new.customer.email];
    if texts.into_iter().chain(&new.foreign).any(|text| long(text, CUSTOMER_CHARS)) {
        return Err(Refusal::TooLong(CUSTOMER_CHARS));
    }
    check_fields(state, &new.fields)?;
    if state.chats.len() >= limits.chats as usize {
        return Err(Refusal::TooManyChats(limits.chats));
    }
    let class = Class { queue: new.queue.clone(), skills: new.skills.clone(), relaxed: false };
    if !state.routing.has_room(&class, limits.classes) {
        return Err(Refusal::TooManyClasses(limits.classes));
    }
    Ok(())
}

pub(super) fn want_lookup(draft: &mut Draft<'_>, new: &NewChat) {
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

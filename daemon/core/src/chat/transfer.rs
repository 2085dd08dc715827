//! A chat changes hands: back to its place, to another queue, to another agent.

use super::end::expire;
use super::messages::say;
use super::offer::{close_offers, make_offers, wait, wait_in};
use super::wrapup::leave_segment;
use super::{Chat, LeftWhy, OfferOutcome, Phase};
use crate::agent::can_take;
use crate::answer::Answer;
use crate::command::Target;
use crate::config::Authority;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId, QueueId};
use crate::refusal::Refusal;
use crate::words::DISCONNECTED;
use crate::work::Work;

type Done = Result<Answer, Refusal>;

/// An admin puts the chat back in front of its queue.
pub(crate) fn requeue(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    match &chat.phase {
        Phase::Waiting { .. } => {}
        Phase::Offered(_) => {
            close_offers(draft, chat, OfferOutcome::Rescinded);
            wait(draft, chat);
        }
        Phase::Active => requeue_active(draft, id, LeftWhy::Requeued),
        Phase::Ended { .. } => return Err(Refusal::ChatEnded),
    }
    Ok(Answer::Done)
}

/// The active segment ends, and the chat waits at its old place.
pub(crate) fn requeue_active(draft: &mut Draft<'_>, id: ChatId, why: LeftWhy) {
    let Some(chat) = draft.state.chats.get(&id) else { return };
    let Some(segment) = chat.active() else { return };
    leave_segment(draft, chat, segment, why);
    if why == LeftWhy::Lost {
        say(draft, id, DISCONNECTED);
    }
    wait(draft, chat);
}

/// Moves the chat to another queue or agent. Where the target cannot take it, nothing moves.
pub(crate) fn transfer(
    draft: &mut Draft<'_>,
    id: ChatId,
    by: Option<&AgentId>,
    to: &Target,
) -> Done {
    let chat = draft.chat(id)?;
    if chat.authority == Authority::Observed {
        return Err(Refusal::WrongPhase("observed".into()));
    }
    match (&chat.phase, by) {
        (Phase::Ended { .. }, _) => return Err(Refusal::ChatEnded),
        (Phase::Offered(_), _) => return Err(Refusal::WrongPhase("offered".into())),
        (Phase::Waiting { .. }, Some(_)) => return Err(Refusal::NotYours),
        (Phase::Active, Some(agent)) if chat.active().is_none_or(|s| s.agent != *agent) => {
            return Err(Refusal::NotYours);
        }
        _ => {}
    }
    match to {
        Target::Queue(queue) => to_queue(draft, chat, queue)?,
        Target::Agent(agent) => {
            draft.agent(agent)?;
            if !can_take(draft.state, agent, &chat.queue) {
                return Err(Refusal::CannotTake(agent.clone()));
            }
            leave_active(draft, chat);
            make_offers(draft, id, std::slice::from_ref(agent))?;
        }
    }
    Ok(Answer::Done)
}

fn leave_active(draft: &mut Draft<'_>, chat: &Chat) {
    if let Some(segment) = chat.active() {
        leave_segment(draft, chat, segment, LeftWhy::Transferred);
    }
}

fn to_queue(draft: &mut Draft<'_>, chat: &Chat, to: &QueueId) -> Result<(), Refusal> {
    let state = draft.state;
    let Some(config) = state.config.queues.get(to) else {
        let retired = state.retired_queues.contains_key(to);
        let to = to.clone();
        return Err(if retired { Refusal::QueueClosed(to) } else { Refusal::UnknownQueue(to) });
    };
    if !state.takes_chats(to) {
        return Err(Refusal::QueueClosed(to.clone()));
    }
    leave_active(draft, chat);
    let (chat_id, queue, priority) = (chat.id, to.clone(), config.priority);
    draft.emit(Event::ChatMoved { chat: chat_id, queue, priority, overflow: false });
    wait_in(draft, chat, to);
    Ok(())
}

/// A closed queue is emptied, one chat a turn: the first ends, and its customer is offered the form.
pub(crate) fn close(draft: &mut Draft<'_>, queue: &QueueId) -> Done {
    let state = draft.state;
    let first = state.routing.chats_of(queue).min().and_then(|key| state.chats.get(&key.chat));
    match first.filter(|_| state.sends_to_form(queue)) {
        Some(chat) => expire(draft, chat, closed_text(draft, queue)),
        None => draft.emit(Event::FollowedUp { work: Work::Close(queue.clone()) }),
    }
    Ok(Answer::Done)
}

/// What customers are told of a closed queue, where it has words of its own.
pub(super) fn closed_text<'a>(draft: &Draft<'a>, queue: &QueueId) -> &'a str {
    let hours = draft.state.config.queues.get(queue).and_then(|queue| queue.hours.as_ref());
    hours.map_or("", |hours| hours.text.as_str())
}

/// A retired queue is emptied, one chat a turn: the first goes the overflow way, past queues that
/// are retired too.
pub(crate) fn empty(draft: &mut Draft<'_>, queue: &QueueId) -> Done {
    let state = draft.state;
    let first = state.routing.chats_of(queue).min().and_then(|key| state.chats.get(&key.chat));
    let in_force = state.config.queues.contains_key(queue);
    let (Some(chat), false) = (first, in_force) else {
        draft.emit(Event::FollowedUp { work: Work::Empty(queue.clone()) });
        return Ok(Answer::Done);
    };
    match state.overflow_of(queue) {
        Some(to) => {
            let priority = state.config.queues.get(&to).map_or(chat.priority, |q| q.priority);
            let queue = to.clone();
            draft.emit(Event::ChatMoved { chat: chat.id, queue, priority, overflow: true });
            wait_in(draft, chat, &to);
        }
        None => expire(draft, chat, ""),
    }
    Ok(Answer::Done)
}

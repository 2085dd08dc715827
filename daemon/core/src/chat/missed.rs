//! An offer that was missed or rejected: what comes of the chat, and what of the agent.

use super::end::{SORRY, over};
use super::messages::say;
use super::offer::{close_offer, wait, wait_in};
use super::{Chat, EndedHow, OfferOutcome};
use crate::actor::Cause;
use crate::agent::intent_after;
use crate::config::RoutingConfig;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::AgentId;
use crate::refusal::Refusal;

/// Ends the pending offer as missed or rejected. The chat waits at its place, or, where too many
/// missed it, goes its queue's overflow way; the agent is set to what the queue says.
pub(super) fn missed(
    draft: &mut Draft<'_>,
    chat: &Chat,
    agent: &AgentId,
    (outcome, reason): (OfferOutcome, Option<String>),
) -> Result<(), Refusal> {
    let routing = &draft.queue(&chat.queue)?.routing;
    close_offer(draft, chat, outcome, reason);
    let enough = routing.missed_max > 0 && chat.misses_here + 1 >= routing.missed_max;
    if !enough {
        tell(draft, chat, routing);
        wait(draft, chat);
    } else if let Some(to) = draft.state.way_of(chat) {
        let priority = draft.queue(&to)?.priority;
        tell(draft, chat, routing);
        let queue = to.clone();
        draft.emit(Event::ChatMoved { chat: chat.id, queue, priority, overflow: true });
        wait_in(draft, chat, &to);
    } else {
        say(draft, chat.id, SORRY);
        over(draft, chat, EndedHow::Expired, None);
    }
    let cause = match outcome {
        OfferOutcome::Rejected => Cause::Rejected,
        _ => Cause::Missed,
    };
    intent_after(draft, agent, cause, routing);
    Ok(())
}

/// The customer is told once that it takes longer.
fn tell(draft: &mut Draft<'_>, chat: &Chat, routing: &RoutingConfig) {
    if chat.misses == 0 && !routing.missed_text.is_empty() {
        say(draft, chat.id, &routing.missed_text);
    }
}

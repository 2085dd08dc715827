//! An offer that was missed or rejected: what comes of the chat, and what of the agent.

use super::end::{SORRY, over};
use super::messages::say;
use super::offer::{Left, end_offer, wait, wait_in};
use super::{Chat, EndedHow, OfferOutcome};
use crate::actor::Cause;
use crate::agent::intent_after;
use crate::config::{BroadcastMiss, RoutingConfig, Strategy};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::AgentId;
use crate::refusal::Refusal;

/// An agent does not want the chat. Where others of its round are still asked, it stays with them.
pub(super) fn rejected(
    draft: &mut Draft<'_>,
    chat: &Chat,
    agent: &AgentId,
    reason: Option<String>,
) -> Result<(), Refusal> {
    let offer = chat.offer_to(agent).ok_or(Refusal::OfferGone)?;
    let left = Left { asked: chat.offers().count() > 1, cooldown: true };
    end_offer(draft, chat, offer, (OfferOutcome::Rejected, reason), left);
    let routing = &draft.queue(&chat.queue)?.routing;
    if !left.asked {
        untaken(draft, chat, routing)?;
    }
    intent_after(draft, agent, Cause::Rejected, routing);
    Ok(())
}

/// Nobody took the chat in time. That a broadcast was not taken is, unless its queue says so,
/// nobody's miss; the cool-down lets the next round ask others.
pub(super) fn timed_out(draft: &mut Draft<'_>, chat: &Chat) -> Result<(), Refusal> {
    let routing = &draft.queue(&chat.queue)?.routing;
    let of_all = routing.strategy == Strategy::Broadcast;
    let nobodys = of_all && routing.broadcast_miss == BroadcastMiss::None;
    let outcome = if nobodys { OfferOutcome::Rescinded } else { OfferOutcome::TimedOut };
    let asked: Vec<_> = chat.offers().collect();
    let last = asked.last().ok_or(Refusal::OfferGone)?.id;
    for offer in &asked {
        let left = Left { asked: offer.id != last, cooldown: true };
        end_offer(draft, chat, offer, (outcome, None), left);
    }
    untaken(draft, chat, routing)?;
    for offer in asked.iter().filter(|_| !nobodys) {
        intent_after(draft, &offer.agent, Cause::Missed, routing);
    }
    Ok(())
}

/// The chat waits at its place, or, where too many missed it, goes its queue's overflow way.
fn untaken(draft: &mut Draft<'_>, chat: &Chat, routing: &RoutingConfig) -> Result<(), Refusal> {
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
    Ok(())
}

/// The customer is told once that it takes longer.
fn tell(draft: &mut Draft<'_>, chat: &Chat, routing: &RoutingConfig) {
    if chat.misses == 0 && !routing.missed_text.is_empty() {
        say(draft, chat.id, &routing.missed_text);
    }
}

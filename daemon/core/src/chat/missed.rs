//! An offer that was missed or rejected: what comes of the chat, and what of the agent.

use super::end::{over, tell_given_up};
use super::messages::say;
use super::offer::{Left, end_offer, wait, wait_in};
use super::views::{agent_view, question};
use super::{Chat, EndedHow, OfferOutcome};
use crate::actor::Cause;
use crate::agent::intent_after;
use crate::config::{BroadcastMiss, RoutingConfig, Strategy};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::AgentId;
use crate::policy::{About, Hook, Verdict};
use crate::refusal::Refusal;

/// An agent does not want the chat. Where others of its round are still asked, it stays with them.
pub(super) fn rejected(
    draft: &mut Draft<'_>,
    chat: &Chat,
    agent: &AgentId,
    reason: Option<String>,
) -> Result<(), Refusal> {
    let offer = chat.offer_to(agent).ok_or(Refusal::OfferGone)?;
    let ruled = ask(draft, chat, agent, (true, reason.as_deref()))?;
    let left = Left { asked: chat.offers().count() > 1, cooldown: Some(ruled.cooldown_secs) };
    end_offer(draft, chat, offer, (OfferOutcome::Rejected, reason), left);
    set_priority(draft, chat, ruled.priority);
    if !left.asked {
        untaken(draft, chat, &ruled.routing)?;
    }
    intent_after(draft, agent, Cause::Rejected, &ruled.routing);
    Ok(())
}

/// Nobody took the chat in time. That a broadcast was not taken is, unless its queue says so,
/// nobody's miss; the cool-down lets the next round ask others. A rule is asked about the first of
/// those whose miss it is.
pub(super) fn timed_out(draft: &mut Draft<'_>, chat: &Chat) -> Result<(), Refusal> {
    let routing = &draft.queue(&chat.queue)?.routing;
    let of_all = routing.strategy == Strategy::Broadcast;
    let nobodys = of_all && routing.broadcast_miss == BroadcastMiss::None;
    let outcome = if nobodys { OfferOutcome::Rescinded } else { OfferOutcome::TimedOut };
    let asked: Vec<_> = chat.offers().collect();
    let last = asked.last().ok_or(Refusal::OfferGone)?.id;
    let ruled = if nobodys {
        Ruled::configured(draft, chat)?
    } else {
        ask(draft, chat, &asked[0].agent, (false, None))?
    };
    for offer in &asked {
        let left = Left { asked: offer.id != last, cooldown: Some(ruled.cooldown_secs) };
        end_offer(draft, chat, offer, (outcome, None), left);
    }
    set_priority(draft, chat, ruled.priority);
    untaken(draft, chat, &ruled.routing)?;
    for offer in asked.iter().filter(|_| !nobodys) {
        intent_after(draft, &offer.agent, Cause::Missed, &ruled.routing);
    }
    Ok(())
}

fn set_priority(draft: &mut Draft<'_>, chat: &Chat, priority: Option<i32>) {
    if let Some(priority) = priority {
        draft.emit(Event::PrioritySet { chat: chat.id, priority });
    }
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
        tell_given_up(draft, chat, "");
        over(draft, chat, EndedHow::Expired, None);
    }
    Ok(())
}

/// What the queue says of a miss, as a rule bends it.
struct Ruled {
    routing: RoutingConfig,
    cooldown_secs: u32,
    priority: Option<i32>,
}

impl Ruled {
    fn configured(draft: &Draft<'_>, chat: &Chat) -> Result<Self, Refusal> {
        let queue = draft.queue(&chat.queue)?;
        let (routing, cooldown_secs) = (queue.routing.clone(), queue.cooldown_secs);
        Ok(Self { routing, cooldown_secs, priority: None })
    }
}

fn ask(
    draft: &mut Draft<'_>,
    chat: &Chat,
    agent: &AgentId,
    (rejected, reason): (bool, Option<&str>),
) -> Result<Ruled, Refusal> {
    let mut ruled = Ruled::configured(draft, chat)?;
    let asked = draft.has_rule(Hook::OnOfferMissed, Some(&chat.queue));
    let Some(view) = agent_view(draft, Some(&chat.queue), agent).filter(|_| asked) else {
        return Ok(ruled);
    };
    let about = About::Missed {
        agent: view,
        rejected,
        reason: reason.map(Into::into),
        status: ruled.routing.missed_status,
        recover_secs: ruled.routing.recover_secs,
        cooldown_secs: ruled.cooldown_secs,
    };
    let question = question(draft, chat, about);
    if let Some(Verdict::Missed { status, recover_secs, priority, cooldown_secs }) =
        draft.ask(&question)
    {
        ruled.routing.missed_status = status.unwrap_or(ruled.routing.missed_status);
        ruled.routing.recover_secs = recover_secs.unwrap_or(ruled.routing.recover_secs);
        ruled.cooldown_secs = cooldown_secs.unwrap_or(ruled.cooldown_secs);
        ruled.priority = priority.filter(|priority| *priority != chat.priority);
    }
    Ok(ruled)
}

/// The customer is told once that it takes longer.
fn tell(draft: &mut Draft<'_>, chat: &Chat, routing: &RoutingConfig) {
    if chat.misses == 0 && !routing.missed_text.is_empty() {
        say(draft, chat.id, &routing.missed_text);
    }
}

//! Offers: made by follow-ups, ended by the agent, the timer, the customer or the desk.

use super::clocks::at_accept;
use super::missed::{rejected, timed_out};
use super::route::route;
use super::views::{agent_view, question};
use super::wrapup::leave_segment;
use super::{
    Chat, LeftWhy, OfferOutcome, Phase, Preview, Segment, SegmentState, WrappedHow, WrapupPlan,
};
use super::{close, empty, want_pop, wrap_forced};
use crate::agent::check_reason;
use crate::answer::Answer;
use crate::config::{PopWhen, QueueConfig};
use crate::decide::Draft;
use crate::event::{Event, OfferMade};
use crate::name::{AgentId, ChatId, OfferId, QueueId, SegmentId, Skill};
use crate::policy::{About, Hook, Verdict};
use crate::private::Private;
use crate::queue::count_for_level;
use crate::refusal::Refusal;
use crate::work::Work;
use std::collections::BTreeMap;

type Done = Result<Answer, Refusal>;

/// A follow-up's turn: makes the offer that is due first. What it has come for may have been dealt
/// with by then.
pub(crate) fn place(draft: &mut Draft<'_>, work: &Work) -> Done {
    let state = draft.state;
    let from = match work {
        Work::Empty(queue) => return empty(draft, queue),
        Work::Close(queue) => return close(draft, queue),
        Work::Serve(agent) => state.best_chat(agent),
        Work::Place(chat) => Some(*chat),
    };
    match from.and_then(|chat| state.best_pair(chat)) {
        Some((chat, agent)) => {
            if let Some(round) = route(draft, chat, agent)? {
                make_offers(draft, chat, &round)?;
            }
        }
        None => draft.emit(Event::FollowedUp { work: work.clone() }),
    }
    Ok(Answer::Done)
}

/// Offers a chat to an agent, or to all of a round, as a rule bends it. The rule is asked once, about
/// the first of them.
pub(super) fn make_offers(
    draft: &mut Draft<'_>,
    id: ChatId,
    agents: &[AgentId],
) -> Result<(), Refusal> {
    let chat = draft.chat(id)?;
    let queue = draft.queue(&chat.queue)?;
    let Some(first) = agents.first() else { return Ok(()) };
    let (accept_secs, pop, lines) = ask_on_offer(draft, chat, queue, first);
    for agent in agents {
        let offer = OfferId(draft.mint());
        draft.emit(Event::OfferMade(Box::new(OfferMade {
            chat: id,
            offer,
            agent: agent.clone(),
            deadline: draft.desk_in(accept_secs),
            weight: queue.weight,
            pop,
            preview: Preview { lines: lines.clone() }.into(),
        })));
        if let (PopWhen::Offer, Some(record)) = (pop, &chat.matched.chosen) {
            want_pop(draft, agent, id, record.clone(), None);
        }
    }
    Ok(())
}

fn ask_on_offer(
    draft: &mut Draft<'_>,
    chat: &Chat,
    queue: &QueueConfig,
    agent: &AgentId,
) -> (u32, PopWhen, Vec<String>) {
    let asked = draft.has_rule(Hook::OnOffer, Some(&chat.queue));
    let view = agent_view(draft, Some(&chat.queue), agent).filter(|_| asked);
    let Some(view) = view else {
        return (queue.accept_secs, queue.pop, Vec::new());
    };
    let about = About::Offer { agent: view, accept_secs: queue.accept_secs, pop: queue.pop };
    let question = question(draft, chat, about);
    match draft.ask(&question) {
        Some(Verdict::Offer { accept_secs, lines, pop }) => {
            (accept_secs.unwrap_or(queue.accept_secs), pop.unwrap_or(queue.pop), lines)
        }
        _ => (queue.accept_secs, queue.pop, Vec::new()),
    }
}

/// Accepts the offer: a segment is open, and the record pops as configured.
pub(crate) fn accept(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    id: ChatId,
    wanted: Option<OfferId>,
) -> Done {
    let chat = draft.chat(id)?;
    if let Some(segment) = accepted_before(chat, agent, wanted) {
        return Ok(Answer::Accepted { chat: id, offer: segment.offer, segment: segment.n });
    }
    let offer = standing(chat, agent, wanted)?;
    for other in chat.offers().filter(|other| other.agent != *agent) {
        end_offer(
            draft,
            chat,
            other,
            (OfferOutcome::Rescinded, None),
            Left { asked: true, ..NOBODYS },
        );
    }
    let n = open_segment(draft, chat, agent, offer)?;
    Ok(Answer::Accepted { chat: id, offer: offer.id, segment: n })
}

/// The chat is the agent's by this offer: a segment is open, and the record pops as configured.
fn open_segment(
    draft: &mut Draft<'_>,
    chat: &Chat,
    agent: &AgentId,
    offer: &super::Offer,
) -> Result<u16, Refusal> {
    let queue = draft.queue(&chat.queue)?;
    let n = u16::try_from(chat.segments.len() + 1).map_err(|_| Refusal::Internal)?;
    let segment = Segment {
        n,
        agent: agent.clone(),
        queue: chat.queue.clone(),
        offer: offer.id,
        accepted: draft.envelope.at,
        weight: offer.weight,
        popped: offer.popped,
        pop: offer.pop,
        plan: WrapupPlan::of(queue),
        left: None,
        state: SegmentState::Active,
        codes: Vec::new(),
        note: Private::default(),
        denials: 0,
        extended: 0,
    };
    count_for_level(draft, chat, true);
    let silence_at = draft.desk_in(draft.state.config.times.silence_max_secs);
    let (segment, reply_at) = (Box::new(segment), at_accept(draft, chat));
    draft.emit(Event::SegmentOpened { chat: chat.id, segment, silence_at, reply_at });
    if let (PopWhen::Accept, Some(record)) = (offer.pop, &chat.matched.chosen) {
        want_pop(draft, agent, chat.id, record.clone(), Some(n));
    }
    Ok(n)
}

/// An active chat goes on with another agent, without an offer: an admin says so. What the first one
/// did is wrapped up as it is.
pub(crate) fn hand_active(
    draft: &mut Draft<'_>,
    id: SegmentId,
    to: &AgentId,
) -> Result<(), Refusal> {
    let chat = draft.chat(id.chat)?;
    let queue = draft.queue(&chat.queue)?;
    if let Some(segment) = chat.active() {
        leave_segment(draft, chat, segment, LeftWhy::Transferred);
        wrap_forced(draft, id, WrappedHow::Forced);
    }
    let offer = super::Offer {
        id: OfferId(draft.mint()),
        agent: to.clone(),
        made: draft.envelope.at,
        deadline: draft.envelope.at.desk_ms,
        weight: queue.weight,
        pop: queue.pop,
        popped: false,
        preview: Private::default(),
    };
    open_segment(draft, chat, to, &offer).map(|_| ())
}

/// The segment that this accept opened before. Without an offer's id the last one is meant.
fn accepted_before<'a>(
    chat: &'a Chat,
    agent: &AgentId,
    wanted: Option<OfferId>,
) -> Option<&'a Segment> {
    if !matches!(chat.phase, Phase::Active | Phase::Ended { .. }) {
        return None;
    }
    let meant = |s: &&Segment| match wanted {
        Some(offer) => s.offer == offer,
        None => usize::from(s.n) == chat.segments.len(),
    };
    chat.segments.iter().find(|s| s.agent == *agent && meant(s))
}

fn standing<'a>(
    chat: &'a Chat,
    agent: &AgentId,
    wanted: Option<OfferId>,
) -> Result<&'a super::Offer, Refusal> {
    let stands = |o: &&super::Offer| o.agent == *agent && wanted.is_none_or(|id| id == o.id);
    chat.offers().find(stands).ok_or(Refusal::OfferGone)
}

/// Rejects the offer.
pub(crate) fn reject(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    id: ChatId,
    wanted: Option<OfferId>,
    reason: &Option<String>,
) -> Done {
    let chat = draft.chat(id)?;
    standing(chat, agent, wanted)?;
    if !draft.queue(&chat.queue)?.reject {
        return Err(Refusal::RejectNotPermitted);
    }
    check_reason(&draft.state.config.reasons.reject, reason.as_deref())?;
    rejected(draft, chat, agent, reason.clone())?;
    Ok(Answer::Done)
}

/// The acceptance timer is at zero.
pub(crate) fn offer_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    timed_out(draft, chat)?;
    Ok(Answer::Done)
}

/// The desk takes the agent's pending offer back: nobody's miss. Others of its round are still
/// asked.
pub(crate) fn rescind(draft: &mut Draft<'_>, agent: &AgentId, outcome: OfferOutcome) {
    let state = draft.state;
    let offered = state.agents.get(agent).and_then(|a| state.chats.get(&a.offer?));
    let Some(chat) = offered else { return };
    let Some(offer) = chat.offer_to(agent) else { return };
    let asked = chat.offers().count() > 1;
    end_offer(draft, chat, offer, (outcome, None), Left { asked, ..NOBODYS });
    if !asked {
        wait(draft, chat);
    }
}

/// Ends the pending offers, nobody having missed them; where the chat goes is the caller's to say.
pub(super) fn close_offers(draft: &mut Draft<'_>, chat: &Chat, outcome: OfferOutcome) {
    let last = chat.offers().last().map(|offer| offer.id);
    for offer in chat.offers() {
        let asked = last != Some(offer.id);
        end_offer(draft, chat, offer, (outcome, None), Left { asked, ..NOBODYS });
    }
}

/// What an offer that ended leaves behind.
#[derive(Clone, Copy)]
pub(super) struct Left {
    /// Whether others of its round are still asked.
    pub(super) asked: bool,
    /// For how many seconds its agent is not asked again, if at all.
    pub(super) cooldown: Option<u32>,
}

const NOBODYS: Left = Left { asked: false, cooldown: None };

/// Ends one offer.
pub(super) fn end_offer(
    draft: &mut Draft<'_>,
    chat: &Chat,
    offer: &super::Offer,
    (outcome, reason): (OfferOutcome, Option<String>),
    left: Left,
) {
    draft.emit(Event::OfferEnded {
        chat: chat.id,
        offer: offer.id,
        agent: offer.agent.clone(),
        outcome,
        reason,
        cooldown_until: left.cooldown.map(|secs| draft.desk_in(secs)),
        goes_on: left.asked,
    });
}

/// The chat waits at its place in its queue: priority, then arrival.
pub(super) fn wait(draft: &mut Draft<'_>, chat: &Chat) {
    wait_in(draft, chat, &chat.queue);
}

/// The chat waits in this queue, which it may just have come to, at the place of its arrival.
pub(super) fn wait_in(draft: &mut Draft<'_>, chat: &Chat, queue: &QueueId) {
    let now = draft.envelope.at.desk_ms;
    // Its own limit does not count what went before: another queue, a talk.
    let anew = *queue != chat.queue || matches!(chat.phase, Phase::Active);
    let limit = own_limit(draft, queue);
    let came = limit.map(|_| if anew { now } else { chat.came.unwrap_or(chat.opened.desk_ms) });
    let own = came.zip(limit).map(|(came, limit)| came + limit);
    let last = wait_end(draft, chat);
    let wait_max_at = own.map_or(last, |own| own.min(last)).max(draft.desk_in(1));
    let relaxed = chat.relaxed && *queue == chat.queue;
    let config = draft.state.queue(queue).filter(|_| !relaxed);
    let after = config.and_then(|config| relax_after(config, &chat.skills));
    let relax_at = after.map(|ms| (chat.opened.desk_ms + ms).max(now));
    draft.emit(Event::ChatWaits { chat: chat.id, wait_max_at, relax_at, came });
}

/// When a chat has waited as long as any may, in desk time.
pub(super) fn wait_end(draft: &Draft<'_>, chat: &Chat) -> u64 {
    chat.opened.desk_ms + u64::from(draft.state.config.times.wait_max_secs) * 1000
}

/// How long a chat may wait in a queue, in milliseconds, where the queue says so.
pub(super) fn own_limit(draft: &Draft<'_>, queue: &QueueId) -> Option<u64> {
    let secs = draft.state.queue(queue)?.waiting.max_secs;
    (secs > 0).then(|| u64::from(secs) * 1000)
}

/// How many milliseconds after its arrival any level of the skills that a chat needs will do.
pub(super) fn relax_after(queue: &QueueConfig, skills: &BTreeMap<Skill, u8>) -> Option<u64> {
    let needs = !skills.is_empty() || !queue.skills.is_empty();
    let secs = queue.routing.relax_secs;
    (secs > 0 && needs).then(|| u64::from(secs) * 1000)
}

/// The chat waited so long that any level of the skills that it needs will do.
pub(crate) fn relax_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    if matches!(chat.phase, Phase::Waiting { .. }) && !chat.relaxed {
        draft.emit(Event::ChatRelaxed { chat: id });
    }
    Ok(Answer::Done)
}

/// The first cool-down of a chat is over: it is placed anew.
pub(crate) fn cooldown_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let waits = matches!(draft.chat(id)?.phase, Phase::Waiting { .. });
    if waits {
        draft.emit(Event::CooldownEnded { chat: id });
    }
    Ok(Answer::Done)
}

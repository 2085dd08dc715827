//! Events about chats, applied.

mod matching;
mod rules;
mod segments;

use super::clocks;
use super::{
    Chat, Clocks, EndedHow, Lookup, LookupPhase, Match, Missed, Offer, OfferOutcome, Participant,
    Phase, Pop, Role, Round, Ruled, Visibility,
};
use crate::State;
use crate::config::Authority;
use crate::event::{ChatOpened, Event, OfferMade};
use crate::name::{AgentId, ChatId};
use crate::time::{Stamp, Timer};
use matching::match_event;
pub(crate) use matching::restart_lookups;
use rules::release;
pub(crate) use segments::go_on;
use segments::{segment_event, segment_opened};
use std::collections::VecDeque;

/// Applies an event that is about a chat.
pub(crate) fn apply(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::ChatOpened(opened) => chat_opened(state, seq, at, opened),
        Event::MessageKept { chat, n, visibility, silence_at, clocks, from, .. } => {
            change(state, *chat, |chat| {
                chat.messages = *n;
                chat.internal += u64::from(*visibility == Visibility::Internal);
                if clocks.is_some() {
                    let customers = from.role() == Role::Customer;
                    let since = chat.unanswered_since.unwrap_or(at.desk_ms);
                    chat.unanswered_since = customers.then_some(since);
                }
            });
            if let Some(clocks) = clocks.filter(|_| state.chats.contains_key(chat)) {
                clocks::set(state, seq, *chat, clocks);
            }
            if let (Some(silence_at), Some(facts)) = (silence_at, state.chats.get(chat)) {
                let timer = match facts.authority {
                    Authority::Local => Timer::Silence(*chat),
                    Authority::Observed => Timer::Observed(*chat),
                };
                state.desk.set(timer, *silence_at, seq);
            }
        }
        Event::OfferMade(made) => offer_made(state, seq, at, made),
        Event::OfferEnded { chat, agent, outcome, cooldown_until, goes_on, .. } => {
            offer_ended(state, at, *chat, (agent, *outcome), (*cooldown_until, *goes_on));
        }
        Event::ChatWaits { .. }
        | Event::ChatMoved { .. }
        | Event::CustomerStreams { .. }
        | Event::CooldownEnded { .. }
        | Event::ChatRelaxed { .. } => waiting_event(state, seq, at, event),
        Event::ClocksSet { .. }
        | Event::ChatHeld { .. }
        | Event::HoldEnded { .. }
        | Event::WaitExtended { .. }
        | Event::PrioritySet { .. } => rules::apply(state, seq, event),
        Event::SegmentOpened { chat, segment, silence_at, reply_at } => {
            segment_opened(state, seq, *chat, segment, *silence_at);
            change(state, *chat, |chat| chat.unanswered_since = Some(at.desk_ms));
            let clocks = Clocks { reply_at: *reply_at, ..Clocks::default() };
            clocks::set(state, seq, *chat, clocks);
        }
        Event::ChatEnded { chat, how, .. } => chat_ended(state, seq, at, *chat, *how),
        Event::ChatClosed { chat } => chat_closed(state, *chat),
        Event::AbandonedAcknowledged { chat } => state.abandoned.retain(|_, (id, _)| id != chat),
        Event::SegmentLeft { .. }
        | Event::DraftSet { .. }
        | Event::SegmentHanded { .. }
        | Event::WrapupTimerSet { .. }
        | Event::WrapupExtended { .. }
        | Event::WrapupDenied { .. }
        | Event::SegmentWrapped { .. } => segment_event(state, seq, at, event),
        Event::LookupWanted { .. }
        | Event::LookupTaken { .. }
        | Event::LookupDropped { .. }
        | Event::MatchSet { .. }
        | Event::MatchChosen { .. } => match_event(state, seq, event),
        Event::PopWanted(pop) => pop_wanted(state, seq, pop),
        Event::PopClaimed { pop } => {
            if let Some(pop) = state.pops.get_mut(pop) {
                pop.claimed = true;
            }
        }
        Event::PopEnded { pop, .. } => {
            state.pops.remove(pop);
            state.wall.clear(&Timer::Pop(*pop));
            // Where it was put off.
            state.desk.clear(&Timer::Pop(*pop));
        }
        _ => {}
    }
}

/// Applies an event about where and how a chat waits.
fn waiting_event(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::ChatWaits { chat, wait_max_at, relax_at, came } => {
            change(state, *chat, |chat| {
                chat.phase = Phase::Waiting { since: at.desk_ms };
                chat.came = *came;
            });
            release(state, *chat);
            state.desk.set(Timer::WaitMax(*chat), *wait_max_at, seq);
            arm_relax(state, seq, *chat, *relax_at);
            state.desk.clear(&Timer::Silence(*chat));
            clocks::set(state, seq, *chat, Clocks::default());
            arm_cooldown(state, seq, *chat);
            state.touch_chat(*chat);
        }
        Event::ChatMoved { chat, queue, priority, overflow } => {
            let mut left = None;
            change(state, *chat, |chat| {
                if *overflow {
                    chat.visited.push(chat.queue.clone());
                }
                left = Some(std::mem::replace(&mut chat.queue, queue.clone()));
                chat.priority = *priority;
                chat.misses_here = 0;
                chat.relaxed = false;
            });
            release(state, *chat);
            state.touch_chat(*chat);
            state.forget_queue_if_unused(left.as_ref());
        }
        Event::CustomerStreams { chat, streams, gone_at } => {
            change(state, *chat, |chat| chat.streams = *streams);
            match gone_at.filter(|_| state.chats.contains_key(chat)) {
                Some(at) => state.desk.set(Timer::CustomerGone(*chat), at, seq),
                None => state.desk.clear(&Timer::CustomerGone(*chat)),
            }
        }
        Event::CooldownEnded { chat } => {
            arm_cooldown(state, seq, *chat);
            state.touch_chat(*chat);
        }
        Event::ChatRelaxed { chat } => {
            change(state, *chat, |chat| chat.relaxed = true);
            state.touch_chat(*chat);
        }
        _ => {}
    }
}

fn change(state: &mut State, id: ChatId, change: impl FnOnce(&mut Chat)) {
    if let Some(chat) = state.chats.get_mut(&id) {
        change(chat);
    }
}

fn chat_opened(state: &mut State, seq: u64, at: Stamp, opened: &ChatOpened) {
    let chat = Chat {
        id: opened.chat,
        authority: opened.authority,
        foreign: opened.foreign.clone(),
        queue: opened.queue.clone(),
        visited: Vec::new(),
        priority: opened.priority,
        skills: opened.skills.clone(),
        opened: at,
        opened_seq: seq,
        customer: opened.customer.clone(),
        email_key: opened.email_key.clone(),
        fields: opened.fields.clone(),
        participants: vec![Participant { role: Role::Customer, name: None }],
        phase: Phase::Waiting { since: at.desk_ms },
        missed: VecDeque::new(),
        misses: 0,
        misses_here: 0,
        relaxed: false,
        segments: Vec::new(),
        matched: Match::default(),
        messages: 0,
        internal: 0,
        came: None,
        streams: 0,
        unanswered_since: None,
        ruled: Ruled::default(),
    };
    let timer = match chat.authority {
        Authority::Local => Timer::WaitMax(chat.id),
        Authority::Observed => Timer::Observed(chat.id),
    };
    state.desk.set(timer, opened.wait_max_at, seq);
    arm_relax(state, seq, opened.chat, opened.relax_at);
    state.chats.insert(chat.id, chat);
    state.touch_chat(opened.chat);
}

fn offer_made(state: &mut State, seq: u64, at: Stamp, made: &OfferMade) {
    release(state, made.chat);
    change(state, made.chat, |chat| {
        let offer = Offer {
            id: made.offer,
            agent: made.agent.clone(),
            made: at,
            deadline: made.deadline,
            weight: made.weight,
            pop: made.pop,
            popped: false,
            preview: made.preview.clone(),
        };
        match &mut chat.phase {
            Phase::Offered(round) => round.others.push(offer),
            _ => chat.phase = Phase::Offered(Round { first: offer, others: Vec::new() }),
        }
    });
    if let Some(agent) = state.agents.get_mut(&made.agent) {
        agent.offer = Some(made.chat);
        agent.last_offered = seq;
    }
    state.desk.set(Timer::Offer(made.chat), made.deadline, seq);
    state.desk.clear(&Timer::Cooldown(made.chat));
    state.desk.clear(&Timer::Relax(made.chat));
    state.desk.clear(&Timer::Silence(made.chat));
    clocks::set(state, seq, made.chat, Clocks::default());
    state.touch_chat(made.chat);
    state.touch_agent(&made.agent);
}

fn offer_ended(
    state: &mut State,
    at: Stamp,
    id: ChatId,
    (agent, outcome): (&AgentId, OfferOutcome),
    (cooldown_until, goes_on): (Option<u64>, bool),
) {
    change(state, id, |chat| {
        // What follows says where it goes; until then it waits.
        let waiting = Phase::Waiting { since: at.desk_ms };
        let Phase::Offered(round) = std::mem::replace(&mut chat.phase, waiting) else { return };
        if let Some(left) = round.without(agent) {
            chat.phase = Phase::Offered(left);
        }
        if let Some(until) = cooldown_until {
            chat.misses += u32::from(!goes_on);
            chat.misses_here += u32::from(!goes_on);
            chat.missed.retain(|missed| missed.agent != *agent);
            chat.missed.push_back(Missed { agent: agent.clone(), until });
            if chat.missed.len() > Chat::MISSED_MAX {
                chat.missed.pop_front();
            }
        }
    });
    if state.chats.get(&id).is_none_or(|chat| chat.offers().next().is_none()) {
        state.desk.clear(&Timer::Offer(id));
    }
    if let Some(agent) = state.agents.get_mut(agent) {
        agent.offer = None;
        if matches!(outcome, OfferOutcome::TimedOut | OfferOutcome::Rejected) {
            agent.last_missed = Some(id);
        }
    }
    state.touch_agent(agent);
    state.forget_agent_if_idle(agent);
}

/// Sets the deadline of the first cool-down that is still to end.
fn arm_cooldown(state: &mut State, seq: u64, id: ChatId) {
    let now = state.at.desk_ms;
    let Some(chat) = state.chats.get(&id) else { return };
    let next = chat.missed.iter().map(|missed| missed.until).filter(|until| *until > now).min();
    match next {
        Some(at) => state.desk.set(Timer::Cooldown(id), at, seq),
        None => state.desk.clear(&Timer::Cooldown(id)),
    }
}

/// Sets the deadline after which any level of the chat's skills will do, or none.
fn arm_relax(state: &mut State, seq: u64, id: ChatId, at: Option<u64>) {
    match at {
        Some(at) => state.desk.set(Timer::Relax(id), at, seq),
        None => state.desk.clear(&Timer::Relax(id)),
    }
}

fn chat_ended(state: &mut State, seq: u64, at: Stamp, id: ChatId, how: EndedHow) {
    change(state, id, |chat| chat.phase = Phase::Ended { how, at });
    for timer in [
        Timer::WaitMax(id),
        Timer::Silence(id),
        Timer::Observed(id),
        Timer::Cooldown(id),
        Timer::Relax(id),
        Timer::Hold(id),
        Timer::Offer(id),
        Timer::CustomerGone(id),
    ] {
        state.desk.clear(&timer);
    }
    clocks::set(state, seq, id, Clocks::default());
    if how == EndedHow::Abandoned
        && let Some(queue) = state.chats.get(&id).map(|chat| chat.queue.clone())
    {
        state.abandoned.insert(seq, (id, queue));
        while state.abandoned.len() > state.config.limits.abandoned as usize {
            state.abandoned.pop_first();
        }
    }
    state.touch_chat(id);
}

fn chat_closed(state: &mut State, id: ChatId) {
    let Some(chat) = state.chats.remove(&id) else { return };
    if let Some(Lookup { phase: LookupPhase::Due { at }, .. }) = chat.matched.lookup {
        state.lookups.remove(&(at, id));
    }
    state.desk.clear(&Timer::LookupMax(id));
    state.touch_chat(id);
    state.forget_queue_if_unused(Some(&chat.queue));
}

fn pop_wanted(state: &mut State, seq: u64, pop: &Pop) {
    change(state, pop.chat, |chat| match (&mut chat.phase, pop.segment) {
        (_, Some(n)) => {
            if let Some(segment) = chat.segments.iter_mut().find(|segment| segment.n == n) {
                segment.popped = true;
            }
        }
        (Phase::Offered(round), None) => {
            if let Some(offer) = round.offers_mut().find(|offer| offer.agent == pop.agent) {
                offer.popped = true;
            }
        }
        _ => {}
    });
    state.wall.set(Timer::Pop(pop.id), pop.until_ms, seq);
    state.pops.insert(pop.id, pop.clone());
}

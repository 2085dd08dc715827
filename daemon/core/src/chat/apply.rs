//! Events about chats, applied.

use super::{
    Chat, EndedHow, Lookup, LookupPhase, Match, MatchState, Missed, Offer, OfferOutcome,
    Participant, Phase, Pop, Role, Segment, SegmentState, WrapTimer,
};
use crate::State;
use crate::config::Authority;
use crate::event::{ChatOpened, Event, OfferMade};
use crate::name::{AgentId, ChatId, SegmentId};
use crate::record::Record;
use crate::time::{Stamp, Timer};
use std::collections::VecDeque;

/// Applies an event that is about a chat.
pub(crate) fn apply(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::ChatOpened(opened) => chat_opened(state, seq, at, opened),
        Event::MessageKept { chat, n, silence_at, .. } => {
            change(state, *chat, |chat| chat.messages = *n);
            if let (Some(silence_at), Some(facts)) = (silence_at, state.chats.get(chat)) {
                let timer = match facts.authority {
                    Authority::Local => Timer::Silence(*chat),
                    Authority::Observed => Timer::Observed(*chat),
                };
                state.desk.set(timer, *silence_at, seq);
            }
        }
        Event::OfferMade(made) => offer_made(state, seq, at, made),
        Event::OfferEnded { chat, agent, outcome, cooldown_until, .. } => {
            offer_ended(state, at, *chat, agent, *outcome, *cooldown_until);
        }
        Event::ChatWaits { chat, wait_max_at, relax_at } => {
            change(state, *chat, |chat| chat.phase = Phase::Waiting { since: at.desk_ms });
            state.desk.set(Timer::WaitMax(*chat), *wait_max_at, seq);
            arm_relax(state, seq, *chat, *relax_at);
            state.desk.clear(&Timer::Silence(*chat));
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
            state.touch_chat(*chat);
            state.forget_queue_if_unused(left.as_ref());
        }
        Event::CooldownEnded { chat } => {
            arm_cooldown(state, seq, *chat);
            state.touch_chat(*chat);
        }
        Event::ChatRelaxed { chat } => {
            change(state, *chat, |chat| chat.relaxed = true);
            state.touch_chat(*chat);
        }
        Event::SegmentOpened { chat, segment, silence_at } => {
            segment_opened(state, seq, *chat, segment, *silence_at);
        }
        Event::ChatEnded { chat, how } => chat_ended(state, seq, at, *chat, *how),
        Event::ChatClosed { chat } => chat_closed(state, *chat),
        Event::AbandonedAcknowledged { chat } => state.abandoned.retain(|_, (id, _)| id != chat),
        Event::SegmentLeft { .. }
        | Event::DraftSet { .. }
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
    change(state, made.chat, |chat| {
        chat.phase = Phase::Offered(Offer {
            id: made.offer,
            agent: made.agent.clone(),
            made: at,
            deadline: made.deadline,
            weight: made.weight,
            pop: made.pop,
            popped: false,
            preview: made.preview.clone(),
        });
    });
    if let Some(agent) = state.agents.get_mut(&made.agent) {
        agent.offer = Some(made.chat);
        agent.last_offered = seq;
    }
    state.desk.set(Timer::Offer(made.chat), made.deadline, seq);
    state.desk.clear(&Timer::Cooldown(made.chat));
    state.desk.clear(&Timer::Relax(made.chat));
    state.desk.clear(&Timer::Silence(made.chat));
    state.touch_chat(made.chat);
    state.touch_agent(&made.agent);
}

fn offer_ended(
    state: &mut State,
    at: Stamp,
    id: ChatId,
    agent: &AgentId,
    outcome: OfferOutcome,
    cooldown_until: Option<u64>,
) {
    state.desk.clear(&Timer::Offer(id));
    change(state, id, |chat| {
        // What follows says where it goes; until then it waits.
        chat.phase = Phase::Waiting { since: at.desk_ms };
        if let Some(until) = cooldown_until {
            chat.misses += 1;
            chat.misses_here += 1;
            chat.missed.retain(|missed| missed.agent != *agent);
            chat.missed.push_back(Missed { agent: agent.clone(), until });
            if chat.missed.len() > Chat::MISSED_MAX {
                chat.missed.pop_front();
            }
        }
    });
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

fn segment_opened(state: &mut State, seq: u64, id: ChatId, segment: &Segment, silence_at: u64) {
    let agent_id = segment.agent.clone();
    let local = state.chats.get(&id).is_some_and(|chat| chat.authority == Authority::Local);
    change(state, id, |chat| {
        chat.phase = Phase::Active;
        chat.misses_here = 0;
        chat.segments.push(segment.clone());
        let name = Some(segment.agent.to_string());
        let participant = Participant { role: Role::Agent, name };
        if !chat.participants.contains(&participant) {
            chat.participants.push(participant);
        }
    });
    if let Some(agent) = state.agents.get_mut(&agent_id) {
        agent.offer = None;
        agent.accepted = agent.accepted.saturating_add(1);
        agent.segments.insert(SegmentId { chat: id, n: segment.n });
    }
    state.desk.clear(&Timer::Offer(id));
    state.desk.clear(&Timer::WaitMax(id));
    state.desk.clear(&Timer::Cooldown(id));
    if local {
        state.desk.set(Timer::Silence(id), silence_at, seq);
    }
    state.touch_chat(id);
    state.touch_agent(&agent_id);
}

fn segment_event(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::SegmentLeft { chat, n, why, timer, max_at } => {
            let id = SegmentId { chat: *chat, n: *n };
            on_segment(state, id, |segment| {
                segment.left = Some((at, *why));
                segment.state = SegmentState::PostProcessing { since: at, timer: *timer };
            });
            state.desk.set(Timer::WrapupMax(id), *max_at, seq);
            set_timer(state, seq, id, *timer);
        }
        Event::DraftSet { chat, n, codes, note } => {
            on_segment(state, SegmentId { chat: *chat, n: *n }, |segment| {
                if let Some(codes) = codes {
                    segment.codes.clone_from(codes);
                }
                if let Some(note) = note {
                    segment.note.clone_from(note);
                }
            });
        }
        Event::WrapupTimerSet { chat, n, timer } => {
            let id = SegmentId { chat: *chat, n: *n };
            on_segment(state, id, |segment| {
                if let SegmentState::PostProcessing { timer: old, .. } = &mut segment.state {
                    *old = *timer;
                }
            });
            if state.segment(id).is_some_and(Segment::is_open) {
                set_timer(state, seq, id, *timer);
            }
        }
        Event::WrapupExtended { chat, n, timer, extended } => {
            let id = SegmentId { chat: *chat, n: *n };
            on_segment(state, id, |segment| segment.extended = *extended);
            let set = Event::WrapupTimerSet { chat: *chat, n: *n, timer: *timer };
            segment_event(state, seq, at, &set);
        }
        Event::WrapupDenied { chat, n } => {
            on_segment(state, SegmentId { chat: *chat, n: *n }, |s| {
                s.denials = s.denials.saturating_add(1);
            });
        }
        Event::SegmentWrapped { chat, n, how, codes } => {
            let id = SegmentId { chat: *chat, n: *n };
            on_segment(state, id, |segment| {
                segment.codes.clone_from(codes);
                segment.state = SegmentState::WrappedUp { at, how: *how };
            });
            state.desk.clear(&Timer::Wrapup(id));
            state.desk.clear(&Timer::WrapupMax(id));
            let Some(agent) = state.segment(id).map(|segment| segment.agent.clone()) else {
                return;
            };
            if let Some(agent) = state.agents.get_mut(&agent) {
                agent.segments.remove(&id);
                agent.idle_since = (at.desk_ms, seq);
            }
            state.touch_agent(&agent);
            state.forget_agent_if_idle(&agent);
        }
        _ => {}
    }
}

/// The agent no longer wants to work offline: wrap-up timers that this had stopped go on.
pub(crate) fn go_on(state: &mut State, record: &Record, agent: &AgentId) {
    let segments = state.agents.get(agent).map(|agent| agent.segments.clone()).unwrap_or_default();
    for id in segments {
        let SegmentId { chat, n } = id;
        let Some(segment) = state.segment(id) else { continue };
        if let SegmentState::PostProcessing { timer: WrapTimer::Stopped { left_ms }, .. } =
            segment.state
        {
            let timer = WrapTimer::Running { deadline: record.at.desk_ms + left_ms };
            let event = Event::WrapupTimerSet { chat, n, timer };
            segment_event(state, record.seq, record.at, &event);
        }
    }
}

fn set_timer(state: &mut State, seq: u64, id: SegmentId, timer: WrapTimer) {
    match timer {
        WrapTimer::Running { deadline } => state.desk.set(Timer::Wrapup(id), deadline, seq),
        WrapTimer::Off | WrapTimer::Stopped { .. } => state.desk.clear(&Timer::Wrapup(id)),
    }
    if let Some(agent) = state.segment(id).map(|segment| segment.agent.clone()) {
        state.touch_agent(&agent);
    }
}

fn on_segment(state: &mut State, id: SegmentId, change: impl FnOnce(&mut Segment)) {
    let chat = state.chats.get_mut(&id.chat);
    let index = usize::from(id.n).wrapping_sub(1);
    if let Some(segment) = chat.and_then(|chat| chat.segments.get_mut(index)) {
        change(segment);
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
        Timer::Offer(id),
    ] {
        state.desk.clear(&timer);
    }
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

fn match_event(state: &mut State, seq: u64, event: &Event) {
    match event {
        Event::LookupWanted { chat, n, words, failed, at, max_at } => {
            forget_lookup(state, *chat);
            change(state, *chat, |chat| {
                chat.matched.lookups = chat.matched.lookups.max(*n);
                chat.matched.lookup = Some(Lookup {
                    n: *n,
                    words: words.clone(),
                    phase: LookupPhase::Due { at: *at },
                    failed: *failed,
                });
            });
            state.lookups.insert((*at, *chat));
            state.desk.set(Timer::LookupMax(*chat), *max_at, seq);
        }
        Event::LookupTaken { chat, max_at, .. } => {
            due_lookup(state, *chat);
            change(state, *chat, |chat| {
                if let Some(lookup) = &mut chat.matched.lookup {
                    lookup.phase = LookupPhase::Taken;
                }
            });
            state.desk.set(Timer::LookupMax(*chat), *max_at, seq);
        }
        Event::LookupDropped { chat, .. } => forget_lookup(state, *chat),
        Event::MatchSet { chat, state: to, candidates, chosen, .. } => {
            forget_lookup(state, *chat);
            change(state, *chat, |chat| {
                chat.matched.state = *to;
                // A failed try takes nothing away that an earlier one found.
                if *to != MatchState::Failed {
                    chat.matched.candidates.clone_from(candidates);
                    chat.matched.chosen.clone_from(chosen);
                }
            });
        }
        Event::MatchChosen { chat, chosen } => {
            change(state, *chat, |chat| chat.matched.chosen = Some(chosen.clone()));
        }
        _ => {}
    }
}

fn due_lookup(state: &mut State, id: ChatId) {
    let lookup = state.chats.get(&id).and_then(|chat| chat.matched.lookup.as_ref());
    if let Some(Lookup { phase: LookupPhase::Due { at }, .. }) = lookup {
        state.lookups.remove(&(*at, id));
    }
}

fn forget_lookup(state: &mut State, id: ChatId) {
    due_lookup(state, id);
    change(state, id, |chat| chat.matched.lookup = None);
    state.desk.clear(&Timer::LookupMax(id));
}

/// The daemon started: what a driver had taken is due again.
pub(crate) fn restart_lookups(state: &mut State, at: Stamp) {
    let taken =
        |chat: &Chat| chat.matched.lookup.as_ref().is_some_and(|l| l.phase == LookupPhase::Taken);
    let chats: Vec<ChatId> =
        state.chats.values().filter(|chat| taken(chat)).map(|chat| chat.id).collect();
    for id in chats {
        change(state, id, |chat| {
            if let Some(lookup) = &mut chat.matched.lookup {
                lookup.phase = LookupPhase::Due { at: at.desk_ms };
            }
        });
        state.lookups.insert((at.desk_ms, id));
    }
}

fn pop_wanted(state: &mut State, seq: u64, pop: &Pop) {
    change(state, pop.chat, |chat| match (&mut chat.phase, pop.segment) {
        (_, Some(n)) => {
            if let Some(segment) = chat.segments.iter_mut().find(|segment| segment.n == n) {
                segment.popped = true;
            }
        }
        (Phase::Offered(offer), None) => offer.popped = true,
        _ => {}
    });
    state.wall.set(Timer::Pop(pop.id), pop.until_ms, seq);
    state.pops.insert(pop.id, pop.clone());
}

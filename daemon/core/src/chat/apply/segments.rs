//! Events about segments, applied.

use super::change;
use crate::State;
use crate::chat::{Participant, Phase, Role, Segment, SegmentState, WrapTimer};
use crate::config::Authority;
use crate::event::Event;
use crate::name::{AgentId, ChatId, SegmentId};
use crate::record::Record;
use crate::time::{Stamp, Timer};

pub(super) fn segment_opened(
    state: &mut State,
    seq: u64,
    id: ChatId,
    segment: &Segment,
    silence_at: u64,
) {
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
    state.remember_agent(id, &agent_id);
    state.touch_chat(id);
    state.touch_agent(&agent_id);
}

pub(super) fn segment_event(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::SegmentLeft { chat, n, why, timer, max_at } => {
            let id = SegmentId { chat: *chat, n: *n };
            on_segment(state, id, |segment| {
                segment.left = Some((at, *why));
                segment.state = SegmentState::PostProcessing { since: at, timer: *timer };
            });
            if let Some(agent) = state.segment(id).map(|segment| segment.agent.clone()) {
                state.remember_agent(*chat, &agent);
            }
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
        Event::SegmentHanded { chat, n, to } => {
            let id = SegmentId { chat: *chat, n: *n };
            let Some(from) = state.segment(id).map(|segment| segment.agent.clone()) else {
                return;
            };
            on_segment(state, id, |segment| segment.agent = to.clone());
            let last = state.chats.get(chat).and_then(|chat| chat.segments.last());
            let is_last = last.is_some_and(|last| last.n == *n);
            // The incident pops up to whoever has the last part.
            if let Some(incident) = state.outbox.incidents.get_mut(chat).filter(|_| is_last) {
                incident.agent = Some(to.clone());
            }
            if let Some(agent) = state.agents.get_mut(&from) {
                agent.segments.remove(&id);
            }
            if let Some(agent) = state.agents.get_mut(to) {
                agent.segments.insert(id);
            }
            state.touch_agent(&from);
            state.touch_agent(to);
            state.forget_agent_if_idle(&from);
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

//! `apply`: an event makes State what was decided. It never fails, emits nothing and asks nobody;
//! an event about what is not there is passed over, so that history with erased parts still
//! applies.

use crate::State;
use crate::agent::{self, Agent, Presence};
use crate::chat;
use crate::config_change;
use crate::delivery;
use crate::event::Event;
use crate::grant;
use crate::hours;
use crate::outbox;
use crate::record::Record;
use crate::time::{Stamp, Timer};

/// Applies one record.
pub fn apply_record(state: &mut State, record: &Record) {
    state.seq = record.seq;
    state.epoch = record.epoch;
    state.at = record.at;
    for event in &record.events {
        apply(state, record, event);
    }
}

fn apply(state: &mut State, record: &Record, event: &Event) {
    let (seq, at) = (record.seq, record.at);
    match event {
        Event::Started { epoch, grace_at, window_at, lost } => {
            // What was done about a chat that was open then may be forgotten: it is looked for
            // before it is done.
            state.doubt_to = lost.map_or(state.doubt_to, |_| seq);
            started(state, seq, at, (*epoch, *grace_at, *window_at), lost.is_some());
        }
        Event::ConfigSet { config, hash } => config_change::apply(state, record, config, hash),
        Event::ScriptsSet { hash, how, held, .. } => {
            let most = state.config.limits.script_sets as usize;
            let live = state.scripts.replace(hash.clone());
            state.sets.set(record, live.as_ref(), (hash, *how), held.as_ref(), most);
        }
        Event::DrainSet { on } => state.draining = *on,
        Event::QueueDrainSet { queue, on } => {
            if *on {
                state.drained_queues.insert(queue.clone());
            } else {
                state.drained_queues.remove(queue);
            }
        }
        Event::QueueHoursSet { queue, hours } => {
            hours::apply(state, seq, at, queue, hours.as_ref());
        }
        Event::LevelCounted { queue, met } => {
            let level = state.levels.entry(queue.clone()).or_default();
            *level = level.with(*met);
        }
        Event::LevelCrossed { queue, below, .. } => {
            state.levels.entry(queue.clone()).or_default().below = *below;
        }
        Event::Granted { .. } | Event::GrantEnded { .. } => grant::apply(state, seq, event),
        Event::PersonErased { chats, keys } => state.forget(chats, &keys.or_empty()),
        Event::LowDiskSet { on } => state.low_disk = *on,
        Event::KvSet { key, value, until_ms } => {
            let most = state.config.limits.kv;
            let chat = record.about.or_else(|| record.events.iter().find_map(Event::chat));
            if let Some(key) = key.known() {
                let value = value.clone();
                state.kv.set((seq, at.wall_ms), key.clone(), value, (*until_ms, chat), most);
            }
        }
        Event::FollowedUp { work } => {
            state.work.remove(work);
        }
        Event::TimerCleared { timer } => {
            state.desk.clear(timer);
            state.wall.clear(timer);
            if let Timer::Work(work) = timer {
                state.work.insert(work.clone());
            }
        }
        Event::Shelved { timer, at, work } => {
            state.wall.clear(timer);
            state.desk.set(timer.clone(), *at, seq);
            if let Some(work) = work {
                state.work.remove(work);
            }
        }
        Event::AnswerKept { actor, id, answer } => {
            let most = state.config.limits.answers;
            state.answers.keep(seq, actor.clone(), id.clone(), Ok(answer.clone()), most);
        }
        Event::RefusalKept { actor, id, refusal } => {
            let most = state.config.limits.answers;
            state.answers.keep(seq, actor.clone(), id.clone(), Err(refusal.clone()), most);
        }
        Event::IntentSet { .. }
        | Event::PresenceSet { .. }
        | Event::StatusDenied { .. }
        | Event::AgentDrainSet { .. } => {
            agent::apply(state, record, event);
        }
        _ if delivery::apply(state, seq, at, event) => {}
        _ => {
            chat::apply(state, seq, at, event);
            outbox::apply(state, seq, at, event);
            if let Some(chat) = event.chat() {
                if let Some(incident) = state.outbox.incidents.get_mut(&chat) {
                    incident.changed_seq = seq;
                }
                outbox::touch(state, chat);
            }
        }
    }
}

/// No stream, no driver and no timer of the daemon before is left; what they held is due again.
fn started(
    state: &mut State,
    seq: u64,
    at: Stamp,
    (epoch, grace_at, window_at): (u64, u64, u64),
    lost: bool,
) {
    state.epoch = epoch;
    // Leases start whole, those in their grace too: nobody could renew one meanwhile.
    let streaming =
        |agent: &Agent| matches!(agent.presence, Presence::Streaming { .. } | Presence::Grace);
    let gone: Vec<_> =
        state.agents.iter().filter(|(_, a)| streaming(a)).map(|(id, _)| id.clone()).collect();
    for id in gone {
        if let Some(agent) = state.agents.get_mut(&id) {
            agent.presence = Presence::Grace;
            state.desk.set(Timer::Grace(id), grace_at, seq);
        }
    }
    let customers = state.chats.values_mut().filter(|chat| chat.streams > 0);
    for chat in customers {
        chat.streams = 0;
        let queue = state.config.queues.get(&chat.queue);
        let asks = queue.is_some_and(|queue| queue.waiting.gone_secs > 0);
        if asks && chat.ended().is_none() {
            state.desk.set(Timer::CustomerGone(chat.id), grace_at, seq);
        }
    }
    chat::restart_lookups(state, at);
    outbox::restart(state, at, window_at, lost);
    delivery::restart(state, at);
}

impl State {
    /// Whether nothing keeps an agent whom the config no longer knows.
    pub(crate) fn forget_agent_if_idle(&mut self, id: &crate::name::AgentId) {
        let idle = |a: &Agent| a.retired && a.is_idle();
        if self.agents.get(id).is_some_and(idle) {
            self.agents.remove(id);
            self.retired_agents.remove(id);
            for timer in
                [Timer::Grace(id.clone()), Timer::AwayLong(id.clone()), Timer::Return(id.clone())]
            {
                self.desk.clear(&timer);
            }
            self.touch_agent(id);
        }
    }
}

//! Events about agents, applied.

use super::{Intent, IntentKind, Presence};
use crate::State;
use crate::actor::Cause;
use crate::event::Event;
use crate::record::Record;
use crate::time::Timer;

/// Applies an event about an agent.
pub(crate) fn apply(state: &mut State, record: &Record, event: &Event) {
    match event {
        Event::IntentSet { agent: id, to, reason, cause, return_at } => {
            let Some(agent) = state.agents.get_mut(id) else { return };
            let became_available =
                *to == IntentKind::Available && agent.intent.kind != IntentKind::Available;
            if became_available {
                agent.idle_since = (record.at.desk_ms, record.seq);
                agent.last_missed = None;
            }
            if *cause == Cause::Login {
                agent.accepted = 0;
            }
            agent.intent = Intent {
                kind: *to,
                reason: reason.clone(),
                cause: *cause,
                by: record.who.clone(),
                since: record.at,
            };
            agent.return_at = *return_at;
            agent.denials = 0;
            let timer = Timer::Return(id.clone());
            match return_at {
                Some(at) => state.desk.set(timer, *at, record.seq),
                None => state.desk.clear(&timer),
            }
            state.touch_agent(id);
        }
        Event::PresenceSet { agent: id, presence, next_at } => {
            let Some(agent) = state.agents.get_mut(id) else { return };
            agent.presence = *presence;
            state.desk.clear(&Timer::Grace(id.clone()));
            state.desk.clear(&Timer::AwayLong(id.clone()));
            if let Some(at) = next_at {
                let timer = match presence {
                    Presence::Away => Timer::AwayLong(id.clone()),
                    _ => Timer::Grace(id.clone()),
                };
                state.desk.set(timer, *at, record.seq);
            }
            state.touch_agent(id);
        }
        Event::StatusDenied { agent: id } => {
            if let Some(agent) = state.agents.get_mut(id) {
                agent.denials = agent.denials.saturating_add(1);
            }
        }
        Event::AgentDrainSet { agent: id, on } => {
            let Some(agent) = state.agents.get_mut(id) else { return };
            agent.drained = *on;
            state.touch_agent(id);
        }
        _ => {}
    }
}

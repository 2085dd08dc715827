//! A change of config: what it removes is retired, what is open finishes by its old values.

use crate::State;
use crate::actor::Cause;
use crate::agent::{Agent, Intent, IntentKind};
use crate::answer::Answer;
use crate::chat::{self, Chat};
use crate::config::Config;
use crate::decide::Draft;
use crate::delivery;
use crate::event::Event;
use crate::hours;
use crate::name::{AgentId, Hash, QueueId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::time::Timer;
use std::collections::BTreeSet;

/// Puts a config in force, unless it leaves an open chat nowhere to go.
pub(crate) fn set_config(
    draft: &mut Draft<'_>,
    config: &Config,
    hash: &Hash,
) -> Result<Answer, Refusal> {
    let state = draft.state;
    if state.config_hash.as_ref() == Some(hash) {
        return Ok(Answer::Done);
    }
    let profiles: BTreeSet<_> =
        config.agents.values().map(|agent| (&agent.queues, &agent.skills)).collect();
    if profiles.len() > config.limits.profiles as usize {
        return Err(Refusal::TooManyProfiles(config.limits.profiles));
    }
    let open = state.chats.values().filter(|chat| chat.ended().is_none()).map(|chat| &chat.queue);
    let stuck: BTreeSet<QueueId> = open
        .filter(|queue| !config.queues.contains_key(*queue))
        .filter(|queue| way_on(state, config, queue).is_none())
        .cloned()
        .collect();
    if !stuck.is_empty() {
        return Err(Refusal::QueuesInUse(stuck.into_iter().collect()));
    }
    draft.emit(Event::ConfigSet { config: Box::new(config.clone()), hash: hash.clone() });
    hours::refresh(draft, config);
    delivery::sinks_are_back(draft, config);
    Ok(Answer::Done)
}

/// Where a chat of a queue that is not in the new config goes: the overflow way, by old values,
/// past queues that are not in it either.
fn way_on(state: &State, config: &Config, from: &QueueId) -> Option<QueueId> {
    let mut seen = BTreeSet::new();
    let mut queue = from.clone();
    while seen.insert(queue.clone()) {
        queue = state.queue(&queue)?.overflow.clone()?;
        if config.queues.contains_key(&queue) {
            return Some(queue);
        }
    }
    None
}

/// Applies a change of config.
pub(crate) fn apply(state: &mut State, record: &Record, config: &Config, hash: &Hash) {
    let old = std::mem::replace(&mut state.config, config.clone());
    state.config_hash = Some(hash.clone());
    state.retired_queues.extend(old.queues);
    state.retired_queues.retain(|id, _| !config.queues.contains_key(id));
    state.forget_unused_queues();
    let held = |id: &QueueId| config.queues.get(id).is_some_and(|q| q.waiting.level.is_some());
    state.levels.retain(|id, _| held(id));
    state.drained_queues.retain(|id| config.queues.contains_key(id));
    hours::forget_gone(state);
    for (id, agent) in old.agents {
        if !config.agents.contains_key(&id) {
            state.retired_agents.insert(id.clone(), agent);
            retire(state, record, &id);
        }
    }
    for id in config.agents.keys() {
        state.retired_agents.remove(id);
        state.agents.entry(id.clone()).or_default().retired = false;
    }
    state.rebuild_routing();
}

/// The agent wants nothing new; they are logged out after the last wrap-up.
fn retire(state: &mut State, record: &Record, id: &AgentId) {
    if let Some(agent) = state.agents.get_mut(id) {
        agent.retired = true;
        agent.intent = Intent {
            kind: IntentKind::LoggedOut,
            reason: None,
            cause: Cause::Retired,
            by: record.who.clone(),
            since: record.at,
        };
        agent.return_at = None;
        state.desk.clear(&Timer::Return(id.clone()));
    }
    chat::go_on(state, record, id);
    state.forget_agent_if_idle(id);
}

impl State {
    /// Where chats of a retired queue go.
    pub(crate) fn overflow_of(&self, queue: &QueueId) -> Option<QueueId> {
        way_on(self, &self.config, queue)
    }

    /// Where a chat goes that its queue gives up: the next queue on its overflow way that takes
    /// chats now and that it has not been in.
    pub(crate) fn way_of(&self, chat: &Chat) -> Option<QueueId> {
        let mut seen: BTreeSet<&QueueId> = chat.visited.iter().collect();
        let mut queue = &chat.queue;
        // A way that comes back to a queue leads nowhere new.
        let mut walked = BTreeSet::new();
        while walked.insert(queue) {
            seen.insert(queue);
            queue = self.queue(queue)?.overflow.as_ref()?;
            if !seen.contains(queue) && self.takes_chats(queue) {
                return Some(queue.clone());
            }
        }
        None
    }

    /// Whether a chat may go to this queue now: it takes chats and has not had this one.
    pub(crate) fn can_move(&self, chat: &Chat, to: &QueueId) -> bool {
        self.takes_chats(to) && !chat.visited.contains(to) && chat.queue != *to
    }

    /// Whether a queue takes further chats now: it is in force, open, not drained and not full.
    pub(crate) fn takes_chats(&self, id: &QueueId) -> bool {
        let config = self.config.queues.get(id);
        config.is_some_and(|queue| self.routing.waiting(id) < queue.length_max)
            && !self.drained_queues.contains(id)
            && self.closed(id).is_none()
    }

    /// Forgets what retired queues are needed for nothing more, now that something left this one.
    pub(crate) fn forget_queue_if_unused(&mut self, id: Option<&QueueId>) {
        if id.is_some_and(|id| self.retired_queues.contains_key(id)) {
            self.forget_unused_queues();
        }
    }

    /// Keeps those retired queues that a chat or an incident belongs to, and those through which
    /// their overflow ways lead.
    fn forget_unused_queues(&mut self) {
        let chats = self.chats.values().map(|chat| &chat.queue);
        let used = chats.chain(self.outbox.incidents.values().map(|incident| &incident.queue));
        let mut open: BTreeSet<QueueId> = used.cloned().collect();
        let mut needed = BTreeSet::new();
        while let Some(id) = open.pop_first() {
            let Some(queue) = self.retired_queues.get(&id) else { continue };
            open.extend(queue.overflow.clone().filter(|to| !needed.contains(to) && *to != id));
            needed.insert(id);
        }
        self.retired_queues.retain(|id, _| needed.contains(id));
    }
}

impl Agent {
    /// Whether the agent has anything open.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.offer.is_none() && self.segments.is_empty()
    }
}

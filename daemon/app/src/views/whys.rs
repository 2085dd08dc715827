//! Why chats wait, and why an agent is offered none.

use super::{Views, words};
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::{Chat, Status, WaitKey, WhyNot, status, why_idle, why_not, why_waits};
use desk_wire::view::{self, AgentWhyView, ChatWhyView, QueueStandView, QueueWhyView, WhyNotView};

/// Most chats of one answer.
const CHATS_MAX: usize = 20;
/// Most agents of one chat.
pub const AGENTS_MAX: usize = 50;

impl Views<'_> {
    /// Why the chats of a queue wait, the first of them.
    #[must_use]
    pub fn why_queue(&self, id: &QueueId) -> Option<QueueWhyView> {
        let config = self.state.queue(id)?;
        let waiting = self.waiting_in(|queue| queue == id);
        let agents = |chat: &Chat| {
            let members = self.members_of(&chat.queue);
            let others = members.iter().skip(AGENTS_MAX).count();
            let first = members.into_iter().take(AGENTS_MAX);
            (first.map(|agent| self.why_pair(chat, agent)).collect(), count(others))
        };
        let chats = waiting.iter().take(CHATS_MAX).map(|chat| {
            let alone = why_waits(self.state, chat);
            let (agents, more_agents): (Vec<WhyNotView>, u32) =
                if alone.is_some() { Default::default() } else { agents(chat) };
            let text = match &alone {
                Some(why) => Some(self.why_text(why)),
                None if agents.is_empty() => Some("no agent serves this queue".to_owned()),
                None => None,
            };
            let reason = alone.as_ref().map(word);
            ChatWhyView { reason, text, agents, more_agents, ..self.chat_why(chat) }
        });
        Some(QueueWhyView {
            queue: id.to_string(),
            name: config.name.clone(),
            waiting: count(waiting.len()),
            notes: self.queue_notes(id),
            chats: chats.collect(),
        })
    }

    /// Why an agent is offered no chat; only chats of queues that are `seen` are named.
    #[must_use]
    pub fn why_agent(&self, id: &AgentId) -> Option<AgentWhyView> {
        let agent = self.state.agents.get(id)?;
        let config = self.state.agent_config(id)?;
        let idle = why_idle(self.state, id, None);
        let waiting = self.waiting_in(|queue| config.queues.contains_key(queue));
        let text = match (&idle, waiting.is_empty(), config.queues.is_empty()) {
            (Some(why), ..) => self.why_text(why),
            (None, _, true) => "serves no queue".to_owned(),
            (None, true, false) => "nobody waits in the queues that they serve".to_owned(),
            (None, false, false) => "could be offered a chat; why not each, see below".to_owned(),
        };
        let queues = config.queues.keys().map(|queue| QueueStandView {
            queue: queue.to_string(),
            waiting: self.state.routing.waiting(queue),
            notes: self.queue_notes(queue),
        });
        let chats = waiting.iter().take(CHATS_MAX).map(|chat| {
            let why = why_not(self.state, chat, id);
            let text = match &why {
                Some(why) => self.why_text(why),
                None => self.why_text_of_none(chat),
            };
            let reason = Some(why.as_ref().map_or(view::WhyNot::Nothing, word));
            ChatWhyView { reason, text: Some(text), ..self.chat_why(chat) }
        });
        Some(AgentWhyView {
            agent: id.to_string(),
            name: config.name.clone(),
            status: words::status(status(self.state, agent).0),
            reason: idle.as_ref().map(word),
            text,
            notes: self.agent_notes(id),
            queues: queues.take(CHATS_MAX).collect(),
            chats: chats.collect(),
            more_chats: count(waiting.len().saturating_sub(CHATS_MAX)),
        })
    }

    /// The agents who serve a queue, as the config has it.
    #[must_use]
    pub fn members_of(&self, queue: &QueueId) -> Vec<&AgentId> {
        let agents = self.state.config.agents.iter();
        agents.filter(|(_, config)| config.queues.contains_key(queue)).map(|(id, _)| id).collect()
    }

    /// Why a chat is not offered to an agent now.
    #[must_use]
    pub fn why_pair(&self, chat: &Chat, agent: &AgentId) -> WhyNotView {
        let why = why_not(self.state, chat, agent);
        let text =
            why.as_ref().map_or_else(|| self.why_text_of_none(chat), |why| self.why_text(why));
        let reason = why.as_ref().map_or(view::WhyNot::Nothing, word);
        WhyNotView { agent: agent.to_string(), reason, text }
    }

    /// Chats that wait, held ones too, in the order in which they are served.
    fn waiting_in(&self, wanted: impl Fn(&QueueId) -> bool) -> Vec<&Chat> {
        let waits = |chat: &&Chat| matches!(chat.phase, desk_core::Phase::Waiting { .. });
        let mut chats: Vec<&Chat> =
            self.state.chats.values().filter(waits).filter(|chat| wanted(&chat.queue)).collect();
        chats.sort_by_key(|chat| WaitKey::of(chat));
        chats
    }

    fn chat_why(&self, chat: &Chat) -> ChatWhyView {
        ChatWhyView {
            chat: chat.id.to_string(),
            queue: chat.queue.to_string(),
            priority: chat.priority,
            waiting_ms: self.now.desk_ms.saturating_sub(chat.opened.desk_ms),
            reason: None,
            text: None,
            agents: Vec::new(),
            more_agents: 0,
        }
    }

    fn queue_notes(&self, id: &QueueId) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.state.config.queues.contains_key(id) {
            notes.push("is no longer in the config: its chats go its overflow way".to_owned());
        }
        if let Some(hours) = self.state.closed(id) {
            let by = if hours.by_hand { " by hand" } else { " by its hours" };
            notes.push(format!("is closed{by}: no new chats; those that wait are served"));
        }
        if self.state.drained_queues.contains(id) {
            notes.push("is drained: new chats are turned away".to_owned());
        }
        if self.state.draining {
            notes.push("the desk drains: new chats are turned away".to_owned());
        }
        if self.state.low_disk {
            notes.push("the disk is nearly full: new chats are turned away".to_owned());
        }
        notes
    }

    fn agent_notes(&self, id: &AgentId) -> Vec<String> {
        let mut notes = Vec::new();
        let Some(agent) = self.state.agents.get(id) else { return notes };
        if let Some(at) = agent.return_at {
            notes.push(format!("is available again in {}", secs(self.left(at))));
        }
        if agent.presence == desk_core::Presence::Grace {
            notes.push("their last client is gone; they count as there for a moment".to_owned());
        }
        let finishing = |id: &desk_core::name::SegmentId| {
            let segment = self.state.segment(*id);
            segment
                .is_some_and(|s| matches!(s.state, desk_core::SegmentState::PostProcessing { .. }))
        };
        let open = agent.segments.iter().filter(|segment| finishing(segment)).count();
        if open > 0 {
            notes.push(format!("finishes {open} up"));
        }
        notes
    }

    /// Nothing keeps the chat from the agent.
    fn why_text_of_none(&self, chat: &Chat) -> String {
        match self.state.best_agent(chat.id) {
            Some(best) => format!("could take it; {best} stands first"),
            None => "could take it".to_owned(),
        }
    }

    /// A reason for people.
    #[must_use]
    pub fn why_text(&self, why: &WhyNot) -> String {
        match why {
            WhyNot::NotWaiting => "does not wait".to_owned(),
            WhyNot::ChatElsewhere => "another system decides about the chat".to_owned(),
            WhyNot::Held { until } => {
                format!("on_route holds it back for {} more", secs(self.left(*until)))
            }
            WhyNot::QueueRetired(queue) => {
                format!("{queue} is no longer in the config; it goes the overflow way")
            }
            WhyNot::Unknown => "is not in the config, or no longer".to_owned(),
            WhyNot::AgentElsewhere => "another system decides about this agent".to_owned(),
            WhyNot::NotMember => "does not serve the queue".to_owned(),
            WhyNot::NotAvailable(Status::Busy) => "busy, and takes no more (stopnew)".to_owned(),
            WhyNot::NotAvailable(status) => status.name().replace('_', " "),
            WhyNot::Away => "away: no client is connected".to_owned(),
            WhyNot::Drained => "drained by an admin".to_owned(),
            WhyNot::OfferPending(chat) => format!("is offered {}", short(*chat)),
            WhyNot::Finishing => "finishes a chat up".to_owned(),
            WhyNot::Full { load, capacity, weight } => {
                format!("full: {load} of {capacity} in use, a chat takes {weight}")
            }
            WhyNot::Unskilled { skill, level: None, .. } => format!("has no '{skill}'"),
            WhyNot::Unskilled { skill, level: Some(level), least } => {
                format!("has '{skill}' at {level}, {least} is needed")
            }
            WhyNot::CoolingDown { until } => {
                format!("missed it; asked again in {}", secs(self.left(*until)))
            }
            WhyNot::Behind(chat) => format!("{} stands before it", short(*chat)),
        }
    }
}

/// A reason on the wire.
#[must_use]
pub const fn word(why: &WhyNot) -> view::WhyNot {
    match why {
        WhyNot::NotWaiting => view::WhyNot::NotWaiting,
        WhyNot::ChatElsewhere => view::WhyNot::ChatElsewhere,
        WhyNot::Held { .. } => view::WhyNot::Held,
        WhyNot::QueueRetired(_) => view::WhyNot::QueueRetired,
        WhyNot::Unknown => view::WhyNot::Unknown,
        WhyNot::AgentElsewhere => view::WhyNot::AgentElsewhere,
        WhyNot::NotMember => view::WhyNot::NotMember,
        WhyNot::NotAvailable(_) => view::WhyNot::NotAvailable,
        WhyNot::Away => view::WhyNot::Away,
        WhyNot::Drained => view::WhyNot::Drained,
        WhyNot::OfferPending(_) => view::WhyNot::OfferPending,
        WhyNot::Finishing => view::WhyNot::Finishing,
        WhyNot::Full { .. } => view::WhyNot::Full,
        WhyNot::Unskilled { .. } => view::WhyNot::Unskilled,
        WhyNot::CoolingDown { .. } => view::WhyNot::CoolingDown,
        WhyNot::Behind(_) => view::WhyNot::Behind,
    }
}

fn secs(ms: u64) -> String {
    format!("{} s", ms.div_ceil(1000))
}

/// The part of a chat's id by which people tell it from another.
fn short(chat: ChatId) -> String {
    let id = chat.to_string();
    format!("chat …{}", &id[id.len().saturating_sub(12)..])
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

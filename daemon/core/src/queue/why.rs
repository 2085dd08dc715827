//! Why a chat is not offered to an agent: the first reason that holds, of a closed list. It says in
//! words what the orders of those who wait and those who are ready say by leaving somebody out.

use crate::State;
use crate::agent::{IntentKind, Presence, Status, load, status};
use crate::chat::{Chat, Phase};
use crate::config::Authority;
use crate::name::{AgentId, ChatId, QueueId, Skill};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a chat is not offered to an agent. Times are desk milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    // Of the chat.
    /// It does not wait: it is offered, active or over.
    NotWaiting,
    /// Another system decides about it.
    ChatElsewhere,
    /// A rule holds it back from its queue.
    Held {
        /// Until when.
        until: u64,
    },
    /// The config no longer knows its queue: it goes the overflow way.
    QueueRetired(QueueId),
    // Of the agent.
    /// The desk does not know them, or no longer.
    Unknown,
    /// Another system decides about them.
    AgentElsewhere,
    /// They do not serve the queue.
    NotMember,
    /// They want to be something else than available: this is what they are.
    NotAvailable(Status),
    /// No stream of theirs is open.
    Away,
    /// An admin keeps offers from them.
    Drained,
    /// They are offered a chat.
    OfferPending(ChatId),
    /// They finish a chat up.
    Finishing,
    /// Their capacity is in use.
    Full {
        /// What is in use.
        load: u16,
        /// What there is.
        capacity: u16,
        /// What the chat takes.
        weight: u16,
    },
    // Of both.
    /// They lack a skill that it needs, or have too little of it.
    Unskilled {
        /// The skill.
        skill: Skill,
        /// Their level; `None`: they do not have it at all.
        level: Option<u8>,
        /// The least that would do.
        least: u8,
    },
    /// They missed it, and are not asked again for a while.
    CoolingDown {
        /// Until when.
        until: u64,
    },
    /// Another chat that they could take stands before it.
    Behind(ChatId),
}

impl WhyNot {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotWaiting => "not_waiting",
            Self::ChatElsewhere => "chat_elsewhere",
            Self::Held { .. } => "held",
            Self::QueueRetired(_) => "queue_retired",
            Self::Unknown => "unknown",
            Self::AgentElsewhere => "agent_elsewhere",
            Self::NotMember => "not_member",
            Self::NotAvailable(_) => "not_available",
            Self::Away => "away",
            Self::Drained => "drained",
            Self::OfferPending(_) => "offer_pending",
            Self::Finishing => "finishing",
            Self::Full { .. } => "full",
            Self::Unskilled { .. } => "unskilled",
            Self::CoolingDown { .. } => "cooling_down",
            Self::Behind(_) => "behind",
        }
    }
}

/// Why a chat is offered to nobody, whoever is there.
#[must_use]
pub fn why_waits(state: &State, chat: &Chat) -> Option<WhyNot> {
    match &chat.phase {
        Phase::Waiting { .. } => {}
        _ => return Some(WhyNot::NotWaiting),
    }
    if chat.authority == Authority::Observed {
        return Some(WhyNot::ChatElsewhere);
    }
    if let Some(until) = chat.ruled.held_until {
        return Some(WhyNot::Held { until });
    }
    let known = state.config.queues.contains_key(&chat.queue);
    (!known).then(|| WhyNot::QueueRetired(chat.queue.clone()))
}

/// Why an agent is offered nothing, whatever waits in this queue; without one, in any.
#[must_use]
pub fn why_idle(state: &State, id: &AgentId, queue: Option<&QueueId>) -> Option<WhyNot> {
    let (Some(agent), Some(config)) = (state.agents.get(id), state.config.agents.get(id)) else {
        return Some(WhyNot::Unknown);
    };
    if agent.retired {
        return Some(WhyNot::Unknown);
    }
    if config.authority == Authority::Observed {
        return Some(WhyNot::AgentElsewhere);
    }
    if queue.is_some_and(|queue| !config.queues.contains_key(queue)) {
        return Some(WhyNot::NotMember);
    }
    let now = status(state, agent).0;
    if agent.intent.kind != IntentKind::Available {
        return Some(WhyNot::NotAvailable(now));
    }
    if agent.presence == Presence::Away {
        return Some(WhyNot::Away);
    }
    if agent.drained {
        return Some(WhyNot::Drained);
    }
    if let Some(chat) = agent.offer {
        return Some(WhyNot::OfferPending(chat));
    }
    if !matches!(now, Status::Available | Status::Busy) {
        return Some(WhyNot::Finishing);
    }
    let weight = match queue {
        Some(queue) => state.config.queues.get(queue).map_or(1, |queue| queue.weight),
        None => 1,
    };
    let (load, capacity) = (load(state, agent), config.capacity);
    let full = capacity.saturating_sub(load) < weight;
    full.then_some(WhyNot::Full { load, capacity, weight })
}

/// Why a chat is not offered to an agent now; `None`: they could take it, and it is due to be placed
/// next, with them or with somebody who stands before them.
#[must_use]
pub fn why_not(state: &State, chat: &Chat, id: &AgentId) -> Option<WhyNot> {
    let alone = why_waits(state, chat).or_else(|| why_idle(state, id, Some(&chat.queue)));
    if alone.is_some() {
        return alone;
    }
    let skills = &state.config.agents.get(id)?.skills;
    let queue = state.config.queues.get(&chat.queue)?;
    if let Some(unskilled) = [&queue.skills, &chat.skills]
        .into_iter()
        .find_map(|needs| unskilled(skills, needs, chat.relaxed))
    {
        return Some(unskilled);
    }
    let now = state.at.desk_ms;
    let missed = chat.missed.iter().filter(|missed| missed.agent == *id && missed.until > now);
    if let Some(until) = missed.map(|missed| missed.until).max() {
        return Some(WhyNot::CoolingDown { until });
    }
    state.best_chat(id).filter(|first| *first != chat.id).map(WhyNot::Behind)
}

fn unskilled(
    has: &BTreeMap<Skill, u8>,
    needs: &BTreeMap<Skill, u8>,
    relaxed: bool,
) -> Option<WhyNot> {
    let short = needs
        .iter()
        .find(|(skill, least)| has.get(*skill).is_none_or(|level| !relaxed && level < *least));
    short.map(|(skill, least)| WhyNot::Unskilled {
        skill: skill.clone(),
        level: has.get(skill).copied(),
        least: if relaxed { 0 } else { *least },
    })
}

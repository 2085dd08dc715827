//! Which chat is meant, and whether it is within the caller's reach.

use super::refusals::{out_of_reach, wrong};
use crate::access::{Acting, CHOICES_MAX};
use crate::history::Told;
use crate::views::Views;
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::{Chat, Refusal as Core, SegmentState, State};
use desk_wire::Refusal;

type Result<T> = std::result::Result<T, Refusal>;

/// What a chat is wanted for, where it is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// To talk in it: the active ones.
    Talk,
    /// To look at it or its match: those that the agent is offered or has not wrapped up.
    Look,
    /// To wrap it up: those that the agent has not wrapped up.
    Wrapup,
    /// To acknowledge it: abandoned ones.
    Ack,
    /// Its incident: those not wrapped up, else those whose incident is still to be finished.
    Incident,
}

/// The id of a chat.
pub(super) fn chat_id(text: &str) -> Result<ChatId> {
    text.parse().map_err(|error: desk_core::name::BadId| {
        Refusal::new("unknown_chat", error.to_string()).field("with.chat")
    })
}

/// The chat that is named, or the one that can be meant.
pub(super) fn which(
    views: &Views<'_>,
    acting: &Acting,
    named: Option<&str>,
    wanted: For,
) -> Result<ChatId> {
    if let Some(named) = named {
        return chat_id(named);
    }
    known(views.state, acting)?;
    let meant = match acting {
        Acting::Agent(agent) => of_agent(views.state, agent, wanted),
        _ => of_role(views.state, acting, wanted),
    };
    match meant[..] {
        [chat] => Ok(chat),
        _ => {
            Err(Refusal::which_chat(meant.iter().map(ToString::to_string).collect())
                .field("with.chat"))
        }
    }
}

/// Refuses an agent whom the desk does not know, so that a slip of the pen shows no empty list.
pub(super) fn known(state: &State, acting: &Acting) -> Result<()> {
    match acting.agent() {
        Some(agent) if !state.agents.contains_key(agent) => Err(super::unknown_agent(agent)),
        _ => Ok(()),
    }
}

fn of_agent(state: &State, id: &AgentId, wanted: For) -> Vec<ChatId> {
    let Some(agent) = state.agents.get(id) else { return Vec::new() };
    if wanted == For::Ack {
        return abandoned(state, |queue| serves(state, id, queue));
    }
    let open = agent.segments.iter().filter(|segment| {
        let active = |s: &desk_core::Segment| s.state == SegmentState::Active;
        wanted != For::Talk || state.segment(**segment).is_some_and(active)
    });
    let mut chats: Vec<ChatId> = open.map(|segment| segment.chat).collect();
    if wanted == For::Look {
        chats.extend(agent.offer);
    }
    if wanted == For::Incident && chats.is_empty() {
        let incidents = state.outbox.incidents.iter();
        let mine = incidents.filter(|(_, incident)| incident.agent.as_ref() == Some(id));
        chats.extend(mine.map(|(chat, _)| *chat).take(CHOICES_MAX));
    }
    chats.sort_unstable();
    chats.dedup();
    chats
}

fn of_role(state: &State, acting: &Acting, wanted: For) -> Vec<ChatId> {
    match wanted {
        For::Ack => abandoned(state, |queue| sees_queue(state, acting, queue)),
        For::Incident => {
            let incidents = state.outbox.incidents.iter();
            let seen = incidents.filter(|(_, i)| sees_queue(state, acting, &i.queue));
            seen.map(|(chat, _)| *chat).take(CHOICES_MAX).collect()
        }
        _ => {
            let seen = state.chats.values().filter(|chat| sees_queue(state, acting, &chat.queue));
            seen.map(|chat| chat.id).take(CHOICES_MAX).collect()
        }
    }
}

fn abandoned(state: &State, seen: impl Fn(&QueueId) -> bool) -> Vec<ChatId> {
    let seen = state.abandoned.values().filter(|(_, queue)| seen(queue));
    seen.map(|(chat, _)| *chat).take(CHOICES_MAX).collect()
}

/// Whether an agent serves a queue, as the config has it now.
pub(super) fn serves(state: &State, agent: &AgentId, queue: &QueueId) -> bool {
    state.agent_config(agent).is_some_and(|config| config.queues.contains_key(queue))
}

/// Whether a queue is within the caller's reach: one that the agent serves, that the supervisor
/// looks after, any for the rest.
pub(super) fn sees_queue(state: &State, acting: &Acting, queue: &QueueId) -> bool {
    match acting {
        Acting::Agent(agent) => serves(state, agent, queue),
        Acting::Supervisor(queues) => queues.contains(queue),
        Acting::Admin | Acting::Integrator => true,
    }
}

/// Whether an agent is within the caller's reach.
pub(super) fn sees_agent(state: &State, acting: &Acting, agent: &AgentId) -> bool {
    match acting {
        Acting::Agent(own) => own == agent,
        Acting::Supervisor(queues) => queues.iter().any(|queue| serves(state, agent, queue)),
        Acting::Admin | Acting::Integrator => true,
    }
}

/// Whether an open chat is within the caller's reach: one that the agent is offered or had.
pub(super) fn sees_chat(acting: &Acting, chat: &Chat) -> Result<()> {
    match acting {
        Acting::Agent(agent) => {
            let offered = chat.offer_to(agent).is_some();
            let had = chat.segments.iter().any(|segment| segment.agent == *agent);
            if offered || had { Ok(()) } else { Err(not_yours()) }
        }
        Acting::Supervisor(queues) if !queues.contains(&chat.queue) => {
            Err(out_of_reach("this chat"))
        }
        _ => Ok(()),
    }
}

/// The same of a chat that the journal tells of.
pub(super) fn sees_told(acting: &Acting, told: &Told) -> Result<()> {
    match acting {
        Acting::Agent(agent) if !told.had(agent) => Err(not_yours()),
        Acting::Supervisor(queues) if !queues.contains(&told.queue) => {
            Err(out_of_reach("this chat"))
        }
        _ => Ok(()),
    }
}

pub(super) fn not_yours() -> Refusal {
    super::refusal(Core::NotYours.into())
}

/// There is no such chat, open or closed.
pub(super) fn unknown_chat(chat: ChatId) -> Refusal {
    super::refusal(Core::UnknownChat(chat).into()).field("with.chat")
}

/// Exactly one of two that exclude each other.
pub(super) fn exactly_one(field: &str) -> Refusal {
    wrong(field, "exactly one of `agent` and `queue` is to be given")
}

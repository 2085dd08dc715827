//! Chats handed on by their agents, and why one cannot be.

use super::which::{self, For, exactly_one};
use super::{Asker, Meant, Result, done};
use crate::access::{Acting, CHOICES_MAX};
use crate::views::Views;
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::policy::Policy;
use desk_core::{Command, Refusal as Core, State, Target, can_take};
use desk_wire::{Refusal, Reply};

/// Where a chat is to go: exactly one of both.
pub(super) fn target(agent: Option<String>, queue: Option<String>) -> Result<Target> {
    match (agent, queue) {
        (Some(agent), None) => Ok(Target::Agent(agent.into())),
        (None, Some(queue)) => Ok(Target::Queue(queue.into())),
        (Some(_), Some(_)) => Err(exactly_one("queue")),
        (None, None) => Err(exactly_one("agent")),
    }
}

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn transfer(
        &self,
        chat: Option<String>,
        agent: Option<String>,
        queue: Option<String>,
    ) -> Result<Reply> {
        let own = self.agent()?.clone();
        let to = target(agent, queue)?;
        let named = chat.as_deref().map(which::chat_id).transpose()?;
        let find = move |views: Views<'_>, acting: &Acting| {
            which::which(&views, acting, chat.as_deref(), For::Talk)
        };
        let chat = match self.meant(find).await? {
            Meant::Repeated(_) => named,
            Meant::New(chat) => {
                let command = Command::Transfer { chat, agent: Some(own), to: to.clone() };
                match self.about(chat, Core::ChatEnded, command).await {
                    Ok(_) => Some(chat),
                    Err(refusal) => return Err(self.why_not(chat, Some(to), refusal).await?),
                }
            }
        };
        match chat {
            Some(chat) => self.chat_reply(chat).await,
            None => Ok(done(None)),
        }
    }

    /// Where a target cannot take a chat, the refusal says why and lists those who could.
    pub(super) async fn why_not(
        &self,
        chat: ChatId,
        to: Option<Target>,
        refusal: Refusal,
    ) -> Result<Refusal> {
        let look = move |views: Views<'_>| {
            let state = views.state;
            match to? {
                Target::Agent(agent) => {
                    let queue = &state.chats.get(&chat)?.queue;
                    let why = views.cannot_take(&agent, queue)?;
                    Some(("with.agent", why, takers(state, queue)))
                }
                Target::Queue(queue) => {
                    Some(("with.queue", closed(state, &queue)?.to_owned(), Vec::new()))
                }
            }
        };
        if !matches!(refusal.code.as_str(), "cannot_take" | "queue_closed") {
            return Ok(refusal);
        }
        Ok(match self.see(look).await? {
            Some((field, why, choices)) => refusal.field(field).hint(&why).choices(choices),
            None => refusal,
        })
    }
}

/// The agents who can take a chat of the queue now.
fn takers(state: &State, queue: &QueueId) -> Vec<String> {
    let can = |agent: &&AgentId| can_take(state, agent, queue);
    state.agents.keys().filter(can).map(ToString::to_string).take(CHOICES_MAX).collect()
}

fn closed(state: &State, queue: &QueueId) -> Option<&'static str> {
    match state.config.queues.get(queue) {
        None => Some("the queue is retired"),
        Some(config) if state.routing.waiting(queue) >= config.length_max => {
            Some("the queue is full")
        }
        Some(_) if state.closed(queue).is_some() => Some("the queue is closed at this hour"),
        Some(_) => None,
    }
}

//! What supervisors and admins force. No rule is asked.

use super::transfer::target;
use super::which::{chat_id, sees_chat, sees_queue};
use super::{Asker, Result};
use crate::clock::wall_ms;
use crate::views::{Views, words};
use desk_core::name::{AgentId, ChatId, QueueId};
use desk_core::policy::Policy;
use desk_core::{Command, Refusal as Core, Target};
use desk_wire::view::Intent;
use desk_wire::{Call, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn forced(&self, call: Call) -> Result<Reply> {
        match call {
            Call::AgentSetStatus { agent, to, reason } => {
                let agent = AgentId::from(agent);
                self.check_agent(&agent).await?;
                if to == Intent::LoggedOut {
                    let refused = super::refusals::wrong("to", "logging out is a verb of its own");
                    return Err(refused.hint("use `agent_logout`"));
                }
                let to = words::intent_kind(to);
                self.give(Command::ForceStatus { agent: agent.clone(), to, reason }).await?;
                self.agent_reply(&agent).await
            }
            Call::AgentLogout { agent } => {
                let agent = AgentId::from(agent);
                self.check_agent(&agent).await?;
                self.give(Command::ForceLogout { agent: agent.clone() }).await?;
                self.agent_reply(&agent).await
            }
            Call::AgentDrain { agent, on } => {
                let agent = AgentId::from(agent);
                self.check_agent(&agent).await?;
                self.give(Command::DrainAgent { agent: agent.clone(), on }).await?;
                self.agent_reply(&agent).await
            }
            Call::AgentHandOver { agent, to } => {
                let (agent, to) = (AgentId::from(agent), to.map(AgentId::from));
                self.check_agent(&agent).await?;
                if let Some(to) = &to {
                    self.check_agent(to).await?;
                }
                self.give(Command::HandOver { agent: agent.clone(), to }).await?;
                self.agent_reply(&agent).await
            }
            Call::QueueDrain { queue, on } => {
                let queue = QueueId::from(queue);
                self.queue_view(&queue).await?;
                self.give(Command::DrainQueue { queue: queue.clone(), on }).await?;
                Ok(Reply::Queue(self.queue_view(&queue).await?))
            }
            Call::QueueHours { queue, open, until } => {
                let queue = QueueId::from(queue);
                self.queue_view(&queue).await?;
                if until.is_some_and(|until| until <= wall_ms()) {
                    return Err(super::refusals::wrong("until", "this time is over"));
                }
                let until_ms = until.filter(|_| open.is_some());
                let queue_id = queue.clone();
                self.give(Command::ForceHours { queue: queue_id, open, until_ms }).await?;
                Ok(Reply::Queue(self.queue_view(&queue).await?))
            }
            Call::ChatAssign { chat, agent, queue } => {
                let to = target(agent, queue)?;
                let chat = chat_id(&chat)?;
                self.force(chat, Command::Transfer { chat, agent: None, to }).await
            }
            Call::ChatRequeue { chat } => {
                let chat = chat_id(&chat)?;
                self.force(chat, Command::Requeue { chat }).await
            }
            Call::ChatForceEnd { chat } => {
                let chat = chat_id(&chat)?;
                self.force(chat, Command::EndChat { chat, agent: None }).await
            }
            _ => unreachable!("not forced"),
        }
    }

    async fn force(&self, chat: ChatId, command: Command) -> Result<Reply> {
        let acting = self.acting.clone();
        let target = match &command {
            Command::Transfer { to: Target::Queue(queue), .. } => Some(queue.clone()),
            _ => None,
        };
        let look = move |views: Views<'_>| {
            let out = |queue: &&QueueId| !sees_queue(views.state, &acting, queue);
            if target.as_ref().is_some_and(|queue| out(&queue)) {
                return Err(super::refusals::out_of_reach("this queue").field("with.queue"));
            }
            views.state.chats.get(&chat).map_or(Ok(()), |chat| sees_chat(&acting, chat))
        };
        self.see(look).await??;
        let ends = matches!(command, Command::EndChat { .. });
        let to = match &command {
            Command::Transfer { to, .. } => Some(to.clone()),
            _ => None,
        };
        match self.about(chat, Core::ChatEnded, command).await {
            // A chat that has ended is ended: the same answer.
            Err(refusal) if ends && refusal.code == Core::ChatEnded.code() => {
                super::which::sees_told(&self.acting, &self.known(chat).await?)?;
            }
            Err(refusal) => return Err(self.why_not(chat, to, refusal).await?),
            Ok(_) => {}
        }
        self.chat_reply(chat).await
    }
}

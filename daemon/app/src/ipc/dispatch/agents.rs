//! Agents and queues, looked at.

use super::refusals::out_of_reach;
use super::which::{known, sees_agent, sees_queue};
use super::{Asker, Result};
use crate::figures;
use crate::views::Views;
use desk_core::Refusal as Core;
use desk_core::name::{AgentId, QueueId};
use desk_core::policy::Policy;
use desk_journal::Read;
use desk_wire::view::{FiguresView, QueueView};
use desk_wire::{Call, Reply, UnixMs};
use std::sync::{Arc, PoisonError};

/// The longest day that there is.
const DAY_MS: i64 = 25 * 3_600_000;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn agents(&self, call: Call) -> Result<Reply> {
        let acting = self.acting.clone();
        match call {
            Call::AgentList {} => {
                let look = move |views: Views<'_>| {
                    views.agents(|agent| sees_agent(views.state, &acting, agent))
                };
                Ok(Reply::Agents(self.see(look).await?))
            }
            Call::AgentShow { agent } => {
                let agent = AgentId::from(agent);
                self.check_agent(&agent).await?;
                self.agent_reply(&agent).await
            }
            Call::QueueList {} => {
                let look = move |views: Views<'_>| {
                    known(views.state, &acting)?;
                    Ok(views.queues(|queue| sees_queue(views.state, &acting, queue)))
                };
                let mut queues = self.see(look).await??;
                queues.iter_mut().for_each(|queue| self.add_wait(queue));
                Ok(Reply::Queues(queues))
            }
            Call::QueueShow { queue } => {
                Ok(Reply::Queue(self.queue_view(&QueueId::from(queue)).await?))
            }
            Call::QueueFigures { since } => self.figures(since).await,
            _ => unreachable!("not about agents and queues"),
        }
    }

    /// What happened in the queues that the caller may see.
    async fn figures(&self, since: Option<UnixMs>) -> Result<Reply> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let config = views.state.config.queues.iter();
            let seen = config.filter(|(queue, _)| sees_queue(views.state, &acting, queue));
            let queues: Vec<_> = seen.map(|(id, queue)| (id.clone(), queue.name.clone())).collect();
            (views.now.wall_ms, queues)
        };
        let (until, queues) = self.see(look).await?;
        let figures = Arc::clone(self.desk().figures());
        let since = figures::quarter(since.unwrap_or(until - DAY_MS).max(until - DAY_MS));
        let count = move |journal: &dyn Read| {
            let mut figures = figures.lock().unwrap_or_else(PoisonError::into_inner);
            figures.catch_up(journal, until)?;
            Ok(queues.into_iter().map(|(id, name)| figures.of(&id, name, since)).collect())
        };
        Ok(Reply::Figures(FiguresView { since, until, queues: self.read(count).await? }))
    }

    /// What the last pass over the queues found.
    fn add_wait(&self, queue: &mut QueueView) {
        let (waits, id) = (self.desk().waits(), QueueId::from(queue.queue.as_str()));
        let free = queue.waiting == 0 && queue.available > 0;
        let expected = waits.borrow().expected_ms(&id, queue.waiting);
        queue.expected_wait_ms = expected.filter(|_| !free);
    }

    /// A queue that the caller may see.
    pub(super) async fn queue_view(&self, queue: &QueueId) -> Result<QueueView> {
        let (acting, queue) = (self.acting.clone(), queue.clone());
        let look = move |views: Views<'_>| {
            let unknown = || super::refusal(Core::UnknownQueue(queue.clone()).into());
            let view = views.queue(&queue).ok_or_else(unknown)?;
            if sees_queue(views.state, &acting, &queue) {
                Ok(view)
            } else {
                Err(out_of_reach("this queue").field("with.queue"))
            }
        };
        let mut view = self.see(look).await??;
        self.add_wait(&mut view);
        Ok(view)
    }

    /// Refuses an agent who does not exist or is outside of the caller's reach.
    pub(super) async fn check_agent(&self, agent: &AgentId) -> Result<()> {
        let (acting, id) = (self.acting.clone(), agent.clone());
        let look = move |views: Views<'_>| {
            let known = views.state.agents.contains_key(&id);
            (known, sees_agent(views.state, &acting, &id))
        };
        match self.see(look).await? {
            (false, _) => Err(super::unknown_agent(agent)),
            (true, false) => Err(out_of_reach("this agent").field("with.agent")),
            (true, true) => Ok(()),
        }
    }
}

//! Why it is as it is.

use super::refusals::{out_of_reach, wrong};
use super::which::{self, For, chat_id, sees_agent, sees_queue, sees_told, unknown_chat};
use super::{Asker, Result};
use crate::explain;
use crate::views::Views;
use desk_core::Refusal as Core;
use desk_core::name::{AgentId, QueueId};
use desk_core::policy::Policy;
use desk_wire::view::ExplainView;
use desk_wire::{Call, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn explain(&self, call: Call) -> Result<Reply> {
        let Call::Explain { chat, queue, agent, next } = call else {
            unreachable!("nothing to explain")
        };
        let explained = match (chat, queue, agent) {
            (chat, None, None) => self.explain_chat(chat, next).await?,
            (None, Some(queue), None) => self.explain_queue(queue.into()).await?,
            (None, None, Some(agent)) => self.explain_agent(agent.into()).await?,
            _ => return Err(wrong("chat", "one of `chat`, `queue` and `agent` is to be given")),
        };
        Ok(Reply::Explained(explained))
    }

    async fn explain_chat(
        &self,
        named: Option<String>,
        next: Option<String>,
    ) -> Result<ExplainView> {
        let after = match next.as_deref().map(str::parse) {
            Some(Ok(after)) => after,
            Some(Err(_)) => {
                return Err(wrong("next", "this is not the `next` of an earlier answer"));
            }
            None => 0,
        };
        let chat = match named {
            Some(named) => chat_id(&named)?,
            None => {
                let acting = self.acting.clone();
                let look = move |views: Views<'_>| which::which(&views, &acting, None, For::Look);
                self.see(look).await??
            }
        };
        // Never closed while the daemon runs.
        let _one = self.shared.walks.acquire().await;
        let acting = self.acting.clone();
        let told = self.read(move |journal| {
            let Some((told, records)) = explain::read(journal, chat)? else { return Ok(None) };
            if let Err(refusal) = sees_told(&acting, &told) {
                return Ok(Some(Err(refusal)));
            }
            let (others, untold) = explain::others(journal, &records, chat)?;
            let story = explain::story(&told, &records, after, &others);
            Ok(Some(Ok(desk_wire::view::StoryView { untold, ..story })))
        });
        let told = told.await?.ok_or_else(|| unknown_chat(chat))?;
        Ok(ExplainView::Chat(told?))
    }

    async fn explain_queue(&self, queue: QueueId) -> Result<ExplainView> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let unknown = || super::refusal(Core::UnknownQueue(queue.clone()).into());
            let view = views.why_queue(&queue).ok_or_else(unknown)?;
            if sees_queue(views.state, &acting, &queue) {
                Ok(view)
            } else {
                Err(out_of_reach("this queue").field("with.queue"))
            }
        };
        Ok(ExplainView::Queue(self.see(look).await??))
    }

    async fn explain_agent(&self, agent: AgentId) -> Result<ExplainView> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let view = views.why_agent(&agent).ok_or_else(|| super::unknown_agent(&agent))?;
            if sees_agent(views.state, &acting, &agent) {
                Ok(view)
            } else {
                Err(out_of_reach("this agent").field("with.agent"))
            }
        };
        Ok(ExplainView::Agent(self.see(look).await??))
    }
}

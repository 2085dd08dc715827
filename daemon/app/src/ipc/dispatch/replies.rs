//! Canned replies.

use super::which::{known, sees_queue};
use super::{Asker, Result};
use crate::config::CannedReply;
use crate::views::Views;
use desk_core::name::QueueId;
use desk_core::policy::Policy;
use desk_wire::Reply;
use desk_wire::view::CannedReplyView;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    /// Those for all queues, and those for queues that the caller may see.
    pub(super) async fn replies(&self, queue: Option<String>) -> Result<Reply> {
        let queue = queue.map(QueueId::from);
        if let Some(queue) = &queue {
            self.queue_view(queue).await?;
        }
        let all = self.shared.settings.borrow().replies.clone();
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            known(views.state, &acting)?;
            let wanted = |id: &QueueId| match &queue {
                Some(queue) => id == queue,
                None => sees_queue(views.state, &acting, id),
            };
            let seen =
                |reply: &&CannedReply| reply.queues.is_empty() || reply.queues.iter().any(wanted);
            Ok(all.iter().filter(seen).map(view).collect())
        };
        Ok(Reply::Replies(self.see(look).await??))
    }
}

fn view(reply: &CannedReply) -> CannedReplyView {
    CannedReplyView {
        short: reply.short.clone(),
        title: reply.title.clone(),
        queues: reply.queues.iter().map(ToString::to_string).collect(),
        language: reply.language.clone(),
        text: reply.text.clone(),
    }
}

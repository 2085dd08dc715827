//! Chats of before.

use super::which::{chat_id, sees_told, serves};
use super::{Asker, Result};
use crate::access::Acting;
use crate::codec::email_key;
use crate::history::{Filter, Page, Told, Untold, page};
use desk_core::name::QueueId;
use desk_core::policy::Policy;
use desk_journal::Read;
use desk_wire::view::HistoryView;
use desk_wire::{Reply, UnixMs};
use std::collections::BTreeSet;

/// Most bytes of messages of a chat that was asked for by id.
const MESSAGES_BYTES_MAX: usize = 512 * 1024;
/// Most bytes of a page's chats.
const PAGE_BYTES_MAX: usize = 900 * 1024;
/// Chats of a page where no limit was given.
const PAGE: u32 = 20;

/// Which chats are wanted.
pub(super) struct Wanted {
    pub(super) email: Option<String>,
    pub(super) since: Option<UnixMs>,
    pub(super) until: Option<UnixMs>,
    pub(super) limit: Option<u32>,
    pub(super) next: Option<String>,
}

/// What somebody may see of history.
#[derive(Clone)]
pub(super) struct Sight {
    acting: Acting,
    /// The queues that the agent serves.
    queues: BTreeSet<QueueId>,
}

impl Sight {
    /// An agent sees what they had, and what came to the queues that they serve.
    pub(super) fn sees(&self, told: &Told) -> bool {
        self.queues.contains(&told.queue) || sees_told(&self.acting, told).is_ok()
    }
}

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn sight(&self) -> Result<Sight> {
        let Some(agent) = self.acting.agent().cloned() else {
            return Ok(Sight { acting: self.acting.clone(), queues: BTreeSet::new() });
        };
        let look = move |views: crate::views::Views<'_>| {
            let known = views.state.config.queues.keys();
            known.filter(|queue| serves(views.state, &agent, queue)).cloned().collect()
        };
        Ok(Sight { acting: self.acting.clone(), queues: self.see(look).await? })
    }

    pub(super) async fn history(&self, chat: Option<String>, wanted: Wanted) -> Result<Reply> {
        let sight = self.sight().await?;
        if let Some(chat) = chat {
            return self.history_of(&chat, &sight).await;
        }
        let before_seq = match &wanted.next {
            Some(next) => Some(next.parse().map_err(|_| {
                super::refusals::wrong("next", "this is not the `next` of an earlier answer")
            })?),
            None => None,
        };
        let filter = Filter {
            email_key: wanted.email.as_deref().and_then(|e| email_key(self.desk().keys(), e)),
            since: wanted.since,
            until: wanted.until,
            before_seq,
        };
        let limit = wanted.limit.unwrap_or(PAGE) as usize;
        let find = move |journal: &dyn Read| -> std::result::Result<Page, Untold> {
            page(journal, &filter, limit, |told| sight.sees(told))
        };
        let found = self.read(find).await?;
        let (now, links) = (self.desk().now(), self.links());
        let views = found.chats.iter().map(|told| told.chat_view(now, links));
        let chats = crate::history::by_size(views, PAGE_BYTES_MAX);
        // Where a page does not fit, the next one begins after the last chat that did.
        let last = chats.len().checked_sub(1).and_then(|last| found.chats.get(last));
        let cut = chats.len() < found.chats.len();
        let next = if cut { last.map(|told| told.arrived_seq) } else { found.next };
        Ok(Reply::History(HistoryView { chats, next: next.map(|seq| seq.to_string()) }))
    }

    async fn history_of(&self, chat: &str, sight: &Sight) -> Result<Reply> {
        let told = self.known(chat_id(chat)?).await?;
        if !sight.sees(&told) {
            sees_told(&self.acting, &told)?;
        }
        let mut view = told.chat_view(self.desk().now(), self.links());
        view.messages = told.messages(1, MESSAGES_BYTES_MAX);
        Ok(Reply::History(HistoryView { chats: vec![view], next: None }))
    }
}

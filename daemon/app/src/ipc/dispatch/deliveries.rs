//! Deliveries: an admin's to see and to steer, since they may be about anything.

use super::refusals::wrong;
use super::{Asker, Result};
use crate::access::Acting;
use crate::desk::Unanswered;
use crate::history::{To, ToldDelivery, deliveries, delivery};
use crate::views::Views;
use desk_core::name::{ChatId, DeliveryId, SinkId};
use desk_core::policy::Policy;
use desk_core::{Command, DeliveryEvent, Refusal as Core};
use desk_journal::Read;
use desk_wire::view::{OutboxItemView, ReplayOutcome, ReplayView, ReplayedView};
use desk_wire::{Refusal, Reply, UnixMs};
use std::collections::BTreeMap;

/// The sink of incidents.
pub(super) const SERVICENOW: &str = "servicenow";
/// Most deliveries of one list.
const LISTED_MAX: usize = 1_000;
/// Most deliveries whose last tries are read for one list.
const READ_MAX: usize = 50;

/// A delivery's id, where this is one.
pub(super) fn delivery_id(step: &str) -> Option<DeliveryId> {
    step.parse().ok()
}

impl<P: Policy + Send + 'static> Asker<'_, P> {
    /// The sink that is meant; `None`: any, or that of incidents.
    pub(super) async fn sink(&self, sink: Option<&str>) -> Result<Option<SinkId>> {
        let Some(name) = sink.filter(|name| *name != SERVICENOW) else { return Ok(None) };
        self.is_admin()?;
        let sink = SinkId::from(name);
        let known = |views: Views<'_>| {
            let open = views.state.deliveries.open.values().map(|held| held.sink.clone());
            views.state.config.sinks.keys().cloned().chain(open).collect::<Vec<_>>()
        };
        let known = self.see(known).await?;
        if known.contains(&sink) {
            return Ok(Some(sink));
        }
        let mut choices = vec![SERVICENOW.to_owned()];
        choices.extend(known.iter().map(ToString::to_string));
        choices.dedup();
        let refused = Refusal::new("unknown_sink", format!("there is no sink {name:?}"));
        Err(refused.field("with.sink").choices(choices))
    }

    /// Those that are to be sent, or parked; none for whoever is no admin.
    pub(super) async fn delivery_list(
        &self,
        sink: Option<SinkId>,
        chat: Option<ChatId>,
        since: Option<UnixMs>,
    ) -> Result<Vec<OutboxItemView>> {
        if self.is_admin().is_err() {
            return Ok(Vec::new());
        }
        let look = move |views: Views<'_>| {
            let wanted = views.state.deliveries.open.iter().filter(|(_, held)| {
                sink.as_ref().is_none_or(|sink| *sink == held.sink)
                    && chat.is_none_or(|chat| held.origin.chat == Some(chat))
                    && since.is_none_or(|since| held.wanted_ms >= since)
            });
            let views = wanted.filter_map(|(id, _)| views.delivery(*id));
            views.take(LISTED_MAX).collect::<Vec<_>>()
        };
        let mut items = self.see(look).await?;
        let tried = items.iter().filter(|item| item.attempts > 0);
        let ids: Vec<DeliveryId> = tried.filter_map(|item| delivery_id(&item.step)).collect();
        let read = move |journal: &dyn Read| -> std::result::Result<_, crate::history::Untold> {
            let mut found = BTreeMap::new();
            for id in ids.into_iter().take(READ_MAX) {
                found.extend(delivery(journal, id)?.map(|told| (id.to_string(), told)));
            }
            Ok(found)
        };
        let found = self.read(read).await?;
        for item in &mut items {
            add_try(item, found.get(&item.step));
        }
        Ok(items)
    }

    pub(super) async fn delivery_show(&self, id: DeliveryId) -> Result<Reply> {
        self.is_admin()?;
        let view = self.see(move |views| views.delivery(id)).await?;
        let unknown = || super::refusal(Core::UnknownDelivery(id).into()).field("with.step");
        let mut view = view.ok_or_else(unknown)?;
        let told = self.read(move |journal| delivery(journal, id)).await?;
        add_try(&mut view, told.as_ref());
        Ok(Reply::OutboxItem(view))
    }

    pub(super) async fn delivery_retry(&self, delivery: DeliveryId) -> Result<Reply> {
        self.is_admin()?;
        self.give(Command::RetryDelivery { delivery }).await?;
        match self.delivery_show(delivery).await {
            // It was sent meanwhile.
            Err(refusal) if refusal.code == "unknown_delivery" => Ok(super::done(None)),
            shown => shown,
        }
    }

    pub(super) async fn delivery_drop(
        &self,
        delivery: DeliveryId,
        reason: Option<String>,
    ) -> Result<Reply> {
        self.is_admin()?;
        self.give(Command::DropDelivery { delivery, reason }).await?;
        Ok(super::done(None))
    }

    /// Sends once more what was sent to a sink, each under its old id.
    pub(super) async fn delivery_replay(
        &self,
        sink: SinkId,
        chat: Option<ChatId>,
        since: Option<UnixMs>,
        next: Option<String>,
    ) -> Result<Reply> {
        self.is_admin()?;
        let after = next.as_deref().map(str::parse::<u64>).transpose();
        let after =
            after.map_err(|_| wrong("next", "this is not the `next` of an earlier answer"))?;
        let read = move |journal: &dyn Read| -> std::result::Result<_, crate::history::Untold> {
            // Before its time there is nothing to be looked at.
            let first = match since {
                Some(since) => journal.by_time(since..UnixMs::MAX, None, 1)?,
                None => Vec::new(),
            };
            let first = first.first().map_or(0, |row| row.seq.saturating_sub(1));
            let to = To { sink, chat, since, after: after.unwrap_or(first) };
            Ok((deliveries(journal, &to)?, journal.head()?.seq))
        };
        let ((told, next), of) = self.read(read).await?;
        let mut steps = Vec::new();
        for told in told {
            let (step, header) = (told.id.to_string(), &told.header);
            let chat = header.origin.chat.map(|chat| chat.to_string()).unwrap_or_default();
            if let Some(outcome) = self.send_once_more(&told).await? {
                steps.push(ReplayedView { step, chat, outcome });
            }
        }
        let done = next.unwrap_or(of);
        Ok(Reply::Replay(ReplayView { steps, done, of, next: next.map(|seq| seq.to_string()) }))
    }

    /// `None` for one that was given up.
    async fn send_once_more(&self, told: &ToldDelivery) -> Result<Option<ReplayOutcome>> {
        match told.last {
            Some(DeliveryEvent::Dropped) => return Ok(None),
            Some(DeliveryEvent::Done) if !told.is_kept => return Ok(Some(ReplayOutcome::NotKept)),
            Some(DeliveryEvent::Done) => {}
            _ => return Ok(Some(ReplayOutcome::AtWork)),
        }
        let (delivery, header) = (told.id, Box::new(told.header.clone()));
        let command = Command::ReplayDelivery { delivery, header };
        match self.desk().command(self.actor.clone(), None, command).await {
            Ok(_) => Ok(Some(ReplayOutcome::SentAgain)),
            Err(Unanswered::Refused(Core::Stale)) => Ok(Some(ReplayOutcome::AtWork)),
            Err(error) => Err(super::refusal(error)),
        }
    }

    fn is_admin(&self) -> Result<()> {
        if matches!(self.acting, Acting::Admin) {
            return Ok(());
        }
        Err(Refusal::new("not_allowed", "deliveries are an admin's to see and to steer"))
    }
}

/// Says why the last try came to nothing.
fn add_try(item: &mut OutboxItemView, told: Option<&ToldDelivery>) {
    if let Some(why) = told.and_then(|told| told.why.clone()) {
        item.reason = Some(match item.reason.take() {
            Some(reason) => format!("{reason}: {why}"),
            None => why,
        });
    }
}

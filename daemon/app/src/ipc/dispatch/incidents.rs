//! Incidents and the outbox.

use super::audits::Wanted;
use super::deliveries::delivery_id;
use super::refusals::out_of_reach;
use super::which::{self, For, sees_chat, sees_queue, sees_told};
use super::{Asker, Result};
use crate::access::Acting;
use crate::desk::Unanswered;
use crate::history::{Filter, Told, Untold, page, told};
use crate::views::Views;
use desk_core::name::{ChatId, StepId};
use desk_core::policy::Policy;
use desk_core::{Command, Incident, Refusal as Core, State};
use desk_journal::Read;
use desk_wire::view::{IncidentState, IncidentView, OutboxItemView};
use desk_wire::{Call, OutboxFilter, Refusal, Reply, UnixMs};
use std::collections::BTreeMap;

/// Closed chats whose incidents are listed after the unfinished ones.
const CLOSED_MAX: usize = 50;
/// Most unfinished incidents, or steps, of one list.
const LISTED_MAX: usize = 1_000;
/// Most chats whose steps' last tries are read for one list.
const READ_MAX: usize = 50;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn incidents(&self, call: Call) -> Result<Reply> {
        match call {
            Call::IncidentList {} => self.incident_list().await,
            Call::IncidentShow { chat } => self.incident_show(chat).await,
            Call::IncidentAudit { chat, since, until, next } => {
                self.incident_audit(Wanted { chat, since, until, next }).await
            }
            Call::OutboxReplay { sink, chat, since, next } => {
                self.outbox_replay(sink, Wanted { chat, since, until: None, next }).await
            }
            Call::OutboxList { sink, chat, since } => self.outbox_list(sink, chat, since).await,
            Call::OutboxShow { step } => match delivery_id(&step) {
                Some(delivery) => self.delivery_show(delivery).await,
                None => self.step_reply(self.step(&step).await?).await,
            },
            Call::OutboxRetry { step } => match delivery_id(&step) {
                Some(delivery) => self.delivery_retry(delivery).await,
                None => {
                    let step = self.step(&step).await?;
                    self.give(Command::RetryStep { step }).await?;
                    self.step_reply(step).await
                }
            },
            Call::OutboxRetryParked { which } => self.retry_parked(which).await,
            Call::OutboxDrop { step, reason } => match delivery_id(&step) {
                Some(delivery) => self.delivery_drop(delivery, reason).await,
                None => self.step_drop(self.step(&step).await?, reason).await,
            },
            _ => unreachable!("not about incidents"),
        }
    }

    /// Unfinished ones first, then those of chats that were closed lately.
    async fn incident_list(&self) -> Result<Reply> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            which::known(views.state, &acting)?;
            let incidents = views.state.outbox.incidents.iter();
            let mine = incidents.filter(|(_, i)| sees_incident(views.state, &acting, i));
            let views = mine.map(|(chat, _)| views.incident(*chat));
            let mut list: Vec<IncidentView> = views.take(LISTED_MAX).collect();
            list.sort_by_key(|incident| incident.state != IncidentState::Pending);
            Ok(list)
        };
        let mut list = self.see(look).await??;
        let (acting, links) = (self.acting.clone(), self.links().clone());
        let closed = move |journal: &dyn Read| -> std::result::Result<Vec<IncidentView>, Untold> {
            let seen = |told: &Told| told.is_closed() && sees_told(&acting, told).is_ok();
            let page = page(journal, &Filter::default(), CLOSED_MAX, seen)?;
            Ok(page.chats.iter().map(|told| told.incident(&links)).collect())
        };
        for incident in self.read(closed).await? {
            let listed = list.iter().any(|known| known.chat == incident.chat);
            if !listed && incident.state == IncidentState::Created {
                list.push(incident);
            }
        }
        Ok(Reply::Incidents(list))
    }

    async fn incident_show(&self, chat: Option<String>) -> Result<Reply> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let id = which::which(&views, &acting, chat.as_deref(), For::Incident)?;
            let open = views.state.chats.get(&id);
            if let Some(chat) = open {
                sees_chat(&acting, chat)?;
            }
            let kept = open.is_some() || views.state.outbox.incidents.contains_key(&id);
            Ok((id, open.is_some(), kept.then(|| views.incident_with_steps(id))))
        };
        let (chat, open, view) = self.see(look).await??;
        let told = self.known(chat).await?;
        if !open {
            sees_told(&self.acting, &told)?;
        }
        let mut view = view.unwrap_or_else(|| told.incident(self.links()));
        view.differences = told.differences().to_vec();
        view.steps.iter_mut().for_each(|step| add_try(step, &told));
        if view.state == IncidentState::Pending
            && let Some(why) = view.steps.iter().find_map(|step| step.reason.clone())
        {
            let reason = view.reason.take().unwrap_or_default();
            view.reason = Some(format!("{reason}: {why}"));
        }
        Ok(Reply::Incident(view))
    }

    async fn outbox_list(
        &self,
        sink: Option<String>,
        chat: Option<String>,
        since: Option<UnixMs>,
    ) -> Result<Reply> {
        let to = self.sink(sink.as_deref()).await?;
        let chat = chat.as_deref().map(which::chat_id).transpose()?;
        let mut items = Vec::new();
        if to.is_none() {
            items = self.step_list(chat, since).await?;
        }
        if to.is_some() || sink.is_none() {
            items.extend(self.delivery_list(to, chat, since).await?);
        }
        Ok(Reply::Outbox(items))
    }

    /// Puts everything back that is parked and fits, as after a fault of the site's that is mended.
    async fn retry_parked(&self, which: OutboxFilter) -> Result<Reply> {
        let OutboxFilter { sink, chat, since } = which;
        let Reply::Outbox(mut items) = self.outbox_list(sink, chat, since).await? else {
            return Err(Refusal::new("internal", "a list of the outbox is none"));
        };
        items.retain(|item| item.phase == "parked");
        let mut retried = Vec::new();
        for item in items {
            // Without the command's id: each is a command of its own, and a repeat finds none of them.
            let command = match delivery_id(&item.step) {
                Some(delivery) => Command::RetryDelivery { delivery },
                None => Command::RetryStep { step: self.step(&item.step).await? },
            };
            match self.desk().command(self.actor.clone(), None, command).await {
                Ok(_) => retried.push(item),
                // Let go with its create, or nobody's any more.
                Err(Unanswered::Refused(_)) => {}
                Err(error) => return Err(super::refusal(error)),
            }
        }
        Ok(Reply::Outbox(retried))
    }

    async fn step_list(
        &self,
        chat: Option<ChatId>,
        since: Option<UnixMs>,
    ) -> Result<Vec<OutboxItemView>> {
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let incidents = views.state.outbox.incidents.iter().filter(|(id, incident)| {
                chat.is_none_or(|chat| chat == **id)
                    && since.is_none_or(|since| incident.wanted_ms >= since)
            });
            let mine = incidents.filter(|(_, i)| sees_incident(views.state, &acting, i));
            let steps = mine.flat_map(|(chat, incident)| views.steps(*chat, incident));
            steps.take(LISTED_MAX).collect::<Vec<_>>()
        };
        let steps = self.see(look).await?;
        self.with_tries(steps).await
    }

    async fn with_tries(&self, mut steps: Vec<OutboxItemView>) -> Result<Vec<OutboxItemView>> {
        let tried = steps.iter().filter(|step| step.attempts > 0);
        let mut chats: Vec<ChatId> = tried.filter_map(|step| step.chat.parse().ok()).collect();
        chats.dedup();
        chats.truncate(READ_MAX);
        let read = move |journal: &dyn Read| -> std::result::Result<_, Untold> {
            let mut found = BTreeMap::new();
            for chat in chats {
                found.extend(told(journal, chat)?.map(|told| (chat.to_string(), told)));
            }
            Ok(found)
        };
        let found = self.read(read).await?;
        for step in &mut steps {
            if let Some(told) = found.get(&step.chat) {
                add_try(step, told);
            }
        }
        Ok(steps)
    }

    /// A step that exists and is within the caller's reach.
    async fn step(&self, text: &str) -> Result<StepId> {
        let step: StepId = text.parse().map_err(|error: desk_core::name::BadId| {
            desk_wire::Refusal::new("unknown_step", error.to_string()).field("with.step")
        })?;
        let acting = self.acting.clone();
        let look = move |views: Views<'_>| {
            let incident = views.state.outbox.incidents.get(&step.chat);
            let found = incident.filter(|incident| incident.steps.contains_key(&step.kind));
            match found {
                None => Err(super::refusal(Core::UnknownStep(step).into())),
                Some(incident) if !sees_incident(views.state, &acting, incident) => {
                    Err(out_of_reach("this step").field("with.step"))
                }
                Some(_) => Ok(step),
            }
        };
        self.see(look).await?
    }

    async fn step_drop(&self, step: StepId, reason: Option<String>) -> Result<Reply> {
        self.give(Command::DropStep { step, reason }).await?;
        self.step_reply(step).await
    }

    /// A step as it is now. One that was the last of its incident to be given up is gone with it.
    async fn step_reply(&self, step: StepId) -> Result<Reply> {
        let Some(mut view) = self.see(move |views| views.step(step)).await? else {
            return Ok(super::done(Some(step.chat)));
        };
        if let Some(told) = self.told(step.chat).await? {
            add_try(&mut view, &told);
        }
        Ok(Reply::OutboxItem(view))
    }
}

/// Says why the last try came to nothing, where a step is still to be done.
fn add_try(step: &mut OutboxItemView, told: &Told) {
    let id = step.step.parse().ok();
    let why = id.and_then(|id| told.last_try(id)).and_then(|last| last.why.clone());
    if let (Some(why), false) = (why, matches!(step.phase.as_str(), "done" | "dropped")) {
        step.reason = Some(match step.reason.take() {
            Some(reason) => format!("{reason}: {why}"),
            None => why,
        });
    }
}

fn sees_incident(state: &State, acting: &Acting, incident: &Incident) -> bool {
    match acting {
        Acting::Agent(agent) => incident.agent.as_ref() == Some(agent),
        other => sees_queue(state, other, &incident.queue),
    }
}

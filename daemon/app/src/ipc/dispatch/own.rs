//! What an agent does for themselves: status, offers, pops.

use super::{Asker, Meant, Result, chat_of, done};
use crate::views::words;
use desk_core::name::{AgentId, ChatId, OfferId, PopId};
use desk_core::policy::Policy;
use desk_core::{Answer, Command, IntentKind, PopOutcome, Refusal as Core, Status, status};
use desk_wire::view::{AgentView, Intent};
use desk_wire::{Call, PopResult, Refusal, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn own(&self, call: Call) -> Result<Reply> {
        let agent = self.agent()?.clone();
        let command = match call {
            Call::StatusShow {} => return self.agent_reply(&agent).await,
            Call::OfferShow {} => return self.offer_show(agent).await,
            Call::OfferAccept { offer } => return self.accept(agent, offer).await,
            Call::OfferReject { offer, reason } => return self.reject(agent, offer, reason).await,
            Call::PopClaim { pop } => return self.claim(agent, &pop).await,
            Call::PopReport { pop, result } => return self.report(agent, &pop, result).await,
            Call::Login {} => Command::Login { agent: agent.clone() },
            Call::Logout { after } => Command::Logout { agent: agent.clone(), after, reason: None },
            Call::StatusSet { to, reason } => ask_status(&agent, to, reason)?,
            Call::StatusStopNew { reason } => self.stop_new(&agent, reason).await?,
            Call::StatusResume {} => ask_status(&agent, Intent::Available, None)?,
            _ => unreachable!("not an agent's own verb"),
        };
        self.give(command).await?;
        self.agent_reply(&agent).await
    }

    /// An agent as they are now.
    pub(super) async fn agent_reply(&self, id: &AgentId) -> Result<Reply> {
        Ok(Reply::Agent(self.agent_view(id).await?))
    }

    /// An agent as they are now, with the last offer that they did not take.
    pub(super) async fn agent_view(&self, id: &AgentId) -> Result<AgentView> {
        let agent = id.clone();
        let look = move |views: crate::views::Views<'_>| {
            let missed = views.state.agents.get(&agent).and_then(|agent| agent.last_missed);
            let view = AgentView { reasons: views.reasons(), ..views.agent(&agent)? };
            Some((view, missed))
        };
        let found = self.see(look).await?;
        let (mut view, missed) = found.ok_or_else(|| super::unknown_agent(id))?;
        view.search.clone_from(&self.shared.settings().borrow().servicenow.lookup.search);
        if let Some(chat) = missed {
            let told = self.told(chat).await?;
            view.last_missed = told.and_then(|told| told.missed_by(id).cloned());
        }
        Ok(view)
    }

    /// With a reason it is the status that stop_new stands for, so that the reason is kept.
    async fn stop_new(&self, agent: &AgentId, reason: Option<String>) -> Result<Command> {
        let Some(reason) = reason else {
            return Ok(Command::StopNew { agent: agent.clone() });
        };
        let id = agent.clone();
        let busy = self.see(move |views| {
            let agent = views.state.agents.get(&id);
            agent.is_some_and(|agent| status(views.state, agent).0 == Status::Busy)
        });
        Ok(if busy.await? {
            let (agent, to) = (agent.clone(), IntentKind::WorkOffline);
            Command::AskStatus { agent, to, reason: Some(reason) }
        } else {
            Command::StopNew { agent: agent.clone() }
        })
    }

    async fn offer_show(&self, agent: AgentId) -> Result<Reply> {
        let look = move |views: crate::views::Views<'_>| {
            let chat = views.state.agents.get(&agent)?.offer?;
            views.offer(views.state.chats.get(&chat)?, &agent)
        };
        Ok(Reply::Offer(self.see(look).await?))
    }

    /// The chat of the offer that is meant; one that was accepted a moment ago is found again.
    async fn offered(
        &self,
        agent: &AgentId,
        offer: Option<&String>,
    ) -> Result<Meant<(ChatId, Option<OfferId>)>> {
        let gone = || super::refusal(Core::OfferGone.into());
        let offer: Option<OfferId> = offer.map(|o| o.parse().map_err(|_| gone())).transpose()?;
        let agent = agent.clone();
        let find = move |views: crate::views::Views<'_>, _: &_| {
            let facts = views.state.agents.get(&agent);
            let facts = facts.ok_or_else(|| super::unknown_agent(&agent))?;
            let pending = facts.offer.filter(|chat| {
                let standing = views.state.chats.get(chat).and_then(|chat| chat.offer_to(&agent));
                offer.is_none_or(|id| standing.is_some_and(|standing| standing.id == id))
            });
            let accepted = || {
                let mut open = facts.segments.iter();
                let from = |s: &desk_core::Segment| Some(s.offer) == offer;
                open.find(|id| views.state.segment(**id).is_some_and(from)).map(|id| id.chat)
            };
            pending.or_else(accepted).map(|chat| (chat, offer)).ok_or_else(gone)
        };
        self.meant(find).await
    }

    async fn accept(&self, agent: AgentId, offer: Option<String>) -> Result<Reply> {
        let answer = match self.offered(&agent, offer.as_ref()).await? {
            Meant::Repeated(answer) => answer,
            Meant::New((chat, offer)) => self.give(Command::Accept { agent, chat, offer }).await?,
        };
        match chat_of(&answer) {
            Some(chat) => self.chat_reply(chat).await,
            None => Ok(done(None)),
        }
    }

    async fn reject(
        &self,
        agent: AgentId,
        offer: Option<String>,
        reason: Option<String>,
    ) -> Result<Reply> {
        if let Meant::New((chat, offer)) = self.offered(&agent, offer.as_ref()).await? {
            self.give(Command::Reject { agent: agent.clone(), chat, offer, reason }).await?;
        }
        self.agent_reply(&agent).await
    }

    async fn claim(&self, agent: AgentId, pop: &str) -> Result<Reply> {
        let pop = pop_id(pop)?;
        let find = move |views: crate::views::Views<'_>, _: &_| {
            let standing = views.state.pops.get(&pop);
            let standing = standing.ok_or_else(|| super::refusal(Core::PopGone.into()))?;
            views.pop(standing).ok_or_else(|| {
                Refusal::new("no_page", "the config names no instance, so this record has no page")
            })
        };
        // A repeat finds the pop as long as it is open; after that there is nothing left to open.
        let view = match self.meant(find).await? {
            Meant::New(view) => {
                self.give(Command::ClaimPop { agent, pop }).await?;
                Some(view)
            }
            Meant::Repeated(Answer::Pop(_)) => {
                self.see(move |views| views.pop(views.state.pops.get(&pop)?)).await?
            }
            Meant::Repeated(_) => None,
        };
        Ok(view.map_or_else(|| done(None), Reply::Pop))
    }

    async fn report(&self, agent: AgentId, pop: &str, result: PopResult) -> Result<Reply> {
        let outcome = match result {
            PopResult::Opened => PopOutcome::Opened,
            PopResult::Blocked => PopOutcome::Blocked,
            PopResult::NotPossible => PopOutcome::NotPossible,
        };
        self.give(Command::ReportPop { agent, pop: pop_id(pop)?, outcome }).await?;
        Ok(done(None))
    }
}

fn pop_id(text: &str) -> Result<PopId> {
    text.parse().map_err(|_| super::refusal(Core::PopGone.into()).field("with.pop"))
}

fn ask_status(agent: &AgentId, to: Intent, reason: Option<String>) -> Result<Command> {
    if to == Intent::LoggedOut {
        let refused = super::refusals::wrong("to", "logging out is a verb of its own");
        return Err(refused.hint("use `logout`"));
    }
    Ok(Command::AskStatus { agent: agent.clone(), to: words::intent_kind(to), reason })
}

//! What each verb asks of the desk, and how it is answered.
//!
//! A verb that changes something becomes one command; the answer is a fresh look after it. What is
//! left out (the chat, the offer) is looked up in State first; a repeat of a command is known by
//! its id before that, so that it finds its answer even where there is nothing left to look up.

mod agents;
mod audits;
mod chats;
mod daemon;
mod deliveries;
mod explain;
mod forced;
mod grants;
mod history;
mod incidents;
mod matches;
mod own;
mod persons;
mod refusals;
mod replays;
mod replies;
mod transfer;
mod which;
mod wrapups;

pub(super) use refusals::{refusal, stranger, unknown_agent, untold};

use super::Clients;
use super::stream::{self, Follow};
use super::who::{Peer, Who};
use crate::access::{Acting, Caller};
use crate::config::Agents;
use crate::desk::{Desk, Unanswered};
use crate::history::{Told, told};
use crate::links::Links;
use crate::views::Views;
use desk_core::name::{ChatId, CommandId};
use desk_core::policy::Policy;
use desk_core::{Actor, Answer, Command, State};
use desk_journal::Read;
use desk_wire::{Call, Done, Refusal, Reply, Request};
use std::collections::BTreeSet;

/// What is to be done once the answer is on its way.
pub(super) enum After {
    /// The daemon stops.
    Stop,
    /// Notices follow.
    Follow(Box<Follow>),
}

type Result<T> = std::result::Result<T, Refusal>;

/// Who asks, and what they ask it of.
struct Asker<'a, P> {
    shared: &'a Clients<P>,
    who: Who,
    acting: Acting,
    actor: Actor,
    cmd: Option<CommandId>,
}

/// What a change is to be made to: found now, or the answer that a repeat gets.
enum Meant<T> {
    New(T),
    Repeated(Answer),
}

/// Carries one request out. `follows`: there is a stream on this connection already.
pub(super) async fn carry_out<P: Policy + Send + 'static>(
    shared: &Clients<P>,
    peer: &Peer,
    request: Request,
    follows: bool,
) -> Result<(Reply, Option<After>)> {
    let Request { cmd, act_as, call, .. } = request;
    let who = peer.who;
    let user = shared.user(who).await.ok_or_else(|| stranger(who))?;
    let known = match (&user.agents, &act_as) {
        (Agents::Any, None) => {
            let look = |state: &State, _| state.agents.keys().cloned().collect();
            shared.desk.view(look).await.map_err(refusal)?
        }
        _ => BTreeSet::new(),
    };
    let caller = Caller { user: &user, known: &known };
    if let Call::Whoami {} = call {
        return Ok((Reply::Whoami(caller.whoami(act_as.as_ref())?), None));
    }
    let acting = caller.resolve(act_as.as_ref(), call.verb(), call.changes())?;
    match call {
        Call::Watch { .. } if follows => {
            Err(Refusal::new("already_watching", "a connection has one stream"))
        }
        Call::Watch { from } => {
            let (reply, follow) = stream::follow(&shared.desk, who, acting, from).await?;
            Ok((reply, Some(After::Follow(Box::new(follow)))))
        }
        call => {
            let stop = matches!(call, Call::DaemonStop {});
            let actor = acting.actor(&peer.name);
            let cmd = cmd.filter(|_| call.changes()).map(CommandId::from);
            let reply = Asker { shared, who, acting, actor, cmd }.ask(call).await?;
            Ok((reply, stop.then_some(After::Stop)))
        }
    }
}

impl<P: Policy + Send + 'static> Asker<'_, P> {
    async fn ask(&self, call: Call) -> Result<Reply> {
        match &call {
            Call::Login {}
            | Call::Logout { .. }
            | Call::StatusShow {}
            | Call::StatusSet { .. }
            | Call::StatusStopNew { .. }
            | Call::StatusResume {}
            | Call::OfferShow {}
            | Call::OfferAccept { .. }
            | Call::OfferReject { .. }
            | Call::PopClaim { .. }
            | Call::PopReport { .. } => self.own(call).await,
            Call::ChatList { .. }
            | Call::ChatShow { .. }
            | Call::ChatSay { .. }
            | Call::ChatTyping { .. }
            | Call::ChatEnd { .. }
            | Call::ChatTransfer { .. }
            | Call::ChatHistory { .. }
            | Call::ChatAck { .. } => self.chats(call).await,
            Call::MatchList { .. } | Call::MatchSearch { .. } | Call::MatchChoose { .. } => {
                self.matches(call).await
            }
            Call::WrapupShow { .. }
            | Call::WrapupCode { .. }
            | Call::WrapupNote { .. }
            | Call::WrapupExtend { .. }
            | Call::WrapupDone { .. } => self.wrapups(call).await,
            Call::AgentList {}
            | Call::AgentShow { .. }
            | Call::QueueList {}
            | Call::QueueShow { .. }
            | Call::QueueFigures { .. } => self.agents(call).await,
            Call::AgentSetStatus { .. }
            | Call::AgentLogout { .. }
            | Call::AgentDrain { .. }
            | Call::AgentHandOver { .. }
            | Call::QueueDrain { .. }
            | Call::QueueHours { .. }
            | Call::ChatAssign { .. }
            | Call::ChatRequeue { .. }
            | Call::ChatForceEnd { .. } => self.forced(call).await,
            Call::IncidentList {}
            | Call::IncidentShow { .. }
            | Call::IncidentAudit { .. }
            | Call::OutboxList { .. }
            | Call::OutboxShow { .. }
            | Call::OutboxRetry { .. }
            | Call::OutboxRetryParked { .. }
            | Call::OutboxDrop { .. }
            | Call::OutboxReplay { .. } => self.incidents(call).await,
            Call::DeskTicket {}
            | Call::TokenCreate { .. }
            | Call::TokenList {}
            | Call::TokenRevoke { .. }
            | Call::SessionList {}
            | Call::SessionRevoke { .. } => self.grants(call).await,
            Call::PersonShow { .. } | Call::PersonExport { .. } | Call::PersonErase { .. } => {
                self.persons(call).await
            }
            Call::DaemonStatus {}
            | Call::DaemonDrain { .. }
            | Call::DaemonStop {}
            | Call::ScriptStatus {}
            | Call::ScriptReload {}
            | Call::ScriptDiff { .. }
            | Call::ScriptApply { .. }
            | Call::ScriptRollback { .. }
            | Call::ConfigStatus {}
            | Call::JournalBackup { .. } => self.daemon(call).await,
            Call::ScriptReplay { .. } => self.script_replay(call).await,
            Call::Explain { .. } => self.explain(call).await,
            Call::ReplyList { queue } => self.replies(queue.clone()).await,
            Call::Whoami {} | Call::Watch { .. } => unreachable!("carried out by `carry_out`"),
        }
    }

    fn desk(&self) -> &Desk<P> {
        &self.shared.desk
    }

    fn links(&self) -> &Links {
        self.desk().links()
    }

    /// The agent for whom this is, of a verb that is for agents alone.
    fn agent(&self) -> Result<&desk_core::name::AgentId> {
        let refused = || Refusal::new("not_allowed", "this is for an agent");
        self.acting.agent().ok_or_else(refused)
    }

    /// Looks at State.
    async fn see<T: Send + 'static>(
        &self,
        look: impl FnOnce(Views<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        let links = self.links().clone();
        let look = move |state: &State, now| look(Views::new(state, now, &links));
        self.desk().view(look).await.map_err(refusal)
    }

    /// Finds what a change is to be made to, unless it was made already.
    async fn meant<T: Send + 'static>(
        &self,
        find: impl FnOnce(Views<'_>, &Acting) -> Result<T> + Send + 'static,
    ) -> Result<Meant<T>> {
        let (acting, actor, cmd) = (self.acting.clone(), self.actor.clone(), self.cmd.clone());
        let look = move |views: Views<'_>| match views.state.answer_of(&actor, cmd.as_ref()) {
            Some(Ok(answer)) => Ok(Meant::Repeated(answer)),
            Some(Err(refused)) => Err(refusal(refused.into())),
            None => find(views, &acting).map(Meant::New),
        };
        self.see(look).await?
    }

    /// Gives a command.
    async fn command(&self, command: Command) -> std::result::Result<Answer, Unanswered> {
        self.desk().command(self.actor.clone(), self.cmd.clone(), command).await
    }

    /// Gives a command that is not about a chat that may have been closed.
    async fn give(&self, command: Command) -> Result<Answer> {
        self.command(command).await.map_err(refusal)
    }

    /// Reads the journal.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Read) -> std::result::Result<T, crate::history::Untold> + Send + 'static,
    ) -> Result<T> {
        self.desk().readers().read(read).await.map_err(untold)
    }

    /// A chat as the journal tells it.
    async fn told(&self, chat: ChatId) -> Result<Option<Told>> {
        self.read(move |journal| told(journal, chat)).await
    }
}

/// The chat that an answer names.
fn chat_of(answer: &Answer) -> Option<ChatId> {
    match answer {
        Answer::ChatOpened { chat }
        | Answer::TurnedAway { chat, .. }
        | Answer::MessageKept { chat, .. }
        | Answer::Accepted { chat, .. } => Some(*chat),
        _ => None,
    }
}

/// That something was done, about this chat.
fn done(chat: Option<ChatId>) -> Reply {
    Reply::Done(Done { chat: chat.map(|chat| chat.to_string()), note: None })
}

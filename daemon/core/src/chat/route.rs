//! Who of those who could take a chat is offered it, as a rule orders them, and chats that a rule
//! holds back.

use super::views::{agent_view, question};
use super::{Chat, Phase};
use crate::answer::Answer;
use crate::config::Strategy;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId};
use crate::policy::{About, Hook, Verdict};
use crate::refusal::Refusal;
use crate::view::AGENTS_MAX;

/// For how many seconds a chat may be held in all.
const HOLD_SECS_MAX: u32 = 120;

/// Whom the chat is offered to: the best agent, or a broadcast's round, unless a rule wants others;
/// `None`: it is held. The rule sees those who could take the chat and are due no chat before it, so
/// that whatever it wants, nobody is overtaken.
pub(super) fn route(
    draft: &mut Draft<'_>,
    id: ChatId,
    best: AgentId,
) -> Result<Option<Vec<AgentId>>, Refusal> {
    let chat = draft.chat(id)?;
    let state = draft.state;
    let round = state.round_of(id, best.clone());
    if !draft.has_rule(Hook::OnRoute, Some(&chat.queue)) {
        return Ok(Some(round));
    }
    let ready = state.ready_for(id, best, AGENTS_MAX);
    let view = |agent| agent_view(draft, Some(&chat.queue), agent);
    let agents = ready.iter().filter_map(view).collect();
    let about = About::Route { agents, held_secs: chat.ruled.held_secs };
    let question = question(draft, chat, about);
    let Some(Verdict::Route { order, hold }) = draft.ask(&question) else { return Ok(Some(round)) };
    // What is beyond the bound is cut; a chat that was held for as long as it may goes on.
    let secs = hold.unwrap_or(0).min(HOLD_SECS_MAX.saturating_sub(chat.ruled.held_secs));
    if secs > 0 {
        let until = draft.desk_in(secs);
        draft.emit(Event::ChatHeld { chat: id, secs, until });
        return Ok(None);
    }
    let most = match draft.queue(&chat.queue)?.routing.strategy {
        Strategy::Broadcast => Chat::ASKED_MAX,
        _ => 1,
    };
    let mut asked: Vec<AgentId> = order.into_iter().filter(|agent| ready.contains(agent)).collect();
    let rest: Vec<_> = round.into_iter().filter(|agent| !asked.contains(agent)).collect();
    asked.extend(rest);
    asked.truncate(most);
    Ok(Some(asked))
}

/// A held chat is in its queue again.
pub(crate) fn hold_due(draft: &mut Draft<'_>, id: ChatId) -> Result<Answer, Refusal> {
    let chat = draft.chat(id)?;
    if chat.ruled.held_until.is_some() {
        draft.emit(Event::HoldEnded { chat: id });
    }
    Ok(Answer::Done)
}

impl Chat {
    /// Whether it waits, but is held back from its queue.
    #[must_use]
    pub const fn held(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. }) && self.ruled.held_until.is_some()
    }
}

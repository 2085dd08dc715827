//! Pops: a record opens once in the agent's browser, by whichever client claims it first.

use super::RecordRef;
use crate::answer::Answer;
use crate::command::{PopOutcome, PopWork};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId, PopId};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// A record that is to open by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pop {
    /// Its id.
    pub id: PopId,
    /// In whose browser.
    pub agent: AgentId,
    /// The chat that it is about.
    pub chat: ChatId,
    /// The segment for which it counts as popped, for the customer's record.
    pub segment: Option<u16>,
    /// What opens.
    pub record: RecordRef,
    /// Until when it opens by itself, in wall milliseconds.
    pub until_ms: i64,
    /// Whether a client has claimed it.
    pub claimed: bool,
}

/// Wants a record opened by itself, within `pop_secs` of now.
pub(crate) fn want_pop(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    chat: ChatId,
    record: RecordRef,
    segment: Option<u16>,
) {
    let until_ms = draft.envelope.at.wall_in(draft.state.config.times.pop_secs);
    want_pop_until(draft, agent, chat, record, segment, until_ms);
}

/// Wants a record opened by itself until a moment in wall time, unless that has passed.
pub(crate) fn want_pop_until(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    chat: ChatId,
    record: RecordRef,
    segment: Option<u16>,
    until_ms: i64,
) {
    if until_ms <= draft.envelope.at.wall_ms {
        return;
    }
    let id = PopId(draft.mint());
    let pop = Pop { id, agent: agent.clone(), chat, segment, record, until_ms, claimed: false };
    draft.emit(Event::PopWanted(Box::new(pop)));
}

/// A client wants to open it: the first wins.
pub(crate) fn claim(draft: &mut Draft<'_>, agent: &AgentId, id: PopId) -> Result<Answer, Refusal> {
    let pop = mine(draft, agent, id)?;
    if pop.claimed {
        return Err(Refusal::PopClaimed);
    }
    let answer = Answer::Pop(PopWork { pop: id, record: pop.record.clone() });
    draft.emit(Event::PopClaimed { pop: id });
    Ok(answer)
}

/// What became of a claimed pop.
pub(crate) fn report(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    id: PopId,
    outcome: PopOutcome,
) -> Result<Answer, Refusal> {
    mine(draft, agent, id)?;
    draft.emit(Event::PopEnded { pop: id, outcome });
    Ok(Answer::Done)
}

/// Its time is over: from now on it is a link and steals no tab.
pub(crate) fn expire(draft: &mut Draft<'_>, id: PopId) -> Result<Answer, Refusal> {
    if !draft.state.pops.contains_key(&id) {
        return Err(Refusal::PopGone);
    }
    draft.emit(Event::PopEnded { pop: id, outcome: PopOutcome::Expired });
    Ok(Answer::Done)
}

fn mine<'a>(draft: &Draft<'a>, agent: &AgentId, id: PopId) -> Result<&'a Pop, Refusal> {
    let pop = draft.state.pops.get(&id).ok_or(Refusal::PopGone)?;
    if pop.agent == *agent { Ok(pop) } else { Err(Refusal::NotYours) }
}

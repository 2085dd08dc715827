//! An agent extends a timed wrap-up.

use super::wrapup::open_segment;
use super::{SegmentState, WrapTimer};
use crate::answer::Answer;
use crate::config::WrapupMode;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId};
use crate::refusal::{NotExtendable, Refusal};

/// Adds to what is left of the agent's wrap-up, as often and as much as its queue lets them.
pub(crate) fn extend(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    id: ChatId,
) -> Result<Answer, Refusal> {
    let segment = open_segment(draft, agent, id)?;
    let plan = &segment.plan;
    let SegmentState::PostProcessing { timer, .. } = segment.state else {
        return Err(Refusal::NotExtendable(NotExtendable::Active));
    };
    if plan.mode != WrapupMode::Timed {
        return Err(Refusal::NotExtendable(NotExtendable::NotTimed));
    }
    if segment.extended >= plan.extend.most {
        return Err(Refusal::NotExtendable(NotExtendable::Often(plan.extend.most)));
    }
    let more = u64::from(plan.extend.secs) * 1000;
    let timer = match timer {
        WrapTimer::Running { deadline } => WrapTimer::Running { deadline: deadline + more },
        WrapTimer::Stopped { left_ms } => WrapTimer::Stopped { left_ms: left_ms + more },
        WrapTimer::Off => return Err(Refusal::NotExtendable(NotExtendable::NoTimer)),
    };
    let extended = segment.extended + 1;
    draft.emit(Event::WrapupExtended { chat: id, n: segment.n, timer, extended });
    Ok(Answer::Done)
}

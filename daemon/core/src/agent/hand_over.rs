//! Shift change: what an agent has open goes to another, or back in front of its queues, in one act.

use super::{can_take, display_name, free};
use crate::answer::Answer;
use crate::chat::{
    LeftWhy, OfferOutcome, SegmentState, WrapTimer, WrappedHow, hand_active, requeue_active,
    rescind, say, wrap_forced,
};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, SegmentId};
use crate::refusal::Refusal;
use crate::words::{BACK, TAKES_OVER, worded};

/// Hands everything over. With `to`, active chats go on with that agent at once and their parts in
/// post-processing become that agent's; where they cannot carry it all, nothing moves. Without,
/// active chats go back to their places and the parts are wrapped up as they are.
pub(crate) fn hand_over(
    draft: &mut Draft<'_>,
    id: &AgentId,
    to: Option<&AgentId>,
) -> Result<Answer, Refusal> {
    let open: Vec<SegmentId> = draft.agent(id)?.segments.iter().copied().collect();
    if let Some(to) = to {
        draft.agent(to)?;
        if to == id || !carries(draft, to, &open) {
            return Err(Refusal::CannotTake(to.clone()));
        }
    }
    rescind(draft, id, OfferOutcome::Rescinded);
    for segment in open {
        let Some(facts) = draft.state.segment(segment) else { continue };
        match (&facts.state, to) {
            (SegmentState::Active, Some(to)) => {
                let name = display_name(draft.state, to);
                let chat = draft.chat(segment.chat)?;
                let text = worded(draft.state, chat, TAKES_OVER).replace("{name}", &name);
                say(draft, segment.chat, &text);
                hand_active(draft, segment, to)?;
            }
            (SegmentState::Active, None) => {
                say(draft, segment.chat, BACK);
                requeue_active(draft, segment.chat, LeftWhy::Requeued);
                wrap_forced(draft, segment, WrappedHow::Forced);
            }
            (SegmentState::PostProcessing { timer, .. }, Some(to)) => {
                let SegmentId { chat, n } = segment;
                draft.emit(Event::SegmentHanded { chat, n, to: to.clone() });
                // What the one who goes had stopped does not stop for the other.
                if let WrapTimer::Stopped { left_ms } = timer {
                    let deadline = draft.envelope.at.desk_ms + left_ms;
                    let timer = WrapTimer::Running { deadline };
                    draft.emit(Event::WrapupTimerSet { chat, n, timer });
                }
            }
            _ => wrap_forced(draft, segment, WrappedHow::Forced),
        }
    }
    Ok(Answer::Done)
}

/// Whether an agent can take all of it now.
fn carries(draft: &Draft<'_>, to: &AgentId, open: &[SegmentId]) -> bool {
    let state = draft.state;
    let segments = || open.iter().filter_map(|id| state.segment(*id));
    let weight = segments().map(|segment| segment.weight).fold(0, u16::saturating_add);
    let queues = |id: &SegmentId| {
        let active = state.segment(*id).is_some_and(|s| s.state == SegmentState::Active);
        !active || state.chats.get(&id.chat).is_some_and(|chat| can_take(state, to, &chat.queue))
    };
    free(state, to) >= weight.max(1) && open.iter().all(queues)
}

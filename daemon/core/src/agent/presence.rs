//! The presence lease: held by an open stream; nothing else is inferred from a connection.

use super::verbs::set_intent;
use super::{IntentKind, Presence};
use crate::actor::Cause;
use crate::answer::Answer;
use crate::chat::{LeftWhy, OfferOutcome, SegmentState, requeue_active, rescind};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::AgentId;
use crate::refusal::Refusal;

type Done = Result<Answer, Refusal>;

fn set(draft: &mut Draft<'_>, id: &AgentId, presence: Presence, next_at: Option<u64>) {
    draft.emit(Event::PresenceSet { agent: id.clone(), presence, next_at });
}

/// A stream opened: the agent is there.
pub(crate) fn stream_opened(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let streams = match draft.agent(id)?.presence {
        Presence::Streaming { streams } => streams + 1,
        _ => 1,
    };
    set(draft, id, Presence::Streaming { streams }, None);
    Ok(Answer::Done)
}

/// A stream is gone; with the last one the grace begins.
pub(crate) fn stream_lost(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    match draft.agent(id)?.presence {
        Presence::Streaming { streams: 0 | 1 } => {
            let grace = draft.state.config.times.presence_grace_secs;
            let at = draft.desk_in(grace);
            set(draft, id, Presence::Grace, Some(at));
        }
        Presence::Streaming { streams } => {
            set(draft, id, Presence::Streaming { streams: streams - 1 }, None);
        }
        Presence::Assumed | Presence::Grace | Presence::Away => {}
    }
    Ok(Answer::Done)
}

/// The grace is over: no offers until the agent is back.
pub(crate) fn grace_over(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    if draft.agent(id)?.presence != Presence::Grace {
        return Ok(Answer::Done);
    }
    let requeue = draft.state.config.times.presence_requeue_secs;
    let at = draft.desk_in(requeue);
    set(draft, id, Presence::Away, Some(at));
    rescind(draft, id, OfferOutcome::Rescinded);
    Ok(Answer::Done)
}

/// Away for long: active chats go back to their places, and who was available is on a break.
pub(crate) fn away_long(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let agent = draft.agent(id)?;
    if agent.presence != Presence::Away {
        return Ok(Answer::Done);
    }
    for segment in &agent.segments {
        let active = draft.state.segment(*segment).map(|s| s.state == SegmentState::Active);
        if active == Some(true) {
            requeue_active(draft, segment.chat, LeftWhy::Lost);
        }
    }
    if agent.intent.kind == IntentKind::Available {
        set_intent(draft, id, IntentKind::OnBreak, None, Cause::Away);
    }
    Ok(Answer::Done)
}

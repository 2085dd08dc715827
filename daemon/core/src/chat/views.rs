//! Plain copies of a chat for rules.

use super::{Chat, EndedHow, Segment};
use crate::State;
use crate::name::QueueId;
use crate::time::Stamp;
use crate::view::{ChatView, CustomerView, QueueView, SegmentView};

impl EndedHow {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Idle => "idle",
            Self::Admin => "admin",
            Self::Expired => "expired",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A queue, as a rule sees it.
#[must_use]
pub fn queue_view(state: &State, id: &QueueId) -> QueueView {
    let config = state.queue(id);
    QueueView {
        id: id.clone(),
        name: config.map_or_else(|| id.to_string(), |queue| queue.name.clone()),
        fields: config.map(|queue| queue.fields.clone()).unwrap_or_default(),
    }
}

/// An open chat, as a rule sees it.
pub(crate) fn chat_view(chat: &Chat, now: Stamp) -> ChatView {
    let customer = chat.customer.or_empty();
    ChatView {
        id: chat.id,
        queue: chat.queue.clone(),
        priority: chat.priority,
        customer: CustomerView {
            name: customer.name,
            email: customer.email,
            verified: customer.verified,
        },
        fields: chat.fields.or_empty(),
        skills: chat.skills.clone(),
        arrived_ms: chat.opened.wall_ms,
        age_ms: now.desk_ms.saturating_sub(chat.opened.desk_ms),
        misses: chat.misses,
        messages: chat.messages,
        matched: chat.matched.state.name().into(),
        caller: chat.matched.caller().cloned(),
        segments: chat.segments.iter().map(|s| segment_view(s, now)).collect(),
        ended: chat.ended().map(|(how, _)| how.name().into()),
    }
}

/// A segment, as a rule sees it.
#[must_use]
pub fn segment_view(segment: &Segment, now: Stamp) -> SegmentView {
    let until = segment.left.map_or(now, |(at, _)| at);
    SegmentView {
        n: segment.n,
        agent: segment.agent.clone(),
        queue: segment.queue.clone(),
        accepted_ms: segment.accepted.wall_ms,
        talk_ms: until.desk_ms.saturating_sub(segment.accepted.desk_ms),
        codes: segment.codes.clone(),
        note: segment.note.or_empty(),
    }
}

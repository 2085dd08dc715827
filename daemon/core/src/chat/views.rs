//! Plain copies of a chat for rules.

use super::{Chat, EndedHow, MatchState, Segment, TurnedAway};
use crate::State;
use crate::agent::load;
use crate::command::NewChat;
use crate::decide::Draft;
use crate::name::{AgentId, QueueId};
use crate::policy::{About, Question};
use crate::time::Stamp;
use crate::view::{AgentView, ChatView, CustomerView, QueueView, SEGMENTS_MAX, SegmentView};

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
            Self::Offline => "offline",
        }
    }
}

impl TurnedAway {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Draining => "draining",
            Self::LowDisk => "low_disk",
            Self::Rule => "rule",
            Self::Closed => "closed",
        }
    }
}

/// A queue, as a rule sees it at this moment.
#[must_use]
pub fn queue_view(state: &State, id: &QueueId, now: Stamp) -> QueueView {
    let config = state.queue(id);
    let closed = state.closed(id);
    let opens_ms = closed.and_then(|hours| hours.opens_ms);
    let stands = state.hours.get(id).filter(|_| closed.is_none());
    let in_secs = |at: Option<i64>| {
        let ms = at.and_then(|at| u64::try_from(at.saturating_sub(now.wall_ms)).ok());
        ms.unwrap_or(0).div_ceil(1000)
    };
    QueueView {
        open: closed.is_none(),
        opens_in_secs: in_secs(opens_ms),
        closes_in_secs: in_secs(stands.and_then(|hours| hours.until_ms)),
        zone: config
            .and_then(|queue| queue.hours.as_ref())
            .map_or_else(|| "UTC".into(), |hours| hours.zone.clone()),
        id: id.clone(),
        name: config.map_or_else(|| id.to_string(), |queue| queue.name.clone()),
        fields: config.map(|queue| queue.fields.clone()).unwrap_or_default(),
    }
}

/// A question about an open chat.
pub(super) fn question(draft: &Draft<'_>, chat: &Chat, about: About) -> Question {
    Question {
        now_ms: draft.envelope.at.wall_ms,
        seed: draft.envelope.seq,
        queue: Some(queue_view(draft.state, &chat.queue, draft.envelope.at)),
        chat: Some(chat_view(chat, draft.envelope.at)),
        about,
    }
}

/// An agent, as a rule sees them, with their level in this queue.
pub(crate) fn agent_view(
    draft: &Draft<'_>,
    queue: Option<&QueueId>,
    id: &AgentId,
) -> Option<AgentView> {
    let agent = draft.state.agents.get(id)?;
    let config = draft.state.agent_config(id)?;
    Some(AgentView {
        id: id.clone(),
        name: config.name.clone(),
        level: queue.and_then(|queue| config.queues.get(queue)).copied().unwrap_or(0),
        skills: config.skills.clone(),
        load: load(draft.state, agent),
        capacity: config.capacity,
        idle_ms: draft.envelope.at.desk_ms.saturating_sub(agent.idle_since.0),
    })
}

/// An open chat, as a rule sees it.
pub(super) fn chat_view(chat: &Chat, now: Stamp) -> ChatView {
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
        segments: segment_views(&chat.segments, now),
        ended: chat.ended().map(|(how, _)| how.name().into()),
    }
}

/// A chat that is about to be opened, as a rule sees it.
pub(super) fn new_view(new: &NewChat, priority: i32, now: Stamp) -> ChatView {
    ChatView {
        id: new.chat,
        queue: new.queue.clone(),
        priority,
        customer: CustomerView {
            name: new.customer.name.clone(),
            email: new.customer.email.clone(),
            verified: new.customer.verified,
        },
        fields: new.fields.clone(),
        skills: new.skills.clone(),
        arrived_ms: now.wall_ms,
        age_ms: 0,
        misses: 0,
        messages: 0,
        matched: MatchState::Pending.name().into(),
        caller: None,
        segments: Vec::new(),
        ended: None,
    }
}

/// A chat's segments, as a rule sees them.
pub(crate) fn segment_views(segments: &[Segment], now: Stamp) -> Vec<SegmentView> {
    let last = &segments[segments.len().saturating_sub(SEGMENTS_MAX)..];
    last.iter().map(|segment| segment_view(segment, now)).collect()
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

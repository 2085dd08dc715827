//! Notices of statuses: told where the derived status, its sub-status or what comes next changed.

use super::concerned::{Around, Told, concerned, told};
use crate::engine::Audience;
use crate::views::{left_cause, words};
use desk_core::name::AgentId;
use desk_core::{Event, OfferOutcome, Status};
use desk_wire::Notice;
use std::collections::BTreeSet;

/// Tells of every status that is another one than before.
pub(super) fn tell(around: &Around<'_>, notices: &mut Vec<(Audience, Notice)>) {
    let state = around.views.state;
    let mut agents: BTreeSet<AgentId> = concerned(state, around.record);
    if let Some(before) = around.before {
        agents.extend(before.statuses.keys().cloned());
    }
    for agent in agents {
        let before = around.before.and_then(|before| before.statuses.get(&agent));
        let Some(now) = told(state, &agent).filter(|now| Some(now) != before) else { continue };
        let audience = Audience { everybody: false, agents: vec![agent.clone()], queue: None };
        notices.push((audience, changed(around, &agent, now)));
    }
}

fn changed(around: &Around<'_>, id: &AgentId, (status, sub, next): Told) -> Notice {
    let agent = around.views.state.agents.get(id);
    let reason = agent.and_then(|agent| agent.intent.reason.clone());
    Notice::StatusChanged {
        agent: id.to_string(),
        status: words::status(status),
        status_number: status.number(),
        sub_status: words::sub_status(sub, reason.as_deref()),
        next,
        reason,
        cause: cause(around, id, status).into(),
        by: words::by(&around.record.who),
    }
}

/// What in the record made the status what it is: an intent, where one was set; else what happened
/// to an offer or a segment.
fn cause(around: &Around<'_>, id: &AgentId, status: Status) -> &'static str {
    let events = &around.record.events;
    let of_segment = |chat, n| around.header(chat).agent_of(n) == Some(id);
    let found = events.iter().rev().find_map(|event| match event {
        Event::IntentSet { agent, cause, .. } if agent == id => Some(words::cause(*cause)),
        Event::OfferMade(made) if made.agent == *id => Some("offer_made"),
        Event::SegmentOpened { segment, .. } if segment.agent == *id => Some("offer_accepted"),
        Event::SegmentHanded { .. } => Some("handed_over"),
        Event::SegmentWrapped { chat, n, .. } if of_segment(*chat, *n) => Some("wrapped_up"),
        Event::SegmentLeft { chat, n, why, .. } if of_segment(*chat, *n) => Some(left_cause(*why)),
        Event::OfferEnded { agent, outcome, .. } if agent == id => Some(match outcome {
            OfferOutcome::Accepted => "offer_accepted",
            OfferOutcome::Rejected => "offer_rejected",
            OfferOutcome::TimedOut => "offer_timed_out",
            OfferOutcome::Abandoned => "offer_abandoned",
            OfferOutcome::Rescinded => "offer_rescinded",
        }),
        Event::ConfigSet { .. } => Some("config"),
        _ => None,
    });
    let unknown = match status {
        Status::Offered => "offer_made",
        Status::Busy => "offer_accepted",
        Status::PostProcessing => "chat_ended",
        _ => "asked",
    };
    found.unwrap_or(unknown)
}

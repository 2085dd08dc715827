//! What agents and admins do to a status: the rows of the design's table.

use super::{Agent, IntentKind, Presence, Status, status};
use crate::actor::Cause;
use crate::answer::Answer;
use crate::chat::{
    LeftWhy, OfferOutcome, SegmentState, WrapTimer, WrappedHow, agent_view, requeue_active,
    rescind, wrap_forced,
};
use crate::config::{MissedStatus, ReasonList, RoutingConfig, WrapupMode};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::AgentId;
use crate::policy::{About, Hook, Question, Verdict};
use crate::refusal::Refusal;

type Done = Result<Answer, Refusal>;

/// From logged_out only login does anything; when logged in it changes no status.
pub(crate) fn login(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let agent = draft.agent(id)?;
    let known = draft.state.config.agents.contains_key(id);
    if !known {
        return Err(Refusal::UnknownAgent(id.clone()));
    }
    if status(draft.state, agent).0 == Status::LoggedOut {
        set_intent(draft, id, IntentKind::OnBreak, None, Cause::Login);
    }
    be_present(draft, id, agent);
    Ok(Answer::Done)
}

/// Refused while chats are open, unless it is for after them.
pub(crate) fn logout(
    draft: &mut Draft<'_>,
    id: &AgentId,
    after: bool,
    reason: &Option<String>,
) -> Done {
    let agent = logged_in(draft, id)?;
    check_reason(&draft.state.config.reasons.logged_out, reason.as_deref())?;
    let open = agent.segments.iter().any(|segment| draft.state.segment(*segment).is_some());
    if open && !after {
        return Err(Refusal::OpenChats);
    }
    if status(draft.state, agent).0 == Status::Offered {
        rescind(draft, id, OfferOutcome::Rescinded);
    }
    set_intent(draft, id, IntentKind::LoggedOut, reason.clone(), Cause::Asked);
    be_present(draft, id, agent);
    Ok(Answer::Done)
}

/// An agent asks to be available, on a break or offline.
pub(crate) fn ask_status(
    draft: &mut Draft<'_>,
    id: &AgentId,
    to: IntentKind,
    reason: &Option<String>,
) -> Done {
    if to == IntentKind::LoggedOut {
        return logout(draft, id, false, reason);
    }
    let agent = logged_in(draft, id)?;
    check_status_reason(draft, to, reason)?;
    let now = status(draft.state, agent).0;
    let (to, return_secs) = ask_on_status(draft, id, agent, (to, reason.as_deref()))?;
    if now == Status::Offered && to != IntentKind::Available {
        rescind(draft, id, OfferOutcome::Rescinded);
    }
    if agent.intent.kind != to || agent.intent.reason != *reason || return_secs.is_some() {
        let return_at = return_secs.map(|secs| draft.desk_in(secs));
        set_intent_until(draft, id, to, (reason.clone(), Cause::Asked), return_at);
    }
    // Also where the intent was set before, while busy, and stopped none.
    if now != Status::Busy && to == IntentKind::WorkOffline {
        stop_timers(draft, agent);
    }
    be_present(draft, id, agent);
    Ok(Answer::Done)
}

/// A busy agent wants no further chats: work_offline from the last wrap-up on.
pub(crate) fn stop_new(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let agent = logged_in(draft, id)?;
    if status(draft.state, agent).0 != Status::Busy {
        return Err(Refusal::NotBusy);
    }
    if agent.intent.kind != IntentKind::WorkOffline {
        ask_on_status(draft, id, agent, (IntentKind::WorkOffline, None))?;
        set_intent(draft, id, IntentKind::WorkOffline, None, Cause::StopNew);
    }
    be_present(draft, id, agent);
    Ok(Answer::Done)
}

/// After so many denials in a row a rule is not asked again.
const DENIALS_MAX: u8 = 5;

/// What a rule makes of a status that is asked for, and for how long. It may not keep anybody from
/// logging out, and is not asked about what is forced.
fn ask_on_status(
    draft: &mut Draft<'_>,
    id: &AgentId,
    agent: &Agent,
    (to, reason): (IntentKind, Option<&str>),
) -> Result<(IntentKind, Option<u32>), Refusal> {
    if agent.denials >= DENIALS_MAX || !draft.has_rule(Hook::OnStatus, None) {
        return Ok((to, None));
    }
    let Some(view) = agent_view(draft, None, id) else { return Ok((to, None)) };
    let question = Question {
        now_ms: draft.envelope.at.wall_ms,
        seed: draft.envelope.seq,
        queue: None,
        chat: None,
        about: About::Status {
            agent: view,
            now: status(draft.state, agent).0.name().into(),
            to,
            reason: reason.map(Into::into),
        },
    };
    let Some(Verdict::Status { deny, status: other, return_secs }) = draft.ask(&question) else {
        return Ok((to, None));
    };
    if let Some(why) = deny {
        draft.emit(Event::StatusDenied { agent: id.clone() });
        return Err(Refusal::Denied(why));
    }
    let to = other.unwrap_or(to);
    Ok((to, return_secs.filter(|_| to != IntentKind::Available)))
}

/// An admin sets a status.
pub(crate) fn force_status(
    draft: &mut Draft<'_>,
    id: &AgentId,
    to: IntentKind,
    reason: &Option<String>,
) -> Done {
    if to == IntentKind::LoggedOut {
        return force_logout(draft, id);
    }
    let agent = logged_in(draft, id)?;
    if status(draft.state, agent).0 == Status::Offered {
        rescind(draft, id, OfferOutcome::Rescinded);
    }
    set_intent(draft, id, to, reason.clone(), Cause::Forced);
    Ok(Answer::Done)
}

/// An admin logs an agent out: active chats go back, open wrap-ups end as they are.
pub(crate) fn force_logout(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let agent = logged_in(draft, id)?;
    if agent.offer.is_some() {
        rescind(draft, id, OfferOutcome::Rescinded);
    }
    for segment in agent.segments.clone() {
        let Some(facts) = draft.state.segment(segment) else { continue };
        if matches!(facts.state, SegmentState::Active) {
            requeue_active(draft, segment.chat, LeftWhy::Requeued);
        }
        wrap_forced(draft, segment, WrappedHow::Forced);
    }
    set_intent(draft, id, IntentKind::LoggedOut, None, Cause::Forced);
    Ok(Answer::Done)
}

/// A temporary status is over.
pub(crate) fn return_due(draft: &mut Draft<'_>, id: &AgentId) -> Done {
    let agent = logged_in(draft, id)?;
    if agent.return_at.is_some() && agent.intent.kind != IntentKind::Available {
        set_intent(draft, id, IntentKind::Available, None, Cause::Returned);
    }
    Ok(Answer::Done)
}

/// What a missed or rejected offer makes of the agent's intent, where they still want to be
/// available: what its queue says, for as long as it says.
pub(crate) fn intent_after(
    draft: &mut Draft<'_>,
    id: &AgentId,
    cause: Cause,
    routing: &RoutingConfig,
) {
    let to = match routing.missed_status {
        MissedStatus::OnBreak => IntentKind::OnBreak,
        MissedStatus::WorkOffline => IntentKind::WorkOffline,
        MissedStatus::Available => return,
    };
    let available =
        draft.state.agents.get(id).is_some_and(|a| a.intent.kind == IntentKind::Available);
    if available {
        let recover = routing.recover_secs;
        let return_at = (recover > 0).then(|| draft.desk_in(recover));
        let agent = id.clone();
        draft.emit(Event::IntentSet { agent, to, reason: None, cause, return_at });
    }
}

/// Sets the intent. Timers that work_offline had stopped go on when it becomes anything else.
pub(super) fn set_intent(
    draft: &mut Draft<'_>,
    id: &AgentId,
    to: IntentKind,
    reason: Option<String>,
    cause: Cause,
) {
    set_intent_until(draft, id, to, (reason, cause), None);
}

/// Sets the intent, maybe for a time.
fn set_intent_until(
    draft: &mut Draft<'_>,
    id: &AgentId,
    to: IntentKind,
    (reason, cause): (Option<String>, Cause),
    return_at: Option<u64>,
) {
    if to != IntentKind::WorkOffline {
        resume_timers(draft, id);
    }
    draft.emit(Event::IntentSet { agent: id.clone(), to, reason, cause, return_at });
}

/// A verb of the agent's own from a client without a stream: they count as there.
fn be_present(draft: &mut Draft<'_>, id: &AgentId, agent: &Agent) {
    if matches!(agent.presence, Presence::Away | Presence::Grace) {
        let presence = Presence::Assumed;
        draft.emit(Event::PresenceSet { agent: id.clone(), presence, next_at: None });
    }
}

pub(super) fn logged_in<'a>(draft: &Draft<'a>, id: &AgentId) -> Result<&'a Agent, Refusal> {
    let agent = draft.agent(id)?;
    match status(draft.state, agent).0 {
        Status::LoggedOut => Err(Refusal::NotLoggedIn(id.clone())),
        _ => Ok(agent),
    }
}

fn check_status_reason(
    draft: &Draft<'_>,
    to: IntentKind,
    reason: &Option<String>,
) -> Result<(), Refusal> {
    let reasons = &draft.state.config.reasons;
    match to {
        IntentKind::OnBreak => check_reason(&reasons.on_break, reason.as_deref()),
        IntentKind::WorkOffline => check_reason(&reasons.work_offline, reason.as_deref()),
        IntentKind::LoggedOut => check_reason(&reasons.logged_out, reason.as_deref()),
        IntentKind::Available => Ok(()),
    }
}

/// Checks a reason code against the list for what it is given for.
pub(crate) fn check_reason(list: &ReasonList, reason: Option<&str>) -> Result<(), Refusal> {
    match reason {
        None if list.required => Err(Refusal::ReasonRequired(list.codes.clone())),
        Some(reason) if reason.chars().count() > 64 => Err(Refusal::TooLong(64)),
        Some(reason) if !list.codes.is_empty() && !list.codes.iter().any(|c| c == reason) => {
            Err(Refusal::ReasonUnknown(list.codes.clone()))
        }
        _ => Ok(()),
    }
}

fn stop_timers(draft: &mut Draft<'_>, agent: &Agent) {
    let now = draft.envelope.at.desk_ms;
    each_timer(draft, agent, |mode, timer| match timer {
        WrapTimer::Running { deadline } if mode == WrapupMode::Timed => {
            Some(WrapTimer::Stopped { left_ms: deadline.saturating_sub(now) })
        }
        _ => None,
    });
}

fn resume_timers(draft: &mut Draft<'_>, id: &AgentId) {
    let Some(agent) = draft.state.agents.get(id) else { return };
    let now = draft.envelope.at.desk_ms;
    each_timer(draft, agent, |_, timer| match timer {
        WrapTimer::Stopped { left_ms } => Some(WrapTimer::Running { deadline: now + left_ms }),
        _ => None,
    });
}

fn each_timer(
    draft: &mut Draft<'_>,
    agent: &Agent,
    change: impl Fn(WrapupMode, WrapTimer) -> Option<WrapTimer>,
) {
    for id in &agent.segments {
        let Some(segment) = draft.state.segment(*id).filter(|_| !draft.wraps(*id)) else {
            continue;
        };
        let SegmentState::PostProcessing { timer, .. } = segment.state else { continue };
        if let Some(timer) = change(segment.plan.mode, timer) {
            draft.emit(Event::WrapupTimerSet { chat: id.chat, n: id.n, timer });
        }
    }
}

//! What is wanted of ServiceNow, when, and what comes of it.

use super::body::{build, cut, sys_id_of};
use super::interaction;
use super::{
    Answered, Body, Difference, Incident, Parked, Step, StepEvent, StepPhase, StepWork, Story,
};
use crate::answer::Answer;
use crate::chat::{Chat, RecordRef, SegmentState, look_up_now, want_pop_until};
use crate::config::IncidentWhen;
use crate::decide::Draft;
use crate::event::{Event, StepWanted};
use crate::name::{ChatId, QueueId, StepId, StepKind};
use crate::refusal::Refusal;

type Done = Result<Answer, Refusal>;

/// Most characters of the reason for which a step is given up.
const REASON_CHARS: usize = 500;

/// The chat ends: its incident is wanted, and a completion for each segment that is wrapped up. When
/// that are all, so is its interaction.
pub(crate) fn at_chat_end(draft: &mut Draft<'_>, chat: &Chat, just: Option<u16>, all: bool) {
    let whole = whole(draft, chat);
    if !chat.handled() {
        let wanted = draft.state.queue(&chat.queue).is_some_and(|queue| queue.incident_unhandled);
        if wanted {
            want(draft, chat, StepKind::Create, true);
        }
        return;
    }
    if whole {
        if all {
            want(draft, chat, StepKind::Create, true);
            interaction::want(draft, chat);
        }
        return;
    }
    want(draft, chat, StepKind::Create, false);
    let at = |segment: &crate::chat::Segment| match segment.state {
        SegmentState::WrappedUp { at, .. } => Some((at, segment.n)),
        _ => None,
    };
    let mut before: Vec<_> = chat.segments.iter().filter_map(at).collect();
    before.sort_unstable();
    for n in before.into_iter().map(|(_, n)| n).chain(just) {
        want(draft, chat, StepKind::Complete(n), false);
    }
    if all {
        interaction::want(draft, chat);
    }
}

/// A form's customer is known, or will not be: its incident is wanted, with everything.
pub(crate) fn at_form(
    draft: &mut Draft<'_>,
    chat: ChatId,
    queue: &QueueId,
    caller: Option<RecordRef>,
) {
    let step = StepId { chat, kind: StepKind::Create };
    let queue = queue.clone();
    let wanted = StepWanted { step, queue, agent: None, whole: true, caller, not_before: None };
    draft.emit(Event::StepWanted(Box::new(wanted)));
}

/// A segment of an ended chat is wrapped up; `last` of all it may be.
pub(crate) fn at_wrapped(draft: &mut Draft<'_>, chat: &Chat, n: u16, last: bool) {
    if !whole(draft, chat) {
        want(draft, chat, StepKind::Complete(n), false);
    } else if last {
        want(draft, chat, StepKind::Create, true);
    }
    if last {
        interaction::want(draft, chat);
    }
}

/// Whether the chat's incident is made once, with everything: what the segment that was active at
/// its end was accepted with.
fn whole(draft: &Draft<'_>, chat: &Chat) -> bool {
    match draft.state.outbox.incidents.get(&chat.id) {
        Some(incident) => incident.whole,
        None => chat.segments.last().is_some_and(|s| s.plan.incident == IncidentWhen::AtWrapup),
    }
}

/// Whether the chat's incident waits for the lookup that is open: without its answer the caller of a
/// short chat would be left empty.
pub(crate) fn awaits_caller(draft: &Draft<'_>, chat: &Chat) -> bool {
    let unknown = chat.matched.lookup.is_some() && chat.matched.chosen.is_none();
    if !unknown || draft.state.config.times.caller_wait_secs == 0 {
        return false;
    }
    let unhandled = || draft.state.queue(&chat.queue).is_some_and(|queue| queue.incident_unhandled);
    match draft.state.outbox.step(StepId { chat: chat.id, kind: StepKind::Create }) {
        Some(create) => is_untried(create),
        None => chat.handled() || unhandled(),
    }
}

const fn is_untried(step: &Step) -> bool {
    matches!(step.phase, StepPhase::Due { .. }) && step.attempts == 0
}

/// The lookup that a create waited for is over.
pub(crate) fn caller_known(draft: &mut Draft<'_>, chat: ChatId) {
    let step = StepId { chat, kind: StepKind::Create };
    let now = draft.envelope.at.desk_ms;
    let create = draft.state.outbox.step(step).filter(|create| is_untried(create));
    if create.is_some_and(|create| !create.phase.is_due(now)) {
        let to = StepEvent::Due { at: now, doubtful: false };
        draft.emit(Event::StepMoved { step, to, why: None });
    }
}

pub(super) fn want(draft: &mut Draft<'_>, chat: &Chat, kind: StepKind, whole: bool) {
    let incident = draft.state.outbox.incidents.get(&chat.id);
    if incident.is_some_and(|incident| incident.skipped) {
        return;
    }
    let step = StepId { chat: chat.id, kind };
    let waits = kind == StepKind::Create && awaits_caller(draft, chat);
    if waits {
        look_up_now(draft, chat);
    }
    let wait = draft.state.config.times.caller_wait_secs;
    draft.emit(Event::StepWanted(Box::new(StepWanted {
        step,
        queue: chat.queue.clone(),
        agent: chat.segments.last().map(|segment| segment.agent.clone()),
        whole,
        caller: chat.matched.chosen.clone(),
        not_before: waits.then(|| draft.desk_in(wait)),
    })));
    let create = incident.and_then(|incident| incident.steps.get(&StepKind::Create));
    let to = match create.map(|create| create.phase) {
        Some(StepPhase::Parked { .. }) => StepEvent::Parked { why: Parked::BehindCreate },
        Some(StepPhase::Dropped) => StepEvent::Dropped,
        _ => return,
    };
    draft.emit(Event::StepMoved { step, to, why: None });
}

/// A further step of an incident that stands in the outbox.
pub(super) fn want_too(draft: &mut Draft<'_>, chat: ChatId, incident: &Incident, kind: StepKind) {
    draft.emit(Event::StepWanted(Box::new(StepWanted {
        step: StepId { chat, kind },
        queue: incident.queue.clone(),
        agent: incident.agent.clone(),
        whole: incident.whole,
        caller: incident.caller.clone(),
        not_before: None,
    })));
}

/// Another record is the match: the incident is to name it.
pub(crate) fn set_caller(draft: &mut Draft<'_>, chat: ChatId, caller: RecordRef) {
    if draft.state.outbox.incidents.contains_key(&chat) {
        draft.emit(Event::CallerSet { chat, caller: Some(caller) });
    }
}

/// A driver takes a step. Its body is built at the first attempt and never changes after.
pub(crate) fn take(draft: &mut Draft<'_>, id: StepId, story: &Story, read_to: u64) -> Done {
    let incident = draft.state.outbox.incidents.get(&id.chat).ok_or(Refusal::UnknownStep(id))?;
    let now = draft.envelope.at.desk_ms;
    let step = match incident.next() {
        Some((kind, step)) if kind == id.kind && step.phase.is_due(now) => step,
        _ => return Err(Refusal::StepNotDue),
    };
    if read_to < incident.changed_seq || story.chat != id.chat {
        return Err(Refusal::StoryStale);
    }
    let mut body = None;
    if step.frozen.is_none() {
        let Some(built) = build(draft, id, incident, story) else {
            draft.emit(Event::IncidentSkipped { chat: id.chat });
            return Ok(Answer::Step(None));
        };
        if let Body::Append { record, .. } = &built.body {
            draft.emit(Event::IncidentAppends { chat: id.chat, record: record.clone() });
        }
        if let Some((sent, held)) = built.cut {
            let field = "work_notes".to_owned();
            differ(draft, id, &[Difference { field, sent, held: Some(held) }]);
        }
        body = Some(built.body);
        if built.attach && !incident.steps.contains_key(&StepKind::Attach) {
            want_too(draft, id.chat, incident, StepKind::Attach);
        }
    }
    let until = draft.desk_in(draft.state.config.times.step_max_secs);
    let attempt = step.attempts + 1;
    let frozen = body.clone().map(|body| Box::new(body).into());
    draft.emit(Event::StepTaken { step: id, attempt, until, body: frozen });
    Ok(Answer::Step(Some(Box::new(StepWork {
        step: id,
        attempt,
        doubtful: step.doubtful,
        body,
        frozen: step.frozen,
        record: incident.written.as_ref().map(|written| written.record.clone()),
        interaction: incident.interaction.as_ref().map(|interaction| interaction.record.clone()),
        own_ids: draft.state.ids().are_ours(id.kind),
    }))))
}

/// What became of a step. An answer that comes after its driver was given up still counts.
pub(crate) fn answered(
    draft: &mut Draft<'_>,
    id: StepId,
    attempt: u32,
    answered: &Answered,
) -> Done {
    let step = draft.state.outbox.step(id).ok_or(Refusal::UnknownStep(id))?;
    let open = matches!(step.phase, StepPhase::Taken | StepPhase::Due { .. });
    if !open || step.attempts != attempt {
        return Err(Refusal::Stale);
    }
    match answered {
        Answered::Done { created, foreign, differences } => {
            match (created, id.kind) {
                (Some(created), StepKind::Create) => {
                    written(draft, id, created, *foreign, differences);
                }
                (created, _) => {
                    if let Some(created) = created {
                        interaction::written(draft, id, created, *foreign);
                    }
                    differ(draft, id, differences);
                }
            }
            draft.emit(Event::StepMoved { step: id, to: StepEvent::Done, why: None });
        }
        Answered::Retry { after_ms, why } => {
            let at =
                draft.envelope.at.desk_ms + pause_ms(draft, attempt).max(after_ms.unwrap_or(0));
            again(draft, id, step, at, step.doubtful, why);
        }
        Answered::Ambiguous { why } => ambiguous(draft, id, step, why),
        // It was never done: there is another way to be this chat's incident.
        Answered::Permanent { why } if appends(draft, id) && !step.doubtful => {
            draft.emit(Event::AppendRefused { chat: id.chat, why: why.clone().into() });
            let at = draft.envelope.at.desk_ms;
            move_to(draft, id, StepEvent::Due { at, doubtful: false }, "");
        }
        Answered::Permanent { why } => {
            move_to(draft, id, StepEvent::Parked { why: Parked::Refused }, why);
            park_behind(draft, id);
        }
    }
    Ok(Answer::Done)
}

/// Whether a create adds the chat to an incident that is there.
fn appends(draft: &Draft<'_>, id: StepId) -> bool {
    let incident = draft.state.outbox.incidents.get(&id.chat);
    id.kind == StepKind::Create && incident.is_some_and(|incident| incident.appends.is_some())
}

/// The driver that took the step has not answered: it may have been carried out.
pub(crate) fn step_due(draft: &mut Draft<'_>, id: StepId) -> Done {
    let step = draft.state.outbox.step(id).ok_or(Refusal::UnknownStep(id))?;
    if step.phase == StepPhase::Taken {
        ambiguous(draft, id, step, "the driver gave no answer");
    }
    Ok(Answer::Done)
}

fn ambiguous(draft: &mut Draft<'_>, id: StepId, step: &Step, why: &str) {
    let now = draft.envelope.at.desk_ms;
    let window = u64::from(draft.state.config.times.servicenow_window_secs) * 1000;
    // A create under our own sys_id is decided by one GET; anything else is looked for only once
    // the server's longest transaction must be over.
    let found_by_id = draft.state.is_found_by_id(id);
    let pause = if found_by_id { pause_ms(draft, step.attempts) } else { window };
    again(draft, id, step, now + pause, true, why);
}

fn again(draft: &mut Draft<'_>, id: StepId, step: &Step, at: u64, doubtful: bool, why: &str) {
    let tried_ms = draft.envelope.at.desk_ms.saturating_sub(step.wanted);
    if tried_ms >= u64::from(draft.state.config.times.step_give_up_secs) * 1000 {
        if doubtful && !step.doubtful {
            // An admin's retry must look first.
            move_to(draft, id, StepEvent::Due { at, doubtful }, "");
        }
        move_to(draft, id, StepEvent::Parked { why: Parked::GivenUp }, why);
        park_behind(draft, id);
    } else {
        move_to(draft, id, StepEvent::Due { at, doubtful }, why);
    }
}

fn move_to(draft: &mut Draft<'_>, step: StepId, to: StepEvent, why: &str) {
    let why = (!why.is_empty()).then(|| why.to_owned().into());
    draft.emit(Event::StepMoved { step, to, why });
}

/// The pause after the n-th attempt: doubling from the shortest to the longest, and up to a quarter
/// more, by chance, so that a desk's steps do not all come back at once.
pub(crate) fn pause_ms(draft: &Draft<'_>, attempt: u32) -> u64 {
    let (least, most) = draft.state.config.times.step_retry_secs;
    let doubled = u64::from(least.max(1)) << attempt.saturating_sub(1).min(16);
    let pause = doubled.min(u64::from(most.max(1))) * 1000;
    pause + pause * u64::from(draft.envelope.entropy[0]) / 1024
}

fn written(
    draft: &mut Draft<'_>,
    id: StepId,
    (record, number): &(RecordRef, String),
    foreign: bool,
    differences: &[Difference],
) {
    let Some(incident) = draft.state.outbox.incidents.get(&id.chat) else { return };
    let same = |written: &super::Written| written.record == *record && written.number == *number;
    if incident.written.as_ref().is_some_and(same) {
        return; // It was looked for once more, and is there.
    }
    draft.emit(Event::IncidentWritten {
        chat: id.chat,
        record: record.clone(),
        number: number.clone(),
        caller: incident.caller_sent.clone(),
        differences: differences.to_vec().into(),
        foreign,
        appended: incident.appends.is_some(),
    });
    let pop_ms = i64::from(draft.state.config.times.pop_secs) * 1000;
    if let Some(agent) = &incident.agent {
        let until = incident.wanted_ms + pop_ms;
        want_pop_until(draft, agent, id.chat, record.clone(), None, until);
    }
}

fn differ(draft: &mut Draft<'_>, step: StepId, differences: &[Difference]) {
    if !differences.is_empty() {
        let differences = differences.to_vec().into();
        draft.emit(Event::IncidentDiffers { step, differences });
    }
}

/// Create is parked: what waits for it is parked too, with the reason.
fn park_behind(draft: &mut Draft<'_>, id: StepId) {
    if id.kind != StepKind::Create {
        return;
    }
    let Some(incident) = draft.state.outbox.incidents.get(&id.chat) else { return };
    for (kind, step) in &incident.steps {
        if *kind != StepKind::Create && matches!(step.phase, StepPhase::Due { .. }) {
            let to = StepEvent::Parked { why: Parked::BehindCreate };
            let step = StepId { chat: id.chat, kind: *kind };
            draft.emit(Event::StepMoved { step, to, why: None });
        }
    }
}

/// An admin wants a step tried again now; with create, what waited for it.
pub(crate) fn retry(draft: &mut Draft<'_>, id: StepId) -> Done {
    let step = draft.state.outbox.step(id).ok_or(Refusal::UnknownStep(id))?;
    let at = draft.state.looked_for_at(id, step, draft.envelope.at.desk_ms);
    match step.phase {
        StepPhase::Parked { why: Parked::BehindCreate } => {
            return Err(Refusal::StepNotParked("waiting for its create".into()));
        }
        StepPhase::Parked { .. } => {}
        StepPhase::Due { .. } if at <= draft.envelope.at.desk_ms => {}
        StepPhase::Due { .. } => {
            return Err(Refusal::StepNotParked("due once the server's window is over".into()));
        }
        phase => return Err(Refusal::StepNotParked(phase.name().into())),
    }
    let to = StepEvent::Due { at, doubtful: step.doubtful };
    draft.emit(Event::StepMoved { step: id, to, why: None });
    if id.kind == StepKind::Create {
        release(draft, id.chat, at);
    }
    Ok(Answer::Done)
}

fn release(draft: &mut Draft<'_>, chat: ChatId, at: u64) {
    let Some(incident) = draft.state.outbox.incidents.get(&chat) else { return };
    let behind = StepPhase::Parked { why: Parked::BehindCreate };
    for (kind, step) in incident.steps.iter().filter(|(_, step)| step.phase == behind) {
        let to = StepEvent::Due { at, doubtful: step.doubtful };
        draft.emit(Event::StepMoved { step: StepId { chat, kind: *kind }, to, why: None });
    }
}

/// Why something is given up, as it is kept.
pub(crate) fn reason(given: Option<&str>) -> String {
    cut(given.unwrap_or_default(), REASON_CHARS)
}

/// An admin gives a step up; with create, what waits for it, since it has nothing to be added to.
pub(crate) fn drop_step(draft: &mut Draft<'_>, id: StepId, reason: Option<&str>) -> Done {
    let step = draft.state.outbox.step(id).ok_or(Refusal::UnknownStep(id))?;
    if !matches!(step.phase, StepPhase::Parked { .. } | StepPhase::Due { .. }) {
        return Err(Refusal::StepNotParked(step.phase.name().into()));
    }
    let incident = draft.state.outbox.incidents.get(&id.chat).ok_or(Refusal::UnknownStep(id))?;
    let behind = |kind: &&StepKind| id.kind == StepKind::Create && **kind != StepKind::Create;
    let open = |kind: &&StepKind| {
        let phase = incident.steps.get(kind).map(|step| step.phase);
        matches!(phase, Some(StepPhase::Parked { .. } | StepPhase::Due { .. }))
    };
    let along = incident.order.iter().filter(behind).filter(open).copied();
    for kind in std::iter::once(id.kind).chain(along) {
        let step = StepId { chat: id.chat, kind };
        move_to(draft, step, StepEvent::Dropped, &self::reason(reason));
    }
    Ok(Answer::Done)
}

impl StepPhase {
    const fn is_due(&self, now: u64) -> bool {
        matches!(self, Self::Due { at } if *at <= now)
    }
}

impl Body {
    /// The id of the record that a create makes.
    #[must_use]
    pub fn created_id(namespace: &str, chat: ChatId) -> String {
        sys_id_of(namespace, chat)
    }
}

//! Events of the outbox, applied.

use super::{Incident, Interaction, Parked, Step, StepEvent, StepPhase, Written};
use crate::State;
use crate::event::{Event, StepWanted};
use crate::name::{ChatId, StepId, StepKind};
use crate::time::{Stamp, Timer};

/// Applies an event that is about an incident.
pub(crate) fn apply(state: &mut State, seq: u64, at: Stamp, event: &Event) {
    match event {
        Event::StepWanted(wanted) => step_wanted(state, at, wanted),
        Event::StepTaken { step, attempt, until, body } => {
            state.desk.set(Timer::Step(*step), *until, seq);
            if body.is_some()
                && matches!(step.kind, StepKind::Create | StepKind::Complete(_))
                && let Some(incident) = state.outbox.incidents.get_mut(&step.chat)
            {
                incident.caller_sent.clone_from(&incident.caller);
            }
            change(state, *step, |step| {
                step.phase = StepPhase::Taken;
                step.attempts = *attempt;
                if *attempt == 1 {
                    step.wanted = at.desk_ms;
                }
                if body.is_some() {
                    step.frozen = Some(seq);
                }
            });
        }
        Event::StepMoved { step, to, .. } => step_moved(state, at, *step, *to),
        Event::IncidentAppends { chat, record } => {
            if let Some(incident) = state.outbox.incidents.get_mut(chat) {
                incident.appends = Some(record.clone());
            }
        }
        Event::AppendRefused { chat, .. } => {
            if let Some(incident) = state.outbox.incidents.get_mut(chat) {
                incident.appends = None;
                incident.append_refused = true;
            }
            change(state, StepId { chat: *chat, kind: StepKind::Create }, |step| {
                step.frozen = None;
            });
        }
        Event::IncidentWritten { chat, record, number, caller, foreign, appended, .. } => {
            match (appended, foreign) {
                (true, _) => {}
                (false, false) => state.outbox.own_ids = true,
                (false, true) => found_foreign(state, at),
            }
            if let Some(incident) = state.outbox.incidents.get_mut(chat) {
                let (record, number, caller) = (record.clone(), number.clone(), caller.clone());
                incident.written = Some(Written { record, number, caller });
            }
        }
        Event::InteractionWritten { step, record, number, foreign } => {
            state.outbox.foreign_interactions |= foreign;
            if step.kind == StepKind::Interaction
                && let Some(incident) = state.outbox.incidents.get_mut(&step.chat)
            {
                let (record, number) = (record.clone(), number.clone());
                incident.interaction = Some(Interaction { record, number });
            }
        }
        Event::CallerSet { chat, caller } => {
            if let Some(incident) = state.outbox.incidents.get_mut(chat) {
                incident.caller.clone_from(caller);
            }
        }
        Event::StepsReplayed { chat, incident, steps } => {
            let incidents = &mut state.outbox.incidents;
            incidents.entry(*chat).or_insert_with(|| (**incident).clone());
            for kind in steps {
                change(state, StepId { chat: *chat, kind: *kind }, |step| {
                    step.phase = StepPhase::Due { at: at.desk_ms };
                    step.doubtful = true;
                    step.wanted = at.desk_ms;
                });
            }
        }
        Event::IncidentSkipped { chat } => {
            if let Some(incident) = state.outbox.incidents.get_mut(chat) {
                incident.skipped = true;
            }
        }
        _ => {}
    }
}

fn step_wanted(state: &mut State, at: Stamp, wanted: &StepWanted) {
    let chat = wanted.step.chat;
    let lost = state.chats.get(&chat).is_some_and(|chat| chat.opened_seq < state.doubt_to);
    let incident = state.outbox.incidents.entry(chat).or_insert_with(|| Incident {
        queue: wanted.queue.clone(),
        agent: wanted.agent.clone(),
        whole: wanted.whole,
        caller: wanted.caller.clone(),
        caller_sent: None,
        wanted_ms: at.wall_ms,
        written: None,
        appends: None,
        append_refused: false,
        interaction: None,
        lost: false,
        skipped: false,
        changed_seq: 0,
        steps: std::collections::BTreeMap::new(),
        order: Vec::new(),
    });
    let doubtful = lost || incident.lost;
    let step = Step {
        phase: StepPhase::Due { at: wanted.not_before.unwrap_or(at.desk_ms) },
        attempts: 0,
        frozen: None,
        doubtful,
        wanted: at.desk_ms,
        tried: 0,
        ready_at: None,
    };
    incident.steps.insert(wanted.step.kind, step);
    // The attachment goes before the completions, however late it is found to be needed.
    let place = match wanted.step.kind {
        StepKind::Attach => 1.min(incident.order.len()),
        _ => incident.order.len(),
    };
    incident.order.insert(place, wanted.step.kind);
}

fn step_moved(state: &mut State, at: Stamp, id: StepId, to: StepEvent) {
    state.desk.clear(&Timer::Step(id));
    if let (StepEvent::Done, StepKind::Complete(_)) = (to, id.kind)
        && let Some(incident) = state.outbox.incidents.get_mut(&id.chat)
        && let Some(written) = &mut incident.written
    {
        written.caller.clone_from(&incident.caller_sent);
    }
    change(state, id, |step| {
        match step.phase {
            StepPhase::Parked { .. } => step.wanted = at.desk_ms,
            StepPhase::Taken => step.tried = at.desk_ms,
            _ => {}
        }
        step.phase = match to {
            StepEvent::Due { at, doubtful } => {
                step.doubtful = doubtful;
                StepPhase::Due { at }
            }
            StepEvent::Parked { why } => StepPhase::Parked { why },
            StepEvent::Done => StepPhase::Done,
            StepEvent::Dropped => StepPhase::Dropped,
        };
    });
}

/// Which records have ids of ours, as far as the instance is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    of_incidents: bool,
    of_interactions: bool,
}

impl Ids {
    /// Whether the record that such a step makes has one.
    pub(crate) const fn are_ours(self, kind: StepKind) -> bool {
        match kind {
            StepKind::Interaction | StepKind::Relate => self.of_interactions,
            StepKind::Create | StepKind::Attach | StepKind::Complete(_) => self.of_incidents,
        }
    }

    /// Whether one read tells what became of such a step; `appends` where create adds to an incident
    /// that is there.
    const fn tell(self, kind: StepKind, appends: bool) -> bool {
        let makes = match kind {
            StepKind::Create => !appends,
            StepKind::Interaction | StepKind::Relate => true,
            StepKind::Attach | StepKind::Complete(_) => false,
        };
        makes && self.are_ours(kind)
    }
}

impl State {
    /// Whether one read tells what became of a step: of one that makes a record under an id of ours.
    pub(crate) fn is_found_by_id(&self, step: StepId) -> bool {
        let appends = self.outbox.incidents.get(&step.chat).is_some_and(|i| i.appends.is_some());
        self.ids().tell(step.kind, appends)
    }

    /// Which records have ids of ours. One that the instance does not take would be told only after a
    /// second record was made, so it has to be known.
    pub(crate) fn ids(&self) -> Ids {
        let (config, outbox) = (&self.config.incident, &self.outbox);
        let ours = !config.ids_of_instance && (config.ids_of_ours || outbox.own_ids);
        Ids {
            of_incidents: ours && !outbox.foreign_ids,
            of_interactions: ours && !outbox.foreign_interactions,
        }
    }

    /// When a step may be looked for, in desk time: where its id does not tell, once the server's longest
    /// transaction must be over.
    pub(crate) fn looked_for_at(&self, id: StepId, step: &Step, now: u64) -> u64 {
        let window = u64::from(self.config.times.servicenow_window_secs) * 1000;
        if step.doubtful && !self.is_found_by_id(id) { now.max(step.tried + window) } else { now }
    }
}

/// The instance gives incidents ids of its own, after all: what was to be looked for by ours waits.
fn found_foreign(state: &mut State, at: Stamp) {
    if std::mem::replace(&mut state.outbox.foreign_ids, true) {
        return;
    }
    let creates =
        state.outbox.incidents.keys().map(|chat| StepId { chat: *chat, kind: StepKind::Create });
    for id in creates.collect::<Vec<_>>() {
        let Some(step) = state.outbox.step(id).filter(|step| step.doubtful) else { continue };
        let StepPhase::Due { at: due } = step.phase else { continue };
        let due = due.max(state.looked_for_at(id, step, at.desk_ms));
        change(state, id, |step| step.phase = StepPhase::Due { at: due });
        touch(state, id.chat);
    }
}

fn change(state: &mut State, id: StepId, change: impl FnOnce(&mut Step)) {
    let incident = state.outbox.incidents.get_mut(&id.chat);
    if let Some(step) = incident.and_then(|incident| incident.steps.get_mut(&id.kind)) {
        change(step);
    }
}

/// The daemon started: no driver outlived the one before, so what was taken may have been done.
pub(crate) fn restart(state: &mut State, at: Stamp, window_at: u64, lost: bool) {
    let ids = state.ids();
    let chats: Vec<ChatId> = state.outbox.incidents.keys().copied().collect();
    for chat in chats {
        let Some(incident) = state.outbox.incidents.get_mut(&chat) else { continue };
        let appends = incident.appends.is_some();
        incident.lost |= lost;
        for (kind, step) in &mut incident.steps {
            step.doubtful |= lost;
            if step.phase == StepPhase::Taken {
                let due = if ids.tell(*kind, appends) { at.desk_ms } else { window_at };
                step.phase = StepPhase::Due { at: due };
                step.doubtful = true;
                step.tried = at.desk_ms;
                state.desk.clear(&Timer::Step(StepId { chat, kind: *kind }));
            }
        }
        touch(state, chat);
    }
}

/// Brings the order of due steps up to date, and forgets an incident that is settled and whose chat
/// is closed.
pub(crate) fn touch(state: &mut State, chat: ChatId) {
    let outbox = &mut state.outbox;
    let Some(incident) = outbox.incidents.get(&chat) else { return };
    let next = incident.next().filter(|_| !incident.skipped);
    let due = next.and_then(|(kind, step)| match step.phase {
        StepPhase::Due { at } => Some((at, StepId { chat, kind })),
        _ => None,
    });
    for kind in &incident.order {
        let id = StepId { chat, kind: *kind };
        if let Some(at) = incident.steps.get(kind).and_then(|step| step.ready_at) {
            outbox.ready.remove(&(at, id));
        }
    }
    let gone = incident.settled() && !state.chats.contains_key(&chat);
    if gone {
        let queue = outbox.incidents.remove(&chat).map(|incident| incident.queue);
        state.forget_queue_if_unused(queue.as_ref());
        return;
    }
    let Some(incident) = outbox.incidents.get_mut(&chat) else { return };
    for step in incident.steps.values_mut() {
        step.ready_at = None;
    }
    if let Some((at, id)) = due {
        outbox.ready.insert((at, id));
        if let Some(step) = incident.steps.get_mut(&id.kind) {
            step.ready_at = Some(at);
        }
    }
}

impl Parked {
    /// Its name on every surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::BehindCreate => "behind_create",
        }
    }
}

//! Incidents and the steps of the outbox.

use super::Views;
use desk_core::config::IncidentWhen;
use desk_core::name::{ChatId, StepId, StepKind};
use desk_core::{Chat, Difference, Incident, Parked, Private, Step, StepPhase};
use desk_wire::view::{DifferenceView, IncidentState, IncidentView, IncidentWhy, OutboxItemView};

/// Where steps go.
const SINK: &str = "servicenow";
/// Why a create is not sent at a chat's end.
const AWAITS_CALLER: &str = "the customer is looked up first";
/// Characters shown of a value that ServiceNow holds otherwise.
const SHOWN_CHARS: usize = 200;

impl Views<'_> {
    /// The incident of a chat, without its steps.
    #[must_use]
    pub fn incident(&self, chat: ChatId) -> IncidentView {
        let Some(incident) = self.state.outbox.incidents.get(&chat) else {
            let (state, why) = self
                .state
                .chats
                .get(&chat)
                .map_or((IncidentState::None, IncidentWhy::Unwanted), not_yet);
            return no_record(chat, state, why, None);
        };
        if let Some(written) = &incident.written {
            return IncidentView {
                chat: chat.to_string(),
                state: IncidentState::Created,
                reason: None,
                why: None,
                tries: None,
                number: Some(written.number.clone()),
                appended: incident.appends.is_some(),
                sys_id: Some(written.record.sys_id.clone()),
                url: self.links.to(&written.record),
                steps: Vec::new(),
                differences: Vec::new(),
                interaction: incident.interaction.as_ref().map(|made| made.number.clone()),
            };
        }
        if incident.skipped {
            return no_record(chat, IncidentState::None, IncidentWhy::Rule, None);
        }
        let (why, tries) = self.why_pending(incident);
        no_record(chat, IncidentState::Pending, why, tries)
    }

    /// The same with its steps that are not yet done.
    #[must_use]
    pub fn incident_with_steps(&self, chat: ChatId) -> IncidentView {
        let mut view = self.incident(chat);
        if let Some(incident) = self.state.outbox.incidents.get(&chat) {
            view.steps = self.steps(chat, incident).collect();
        }
        view
    }

    /// Steps that are still to be sent, or parked.
    pub(crate) fn steps<'s>(
        &'s self,
        chat: ChatId,
        incident: &'s Incident,
    ) -> impl Iterator<Item = OutboxItemView> {
        let open = |kind: &&StepKind| {
            let phase = incident.steps.get(kind).map(|step| step.phase);
            !incident.skipped && !matches!(phase, Some(StepPhase::Done | StepPhase::Dropped))
        };
        let kinds = incident.order.iter().filter(open);
        kinds.filter_map(move |kind| self.step(StepId { chat, kind: *kind }))
    }

    /// One step, as long as its incident is not settled.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<OutboxItemView> {
        let incident = self.state.outbox.incidents.get(&id.chat)?;
        let step = incident.steps.get(&id.kind)?;
        let turn = incident.next().is_some_and(|(kind, _)| kind == id.kind);
        let (kind, segment) = match id.kind {
            StepKind::Create => ("create", None),
            StepKind::Attach => ("attach", None),
            StepKind::Complete(n) => ("complete", Some(n.into())),
            StepKind::Interaction => ("interaction", None),
            StepKind::Relate => ("relate", None),
        };
        Some(OutboxItemView {
            step: id.to_string(),
            sink: SINK.into(),
            kind: kind.into(),
            chat: id.chat.to_string(),
            segment,
            phase: self.phase(step, turn).into(),
            attempts: step.attempts,
            due: match step.phase {
                StepPhase::Due { at } if turn => Some(self.wall(at)),
                _ => None,
            },
            reason: self.reason(step, turn).map(Into::into),
        })
    }

    /// Whether a create waits for its customer to be looked up.
    fn awaits_caller(&self, create: &Step) -> bool {
        create.attempts == 0
            && matches!(create.phase, StepPhase::Due { at } if at > self.now.desk_ms)
    }

    /// Why a step is not done, as far as State knows; what a try met with is in the journal.
    fn reason(&self, step: &Step, turn: bool) -> Option<&'static str> {
        match step.phase {
            StepPhase::Parked { why } => Some(parked(why)),
            StepPhase::Due { .. } if !turn => Some("an earlier step goes first"),
            StepPhase::Due { .. } if step.doubtful => {
                Some("an earlier try may have been carried out; it is looked for first")
            }
            _ if self.awaits_caller(step) => Some(AWAITS_CALLER),
            _ => None,
        }
    }

    fn phase(&self, step: &Step, turn: bool) -> &'static str {
        match step.phase {
            StepPhase::Due { at } if !turn || at > self.now.desk_ms => "waiting",
            phase => phase.name(),
        }
    }

    /// Why there is none yet, and how often it was tried in vain.
    fn why_pending(&self, incident: &Incident) -> (IncidentWhy, Option<u32>) {
        let Some(create) = incident.steps.get(&StepKind::Create) else {
            return (IncidentWhy::ToSend, None);
        };
        let why = match create.phase {
            StepPhase::Parked { why: Parked::GivenUp } => IncidentWhy::GivenUp,
            StepPhase::Parked { .. } => IncidentWhy::Refused,
            StepPhase::Dropped => IncidentWhy::Dropped,
            StepPhase::Taken => IncidentWhy::Sending,
            _ if self.awaits_caller(create) => IncidentWhy::Caller,
            _ if create.attempts == 0 => IncidentWhy::ToSend,
            _ => return (IncidentWhy::Again, Some(create.attempts)),
        };
        (why, None)
    }
}

/// What is to come of a chat that has no incident yet.
fn not_yet(chat: &Chat) -> (IncidentState, IncidentWhy) {
    let whole = chat.segments.last().is_some_and(|s| s.plan.incident == IncidentWhen::AtWrapup);
    if chat.is_form() {
        return (IncidentState::Pending, IncidentWhy::AfterLookup);
    }
    match (chat.handled(), chat.ended().is_some()) {
        (false, _) => (IncidentState::None, IncidentWhy::Unhandled),
        (true, _) if whole => (IncidentState::Pending, IncidentWhy::AfterWrapup),
        (true, false) => (IncidentState::Pending, IncidentWhy::AfterEnd),
        (true, true) => (IncidentState::None, IncidentWhy::Unwanted),
    }
}

/// A chat without an incident, and why it has none.
fn no_record(
    chat: ChatId,
    state: IncidentState,
    why: IncidentWhy,
    tries: Option<u32>,
) -> IncidentView {
    IncidentView {
        chat: chat.to_string(),
        state,
        reason: Some(in_words(why, tries)),
        why: Some(why),
        tries,
        number: None,
        appended: false,
        sys_id: None,
        url: None,
        steps: Vec::new(),
        differences: Vec::new(),
        interaction: None,
    }
}

/// Why there is no incident, or none yet, for terminals. Pages say it in the words of their catalogue.
#[must_use]
pub fn in_words(why: IncidentWhy, tries: Option<u32>) -> String {
    let text = match why {
        IncidentWhy::Unwanted => "none is to be made",
        IncidentWhy::Rule => "a rule wants none",
        IncidentWhy::Unhandled => "no agent has had this chat",
        IncidentWhy::Dropped => "given up by an admin",
        IncidentWhy::AfterLookup => "made when its customer was looked for",
        IncidentWhy::AfterWrapup => "made once everything is wrapped up",
        IncidentWhy::AfterEnd => "made when the chat has ended",
        IncidentWhy::Caller => AWAITS_CALLER,
        IncidentWhy::ToSend => "to be sent",
        IncidentWhy::Sending => "being sent",
        IncidentWhy::Again => match tries {
            Some(tries @ 2..) => {
                return format!("ServiceNow did not take it {tries} times; it is tried again");
            }
            _ => "ServiceNow did not take it; it is tried again",
        },
        IncidentWhy::Refused => return format!("parked: {}", parked(Parked::Refused)),
        IncidentWhy::GivenUp => return format!("parked: {}", parked(Parked::GivenUp)),
    };
    text.to_owned()
}

/// What ServiceNow holds otherwise than it was sent; erased ones are not told.
#[must_use]
pub fn differences(differences: &Private<Vec<Difference>>) -> Vec<DifferenceView> {
    let cut = |text: &str| text.chars().take(SHOWN_CHARS).collect::<String>();
    let view = |difference: &Difference| DifferenceView {
        field: difference.field.clone(),
        sent: cut(&difference.sent),
        held: difference.held.as_deref().map(cut),
    };
    differences.known().map(|list| list.iter().map(view).collect()).unwrap_or_default()
}

fn parked(why: Parked) -> &'static str {
    match why {
        Parked::Refused => "ServiceNow refused it",
        Parked::GivenUp => "tried for as long as a step is tried",
        Parked::BehindCreate => "its incident was not created",
    }
}

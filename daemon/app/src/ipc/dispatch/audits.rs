//! What was sent, held against what ServiceNow holds; and sent again where it is not there.

use super::which::{chat_id, sees_told};
use super::{Asker, Result};
use crate::access::Acting;
use crate::desk::Unanswered;
use crate::drivers::{AUDIT_MAX, Audited};
use crate::history::{Filter, Sent, Told, Untold, page, records, told};
use crate::links::Links;
use crate::views;
use desk_core::name::{ChatId, StepId, StepKind};
use desk_core::policy::Policy;
use desk_core::{Command, Incident, Private, Refusal as Core, StepPhase};
use desk_journal::Read;
use desk_wire::view::{
    AuditProblem, AuditView, FindingView, ReplayOutcome, ReplayView, ReplayedView,
};
use desk_wire::{Refusal, Reply, UnixMs};

/// Which incidents are wanted.
pub(super) struct Wanted {
    pub(super) chat: Option<String>,
    pub(super) since: Option<UnixMs>,
    pub(super) until: Option<UnixMs>,
    pub(super) next: Option<String>,
}

/// Incidents, and where the next ones begin.
struct Found {
    /// Those that were written.
    sent: Vec<Sent>,
    /// Those of which something is not sent, and will not be by itself.
    unsent: Vec<(ChatId, Incident)>,
    next: Option<u64>,
    head: u64,
}

impl Found {
    /// How much of the journal lies behind, of how much.
    fn progress(&self) -> (u64, u64) {
        (self.next.map_or(self.head, |next| self.head.saturating_sub(next)), self.head)
    }
}

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn incident_audit(&self, wanted: Wanted) -> Result<Reply> {
        let found = self.find_sent(wanted).await?;
        let ((done, of), next) = (found.progress(), found.next);
        let unwritten = found.unsent.iter().filter(|(_, incident)| incident.written.is_none());
        let unwritten = unwritten.count();
        let mut findings: Vec<FindingView> =
            found.unsent.iter().flat_map(|one| not_sent(one, self.links())).collect();
        let audited = self.hold_against(found.sent).await?;
        findings.extend(audited.iter().flat_map(|one| self::findings(one, self.links())));
        Ok(Reply::Audit(AuditView {
            checked: (audited.len() + unwritten) as u64,
            findings,
            done,
            of,
            next: next.map(|seq| seq.to_string()),
        }))
    }

    pub(super) async fn outbox_replay(
        &self,
        sink: Option<String>,
        wanted: Wanted,
    ) -> Result<Reply> {
        let to = self.sink(sink.as_deref()).await?;
        if wanted.chat.is_none() && wanted.since.is_none() {
            let message = "say of which chat, or since when; nobody replays everything by mistake";
            return Err(Refusal::new("too_much", message).field("with.chat"));
        }
        if let Some(to) = to {
            let chat = wanted.chat.as_deref().map(chat_id).transpose()?;
            return self.delivery_replay(to, chat, wanted.since, wanted.next).await;
        }
        let found = self.find_sent(wanted).await?;
        let ((done, of), next) = (found.progress(), found.next);
        // What is at work is looked for by whoever works on it.
        let chats: Vec<ChatId> = found.sent.iter().map(|sent| sent.chat).collect();
        let open = move |views: crate::views::Views<'_>| {
            let open = |chat: &ChatId| {
                let state = views.state;
                state.chats.contains_key(chat) || state.outbox.incidents.contains_key(chat)
            };
            chats.into_iter().filter(open).collect::<Vec<_>>()
        };
        let open = self.see(open).await?;
        let (at_work, settled): (Vec<_>, Vec<_>) =
            found.sent.into_iter().partition(|sent| open.contains(&sent.chat));
        let mut steps: Vec<ReplayedView> =
            at_work.iter().flat_map(|sent| outcome(sent, |_| ReplayOutcome::AtWork)).collect();
        for one in self.hold_against(settled).await? {
            steps.extend(self.send_again(one).await?);
        }
        let next = next.map(|seq| seq.to_string());
        Ok(Reply::Replay(ReplayView { steps, done, of, next }))
    }

    /// Puts what is missing of one incident into the outbox again.
    async fn send_again(&self, audited: Audited) -> Result<Vec<ReplayedView>> {
        let Audited { sent, missing, untold, .. } = audited;
        // What was erased cannot be sent again, nor anything be added to what is not made again.
        let create = StepId { chat: sent.chat, kind: StepKind::Create };
        let hopeless = missing.contains(&create) && !sent.is_kept(create);
        let again = missing.iter().filter(|step| !hopeless && sent.is_kept(**step));
        let again: Vec<StepId> = again.copied().collect();
        let becomes = if again.is_empty() {
            ReplayOutcome::NotKept
        } else {
            self.replay(&sent, &again).await?
        };
        let of_step = |step: StepId| match (missing.contains(&step), again.contains(&step)) {
            (false, _) if untold.iter().any(|(of, _)| *of == step) => ReplayOutcome::Untold,
            (false, _) => ReplayOutcome::There,
            (true, true) => becomes,
            (true, false) => ReplayOutcome::NotKept,
        };
        Ok(outcome(&sent, of_step).collect())
    }

    async fn replay(&self, sent: &Sent, steps: &[StepId]) -> Result<ReplayOutcome> {
        let (chat, incident) = (sent.chat, Box::new(sent.incident.clone()));
        let steps = steps.iter().map(|step| step.kind).collect();
        // Without the command's id: a repeat looks anew, and finds what is at work by then.
        let command = Command::Replay { chat, incident, steps };
        match self.desk().command(self.actor.clone(), None, command).await {
            Ok(_) => Ok(ReplayOutcome::SentAgain),
            Err(Unanswered::Refused(Core::NotSettled(_) | Core::StoryStale)) => {
                Ok(ReplayOutcome::AtWork)
            }
            Err(Unanswered::Refused(Core::NothingSent(_))) => Ok(ReplayOutcome::NotKept),
            Err(error) => Err(super::refusal(error)),
        }
    }

    async fn hold_against(&self, sent: Vec<Sent>) -> Result<Vec<Audited>> {
        if sent.is_empty() {
            return Ok(Vec::new());
        }
        self.shared.site.audit(sent).await
    }

    /// Incidents that were written, newest first, as many as are looked at in one go.
    async fn find_sent(&self, wanted: Wanted) -> Result<Found> {
        if let Some(chat) = &wanted.chat {
            let told = self.known(chat_id(chat)?).await?;
            sees_told(&self.acting, &told)?;
        }
        let before_seq = wanted.next.as_deref().map(str::parse).transpose().map_err(|_| {
            super::refusals::wrong("next", "this is not the `next` of an earlier answer")
        })?;
        let filter =
            Filter { email_key: None, since: wanted.since, until: wanted.until, before_seq };
        let chat = wanted.chat.as_deref().map(chat_id).transpose()?;
        let acting = self.acting.clone();
        self.read(move |journal| find(journal, chat, &filter, &acting)).await
    }
}

fn find(
    journal: &dyn Read,
    chat: Option<ChatId>,
    filter: &Filter,
    acting: &Acting,
) -> std::result::Result<Found, Untold> {
    let head = journal.head()?.seq;
    let in_time = |told: &Told| {
        filter.since.is_none_or(|since| told.arrived >= since)
            && filter.until.is_none_or(|until| told.arrived < until)
    };
    let (chats, next) = match chat {
        Some(chat) => (told(journal, chat)?.into_iter().filter(in_time).collect(), None),
        None => {
            let wanted = |told: &Told| told.is_written() || told.is_wanted();
            let seen = |told: &Told| wanted(told) && sees_told(acting, told).is_ok();
            let page = page(journal, filter, AUDIT_MAX, seen)?;
            (page.chats, page.next)
        }
    };
    let chats: Vec<Told> = chats;
    let (mut found, mut unsent) = (Vec::new(), Vec::new());
    for Told { chat, .. } in chats {
        let records = records(journal, chat)?;
        let incident = Incident::fold(chat, &records);
        unsent.extend(incident.filter(|one| gave_up(one).next().is_some()).map(|one| (chat, one)));
        found.extend(Sent::fold(chat, &records));
    }
    Ok(Found { sent: found, unsent, next, head })
}

fn outcome(
    sent: &Sent,
    of: impl Fn(StepId) -> ReplayOutcome,
) -> impl Iterator<Item = ReplayedView> {
    sent.done().map(move |step| ReplayedView {
        step: step.to_string(),
        chat: step.chat.to_string(),
        outcome: of(step),
    })
}

/// The steps of an incident that were given up or wait for an admin.
fn gave_up(incident: &Incident) -> impl Iterator<Item = StepKind> {
    let gave_up = |kind: &&StepKind| {
        let phase = incident.steps.get(kind).map(|step| step.phase);
        matches!(phase, Some(StepPhase::Parked { .. } | StepPhase::Dropped))
    };
    incident.order.iter().filter(gave_up).copied()
}

fn not_sent<'a>(
    (chat, incident): &'a (ChatId, Incident),
    links: &'a Links,
) -> impl Iterator<Item = FindingView> + 'a {
    let written = incident.written.as_ref();
    gave_up(incident).map(move |kind| FindingView {
        chat: chat.to_string(),
        step: StepId { chat: *chat, kind }.to_string(),
        problem: AuditProblem::NotSent,
        times: None,
        number: written.map(|written| written.number.clone()).unwrap_or_default(),
        sys_id: written.map(|written| written.record.sys_id.clone()).unwrap_or_default(),
        url: written.and_then(|written| links.to(&written.record)),
        differences: Vec::new(),
    })
}

fn findings(audited: &Audited, links: &Links) -> Vec<FindingView> {
    let Audited { sent, missing, doubled, differences, untold } = audited;
    let finding = |step: StepId, problem| FindingView {
        chat: sent.chat.to_string(),
        step: step.to_string(),
        problem,
        times: None,
        number: sent.written.number.clone(),
        sys_id: sent.written.record.sys_id.clone(),
        url: links.to(&sent.written.record),
        differences: Vec::new(),
    };
    let create = StepId { chat: sent.chat, kind: StepKind::Create };
    // Where the incident is gone, nothing of it can be there; one that was there before is not gone
    // because a note is.
    let gone = missing.contains(&create) && !sent.is_appended();
    let missing = missing.iter().filter(|step| !gone || **step == create);
    let mut found: Vec<FindingView> =
        missing.map(|step| finding(*step, AuditProblem::Missing)).collect();
    found.extend(doubled.iter().map(|(step, times)| FindingView {
        times: u32::try_from(*times).ok(),
        ..finding(*step, AuditProblem::Doubled)
    }));
    found.extend(untold.iter().map(|(step, why)| FindingView {
        differences: views::differences(&Private::from(vec![why.clone()])),
        ..finding(*step, AuditProblem::Untold)
    }));
    if !differences.is_empty() {
        let differences = views::differences(&Private::from(differences.clone()));
        let differs = finding(create, AuditProblem::Differs);
        found.push(FindingView { differences, ..differs });
    }
    found
}

//! The match: the customer's records are looked up when the chat arrives. It never delays an offer
//! or an accept; a late answer is used when it comes.

use super::form::{looks_again, settle};
use super::views::question;
use super::wrapup::all_wrapped;
use super::{Chat, Lookup, LookupPhase, MatchState, Offer, Phase, RecordRef, want_pop};
use crate::answer::Answer;
use crate::command::LookupWork;
use crate::config::PopWhen;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, ChatId, StepKind};
use crate::outbox;
use crate::policy::{About, Hook, LookupAsk, Verdict};
use crate::refusal::Refusal;
use crate::view::{CANDIDATES_MAX, CandidateView};

type Done = Result<Answer, Refusal>;

/// The longest pause between two tries of a lookup, in seconds.
const RETRY_SECS_MAX: u32 = 300;
/// Most characters of an agent's words.
const WORDS_CHARS: u32 = 200;

/// A driver takes the chat's lookup.
pub(crate) fn take(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    let now = draft.envelope.at.desk_ms;
    let due = |l: &&Lookup| matches!(l.phase, LookupPhase::Due { at } if at <= now);
    let lookup = chat.matched.lookup.as_ref().filter(due).ok_or(Refusal::LookupNotDue)?;
    let max_at = draft.desk_in(draft.state.config.times.lookup_max_secs);
    let words = lookup.words.as_ref().map(super::super::private::Private::or_empty);
    let asks = ask_on_lookup(draft, chat, (lookup.n, words.as_ref()));
    draft.emit(Event::LookupTaken { chat: id, n: lookup.n, max_at });
    Ok(Answer::Lookup(LookupWork {
        chat: id,
        n: lookup.n,
        words,
        email: chat.customer.or_empty().email,
        incidents: draft.state.config.incident.table.clone(),
        asks,
    }))
}

/// What a rule wants ServiceNow to be asked; nothing: as configured.
fn ask_on_lookup(
    draft: &mut Draft<'_>,
    chat: &Chat,
    (n, words): (u32, Option<&String>),
) -> Vec<LookupAsk> {
    if !draft.has_rule(Hook::OnLookup, Some(&chat.queue)) {
        return Vec::new();
    }
    let question = question(draft, chat, About::Lookup { words: words.cloned(), n });
    match draft.ask(&question) {
        Some(Verdict::Lookup { asks }) => asks,
        _ => Vec::new(),
    }
}

/// What the lookup found, or why it found nothing out.
pub(crate) fn answered(
    draft: &mut Draft<'_>,
    id: ChatId,
    n: u32,
    result: &Result<Vec<CandidateView>, String>,
) -> Done {
    let Some(chat) = draft.state.chats.get(&id) else {
        return late(draft, id, result);
    };
    let lookup = chat.matched.lookup.as_ref();
    match (lookup.filter(|lookup| lookup.n == n), result) {
        (Some(lookup), Ok(found)) => found_some(draft, chat, lookup.words.is_some(), found),
        (Some(lookup), Err(why)) => failed(draft, chat, lookup, why),
        (None, Ok(found)) if was_given_up(chat, n) => found_some(draft, chat, false, found),
        _ => return Err(Refusal::Stale),
    }
    looked_up(draft, chat);
    Ok(Answer::Done)
}

/// The last lookup of an ended chat is over: its incident waits no more, and the chat leaves memory
/// once all is wrapped up.
fn looked_up(draft: &mut Draft<'_>, chat: &Chat) {
    if chat.ended().is_some() && chat.matched.lookup.is_some() && !chat.is_form() {
        outbox::caller_known(draft, chat.id);
        if all_wrapped(draft, chat) {
            draft.emit(Event::ChatClosed { chat: chat.id });
        }
    }
}

/// A chat ends whose address was to be looked up again later: now, since its incident waits.
pub(crate) fn look_up_now(draft: &mut Draft<'_>, chat: &Chat) {
    let now = draft.envelope.at.desk_ms;
    let later = |l: &&Lookup| matches!(l.phase, LookupPhase::Due { at } if at > now);
    let Some(lookup) = chat.matched.lookup.as_ref().filter(later) else { return };
    let (n, failed, words) = (lookup.n + 1, lookup.failed + 1, lookup.words.clone());
    let max_at = draft.desk_in(draft.state.config.times.lookup_max_secs);
    draft.emit(Event::LookupWanted { chat: chat.id, n, words, failed, at: now, max_at });
}

/// Whether this was a try with the address that counts as failed: its answer is late, and used.
fn was_given_up(chat: &Chat, n: u32) -> bool {
    match &chat.matched.lookup {
        // The tries of a row are numbered one by one.
        Some(lookup) => {
            lookup.words.is_none() && n < lookup.n && n >= lookup.n.saturating_sub(lookup.failed)
        }
        // Ended: no further try is made.
        None => chat.matched.state == MatchState::Failed && n == chat.matched.lookups,
    }
}

/// An answer after the chat left memory: it names a caller where there is none and the incident is
/// not sent yet.
fn late(draft: &mut Draft<'_>, id: ChatId, result: &Result<Vec<CandidateView>, String>) -> Done {
    let first = result.as_ref().ok().and_then(|found| found.first()).ok_or(Refusal::Stale)?;
    let incident = draft.state.outbox.incidents.get(&id).ok_or(Refusal::Stale)?;
    let create = incident.steps.get(&StepKind::Create);
    if incident.caller.is_some() || create.is_some_and(|create| create.frozen.is_some()) {
        return Err(Refusal::Stale);
    }
    outbox::set_caller(draft, id, reference(first));
    Ok(Answer::Done)
}

/// Backstop: the lookup has had no answer.
pub(crate) fn lookup_max_due(draft: &mut Draft<'_>, id: ChatId) -> Done {
    let chat = draft.chat(id)?;
    let lookup = chat.matched.lookup.as_ref().ok_or(Refusal::Stale)?;
    failed(draft, chat, lookup, "no answer in time");
    looked_up(draft, chat);
    Ok(Answer::Done)
}

/// Words that find nothing out are given up; the address is tried again while the chat is open.
fn failed(draft: &mut Draft<'_>, chat: &Chat, lookup: &Lookup, why: &str) {
    let id = chat.id;
    if lookup.words.is_some() {
        draft.emit(Event::LookupDropped {
            chat: id,
            n: lookup.n,
            why: Some(why.to_owned().into()),
        });
        if matches!(chat.matched.state, MatchState::Pending | MatchState::Failed) {
            want_again(draft, chat, lookup);
        }
        return;
    }
    draft.emit(Event::MatchSet {
        chat: id,
        state: MatchState::Failed,
        why: Some(why.to_owned().into()),
        candidates: Vec::new().into(),
        count: 0,
        chosen: None,
    });
    want_again(draft, chat, lookup);
}

/// The address is looked up again, later and later.
fn want_again(draft: &mut Draft<'_>, chat: &Chat, lookup: &Lookup) {
    let over = match chat.is_form() {
        true => !looks_again(draft, chat, lookup),
        false => chat.ended().is_some(),
    };
    if over || chat.customer.or_empty().email.is_empty() {
        return;
    }
    let id = chat.id;
    let times = &draft.state.config.times;
    let pause = times.lookup_retry_secs.max(1) << lookup.failed.min(8);
    let at = draft.desk_in(pause.min(RETRY_SECS_MAX));
    let max_at = at + u64::from(times.lookup_max_secs) * 1000;
    // After words, the address is tried as if for the first time.
    let failed = if lookup.words.is_some() { 0 } else { lookup.failed + 1 };
    let n = lookup.n + 1;
    draft.emit(Event::LookupWanted { chat: id, n, words: None, failed, at, max_at });
}

fn found_some(draft: &mut Draft<'_>, chat: &Chat, by_words: bool, found: &[CandidateView]) {
    let unknown = matches!(chat.matched.state, MatchState::Pending | MatchState::Failed);
    if let (true, true, true, Some(lookup)) =
        (by_words, found.is_empty(), unknown, &chat.matched.lookup)
    {
        // What the address finds is still to be known.
        failed(draft, chat, lookup, "nothing found by these words");
        return;
    }
    let before = if by_words { chat.matched.candidates.or_empty() } else { Vec::new() };
    let new = found.iter().filter(|c| !before.iter().any(|known| known.sys_id == c.sys_id));
    let mut candidates: Vec<CandidateView> = before.iter().chain(new).cloned().collect();
    candidates.truncate(CANDIDATES_MAX);
    let mut chosen = chat.matched.chosen.clone();
    if !by_words && !candidates.is_empty() {
        chosen = ask_on_match(draft, chat, &mut candidates);
    }
    let chosen = chosen.or_else(|| candidates.first().map(reference));
    let state = match candidates.len() {
        0 => MatchState::None,
        1 => MatchState::One,
        _ => MatchState::Many,
    };
    let fresh = chosen != chat.matched.chosen;
    draft.emit(Event::MatchSet {
        chat: chat.id,
        state,
        why: None,
        count: u32::try_from(candidates.len()).unwrap_or(u32::MAX),
        candidates: candidates.into(),
        chosen: chosen.clone(),
    });
    if chat.is_form() {
        settle(draft, chat.id, &chat.queue, chosen);
    } else if let (Some(record), true) = (chosen, fresh) {
        pop_late(draft, chat, &record);
        outbox::set_caller(draft, chat.id, record);
    }
}

/// Asks which candidate is right; the rule may also reorder and drop.
fn ask_on_match(
    draft: &mut Draft<'_>,
    chat: &Chat,
    candidates: &mut Vec<CandidateView>,
) -> Option<RecordRef> {
    if !draft.has_rule(Hook::OnMatch, Some(&chat.queue)) {
        return None;
    }
    let question = question(draft, chat, About::Match { candidates: candidates.clone() });
    let Some(Verdict::Match { choose, order, drop }) = draft.ask(&question) else { return None };
    candidates.retain(|candidate| !drop.contains(&candidate.sys_id));
    let place = |c: &CandidateView| order.iter().position(|id| *id == c.sys_id);
    candidates.sort_by_key(|candidate| place(candidate).unwrap_or(usize::MAX));
    let chosen = choose.and_then(|id| candidates.iter().find(|c| c.sys_id == id));
    chosen.map(reference)
}

/// A record that comes after the moment at which it would have popped pops now.
fn pop_late(draft: &mut Draft<'_>, chat: &Chat, record: &RecordRef) {
    match &chat.phase {
        Phase::Offered(round) => {
            let late = |offer: &&Offer| offer.pop == PopWhen::Offer && !offer.popped;
            for offer in round.offers().filter(late) {
                want_pop(draft, &offer.agent, chat.id, record.clone(), None);
            }
        }
        Phase::Active => {
            let Some(segment) = chat.active() else { return };
            if segment.pop != PopWhen::Never && !segment.popped {
                want_pop(draft, &segment.agent, chat.id, record.clone(), Some(segment.n));
            }
        }
        _ => {}
    }
}

fn reference(candidate: &CandidateView) -> RecordRef {
    RecordRef { table: candidate.table.clone(), sys_id: candidate.sys_id.clone() }
}

/// The agent, or an admin, chooses another candidate: it pops, and the incident is tied to it.
pub(crate) fn choose(
    draft: &mut Draft<'_>,
    id: ChatId,
    agent: Option<&AgentId>,
    sys_id: &str,
) -> Done {
    let chat = draft.chat(id)?;
    let holder = holder(chat, agent)?;
    let candidates = chat.matched.candidates.known().map_or(&[][..], Vec::as_slice);
    let candidate = candidates.iter().find(|c| c.sys_id == sys_id);
    let candidate = candidate.ok_or_else(|| Refusal::UnknownCandidate(sys_id.into()))?;
    let chosen = reference(candidate);
    draft.emit(Event::MatchChosen { chat: id, chosen: chosen.clone() });
    outbox::set_caller(draft, id, chosen.clone());
    if let Some(agent) = holder {
        // While the chat is offered anew, an earlier part of the same agent's is not meant.
        let segment =
            chat.open_segment_of(agent).filter(|_| chat.offers().next().is_none()).map(|s| s.n);
        want_pop(draft, agent, id, chosen, segment);
    }
    Ok(Answer::Done)
}

/// The agent, or an admin, has the customer looked for by other words.
pub(crate) fn search(
    draft: &mut Draft<'_>,
    id: ChatId,
    agent: Option<&AgentId>,
    words: &str,
) -> Done {
    let chat = draft.chat(id)?;
    holder(chat, agent)?;
    if words.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if words.chars().count() > WORDS_CHARS as usize {
        return Err(Refusal::TooLong(WORDS_CHARS));
    }
    if chat.matched.lookup.as_ref().is_some_and(|l| l.phase == LookupPhase::Taken) {
        return Err(Refusal::LookupUnderWay);
    }
    let at = draft.envelope.at.desk_ms;
    let max_at = draft.desk_in(draft.state.config.times.lookup_max_secs);
    let n = chat.matched.lookups + 1;
    let words = Some(words.trim().to_owned().into());
    draft.emit(Event::LookupWanted { chat: id, n, words, failed: 0, at, max_at });
    Ok(Answer::Done)
}

/// Whose browser a choice pops in: that of whom the chat is offered to, with, or was last with.
/// While it is open the agent must be that one; after its end, have it in post-processing.
fn holder<'a>(chat: &'a Chat, agent: Option<&AgentId>) -> Result<Option<&'a AgentId>, Refusal> {
    let last = chat.segments.last().map(|segment| &segment.agent);
    let holder = match &chat.phase {
        Phase::Waiting { .. } => None,
        // To whom of a round it will be open is not known yet.
        Phase::Offered(round) => match agent {
            Some(agent) => chat.offer_to(agent).map(|offer| &offer.agent),
            None => Some(&round.first.agent).filter(|_| round.others.is_empty()),
        },
        Phase::Active | Phase::Ended { .. } => last,
    };
    let Some(agent) = agent else { return Ok(holder) };
    if chat.ended().is_none() {
        return if holder == Some(agent) { Ok(holder) } else { Err(Refusal::NotYours) };
    }
    match chat.open_segment_of(agent) {
        Some(_) => Ok(holder.filter(|holder| *holder == agent)),
        None if chat.segments.iter().any(|s| s.agent == *agent) => Err(Refusal::Closed),
        None => Err(Refusal::NotYours),
    }
}

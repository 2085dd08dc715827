//! Candidates and the match.

use super::{Views, words};
use crate::links::Links;
use desk_core::name::ChatId;
use desk_core::view::{CandidateView as Candidate, OpenIncidentView as Open};
use desk_core::{Chat, Match, MatchState, RecordRef};
use desk_wire::view::{self, CandidateView, MatchView, OpenIncidentView};

impl Views<'_> {
    /// The candidates of a chat and the chosen one.
    #[must_use]
    pub fn matched(&self, chat: &Chat) -> MatchView {
        let matched = &chat.matched;
        // An agent's search is under way while an earlier answer still stands.
        let searching = matched.lookup.as_ref().is_some_and(|lookup| lookup.words.is_some());
        let state = if searching { MatchState::Pending } else { matched.state };
        MatchView {
            chat: chat.id.to_string(),
            state: words::matched(state),
            why: failed(state).map(Into::into),
            candidates: self.candidates(matched),
            chosen: matched.chosen.as_ref().map(|record| record.sys_id.clone()),
        }
    }

    pub(super) fn candidates(&self, matched: &Match) -> Vec<CandidateView> {
        matched.candidates.known().map_or_else(Vec::new, |found| candidates(found, self.links))
    }
}

/// A match as it was told, without a chat in State.
#[must_use]
pub fn match_view(
    chat: ChatId,
    state: MatchState,
    found: &[Candidate],
    chosen: Option<&RecordRef>,
    links: &Links,
) -> MatchView {
    MatchView {
        chat: chat.to_string(),
        state: words::matched(state),
        why: failed(state).map(Into::into),
        candidates: candidates(found, links),
        chosen: chosen.map(|record| record.sys_id.clone()),
    }
}

fn failed(state: MatchState) -> Option<&'static str> {
    (state == MatchState::Failed).then_some("the lookup failed; it is tried again")
}

fn candidates(found: &[Candidate], links: &Links) -> Vec<CandidateView> {
    found.iter().zip(1..).map(|(candidate, n)| self::candidate(candidate, n, links)).collect()
}

fn candidate(candidate: &Candidate, n: u32, links: &Links) -> CandidateView {
    let record = RecordRef { table: candidate.table.clone(), sys_id: candidate.sys_id.clone() };
    let mut fields = candidate.fields.clone();
    fields.entry("active".into()).or_insert_with(|| candidate.active.to_string());
    if !candidate.email.is_empty() {
        fields.entry("email".into()).or_insert_with(|| candidate.email.clone());
    }
    view::CandidateView {
        n,
        table: record.table.clone(),
        sys_id: record.sys_id.clone(),
        label: candidate.name.clone(),
        fields,
        url: links.to(&record),
        incidents: candidate.incidents.iter().map(|open| open_incident(open, links)).collect(),
    }
}

fn open_incident(open: &Open, links: &Links) -> OpenIncidentView {
    let record = RecordRef { table: open.table.clone(), sys_id: open.sys_id.clone() };
    OpenIncidentView {
        number: open.number.clone(),
        sys_id: open.sys_id.clone(),
        label: open.short_description.clone(),
        state: open.state.clone(),
        opened: open.opened_at.clone(),
        url: links.to(&record),
    }
}

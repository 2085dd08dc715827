//! `match`: the records found for a customer, and which of them is the customer.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{CandidateView, MatchState, MatchView, OpenIncidentView};

use crate::render::{HEAD, Page};

#[derive(Debug, Subcommand)]
pub(crate) enum Match {
    /// The records found for a chat's customer
    List {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Look for records by other words
    Search {
        /// The chat [default: the one that there is]
        #[arg(long, short)]
        chat: Option<String>,
        /// What to look for
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Tie the chat to another record
    Choose {
        /// The chat [default: the one that there is]
        #[arg(long, short)]
        chat: Option<String>,
        /// Its number in the list, or its sys_id
        candidate: String,
    },
}

impl Match {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List { chat } => Call::MatchList { chat },
            Self::Search { chat, words } => Call::MatchSearch { chat, words: words.join(" ") },
            Self::Choose { chat, candidate } => Call::MatchChoose { chat, candidate },
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, record: &MatchView) -> io::Result<()> {
    page.line(format_args!("chat {HEAD}{}{HEAD:#}: {}", record.chat, line(record)))?;
    candidates(page, &record.candidates, record.chosen.as_deref())
}

/// How the lookup stands, in one line.
pub(crate) fn line(record: &MatchView) -> String {
    let chosen = record.chosen.as_ref();
    let chosen = chosen.and_then(|id| record.candidates.iter().find(|one| one.sys_id == *id));
    match (record.state, chosen) {
        (MatchState::One, Some(chosen)) => chosen.label.clone(),
        (MatchState::Many, Some(chosen)) => {
            format!("{}, chosen of {}", chosen.label, record.candidates.len())
        }
        (MatchState::Failed, _) => {
            format!("failed: {}", record.why.as_deref().unwrap_or("no reason given"))
        }
        (state, _) => state.to_string(),
    }
}

/// The candidates as a table; nothing where there are none.
pub(crate) fn candidates(
    page: &mut Page<'_>,
    candidates: &[CandidateView],
    chosen: Option<&str>,
) -> io::Result<()> {
    if candidates.is_empty() {
        return Ok(());
    }
    let rows = candidates.iter().map(|one| {
        let fields: Vec<String> =
            one.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        vec![
            if chosen == Some(one.sys_id.as_str()) { "*".to_owned() } else { String::new() },
            one.n.to_string(),
            one.label.clone(),
            fields.join(" "),
            one.sys_id.clone(),
            one.table.clone(),
        ]
    });
    let rows = rows.collect();
    page.table(&["", "N", "RECORD", "FIELDS", "SYS_ID", "TABLE"], rows, "no candidates")?;
    incidents(page, candidates)
}

/// The candidates' open incidents as a table; nothing where there are none.
fn incidents(page: &mut Page<'_>, candidates: &[CandidateView]) -> io::Result<()> {
    let of = |one: &CandidateView| {
        let n = one.n.to_string();
        let row = move |open: &OpenIncidentView| {
            let OpenIncidentView { number, sys_id, label, state, opened, .. } = open.clone();
            vec![" ".to_owned(), n.clone(), number, label, state, opened, sys_id]
        };
        one.incidents.iter().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<_> = candidates.iter().flat_map(of).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let head = ["", "N", "OPEN", "ABOUT", "STATE", "OPENED", "SYS_ID"];
    page.table(&head, rows, "no open incidents")
}

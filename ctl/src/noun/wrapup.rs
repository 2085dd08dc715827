//! `wrapup`: codes, note and end of an agent's part of a chat.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{CodeView, TimerView, WrapupMode, WrapupView};

use crate::failure::Failure;
use crate::host::Host;
use crate::noun::incident;
use crate::render::{HEAD, Page, WARN, join, or_none, words};
use crate::{text, time};

#[derive(Debug, Subcommand)]
pub(crate) enum Wrapup {
    /// Codes, note and timer, and the codes that may be set
    Show {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Set the disposition codes
    Code {
        /// The chat [default: the one that there is]
        #[arg(long, short)]
        chat: Option<String>,
        /// Take all codes back
        #[arg(long, conflicts_with = "codes")]
        none: bool,
        /// The codes, all of them
        #[arg(required_unless_present = "none")]
        codes: Vec<String>,
    },
    /// Set the note
    Note {
        /// The chat [default: the one that there is]
        #[arg(long, short)]
        chat: Option<String>,
        /// The note; `-` reads it from standard input
        #[arg(required = true, value_name = "TEXT")]
        words: Vec<String>,
    },
    /// Extend the timer
    Extend {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Wrap up; an active chat ends with it
    Done {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
}

impl Wrapup {
    pub(crate) fn call(self, host: &mut Host<'_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::Show { chat } => Call::WrapupShow { chat },
            Self::Code { chat, codes, none: _ } => Call::WrapupCode { chat, codes },
            Self::Note { chat, words } => Call::WrapupNote { chat, text: text::of(&words, host)? },
            Self::Extend { chat } => Call::WrapupExtend { chat },
            Self::Done { chat } => Call::WrapupDone { chat },
        })
    }
}

/// A timer in a few words; nothing where none runs.
pub(crate) fn timer(timer: &TimerView) -> String {
    match (timer.remaining_ms, timer.deadline, timer.mode) {
        (Some(left), Some(_), _) => format!("{} left", time::duration(left)),
        (Some(left), None, _) => format!("stopped with {} left", time::duration(left)),
        (None, _, WrapupMode::Optional) => "no timer".to_owned(),
        (None, ..) => String::new(),
    }
}

pub(crate) fn show(page: &mut Page<'_>, wrapup: &WrapupView) -> io::Result<()> {
    let (chat, state) = (&wrapup.chat, words(wrapup.state));
    page.line(format_args!("chat {HEAD}{chat}{HEAD:#}, segment {}: {state}", wrapup.segment))?;
    page.field("agent", &wrapup.agent)?;
    page.field("timer", timer(&wrapup.timer))?;
    if wrapup.extensions_left > 0 {
        page.field("extend", format!("{} times more", wrapup.extensions_left))?;
    }
    page.field("codes", join(&wrapup.codes))?;
    if wrapup.most > 1 {
        page.field("codes", format!("up to {}", wrapup.most))?;
    }
    if wrapup.mandatory && wrapup.codes.is_empty() {
        page.field("codes", format!("{WARN}one is required{WARN:#}"))?;
    }
    page.field("note", or_none(wrapup.note.as_ref()))?;
    let stays = wrapup.stays.as_ref().map(words).unwrap_or_default();
    page.field("stays", stays)?;
    let incident = wrapup.incident.as_ref();
    page.field("incident", incident.map(incident::line).unwrap_or_default())?;
    if wrapup.allowed.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    branch(&wrapup.allowed, None, 0, &mut rows);
    page.table(&["CODE", "LABEL", ""], rows, "no codes")
}

/// How deep a tree of codes is followed.
const DEPTH_MAX: usize = 3;

/// The codes under one, each with those under it, moved in by how deep they stand.
fn branch(codes: &[CodeView], parent: Option<&str>, depth: usize, rows: &mut Vec<Vec<String>>) {
    for code in codes.iter().filter(|code| code.parent.as_deref() == parent) {
        let note = match (code.group, code.default) {
            (true, _) => "group",
            (false, true) => "default",
            (false, false) => "",
        };
        let id = format!("{}{}", "  ".repeat(depth), code.code);
        rows.push(vec![id, code.label.clone(), note.to_owned()]);
        if depth + 1 < DEPTH_MAX {
            branch(codes, Some(&code.code), depth + 1, rows);
        }
    }
}

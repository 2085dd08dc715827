//! `journal recover`: a new journal of what is sound, and what is lost or in doubt by that.

use crate::clock::wall_ms;
use crate::codec::CHAT;
use crate::engine::replay;
use crate::keys::Keys;
use crate::person;
use anyhow::{Context, Result};
use desk_core::name::{ChatId, StepId};
use desk_core::{State, StepPhase};
use desk_journal::{Read, Reader, Recovered, SALVAGED, recover};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// The list of what is lost or in doubt, beside the new journal.
const REPORT: &str = "recovered.json";

/// What became of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    /// Nothing of it is in the new journal.
    Lost,
    /// It is open; what was said or done last may be missing.
    OpenInDoubt,
    /// It has ended; records of it are missing.
    HistoryInDoubt,
}

#[derive(Debug, Serialize)]
struct ChatInDoubt {
    chat: String,
    fate: Fate,
}

/// A step that will be looked for on the instance before it is sent.
#[derive(Debug, Serialize)]
struct StepInDoubt {
    step: String,
    phase: &'static str,
}

#[derive(Debug, Serialize)]
struct Report {
    v: u32,
    /// The last record that was kept, and the last that is known to have existed.
    to: u64,
    known: u64,
    records: u64,
    holes: Vec<(u64, u64)>,
    personal_lost: Vec<u64>,
    salvaged: u64,
    snapshots_lost: Vec<String>,
    chats: Vec<ChatInDoubt>,
    /// Whether more chats are touched than could be listed.
    more: bool,
    steps: Vec<StepInDoubt>,
    lost: bool,
}

pub(super) fn run(data: &Path, to: &Path, json: bool) -> Result<()> {
    let mut progress = Progress::new();
    let recovered = recover(data, to, wall_ms(), &mut |at, of| progress.tell(at, of))?;
    progress.end();
    Keys::copy(data, to).context("the key beside the journal")?;
    person::copy(data, to).context("the list of erasures beside the journal")?;
    let report = report(to, &recovered)?;
    keep(to, &report)?;
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        tell(&mut out, data, to, &report)?;
    }
    Ok(())
}

fn report(to: &Path, recovered: &Recovered) -> Result<Report> {
    let reader = Reader::open(to)?;
    let snapshot = reader.last_snapshot_at_or_before(recovered.to)?;
    let state = replay(&reader, snapshot.as_ref(), recovered.to)?.state;
    let behind = recovered.to < recovered.known;
    Ok(Report {
        v: 1,
        to: recovered.to,
        known: recovered.known,
        records: recovered.rows,
        holes: recovered.holes.iter().map(|hole| (hole.from, hole.to)).collect(),
        personal_lost: recovered.personal_lost.clone(),
        salvaged: recovered.salvaged,
        snapshots_lost: recovered.snapshots_lost.iter().map(|p| p.display().to_string()).collect(),
        chats: chats(&reader, &state, recovered, behind)?,
        more: recovered.touched_more,
        steps: if recovered.loss.is_some() { steps(&state) } else { Vec::new() },
        lost: recovered.loss.is_some(),
    })
}

/// The chats of lost records; and, where the last records are lost, all that are open.
fn chats(
    reader: &Reader,
    state: &State,
    recovered: &Recovered,
    behind: bool,
) -> Result<Vec<ChatInDoubt>> {
    let touched = recovered.touched.iter().filter(|(name, _)| name == CHAT);
    let mut ids: BTreeSet<String> = touched.map(|(_, id)| id.clone()).collect();
    if behind {
        ids.extend(state.chats.keys().map(ToString::to_string));
    }
    let open = |id: &str| id.parse().is_ok_and(|id: ChatId| state.chats.contains_key(&id));
    let mut chats = Vec::with_capacity(ids.len());
    for chat in ids {
        let fate = if open(&chat) {
            Fate::OpenInDoubt
        } else if reader.by_index(CHAT, &chat, 0, 1)?.is_empty() {
            Fate::Lost
        } else {
            Fate::HistoryInDoubt
        };
        chats.push(ChatInDoubt { chat, fate });
    }
    chats.sort_by(|a, b| (a.fate, &a.chat).cmp(&(b.fate, &b.chat)));
    Ok(chats)
}

/// What was still to be done for incidents.
fn steps(state: &State) -> Vec<StepInDoubt> {
    let all = state.outbox.incidents.iter().flat_map(|(chat, incident)| {
        incident.steps.iter().map(|(kind, step)| (StepId { chat: *chat, kind: *kind }, step.phase))
    });
    all.filter(|(_, phase)| !matches!(phase, StepPhase::Done | StepPhase::Dropped))
        .map(|(step, phase)| StepInDoubt { step: step.to_string(), phase: phase.name() })
        .collect()
}

/// Writes the list beside the new journal.
fn keep(to: &Path, report: &Report) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = to.join(REPORT);
    let mut options = fs::OpenOptions::new();
    let file: io::Result<File> = options.write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.with_context(|| path.display().to_string())?;
    file.write_all(&serde_json::to_vec_pretty(report)?)?;
    Ok(file.sync_all()?)
}

fn tell(out: &mut impl Write, data: &Path, to: &Path, report: &Report) -> io::Result<()> {
    let (data, to) = (data.display(), to.display());
    writeln!(
        out,
        "kept: {} records, the last is {} of {}",
        report.records, report.to, report.known
    )?;
    for (from, end) in &report.holes {
        writeln!(out, "lost: records {from} to {end}; a snapshot goes on behind them")?;
    }
    if report.to < report.known {
        writeln!(out, "lost: records {} to {}", report.to + 1, report.known)?;
    }
    if report.salvaged > 0 {
        writeln!(out, "of these {} can be read: {to}/{SALVAGED}", report.salvaged)?;
    }
    for seq in &report.personal_lost {
        writeln!(out, "lost: the personal part of record {seq}")?;
    }
    for path in &report.snapshots_lost {
        writeln!(out, "lost: the snapshot {path}")?;
    }
    for ChatInDoubt { chat, fate } in &report.chats {
        let fate = match fate {
            Fate::Lost => {
                "lost, with its incident if it had one (its correlation_id is the chat's id)"
            }
            Fate::OpenInDoubt => "in doubt: it goes on from what was kept",
            Fate::HistoryInDoubt => "in doubt: it has ended, a part of its history is gone",
        };
        writeln!(out, "chat {chat}: {fate}")?;
    }
    if report.more {
        writeln!(out, "and more chats than can be listed")?;
    }
    for step in &report.steps {
        let StepInDoubt { step, phase } = step;
        writeln!(out, "incident step {step} was {phase}: it is looked for before it is sent")?;
    }
    if !report.lost {
        writeln!(out, "nothing is lost; what was damaged was made anew")?;
    }
    writeln!(out, "{data} was not touched. The list is in {to}/{REPORT}.")?;
    writeln!(out, "Next: name {to} as journal.dir and start the daemon")
}

/// How far it is, on a terminal.
struct Progress {
    shown: bool,
    percent: u64,
}

impl Progress {
    fn new() -> Self {
        Self { shown: io::stderr().is_terminal(), percent: u64::MAX }
    }

    fn tell(&mut self, at: u64, of: u64) {
        let percent = at * 100 / of.max(1);
        if self.shown && percent != self.percent {
            self.percent = percent;
            eprint!("\rreading records: {percent:3} % of {of}");
        }
    }

    fn end(&self) {
        if self.shown && self.percent != u64::MAX {
            eprintln!();
        }
    }
}

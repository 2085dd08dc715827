//! `outbox`: the one door to what is still to be sent.

use std::io;

use clap::Subcommand;
use desk_wire::view::{OutboxItemView, ReplayView};
use desk_wire::{Call, OutboxFilter, UnixMs};

use crate::render::{HEAD, Page, or_none, words};
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// What is to be sent, or parked
    List {
        /// Only to this sink
        #[arg(long)]
        sink: Option<String>,
        /// Only of this chat
        #[arg(long)]
        chat: Option<String>,
        /// Only what was wanted since
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        since: Option<UnixMs>,
    },
    /// One step or delivery
    Show {
        /// Its id
        step: String,
    },
    /// Try a step or delivery now, or all that are parked
    #[command(group = clap::ArgGroup::new("what").required(true).args(["step", "parked"]))]
    Retry {
        /// Its id
        step: Option<String>,
        /// All that are parked, a thousand at most
        #[arg(long)]
        parked: bool,
        /// Only those to this sink
        #[arg(long, requires = "parked")]
        sink: Option<String>,
        /// Only those of this chat
        #[arg(long, requires = "parked")]
        chat: Option<String>,
        /// Only what was wanted since
        #[arg(long, requires = "parked", value_name = "TIME", value_parser = time::parse)]
        since: Option<UnixMs>,
    },
    /// Give a step or delivery up for good; with a create, all that waits for it
    Drop {
        /// Its id
        step: String,
        /// Why, for the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Look for what was sent of settled incidents, and send again what is not there; with a sink
    /// of the config, send once more what was sent to it
    #[command(group = clap::ArgGroup::new("which").required(true).multiple(true))]
    Replay {
        /// Only what was sent to this sink
        #[arg(long)]
        sink: Option<String>,
        /// What was sent of this chat
        #[arg(long, group = "which")]
        chat: Option<String>,
        /// What was sent of chats initiated since
        #[arg(long, group = "which", value_name = "TIME", value_parser = time::parse)]
        since: Option<UnixMs>,
    },
}

impl Outbox {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List { sink, chat, since } => Call::OutboxList { sink, chat, since },
            Self::Show { step } => Call::OutboxShow { step },
            Self::Retry { step: Some(step), .. } => Call::OutboxRetry { step },
            Self::Retry { sink, chat, since, .. } => {
                Call::OutboxRetryParked { which: OutboxFilter { sink, chat, since } }
            }
            Self::Drop { step, reason } => Call::OutboxDrop { step, reason },
            Self::Replay { sink, chat, since } => {
                Call::OutboxReplay { sink, chat, since, next: None }
            }
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, item: &OutboxItemView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{}{HEAD:#}: {}", item.step, words(&item.phase)))?;
    page.field("to", &item.sink)?;
    page.field("does", words(&item.kind))?;
    page.field("chat", &item.chat)?;
    page.field("segment", item.segment.map(|n| n.to_string()).unwrap_or_default())?;
    page.field("attempts", item.attempts)?;
    page.field("due", page.at_if(item.due))?;
    page.field("reason", or_none(item.reason.as_ref()))
}

pub(crate) fn list(page: &mut Page<'_>, items: &[OutboxItemView]) -> io::Result<()> {
    let rows = items.iter().map(|item| {
        vec![
            item.step.clone(),
            item.sink.clone(),
            words(&item.kind),
            words(&item.phase),
            or_none(item.reason.as_ref()),
            page.at_if(item.due),
            item.attempts.to_string(),
            item.chat.clone(),
            item.segment.map(|n| n.to_string()).unwrap_or_default(),
        ]
    });
    let rows = rows.collect();
    let header = ["STEP", "TO", "DOES", "PHASE", "REASON", "DUE", "ATTEMPTS", "CHAT", "SEGMENT"];
    page.table(&header, rows, "nothing is to be sent")
}

/// What became of each step that was looked for.
pub(crate) fn replayed(page: &mut Page<'_>, replay: &ReplayView) -> io::Result<()> {
    let rows = replay
        .steps
        .iter()
        .map(|step| vec![step.step.clone(), words(step.outcome), step.chat.clone()]);
    page.table(&["STEP", "OUTCOME", "CHAT"], rows.collect(), "nothing was sent of these")?;
    if replay.next.is_some() {
        page.line(format_args!("there may be more; narrow it down by --chat or --since"))?;
    }
    Ok(())
}

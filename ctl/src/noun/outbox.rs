//! `outbox`: the one door to what is still to be sent.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::OutboxItemView;

use crate::render::{HEAD, Page, or_none, words};

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// What is to be sent, or parked
    List,
    /// One step
    Show {
        /// The step
        step: String,
    },
    /// Try a step now
    Retry {
        /// The step
        step: String,
    },
    /// Give a step up for good
    Drop {
        /// The step
        step: String,
        /// Why, for the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

impl Outbox {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::OutboxList {},
            Self::Show { step } => Call::OutboxShow { step },
            Self::Retry { step } => Call::OutboxRetry { step },
            Self::Drop { step, reason } => Call::OutboxDrop { step, reason },
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, item: &OutboxItemView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{}{HEAD:#}: {}", item.step, words(&item.phase)))?;
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
    let header = ["STEP", "DOES", "PHASE", "REASON", "DUE", "ATTEMPTS", "CHAT", "SEGMENT"];
    page.table(&header, rows, "nothing is to be sent")
}

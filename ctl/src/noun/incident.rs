//! `incident`: what became of a chat in ServiceNow.

use std::io;

use clap::Subcommand;
use desk_wire::view::{AuditView, DifferenceView, IncidentState, IncidentView};
use desk_wire::{Call, UnixMs};

use crate::noun::outbox;
use crate::render::{HEAD, Page, or_none, words};
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Incidents, the pending ones first
    List,
    /// The incident of a chat
    Show {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Hold incidents against what ServiceNow holds; exits with 1 if anything is wrong
    Audit {
        /// Only this chat's
        #[arg(long)]
        chat: Option<String>,
        /// Only of chats initiated since
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        since: Option<UnixMs>,
        /// Only of chats initiated before
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        until: Option<UnixMs>,
    },
}

impl Incident {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::IncidentList {},
            Self::Show { chat } => Call::IncidentShow { chat },
            Self::Audit { chat, since, until } => {
                Call::IncidentAudit { chat, since, until, next: None }
            }
        }
    }
}

/// Number or state, in one line.
pub(crate) fn line(incident: &IncidentView) -> String {
    match (incident.state, &incident.number, &incident.reason) {
        (IncidentState::Created, Some(number), _) if incident.appended => {
            format!("{number}, which was open before")
        }
        (IncidentState::Created, Some(number), _) => number.clone(),
        (state, _, Some(reason)) => format!("{state}: {reason}"),
        (state, ..) => state.to_string(),
    }
}

/// What ServiceNow holds otherwise, in one line.
pub(crate) fn differs(difference: &DifferenceView) -> String {
    let DifferenceView { field, sent, held } = difference;
    match held {
        Some(held) => format!("{field} was sent as \"{sent}\", ServiceNow holds \"{held}\""),
        None => format!("{field} was sent as \"{sent}\", ServiceNow holds nothing"),
    }
}

pub(crate) fn show(page: &mut Page<'_>, incident: &IncidentView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{}{HEAD:#}", line(incident)))?;
    page.field("chat", &incident.chat)?;
    page.field("sys_id", or_none(incident.sys_id.as_ref()))?;
    page.field("url", or_none(incident.url.as_ref()))?;
    if let Some(interaction) = &incident.interaction {
        page.field("interaction", interaction)?;
    }
    for difference in &incident.differences {
        page.field("differs", differs(difference))?;
    }
    if incident.steps.is_empty() { Ok(()) } else { outbox::list(page, &incident.steps) }
}

/// What is wrong, if anything, and how much was looked at.
pub(crate) fn audit(page: &mut Page<'_>, audit: &AuditView) -> io::Result<()> {
    let rows = audit.findings.iter().map(|finding| {
        let what = match (finding.times, finding.differences.as_slice()) {
            (Some(times), _) => format!("{times} times"),
            (None, differences) => differences.iter().map(differs).collect::<Vec<_>>().join("\n"),
        };
        vec![
            words(finding.problem),
            finding.step.clone(),
            finding.number.clone(),
            what,
            or_none(finding.url.as_ref()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let found = rows.len();
    if found > 0 {
        page.table(&["PROBLEM", "STEP", "NUMBER", "WHAT", "URL"], rows, "")?;
    }
    let more = if audit.next.is_some() { "; there may be more" } else { "" };
    page.line(format_args!("{} incidents looked at, {found} findings{more}", audit.checked))
}

pub(crate) fn list(page: &mut Page<'_>, incidents: &[IncidentView]) -> io::Result<()> {
    let rows = incidents.iter().map(|incident| {
        vec![
            incident.chat.clone(),
            incident.state.to_string(),
            or_none(incident.number.as_ref()),
            or_none(incident.reason.as_ref()),
            or_none(incident.url.as_ref()),
        ]
    });
    let header = ["CHAT", "STATE", "NUMBER", "REASON", "URL"];
    page.table(&header, rows.collect(), "no incidents")
}

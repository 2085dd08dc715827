//! `incident`: what became of a chat in ServiceNow.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{DifferenceView, IncidentState, IncidentView};

use crate::noun::outbox;
use crate::render::{HEAD, Page, or_none};

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Incidents, the pending ones first
    List,
    /// The incident of a chat
    Show {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
}

impl Incident {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::IncidentList {},
            Self::Show { chat } => Call::IncidentShow { chat },
        }
    }
}

/// Number or state, in one line.
pub(crate) fn line(incident: &IncidentView) -> String {
    match (incident.state, &incident.number, &incident.reason) {
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
    for difference in &incident.differences {
        page.field("differs", differs(difference))?;
    }
    if incident.steps.is_empty() { Ok(()) } else { outbox::list(page, &incident.steps) }
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

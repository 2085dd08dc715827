//! `agent`: who is there, and an admin's verbs for them.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{AgentView, SegmentView};

use crate::noun::status::Forced;
use crate::noun::{offer, wrapup};
use crate::render::{DIM, HEAD, Page, WARN, join, or_none, status, words};

#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    /// All agents
    List,
    /// One agent
    Show {
        /// The agent
        agent: String,
    },
    /// Force an agent's status
    SetStatus {
        /// The agent
        agent: String,
        /// The status
        status: Forced,
        /// A reason code
        #[arg(long, value_name = "CODE")]
        reason: Option<String>,
    },
    /// Keep offers from an agent, whatever they ask for; what they have goes on
    Drain {
        /// The agent
        agent: String,
        /// Let offers come again
        #[arg(long)]
        off: bool,
    },
    /// Hand over what an agent has open, all of it or nothing; each transcript says so
    HandOver {
        /// The agent who goes
        agent: String,
        /// Who goes on with the chats, and wraps up what is not wrapped up
        #[arg(long, value_name = "AGENT", required_unless_present = "requeue")]
        to: Option<String>,
        /// Put the chats back in front of their queues; wrap-ups are closed as they are
        #[arg(long, conflicts_with = "to")]
        requeue: bool,
    },
    /// Force an agent's logout: active chats are re-queued, open wrap-ups closed as they are
    Logout {
        /// The agent
        agent: String,
    },
}

impl Agent {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::AgentList {},
            Self::Show { agent } => Call::AgentShow { agent },
            Self::SetStatus { agent, status, reason } => {
                Call::AgentSetStatus { agent, to: status.into(), reason }
            }
            Self::Drain { agent, off } => Call::AgentDrain { agent, on: !off },
            // Where there is no other, back is what is meant.
            Self::HandOver { agent, to, requeue: _ } => Call::AgentHandOver { agent, to },
            Self::Logout { agent } => Call::AgentLogout { agent },
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, agent: &AgentView) -> io::Result<()> {
    page.line(format_args!(
        "{HEAD}{}{HEAD:#} ({}): {}{}",
        agent.name,
        agent.agent,
        status(agent.status),
        agent.sub_status.as_ref().map(|sub| format!(", {sub}")).unwrap_or_default(),
    ))?;
    let cause = words(&agent.cause);
    page.field("since", format!("{}, {cause} (by {})", page.at(agent.since), agent.by))?;
    page.field("next", agent.next.map(status).unwrap_or_default())?;
    page.field("reason", or_none(agent.reason.as_ref()))?;
    page.field("until", page.at_if(agent.return_at))?;
    page.field("load", format!("{} of {}", agent.load, agent.capacity))?;
    page.field("queues", join(&agent.queues))?;
    if agent.away {
        page.field("away", format!("{WARN}no desk is open: no offers{WARN:#}"))?;
    }
    if agent.retired {
        page.field("retired", format!("{WARN}no longer in the config{WARN:#}"))?;
    }
    if agent.drained {
        page.field("drained", format!("{WARN}an admin keeps offers away{WARN:#}"))?;
    }
    page.field("no offers", or_none(agent.no_offers.as_ref().map(|why| &why.text)))?;
    if let Some(missed) = &agent.last_missed {
        let outcome = words(missed.outcome);
        let at = page.at(missed.at);
        page.field(
            "missed",
            format!("chat {} of {} {outcome} at {at}", missed.chat, missed.queue),
        )?;
    }
    segments(page, &agent.segments)?;
    if let Some(pending) = &agent.offer {
        page.line(format_args!("{DIM}offered:{DIM:#}"))?;
        offer::show(page, Some(pending))?;
    }
    Ok(())
}

fn segments(page: &mut Page<'_>, segments: &[SegmentView]) -> io::Result<()> {
    for segment in segments {
        let timer = wrapup::timer(&segment.wrapup);
        let timer = if timer.is_empty() { timer } else { format!(", {timer}") };
        let state = words(segment.state);
        page.field("chat", format!("{} of {}: {state}{timer}", segment.chat, segment.queue))?;
    }
    Ok(())
}

pub(crate) fn list(page: &mut Page<'_>, agents: &[AgentView]) -> io::Result<()> {
    let rows = agents.iter().map(|agent| {
        vec![
            agent.agent.clone(),
            words(agent.status),
            or_none(agent.sub_status.as_ref()),
            agent.next.map(words).unwrap_or_default(),
            page.at(agent.since),
            format!("{}/{}", agent.load, agent.capacity),
            agent.name.clone(),
            join(&agent.queues),
        ]
    });
    let rows = rows.collect();
    let header = ["AGENT", "STATUS", "SUB", "NEXT", "SINCE", "LOAD", "NAME", "QUEUES"];
    page.table(&header, rows, "no agents")
}

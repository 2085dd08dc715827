//! `desk`, `token`, `session`: what lets a browser or a program in.

use std::io;

use clap::{ArgGroup, Args, Subcommand};
use desk_wire::view::{GrantView, TicketView};
use desk_wire::{ActAs, Call, PopResult, Role, UnixMs};

use crate::failure::Failure;
use crate::host::Host;
use crate::render::{DIM, HEAD, Page, WARN, join};
use crate::time;

/// `desk`
#[derive(Debug, Clone, Args)]
pub(crate) struct Desk {
    /// Print the address instead of opening it
    #[arg(long)]
    print: bool,
}

impl Desk {
    /// Opens the desk at this address, where that is wanted; whether it is to be shown.
    pub(crate) fn open(&self, ticket: &TicketView, host: &mut Host<'_>) -> Result<bool, Failure> {
        if self.print {
            return Ok(true);
        }
        match (host.open)(&ticket.url) {
            PopResult::Opened => {
                writeln!(host.err, "{DIM}opened the desk in the browser{DIM:#}")?;
                Ok(false)
            }
            PopResult::Blocked | PopResult::NotPossible => {
                writeln!(
                    host.err,
                    "{WARN}no browser opened{WARN:#}; this address signs in, once:"
                )?;
                Ok(true)
            }
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is shown once
    #[command(group = ArgGroup::new("holder").required(true))]
    Create {
        /// For this agent
        #[arg(long, group = "holder", value_name = "NAME")]
        agent: Option<String>,
        /// For this role: supervisor, admin or integrator
        #[arg(long, group = "holder", value_name = "ROLE", value_parser = role)]
        role: Option<Role>,
        /// A queue of the supervisor's; may be given several times
        #[arg(long = "queue", value_name = "QUEUE", requires = "role")]
        queues: Vec<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        label: String,
        /// Until when it is good, such as 2026-12-31 18:00 or 720h [default: as configured]
        #[arg(long, value_name = "TIME", value_parser = time::parse_ahead)]
        expires: Option<UnixMs>,
    },
    /// Tokens in force
    List,
    /// Take a token back, and the sessions that it opened
    Revoke {
        /// Its id
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// Browsers that are signed in
    List,
    /// Sign a browser out
    Revoke {
        /// Its id
        session: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    match text {
        "supervisor" => Ok(Role::Supervisor),
        "admin" => Ok(Role::Admin),
        "integrator" => Ok(Role::Integrator),
        _ => Err("expected supervisor, admin or integrator; an agent goes by --agent".to_owned()),
    }
}

impl Token {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::Create { agent, role, queues, label, expires } => {
                let role = role.unwrap_or(Role::Agent);
                let to = agent.map_or(ActAs::Role(role), ActAs::Agent);
                Call::TokenCreate { to, queues, label, expires }
            }
            Self::List => Call::TokenList {},
            Self::Revoke { token } => Call::TokenRevoke { token },
        }
    }
}

impl Session {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::SessionList {},
            Self::Revoke { session } => Call::SessionRevoke { session },
        }
    }
}

pub(crate) fn ticket(page: &mut Page<'_>, ticket: &TicketView) -> io::Result<()> {
    page.line(format_args!("{}", ticket.url))
}

pub(crate) fn show(page: &mut Page<'_>, grant: &GrantView) -> io::Result<()> {
    page.line(format_args!("{HEAD}token{HEAD:#} {} for {}", grant.id, grant.holder))?;
    page.field("queues", join(&grant.queues))?;
    page.field("label", &grant.label)?;
    page.field("expires", page.at(grant.expires))?;
    match &grant.secret {
        Some(secret) => page.field("secret", format!("{secret}  (shown this once)")),
        None => Ok(()),
    }
}

pub(crate) fn list(page: &mut Page<'_>, grants: &[GrantView]) -> io::Result<()> {
    let rows = grants.iter().map(|grant| {
        let queues = join(&grant.queues);
        let holder = if queues.is_empty() {
            grant.holder.clone()
        } else {
            format!("{} of {queues}", grant.holder)
        };
        vec![
            grant.id.clone(),
            holder,
            page.at(grant.expires),
            grant.label.clone(),
            grant.by.clone(),
            page.at(grant.made),
        ]
    });
    let rows = rows.collect();
    page.table(&["ID", "FOR", "EXPIRES", "LABEL", "MADE BY", "MADE"], rows, "there is none")
}

//! `daemon`: how it is doing, drain and stop.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::{DaemonStatus, OutboxCounts};

use crate::noun::{config, script};
use crate::render::{BAD, HEAD, Page, WARN, status};
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Daemon {
    /// How the daemon is doing
    Status,
    /// Turn new chats away; those that wait are served
    Drain {
        /// Take new chats again
        #[arg(long)]
        off: bool,
    },
    /// Stop the daemon; what is open goes on at its next start
    Stop,
}

impl Daemon {
    pub(crate) const fn call(self) -> Call {
        match self {
            Self::Status => Call::DaemonStatus {},
            Self::Drain { off } => Call::DaemonDrain { on: !off },
            Self::Stop => Call::DaemonStop {},
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, daemon: &DaemonStatus) -> io::Result<()> {
    let (version, up) = (&daemon.version, time::duration(daemon.uptime_ms));
    page.line(format_args!("{HEAD}deskd {version}{HEAD:#}, up {up}, pid {}", daemon.pid))?;
    if daemon.draining {
        page.field("draining", format!("{WARN}new chats are turned away{WARN:#}"))?;
    }
    if daemon.low_disk {
        page.field("low disk", format!("{BAD}new chats are turned away{BAD:#}"))?;
    }
    let chats = &daemon.chats;
    page.field(
        "chats",
        format!(
            "{} open: {} waiting, {} offered, {} active; {} wrapping up",
            chats.open, chats.waiting, chats.offered, chats.active, chats.wrapping_up
        ),
    )?;
    let agents: Vec<String> =
        daemon.agents.iter().map(|(word, count)| format!("{count} {}", status(*word))).collect();
    page.field("agents", agents.join(", "))?;
    page.field("outbox", counts(&daemon.outbox))?;
    for (n, to) in daemon.sinks.iter().enumerate() {
        let name = if n == 0 { "deliveries" } else { "" };
        let lost = warned(to.lost, "lost");
        page.field(name, format!("to {}: {}, {lost}", to.sink, counts(&to.counts)))?;
    }
    if let Some(events) = &daemon.events {
        let behind = match events.behind {
            Some(1) => "1 record behind".to_owned(),
            Some(behind) => format!("{behind} records behind"),
            None => "no rule follows".to_owned(),
        };
        page.field("on_event", format!("{behind}, {}", warned(events.skipped, "passed over")))?;
    }
    let (epoch, seq) = (daemon.epoch, daemon.seq);
    page.field("journal", format!("epoch {epoch}, record {seq}, durable {}", daemon.durable))?;
    page.field("config", &daemon.config.hash)?;
    config::details(page, &daemon.config)?;
    script::set(page, &daemon.scripts)?;
    for error in &daemon.errors {
        page.field("error", format!("{} {}", page.at(error.at), error.text))?;
    }
    Ok(())
}

fn counts(of: &OutboxCounts) -> String {
    let parked = warned(of.parked.into(), "parked");
    format!("{} pending, {} sending, {parked}", of.pending, of.sending)
}

/// So many, of which none should be.
fn warned(count: u64, word: &str) -> String {
    let text = format!("{count} {word}");
    if count > 0 { format!("{WARN}{text}{WARN:#}") } else { text }
}

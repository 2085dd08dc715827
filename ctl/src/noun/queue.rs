//! `queue`: who waits, who serves.

use std::io;

use clap::Subcommand;
use desk_wire::view::{FiguresView, HoursView, LevelView, QueueView};
use desk_wire::{Call, UnixMs};

use crate::render::{HEAD, Page, WARN, ms_if, words};
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// All queues
    List,
    /// One queue with its agents
    Show {
        /// The queue
        queue: String,
    },
    /// What happened in the queues today: chats, offers, how long they took
    Figures {
        /// From this time on, at most a day ago: 2026-11-22 08:00, or a time ago such as 2h;
        /// left out, since midnight
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        since: Option<UnixMs>,
    },
    /// Turn new chats of a queue away; those that wait are served
    Drain {
        /// The queue
        queue: String,
        /// Take new chats again
        #[arg(long)]
        off: bool,
    },
    /// Open a queue, whatever its hours say
    Open {
        /// The queue
        queue: String,
        /// Then it goes by its hours again: 18:00, 2026-11-22 18:00, or after: 2h
        #[arg(long, value_name = "TIME", value_parser = time::parse_ahead)]
        until: Option<UnixMs>,
    },
    /// Close a queue, whatever its hours say; what becomes of those who wait is in its config
    Close {
        /// The queue
        queue: String,
        /// Then it goes by its hours again: 18:00, 2026-11-22 18:00, or after: 2h
        #[arg(long, value_name = "TIME", value_parser = time::parse_ahead)]
        until: Option<UnixMs>,
    },
    /// Let a queue go by its hours again
    AsPlanned {
        /// The queue
        queue: String,
    },
}

impl Queue {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::List => Call::QueueList {},
            Self::Show { queue } => Call::QueueShow { queue },
            Self::Figures { since } => {
                Call::QueueFigures { since: Some(since.unwrap_or_else(time::midnight)) }
            }
            Self::Drain { queue, off } => Call::QueueDrain { queue, on: !off },
            Self::Open { queue, until } => Call::QueueHours { queue, open: Some(true), until },
            Self::Close { queue, until } => Call::QueueHours { queue, open: Some(false), until },
            Self::AsPlanned { queue } => Call::QueueHours { queue, open: None, until: None },
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, queue: &QueueView) -> io::Result<()> {
    page.line(format_args!("{HEAD}{}{HEAD:#} ({})", queue.name, queue.queue))?;
    if queue.retired {
        page.field("retired", format!("{WARN}no longer in the config{WARN:#}"))?;
    }
    if queue.drained {
        page.field("drained", format!("{WARN}new chats are turned away{WARN:#}"))?;
    }
    if let Some(hours) = &queue.hours {
        page.field("hours", stands(page, hours))?;
    }
    let longest = queue.longest_wait_ms.map(|ms| format!(", longest {}", ms_if(Some(ms))));
    page.field("waiting", format!("{}{}", queue.waiting, longest.unwrap_or_default()))?;
    if let Some(ms) = queue.expected_wait_ms {
        page.field("expected", format!("{} for who comes now", ms_if(Some(ms))))?;
    }
    if let Some(level) = &queue.service_level {
        let LevelView { secs, target, percent, below } = level;
        let so_far = percent.map_or("too few yet".to_owned(), |percent| format!("{percent} %"));
        let is = if *below { format!("{WARN}{so_far}{WARN:#}") } else { so_far };
        page.field("level", format!("{is}, to be {target} % within {secs} s"))?;
    }
    page.field("offered", queue.offered)?;
    page.field("active", queue.active)?;
    page.field("agents", format!("{}, {} can take a chat", queue.members, queue.available))?;
    page.field("priority", queue.priority)?;
    page.field("weight", queue.weight)?;
    page.field("accept", format!("{} s", queue.accept_secs))?;
    let secs = queue.wrapup_secs.map(|secs| format!(", {secs} s")).unwrap_or_default();
    page.field("wrap-up", format!("{}{secs}", queue.wrapup))?;
    if queue.agents.is_empty() {
        return Ok(());
    }
    let rows = queue.agents.iter().map(|member| {
        vec![
            member.agent.clone(),
            member.level.to_string(),
            words(member.status),
            if member.can_take { "yes" } else { "no" }.to_owned(),
        ]
    });
    page.table(&["AGENT", "LEVEL", "STATUS", "CAN TAKE"], rows.collect(), "no agents")
}

/// How a queue stands by its hours.
fn stands(page: &Page<'_>, hours: &HoursView) -> String {
    let HoursView { open, until, opens, by_hand } = hours;
    let is = if *open { "open".to_owned() } else { format!("{WARN}closed{WARN:#}") };
    let by = if *by_hand { ", by hand" } else { "" };
    let opens = opens.filter(|at| *until != Some(*at));
    let opens = opens.map(|at| format!(", opens {}", page.at(at))).unwrap_or_default();
    let until = until.map(|at| format!(" until {}", page.at(at))).unwrap_or_default();
    format!("{is}{until}{by}{opens}")
}

pub(crate) fn list(page: &mut Page<'_>, queues: &[QueueView]) -> io::Result<()> {
    let rows = queues.iter().map(|queue| {
        vec![
            queue.queue.clone(),
            queue.name.clone(),
            queue.waiting.to_string(),
            ms_if(queue.longest_wait_ms),
            queue.active.to_string(),
            format!("{}/{}", queue.available, queue.members),
            match (&queue.hours, queue.retired) {
                (_, true) => "retired".to_owned(),
                (Some(hours), false) => stands(page, hours),
                (None, false) => String::new(),
            },
        ]
    });
    let header = ["QUEUE", "NAME", "WAITING", "LONGEST", "ACTIVE", "CAN TAKE", ""];
    page.table(&header, rows.collect(), "no queues")
}

pub(crate) fn figures(page: &mut Page<'_>, figures: &FiguresView) -> io::Result<()> {
    page.field("since", page.at(figures.since))?;
    let rows = figures.queues.iter().map(|queue| {
        let offers = &queue.offers;
        vec![
            queue.name.clone(),
            queue.came.to_string(),
            offers.accepted.to_string(),
            offers.rejected.to_string(),
            offers.timed_out.to_string(),
            offers.abandoned.to_string(),
            offers.rescinded.to_string(),
            ms_if(queue.handled.mean_ms),
            ms_if(queue.wrapped.mean_ms),
        ]
    });
    let header = [
        "QUEUE",
        "CHATS",
        "ACCEPTED",
        "REJECTED",
        "TIMED OUT",
        "ABANDONED",
        "RESCINDED",
        "HANDLED",
        "WRAP-UP",
    ];
    page.table(&header, rows.collect(), "no queues")
}

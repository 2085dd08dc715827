//! `chat`: what is said, and where each chat is.

use std::io;

use clap::{Args, Subcommand, ValueEnum};
use desk_wire::view::{ChatState, ChatView, CustomerView, HistoryView, MessageView, SegmentView};
use desk_wire::{Call, UnixMs, Visibility};

use crate::failure::Failure;
use crate::host::Host;
use crate::noun::{incident, record};
use crate::render::{DIM, HEAD, Page, WARN, join, ms_if, or_none, words};
use crate::{text, time};

#[derive(Debug, Subcommand)]
pub(crate) enum Chat {
    /// Open chats: your own, or all that you may see
    List {
        /// Only of this queue
        #[arg(long)]
        queue: Option<String>,
        /// Only in this state; `ended` lists abandoned ones that nobody has acknowledged
        #[arg(long)]
        state: Option<State>,
    },
    /// A chat with its messages
    Show {
        /// The chat [default: the one that there is]
        chat: Option<String>,
        /// Messages from this number on
        #[arg(long, value_name = "N")]
        from: Option<u64>,
    },
    /// Send a message
    Say {
        /// The chat [default: the one that there is]
        #[arg(long, short)]
        chat: Option<String>,
        /// Only for agents and supervisors
        #[arg(long)]
        internal: bool,
        /// What to say; `-` reads it from standard input
        #[arg(required = true, value_name = "TEXT")]
        words: Vec<String>,
    },
    /// Show the customer that you type, for a few seconds
    Typing {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// End a chat
    End {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Hand your chat to another queue or agent
    Transfer {
        /// The chat [default: the one that there is]
        chat: Option<String>,
        #[command(flatten)]
        to: Target,
    },
    /// Chats of the past, newest first
    History(History),
    /// Acknowledge an abandoned chat
    Ack {
        /// The chat [default: the one that there is]
        chat: Option<String>,
    },
    /// Hand a chat to an agent or a queue
    Assign {
        /// The chat
        chat: String,
        #[command(flatten)]
        to: Target,
    },
    /// Put a chat back to its place in its queue
    Requeue {
        /// The chat
        chat: String,
    },
    /// End a chat in whatever state it is
    ForceEnd {
        /// The chat
        chat: String,
    },
}

/// `chat history`
#[derive(Debug, Args)]
pub(crate) struct History {
    /// This chat, with its messages
    #[arg(conflicts_with_all = ["email", "since", "until", "limit", "next"])]
    chat: Option<String>,
    /// Of this customer
    #[arg(long)]
    email: Option<String>,
    /// Initiated at or after: 2026-11-22, 2026-11-22 10:02, or ago: 2h
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    since: Option<UnixMs>,
    /// Initiated before
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    until: Option<UnixMs>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Go on where an earlier page ended
    #[arg(long, value_name = "PLACE")]
    next: Option<String>,
}

/// Where a chat is handed to
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Target {
    /// An agent, who is offered it
    #[arg(long)]
    agent: Option<String>,
    /// A queue, where it waits
    #[arg(long)]
    queue: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// In its queue
    Waiting,
    /// Offered to an agent
    Offered,
    /// An agent talks
    Active,
    /// Over
    Ended,
}

impl From<State> for ChatState {
    fn from(state: State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Offered => Self::Offered,
            State::Active => Self::Active,
            State::Ended => Self::Ended,
        }
    }
}

impl Chat {
    pub(crate) fn call(self, host: &mut Host<'_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::List { queue, state } => Call::ChatList { queue, state: state.map(Into::into) },
            Self::Show { chat, from } => Call::ChatShow { chat, from },
            Self::Say { chat, internal, words } => Call::ChatSay {
                chat,
                text: text::of(&words, host)?,
                visibility: if internal { Visibility::Internal } else { Visibility::All },
            },
            Self::Typing { chat } => Call::ChatTyping { chat },
            Self::End { chat } => Call::ChatEnd { chat },
            Self::Transfer { chat, to: Target { agent, queue } } => {
                Call::ChatTransfer { chat, agent, queue }
            }
            Self::History(History { chat, email, since, until, limit, next }) => {
                Call::ChatHistory { chat, email, since, until, limit, next }
            }
            Self::Ack { chat } => Call::ChatAck { chat },
            Self::Assign { chat, to: Target { agent, queue } } => {
                Call::ChatAssign { chat, agent, queue }
            }
            Self::Requeue { chat } => Call::ChatRequeue { chat },
            Self::ForceEnd { chat } => Call::ChatForceEnd { chat },
        })
    }
}

/// A customer in one line.
pub(crate) fn customer(customer: &CustomerView) -> String {
    let name = customer.name.as_deref().unwrap_or("(erased)");
    match &customer.email {
        Some(email) => format!("{name} <{email}>"),
        None => name.to_owned(),
    }
}

pub(crate) fn show(page: &mut Page<'_>, chat: &ChatView) -> io::Result<()> {
    let ended = chat.how_ended.map(|how| format!(" ({})", words(how))).unwrap_or_default();
    let (who, state) = (customer(&chat.customer), words(chat.state));
    page.line(format_args!("{HEAD}{who}{HEAD:#} in {}: {state}{ended}", chat.queue))?;
    page.field("chat", &chat.chat)?;
    page.field("agent", or_none(chat.agent.as_ref()))?;
    if !chat.customer.verified {
        page.field("identity", format!("{WARN}unverified{WARN:#}"))?;
    }
    page.field("initiated", page.at(chat.times.initiated))?;
    page.field("accepted", page.at_if(chat.times.accepted))?;
    page.field("terminated", page.at_if(chat.times.terminated))?;
    page.field("waiting", ms_if(chat.times.waiting_ms))?;
    for (name, value) in &chat.fields {
        page.field("field", format!("{name} = {value}"))?;
    }
    for segment in &chat.segments {
        page.field(&format!("segment {}", segment.n), segment_line(page, segment))?;
    }
    page.field("match", record::line(&chat.record))?;
    page.field("incident", incident::line(&chat.incident))?;
    if chat.unacknowledged {
        page.field("note", format!("{WARN}nobody has acknowledged it yet{WARN:#}"))?;
    }
    page.field("messages", chat.message_count)?;
    chat.messages.iter().try_for_each(|one| message(page, one))
}

fn segment_line(page: &Page<'_>, segment: &SegmentView) -> String {
    let mut line = format!("{} {}", segment.agent, words(segment.state));
    line.push_str(&format!(", accepted {}", page.at(segment.accepted)));
    if let (Some(left), Some(why)) = (segment.left, segment.why_left) {
        line.push_str(&format!(", {why} {}", page.at(left)));
    }
    if !segment.codes.is_empty() {
        line.push_str(&format!(", {}", join(&segment.codes)));
    }
    line
}

pub(crate) fn message(page: &mut Page<'_>, message: &MessageView) -> io::Result<()> {
    let (at, line) = (page.at(message.at), said(message));
    page.line(format_args!("{DIM}{:>4} {at}{DIM:#} {line}", message.n))
}

/// Who said what, without number and time.
pub(crate) fn said(message: &MessageView) -> String {
    let who = message.name.clone().unwrap_or_else(|| message.from.to_string());
    let text = message.text.as_deref().unwrap_or("(erased)").replace('\n', "\n     ");
    let internal = match message.visibility {
        Visibility::All => String::new(),
        Visibility::Internal => format!(" {WARN}(internal){WARN:#}"),
    };
    format!("{HEAD}{who}{HEAD:#}{internal}: {text}")
}

pub(crate) fn list(page: &mut Page<'_>, chats: &[ChatView]) -> io::Result<()> {
    let rows = chats.iter().map(|chat| {
        let ended = chat.how_ended.map(|how| format!(" ({})", words(how))).unwrap_or_default();
        let last = chat.segments.last().map(|segment| segment.agent.clone());
        vec![
            chat.chat.clone(),
            format!("{}{ended}", words(chat.state)),
            customer(&chat.customer),
            chat.queue.clone(),
            or_none(chat.agent.as_ref().or(last.as_ref())),
            page.at(chat.times.initiated),
            incident::line(&chat.incident),
            chat.message_count.to_string(),
        ]
    });
    let rows = rows.collect();
    let header =
        ["CHAT", "STATE", "CUSTOMER", "QUEUE", "AGENT", "INITIATED", "INCIDENT", "MESSAGES"];
    page.table(&header, rows, "no chats")
}

pub(crate) fn history(page: &mut Page<'_>, history: &HistoryView) -> io::Result<()> {
    match history.chats.as_slice() {
        [one] if !one.messages.is_empty() => show(page, one)?,
        chats => list(page, chats)?,
    }
    match &history.next {
        Some(next) => page.line(format_args!("{DIM}more: --next {next}{DIM:#}")),
        None => Ok(()),
    }
}

//! The command line: nouns, verbs and the flags that all share.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use desk_wire::{ActAs, CMD_CHARS_MAX, Call};

use crate::failure::Failure;
use crate::host::Host;
use crate::noun::{
    agent, chat, config, daemon, explain, grant, incident, journal, offer, outbox, person, queue,
    record, reply, script, session, status, wrapup,
};
use crate::watch;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Asks a running deskd
///
/// Exits with 0 when it was done, 1 when it was refused, 2 on wrong usage, 3 when no daemon could
/// be reached.
#[derive(Debug, Parser)]
#[command(name = "deskctl", version, styles = STYLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The daemon's socket [default: $XDG_RUNTIME_DIR/deskd.sock or /run/deskd/deskd.sock]
    #[arg(long, global = true, value_name = "PATH", env = "DESKD_SOCKET")]
    pub(crate) socket: Option<PathBuf>,
    /// Whom to act as: agent:NAME or role:supervisor|admin|integrator
    #[arg(long = "as", global = true, value_name = "WHO", env = "DESKD_AS")]
    pub(crate) act_as: Option<ActAs>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Do not ask before destroying something
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Id of the command: the same one again gets the first answer again
    #[arg(long, global = true, value_name = "ID", value_parser = command_id)]
    pub(crate) command_id: Option<String>,
}

fn command_id(id: &str) -> Result<String, String> {
    if (1..=CMD_CHARS_MAX).contains(&id.chars().count()) {
        return Ok(id.to_owned());
    }
    Err(format!("expected 1 to {CMD_CHARS_MAX} characters"))
}

/// Everything that can be typed.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Ask(Ask),
    /// Follow what happens
    Watch(watch::Watch),
    /// What is held about a person: a copy of it for them, its end
    #[command(subcommand)]
    Person(person::Person),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What is one call to the daemon: nouns with their verbs, and verbs that need no noun.
#[derive(Debug, Subcommand)]
pub(crate) enum Ask {
    /// Log in; the status is then on break
    Login,
    /// Log out
    Logout(session::Logout),
    /// Show or ask for a status
    Status(status::Status),
    /// The offer that is pending
    #[command(subcommand)]
    Offer(offer::Offer),
    /// Open the desk in the browser, signed in
    Desk(grant::Desk),
    /// Tokens by which agents and programs sign in
    #[command(subcommand)]
    Token(grant::Token),
    /// Browsers that are signed in
    #[command(subcommand)]
    Session(grant::Session),
    /// Chats
    #[command(subcommand)]
    Chat(chat::Chat),
    /// The customer's records
    #[command(subcommand)]
    Match(record::Match),
    /// Disposition codes, note and end of a chat's wrap-up
    #[command(subcommand)]
    Wrapup(wrapup::Wrapup),
    /// Canned replies
    #[command(subcommand)]
    Reply(reply::Reply),
    /// Agents
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Queues
    #[command(subcommand)]
    Queue(queue::Queue),
    /// The daemon itself
    #[command(subcommand)]
    Daemon(daemon::Daemon),
    /// Incidents
    #[command(subcommand)]
    Incident(incident::Incident),
    /// What is to be sent to other systems
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Scripts and their hooks
    #[command(subcommand)]
    Script(script::Script),
    /// The config in force
    #[command(subcommand)]
    Config(config::Config),
    /// The journal of the running daemon
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Why it is as it is: the story of a chat, why a queue's chats wait, why an agent is offered none
    Explain(explain::Explain),
    /// Who you are and what you may do
    Whoami,
}

impl Ask {
    /// The verb's call.
    pub(crate) fn call(self, host: &mut Host<'_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::Login => Call::Login {},
            Self::Logout(verb) => verb.call(),
            Self::Status(verb) => verb.call(),
            Self::Offer(verb) => verb.call(),
            Self::Desk(_) => Call::DeskTicket {},
            Self::Token(verb) => verb.call(),
            Self::Session(verb) => verb.call(),
            Self::Chat(verb) => verb.call(host)?,
            Self::Match(verb) => verb.call(),
            Self::Wrapup(verb) => verb.call(host)?,
            Self::Reply(verb) => verb.call(),
            Self::Agent(verb) => verb.call(),
            Self::Queue(verb) => verb.call(),
            Self::Daemon(verb) => verb.call(),
            Self::Incident(verb) => verb.call(),
            Self::Outbox(verb) => verb.call(),
            Self::Script(verb) => verb.call()?,
            Self::Config(verb) => verb.call(),
            Self::Journal(verb) => verb.call()?,
            Self::Explain(verb) => verb.call(),
            Self::Whoami => Call::Whoami {},
        })
    }
}

//! `deskctl`, the control tool of deskd. It asks a running daemon over its local socket and shows
//! the answer; it holds no rule of its own and reads no file of the daemon's.
//!
//! Data goes to standard output, talk to standard error. It exits with 0 when it was done, 1 when
//! it was refused, 2 on wrong usage, 3 when no daemon could be reached.

mod apply;
mod clean;
mod cli;
mod client;
mod confirm;
mod failure;
mod host;
mod noun;
mod paged;
mod render;
mod scripts;
mod socket;
mod table;
mod text;
mod time;
mod watch;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::{Ask, Cli, Command, Globals};
use crate::client::Connection;
use crate::failure::Failure;
use crate::render::{Page, Render};
use desk_wire::Reply;

pub use crate::host::Host;

/// Runs deskctl as a program: this process's arguments, streams and environment.
pub fn main() -> ExitCode {
    // Terminal colours are kept or dropped by what the stream is, NO_COLOR and CLICOLOR.
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let mut err = anstream::AutoStream::auto(io::stderr());
    let mut host = Host {
        out: &mut out,
        err: &mut err,
        input: &mut io::stdin(),
        can_ask: io::stdin().is_terminal() && io::stderr().is_terminal(),
        width: comfy_table::Table::new().width(),
        zone: jiff::tz::TimeZone::try_system().unwrap_or(jiff::tz::TimeZone::UTC),
        now: time::now,
        answer_max: client::ANSWER_MAX,
        runtime_dir: std::env::var_os("XDG_RUNTIME_DIR").map(Into::into),
        open: &mut watch::open_in_browser,
    };
    ExitCode::from(run(std::env::args_os(), &mut host))
}

/// Runs deskctl with these arguments (the program's name first) and answers its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, host: &mut Host<'_>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, host),
    };
    let json = cli.globals.json;
    let done = dispatch(cli.globals, cli.command, host).and_then(|()| Ok(host.out.flush()?));
    match done {
        Ok(()) => 0,
        Err(failure) => failure.report(json, host),
    }
}

fn dispatch(globals: Globals, command: Command, host: &mut Host<'_>) -> Result<(), Failure> {
    match command {
        Command::Completions { shell } => {
            // Built in memory first: the generator panics on a closed pipe.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "deskctl", &mut script);
            Ok(host.out.write_all(&script)?)
        }
        Command::Person(verb) => {
            let reply = noun::person::run(&globals, verb, host)?;
            print(&reply, globals.json, host)
        }
        Command::Watch(options) => watch::run(&globals, &options, host),
        Command::Ask(ask) => {
            let desk = match &ask {
                Ask::Desk(desk) if !globals.json => Some(desk.clone()),
                _ => None,
            };
            let call = ask.call(host)?;
            confirm::confirm(&call, globals.yes, host)?;
            let mut connection = Connection::open(&globals, host)?;
            let call = apply::look(call, &mut connection, &globals, host)?;
            let reply = paged::ask(call, &mut connection, &globals, host)?;
            let shown = match (&desk, &reply) {
                (Some(desk), Reply::Ticket(ticket)) => desk.open(ticket, host)?,
                _ => true,
            };
            if shown {
                print(&reply, globals.json, host)?;
            }
            // What was asked for was done, and what it says is that something is wrong.
            match reply {
                Reply::Audit(audit) if !audit.findings.is_empty() => Err(Failure::Found),
                _ => Ok(()),
            }
        }
    }
}

/// Writes one thing as JSON or for people.
fn print<T: Render>(thing: &T, json: bool, host: &mut Host<'_>) -> Result<(), Failure> {
    if json {
        for line in thing.json() {
            writeln!(host.out, "{line}")?;
        }
    } else {
        thing.human(&mut Page::new(host))?;
    }
    Ok(host.out.flush()?)
}

/// Help and version are data; the rest is talk.
fn usage(error: &clap::Error, host: &mut Host<'_>) -> u8 {
    let to: &mut dyn Write = if error.use_stderr() { host.err } else { host.out };
    // Nobody is left to be told when this fails.
    let _ = write!(to, "{}", error.render().ansi()).and_then(|()| to.flush());
    u8::try_from(error.exit_code()).unwrap_or(2)
}

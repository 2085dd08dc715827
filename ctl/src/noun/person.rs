//! `person`: what is held about somebody, a copy of it for them, and its end.

mod page;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use desk_wire::view::{ErasedView, PersonView};
use desk_wire::{Call, PersonBy, Refusal, Reply};
use serde_json::{Value, json};

use crate::cli::Globals;
use crate::client::Connection;
use crate::confirm;
use crate::failure::Failure;
use crate::host::Host;
use crate::render::{HEAD, Page, Render, WARN, join};

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// What is held about them
    Show(Who),
    /// Write all that is held about them as one JSON and one page for a browser
    Export {
        #[command(flatten)]
        who: Who,
        /// A folder for person.json and person.html; neither may be there yet
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Erase all that is held about them, for good; lists it first, and asks
    Erase(Who),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Who {
    /// Whoever gave this address
    #[arg(long)]
    email: Option<String>,
    /// Whoever gave this name
    #[arg(long)]
    name: Option<String>,
    /// The customer of this chat, by this chat alone
    #[arg(long)]
    chat: Option<String>,
}

impl Who {
    fn call(self) -> Call {
        let email = self.email.map(PersonBy::Email);
        let by = email.or_else(|| self.name.map(PersonBy::Name));
        // One of the three is there: the command line is refused without.
        let by = by.unwrap_or_else(|| PersonBy::Chat(self.chat.unwrap_or_default()));
        Call::PersonShow { by }
    }
}

/// Carries a verb out; what is to be printed at the end.
pub(crate) fn run(globals: &Globals, verb: Person, host: &mut Host<'_>) -> Result<Reply, Failure> {
    let mut connection = Connection::open(globals, host)?;
    match verb {
        Person::Show(who) => connection.ask(who.call(), globals),
        Person::Export { who, to } => {
            let person = person(who, &mut connection, globals)?;
            export(&person, &to, &mut connection, globals)?;
            writeln!(host.err, "written: {0}/person.json and {0}/person.html", to.display())?;
            Ok(Reply::Person(person))
        }
        Person::Erase(who) => {
            let person = person(who, &mut connection, globals)?;
            drop(connection);
            let chats: Vec<String> = person.chats.iter().map(|chat| chat.chat.clone()).collect();
            if !globals.yes {
                Reply::Person(person).human(&mut Page::talking(host))?;
            }
            let call = Call::PersonErase { chats };
            confirm::confirm(&call, globals.yes, host)?;
            // The one before may have been closed while somebody read what it told.
            Connection::open(globals, host)?.ask(call, globals)
        }
    }
}

fn person(who: Who, connection: &mut Connection, globals: &Globals) -> Result<PersonView, Failure> {
    match connection.ask(who.call(), globals)? {
        Reply::Person(person) if person.chats.is_empty() => {
            Err(Refusal::new("unknown_person", "no chat of theirs is known")
                .hint("addresses are compared whole, names word by word")
                .into())
        }
        Reply::Person(person) => Ok(person),
        _ => Err(foreign()),
    }
}

fn foreign() -> Failure {
    Refusal::new("foreign", "the daemon answered something else than was asked for").into()
}

fn export(
    person: &PersonView,
    to: &Path,
    connection: &mut Connection,
    globals: &Globals,
) -> Result<(), Failure> {
    let mut chats = Vec::new();
    let mut told = Vec::new();
    for chat in &person.chats {
        let (mut view, mut records, mut after) = (None, Vec::new(), 0);
        loop {
            let call = Call::PersonExport { chat: chat.chat.clone(), after };
            let Reply::PersonRecords(page) = connection.ask(call, globals)? else {
                return Err(foreign());
            };
            view = view.or(page.chat);
            records.extend(page.records);
            let Some(next) = page.next else { break };
            after = next;
        }
        chats.push(json!({"chat": view, "records": records}));
        told.extend(view);
    }
    let all: Value = json!({"v": 1, "person": person, "chats": chats});
    write(&to.join("person.json"), serde_json::to_string_pretty(&all).unwrap_or_default())?;
    write(&to.join("person.html"), page::html(person, &told))
}

fn write(file: &Path, text: String) -> Result<(), Failure> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
    let mut options = OpenOptions::new();
    let mut out = options.write(true).create_new(true).mode(0o600).open(file).map_err(named)?;
    Ok(out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(named)?)
}

pub(crate) fn show(page: &mut Page<'_>, person: &PersonView) -> io::Result<()> {
    page.line(format_args!("{HEAD}person{HEAD:#} in {} chats", person.chats.len()))?;
    page.field("names", join(&person.names))?;
    page.field("addresses", join(&person.emails))?;
    let row = |chat: &desk_wire::view::PersonChatView, page: &Page<'_>| {
        let state = match (chat.open, chat.erased) {
            (true, _) => "open",
            (false, true) => "erased",
            (false, false) => "closed",
        };
        let incident = chat.incident.clone().unwrap_or_default();
        vec![
            chat.chat.clone(),
            page.at(chat.arrived),
            state.to_owned(),
            chat.messages.to_string(),
            join(&chat.fields),
            incident,
            join(&chat.steps),
        ]
    };
    let rows = person.chats.iter().map(|chat| row(chat, page)).collect();
    let header = ["chat", "arrived", "state", "messages", "fields", "incident", "not sent"];
    page.table(&header, rows, "no chat of theirs is known")?;
    if person.more {
        page.line(format_args!(
            "{WARN}more chats than are listed{WARN:#}: erase these, then ask again"
        ))?;
    }
    elsewhere(page, &person.elsewhere)
}

fn elsewhere(page: &mut Page<'_>, files: &[String]) -> io::Result<()> {
    for file in files {
        page.line(format_args!("{WARN}may hold more{WARN:#}: {file}; deskd leaves it alone"))?;
    }
    Ok(())
}

pub(crate) fn erased(page: &mut Page<'_>, erased: &ErasedView) -> io::Result<()> {
    page.line(format_args!(
        "{HEAD}erased{HEAD:#}: the personal part of {} records; {} snapshots written anew",
        erased.records, erased.snapshots
    ))?;
    for number in &erased.incidents {
        page.line(format_args!("ServiceNow holds incident {number}: erase there what is to go"))?;
    }
    if erased.hashes_kept > 0 {
        page.line(format_args!(
            "{} records of an older format keep a keyed hash of the address",
            erased.hashes_kept
        ))?;
    }
    elsewhere(page, &erased.elsewhere)?;
    page.line(format_args!(
        "Backups made before hold it still: restore them with the list erasures.jsonl that stands \
         beside the journal"
    ))
}

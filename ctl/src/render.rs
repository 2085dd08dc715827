//! How things are shown: as JSON to programs, as lines and tables to people.

use std::fmt::{Arguments, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use desk_wire::view::Status;
use desk_wire::{Reply, UnixMs};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clean;
use crate::host::Host;
use crate::noun::{
    agent, chat, config, daemon, explain, grant, incident, journal, offer, outbox, person, queue,
    record, replay, reply, script, session, wrapup,
};
use crate::{table, time};

/// Something wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something to look at.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Something fine.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// The thing that a page is about.
pub(crate) const HEAD: Style = Style::new().bold();
/// Something beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();

/// So many characters of a text stand on a line, however narrow the terminal is.
const WORDS_MIN: usize = 30;

/// What can be shown both ways.
pub(crate) trait Render {
    /// For people.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()>;
    /// For programs: objects with `"v": 1`, each for a line of its own.
    fn json(&self) -> Vec<Value>;
}

impl Render for Reply {
    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match cleaned(self)? {
            Self::Done(done) => session::done(page, &done),
            Self::Whoami(whoami) => session::whoami(page, &whoami),
            Self::Watching(_) | Self::Resync(_) => page.line(format_args!("watching")),
            Self::Agent(agent) => agent::show(page, &agent),
            Self::Agents(agents) => agent::list(page, &agents),
            Self::Offer(offer) => offer::show(page, offer.as_ref()),
            Self::Chat(chat) => chat::show(page, &chat),
            Self::Chats(chats) => chat::list(page, &chats),
            Self::History(history) => chat::history(page, &history),
            Self::Explained(explained) => explain::show(page, &explained),
            Self::Message(message) => chat::message(page, &message),
            Self::Match(record) => record::show(page, &record),
            Self::Wrapup(wrapup) => wrapup::show(page, &wrapup),
            Self::Pop(pop) => page.line(format_args!("{}", pop.url)),
            Self::Queue(queue) => queue::show(page, &queue),
            Self::Replies(replies) => reply::list(page, &replies),
            Self::Queues(queues) => queue::list(page, &queues),
            Self::Figures(figures) => queue::figures(page, &figures),
            Self::Daemon(status) => daemon::show(page, &status),
            Self::Incident(incident) => incident::show(page, &incident),
            Self::Incidents(incidents) => incident::list(page, &incidents),
            Self::Audit(audit) => incident::audit(page, &audit),
            Self::Replay(replay) => outbox::replayed(page, &replay),
            Self::Outbox(items) => outbox::list(page, &items),
            Self::OutboxItem(item) => outbox::show(page, &item),
            Self::Scripts(scripts) => script::show(page, &scripts),
            Self::ScriptDiff(diff) => script::diff(page, &diff),
            Self::ScriptReplay(view) => replay::show(page, &view),
            Self::Config(config) => config::show(page, &config),
            Self::Ticket(ticket) => grant::ticket(page, &ticket),
            Self::Token(token) => grant::show(page, &token),
            Self::Tokens(tokens) => grant::list(page, &tokens),
            Self::Backup(backup) => journal::show(page, &backup),
            Self::Person(person) => person::show(page, &person),
            Self::PersonRecords(held) => page.line(format_args!("{} records", held.records.len())),
            Self::Erased(erased) => person::erased(page, &erased),
        }
    }

    fn json(&self) -> Vec<Value> {
        vec![versioned(serde_json::to_value(self).unwrap_or(Value::Null))]
    }
}

/// Adds the version to an object; anything else becomes `value` of one.
pub(crate) fn versioned(value: Value) -> Value {
    match value {
        Value::Object(mut map) => {
            map.insert("v".to_owned(), json!(desk_wire::V));
            Value::Object(map)
        }
        value => json!({"v": desk_wire::V, "value": value}),
    }
}

/// A copy whose texts cannot steer a terminal.
pub(crate) fn cleaned<T: Serialize + DeserializeOwned>(thing: &T) -> io::Result<T> {
    let mut value = serde_json::to_value(thing)?;
    clean::value(&mut value);
    Ok(serde_json::from_value(value)?)
}

/// Where people's lines go.
pub(crate) struct Page<'a> {
    out: &'a mut dyn Write,
    width: Option<u16>,
    zone: TimeZone,
    now: UnixMs,
}

impl<'a> Page<'a> {
    /// A page on the host's standard output.
    pub(crate) fn new(host: &'a mut Host<'_>) -> Self {
        Self { out: host.out, width: host.width, zone: host.zone.clone(), now: (host.now)() }
    }

    /// A page on the host's standard error: talk, not data.
    pub(crate) fn talking(host: &'a mut Host<'_>) -> Self {
        Self { out: host.err, width: host.width, zone: host.zone.clone(), now: (host.now)() }
    }

    /// One line.
    pub(crate) fn line(&mut self, line: Arguments<'_>) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// A line with a name in front; nothing where there is nothing to say.
    pub(crate) fn field(&mut self, name: &str, value: impl Display) -> io::Result<()> {
        let value = value.to_string();
        if value.is_empty() {
            return Ok(());
        }
        let value = value.replace('\n', "\n             ");
        writeln!(self.out, "  {DIM}{name:<10}{DIM:#} {value}")
    }

    /// A text after what leads it, broken between words where the terminal ends; what follows stands
    /// under its beginning.
    pub(crate) fn wrapped(&mut self, lead: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(lead.chars().count());
        let width = self.width.map_or(usize::MAX, usize::from).max(indent.len() + WORDS_MIN);
        let (mut line, mut length) = (lead.to_owned(), indent.len());
        for (n, word) in text.split(' ').enumerate() {
            let chars = shown_chars(word);
            if n > 0 && length + 1 + chars > width {
                writeln!(self.out, "{}", line.trim_end())?;
                (line, length) = (indent.clone(), indent.len());
            } else if n > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += chars;
        }
        writeln!(self.out, "{}", line.trim_end())
    }

    /// A table; `nothing` where it has no rows.
    pub(crate) fn table(
        &mut self,
        header: &[&str],
        rows: Vec<Vec<String>>,
        nothing: &str,
    ) -> io::Result<()> {
        if rows.is_empty() {
            return writeln!(self.out, "{DIM}{nothing}{DIM:#}");
        }
        for line in table::lines(header, rows, self.width) {
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    /// A time of day.
    pub(crate) fn at(&self, at: UnixMs) -> String {
        time::moment(at, self.now, &self.zone)
    }

    /// A time of day, where there is one.
    pub(crate) fn at_if(&self, at: Option<UnixMs>) -> String {
        at.map(|at| self.at(at)).unwrap_or_default()
    }
}

/// How many characters of a word are shown: what gives it its style takes no place.
fn shown_chars(word: &str) -> usize {
    let mut styled = false;
    let shown = word.chars().filter(|c| match (styled, c) {
        (false, '\u{1b}') => {
            styled = true;
            false
        }
        (true, c) => {
            styled = !c.is_ascii_alphabetic();
            false
        }
        (false, _) => true,
    });
    shown.count()
}

/// A duration, where there is one.
pub(crate) fn ms_if(ms: Option<u64>) -> String {
    ms.map(time::duration).unwrap_or_default()
}

/// A status in its colour.
pub(crate) fn status(status: Status) -> String {
    let style = match status {
        Status::Available => GOOD,
        Status::OnBreak | Status::WorkOffline => WARN,
        Status::Busy | Status::Offered | Status::PostProcessing => HEAD,
        Status::LoggedOut => DIM,
    };
    format!("{style}{}{style:#}", words(status))
}

/// A word of the wire as people write it.
pub(crate) fn words(word: impl Display) -> String {
    word.to_string().replace('_', " ")
}

/// What is there of several texts, joined.
pub(crate) fn join(texts: &[String]) -> String {
    texts.join(", ")
}

/// A value or nothing.
pub(crate) fn or_none(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

//! What the plays have reached. A promise about something that never came up is none.

use desk_core::name::AgentId;
use desk_core::{Command, Event, Record, Refusal, State, status};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How often each thing came up, by kind and name.
#[derive(Default)]
pub(crate) struct Counts {
    of: BTreeMap<(&'static str, String), u64>,
}

impl Counts {
    /// Counts one.
    pub(crate) fn one(&mut self, kind: &'static str, name: &str) {
        *self.of.entry((kind, name.to_owned())).or_default() += 1;
    }

    /// Counts a command, and for one that an agent gives, the status in which it came.
    pub(crate) fn command(&mut self, command: &Command, agent: Option<&AgentId>, state: &State) {
        self.one("command", command.kind());
        let agent = agent.and_then(|agent| state.agents.get(agent));
        if let Some(agent) = agent {
            let (status, _) = status(state, agent);
            self.one("in status", &format!("{} {}", status.name(), command.kind()));
        }
    }

    /// Counts a refusal.
    pub(crate) fn refusal(&mut self, refusal: &Refusal) {
        self.one("refusal", refusal.code());
    }

    /// Counts what a record tells.
    pub(crate) fn record(&mut self, record: &Record) {
        self.one("record", &record.kind);
        for event in &record.events {
            self.one("event", &name_of(event));
        }
        for asked in &record.hooks {
            let outcome = match (&asked.failure, &asked.verdict) {
                (Some(_), _) => "failed",
                (None, Some(_)) => "decided",
                (None, None) => "left it",
            };
            self.one("hook", &format!("{} {outcome}", asked.hook));
        }
    }

    /// Adds what another play reached.
    pub(crate) fn add(&mut self, other: Self) {
        for (what, count) in other.of {
            *self.of.entry(what).or_default() += count;
        }
    }

    /// How often something came up.
    pub(crate) fn of(&self, kind: &'static str, name: &str) -> u64 {
        self.of.get(&(kind, name.to_owned())).copied().unwrap_or(0)
    }

    /// How often things of this kind came up in all.
    pub(crate) fn all(&self, kind: &'static str) -> u64 {
        self.of.iter().filter(|((of, _), _)| *of == kind).map(|(_, count)| count).sum()
    }

    /// A table of everything, a kind a paragraph.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        let mut last = "";
        for ((kind, name), count) in &self.of {
            if *kind != last {
                let _ = writeln!(text, "\n{kind}");
                last = kind;
            }
            let _ = writeln!(text, "{count:>10}  {name}");
        }
        text
    }
}

fn name_of(event: &Event) -> String {
    let value = serde_json::to_value(event).expect("an event can be written");
    value["event"].as_str().expect("an event has a name").to_owned()
}

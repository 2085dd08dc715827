//! The checks that look across keys and files. Each runs whatever the others found, so that one
//! start names everything.

mod agents;
mod asks;
mod codes;
mod conversation;
mod doors;
mod hours;
mod identity;
mod login;
mod numbers;
mod oidc;
mod queues;
mod replies;
mod routing;
mod servicenow;
mod sinks;
mod waiting;
mod words;

use super::files::File;
use super::problem::{Problem, Severity};
use super::settings::Settings;
use super::source::{Place, Source};
use desk_core::name::is_name;
use std::ops::RangeInclusive;

/// Everything that was read.
pub(super) struct All<'a> {
    pub(super) file: &'a File,
    pub(super) settings: &'a Settings,
    pub(super) sources: &'a [Source],
    /// Where each agent of the file stands, by its number.
    pub(super) agent_places: &'a [Place],
    /// Where each queue of the file stands, by its number.
    pub(super) queue_places: &'a [Place],
    /// Where each file of canned replies stands, by its number.
    pub(super) reply_places: &'a [Place],
    /// Where each file of texts stands, by its number.
    pub(super) word_places: &'a [Place],
}

/// Errors and warnings, in the order of the sections.
pub(super) fn check(all: &All<'_>) -> Vec<Problem> {
    let mut found = Found { all, problems: Vec::new() };
    doors::check(&mut found);
    numbers::check(&mut found);
    identity::check(&mut found);
    oidc::check(&mut found);
    servicenow::check(&mut found);
    sinks::check(&mut found);
    agents::check(&mut found);
    queues::check(&mut found);
    replies::check(&mut found);
    words::check(&mut found);
    found.problems
}

/// What was found so far.
struct Found<'a> {
    all: &'a All<'a>,
    problems: Vec<Problem>,
}

impl Found<'_> {
    /// The main file.
    fn main(&self) -> Place {
        Place::file(0)
    }

    fn error(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), help.into());
    }

    fn warning(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), help.into());
    }

    fn add(&mut self, severity: Severity, place: &Place, message: String, help: String) {
        let problem = Problem::new(severity, message).help(help);
        self.problems.push(problem.place(self.all.sources, place));
    }

    /// A number must lie in a range.
    fn range(
        &mut self,
        place: &Place,
        key: &str,
        value: impl Into<i64>,
        range: RangeInclusive<i64>,
    ) {
        let value = value.into();
        if !range.contains(&value) {
            let (least, most) = range.into_inner();
            self.error(
                &place.key(key),
                format!("`{key}` is {value}, outside {least} to {most}"),
                format!("write a whole number from {least} to {most}"),
            );
        }
    }

    /// A text must be able to serve as a name.
    fn name(&mut self, place: &Place, what: &str, name: &str) {
        if !is_name(name) {
            let help = "names are 1 to 64 letters, digits and the signs . _ @ -";
            self.error(place, format!("{what} cannot be called \"{name}\""), help);
        }
    }

    /// A text must be able to be a table or field of ServiceNow.
    fn column(&mut self, place: &Place, what: &str, name: &str) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if name.is_empty() || name.len() > 80 || !name.chars().all(fits) {
            let help = "ServiceNow names tables and fields by lowercase letters, digits and _";
            self.error(place, format!("{what} cannot be \"{name}\""), help);
        }
    }
}

/// What to say of a name that is not known: the nearest that is, or all of them.
fn did_you_mean<'a>(unknown: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = super::keys::nearest(unknown, known.clone()) {
        return format!("did you mean \"{name}\"?");
    }
    let names: Vec<&str> = known.take(20).collect();
    match names.as_slice() {
        [] => "none is configured".into(),
        names => format!("known are {}", names.join(", ")),
    }
}

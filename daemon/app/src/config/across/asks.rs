//! What a queue asks its customers: few questions, told apart, in words that there are.

use super::{Found, Place};
use crate::config::queue::QueueEntry;
use desk_core::name::is_name;

/// Most questions of a queue: who is asked more goes elsewhere.
const ASKS_MAX: usize = 10;
/// Most answers to choose from.
const CHOICES_MAX: usize = 50;
/// Most characters of a question or an answer.
const CHARS_MAX: usize = 200;

pub(super) fn check(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let at = place.at("ask");
    if queue.ask.len() > ASKS_MAX {
        let message = format!("queue \"{}\" asks {} questions", queue.id, queue.ask.len());
        found.error(&at, message, format!("at most {ASKS_MAX}: take some out"));
    }
    for (n, ask) in queue.ask.iter().enumerate() {
        let at = at.at(n);
        if !is_name(&ask.name) {
            let help = "names are 1 to 64 letters, digits and the signs . _ @ -";
            found.error(&at, format!("a field cannot be called \"{}\"", ask.name), help);
        }
        if queue.ask.iter().take(n).any(|other| other.name == ask.name) {
            let message = format!("\"{}\" is asked twice", ask.name);
            found.error(&at.at("name"), message, "each answer is a field of its own");
        }
        let words = [&ask.label].into_iter().chain(ask.labels.values()).chain(&ask.choices);
        if words.into_iter().any(|text| text.is_empty() || text.chars().count() > CHARS_MAX) {
            let message = format!("what is asked for \"{}\" has no words, or too many", ask.name);
            let help = format!("a label and each choice have 1 to {CHARS_MAX} characters");
            found.error(&at, message, help);
        }
        if ask.choices.len() > CHOICES_MAX {
            let message = format!("\"{}\" has {} choices", ask.name, ask.choices.len());
            found.error(&at.at("choices"), message, format!("at most {CHOICES_MAX}"));
        }
    }
}

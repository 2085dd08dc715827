//! Canned replies: short words that are told apart, queues that exist, fields that can be filled in.

use super::{Found, Place, did_you_mean};
use crate::config::replies::{RepliesFile, ReplyEntry};
use std::collections::BTreeMap;

/// Most replies: nobody finds one among more.
const REPLIES_MAX: usize = 1_000;
/// Most bytes of all of them: the desk is sent them in one frame, where a byte may take two.
const BYTES_MAX: usize = 400 << 10;
/// Most characters of a title: it stands in one line of a list.
const TITLE_CHARS_MAX: usize = 80;
/// The fields that need no name.
const FIELDS: [&str; 5] =
    ["customer.name", "customer.email", "agent.name", "queue.name", "chat.id"];
/// What stands before the name of a field of the chat.
const FIELD_OF_CHAT: &str = "fields.";

pub(super) fn check(found: &mut Found<'_>) {
    let files = &found.all.file.replies;
    let (mut count, mut bytes) = (0, 0);
    // By short word and language: the queues, and where they stand.
    let mut seen: BTreeMap<(&str, &str), Vec<(&RepliesFile, usize)>> = BTreeMap::new();
    for (n, file) in files.iter().enumerate() {
        let place = &found.all.reply_places[n];
        about(found, place, file);
        for (entry_n, entry) in file.reply.iter().enumerate() {
            let at = place.at("reply").at(entry_n);
            one(found, &at, entry);
            let others = seen.entry((&entry.short, &file.language)).or_default();
            if let Some((_, other)) = others.iter().find(|(other, _)| meet(other, file)) {
                let other = &found.all.sources[found.all.reply_places[*other].source].path;
                let message = format!("there are two replies \"/{}\" for one queue", entry.short);
                let help = format!("the other stands in {}; rename one of them", other.display());
                found.error(&at.at("short"), message, help);
            }
            others.push((file, n));
            count += 1;
            bytes += entry.short.len() + entry.title.len() + entry.text.len();
        }
    }
    if count > REPLIES_MAX || bytes > BYTES_MAX {
        let message = format!("there are {count} replies of {bytes} bytes in all");
        let help = format!("at most {REPLIES_MAX} of {BYTES_MAX} bytes: take some out");
        found.error(&found.all.reply_places[0].clone(), message, help);
    }
}

/// Whether there is a queue that both are for.
fn meet(one: &RepliesFile, other: &RepliesFile) -> bool {
    let everywhere = one.queues.is_empty() || other.queues.is_empty();
    everywhere || one.queues.iter().any(|queue| other.queues.contains(queue))
}

/// What all replies of a file are for.
fn about(found: &mut Found<'_>, place: &Place, file: &RepliesFile) {
    let queues = &found.all.file.queue;
    for (n, queue) in file.queues.iter().enumerate() {
        if !queues.iter().any(|known| known.id == *queue) {
            let help = did_you_mean(queue, queues.iter().map(|queue| queue.id.as_str()));
            let message = format!("there is no queue \"{queue}\"");
            found.error(&place.at("queues").at(n), message, help);
        }
    }
    if !file.language.is_empty() && !is_language(&file.language) {
        let message = format!("\"{}\" is no language", file.language);
        found.error(&place.at("language"), message, "write it such as \"en\" or \"de-AT\"");
    }
}

/// A tag as browsers send it: a language of two or three letters, and what tells it apart.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn one(found: &mut Found<'_>, at: &Place, entry: &ReplyEntry) {
    found.name(&at.at("short"), "a reply", &entry.short);
    let title = entry.title.chars().count();
    if !(1..=TITLE_CHARS_MAX).contains(&title) || entry.title.chars().any(char::is_control) {
        let help = format!("say in 1 to {TITLE_CHARS_MAX} characters of one line what it is about");
        found.error(&at.at("title"), format!("this title has {title} characters"), help);
    }
    let most = found.all.file.limits.message_chars as usize;
    let chars = entry.text.chars().count();
    if chars == 0 || chars > most {
        let help = format!("a message has 1 to {most} characters (limits.message_chars)");
        found.error(&at.at("text"), format!("this text has {chars} characters"), help);
    }
    if entry.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        let help = "take out what is no letter, line break or tab";
        found.error(&at.at("text"), "this text holds a control character", help);
    }
    match brace(&entry.text) {
        Some(Brace::Alone) => {
            let help = "a brace begins or ends a field, such as {customer.name}";
            found.error(&at.at("text"), "this text holds a brace that stands alone", help);
        }
        Some(Brace::Unknown(field)) => {
            let help = did_you_mean(field, FIELDS.into_iter().chain(["fields.NAME"]));
            found.error(&at.at("text"), format!("there is no field {{{field}}}"), help);
        }
        None => {}
    }
}

/// What is wrong with a brace.
enum Brace<'t> {
    /// It begins or ends nothing.
    Alone,
    /// It begins a field that is not known.
    Unknown(&'t str),
}

/// The first brace that does not begin or end a field.
fn brace(text: &str) -> Option<Brace<'_>> {
    let mut parts = text.split('{');
    if parts.next().unwrap_or_default().contains('}') {
        return Some(Brace::Alone);
    }
    parts.find_map(|part| {
        let Some((field, after)) = part.split_once('}') else { return Some(Brace::Alone) };
        let named = field.strip_prefix(FIELD_OF_CHAT).is_some_and(|name| !name.is_empty());
        if !named && !FIELDS.contains(&field) {
            return Some(Brace::Unknown(field));
        }
        after.contains('}').then_some(Brace::Alone)
    })
}

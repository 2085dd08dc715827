//! What is held about a person as a page for a browser: no script, nothing from elsewhere.

use std::fmt::Write as _;

use desk_wire::view::{ChatView, PersonView};

/// The page.
pub(super) fn html(person: &PersonView, chats: &[Box<ChatView>]) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
         <title>What is held about a person</title></head><body>\n\
         <h1>What is held about a person</h1>\n<dl>\n",
    );
    entry(&mut out, "Names", &person.names.join(", "));
    entry(&mut out, "Addresses", &person.emails.join(", "));
    out.push_str("</dl>\n");
    for chat in chats {
        one(&mut out, chat);
    }
    out.push_str("</body></html>\n");
    out
}

fn one(out: &mut String, chat: &ChatView) {
    line(out, "h2", &format!("Chat {}", chat.chat));
    out.push_str("<dl>\n");
    entry(out, "Arrived", &moment(chat.times.initiated));
    entry(out, "Queue", &chat.queue);
    entry(out, "Name", chat.customer.name.as_deref().unwrap_or("(erased)"));
    entry(out, "Address", chat.customer.email.as_deref().unwrap_or_default());
    for (name, value) in &chat.fields {
        entry(out, &format!("Field {name}"), value);
    }
    for found in &chat.record.candidates {
        let fields: Vec<String> = found.fields.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        entry(out, &format!("Record found: {}", found.label), &fields.join("; "));
    }
    for segment in &chat.segments {
        let note = segment.note.as_deref().unwrap_or_default();
        entry(out, &format!("Note of {}", segment.agent), note);
    }
    entry(out, "Incident", chat.incident.number.as_deref().unwrap_or_default());
    out.push_str("</dl>\n<ol>\n");
    for message in &chat.messages {
        let who = message.name.clone().unwrap_or_else(|| message.from.to_string());
        let text = message.text.as_deref().unwrap_or("(erased)");
        line(out, "li", &format!("{} {who}: {text}", moment(message.at)));
    }
    out.push_str("</ol>\n");
    if chat.message_count > chat.messages.len() as u64 {
        line(out, "p", "The messages after these are in person.json.");
    }
}

fn moment(at: desk_wire::UnixMs) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

fn entry(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        line(out, "dt", name);
        line(out, "dd", value);
    }
}

fn line(out: &mut String, tag: &str, text: &str) {
    let _ = write!(out, "<{tag}>");
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    let _ = writeln!(out, "</{tag}>");
}

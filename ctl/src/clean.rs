//! Texts of customers reach a terminal here: whatever could steer it is taken out.

use serde_json::Value;

/// Fields that may have several lines.
const TEXTS: &[&str] = &["text", "note", "message", "rejected", "last_failure", "lines"];

/// A text of possibly several lines.
pub(crate) fn text(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { plain(c) }).collect()
}

/// A text of one line.
pub(crate) fn word(text: &str) -> String {
    text.chars().map(plain).collect()
}

/// Cleans every string of a value that came from the daemon.
pub(crate) fn value(value: &mut Value) {
    within(value, false);
}

fn within(value: &mut Value, lines: bool) {
    match value {
        Value::String(string) => *string = if lines { text(string) } else { word(string) },
        Value::Array(values) => values.iter_mut().for_each(|value| within(value, lines)),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                within(value, TEXTS.contains(&key.as_str()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Control characters, and those that turn the direction of writing, could forge a line.
fn plain(c: char) -> char {
    match c {
        '\n' | '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_could_steer_a_terminal_is_taken_out() {
        assert_eq!(
            text("a\x1b[31mb\r\u{9b}c\u{202e}d"),
            "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}d"
        );
    }

    #[test]
    fn only_texts_keep_their_lines() {
        let mut seen = json!({"name": "a\nb", "message": {"text": "a\nb", "n": 1}});
        value(&mut seen);
        assert_eq!(seen, json!({"name": "a b", "message": {"text": "a\nb", "n": 1}}));
    }
}

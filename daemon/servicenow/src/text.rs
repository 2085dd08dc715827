//! Cutting text to what a column holds, so that the instance does not do it silently.

/// Characters that the columns of a task table hold.
pub mod chars_max {
    /// `short_description`.
    pub const SHORT_DESCRIPTION: usize = 160;
    /// `description`.
    pub const DESCRIPTION: usize = 4000;
    /// `work_notes` and `comments`, each entry.
    pub const WORK_NOTES: usize = 4000;
    /// `correlation_id` and `correlation_display`.
    pub const CORRELATION: usize = 100;
    /// `contact_type`.
    pub const CONTACT_TYPE: usize = 40;
}

/// The longest beginning of `text` that is at most `max` characters as the instance counts them:
/// one beyond the basic plane, such as most emoji, counts twice.
pub fn truncate_chars(text: &str, max: usize) -> &str {
    let mut count = 0;
    for (at, c) in text.char_indices() {
        count += c.len_utf16();
        if count > max {
            return &text[..at];
        }
    }
    text
}

/// `text` and `tail`, the text cut so that the tail is whole: at most `max` characters.
///
/// What is cut off leaves an ellipsis. A tail that is itself too long is cut.
pub fn truncate_keeping(text: &str, tail: &str, max: usize) -> String {
    let length = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    let room = max.saturating_sub(length(tail));
    if length(text) <= room {
        return format!("{text}{tail}");
    }
    match room.checked_sub(1) {
        Some(room) => format!("{}…{tail}", truncate_chars(text, room)),
        None => truncate_chars(tail, max).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_on_a_character_and_never_beyond_the_bound() {
        for (text, max, expect) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("äöü", 2, "äö"),
            ("a😀b", 2, "a"),
            ("a😀b", 3, "a😀"),
            ("abc", 0, ""),
        ] {
            assert_eq!(truncate_chars(text, max), expect, "{text} to {max}");
        }
    }

    #[test]
    fn the_tail_stays_whole() {
        assert_eq!(truncate_keeping("note", " [m]", 8), "note [m]");
        assert_eq!(truncate_keeping("longer note", " [m]", 8), "lon… [m]");
        assert_eq!(truncate_keeping("note", " [m]", 4), " [m]");
        assert_eq!(truncate_keeping("note", " [m]", 2), " [");
    }
}

//! Values and names on their way into a URL.
//!
//! An encoded query has no quoting that can be relied on over REST: `^` in a value starts a new
//! condition, `^NQ` escapes all earlier ones, `javascript:` is evaluated by the instance. So a
//! value that could be more than a value is refused, never repaired.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the characters that RFC 3986 leaves alone, so that `+`, `^` and `=` arrive as
/// they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Characters of a value that is looked for; longer ones match no column worth asking for.
const VALUE_CHARS_MAX: usize = 320;
/// Characters of a table's or field's name.
const NAME_CHARS_MAX: usize = 80;

/// Why a value cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// Nothing but white space would match every empty field.
    #[error("the value is empty")]
    Empty,
    /// It would end the condition and start another.
    #[error("the value contains ^")]
    Caret,
    /// The instance evaluates what follows `javascript:`.
    #[error("the value contains a colon")]
    Colon,
    /// Line breaks and the like.
    #[error("the value contains a control character")]
    Control,
    /// The instance reads it as: the field is empty.
    #[error("the value is NULL, which stands for an empty field")]
    Null,
    /// Longer than 320 characters.
    #[error("the value is too long")]
    TooLong,
}

/// Checks that a value can be nothing but a value.
pub(crate) fn check_value(value: &str) -> Result<(), Unsafe> {
    if value.trim().is_empty() {
        return Err(Unsafe::Empty);
    }
    if value.chars().count() > VALUE_CHARS_MAX {
        return Err(Unsafe::TooLong);
    }
    if value.eq_ignore_ascii_case("null") {
        return Err(Unsafe::Null);
    }
    for c in value.chars() {
        match c {
            '^' => return Err(Unsafe::Caret),
            ':' => return Err(Unsafe::Colon),
            // The line and paragraph separators end a line as well, for some readers.
            '\u{2028}' | '\u{2029}' => return Err(Unsafe::Control),
            c if c.is_control() => return Err(Unsafe::Control),
            _ => {}
        }
    }
    Ok(())
}

/// Whether it can be a table's name: lowercase letters, digits and underscores.
pub(crate) fn is_table(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_CHARS_MAX
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether it can be a field's name, dots for fields of what is referred to.
pub(crate) fn is_field(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX && name.split('.').all(is_table)
}

/// A query string, every value encoded.
pub(crate) fn encode(pairs: &[(&'static str, String)]) -> String {
    let pair =
        |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, ENCODED));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_could_be_more_than_a_value_are_refused() {
        for (value, expect) in [
            ("jane+x@corp.com", Ok(())),
            ("o'brien+x@corp.com", Ok(())),
            ("kráľ@corp.com", Ok(())),
            ("a=b&c%5Ed@corp.com", Ok(())),
            ("a^NQactive=true@x.com", Err(Unsafe::Caret)),
            ("javascript:gs.getUserID()", Err(Unsafe::Colon)),
            ("a@x.com\nb", Err(Unsafe::Control)),
            ("a@x.com\u{2028}b", Err(Unsafe::Control)),
            ("a@x.com\0", Err(Unsafe::Control)),
            (" \t ", Err(Unsafe::Empty)),
            ("NULL", Err(Unsafe::Null)),
        ] {
            assert_eq!(check_value(value), expect, "{value:?}");
        }
        assert_eq!(check_value(&"x".repeat(321)), Err(Unsafe::TooLong));
    }

    #[test]
    fn encoding_is_exact() {
        let pairs = [("sysparm_query", "email=o'b +^x=y&é@c.d".to_owned()), ("n", "1".to_owned())];
        assert_eq!(encode(&pairs), "sysparm_query=email%3Do%27b%20%2B%5Ex%3Dy%26%C3%A9%40c.d&n=1");
    }

    #[test]
    fn names_are_names() {
        assert!(is_table("sys_user") && is_field("company.name") && is_field("u_x1"));
        for bad in ["", "a.", ".a", "sys_user/x", "a^b", "A", "a=b", "../x"] {
            assert!(!is_field(bad), "{bad:?}");
        }
        assert!(!is_table("company.name"));
    }
}

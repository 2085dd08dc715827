//! What a rule replaced is kept nowhere, so its own words about it are looked through as well.

use super::Wants;
use crate::kv::KvValue;
use std::collections::BTreeSet;

/// The shortest word that tells anything.
const WORD_CHARS: usize = 3;

/// A rule's lines, those withheld that quote what it replaced in a message.
#[must_use]
pub fn lines(lines: Vec<String>, before: &str, after: &str) -> Vec<String> {
    let gone = replaced(before, after);
    let quotes = |line: &str| gone.iter().any(|word| line.contains(word.as_str()));
    let withheld = "(withheld: it quotes what was replaced)";
    lines.into_iter().map(|l| if quotes(&l) { withheld.into() } else { l }).collect()
}

/// What a rule wants, without what it would remember or send of what it replaced.
#[must_use]
pub fn wants(mut wants: Wants, before: &str, after: &str) -> Wants {
    let gone = replaced(before, after);
    let quotes = |text: &str| gone.iter().any(|word| text.contains(word.as_str()));
    wants.kv.retain(|write| {
        let value = match &write.value {
            Some(KvValue::Text(text)) => quotes(text),
            Some(KvValue::Int(n)) => quotes(&n.to_string()),
            _ => false,
        };
        !value && !quotes(&write.key)
    });
    wants.deliveries.retain(|want| !want.payload.says(quotes));
    wants
}

/// The words that a text no longer has.
fn replaced(before: &str, after: &str) -> BTreeSet<String> {
    let words = |text: &str| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let told = parts.filter(|word| word.chars().count() >= WORD_CHARS);
        told.map(str::to_owned).collect::<BTreeSet<String>>()
    };
    words(before).difference(&words(after)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{lines, wants};
    use crate::kv::{KvValue, KvWrite};
    use crate::policy::Wants;

    #[test]
    fn a_line_that_quotes_what_was_replaced_is_withheld() {
        let said = vec!["a card number".into(), "was 4111 1111".into(), "kept hello".into()];
        let told = lines(said, "hello 4111 1111 1111 1111", "hello [card]");
        assert_eq!(told[0], "a card number");
        assert_eq!(told[1], "(withheld: it quotes what was replaced)");
        assert_eq!(told[2], "kept hello");
    }

    #[test]
    fn what_was_replaced_is_not_remembered_either() {
        let text = |text: &str| Some(KvValue::Text(text.into()));
        let write = |key: &str, value| KvWrite { key: key.into(), value, until_ms: None };
        let kv = vec![
            write("last", text("4111 1111")),
            write("number", Some(KvValue::Int(4111))),
            write("of 4111", text("x")),
            write("cards", Some(KvValue::Int(1))),
        ];
        let kept = wants(Wants { kv, ..Wants::default() }, "hello 4111 1111", "hello [card]");
        assert_eq!(kept.kv, [write("cards", Some(KvValue::Int(1)))]);
    }
}

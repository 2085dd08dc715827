//! Texts in further languages: keys that there are, and fields that the pages fill in.

use super::{Found, did_you_mean};
use crate::config::words::{english, fields, keys};

/// Most characters of a text.
const CHARS_MAX: usize = 1_000;

pub(super) fn check(found: &mut Found<'_>) {
    for (n, (language, words)) in found.all.file.words.iter().enumerate() {
        let place = found.all.word_places[n].clone();
        let is_language = (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_language {
            let help = "a file is called by its language, such as words.d/de.toml";
            found.error(&place, format!("\"{language}\" is no language"), help);
        }
        for (key, text) in words {
            let at = place.at(key.as_str());
            let Some(known) = english(key) else {
                found.warning(&at, format!("no page shows \"{key}\""), did_you_mean(key, keys()));
                continue;
            };
            if let Some(field) = fields(text).find(|field| !fields(known).any(|one| one == *field))
            {
                let help = format!("the English text is \"{known}\"");
                found.error(&at, format!("\"{key}\" knows no field {{{field}}}"), help);
            }
            if text.is_empty() || text.chars().count() > CHARS_MAX {
                let help = format!("write 1 to {CHARS_MAX} characters, or leave it out");
                found.error(&at, format!("\"{key}\" has no words, or too many"), help);
            }
        }
    }
}

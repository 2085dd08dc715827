//! Texts of the pages in further languages, or in other words: `words.d/*.toml`, a file a language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Texts by their keys.
pub type Words = BTreeMap<String, String>;

/// What the keys begin with of what deskd says in its own name.
const SAID: &str = "said.";

/// The whole catalogue, in English.
static ENGLISH: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../web/shared/words.en.json");
    serde_json::from_str(text).expect("the catalogue is one")
});

/// The English text of a key.
pub(super) fn english(key: &str) -> Option<&'static str> {
    ENGLISH.get(key).map(String::as_str)
}

/// What deskd says to customers in its own name, in a further language: by the English text.
pub(super) fn said(words: &Words) -> Words {
    let said = words.iter().filter(|(key, _)| key.starts_with(SAID));
    said.filter_map(|(key, text)| Some((english(key)?.to_owned(), text.clone()))).collect()
}

/// Every key that there is.
pub(super) fn keys() -> impl Iterator<Item = &'static str> + Clone {
    ENGLISH.keys().map(String::as_str)
}

/// The fields of a text, such as `{count}`.
pub(super) fn fields(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(field, _)| field))
}

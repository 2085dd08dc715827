//! What the instance kept of what it was sent.
//!
//! Fields that the account may not write are dropped silently, long values cut, choices that do
//! not exist ignored, anything changed by business rules. Only the echo tells.

use serde::{Deserialize, Serialize};

use crate::record::Fields;

/// Fields of which every write appends an entry, and which read back empty.
pub(crate) const JOURNAL: &[&str] = &["work_notes", "comments"];

/// A field that was not kept as sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field's name.
    pub field: String,
    /// What happened to it.
    pub change: Change,
    /// What the record holds now.
    pub kept: String,
}

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Not in the echo: no such field, or the account may not read it.
    Unseen,
    /// The field is empty.
    Dropped,
    /// Only its beginning was kept.
    Truncated,
    /// It holds another value.
    Changed,
}

/// The fields to ask back for: those sent, except journals, and those of `also`.
pub(crate) fn wanted(sent: &Fields, also: &[&str]) -> String {
    let sent = sent.keys().map(String::as_str).filter(|name| !JOURNAL.contains(name));
    let mut names: Vec<&str> = also.to_vec();
    names.extend(sent.filter(|name| !also.contains(name)));
    names.join(",")
}

/// Compares what was sent with what came back.
pub(crate) fn differences(sent: &Fields, echo: &Fields) -> Vec<Difference> {
    let compared = sent.iter().filter(|(name, _)| !JOURNAL.contains(&name.as_str()));
    compared
        .filter_map(|(name, sent)| {
            let kept = echo.get(name);
            let change = change(sent, kept.map(String::as_str))?;
            let kept = kept.cloned().unwrap_or_default();
            Some(Difference { field: name.clone(), change, kept })
        })
        .collect()
}

fn change(sent: &str, kept: Option<&str>) -> Option<Change> {
    // Line ends and white space around a value are not worth a report.
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let Some(kept) = kept else { return Some(Change::Unseen) };
    let (sent, kept) = (plain(sent), plain(kept));
    let is_flag = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "true" | "false");
    if sent == kept || (is_flag(&sent) && sent.eq_ignore_ascii_case(&kept)) {
        None
    } else if kept.is_empty() {
        Some(Change::Dropped)
    } else if sent.starts_with(&kept) {
        Some(Change::Truncated)
    } else {
        Some(Change::Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_named_and_sameness_is_not() {
        for (sent, kept, expect) in [
            ("a", Some("a"), None),
            ("true", Some("True"), None),
            ("a\r\nb\n", Some("a\nb"), None),
            ("", Some(""), None),
            ("a", None, Some(Change::Unseen)),
            ("a", Some(""), Some(Change::Dropped)),
            ("abc", Some("ab"), Some(Change::Truncated)),
            ("abc", Some("xyz"), Some(Change::Changed)),
        ] {
            assert_eq!(change(sent, kept), expect, "{sent:?} {kept:?}");
        }
    }

    #[test]
    fn journals_are_neither_asked_for_nor_compared() {
        let sent = [("work_notes", "note"), ("state", "1")];
        let sent: Fields = sent.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(wanted(&sent, &["sys_id", "number"]), "sys_id,number,state");
        let echo: Fields = [("state".to_owned(), "1".to_owned())].into();
        assert_eq!(differences(&sent, &echo), []);
    }
}

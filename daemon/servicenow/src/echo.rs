//! What the instance kept of what it was sent.
//!
//! Fields that the account may not write are dropped silently, long values cut, choices that do
//! not exist ignored, anything changed by business rules. Only the echo tells.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::create::echo_query;
use crate::journal::shown;
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

/// Asks back for the fields that were sent and for those of `also`. Values come as values, whatever
/// is shown beside them; a journal can be seen only as it is shown.
pub(crate) fn query(sent: &Fields, also: &[&str]) -> Vec<(&'static str, String)> {
    let mut names: Vec<&str> = also.to_vec();
    names.extend(sent.keys().map(String::as_str).filter(|name| !also.contains(name)));
    let mut query = echo_query(names.join(","));
    if names.iter().any(|name| JOURNAL.contains(name)) {
        let display = query.iter_mut().find(|(name, _)| *name == "sysparm_display_value");
        display.into_iter().for_each(|(_, value)| *value = "all".to_owned());
    }
    query
}

/// Compares what was sent with what came back, but for journals.
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

/// The journals that came back without what was added to them: the account may read them and not
/// write them. One that did not come back tells nothing.
pub(crate) fn lost(sent: &Fields, echo: &Value) -> Vec<Difference> {
    let journals = JOURNAL.iter().filter_map(|name| Some((*name, sent.get(*name)?)));
    journals
        .filter(|(name, sent)| {
            // The last line is what it is found by; before it, an instance may put headings.
            let line = sent.trim_end().lines().last().unwrap_or_default().trim();
            shown(echo.get(name)).is_some_and(|shown| !shown.contains(line))
        })
        .map(|(name, _)| Difference {
            field: name.to_owned(),
            change: Change::Dropped,
            kept: String::new(),
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
    use serde_json::json;

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
    fn a_journal_is_asked_for_as_it_is_shown_and_missed_only_where_it_can_be_seen() {
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let display = |sent: &Fields| {
            let query = query(sent, &["sys_id"]);
            let found = |name| query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
            [found("sysparm_fields"), found("sysparm_display_value")].map(Option::unwrap_or_default)
        };
        assert_eq!(display(&fields(&[("state", "1")])), ["sys_id,state", "false"]);
        let sent = fields(&[("work_notes", "note\n[mark]\n"), ("state", "1")]);
        assert_eq!(display(&sent), ["sys_id,state,work_notes", "all"]);
        for (echo, expect) in [
            (json!({"display_value": "x (Work notes)\nnote\r\n[mark]\n\n", "value": ""}), None),
            (json!({"display_value": "x (Work notes)\nother", "value": ""}), Some("work_notes")),
            (json!({"display_value": "", "value": ""}), Some("work_notes")),
            (json!(""), None),
            (Value::Null, None),
        ] {
            let found = lost(&sent, &json!({ "work_notes": echo }));
            let names: Vec<_> = found.iter().map(|found| found.field.as_str()).collect();
            assert_eq!(names.first().copied(), expect, "{echo}");
        }
        assert_eq!(lost(&sent, &json!({"state": "1"})), []);
        assert_eq!(differences(&sent, &fields(&[("state", "1")])), []);
    }
}

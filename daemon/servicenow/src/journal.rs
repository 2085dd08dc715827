//! Reading the entries of journal fields, to find out whether one was added.
//!
//! A mark that is not there means that a note is written, so nothing is taken for absent that only
//! cannot be read: an account may see a record without its notes, and nothing of the table behind
//! them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::audit::AUDITED_MAX;
use crate::classify::Good;
use crate::client::{Call, Client};
use crate::create::echo_query;
use crate::lookup::rows;
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, SysId};

/// Entries read at once.
const ENTRIES_MAX: usize = 1000;

/// One entry of a journal field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The entry's own id, as the instance gives it.
    pub sys_id: String,
    /// The text.
    pub value: String,
    /// `yyyy-MM-dd HH:mm:ss`, UTC.
    pub created_on: String,
    /// The account's `user_name`.
    pub created_by: String,
}

/// The entries of one journal field of some records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// By record, the newest first. A record without any has none, or hides them.
    pub entries: BTreeMap<SysId, Vec<JournalEntry>>,
    /// Whether there may be more than were read.
    pub more: bool,
}

impl Client {
    /// The entries of one journal field of a record, newest first, at most 1000.
    ///
    /// Many accounts may not read the table behind it and see nothing: an empty list proves
    /// nothing.
    pub async fn journal_entries(
        &self,
        sys_id: &SysId,
        element: &str,
    ) -> Outcome<Vec<JournalEntry>> {
        let journal = self.journal(std::slice::from_ref(sys_id), element).await;
        journal.map(|mut journal| journal.entries.remove(sys_id).unwrap_or_default())
    }

    /// The same of several records, by one request; at most [`AUDITED_MAX`] of them, and 1000
    /// entries in all.
    pub async fn journal(&self, ids: &[SysId], element: &str) -> Outcome<Journal> {
        self.try_journal(ids, element).await.into()
    }

    async fn try_journal(&self, ids: &[SysId], element: &str) -> Result<Journal, NotDone> {
        check("sys_journal_field", element)?;
        if ids.len() > AUDITED_MAX {
            return Err(NotDone::refused(format!("at most {AUDITED_MAX} records at once")));
        }
        let listed = ids.iter().map(SysId::as_str).collect::<Vec<_>>().join(",");
        // Sorting by a date needs a right that reading does not.
        let conditions = format!("element={element}^element_idIN{listed}^ORDERBYsys_id");
        let fields = "sys_id,element,element_id,value,sys_created_on,sys_created_by";
        let mut query = echo_query(fields.to_owned());
        query.push(("sysparm_query", conditions));
        query.push(("sysparm_limit", ENTRIES_MAX.to_string()));
        query.push(("sysparm_no_count", "true".to_owned()));
        let good =
            self.call(Call::get("/api/now/table/sys_journal_field".to_owned(), query)).await?;
        let rows = rows(&good)?;
        let mut journal = Journal { more: rows.len() >= ENTRIES_MAX, ..Journal::default() };
        for row in rows {
            // Checked again, as every list is: a dropped condition finds other records' entries.
            let ours = row.get("element").is_some_and(|name| name == element);
            let of = row.get("element_id").and_then(|id| id.parse::<SysId>().ok());
            if let Some(of) = of.filter(|of| ours && ids.contains(of)) {
                journal.entries.entry(of).or_default().push(entry(row));
            }
        }
        for entries in journal.entries.values_mut() {
            entries.sort_by(|a, b| b.created_on.cmp(&a.created_on));
        }
        Ok(journal)
    }

    /// Whether any entry of a journal field contains `mark`.
    ///
    /// Asks the record itself for the field as people read it, which needs no right beyond reading
    /// that; and where it does not show the mark the table of entries, too, since an instance may
    /// cut a long text and a second note is worse than a second request. `Permanent` where neither
    /// can be read: then nobody knows.
    pub async fn has_mark(
        &self,
        table: &str,
        sys_id: &SysId,
        element: &str,
        mark: &str,
    ) -> Outcome<bool> {
        self.try_has_mark(table, sys_id, element, mark).await.into()
    }

    async fn try_has_mark(
        &self,
        table: &str,
        sys_id: &SysId,
        element: &str,
        mark: &str,
    ) -> Result<bool, NotDone> {
        check(table, element)?;
        let query = vec![
            ("sysparm_fields", format!("sys_id,{element}")),
            // Not "true", under which a sys_id may be shown as something else.
            ("sysparm_display_value", "all".to_owned()),
            ("sysparm_exclude_reference_link", "true".to_owned()),
        ];
        let path = format!("/api/now/table/{table}/{sys_id}");
        let good = self.call(Call::get(path, query)).await?;
        let text = shown(good.result.get(element));
        if text.is_some_and(|text| text.contains(mark)) {
            return Ok(true);
        }
        let journal = match self.try_journal(std::slice::from_ref(sys_id), element).await {
            Ok(journal) => journal,
            Err(NotDone::Permanent { .. }) if text.is_some() => return Ok(false),
            Err(refused @ NotDone::Permanent { .. }) => {
                return Err(cannot_tell(table, element, refused));
            }
            Err(not_done) => return Err(not_done),
        };
        let entries = journal.entries.get(sys_id).map(Vec::as_slice).unwrap_or_default();
        if entries.iter().any(|entry| entry.value.contains(mark)) {
            return Ok(true);
        }
        if text.is_some() || (!entries.is_empty() && !journal.more) {
            return Ok(false);
        }
        Err(cannot_tell(table, element, nothing_shown(&good)))
    }
}

/// A journal field as people read it; `None` where the answer does not hold it so.
pub(crate) fn shown(field: Option<&Value>) -> Option<&str> {
    match field? {
        // As values alone, a journal reads back empty whatever it holds.
        Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
        field => field.get("display_value")?.as_str(),
    }
}

fn nothing_shown(good: &Good) -> NotDone {
    NotDone::Permanent {
        status: Some(good.status),
        message: String::new(),
        detail: None,
        transaction: good.transaction.clone(),
    }
}

/// Whether it is there cannot be told, so that nobody adds it again.
fn cannot_tell(table: &str, element: &str, not_done: NotDone) -> NotDone {
    let NotDone::Permanent { status, message, transaction, .. } = not_done else {
        return not_done;
    };
    NotDone::Permanent {
        status,
        message: format!(
            "it cannot be told whether the note is there already: give the account read access to \
             {element} of {table}, or to sys_journal_field"
        ),
        detail: Some(message).filter(|message| !message.is_empty()),
        transaction,
    }
}

fn check(table: &str, element: &str) -> Result<(), NotDone> {
    if query::is_table(table) && query::is_table(element) {
        return Ok(());
    }
    Err(NotDone::refused("not a name of a table or field"))
}

fn entry(mut row: Fields) -> JournalEntry {
    let mut take = |name: &str| row.remove(name).unwrap_or_default();
    JournalEntry {
        sys_id: take("sys_id"),
        value: take("value"),
        created_on: take("sys_created_on"),
        created_by: take("sys_created_by"),
    }
}

//! Reading the entries of journal fields, to find out whether one was added.

use crate::client::{Call, Client};
use crate::create::echo_query;
use crate::lookup::rows;
use crate::outcome::{NotDone, Outcome};
use crate::query;
use crate::record::{Fields, SysId};

/// Entries read of one field, newest first.
const ENTRIES_MAX: usize = 200;

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

impl Client {
    /// The entries of one journal field of a record, newest first, at most 200.
    ///
    /// Many accounts may not read the table behind it and see nothing: an empty list proves
    /// nothing.
    pub async fn journal_entries(
        &self,
        table: &str,
        sys_id: &SysId,
        element: &str,
    ) -> Outcome<Vec<JournalEntry>> {
        self.try_entries(table, sys_id, element).await.into()
    }

    async fn try_entries(
        &self,
        table: &str,
        sys_id: &SysId,
        element: &str,
    ) -> Result<Vec<JournalEntry>, NotDone> {
        check(table, element)?;
        let conditions = format!("name={table}^element_id={sys_id}^element={element}");
        let fields = "sys_id,name,element,element_id,value,sys_created_on,sys_created_by";
        let mut query = echo_query(fields.to_owned());
        query.push(("sysparm_query", format!("{conditions}^ORDERBYDESCsys_created_on")));
        query.push(("sysparm_limit", ENTRIES_MAX.to_string()));
        query.push(("sysparm_no_count", "true".to_owned()));
        let good =
            self.call(Call::get("/api/now/table/sys_journal_field".to_owned(), query)).await?;
        // Checked again, as every list is: a dropped condition finds other records' entries.
        let ours = |row: &Fields| {
            row.get("element_id").is_some_and(|id| id == sys_id.as_str())
                && row.get("element").is_some_and(|name| name == element)
        };
        Ok(rows(&good)?.into_iter().filter(ours).map(entry).collect())
    }

    /// Whether any entry of a journal field contains `mark`.
    ///
    /// Asks the record itself for the field as people read it, which needs no right beyond
    /// reading the record, and then the table of entries.
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
        let shown = good.result.get(element).and_then(|field| field.get("display_value"));
        if shown.and_then(|shown| shown.as_str()).is_some_and(|text| text.contains(mark)) {
            return Ok(true);
        }
        let entries = self.try_entries(table, sys_id, element).await?;
        Ok(entries.iter().any(|entry| entry.value.contains(mark)))
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

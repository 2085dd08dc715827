//! Several writes that become durable at once, or not at all. Each sees what those before it did; the
//! store's own tables see none of them until then.

use crate::schema::Table;

use super::plan::Plan;
use super::tables::{Commit, Fields, Row, Tables};
use super::{WriteError, now};

/// The tables as they would be.
pub(crate) struct Draft<'a> {
    tables: Tables,
    commits: Vec<Commit>,
    next_seq: u64,
    by: &'a str,
    records_max: usize,
}

impl<'a> Draft<'a> {
    pub(super) fn new(tables: &Tables, next_seq: u64, by: &'a str, records_max: usize) -> Self {
        Self { tables: tables.clone(), commits: Vec::new(), next_seq, by, records_max }
    }

    pub(super) fn commits(self) -> Vec<Commit> {
        self.commits
    }

    /// The tables, with what was done to them so far.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// As that of the store.
    ///
    /// # Errors
    /// Those of the store but for the disk; the draft is then as it was.
    pub(crate) fn insert(
        &mut self,
        table: &'static Table,
        sys_id: Option<String>,
        input: &Fields,
    ) -> Result<Row, WriteError> {
        let commit = self.plan().insert(table, sys_id, input)?;
        Ok(self.take(commit))
    }

    /// As that of the store; `None` where nothing changes.
    ///
    /// # Errors
    /// Those of the store but for the disk; the draft is then as it was.
    pub(crate) fn update(
        &mut self,
        table: &'static Table,
        sys_id: &str,
        input: &Fields,
    ) -> Result<Option<Row>, WriteError> {
        let commit = self.plan().update(table, sys_id, input)?;
        Ok(commit.map(|commit| self.take(commit)))
    }

    fn plan(&self) -> Plan<'_> {
        let (tables, by, records_max) = (&self.tables, self.by, self.records_max);
        Plan { tables, seq: self.next_seq, by, at: now(), records_max }
    }

    fn take(&mut self, commit: Commit) -> Row {
        self.tables.apply(&commit);
        let row = self.tables.row(&commit.table, &commit.sys_id).cloned().unwrap_or_default();
        self.commits.push(commit);
        self.next_seq += 1;
        row
    }
}

//! What a write comes to: the instance's rules are laid on it, and there is room for it. Nothing is
//! done here.

use std::io;

use crate::schema::Table;

use super::tables::{Commit, Fields, Put, Row, Tables, Verb};
use super::{NewFile, WriteError, random_hex, rules};

/// Whose write it is, when, and over what.
pub(super) struct Plan<'a> {
    pub(super) tables: &'a Tables,
    /// The number that its commit gets.
    pub(super) seq: u64,
    pub(super) by: &'a str,
    pub(super) at: String,
    pub(super) records_max: usize,
}

impl Plan<'_> {
    pub(super) fn insert(
        &self,
        table: &'static Table,
        sys_id: Option<String>,
        input: &Fields,
    ) -> Result<Commit, WriteError> {
        let sys_id = match sys_id {
            Some(id) => id,
            None => random_hex(32)?,
        };
        if self.tables.row(table.name, &sys_id).is_some() {
            return Err(WriteError::Duplicate);
        }
        let mut clean = rules::clean(table, input);
        rules::on_insert(self.tables, table, &mut clean.fields, &self.at, self.by);
        rules::on_write(table, &Row::default(), &mut clean.fields)?;
        stamp_new(&mut clean.fields, table.name, &sys_id, &self.at, self.by);
        self.commit(Verb::Insert, table, &sys_id, clean)
    }

    /// `None` where nothing changes.
    pub(super) fn update(
        &self,
        table: &'static Table,
        sys_id: &str,
        input: &Fields,
    ) -> Result<Option<Commit>, WriteError> {
        let row = self.tables.row(table.name, sys_id).ok_or(WriteError::Missing)?;
        let mut clean = rules::clean(table, input);
        rules::on_write(table, row, &mut clean.fields)?;
        clean.fields.retain(|name, value| row.get(name) != value);
        if clean.fields.is_empty() && clean.entries.is_empty() {
            return Ok(None);
        }
        let count: u64 = row.get("sys_mod_count").parse().unwrap_or(0);
        let stamps = [
            ("sys_mod_count", (count + 1).to_string()),
            ("sys_updated_on", self.at.clone()),
            ("sys_updated_by", self.by.to_owned()),
        ];
        clean.fields.extend(stamps.map(|(name, value)| (name.to_owned(), value)));
        self.commit(Verb::Update, table, sys_id, clean).map(Some)
    }

    pub(super) fn delete(&self, table: &Table, sys_id: &str) -> Result<Commit, WriteError> {
        self.tables.row(table.name, sys_id).ok_or(WriteError::Missing)?;
        self.commit(Verb::Delete, table, sys_id, rules::Clean::default())
    }

    pub(super) fn attach(
        &self,
        table: &'static Table,
        sys_id: &str,
        file: &NewFile,
    ) -> Result<Commit, WriteError> {
        let mut fields = Fields::new();
        for (name, value) in [
            ("file_name", file.name.as_str()),
            ("content_type", &file.content_type),
            ("size_bytes", &file.bytes.len().to_string()),
            ("table_name", file.table.name),
            ("table_sys_id", &file.row),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        let mut clean = rules::clean(table, &fields);
        stamp_new(&mut clean.fields, table.name, sys_id, &self.at, self.by);
        self.commit(Verb::Attach, table, sys_id, clean)
    }

    fn commit(
        &self,
        verb: Verb,
        table: &Table,
        sys_id: &str,
        clean: rules::Clean,
    ) -> Result<Commit, WriteError> {
        let mut puts = Vec::new();
        if verb != Verb::Delete {
            puts.push(put(table.name, sys_id, clean.fields));
        }
        for (element, value) in &clean.entries {
            puts.push(journal_entry(table.name, sys_id, element, value, &self.at, self.by)?);
        }
        let is_new = |put: &&Put| self.tables.row(&put.table, &put.sys_id).is_none();
        let more = puts.iter().filter(is_new).count();
        if more > 0 && self.tables.count() + more > self.records_max {
            return Err(WriteError::Full(self.records_max));
        }
        Ok(Commit {
            seq: self.seq,
            at: self.at.clone(),
            by: self.by.to_owned(),
            verb,
            table: table.name.to_owned(),
            sys_id: sys_id.to_owned(),
            puts,
        })
    }
}

fn put(table: &str, sys_id: &str, fields: Fields) -> Put {
    Put { table: table.to_owned(), sys_id: sys_id.to_owned(), fields }
}

fn journal_entry(
    table: &str,
    of: &str,
    element: &str,
    value: &str,
    at: &str,
    by: &str,
) -> io::Result<Put> {
    let sys_id = random_hex(32)?;
    let mut fields = Fields::new();
    stamp_new(&mut fields, "sys_journal_field", &sys_id, at, by);
    for (name, value) in
        [("name", table), ("element", element), ("element_id", of), ("value", value)]
    {
        fields.insert(name.to_owned(), value.to_owned());
    }
    Ok(put("sys_journal_field", &sys_id, fields))
}

fn stamp_new(fields: &mut Fields, class: &str, sys_id: &str, at: &str, by: &str) {
    for (name, value) in [
        ("sys_id", sys_id),
        ("sys_class_name", class),
        ("sys_created_on", at),
        ("sys_created_by", by),
        ("sys_updated_on", at),
        ("sys_updated_by", by),
        ("sys_mod_count", "0"),
    ] {
        fields.insert(name.to_owned(), value.to_owned());
    }
}

//! Records: in memory for reading, in a log for keeping.
//!
//! A write is durable before it is visible, and visible before it is answered. Nothing here
//! knows HTTP.

mod log;
mod rules;
mod tables;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use jiff::Timestamp;

pub use log::OpenError;
pub(crate) use tables::{Commit, Fields, Row, Tables, Verb};

use crate::schema::{Schema, Table};
use tables::Put;

/// Why a write was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("a record with this sys_id exists")]
    Duplicate,
    #[error("no such record")]
    Missing,
    #[error("mandatory: {0}")]
    Policy(String),
    #[error("the sandbox holds as many records as it may ({0})")]
    Full(usize),
    #[error("disk: {0}")]
    Disk(#[from] io::Error),
}

/// All records of one data folder.
#[derive(Debug)]
pub(crate) struct Store {
    inner: Mutex<Inner>,
    files: PathBuf,
    records_max: usize,
}

#[derive(Debug)]
struct Inner {
    tables: Tables,
    log: log::Log,
}

/// A file to be kept with a row.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) table: &'static Table,
    pub(crate) row: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Store {
    /// Opens the folder, replays its log, and seeds it when it is new.
    ///
    /// # Errors
    /// When the folder cannot be used, is in use, or its log is damaged.
    pub(crate) fn open(dir: &Path, records_max: usize, schema: Schema) -> Result<Self, OpenError> {
        let mut tables = Tables::new(schema);
        let log = log::Log::open(dir, &mut tables)?;
        let files = dir.join("attachments");
        fs::create_dir_all(&files)
            .map_err(|source| OpenError::Io { path: files.clone(), source })?;
        let store = Self { inner: Mutex::new(Inner { tables, log }), files, records_max };
        store.seed().map_err(|error| OpenError::Io {
            path: dir.to_owned(),
            source: io::Error::other(error),
        })?;
        Ok(store)
    }

    /// Makes those seeded rows that no earlier start made; what people deleted stays deleted.
    fn seed(&self) -> Result<(), WriteError> {
        let made = self.inner().log.next_seq() - 1;
        for (table, sys_id, fields) in crate::seed::rows().into_iter().skip(made as usize) {
            let table = self.table(table).ok_or(WriteError::Missing)?;
            self.insert(table, Some(sys_id), &fields, "system")?;
        }
        Ok(())
    }

    /// The table of that name.
    pub(crate) fn table(&self, name: &str) -> Option<&'static Table> {
        self.read(|tables| tables.schema().table(name))
    }

    /// Reads under the lock; `f` should not take long.
    pub(crate) fn read<R>(&self, f: impl FnOnce(&Tables) -> R) -> R {
        f(&self.inner().tables)
    }

    /// Makes a row, under the caller's id or one of ours, and returns it.
    ///
    /// # Errors
    /// [`WriteError::Duplicate`] when the id is taken; policy, room and disk otherwise.
    pub(crate) fn insert(
        &self,
        table: &'static Table,
        sys_id: Option<String>,
        input: &Fields,
        by: &str,
    ) -> Result<Row, WriteError> {
        let sys_id = match sys_id {
            Some(id) => id,
            None => random_hex(32)?,
        };
        let mut inner = self.inner();
        if inner.tables.row(table.name, &sys_id).is_some() {
            return Err(WriteError::Duplicate);
        }
        let at = now();
        let mut clean = rules::clean(table, input);
        rules::on_insert(&inner.tables, table, &mut clean.fields, &at, by);
        rules::on_write(table, &Row::default(), &mut clean.fields)?;
        stamp_new(&mut clean.fields, table.name, &sys_id, &at, by);
        self.commit(&mut inner, Verb::Insert, table, &sys_id, clean, &at, by)
    }

    /// Lays fields over a row and returns it. A write that changes nothing leaves the row alone.
    ///
    /// # Errors
    /// [`WriteError::Missing`] when there is no such row; policy, room and disk otherwise.
    pub(crate) fn update(
        &self,
        table: &'static Table,
        sys_id: &str,
        input: &Fields,
        by: &str,
    ) -> Result<Row, WriteError> {
        let changed = self.change(table, sys_id, by, |_, _| Some(input.clone()))?;
        changed.ok_or(WriteError::Missing)
    }

    /// The same with fields that are decided on by what the row holds; `None` when there are none.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub(crate) fn change(
        &self,
        table: &'static Table,
        sys_id: &str,
        by: &str,
        decide: impl FnOnce(&Tables, &Row) -> Option<Fields>,
    ) -> Result<Option<Row>, WriteError> {
        let mut inner = self.inner();
        let row = inner.tables.row(table.name, sys_id).ok_or(WriteError::Missing)?;
        let Some(input) = decide(&inner.tables, row) else { return Ok(None) };
        let mut clean = rules::clean(table, &input);
        rules::on_write(table, row, &mut clean.fields)?;
        clean.fields.retain(|name, value| row.get(name) != value);
        if clean.fields.is_empty() && clean.entries.is_empty() {
            return Ok(Some(row.clone()));
        }
        let at = now();
        let count: u64 = row.get("sys_mod_count").parse().unwrap_or(0);
        let stamps = [
            ("sys_mod_count", (count + 1).to_string()),
            ("sys_updated_on", at.clone()),
            ("sys_updated_by", by.to_owned()),
        ];
        clean.fields.extend(stamps.map(|(name, value)| (name.to_owned(), value)));
        self.commit(&mut inner, Verb::Update, table, sys_id, clean, &at, by).map(Some)
    }

    /// Removes a row with its journal and attachments.
    ///
    /// # Errors
    /// [`WriteError::Missing`] when there is no such row; disk otherwise.
    pub(crate) fn delete(
        &self,
        table: &'static Table,
        sys_id: &str,
        by: &str,
    ) -> Result<(), WriteError> {
        let mut inner = self.inner();
        inner.tables.row(table.name, sys_id).ok_or(WriteError::Missing)?;
        let clean = rules::Clean::default();
        self.commit(&mut inner, Verb::Delete, table, sys_id, clean, &now(), by).map(drop)
    }

    /// Keeps a file with a row and returns its `sys_attachment` row. Content first, then the row,
    /// so that a row never lacks its content.
    ///
    /// # Errors
    /// [`WriteError::Missing`] when there is no such row; room and disk otherwise.
    pub(crate) fn attach(&self, file: &NewFile, by: &str) -> Result<Row, WriteError> {
        self.read(|tables| tables.row(file.table.name, &file.row).map(drop))
            .ok_or(WriteError::Missing)?;
        let sys_id = random_hex(32)?;
        let path = self.files.join(&sys_id);
        let content = fs::File::create_new(&path)?;
        io::Write::write_all(&mut &content, &file.bytes)?;
        content.sync_all()?;
        fs::File::open(&self.files)?.sync_all()?;
        let at = now();
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
        let table = self.table("sys_attachment").ok_or(WriteError::Missing)?;
        let mut clean = rules::clean(table, &fields);
        stamp_new(&mut clean.fields, table.name, &sys_id, &at, by);
        let mut inner = self.inner();
        self.commit(&mut inner, Verb::Attach, table, &sys_id, clean, &at, by)
    }

    /// The content of an attachment.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub(crate) fn content(&self, sys_id: &str) -> io::Result<Vec<u8>> {
        if !is_sys_id(sys_id) {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::read(self.files.join(sys_id))
    }

    /// Commits from the log that `keep` wants, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(crate) fn ledger(
        &self,
        limit: usize,
        keep: impl Fn(&Commit) -> bool,
    ) -> io::Result<Vec<Commit>> {
        let (path, len) = self.inner().log.extent();
        log::read(&path, len, limit, keep)
    }

    #[allow(clippy::too_many_arguments)] // The parts of one commit, built in one place only.
    fn commit(
        &self,
        inner: &mut Inner,
        verb: Verb,
        table: &'static Table,
        sys_id: &str,
        clean: rules::Clean,
        at: &str,
        by: &str,
    ) -> Result<Row, WriteError> {
        let mut puts = Vec::new();
        if verb != Verb::Delete {
            puts.push(put(table.name, sys_id, clean.fields));
        }
        for (element, value) in &clean.entries {
            puts.push(journal_entry(table.name, sys_id, element, value, at, by)?);
        }
        if verb != Verb::Delete && inner.tables.count() + puts.len() > self.records_max {
            return Err(WriteError::Full(self.records_max));
        }
        let commit = Commit {
            seq: inner.log.next_seq(),
            at: at.to_owned(),
            by: by.to_owned(),
            verb,
            table: table.name.to_owned(),
            sys_id: sys_id.to_owned(),
            puts,
        };
        inner.log.append(&commit)?;
        inner.tables.apply(&commit);
        Ok(inner.tables.row(table.name, sys_id).cloned().unwrap_or_default())
    }

    /// A panic elsewhere cannot leave the tables half changed: `apply` runs after the log alone.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Whether it is 32 lowercase hexadecimal digits.
pub(crate) fn is_sys_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// That many random lowercase hexadecimal digits.
///
/// # Errors
/// When the system has no randomness to give.
pub(crate) fn random_hex(digits: usize) -> io::Result<String> {
    let mut bytes = vec![0; digits.div_ceil(2)];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    Ok(text)
}

/// Now, as the Table API writes it: UTC, to the second.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

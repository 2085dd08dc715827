//! Records: in memory for reading, in a log for keeping.
//!
//! A write is durable before it is visible, and visible before it is answered. Nothing here
//! knows HTTP.

mod draft;
mod files;
mod log;
mod plan;
mod rules;
mod tables;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub(crate) use draft::Draft;
pub use log::OpenError;
pub(crate) use tables::{Commit, Fields, Row, Tables};

use crate::schema::{Schema, Table};
use files::Files;
use plan::Plan;

/// Times as the Table API writes them.
pub(crate) const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

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
    files: Files,
    records_max: usize,
}

#[derive(Debug)]
struct Inner {
    tables: Tables,
    log: log::Log,
}

impl Inner {
    fn plan<'a>(&'a self, by: &'a str, records_max: usize) -> Plan<'a> {
        Plan { tables: &self.tables, seq: self.log.next_seq(), by, at: now(), records_max }
    }

    /// Makes commits durable and then visible, and returns the row of the last one.
    fn commit(&mut self, commits: &[Commit]) -> Result<Row, WriteError> {
        self.log.append(commits)?;
        commits.iter().for_each(|commit| self.tables.apply(commit));
        let row = commits.last().and_then(|last| self.tables.row(&last.table, &last.sys_id));
        Ok(row.cloned().unwrap_or_default())
    }
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
        let files = Files::open(dir, |id| tables.row("sys_attachment", id).is_some())?;
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
        let rows = crate::seed::rows().into_iter().skip(made as usize);
        self.all("system", |draft| {
            for (table, sys_id, fields) in rows {
                let table = draft.tables().schema().table(table).ok_or(WriteError::Missing)?;
                draft.insert(table, Some(sys_id), &fields)?;
            }
            Ok(())
        })?
    }

    /// Makes a user of the account of the REST APIs where there is none of that name.
    ///
    /// # Errors
    /// Room and disk.
    pub(crate) fn account(&self, user_name: &str) -> Result<(), WriteError> {
        if self.read(|tables| tables.user(user_name).is_some()) {
            return Ok(());
        }
        let table = self.table("sys_user").ok_or(WriteError::Missing)?;
        self.insert(table, None, &crate::seed::account(user_name), "system").map(drop)
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
        let mut inner = self.inner();
        let commit = inner.plan(by, self.records_max).insert(table, sys_id, input)?;
        inner.commit(&[commit])
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
        match inner.plan(by, self.records_max).update(table, sys_id, &input)? {
            Some(commit) => inner.commit(&[commit]).map(Some),
            None => Ok(inner.tables.row(table.name, sys_id).cloned()),
        }
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
        let commit = inner.plan(by, self.records_max).delete(table, sys_id)?;
        let attached = inner.tables.children(sys_id, "sys_attachment");
        let mut files: Vec<String> = attached.iter().map(|row| row.get("sys_id").into()).collect();
        if table.name == "sys_attachment" {
            files.push(sys_id.to_owned());
        }
        inner.commit(&[commit])?;
        drop(inner);
        files.iter().for_each(|file| self.files.remove(file));
        Ok(())
    }

    /// Does all that `work` asks of a draft, or nothing of it where that fails; it is durable at once.
    ///
    /// # Errors
    /// Disk; what `work` itself says is within.
    pub(crate) fn all<T, E>(
        &self,
        by: &str,
        work: impl FnOnce(&mut Draft<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, WriteError> {
        let mut inner = self.inner();
        let mut draft = Draft::new(&inner.tables, inner.log.next_seq(), by, self.records_max);
        let done = work(&mut draft);
        let commits = draft.commits();
        if done.is_ok() && !commits.is_empty() {
            inner.commit(&commits)?;
        }
        Ok(done)
    }

    /// Keeps a file with a row and returns its `sys_attachment` row. Content first, then the row,
    /// so that a row never lacks its content.
    ///
    /// # Errors
    /// [`WriteError::Missing`] when there is no such row; room and disk otherwise.
    pub(crate) fn attach(&self, file: &NewFile, by: &str) -> Result<Row, WriteError> {
        self.read(|tables| tables.row(file.table.name, &file.row).map(drop))
            .ok_or(WriteError::Missing)?;
        let table = self.table("sys_attachment").ok_or(WriteError::Missing)?;
        let sys_id = random_hex(32)?;
        self.files.keep(&sys_id, &file.bytes)?;
        let mut inner = self.inner();
        // It may have been deleted meanwhile.
        let planned = match inner.tables.row(file.table.name, &file.row) {
            Some(_) => inner.plan(by, self.records_max).attach(table, &sys_id, file),
            None => Err(WriteError::Missing),
        };
        if planned.is_err() {
            self.files.remove(&sys_id);
        }
        // What became of a write that failed is seen at the next start, and so is its file.
        inner.commit(&[planned?])
    }

    /// The content of an attachment.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub(crate) fn content(&self, sys_id: &str) -> io::Result<Vec<u8>> {
        self.files.read(sys_id)
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

    /// A panic elsewhere cannot leave the tables half changed: `apply` runs after the log alone.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
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
    Timestamp::now().strftime(TIME_FORMAT).to_string()
}

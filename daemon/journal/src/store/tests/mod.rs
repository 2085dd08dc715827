//! What needs the inside of the store: an I/O error on demand, and SQLite's own settings.

mod power;
mod strace;

use std::fs;

use rusqlite::ffi;

use super::*;
use crate::{AppendError, Journal, Read, Row};

fn row(seq: u64, epoch: u64, bytes: usize) -> Row {
    Row {
        seq,
        shard: 0,
        epoch,
        desk_ms: seq * 10,
        wall_ms: 0,
        kind: "test".to_owned(),
        clear: vec![b'x'; bytes],
        personal: None,
        index: Vec::new(),
    }
}

fn open(dir: &std::path::Path) -> Opened {
    Store::open(dir, &Options { wall_seconds: 100 }).unwrap()
}

/// Every verb answers the first error, also what would be fenced.
fn assert_poisoned(writer: &mut Writer, first: &AppendError) {
    assert_eq!(&writer.append(2, 100, &[row(2, 100, 10)]).unwrap_err(), first);
    assert_eq!(&writer.append(9, 9, &[]).unwrap_err(), first);
    assert_eq!(&writer.mark(500).unwrap_err(), first);
    assert_eq!(&writer.erase(&[1]).unwrap_err(), first);
    assert_eq!(&writer.loss_recorded().unwrap_err(), first);
}

#[test]
fn after_an_io_error_the_writer_answers_unknown_for_ever_and_a_restart_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { mut writer, readers, .. } = open(dir.path());
    writer.append(1, 100, &[row(1, 100, 10)]).unwrap();

    // A full disk, as far as SQLite is concerned.
    let set = |writer: &mut Writer, pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        writer.db().conn.query_row(&sql, (), |_| Ok(())).unwrap();
    };
    set(&mut writer, 1);
    let first = writer.append(2, 100, &[row(2, 100, 100_000)]).unwrap_err();
    assert!(matches!(&first, AppendError::Unknown { why } if why.contains("full")), "{first}");
    set(&mut writer, 1_000_000);
    assert_poisoned(&mut writer, &first);
    assert_eq!(readers.open().unwrap().head().unwrap().seq, 1);

    drop(writer);
    let Opened { mut writer, start, .. } = open(dir.path());
    assert_eq!((start.head.seq, start.epoch), (1, 101));
    writer.append(2, 101, &[row(2, 101, 10)]).unwrap();
}

#[test]
fn a_failed_checkpoint_makes_the_commit_unknown_though_its_rows_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = open(dir.path()).writer;
    let failed = || {
        let code = ffi::Error::new(ffi::SQLITE_IOERR_FSYNC);
        rusqlite::Error::SqliteFailure(code, None)
    };
    writer.db().conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, _| Err(failed()))).unwrap();
    let first = writer.append(1, 100, &[row(1, 100, 10)]).unwrap_err();
    assert!(matches!(first, AppendError::Unknown { .. }), "{first}");
    assert_poisoned(&mut writer, &first);
    drop(writer);
    assert!(fs::metadata(files::wal(dir.path())).unwrap().len() > 0, "closing left the log");
    let opened = open(dir.path());
    assert_eq!((opened.start.head.seq, opened.report.recovered), (1, None));
}

#[test]
fn commits_keep_the_log_short_by_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = open(dir.path()).writer;
    writer.db().checkpoint_from(20).unwrap();
    for seq in 1..=100 {
        writer.append(seq, 100, &[row(seq, 100, 8_000)]).unwrap();
    }
    let pages = fs::metadata(files::wal(dir.path())).unwrap().len() / 4_096;
    assert!((20..40).contains(&pages), "{pages}");
}

#[test]
fn a_reader_in_the_way_of_a_checkpoint_costs_no_wait_and_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let Opened { mut writer, readers, .. } = open(dir.path());
    writer.append(1, 100, &[Row { personal: Some(vec![1]), ..row(1, 100, 10) }]).unwrap();
    let reader = db::Db::read_only(dir.path()).unwrap();
    let view = reader.conn.unchecked_transaction().unwrap();
    assert_eq!(reader.head().unwrap().seq, 1);
    writer.append(2, 100, &[row(2, 100, 10)]).unwrap();
    assert_eq!(writer.erase(&[1]).unwrap(), 1);
    assert!(!writer.db().checkpoint().unwrap());
    drop(view);
    assert!(writer.db().checkpoint().unwrap());
    assert_eq!(readers.open().unwrap().head().unwrap().seq, 2);
}

#[test]
fn every_commit_is_synced() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = open(dir.path()).writer;
    let db = writer.db();
    assert_eq!(db.get::<i64>("SELECT synchronous FROM pragma_synchronous", ()).unwrap(), 2);
    let mode: String = db.get("SELECT journal_mode FROM pragma_journal_mode", ()).unwrap();
    assert_eq!(mode, "wal");
}

//! Starts: what goes on, what is refused, what is private.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use desk_journal::{
    AppendError, BATCH_ROWS_MAX, Journal, OpenError, Options, Read, Snapshot, Store, verify,
};

use crate::support::{append, batch, open, open_error, row, tamper, written};

#[test]
fn a_new_journal_begins_at_row_1_in_an_epoch_of_at_least_the_wall_clock() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    assert!(opened.report.created);
    assert_eq!((opened.start.epoch, opened.start.head.seq, opened.start.desk_ms), (100, 0, 0));
    append(&mut opened, 1, 3);
}

#[test]
fn a_restart_goes_on_with_numbers_epoch_and_desk_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 7);
    opened.writer.mark(5_000).unwrap();
    opened.writer.mark(4_000).unwrap();
    drop(opened);

    let start = open(dir.path()).start;
    assert_eq!((start.epoch, start.head.seq, start.head.epoch), (101, 7, 100));
    assert_eq!(start.desk_ms, 5_000, "the mark is later than row 7, and never goes back");

    let mut later = Store::open(dir.path(), &Options { wall_seconds: 9_000 }).unwrap();
    assert_eq!(later.start.epoch, 9_000, "the wall clock is ahead");
    let mut last = row(8, 9_000);
    last.desk_ms = 6_000;
    later.writer.append(8, 9_000, &[last]).unwrap();
    drop(later);
    let start = open(dir.path()).start;
    assert_eq!(start.epoch, 9_001, "the wall clock went back, the epoch does not");
    assert_eq!(start.desk_ms, 6_000, "row 8 is later than the mark");
}

#[test]
fn an_append_is_refused_in_any_other_epoch_and_at_any_other_row() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 3);
    let mut fenced = |first: u64, epoch: u64| {
        let error = opened.writer.append(first, epoch, &batch(first, 2, epoch)).unwrap_err();
        let expected =
            AppendError::Fenced { epoch, first_seq: first, head_epoch: 100, head_seq: 3 };
        assert_eq!(error, expected);
    };
    fenced(4, 99);
    fenced(4, 101);
    fenced(3, 100);
    fenced(5, 100);
    fenced(1, 100);
    append(&mut opened, 4, 3);
}

#[test]
fn a_writer_is_fenced_by_an_epoch_that_someone_else_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    tamper(dir.path(), "UPDATE meta SET value = 777 WHERE key = 'epoch'");
    let error = opened.writer.append(1, 100, &batch(1, 1, 100)).unwrap_err();
    assert!(matches!(error, AppendError::Fenced { head_epoch: 777, .. }), "{error}");
}

#[test]
fn a_group_of_512_is_one_commit_and_the_mark_names_it_before_append_returns() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    let rows = batch(1, BATCH_ROWS_MAX as u64, 100);
    let committed = opened.writer.append(1, 100, &rows).unwrap();
    assert_eq!(committed.last_seq, 512);
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.mark_seq, report.rows, report.head.chain), (512, 512, committed.chain));
    assert_eq!(opened.writer.append(513, 100, &[]).unwrap(), committed);
}

#[test]
#[should_panic(expected = "at most 512 rows")]
fn a_larger_group_is_a_mistake_of_the_caller() {
    let dir = tempfile::tempdir().unwrap();
    let _ = open(dir.path()).writer.append(1, 100, &batch(1, 513, 100));
}

#[test]
fn two_daemons_cannot_share_a_journal_and_the_second_names_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let error = open_error(dir.path());
    assert!(matches!(error, OpenError::Locked { .. }));
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(first);
    open(dir.path());
}

#[test]
fn directories_are_0700_and_files_0600() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("state/journal");
    let mut opened = open(&dir);
    append(&mut opened, 1, 3);
    let head = opened.readers.open().unwrap().head().unwrap();
    let (seq, chain) = (head.seq, head.chain);
    let snapshot = Snapshot { seq, chain, digest: [0; 32], wall_ms: 0, body: vec![1] };
    opened.snapshots.write(&snapshot).unwrap();

    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut seen = Vec::new();
    for folder in [dir.clone(), dir.join("snapshots")] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                seen.push(path.file_name().unwrap().to_owned());
            }
        }
    }
    for name in ["journal.db", "journal.db-wal", "journal.db-shm", "head", "lock"] {
        assert!(seen.iter().any(|found| found == name), "{name} is one of {seen:?}");
    }
}

#[test]
fn a_start_answers_the_last_snapshot_and_checks_only_the_rows_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 9);
    let chain = opened.readers.open().unwrap().row(6).unwrap().unwrap().chain;
    let snapshot = Snapshot { seq: 6, chain, digest: [7; 32], wall_ms: 5, body: b"s".to_vec() };
    opened.snapshots.write(&snapshot).unwrap();
    drop(opened);
    let opened = open(dir.path());
    assert_eq!(opened.start.snapshot, Some(snapshot));
    assert_eq!(opened.report.tail_rows, 3);
}

#[test]
fn a_journal_of_a_newer_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 1);
    tamper(dir.path(), "PRAGMA user_version = 3");
    let error = open_error(dir.path());
    assert!(matches!(error, OpenError::Format { found: 3, supported: 2, .. }), "{error}");
}

#[test]
fn verify_and_readers_work_while_a_daemon_writes() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    let reader = opened.readers.open().unwrap();
    let (last, path) = (300, dir.path().to_owned());
    let checker = std::thread::spawn(move || {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|seq| *seq < last) {
            seen.push(verify(&path).unwrap().head.seq);
        }
        seen
    });
    append(&mut opened, 1, last);
    let seen = checker.join().unwrap();
    assert!(seen.is_sorted());
    assert_eq!(reader.head().unwrap().seq, last);
}

#[test]
fn free_space_is_told() {
    let dir = tempfile::tempdir().unwrap();
    assert!(desk_journal::free_bytes(dir.path()).unwrap() > 0);
    assert!(desk_journal::free_bytes(&dir.path().join("none")).is_err());
}

#[test]
fn each_side_can_go_to_a_thread_of_its_own() {
    fn send<T: Send>() {}
    fn shared<T: Send + Sync>() {}
    send::<desk_journal::Writer>();
    send::<desk_journal::Reader>();
    send::<desk_journal::MemoryWriter>();
    shared::<desk_journal::Readers>();
    shared::<desk_journal::Snapshots>();
    shared::<desk_journal::MemoryJournal>();
}

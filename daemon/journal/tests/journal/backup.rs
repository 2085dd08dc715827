//! A backup is whole, taken from under a running daemon, and a start on it knows what it is.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use desk_journal::{AcceptedLoss, OpenError, Read, Reader, Snapshot, backup, restore, verify};

use crate::support::{append, flip, open, written};

const NOW: i64 = 1_700_000_000_000;

#[test]
fn what_was_durable_when_it_began_is_in_it_and_a_restored_one_goes_on() {
    let outer = tempfile::tempdir().unwrap();
    let dir = |name: &str| outer.path().join(name);
    let mut opened = open(&dir("journal"));
    append(&mut opened, 1, 9);
    let chain = opened.readers.open().unwrap().row(6).unwrap().unwrap().chain;
    let snapshot = Snapshot { seq: 6, chain, digest: [0; 32], wall_ms: 0, body: b"s".to_vec() };
    opened.snapshots.write(&snapshot).unwrap();

    let made = backup(&dir("journal"), &dir("backup"), NOW, &mut |_, _| {}).unwrap();
    assert_eq!((made.head.seq, made.snapshot), (9, Some(6)));
    // The daemon goes on, past what the backup holds.
    append(&mut opened, 10, 3);
    drop(opened);

    let report = restore(&dir("backup"), &dir("restored")).unwrap();
    assert_eq!((report.head.seq, report.rows, report.snapshots), (9, 9, vec![6]));
    let mut again = open(&dir("restored"));
    let loss = AcceptedLoss { to: 9, known: 9, wall_ms: NOW };
    assert_eq!(again.start.loss, Some(loss), "rows after it may be lost");
    let live = Reader::open(&dir("journal")).unwrap();
    assert!(again.start.epoch > live.row(9).unwrap().unwrap().epoch);
    append(&mut again, 10, 3);
    drop(again);
    assert_eq!(verify(&dir("restored")).unwrap().rows, 12);
    assert_eq!(verify(&dir("backup")).unwrap().rows, 9, "a backup stays what it was");
}

#[test]
fn one_that_is_taken_while_rows_are_written_is_sound() {
    let outer = tempfile::tempdir().unwrap();
    let live = outer.path().join("journal");
    let mut opened = open(&live);
    append(&mut opened, 1, 600);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut first = 601;
            while !stop.load(Ordering::Acquire) {
                append(&mut opened, first, 3);
                first += 3;
            }
        });
        for n in 0..5 {
            let to = outer.path().join(n.to_string());
            let before = Reader::open(&live).unwrap().head().unwrap().seq;
            let made = backup(&live, &to, NOW, &mut |_, _| {}).unwrap();
            assert!(made.head.seq >= before, "what was durable when it began");
            assert_eq!(verify(&to).unwrap().rows, made.head.seq);
        }
        stop.store(true, Ordering::Release);
        writing.join().unwrap();
    });
}

#[test]
fn nothing_is_written_over_and_a_damaged_backup_is_not_restored() {
    let outer = tempfile::tempdir().unwrap();
    let dir = |name: &str| outer.path().join(name);
    written(&dir("journal"), 60);
    let error = backup(&dir("journal"), &dir("journal"), NOW, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, OpenError::NotEmpty { .. }), "{error}");
    let error = restore(&dir("journal"), &dir("new")).unwrap_err();
    assert!(matches!(error, OpenError::NoBackup { .. }), "{error}");

    backup(&dir("journal"), &dir("backup"), NOW, &mut |_, _| {}).unwrap();
    let error = restore(&dir("backup"), &dir("journal")).unwrap_err();
    assert!(matches!(error, OpenError::NotEmpty { .. }), "{error}");
    let file = dir("backup").join("journal.db");
    let middle = fs::metadata(&file).unwrap().len() as usize / 2;
    flip(&file, middle);
    flip(&file, middle + 900);
    assert!(restore(&dir("backup"), &dir("new")).is_err());
    assert!(!dir("new").exists());
}

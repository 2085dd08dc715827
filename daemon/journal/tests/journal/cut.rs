//! Retention: the oldest rows are cut off, and everything else goes on.

use desk_journal::{
    CUT_ROWS, Journal, Opened, Read, Snapshot, backup, export, recover, restore, verify,
};

use crate::support::{append, copy, flip, open, written};

/// A journal of 30 rows with snapshots of rows 10 and 20, cut up to row 10.
fn cut() -> (tempfile::TempDir, Opened) {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 30);
    for seq in [10, 20] {
        let chain = opened.readers.open().unwrap().row(seq).unwrap().unwrap().chain;
        let snapshot = Snapshot { seq, chain, digest: [1; 32], wall_ms: 5, body: vec![2; 3] };
        opened.snapshots.write(&snapshot).unwrap();
    }
    assert_eq!(opened.writer.cut(10).unwrap(), 10);
    assert_eq!(opened.writer.cut(10).unwrap(), 0, "there is none left");
    (dir, opened)
}

#[test]
fn what_is_left_verifies_from_the_snapshot_s_hash_on() {
    let (dir, opened) = cut();
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.first_seq, report.rows, report.head.seq), (11, 20, 30));
    assert_eq!(report.snapshots, [10, 20]);
    let reader = opened.readers.open().unwrap();
    assert_eq!(reader.row(10).unwrap(), None);
    assert_eq!(reader.rows(1, 1).unwrap()[0].seq, 11);
    let found = reader.by_index("chat", "c-1", 0, 99).unwrap();
    assert_eq!(found.first().map(|row| row.seq), Some(11), "no entry of what was cut is left");
}

#[test]
fn a_start_goes_on_and_a_kill_in_the_middle_costs_nothing() {
    let (dir, mut opened) = cut();
    append(&mut opened, 31, 3);
    let killed = tempfile::tempdir().unwrap();
    copy(dir.path(), killed.path());
    let mut again = open(killed.path());
    assert_eq!((again.start.head.seq, again.start.snapshot.as_ref().unwrap().seq), (33, 20));
    append(&mut again, 34, 3);
    assert_eq!(verify(killed.path()).unwrap().rows, 26);
}

#[test]
fn a_backup_and_a_restore_of_it_know_where_it_begins() {
    let (dir, _opened) = cut();
    let (copied, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    backup(dir.path(), copied.path(), 7, &mut |_, _| {}).unwrap();
    restore(copied.path(), restored.path()).unwrap();
    let report = verify(restored.path()).unwrap();
    assert_eq!((report.first_seq, report.head.seq), (11, 30));
}

#[test]
fn what_is_damaged_behind_a_cut_is_recovered() {
    let (dir, opened) = cut();
    drop(opened);
    flip(&dir.path().join("head"), 20);
    let to = tempfile::tempdir().unwrap();
    let recovered = recover(dir.path(), to.path(), 7, &mut |_, _| {}).unwrap();
    assert_eq!((recovered.rows, recovered.to), (20, 30));
    assert_eq!(verify(to.path()).unwrap().first_seq, 11);
}

#[test]
fn the_last_row_is_never_cut_and_a_call_has_its_bound() {
    let dir = tempfile::tempdir().unwrap();
    let rows = u64::from(CUT_ROWS) + 5;
    written(dir.path(), rows);
    let mut opened = open(dir.path());
    let bound = u64::from(CUT_ROWS);
    assert_eq!(opened.writer.cut(u64::MAX).unwrap(), bound);
    assert_eq!(opened.writer.cut(u64::MAX).unwrap(), rows - bound - 1);
    assert_eq!(opened.writer.cut(u64::MAX).unwrap(), 0);
    let mut out = Vec::new();
    assert_eq!(export(dir.path(), 0..=u64::MAX, &mut out).unwrap(), 1);
}

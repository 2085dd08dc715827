//! The operator's deliberate way on.

use std::fs;

use desk_journal::{
    AcceptedLoss, Journal, LossError, OpenError, Read, Snapshot, accept_loss, verify,
};

use crate::support::{append, open, open_error, tamper, written};

const NOW: i64 = 1_700_000_000_000;

/// A journal of which the mark names row 9 and the database holds 6.
fn behind() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 9);
    tamper(dir.path(), "DELETE FROM journal WHERE seq > 6; DELETE FROM entries WHERE seq > 6");
    dir
}

#[test]
fn an_accepted_loss_lets_the_daemon_start_and_is_told_until_it_is_recorded() {
    let dir = behind();
    assert!(matches!(open_error(dir.path()), OpenError::Gap { last: 6, from: 7, to: 9, .. }));
    let loss = AcceptedLoss { to: 6, known: 9, wall_ms: NOW };
    assert_eq!(accept_loss(dir.path(), 6, NOW).unwrap(), loss);

    assert_eq!(verify(dir.path()).unwrap().loss, Some(loss.clone()));
    let mut opened = open(dir.path());
    assert_eq!(opened.start.loss, Some(loss.clone()));
    assert_eq!((opened.start.head.seq, opened.start.epoch), (6, 101));
    assert_eq!(opened.start.desk_ms, 90, "desk time goes on from what the old mark knew");
    drop(opened);
    opened = open(dir.path());
    assert_eq!(opened.start.loss, Some(loss), "not recorded yet");
    append(&mut opened, 7, 1);
    opened.writer.loss_recorded().unwrap();
    drop(opened);
    assert_eq!(open(dir.path()).start.loss, None);
}

#[test]
fn only_the_last_sound_row_is_accepted() {
    let dir = behind();
    for asked in [0, 5, 7, 9] {
        let error = accept_loss(dir.path(), asked, NOW).unwrap_err();
        assert!(matches!(error, LossError::NotTheLast { last_sound: 6, .. }), "{error}");
    }
    tamper(dir.path(), "UPDATE journal SET clear = x'00' WHERE seq = 4");
    let error = accept_loss(dir.path(), 6, NOW).unwrap_err();
    assert!(error.to_string().contains("that is row 3"), "{error}");
    assert!(error.to_string().contains("row 4"), "{error}");
    assert!(matches!(open_error(dir.path()), OpenError::Read(_)), "nothing was changed");
}

#[test]
fn what_is_cut_is_kept_aside_with_the_snapshots_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 9);
    let chain = opened.readers.open().unwrap().head().unwrap().chain;
    let snapshot = Snapshot { seq: 9, chain, digest: [0; 32], wall_ms: 0, body: vec![] };
    let path = opened.snapshots.write(&snapshot).unwrap().path;
    drop(opened);
    tamper(dir.path(), "UPDATE journal SET clear = x'00' WHERE seq = 4");

    let loss = accept_loss(dir.path(), 3, NOW).unwrap();
    assert_eq!((loss.to, loss.known), (3, 9));
    let opened = open(dir.path());
    assert_eq!((opened.start.head.seq, opened.start.snapshot), (3, None));
    assert_eq!(verify(dir.path()).unwrap().rows, 3);
    let aside = dir.path().join(format!("set-aside-{NOW}"));
    assert!(!path.exists());
    assert!(aside.join(path.file_name().unwrap()).exists());
    let old = rusqlite::Connection::open(aside.join("journal.db")).unwrap();
    let rows: i64 = old.query_row("SELECT count(*) FROM journal", (), |row| row.get(0)).unwrap();
    assert_eq!(rows, 9);
}

#[test]
fn a_missing_mark_or_a_missing_database_can_be_accepted() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    fs::remove_file(dir.path().join("head")).unwrap();
    accept_loss(dir.path(), 4, NOW).unwrap();
    assert_eq!(open(dir.path()).start.head.seq, 4);

    fs::remove_file(dir.path().join("journal.db")).unwrap();
    let loss = accept_loss(dir.path(), 0, NOW + 1).unwrap();
    assert_eq!((loss.to, loss.known), (0, 4));
    let opened = open(dir.path());
    assert_eq!(opened.start.head.seq, 0);
    assert!(opened.start.epoch > 101, "no lost range shares an epoch with what follows");
}

#[test]
fn a_sound_journal_has_nothing_to_accept() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    let error = accept_loss(dir.path(), 4, NOW).unwrap_err();
    assert!(matches!(error, LossError::NothingLost { last: 4 }), "{error}");
    assert_eq!(open(dir.path()).start.loss, None);
}

#[test]
fn no_loss_is_accepted_while_a_daemon_runs() {
    let dir = tempfile::tempdir().unwrap();
    let _running = open(dir.path());
    let error = accept_loss(dir.path(), 0, NOW).unwrap_err();
    assert!(matches!(error, LossError::Open(OpenError::Locked { .. })), "{error}");
}

//! What a killed process or a lost power leaves behind, and what a start makes of it.

use std::fs;
use std::path::{Path, PathBuf};

use desk_journal::{OpenError, Opened, Read, verify};

use crate::support::{append, copy, flip, open, open_error, tamper, written};

const WAL: &str = "journal.db-wal";
const COMMITS: u64 = 5;

/// A running journal, and a copy of its directory as of each of its commits (of 3 rows each).
struct Run {
    outer: tempfile::TempDir,
    _running: Opened,
}

impl Run {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        let mut running = open(&outer.path().join("live"));
        for commit in 0..=COMMITS {
            if commit > 0 {
                append(&mut running, 3 * commit - 2, 3);
            }
            copy(&outer.path().join("live"), &outer.path().join(commit.to_string()));
        }
        Self { outer, _running: running }
    }

    /// The directory as of commit `commit`.
    fn state(&self, commit: u64) -> PathBuf {
        self.outer.path().join(commit.to_string())
    }

    fn log(&self, commit: u64) -> Vec<u8> {
        fs::read(self.state(commit).join(WAL)).unwrap_or_default()
    }

    /// A new directory with the mark as of commit `marked` and `log` as the write-ahead log.
    fn crashed(&self, marked: u64, log: &[u8]) -> tempfile::TempDir {
        let dir = tempfile::tempdir_in(self.outer.path()).unwrap();
        copy(&self.state(marked), dir.path());
        fs::write(dir.path().join(WAL), log).unwrap();
        dir
    }
}

#[test]
fn every_row_of_a_commit_that_returned_is_there_after_a_kill() {
    let run = Run::new();
    for commit in 0..=COMMITS {
        let opened = open(&run.state(commit));
        assert_eq!(opened.start.head.seq, 3 * commit);
        assert_eq!(opened.report.recovered, None);
    }
}

#[test]
fn a_log_cut_anywhere_in_an_unacknowledged_commit_is_cut_back_and_told() {
    let run = Run::new();
    for commit in 1..=COMMITS {
        let (before, after) = (run.log(commit - 1).len(), run.log(commit).len());
        let near = [before + 1, before + 7, before + 31, before + 33, after - 1, after - 4096];
        for cut in near.into_iter().chain((before + 1..after).step_by(1_999)) {
            let dir = run.crashed(commit - 1, &run.log(commit)[..cut]);
            let mut opened = open(dir.path());
            assert_eq!(opened.start.head.seq, 3 * (commit - 1), "cut at byte {cut}");
            let torn = opened.report.recovered.take().unwrap_or_else(|| panic!("at byte {cut}"));
            // The log's own header is no commit, but harmless: it may count as sound.
            let sound = if before == 0 && cut >= 32 { 32 } else { before };
            let told = (torn.offset as usize, (torn.offset + torn.bytes) as usize);
            if cut != sound {
                assert_eq!(told, (sound, cut), "cut at byte {cut}");
            }
            let killed = tempfile::tempdir().unwrap();
            copy(dir.path(), killed.path());
            assert_eq!(open(killed.path()).report.recovered, None, "it is cut once, for good");
            append(&mut opened, 3 * commit - 2, 3);
            drop(opened);
            assert_eq!(verify(dir.path()).unwrap().rows, 3 * commit);
        }
    }
}

#[test]
fn a_commit_that_is_durable_but_was_never_acknowledged_is_kept() {
    let run = Run::new();
    let dir = run.crashed(2, &run.log(3));
    assert_eq!(open(dir.path()).start.head.seq, 9);
}

#[test]
fn a_log_cut_in_an_acknowledged_commit_is_refused_and_the_gap_is_named() {
    let run = Run::new();
    let (before, after) = (run.log(3).len(), run.log(4).len());
    for cut in (before..after).step_by(1_999) {
        let dir = run.crashed(4, &run.log(4)[..cut]);
        assert_gap(dir.path(), 9, 12);
    }
    assert_gap(run.crashed(5, &[]).path(), 0, 15);
}

#[test]
fn a_damaged_frame_before_good_ones_is_refused_though_sqlite_drops_them_silently() {
    let run = Run::new();
    let dir = run.crashed(5, &run.log(5));
    flip(&dir.path().join(WAL), run.log(2).len() + 500);
    assert_gap(dir.path(), 6, 15);
}

#[test]
fn a_refused_start_changes_nothing_so_the_evidence_stays() {
    let run = Run::new();
    let dir = run.crashed(5, &run.log(4)[..run.log(4).len() - 9]);
    let read = || ["journal.db", WAL, "head"].map(|name| fs::read(dir.path().join(name)).unwrap());
    let before = read();
    assert_gap(dir.path(), 9, 15);
    assert!(read() == before);
}

fn assert_gap(dir: &Path, last: u64, to: u64) {
    for error in [open_error(dir), verify(dir).unwrap_err()] {
        let named = matches!(&error, OpenError::Gap { last: l, from, to: t, .. }
            if (*l, *from, *t) == (last, last + 1, to));
        assert!(named, "{error}");
        let next = format!("deskd journal accept-loss --to {last}");
        assert!(error.to_string().contains(&next), "{error}");
    }
}

#[test]
fn a_log_that_was_written_over_from_its_start_has_no_torn_tail() {
    let outer = tempfile::tempdir().unwrap();
    let (live, killed) = (outer.path().join("live"), outer.path().join("killed"));
    let mut opened = open(&live);
    append(&mut opened, 1, 60);
    tamper(&live, "PRAGMA wal_checkpoint(PASSIVE)");
    let before = fs::metadata(live.join(WAL)).unwrap().len();
    append(&mut opened, 61, 3);
    assert_eq!(fs::metadata(live.join(WAL)).unwrap().len(), before, "old frames are behind");
    copy(&live, &killed);
    let opened = open(&killed);
    assert_eq!((opened.start.head.seq, opened.report.recovered), (63, None));
}

#[test]
fn rows_without_a_head_mark_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    fs::remove_file(dir.path().join("head")).unwrap();
    for error in [open_error(dir.path()), verify(dir.path()).unwrap_err()] {
        assert!(matches!(error, OpenError::NoMark { last: 4, .. }), "{error}");
        assert!(error.to_string().contains("accept-loss --to 4"), "{error}");
    }
}

#[test]
fn one_damaged_slot_of_the_mark_is_bridged_and_told_and_two_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let head = dir.path().join("head");
    written(dir.path(), 4);
    for slot in [0, 1] {
        flip(&head, 512 * slot + 40);
        assert_eq!(verify(dir.path()).unwrap().damaged_slot, Some(slot));
        assert_eq!(open(dir.path()).report.damaged_slot, Some(slot));
        assert_eq!(open(dir.path()).report.damaged_slot, None, "written anew");
    }
    flip(&head, 40);
    flip(&head, 600);
    let error = open_error(dir.path());
    assert!(matches!(error, OpenError::NoMark { last: 4, .. }), "{error}");
}

#[test]
fn a_database_that_is_gone_is_refused_and_not_created_anew() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    fs::remove_file(dir.path().join("journal.db")).unwrap();
    assert_gap(dir.path(), 0, 4);
    fs::write(dir.path().join("journal.db"), b"").unwrap();
    assert_gap(dir.path(), 0, 4);
}

#[test]
fn a_first_start_that_was_ended_half_way_is_gone_over() {
    for files in [&["journal.db"][..], &["journal.db", "head"], &["head"], &["lock"]] {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(dir.path().join(file), b"").unwrap();
        }
        let mut opened = open(dir.path());
        append(&mut opened, 1, 3);
        assert_eq!(opened.readers.open().unwrap().head().unwrap().seq, 3);
    }
}

#[test]
fn a_first_start_that_was_ended_amid_the_creation_is_rolled_back_and_gone_over() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let db = rusqlite::Connection::open(other.path().join("journal.db")).unwrap();
    // A tiny cache, so that SQLite writes pages before the commit.
    db.execute_batch(
        "PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (b); INSERT INTO t VALUES (zeroblob(50000));
         INSERT INTO t VALUES (zeroblob(50000));",
    )
    .unwrap();
    for name in ["journal.db", "journal.db-journal"] {
        let bytes = fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
        assert!(bytes > 0, "{name}");
    }
    let mut opened = open(dir.path());
    append(&mut opened, 1, 3);
    drop(opened);
    assert_eq!(verify(dir.path()).unwrap().rows, 3);
}

#[test]
fn another_journals_database_in_its_place_is_noticed_by_the_mark() {
    let outer = tempfile::tempdir().unwrap();
    let (one, other) = (outer.path().join("one"), outer.path().join("other"));
    written(&one, 4);
    written(&other, 6);
    fs::copy(other.join("journal.db"), one.join("journal.db")).unwrap();
    let damage = crate::support::damage(open_error(&one));
    assert_eq!(damage.place, desk_journal::Place::Row(4));
}

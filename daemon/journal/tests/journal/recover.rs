//! What can be had of a damaged journal.

use std::fs;
use std::path::{Path, PathBuf};

use desk_journal::{
    OpenError, Personal, Read, Reader, RecoverError, Recovered, SALVAGED, Snapshot, StoredRow,
    recover, verify,
};

use crate::support::{append, copy, flip, open, row, tamper, written};

const NOW: i64 = 1_700_000_000_000;

/// A journal to damage, and where to recover it to.
struct Ward {
    outer: tempfile::TempDir,
}

impl Ward {
    /// With `count` rows, and snapshots up to some of them.
    fn new(count: u64, snapshots: &[u64]) -> Self {
        let this = Self { outer: tempfile::tempdir().unwrap() };
        let mut opened = open(&this.dir());
        append(&mut opened, 1, count);
        for seq in snapshots {
            let chain = opened.readers.open().unwrap().row(*seq).unwrap().unwrap().chain;
            let body = format!("state {seq}").into_bytes();
            let snapshot = Snapshot { seq: *seq, chain, digest: [3; 32], wall_ms: 0, body };
            opened.snapshots.write(&snapshot).unwrap();
        }
        this
    }

    fn dir(&self) -> PathBuf {
        self.outer.path().join("journal")
    }

    fn new_dir(&self) -> PathBuf {
        self.outer.path().join("new")
    }

    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for dir in [self.dir(), self.dir().join("snapshots")] {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    files.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    /// Recovers; the damaged journal must not be touched, and the new one must be sound.
    fn recover(&self) -> Recovered {
        let before = self.files();
        let mut told = 0;
        let progress = &mut |at, of| told += u64::from(at <= of);
        let recovered = recover(&self.dir(), &self.new_dir(), NOW, progress).unwrap();
        assert!(before == self.files(), "the damaged journal was touched");
        let report = verify(&self.new_dir()).unwrap();
        assert_eq!((report.head.seq, report.rows), (recovered.to, recovered.rows));
        assert_eq!(report.loss, recovered.loss);
        recovered
    }

    fn rows(&self) -> Vec<StoredRow> {
        Reader::open(&self.new_dir()).unwrap().rows(1, 1000).unwrap()
    }

    /// Goes on writing to the new journal.
    fn go_on(&self, recovered: &Recovered) {
        let mut opened = open(&self.new_dir());
        assert_eq!(opened.start.loss, recovered.loss);
        assert!(opened.start.epoch > 100);
        append(&mut opened, recovered.to + 1, 4);
        drop(opened);
        assert_eq!(verify(&self.new_dir()).unwrap().head.seq, recovered.to + 4);
    }
}

fn numbers(rows: &[StoredRow]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}

#[test]
fn of_a_sound_journal_everything_is_kept_and_nothing_is_a_loss() {
    let ward = Ward::new(9, &[6]);
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known, recovered.rows), (9, 9, 9));
    assert_eq!((recovered.loss.clone(), recovered.touched.len()), (None, 0));
    let sound = Reader::open(&ward.dir()).unwrap().rows(1, 1000).unwrap();
    assert_eq!(ward.rows(), sound);
    assert_eq!(verify(&ward.new_dir()).unwrap().snapshots, [6]);
    ward.go_on(&recovered);
}

#[test]
fn a_damaged_index_is_made_anew_without_a_loss() {
    let ward = Ward::new(9, &[]);
    tamper(
        &ward.dir(),
        "DELETE FROM entries WHERE seq = 5; INSERT INTO entries VALUES ('a','b',3)",
    );
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.rows, recovered.loss.clone()), (9, 9, None));
    ward.go_on(&recovered);
}

#[test]
fn without_a_later_snapshot_rows_behind_the_damage_go_into_a_file() {
    let ward = Ward::new(9, &[2]);
    tamper(&ward.dir(), "UPDATE journal SET clear = x'00' WHERE seq = 5");
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known, recovered.rows), (4, 9, 4));
    assert_eq!(recovered.salvaged, 4, "6 to 9 are sound, each by itself");
    let lines = fs::read_to_string(ward.new_dir().join(SALVAGED)).unwrap();
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.contains(r#""clear":{"n":9}"#), "{lines}");
    let touched = ["c-0", "c-1"].map(|chat| ("chat".to_owned(), chat.to_owned()));
    assert_eq!(recovered.touched, touched.into());
    let loss = recovered.loss.clone().unwrap();
    assert_eq!((loss.to, loss.known, loss.wall_ms), (4, 9, NOW));
    ward.go_on(&recovered);
}

#[test]
fn with_a_later_snapshot_only_the_damaged_row_is_lost() {
    let ward = Ward::new(9, &[2, 7]);
    tamper(&ward.dir(), "UPDATE journal SET clear = x'00' WHERE seq = 5");
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known, recovered.rows), (9, 9, 8));
    assert_eq!(numbers(&ward.rows()), [1, 2, 3, 4, 6, 7, 8, 9]);
    let holes: Vec<_> = recovered.holes.iter().map(|hole| (hole.from, hole.to)).collect();
    assert_eq!((holes, recovered.salvaged), (vec![(5, 5)], 0));
    assert_eq!(recovered.touched, [("chat".to_owned(), "c-1".to_owned())].into());
    assert!(recovered.loss.is_some(), "history has a hole");
    ward.go_on(&recovered);
    // A hole is a hole: what is damaged next to it is found as ever.
    tamper(&ward.new_dir(), "DELETE FROM journal WHERE seq = 6");
    assert!(verify(&ward.new_dir()).is_err());
}

#[test]
fn a_snapshot_alone_carries_on_where_all_rows_are_gone() {
    let ward = Ward::new(9, &[7]);
    fs::remove_file(ward.dir().join("journal.db")).unwrap();
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known, recovered.rows), (7, 9, 0));
    assert_eq!(open(&ward.new_dir()).start.snapshot.unwrap().body, b"state 7");
    ward.go_on(&recovered);
}

#[test]
fn rows_lost_around_a_snapshot_leave_a_hole_that_ends_with_it() {
    let ward = Ward::new(9, &[7]);
    tamper(&ward.dir(), "DELETE FROM journal WHERE seq BETWEEN 4 AND 9");
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known, recovered.rows), (7, 9, 3));
    let holes: Vec<_> = recovered.holes.iter().map(|hole| (hole.from, hole.to)).collect();
    assert_eq!(holes, [(4, 7)]);
    ward.go_on(&recovered);
    assert_eq!(numbers(&ward.rows()), [1, 2, 3, 8, 9, 10, 11]);
}

#[test]
fn a_damaged_personal_part_costs_that_part_alone() {
    let ward = Ward::new(9, &[]);
    tamper(&ward.dir(), "UPDATE journal SET personal = x'00' WHERE seq = 5");
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.rows), (9, 9));
    assert_eq!(recovered.personal_lost, [5]);
    assert_eq!(ward.rows()[4].personal, Personal::Erased);
}

#[test]
fn a_damaged_snapshot_is_left_behind_and_named() {
    let ward = Ward::new(9, &[3, 7]);
    let path = ward.dir().join("snapshots").join(format!("{:020}.snap", 7));
    flip(&path, 140);
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.snapshots_lost), (9, vec![path]));
    assert_eq!(verify(&ward.new_dir()).unwrap().snapshots, [3]);
}

#[test]
fn a_missing_mark_is_a_loss_that_may_be() {
    let ward = Ward::new(9, &[]);
    fs::remove_file(ward.dir().join("head")).unwrap();
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known), (9, 9));
    assert!(recovered.loss.is_some());
}

#[test]
fn pages_that_sqlite_cannot_read_cost_no_more_than_their_rows() {
    let ward = Ward::new(400, &[395]);
    let file = ward.dir().join("journal.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(&file, bytes).unwrap();
    assert!(verify(&ward.dir()).is_err());
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.known), (400, 400));
    assert!(recovered.rows > 300, "{recovered:?}");
    ward.go_on(&recovered);
}

#[test]
fn nothing_is_recovered_onto_something_or_from_nothing_or_under_a_daemon() {
    let ward = Ward::new(3, &[]);
    let to = |dir: &Path| recover(&ward.dir(), dir, NOW, &mut |_, _| {}).unwrap_err();
    let error = to(&ward.dir());
    assert!(matches!(error, RecoverError::Open(OpenError::NotEmpty { .. })), "{error}");
    let running = open(&ward.dir());
    let error = to(&ward.new_dir());
    assert!(matches!(error, RecoverError::Open(OpenError::Locked { .. })), "{error}");
    drop(running);
    let empty = tempfile::tempdir().unwrap();
    let error = recover(empty.path(), &ward.new_dir(), NOW, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, RecoverError::NoJournal(_)), "{error}");
}

/// Wherever a byte is flipped, what is recovered is sound and says no row other than it was.
#[test]
fn what_is_recovered_after_a_flip_anywhere_is_what_was_written() {
    let sound = Ward::new(60, &[20, 50]);
    let rows = Reader::open(&sound.dir()).unwrap().rows(1, 1000).unwrap();
    let length = fs::metadata(sound.dir().join("journal.db")).unwrap().len() as usize;
    for at in (0..length).step_by(length / 40) {
        let ward = Ward { outer: tempfile::tempdir().unwrap() };
        copy(&sound.dir(), &ward.dir());
        flip(&ward.dir().join("journal.db"), at);
        let recovered = ward.recover();
        assert!(recovered.to >= 50, "at byte {at}: {recovered:?}");
        for row in ward.rows() {
            let was = &rows[row.seq as usize - 1];
            let kept = StoredRow { personal: was.personal.clone(), ..row.clone() };
            assert_eq!(&kept, was, "at byte {at}");
            let gone = recovered.personal_lost.contains(&row.seq);
            assert!(row.personal == was.personal || gone, "at byte {at}");
        }
    }
}

#[test]
fn a_log_that_holds_what_the_database_does_not_is_read_too() {
    let ward = Ward { outer: tempfile::tempdir().unwrap() };
    let live = ward.outer.path().join("live");
    written(&live, 3);
    let mut opened = open(&live);
    let epoch = opened.start.epoch;
    desk_journal::Journal::append(&mut opened.writer, 4, epoch, &[row(4, epoch)]).unwrap();
    copy(&live, &ward.dir());
    let recovered = ward.recover();
    assert_eq!((recovered.to, recovered.loss), (4, None));
}

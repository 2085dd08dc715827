use super::*;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[test]
fn the_oldest_and_the_last_two_snapshots_and_one_a_day_are_kept() {
    let now = 100 * DAY + 5;
    let all = [
        (1, 97 * DAY),
        (2, 98 * DAY),
        (3, 98 * DAY + 7),
        (4, 99 * DAY),
        (5, 100 * DAY),
        (6, 100 * DAY + 1),
        (7, 100 * DAY + 2),
    ];
    let kept_for = |days| kept(&all, now, days).into_iter().collect::<Vec<_>>();
    assert_eq!(kept_for(0), [1, 6, 7]);
    assert_eq!(kept_for(1), [1, 6, 7]);
    assert_eq!(kept_for(2), [1, 4, 6, 7]);
    assert_eq!(kept_for(3), [1, 3, 4, 6, 7]);
    assert_eq!(kept_for(30), [1, 3, 4, 6, 7]);
}

#[test]
fn a_clock_that_went_back_loses_no_snapshot_of_the_last_two() {
    assert_eq!(kept(&[(1, 9 * DAY), (2, 3 * DAY)], 3 * DAY, 1).len(), 2);
}

fn snapshot(seq: u64) -> Snapshot {
    let body = format!("state {seq}").into_bytes();
    Snapshot { seq, chain: Hash([1; 32]), digest: [2; 32], wall_ms: 50, body }
}

fn fresh() -> (tempfile::TempDir, Snapshots) {
    let dir = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::of(dir.path());
    snapshots.prepare().unwrap();
    (dir, snapshots)
}

#[test]
fn a_snapshot_reads_back_as_it_was_written() {
    let (_dir, snapshots) = fresh();
    assert_eq!(snapshots.latest().unwrap(), None);
    for seq in [5, 10, 200] {
        snapshots.write(&snapshot(seq)).unwrap();
    }
    assert_eq!(snapshots.latest().unwrap(), Some(snapshot(200)));
    assert_eq!(snapshots.at_or_before(199).unwrap(), Some(snapshot(10)));
    assert_eq!(snapshots.at_or_before(5).unwrap(), Some(snapshot(5)));
    assert_eq!(snapshots.at_or_before(4).unwrap(), None);
    let list = snapshots.list().unwrap();
    assert_eq!(
        list.iter().map(|info| (info.seq, info.bytes)).collect::<Vec<_>>(),
        [(5, 7), (10, 8), (200, 9)]
    );
}

#[test]
fn pruning_removes_the_files_and_says_which() {
    let (_dir, snapshots) = fresh();
    for seq in 1..=4 {
        snapshots.write(&snapshot(seq)).unwrap();
    }
    assert_eq!(snapshots.prune(50, 1).unwrap(), [2]);
    assert_eq!(snapshots.paths().unwrap().len(), 3);
    assert_eq!(snapshots.remove_before(4).unwrap(), 2);
    assert_eq!(snapshots.paths().unwrap().len(), 1);
}

#[test]
fn what_an_interrupted_write_left_is_removed_and_never_read() {
    let (dir, snapshots) = fresh();
    let left = dir.path().join("snapshots/00000000000000000009.tmp");
    fs::write(&left, b"half a snapsh").unwrap();
    assert_eq!(snapshots.latest().unwrap(), None);
    snapshots.prepare().unwrap();
    assert!(!left.exists());
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_snapshot_is_found() {
    let (_dir, snapshots) = fresh();
    let path = snapshots.write(&snapshot(7)).unwrap().path;
    let sound = fs::read(&path).unwrap();
    let damage_of = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        match snapshots.latest().unwrap_err() {
            ReadError::Damaged(damage) => damage,
            other => panic!("{other}"),
        }
    };
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        assert_eq!(damage_of(&bytes).file, path, "byte {at}");
        assert_eq!(damage_of(&sound[..at]).file, path, "cut at byte {at}");
    }
    let longer = [sound.as_slice(), b"x"].concat();
    assert!(damage_of(&longer).what.contains("bytes"));
    let other = path.with_file_name("00000000000000000008.snap");
    fs::rename(&path, &other).unwrap();
    fs::write(&other, &sound).unwrap();
    assert!(snapshots.latest().unwrap_err().to_string().contains("row 7"));
}

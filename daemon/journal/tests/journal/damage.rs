//! Damage: found wherever it is, told with its place, never skipped.

use std::fs;
use std::path::Path;

use desk_journal::{
    Journal, Personal, Place, Read, ReadError, Reader, Row, Snapshot, StoredRow, verify,
};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config as ProptestConfig, TestRunner};

use crate::support::{append, copy, damage, flip, open, open_error, row, tamper, written};

/// A closed journal of 9 rows whose row 5 can be found in the file by its words.
fn marked() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 4);
    let five = Row {
        clear: b"{\"clear\":\"alabaster\"}".to_vec(),
        personal: Some(b"{\"personal\":\"bergamot\"}".to_vec()),
        index: vec![("email".to_owned(), "cinnabar".to_owned())],
        kind: "dandelion".to_owned(),
        ..row(5, 100)
    };
    opened.writer.append(5, 100, &[five]).unwrap();
    append(&mut opened, 6, 4);
    drop(opened);
    dir
}

fn places(file: &Path, word: &str) -> Vec<usize> {
    let bytes = fs::read(file).unwrap();
    let found = bytes.windows(word.len()).enumerate();
    found.filter(|(_, part)| *part == word.as_bytes()).map(|(at, _)| at).collect()
}

#[test]
fn a_flipped_byte_in_a_row_is_found_with_its_place() {
    let sound = marked();
    let entry = Place::Entry { column: "email".to_owned(), value: "cinnabar".to_owned(), seq: 5 };
    for (word, copies) in [("alabaster", 1), ("bergamot", 1), ("cinnabar", 2), ("dandelion", 1)] {
        let found = places(&sound.path().join("journal.db"), word);
        assert_eq!(found.len(), copies, "{word}");
        for at in found {
            let dir = tempfile::tempdir().unwrap();
            copy(sound.path(), dir.path());
            let file = dir.path().join("journal.db");
            flip(&file, at + 3);
            for error in [verify(dir.path()).unwrap_err(), open_error(dir.path())] {
                let told = damage(error);
                assert_eq!(told.file, file);
                assert!(told.place == Place::Row(5) || told.place == entry, "{word}: {told}");
            }
        }
    }
}

#[test]
fn a_reader_never_hands_out_a_damaged_row() {
    for sql in [
        "UPDATE journal SET clear = x'00' WHERE seq = 5",
        "UPDATE journal SET personal = x'00' WHERE seq = 5",
        "UPDATE journal SET personal = NULL WHERE seq = 5",
        "UPDATE journal SET salt = NULL WHERE seq = 5",
        "UPDATE journal SET personal_hash = NULL WHERE seq = 5",
        "UPDATE journal SET kind = 'other' WHERE seq = 5",
        "UPDATE journal SET shard = 9 WHERE seq = 5",
        "UPDATE journal SET epoch = 9 WHERE seq = 5",
        "UPDATE journal SET desk_ms = 9 WHERE seq = 5",
        "UPDATE journal SET wall_ms = wall_ms + 1 WHERE seq = 5",
        "UPDATE journal SET entries = '[]' WHERE seq = 5",
        "UPDATE journal SET chain = zeroblob(32) WHERE seq = 5",
        "UPDATE journal SET chain = x'00' WHERE seq = 5",
    ] {
        let dir = marked();
        tamper(dir.path(), sql);
        assert_eq!(damage(verify(dir.path()).unwrap_err()).place, Place::Row(5), "{sql}");
        let reader = Reader::open(dir.path()).unwrap();
        assert!(matches!(reader.row(5), Err(ReadError::Damaged(_))), "{sql}");
        assert!(matches!(reader.rows(3, 5), Err(ReadError::Damaged(_))), "{sql}");
        let all = i64::MIN..i64::MAX;
        assert!(matches!(reader.by_time(all, None, 9), Err(ReadError::Damaged(_))), "{sql}");
        let by_index = reader.by_index("email", "cinnabar", 0, 9);
        assert!(matches!(by_index, Err(ReadError::Damaged(_))), "{sql}");
    }
}

#[test]
fn a_missing_row_is_found_with_its_number() {
    let dir = marked();
    tamper(dir.path(), "DELETE FROM journal WHERE seq = 5");
    // The row that has lost its predecessor is what tells.
    assert_eq!(damage(verify(dir.path()).unwrap_err()).place, Place::Row(6));
    assert_eq!(damage(open_error(dir.path())).place, Place::Row(6));
}

#[test]
fn an_index_entry_too_few_or_too_many_is_found() {
    let entry = |value: &str, seq| Place::Entry {
        column: "email".to_owned(),
        value: value.to_owned(),
        seq,
    };
    let dir = marked();
    tamper(dir.path(), "DELETE FROM entries WHERE value = 'cinnabar'");
    assert_eq!(damage(verify(dir.path()).unwrap_err()).place, entry("cinnabar", 5));

    let dir = marked();
    tamper(dir.path(), "INSERT INTO entries VALUES ('email', 'forged', 7)");
    assert_eq!(damage(verify(dir.path()).unwrap_err()).place, entry("forged", 7));
    let reader = Reader::open(dir.path()).unwrap();
    let ReadError::Damaged(told) = reader.by_index("email", "forged", 0, 9).unwrap_err() else {
        panic!("not told as damage");
    };
    assert_eq!(told.place, entry("forged", 7));
}

#[test]
fn rows_written_anew_with_a_chain_of_their_own_are_found_by_the_mark() {
    let outer = tempfile::tempdir().unwrap();
    let (dir, other) = (outer.path().join("journal"), outer.path().join("other"));
    written(&dir, 6);
    written(&other, 6);
    // The forger has our code, but the mark is kept elsewhere.
    fs::copy(other.join("journal.db"), dir.join("journal.db")).unwrap();
    assert_eq!(damage(verify(&dir).unwrap_err()).place, Place::Row(6));
}

/// Of a snapshot made by [`snapshot_at`]: a header of 136 bytes, a body of 7.
const LAST_BYTE: usize = 142;

fn snapshot_at(opened: &desk_journal::Opened, seq: u64) -> std::path::PathBuf {
    let chain = opened.readers.open().unwrap().row(seq).unwrap().unwrap().chain;
    let body = b"a state".to_vec();
    let snapshot = Snapshot { seq, chain, digest: [3; 32], wall_ms: 0, body };
    opened.snapshots.write(&snapshot).unwrap().path
}

#[test]
fn a_damaged_last_snapshot_stops_the_start_and_an_older_one_is_found_by_verify() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 9);
    let (older, last) = (snapshot_at(&opened, 3), snapshot_at(&opened, 6));
    drop(opened);
    assert_eq!(verify(dir.path()).unwrap().snapshots, [3, 6]);

    flip(&older, LAST_BYTE);
    assert_eq!(damage(verify(dir.path()).unwrap_err()).file, older);
    open(dir.path());
    flip(&older, LAST_BYTE);
    flip(&last, LAST_BYTE);
    for error in [open_error(dir.path()), verify(dir.path()).unwrap_err()] {
        let told = damage(error);
        assert_eq!(told.file, last);
        assert!(matches!(told.place, Place::Byte(_)), "{told}");
    }
    // The way on that the error names.
    fs::rename(&last, dir.path().join("aside")).unwrap();
    assert_eq!(open(dir.path()).start.snapshot.unwrap().seq, 3);
}

#[test]
fn a_snapshot_of_another_chain_or_of_rows_that_are_not_there_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 6);
    let sound = Snapshot {
        seq: 6,
        chain: opened.readers.open().unwrap().head().unwrap().chain,
        digest: [0; 32],
        wall_ms: 0,
        body: Vec::new(),
    };
    let other = Snapshot { chain: desk_journal::Hash([9; 32]), ..sound.clone() };
    let ahead = opened.snapshots.write(&Snapshot { seq: 7, ..sound }).unwrap().path;
    drop(opened);
    for error in [open_error(dir.path()), verify(dir.path()).unwrap_err()] {
        assert_eq!(damage(error).file, ahead);
    }
    fs::remove_file(&ahead).unwrap();
    open(dir.path()).snapshots.write(&other).unwrap();
    for error in [open_error(dir.path()), verify(dir.path()).unwrap_err()] {
        assert_eq!(damage(error).place, Place::Row(6));
    }
}

#[test]
fn a_file_that_is_no_database_is_told_as_damage() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    let file = dir.path().join("journal.db");
    fs::write(&file, vec![7; 8192]).unwrap();
    assert_eq!(damage(open_error(dir.path())).file, file);
    let length = { written_again(dir.path()) };
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(length / 2).unwrap();
    assert_eq!(damage(open_error(dir.path())).file, file);
}

/// A journal anew in `dir`, long enough to lose pages; the length of its database.
fn written_again(dir: &Path) -> u64 {
    fs::remove_file(dir.join("journal.db")).unwrap();
    fs::remove_file(dir.join("head")).unwrap();
    written(dir, 200);
    fs::metadata(dir.join("journal.db")).unwrap().len()
}

/// Everything that a journal answers: its rows, what each index entry finds, its snapshots.
type Answers = (Vec<StoredRow>, Vec<Vec<StoredRow>>, Vec<Snapshot>);

fn answers(dir: &Path) -> Result<Answers, String> {
    let text = |error: ReadError| error.to_string();
    let report = verify(dir).map_err(|error| error.to_string())?;
    if report.damaged_slot.is_some() {
        return Err("a slot of the head mark is damaged".to_owned());
    }
    let reader = Reader::open(dir).map_err(|error| error.to_string())?;
    let rows = reader.rows(1, 1000).map_err(text)?;
    let found = ["c-0", "c-1"].map(|chat| reader.by_index("chat", chat, 0, 1000).map_err(text));
    let found = found.into_iter().collect::<Result<_, _>>()?;
    let snapshot = |seq: &u64| reader.last_snapshot_at_or_before(*seq).map_err(text);
    let snapshots = report.snapshots.iter().filter_map(|seq| snapshot(seq).transpose());
    Ok((rows, found, snapshots.collect::<Result<_, _>>()?))
}

/// The small run is part of every test run; the whole one is asked for by `DESK_FLIPS=2000`.
#[test]
fn no_flipped_byte_anywhere_changes_what_is_read_unnoticed() {
    let flips = std::env::var("DESK_FLIPS").map_or(400, |text| text.parse().expect("a number"));
    let outer = tempfile::tempdir().unwrap();
    let (live, sound) = (outer.path().join("live"), outer.path().join("sound"));
    written(&live, 150);
    let mut running = open(&live);
    snapshot_at(&running, 30);
    append(&mut running, 151, 20);
    copy(&live, &sound);
    let told = answers(&sound).unwrap();
    assert!(told.0.iter().any(|row| matches!(row.personal, Personal::Kept(_))));
    assert_eq!((told.0.len(), told.2.len()), (170, 1));
    let snapshot = format!("snapshots/{:020}.snap", 30);
    let files = ["journal.db", "journal.db-wal", "head", &snapshot];
    let mut found = [0; 4];
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1));
    for flip in 0..flips {
        let file = flip % files.len();
        let length = fs::metadata(sound.join(files[file])).unwrap().len() as usize;
        let (at, bit) = (0..length, 0..8u32).new_tree(&mut runner).unwrap().current();
        let dir = tempfile::tempdir().unwrap();
        copy(&sound, dir.path());
        let path = dir.path().join(files[file]);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 1u8 << bit;
        fs::write(&path, bytes).unwrap();
        match answers(dir.path()) {
            Ok(now) => assert!(now == told, "{}, byte {at}, bit {bit}: unnoticed", files[file]),
            Err(_) => found[file] += 1,
        }
    }
    println!("of {flips} flips, {found:?} were found in {files:?}; the others change no answer");
    assert_eq!(found[3], flips / 4, "every byte of a snapshot is under a hash");
}

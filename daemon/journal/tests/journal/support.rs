//! Rows to write, and a directory as a killed process would leave it.

use std::fs;
use std::path::Path;

use desk_journal::{Damage, Journal, OpenError, Opened, Options, ReadError, Row, Store};

pub(crate) fn row(seq: u64, epoch: u64) -> Row {
    Row {
        seq,
        shard: 0,
        epoch,
        desk_ms: seq * 10,
        wall_ms: 1_000_000 + seq.cast_signed(),
        kind: "chat_message".to_owned(),
        clear: format!(r#"{{"n":{seq}}}"#).into_bytes(),
        personal: (!seq.is_multiple_of(3))
            .then(|| format!(r#"{{"text":"hello {seq}"}}"#).into_bytes()),
        index: vec![("chat".to_owned(), format!("c-{}", seq % 2))],
    }
}

pub(crate) fn batch(first: u64, count: u64, epoch: u64) -> Vec<Row> {
    (first..first + count).map(|seq| row(seq, epoch)).collect()
}

pub(crate) fn open(dir: &Path) -> Opened {
    Store::open(dir, &Options { wall_seconds: 100 }).unwrap()
}

pub(crate) fn open_error(dir: &Path) -> OpenError {
    Store::open(dir, &Options { wall_seconds: 100 }).unwrap_err()
}

/// A closed journal of `count` rows, in batches of 3.
pub(crate) fn written(dir: &Path, count: u64) {
    let mut opened = open(dir);
    append(&mut opened, 1, count);
}

/// Appends rows `first` to `first + count - 1` in batches of 3.
pub(crate) fn append(opened: &mut Opened, first: u64, count: u64) {
    let epoch = opened.start.epoch;
    for (at, batch) in batch(first, count, epoch).chunks(3).enumerate() {
        opened.writer.append(first + 3 * at as u64, epoch, batch).unwrap();
    }
}

/// Copies what would be found of the journal in `from` if its process were killed now.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("snapshots")).unwrap();
    for name in ["journal.db", "journal.db-wal", "head"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    for entry in fs::read_dir(from.join("snapshots")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join("snapshots").join(path.file_name().unwrap())).unwrap();
    }
}

/// The damage that an error tells of; anything else fails the test.
pub(crate) fn damage(error: OpenError) -> Damage {
    match error {
        OpenError::Read(ReadError::Damaged(damage)) => damage,
        other => panic!("not told as damage: {other}"),
    }
}

/// Flips a bit of the byte at `at`.
pub(crate) fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x01;
    fs::write(file, bytes).unwrap();
}

/// Runs SQL on the database of a closed journal, as someone who tampers with it would.
pub(crate) fn tamper(dir: &Path, sql: &str) {
    let db = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    db.execute_batch(sql).unwrap();
}

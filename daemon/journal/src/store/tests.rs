//! What needs the inside of the store: an I/O error on demand.

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

#[test]
fn after_an_io_error_the_writer_answers_unknown_for_ever_and_a_restart_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { wall_seconds: 100 };
    let Opened { mut writer, readers, .. } = Store::open(dir.path(), &options).unwrap();
    writer.append(1, 100, &[row(1, 100, 10)]).unwrap();

    // A full disk, as far as SQLite is concerned.
    let set = |writer: &Writer, pages: i64| {
        writer
            .db()
            .conn
            .query_row(&format!("PRAGMA max_page_count = {pages}"), (), |_| Ok(()))
            .unwrap();
    };
    set(&writer, 1);
    let first = writer.append(2, 100, &[row(2, 100, 100_000)]).unwrap_err();
    assert!(matches!(&first, AppendError::Unknown { why } if why.contains("full")), "{first}");

    set(&writer, 1_000_000);
    assert_eq!(writer.append(2, 100, &[row(2, 100, 10)]).unwrap_err(), first);
    assert_eq!(writer.mark(500).unwrap_err(), first);
    assert_eq!(writer.erase(&[1]).unwrap_err(), first);
    assert_eq!(writer.append(9, 9, &[]).unwrap_err(), first);
    assert_eq!(readers.open().unwrap().head().unwrap().seq, 1);

    drop(writer);
    let Opened { mut writer, start, .. } = Store::open(dir.path(), &options).unwrap();
    assert_eq!((start.head.seq, start.epoch), (1, 101));
    writer.append(2, 101, &[row(2, 101, 10)]).unwrap();
}

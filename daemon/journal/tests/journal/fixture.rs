//! Old formats stay readable: each is kept as it was first written, with the export of that day.
//! They were made by the example `make_fixture` of the version that introduced the format.

use std::fs;
use std::path::Path;

use desk_journal::{Personal, Read, export, verify};

use crate::support::{append, copy, open};

fn fixture() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1"), dir.path());
    dir
}

#[test]
fn format_1_verifies_and_exports_as_on_its_first_day() {
    let dir = fixture();
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.rows, report.entries, report.erased), (12, 14, 1));
    assert_eq!((report.snapshots, report.mark_seq), (vec![8], 12));
    let mut out = Vec::new();
    export(dir.path(), 0..=u64::MAX, &mut out).unwrap();
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/export.jsonl");
    assert_eq!(String::from_utf8(out).unwrap(), fs::read_to_string(first).unwrap());
}

#[test]
fn format_1_is_opened_and_goes_on() {
    let dir = fixture();
    let mut opened = open(dir.path());
    assert_eq!((opened.start.epoch, opened.start.head.seq), (1_700_000_002, 12));
    assert_eq!(opened.start.desk_ms, 60_000);
    let snapshot = opened.start.snapshot.take().unwrap();
    assert_eq!((snapshot.seq, snapshot.body.as_slice()), (8, b"{\"state\":8}".as_slice()));
    append(&mut opened, 13, 4);
    let reader = opened.readers.open().unwrap();
    assert_eq!(reader.row(3).unwrap().unwrap().personal, Personal::Erased);
    assert_eq!(reader.by_index("email", "k2", 0, 10).unwrap().len(), 2);
    assert_eq!(verify(dir.path()).unwrap().rows, 16);
}

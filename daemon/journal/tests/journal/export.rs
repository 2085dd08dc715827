//! The journal as JSON lines.

use desk_journal::{ExportError, Journal, Row, export};
use serde_json::{Value, json};

use crate::support::{append, open, row, written};

fn lines(dir: &std::path::Path, range: std::ops::RangeInclusive<u64>) -> Vec<Value> {
    let mut out = Vec::new();
    let count = export(dir, range, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<_> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(count, lines.len() as u64);
    lines
}

#[test]
fn each_row_is_a_line_with_its_parts_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 5);
    opened.writer.erase(&[4]).unwrap();
    let lines = lines(dir.path(), 2..=4);
    assert_eq!(lines.len(), 3);
    let mut first = lines[0].clone();
    assert_eq!(first["chain"].take().as_str().unwrap().len(), 64);
    assert_eq!(
        first,
        json!({
            "v": 1, "seq": 2, "shard": 0, "epoch": 100, "desk_ms": 20, "wall_ms": 1_000_002,
            "kind": "chat_message", "index": [["chat", "c-0"]], "chain": null, "erased": false,
            "clear": {"n": 2}, "personal": {"text": "hello 2"},
        })
    );
    assert_eq!((&lines[1]["personal"], &lines[1]["erased"]), (&Value::Null, &json!(false)));
    assert_eq!((&lines[2]["personal"], &lines[2]["erased"]), (&Value::Null, &json!(true)));
}

#[test]
fn parts_keep_their_very_digits_and_stay_on_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let clear = b"{\"b\":1.000000000000000000001,\r\n\"a\":2}".to_vec();
    let personal = None;
    open(dir.path()).writer.append(1, 100, &[Row { clear, personal, ..row(1, 100) }]).unwrap();
    let mut out = Vec::new();
    export(dir.path(), 0..=u64::MAX, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("{\"b\":1.000000000000000000001,  \"a\":2}"), "{text}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn a_part_that_is_no_json_ends_the_export_with_its_row() {
    let dir = tempfile::tempdir().unwrap();
    let broken = Row { personal: Some(vec![0xff]), ..row(2, 100) };
    open(dir.path()).writer.append(1, 100, &[row(1, 100), broken]).unwrap();
    let mut out = Vec::new();
    let error = export(dir.path(), 1..=9, &mut out).unwrap_err();
    assert!(matches!(error, ExportError::NotJson { seq: 2, part: "personal", .. }), "{error}");
}

#[test]
fn an_export_names_damage_and_a_closed_output() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    let error = export(dir.path(), 1..=4, &mut Closed).unwrap_err();
    assert!(matches!(error, ExportError::Write(_)), "{error}");
    crate::support::tamper(dir.path(), "UPDATE journal SET clear = x'00' WHERE seq = 3");
    let error = export(dir.path(), 1..=4, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("row 3"), "{error}");
}

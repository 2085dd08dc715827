//! Erasing: no other row is touched, the chain holds, and no byte is left behind.

use std::fs;
use std::path::Path;

use desk_journal::{Journal, Opened, Personal, Read, Row, Scrubbed, verify};

use crate::support::{append, copy, open, open_error, row, tamper};

/// The key under which a person's rows are found.
fn key(person: u64) -> String {
    format!("{:016x}", person.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A row about a person, whose part is longer than a page now and then.
fn about(seq: u64, epoch: u64, person: u64) -> Row {
    let text =
        format!("said by {}; ", key(person)).repeat(if seq.is_multiple_of(50) { 400 } else { 3 });
    Row {
        personal: Some(format!(r#"{{"text":"{text}"}}"#).into_bytes()),
        index: vec![("chat".into(), format!("c-{person}")), ("~email".into(), key(person))],
        ..row(seq, epoch)
    }
}

fn written(dir: &Path, rows: u64, people: u64) -> Opened {
    let mut opened = open(dir);
    let epoch = opened.start.epoch;
    for first in (1..=rows).step_by(10) {
        let batch = first..=rows.min(first + 9);
        let batch: Vec<Row> = batch.map(|seq| about(seq, epoch, seq % people)).collect();
        opened.writer.append(first, epoch, &batch).unwrap();
    }
    opened
}

fn scrub(opened: &mut Opened) {
    let mut after = 0;
    loop {
        match opened.writer.scrub(after).unwrap() {
            Scrubbed::To(page) => after = page,
            Scrubbed::LogHeld => panic!("no reader is open"),
            Scrubbed::Whole => break,
        }
    }
}

/// Every file of the journal that holds these bytes.
fn holds(dir: &Path, text: &str) -> Vec<String> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let held = files.filter(|path| path.is_file()).filter(|path| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    });
    held.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn erasing_touches_no_other_row_and_the_chain_holds() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path());
    append(&mut opened, 1, 6);
    let before = opened.readers.open().unwrap().rows(1, 10).unwrap();
    assert_eq!(opened.writer.erase(&[2, 3, 99]).unwrap(), 1, "row 3 has none, row 99 is not there");
    assert_eq!(opened.writer.erase(&[2]).unwrap(), 0, "it is gone already");
    let mut expected = before;
    expected[1].personal = Personal::Erased;
    assert_eq!(opened.readers.open().unwrap().rows(1, 10).unwrap(), expected);
    assert_eq!(verify(dir.path()).unwrap().erased, 1);
}

#[test]
fn a_person_s_entries_go_with_their_parts() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = written(dir.path(), 40, 4);
    let of = |opened: &Opened, person| {
        opened.readers.open().unwrap().by_index("~email", &key(person), 0, 99).unwrap()
    };
    let seqs: Vec<u64> = of(&opened, 1).iter().map(|row| row.seq).collect();
    assert_eq!(seqs.len(), 10);
    assert_eq!(opened.writer.erase(&seqs).unwrap(), 10);
    assert_eq!(of(&opened, 1), []);
    assert_eq!(of(&opened, 2).len(), 10);
    let row = opened.readers.open().unwrap().row(seqs[0]).unwrap().unwrap();
    assert_eq!(row.index, [("chat".to_owned(), "c-1".to_owned())]);
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.erased, report.entries), (10, 70));
    drop(opened);
    assert_eq!(open(dir.path()).start.head.seq, 40, "a start finds it sound");
}

#[test]
fn no_byte_is_left_behind_not_even_where_pages_are_unused() {
    let dir = tempfile::tempdir().unwrap();
    let (rows, people) = (1_500, 150);
    let mut opened = written(dir.path(), rows, people);
    for person in [7, 70, 149] {
        let seqs: Vec<u64> = (1..=rows).filter(|seq| seq % people == person).collect();
        assert!(!holds(dir.path(), &key(person)).is_empty());
        assert_eq!(opened.writer.erase(&seqs).unwrap(), seqs.len() as u64);
        scrub(&mut opened);
        assert_eq!(holds(dir.path(), &key(person)), Vec::<String>::new());
        assert!(!holds(dir.path(), &key(person - 1)).is_empty(), "others are kept");
    }
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.rows, report.erased), (rows, 30));
    let epoch = opened.start.epoch;
    opened.writer.append(rows + 1, epoch, &[about(rows + 1, epoch, 1)]).unwrap();
    assert_eq!(verify(dir.path()).unwrap().rows, rows + 1, "the journal goes on");
}

#[test]
fn what_pages_do_not_use_is_zeroed() {
    let dir = tempfile::tempdir().unwrap();
    drop(written(dir.path(), 300, 30));
    // As a split or a merge of pages leaves it: a copy between a page's pointers and its cells.
    let (file, canary) = (dir.path().join("journal.db"), "left behind by a split");
    let mut bytes = fs::read(&file).unwrap();
    let mut planted = 0;
    for page in bytes.chunks_mut(4096).skip(1).filter(|page| [2, 5, 10, 13].contains(&page[0])) {
        let header = if page[0] < 10 { 12 } else { 8 };
        let word = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
        let (from, to) = (header + 2 * word(3), word(5));
        if to > from + canary.len() {
            page[from..from + canary.len()].copy_from_slice(canary.as_bytes());
            planted += 1;
        }
    }
    assert!(planted > 5, "{planted}");
    fs::write(&file, bytes).unwrap();
    let mut opened = open(dir.path());
    assert!(!holds(dir.path(), canary).is_empty());
    scrub(&mut opened);
    assert_eq!(holds(dir.path(), canary), Vec::<String>::new());
    assert_eq!(verify(dir.path()).unwrap().rows, 300);
}

#[test]
fn a_reader_on_the_log_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = written(dir.path(), 10, 2);
    let reader = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    let count = "SELECT count(*) FROM journal";
    reader.execute_batch("BEGIN").unwrap();
    reader.query_row(count, (), |row| row.get::<_, i64>(0)).unwrap();
    opened.writer.erase(&[1, 3, 5, 7, 9]).unwrap();
    assert_eq!(opened.writer.scrub(0).unwrap(), Scrubbed::LogHeld);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(opened.writer.scrub(0).unwrap(), Scrubbed::Whole);
    assert_eq!(holds(dir.path(), &key(1)), Vec::<String>::new());
}

#[test]
fn what_was_killed_while_it_erased_is_sound_and_erased_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = written(dir.path(), 20, 2);
    opened.writer.erase(&[1, 3]).unwrap();
    let killed = tempfile::tempdir().unwrap();
    copy(dir.path(), killed.path());
    let mut again = open(killed.path());
    assert_eq!(again.writer.erase(&[1, 3, 5]).unwrap(), 1);
    scrub(&mut again);
    assert_eq!(verify(killed.path()).unwrap().erased, 3);
}

#[test]
fn a_part_that_only_looks_erased_is_found() {
    for sql in [
        "UPDATE journal SET personal = zeroblob(length(personal)) WHERE seq = 1",
        "UPDATE journal SET salt = zeroblob(16) WHERE seq = 1",
        "UPDATE journal SET entries = replace(entries, '~email', '~emall') WHERE seq = 1",
        "UPDATE journal SET personal = zeroblob(9), salt = zeroblob(16) WHERE seq = 1",
    ] {
        let dir = tempfile::tempdir().unwrap();
        drop(written(dir.path(), 3, 2));
        tamper(dir.path(), sql);
        assert!(open_error(dir.path()).to_string().contains("row 1"), "{sql}");
    }
}

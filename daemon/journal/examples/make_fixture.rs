//! Writes the fixture of the present format, once, when a format is introduced:
//! `cargo run -p desk-journal --example make_fixture -- daemon/journal/fixtures/v1`

use std::error::Error;
use std::fs::{self, File};
use std::path::PathBuf;

use desk_journal::{Journal, Opened, Options, Read, Row, Snapshot, Store, export};

/// The rows are written in two epochs of 8 and 4 rows.
const FIRST: u64 = 1_700_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("name a new directory")?);
    if dir.exists() {
        return Err("it exists; the fixture of a format is never written again".into());
    }
    let Opened { mut writer, readers, snapshots, start, .. } =
        Store::open(&dir, &Options { wall_seconds: FIRST })?;
    for seqs in [1..=1, 2..=5, 6..=8] {
        let rows: Vec<_> = seqs.map(|seq| row(seq, start.epoch)).collect();
        writer.append(rows[0].seq, start.epoch, &rows)?;
    }
    writer.erase(&[3])?;
    let head = readers.open()?.head()?;
    let body = br#"{"state":8}"#.to_vec();
    let (seq, chain) = (head.seq, head.chain);
    snapshots.write(&Snapshot { seq, chain, digest: [8; 32], wall_ms: 1_700_000_008_000, body })?;
    drop(writer);

    let Opened { mut writer, start, .. } = Store::open(&dir, &Options { wall_seconds: FIRST })?;
    let rows: Vec<_> = (9..=12).map(|seq| row(seq, start.epoch)).collect();
    writer.append(9, start.epoch, &rows)?;
    writer.mark(60_000)?;
    drop(writer);
    export(&dir, 0..=u64::MAX, &mut File::create(dir.join("export.jsonl"))?)?;
    // What is empty, or says nothing about the format.
    for name in ["lock", "journal.db-shm", "journal.db-wal"] {
        fs::remove_file(dir.join(name))?;
    }
    Ok(())
}

fn row(seq: u64, epoch: u64) -> Row {
    let mut index = vec![("chat".to_owned(), format!("c{}", seq % 4))];
    if seq.is_multiple_of(5) {
        index.push(("email".to_owned(), "k2".to_owned()));
    }
    Row {
        seq,
        shard: 0,
        epoch,
        desk_ms: seq * 1_000,
        wall_ms: 1_700_000_000_000 + seq.cast_signed() * 1_000,
        kind: "record".to_owned(),
        clear: format!(r#"{{"v":1,"n":{seq}}}"#).into_bytes(),
        personal: (!seq.is_multiple_of(4)).then(|| format!(r#"{{"name":"Åsa {seq}"}}"#).into()),
        index,
    }
}

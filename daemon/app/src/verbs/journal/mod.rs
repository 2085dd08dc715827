//! `journal`: looking after a journal whose daemon does not run.

mod recover;

use crate::cli::JournalVerb;
use crate::clock::wall_ms;
use crate::keys::Keys;
use crate::person::{self, Erasure};
use anyhow::{Context, Result, bail};
use desk_journal::{Options, Read, Reader, Store, accept_loss, export, restore, verify};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn journal(verb: JournalVerb) -> Result<ExitCode> {
    match verb {
        JournalVerb::Verify { data, head, json } => verify_journal(&data, head.as_deref(), json)?,
        JournalVerb::Recover { data, to, json } => recover::run(&data, &to, json)?,
        JournalVerb::Restore { from, data, erasures } => {
            restore_journal(&from, &data, erasures.as_deref())?;
        }
        JournalVerb::Export { data, from, to } => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            export(&data, from..=to, &mut out)?;
            out.flush().context("standard output")?;
        }
        JournalVerb::AcceptLoss { data, to, yes } => {
            if !yes && !asked(&data, to)? {
                bail!("nothing was changed");
            }
            let loss = accept_loss(&data, to, wall_ms())?;
            println!(
                "given up: records {} to {}; the daemon starts from record {}",
                loss.to + 1,
                loss.known,
                loss.to
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn restore_journal(from: &Path, data: &Path, erasures: Option<&Path>) -> Result<()> {
    // Before anything is written: a list that cannot be read must not be found out afterwards.
    let listed = erasures.map(person::read).transpose().context("--erasures")?;
    let known = person::beside(from).context("the list of erasures beside the backup")?;
    let report = restore(from, data)?;
    Keys::copy(from, data).context("the key beside the backup")?;
    let all: Vec<Erasure> = listed.iter().flatten().chain(&known).cloned().collect();
    let erased = erase_again(data, &all).context("erasing what was erased before")?;
    let (from, to, last) = (from.display(), data.display(), report.head.seq);
    println!("restored: {} records, the last is {last}; {from} was not touched", report.rows);
    println!("What came after it is looked for before anything is sent.");
    println!("erased again: {erased} records, by {} erasures", all.len());
    if erasures.is_none() {
        println!("If people were erased after this backup, restore it with the list that stands");
        println!("beside the later journal or backup: --erasures DIR/erasures.jsonl");
    }
    println!("Next: name {to} as journal.dir and start the daemon");
    Ok(())
}

/// Carries out on a restored journal what was erased since its backup was made.
fn erase_again(data: &Path, erasures: &[Erasure]) -> Result<u64> {
    let wall_seconds = u64::try_from(wall_ms() / 1000).unwrap_or(0);
    let mut opened = Store::open(data, &Options { wall_seconds })?;
    let (reader, snapshots) = (opened.readers.open()?, &opened.snapshots);
    let erased = person::apply(&mut opened.writer, &reader, snapshots, data, erasures)?;
    person::catch_up(&mut opened.writer, &reader, snapshots, data)?;
    Ok(erased)
}

/// Holds the journal against a head that was kept elsewhere.
fn held_against(data: &Path, head: &str) -> Result<()> {
    let (seq, hash) = head.split_once(':').context("--head takes RECORD:HASH")?;
    let seq: u64 = seq.parse().context("--head takes RECORD:HASH, and RECORD is a number")?;
    match Reader::open(data)?.row(seq)? {
        Some(row) if row.chain.to_string() == hash => Ok(()),
        Some(row) => bail!("record {seq} has the hash {}: this is another history", row.chain),
        None => bail!("record {seq} is not there: the journal is older than this head, or was cut"),
    }
}

fn verify_journal(data: &Path, head: Option<&str>, json: bool) -> Result<()> {
    let report = verify(data)?;
    if let Some(head) = head {
        held_against(data, head)?;
    }
    if json {
        let report = serde_json::json!({
            "v": 1,
            "ok": true,
            "rows": report.rows,
            "last_seq": report.head.seq,
            "chain": report.head.chain.to_string(),
        });
        println!("{report}");
    } else {
        println!("sound: {} records, the last is {}", report.rows, report.head.seq);
        println!("head: {}:{}", report.head.seq, report.head.chain);
    }
    Ok(())
}

fn asked(data: &Path, to: u64) -> Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("give --yes to give up records without being asked");
    }
    eprint!("Give up every record after {to} in {}? [y/N] ", data.display());
    io::stderr().flush().context("standard error")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("standard input")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

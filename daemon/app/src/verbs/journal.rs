//! `journal`: looking after a journal whose daemon does not run.

use crate::cli::JournalVerb;
use crate::clock::wall_ms;
use anyhow::{Context, Result, bail};
use desk_journal::{accept_loss, export, verify};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn journal(verb: JournalVerb) -> Result<ExitCode> {
    match verb {
        JournalVerb::Verify { data, json } => verify_journal(&data, json)?,
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

fn verify_journal(data: &Path, json: bool) -> Result<()> {
    let report = verify(data)?;
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
        println!("chain: {}", report.head.chain);
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

//! Verbs that destroy something want a yes first.

use std::io::{self, Read};

use desk_wire::{Call, Refusal};

use crate::clean;
use crate::failure::Failure;
use crate::host::Host;

/// Longest answer read, in bytes.
const ANSWER_BYTES_MAX: usize = 64;

/// Asks before a destructive call; without anybody to ask, `--yes` must have been given.
pub(crate) fn confirm(call: &Call, yes: bool, host: &mut Host<'_>) -> Result<(), Failure> {
    let Some(question) = question(call) else { return Ok(()) };
    ask(&question, yes, host)
}

/// Asks this.
pub(crate) fn ask(question: &str, yes: bool, host: &mut Host<'_>) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !host.can_ask {
        let message = format!("{question} nobody can be asked here");
        return Err(Refusal::new("needs_yes", message).hint("say so with --yes").into());
    }
    write!(host.err, "{question} [y/N] ")?;
    host.err.flush()?;
    if matches!(answer(host.input)?.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Refusal::new("not_confirmed", "nothing was done").into())
}

fn question(call: &Call) -> Option<String> {
    match call {
        Call::DaemonStop {} => Some("Stop the daemon?".to_owned()),
        Call::OutboxDrop { step, .. } => {
            let step = clean::word(step);
            // The daemon drops them in one act: nothing could be added to what is not made.
            let along = if step.ends_with(".create") { " and all that waits for it" } else { "" };
            Some(format!("Give up step {step}{along} for good?"))
        }
        Call::PersonErase { chats } => Some(format!(
            "Erase everything personal that is held of {} chats, for good?",
            chats.len()
        )),
        Call::ChatForceEnd { chat } => Some(format!("End chat {}?", clean::word(chat))),
        Call::AgentLogout { agent } => Some(format!(
            "Log {} out, re-queue active chats and close open wrap-ups as they are?",
            clean::word(agent)
        )),
        _ => None,
    }
}

/// One line, byte by byte: what follows it is not ours.
fn answer(input: &mut dyn Read) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < ANSWER_BYTES_MAX && input.read(&mut byte)? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

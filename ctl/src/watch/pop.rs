//! Screen pops: claimed first, so that one client opens each, then opened and reported.

use desk_wire::{Call, Notice, NoticeLine, Outcome, PopResult, Reply};
use std::collections::BTreeMap;

use crate::clean;
use crate::cli::Globals;
use crate::client::{Connection, command_id};
use crate::failure::Failure;
use crate::host::Host;
use crate::render::{DIM, WARN};

/// Most claims and reports that may be under way; further pops are left to other clients.
const UNDER_WAY_MAX: usize = 64;

/// Claims and reports that wait for their answer.
#[derive(Debug, Default)]
pub(super) struct Pops {
    under_way: BTreeMap<u64, Asked>,
}

/// What a request was about. Only the answer to a claim opens a page.
#[derive(Debug)]
struct Asked {
    what: What,
    url: String,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Claim,
    Report,
}

impl Pops {
    /// Forgets what was asked on a connection that is gone.
    pub(super) fn forget(&mut self) {
        self.under_way.clear();
    }

    /// Whether no answer is waited for.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Claims the pages that a line wants opened and that are not too old to open by themselves.
    pub(super) fn claim(
        &mut self,
        line: &NoticeLine,
        connection: &mut Connection,
        globals: &Globals,
        host: &Host<'_>,
    ) -> Result<(), Failure> {
        for notice in &line.notices {
            let Notice::PopWanted(pop) = notice else { continue };
            if pop.until < (host.now)() || self.under_way.len() >= UNDER_WAY_MAX {
                continue;
            }
            let call = Call::PopClaim { pop: pop.pop.clone() };
            let id = connection.request(call, Some(fresh_id(globals)?), globals)?;
            self.under_way.insert(id, Asked { what: What::Claim, url: pop.url.clone() });
        }
        Ok(())
    }

    /// Opens what was won and reports it.
    pub(super) fn answer(
        &mut self,
        id: u64,
        outcome: Outcome,
        connection: &mut Connection,
        globals: &Globals,
        host: &mut Host<'_>,
    ) -> Result<(), Failure> {
        let Some(Asked { what, url }) = self.under_way.remove(&id) else {
            return Err(connection.foreign("an answer to nothing that was asked"));
        };
        match outcome {
            Outcome::Ok(Reply::Pop(pop)) if what == What::Claim => {
                let result = open(&pop.url, host)?;
                let call = Call::PopReport { pop: pop.pop, result };
                let id = connection.request(call, Some(fresh_id(globals)?), globals)?;
                self.under_way.insert(id, Asked { what: What::Report, url: pop.url });
            }
            Outcome::Ok(_) => {}
            Outcome::Refused(refusal) => {
                let (url, message) = (clean::word(&url), clean::text(&refusal.message));
                let not = if what == What::Claim { "not opened" } else { "not reported" };
                writeln!(host.err, "{DIM}{not}, {message}: {url}{DIM:#}")?;
            }
        }
        Ok(())
    }
}

/// Each claim and report is a command of its own, whatever `--command-id` says.
fn fresh_id(globals: &Globals) -> Result<String, Failure> {
    command_id(&Globals { command_id: None, ..globals.clone() })
}

fn open(url: &str, host: &mut Host<'_>) -> Result<PopResult, Failure> {
    // The page comes from a config and a record: nothing but a web page is handed on.
    let web = url.starts_with("http://") || url.starts_with("https://");
    let result = if web { (host.open)(url) } else { PopResult::NotPossible };
    let url = clean::word(url);
    match result {
        PopResult::Opened => writeln!(host.err, "{DIM}opened {url}{DIM:#}")?,
        PopResult::Blocked | PopResult::NotPossible => {
            writeln!(host.err, "{WARN}could not open{WARN:#} {url}")?;
        }
    }
    Ok(result)
}

/// Opens a page in the default browser.
pub(crate) fn open_in_browser(url: &str) -> PopResult {
    match open::that_detached(url) {
        Ok(()) => PopResult::Opened,
        Err(_) => PopResult::NotPossible,
    }
}

//! `script replay`: what another set would have answered before.

use std::io;
use std::path::PathBuf;

use clap::Args;
use desk_wire::view::ScriptReplayView;
use desk_wire::{Call, ReplayAsk, UnixMs};

use crate::failure::Failure;
use crate::noun::script;
use crate::render::{BAD, GOOD, HEAD, Page, WARN};
use crate::{scripts, time};

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The folder of the set that is asked; left out: the set that serves
    #[arg(long, value_name = "DIR")]
    set: Option<PathBuf>,
    /// Ask what was asked since: a time, or how long ago, such as 2h or 7d
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = time::parse)]
    since: UnixMs,
    /// Ask what this hook was asked alone
    #[arg(long, value_name = "HOOK")]
    hook: Option<String>,
}

impl Replay {
    pub(crate) fn call(self) -> Result<Call, Failure> {
        let Self { set, since, hook } = self;
        let files = set.as_deref().map(scripts::read).transpose()?;
        Ok(Call::ScriptReplay { what: ReplayAsk::Start { files, since, hook } })
    }
}

pub(crate) fn show(page: &mut Page<'_>, replay: &ScriptReplayView) -> io::Result<()> {
    let set = script::short(&replay.found.set);
    let (done, since) = (replay.done, page.at(replay.found.since));
    page.line(format_args!("{HEAD}{set}{HEAD:#} asked again: {done} decisions since {since}"))?;
    if let Some(failed) = &replay.failed {
        page.field("ended", format!("{BAD}before its end{BAD:#}: {failed}"))?;
    }
    let rows = replay.found.hooks.iter().map(|hook| {
        let differ: Vec<_> =
            hook.differ.iter().map(|(kind, times)| format!("{times} {kind}")).collect();
        let (asked, same) = (hook.asked.to_string(), hook.same.to_string());
        vec![hook.hook.clone(), asked, same, differ.join(", ")]
    });
    page.table(&["HOOK", "ASKED", "SAME", "OTHERWISE"], rows.collect(), "nothing was asked")?;
    script::differences(page, &replay.found)?;
    page.field("proven", format!("{GOOD}{}{GOOD:#} as they were asked", replay.proven))?;
    let counts = [
        (replay.first, "at places where no rule stood then: not proven"),
        (replay.redacted, "messages whose text is kept nowhere: input redacted"),
        (replay.found.cut, "cut by the clock, or by a rest: not compared"),
        (replay.erased, "erased"),
        (replay.untold, "of records that keep too little"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        page.field("", format!("{count} {what}"))?;
    }
    if replay.unlike > 0 {
        let unlike = replay.unlike;
        page.field(
            "",
            format!("{WARN}{unlike} rebuilt otherwise than asked{WARN:#}: not compared"),
        )?;
    }
    Ok(())
}

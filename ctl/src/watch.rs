//! `watch`: follows what happens, over lost connections, and opens pages that should pop.

mod line;
mod pop;

use std::time::{Duration, Instant};

use clap::Args;
use desk_wire::{Answer, Call, Cursor, NoticeLine, Outcome, PING_MS_MAX, Reply, ServerLine};
use serde_json::json;

use crate::cli::Globals;
use crate::client::{Connection, Received};
use crate::failure::Failure;
use crate::host::Host;
use crate::print;
use crate::render::DIM;

pub(crate) use pop::open_in_browser;

/// After so long without a line, pings included, the connection counts as lost.
const SILENCE_MAX: Duration = Duration::from_millis(4 * PING_MS_MAX);
/// First wait before connecting again; it doubles up to the longest.
const RETRY_MIN: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// How long a daemon that was reached may stay gone.
const GONE_MAX: Duration = Duration::from_secs(600);

/// `watch`
#[derive(Debug, Clone, Args)]
pub(crate) struct Watch {
    /// Claim pages that should pop and open them in the default browser
    #[arg(long)]
    pop: bool,
    /// What came after this place first, as EPOCH:SEQ
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    from: Option<Cursor>,
    /// End after so many notices
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// End after so many seconds
    #[arg(long = "for", value_name = "SECS")]
    secs: Option<u64>,
    /// How long to wait, in seconds, for a daemon that was lost
    #[arg(long, value_name = "SECS", default_value_t = GONE_MAX.as_secs())]
    patience: u64,
}

fn cursor(text: &str) -> Result<Cursor, String> {
    let parse = |number: &str| number.parse::<u64>().map_err(|error| error.to_string());
    let (epoch, seq) = text.split_once(':').ok_or("expected EPOCH:SEQ")?;
    Ok(Cursor { epoch: parse(epoch)?, seq: parse(seq)? })
}

/// Follows until the end that was asked for, or until the daemon stays gone.
pub(crate) fn run(globals: &Globals, watch: &Watch, host: &mut Host<'_>) -> Result<(), Failure> {
    let end = watch.secs.map(|secs| Instant::now() + Duration::from_secs(secs));
    let mut follower = Follower {
        globals,
        pops: pop::Pops::default(),
        pop: watch.pop,
        cursor: watch.from,
        left: watch.count,
        end,
        reached: false,
        ever_reached: false,
    };
    let mut gone_since = Instant::now();
    let mut wait = RETRY_MIN;
    loop {
        let lost = match follower.follow(host) {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if !follower.ever_reached || !worth_retrying(&lost) {
            return Err(lost);
        }
        if std::mem::take(&mut follower.reached) {
            (gone_since, wait) = (Instant::now(), RETRY_MIN);
            writeln!(host.err, "{DIM}{lost}; connecting again{DIM:#}")?;
        }
        if gone_since.elapsed() >= Duration::from_secs(watch.patience) {
            return Err(lost);
        }
        if end.is_some_and(|end| Instant::now() + wait >= end) {
            return Ok(());
        }
        std::thread::sleep(wait);
        wait = (wait * 2).min(RETRY_MAX);
    }
}

/// What a daemon that comes back can cure.
const fn worth_retrying(failure: &Failure) -> bool {
    matches!(failure, Failure::Unreachable { .. } | Failure::Lost { .. })
}

struct Follower<'a> {
    globals: &'a Globals,
    pops: pop::Pops,
    pop: bool,
    cursor: Option<Cursor>,
    left: Option<u64>,
    end: Option<Instant>,
    /// Whether this connection got as far as its subscription.
    reached: bool,
    /// Whether any connection did.
    ever_reached: bool,
}

impl Follower<'_> {
    /// One connection; ends well when the end that was asked for has come.
    fn follow(&mut self, host: &mut Host<'_>) -> Result<(), Failure> {
        let mut connection = Connection::open(self.globals, host)?;
        match connection.ask(Call::Watch { from: self.cursor }, self.globals)? {
            Reply::Watching(subscription) => {
                self.cursor.get_or_insert(subscription.cursor);
                if self.globals.json {
                    let cursor = subscription.cursor;
                    writeln!(host.out, "{}", json!({"v": 1, "watching": {"cursor": cursor}}))?;
                } else {
                    writeln!(host.err, "{DIM}watching{DIM:#}")?;
                }
            }
            Reply::Resync(subscription) => {
                self.cursor = Some(subscription.cursor);
                if self.globals.json {
                    let cursor = subscription.cursor;
                    writeln!(host.out, "{}", json!({"v": 1, "resync": {"cursor": cursor}}))?;
                } else {
                    writeln!(host.err, "{DIM}watching; what came before is not known{DIM:#}")?;
                }
            }
            _ => return Err(connection.foreign("an answer that does not fit `watch`")),
        }
        host.out.flush()?;
        (self.reached, self.ever_reached) = (true, true);
        self.pops.forget();
        while !self.over() {
            self.next(&mut connection, host)?;
        }
        Ok(())
    }

    fn over(&self) -> bool {
        let counted = self.left == Some(0) && self.pops.is_idle();
        counted || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// Takes one line, or nothing until the end that was asked for.
    fn next(&mut self, connection: &mut Connection, host: &mut Host<'_>) -> Result<(), Failure> {
        let silent = Instant::now() + SILENCE_MAX;
        let until = self.end.map_or(silent, |end| end.min(silent));
        let Received::Line(line) = connection.receive(until)? else {
            if Instant::now() >= silent {
                return Err(connection.lost("it went silent"));
            }
            return Ok(());
        };
        match *line {
            ServerLine::Notice(line) => self.notice(line, connection, host),
            ServerLine::Ping(ping) => connection.pong(ping.ping),
            ServerLine::Answer(Answer { id, outcome }) => {
                self.answer(id, outcome, connection, host)
            }
            ServerLine::Rejected(rejected) => Err(rejected.refused.into()),
            ServerLine::Welcome(_) => Err(connection.foreign("a second welcome")),
        }
    }

    fn notice(
        &mut self,
        line: NoticeLine,
        connection: &mut Connection,
        host: &mut Host<'_>,
    ) -> Result<(), Failure> {
        if self.left != Some(0) {
            print(&line, self.globals.json, host)?;
            self.left = self.left.map(|left| left.saturating_sub(line.notices.len() as u64));
            if self.pop {
                self.pops.claim(&line, connection, self.globals, host)?;
            }
        }
        self.cursor = Some(line.cursor);
        Ok(())
    }

    fn answer(
        &mut self,
        id: u64,
        outcome: Outcome,
        connection: &mut Connection,
        host: &mut Host<'_>,
    ) -> Result<(), Failure> {
        self.pops.answer(id, outcome, connection, self.globals, host)
    }
}

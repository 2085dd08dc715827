//! What a run needs of the world, handed in so that tests can hand in their own.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use desk_wire::{PopResult, UnixMs};
use jiff::tz::TimeZone;

/// The streams, terminal, environment and browser of one run.
pub struct Host<'a> {
    /// Standard output, for data.
    pub out: &'a mut dyn Write,
    /// Standard error, for talk.
    pub err: &'a mut dyn Write,
    /// Standard input, read for the text `-` and for answers to questions.
    pub input: &'a mut dyn Read,
    /// Whether there is somebody to ask.
    pub can_ask: bool,
    /// Width of the terminal in columns; none: lines are as long as they are.
    pub width: Option<u16>,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The wall clock, in milliseconds since 1970 in UTC.
    pub now: fn() -> UnixMs,
    /// How long the daemon may take to answer.
    pub answer_max: Duration,
    /// `$XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// Opens a page in the default browser.
    pub open: &'a mut dyn FnMut(&str) -> PopResult,
}

impl std::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("can_ask", &self.can_ask).finish_non_exhaustive()
    }
}

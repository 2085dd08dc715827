//! Where a customer's stream stands: the record of the last event, and how many of that record's
//! events were sent if not all were.

use super::problem::Fault;
use std::fmt;
use std::str::FromStr;

/// The id of an event: `epoch-seq` for the last one of a record, `epoch-seq-count` for those before
/// it. One record may tell several things, and a stream may break between any two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The start of the daemon that made the record.
    pub(super) epoch: u64,
    /// The record.
    pub(super) seq: u64,
    /// How many of its events were sent; `None`: all.
    pub(super) sent: Option<usize>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)?;
        self.sent.map_or(Ok(()), |sent| write!(f, "-{sent}"))
    }
}

impl FromStr for Cursor {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let read = || {
            let mut parts = text.split('-');
            let epoch = parts.next()?.parse().ok()?;
            let seq = parts.next()?.parse().ok()?;
            let sent = parts.next().map(str::parse).transpose().ok()?;
            parts.next().is_none().then_some(Self { epoch, seq, sent })
        };
        read().ok_or_else(|| Fault::Cursor(text.chars().take(64).collect()))
    }
}

//! `status`: what the agent wants.

use clap::{Args, Subcommand, ValueEnum};
use desk_wire::Call;
use desk_wire::view::Intent;

/// `status`, which alone shows it
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the status
    Show,
    /// Ask for offers
    Available(Reason),
    /// Ask for a break
    Break(Reason),
    /// Ask to work offline
    Offline(Reason),
    /// While busy: no further offers
    StopNew(Reason),
    /// Take stop-new, or a logout that was to come after, back
    Resume,
}

#[derive(Debug, Args)]
struct Reason {
    /// A reason code
    #[arg(long, value_name = "CODE")]
    reason: Option<String>,
}

impl Status {
    pub(crate) fn call(self) -> Call {
        let set = |to, reason: Reason| Call::StatusSet { to, reason: reason.reason };
        match self.verb {
            None | Some(Verb::Show) => Call::StatusShow {},
            Some(Verb::Available(reason)) => set(Intent::Available, reason),
            Some(Verb::Break(reason)) => set(Intent::OnBreak, reason),
            Some(Verb::Offline(reason)) => set(Intent::WorkOffline, reason),
            Some(Verb::StopNew(reason)) => Call::StatusStopNew { reason: reason.reason },
            Some(Verb::Resume) => Call::StatusResume {},
        }
    }
}

/// A status that an admin may force, in the words of `status`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Forced {
    /// Offers
    Available,
    /// A break
    Break,
    /// Work offline
    Offline,
}

impl From<Forced> for Intent {
    fn from(forced: Forced) -> Self {
        match forced {
            Forced::Available => Self::Available,
            Forced::Break => Self::OnBreak,
            Forced::Offline => Self::WorkOffline,
        }
    }
}

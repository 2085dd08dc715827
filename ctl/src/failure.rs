//! Why a run did not do what was asked, and its exit code.

use std::io::{self, Write};
use std::path::PathBuf;

use desk_wire::{LineError, Refusal};
use serde_json::{Value, json};

use crate::clean;
use crate::host::Host;
use crate::render::{BAD, DIM};

/// Why a run did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody listens at any of the paths.
    #[error("no daemon could be reached")]
    Unreachable {
        /// Each path with what came of it.
        tried: Vec<(PathBuf, io::Error)>,
    },
    /// Somebody listens, but it is not deskd.
    #[error("what answers at {} does not speak deskd's protocol: {error}", path.display())]
    Foreign {
        /// Where.
        path: PathBuf,
        /// What was wrong with what it said.
        error: LineError,
    },
    /// The connection was lost, or no answer came in time.
    #[error("the daemon at {} gave no answer: {why}", path.display())]
    Lost {
        /// Where.
        path: PathBuf,
        /// What happened.
        why: String,
        /// The id of the command whose outcome is unknown.
        cmd: Option<String>,
    },
    /// The daemon, or deskctl itself, said no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// An audit found something; it is shown already.
    #[error("not everything is as it should be")]
    Found,
    /// Output or input failed.
    #[error("{0}")]
    Stream(#[from] io::Error),
}

impl Failure {
    /// Tells of the failure and answers the exit code.
    pub(crate) fn report(&self, json: bool, host: &mut Host<'_>) -> u8 {
        // A reader that has seen enough closed the pipe: no failure, and nobody to be told.
        if matches!(self, Self::Stream(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            return 0;
        }
        if matches!(self, Self::Found) {
            return 1;
        }
        // Where telling fails too, the exit code is all that is left.
        let _ = self.talk(host.err);
        if json {
            let _ = writeln!(host.out, "{}", self.json()).and_then(|()| host.out.flush());
        }
        match self {
            Self::Refused(_) | Self::Found | Self::Stream(_) => 1,
            Self::Unreachable { .. } | Self::Foreign { .. } | Self::Lost { .. } => 3,
        }
    }

    fn talk(&self, err: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Refused(refusal) => {
                let code = clean::word(&refusal.code);
                let message = clean::text(&refusal.message);
                writeln!(err, "{BAD}refused{BAD:#} ({code}): {message}")?;
                if !refusal.choices.is_empty() {
                    writeln!(err, "  choices: {}", clean::word(&refusal.choices.join(", ")))?;
                }
            }
            other => writeln!(err, "{BAD}error{BAD:#}: {}", clean::text(&other.to_string()))?,
        }
        if let Self::Unreachable { tried } = self {
            for (path, why) in tried {
                writeln!(err, "  tried {}: {why}", path.display())?;
            }
        }
        if let Some(hint) = self.hint() {
            writeln!(err, "  {DIM}{}{DIM:#}", clean::text(&hint))?;
        }
        err.flush()
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.hint.as_deref().map(str::to_owned),
            Self::Unreachable { .. } => Some(
                "start it with `deskd run --config FILE`, or name its socket by --socket or \
                 DESKD_SOCKET"
                    .to_owned(),
            ),
            Self::Foreign { .. } => Some("check --socket and DESKD_SOCKET".to_owned()),
            Self::Lost { cmd: Some(cmd), .. } => Some(format!(
                "it may or may not have been done; the same again with --command-id {cmd} \
                 cannot do it twice"
            )),
            Self::Lost { cmd: None, .. } | Self::Found | Self::Stream(_) => None,
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Refused(refusal) => json!({"v": 1, "refused": refusal}),
            Self::Found => json!({"v": 1}),
            Self::Stream(error) => json!({"v": 1, "error": {"message": error.to_string()}}),
            Self::Unreachable { .. } | Self::Foreign { .. } | Self::Lost { .. } => {
                let paths: Vec<String> =
                    self.paths().iter().map(|path| path.display().to_string()).collect();
                let (message, hint) = (self.to_string(), self.hint());
                let about = json!({"message": message, "hint": hint, "paths": paths});
                json!({"v": 1, "unreachable": about})
            }
        }
    }

    fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::Unreachable { tried } => tried.iter().map(|(path, _)| path.clone()).collect(),
            Self::Foreign { path, .. } | Self::Lost { path, .. } => vec![path.clone()],
            Self::Refused(_) | Self::Found | Self::Stream(_) => Vec::new(),
        }
    }
}

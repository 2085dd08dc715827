//! What came of a request: one closed enum.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use crate::classify;

/// What came of a request.
///
/// A read changes nothing, so it is never `Ambiguous`: where a write would be, it is `Retry`.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The instance did it and said so, completely.
    Done(T),
    /// Nothing was done; the same request may be sent again later.
    Retry {
        /// How long to wait at least, when the instance said so or it is known.
        after: Option<Duration>,
        /// One line for people and logs.
        why: String,
    },
    /// It may have been done, or may yet be: look before sending it again.
    Ambiguous {
        /// One line for people and logs.
        why: String,
    },
    /// It was refused and will be again: somebody has to change something.
    Permanent {
        /// The HTTP status; `None` when it was refused before anything was sent.
        status: Option<u16>,
        /// The instance's message, or ours.
        message: String,
        /// The instance's detail.
        detail: Option<String>,
        /// The id under which the instance's own logs have the request.
        transaction: Option<String>,
    },
    /// Something answered that is not the instance at work: hibernation, a login page, a proxy.
    /// Nothing was done; try again, not soon.
    Asleep {
        /// One line for people and logs.
        why: String,
    },
}

/// An [`Outcome`] that is not `Done`.
pub type NotDone = Outcome<Infallible>;

impl<T> Outcome<T> {
    /// Whether it is `Done`.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// What was done, if it was.
    pub fn done(self) -> Option<T> {
        self.into_result().ok()
    }

    /// The same outcome with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        self.into_result().map(f).into()
    }

    /// As a `Result`, for `?`.
    ///
    /// # Errors
    /// Every outcome but `Done`.
    pub fn into_result(self) -> Result<T, NotDone> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Retry { after, why } => Err(NotDone::Retry { after, why }),
            Self::Ambiguous { why } => Err(NotDone::Ambiguous { why }),
            Self::Permanent { status, message, detail, transaction } => {
                Err(NotDone::Permanent { status, message, detail, transaction })
            }
            Self::Asleep { why } => Err(NotDone::Asleep { why }),
        }
    }

    /// Refused on our side, before anything was sent.
    pub(crate) fn refused(why: impl fmt::Display) -> Self {
        Self::Permanent { status: None, message: why.to_string(), detail: None, transaction: None }
    }
}

impl<T> From<Result<T, NotDone>> for Outcome<T> {
    fn from(result: Result<T, NotDone>) -> Self {
        match result {
            Ok(value) => Self::Done(value),
            Err(NotDone::Done(never)) => match never {},
            Err(NotDone::Retry { after, why }) => Self::Retry { after, why },
            Err(NotDone::Ambiguous { why }) => Self::Ambiguous { why },
            Err(NotDone::Permanent { status, message, detail, transaction }) => {
                Self::Permanent { status, message, detail, transaction }
            }
            Err(NotDone::Asleep { why }) => Self::Asleep { why },
        }
    }
}

impl std::error::Error for NotDone {}

/// One line for people and logs.
impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(_) => f.write_str("done"),
            Self::Retry { after: Some(after), why } => {
                write!(f, "to be retried after {} s: {why}", after.as_secs())
            }
            Self::Retry { after: None, why } => write!(f, "to be retried: {why}"),
            Self::Ambiguous { why } => write!(f, "unclear whether it was done: {why}"),
            Self::Permanent { status, message, detail, transaction } => {
                match status {
                    Some(status) => write!(f, "refused with {status}: {message}")?,
                    None => write!(f, "refused before sending: {message}")?,
                }
                if let Some(detail) = detail {
                    write!(f, " ({detail})")?;
                }
                if let Some(id) = transaction {
                    write!(f, " ({})", classify::transaction(id))?;
                }
                Ok(())
            }
            Self::Asleep { why } => write!(f, "the instance is not at work: {why}"),
        }
    }
}

//! The port through which the core asks a rule. What is asked is built by the core from State, the
//! command and nothing else, so that it can be rebuilt from the journal; what is answered stands in
//! the record. The core knows no script engine.

mod given;
mod hook;
mod question;
pub mod redact;
mod verdict;

pub use given::Given;
pub use hook::Hook;
pub use question::{About, Idle, IncidentStep, Question, WrapupTrigger};
pub use verdict::{LookupAsk, Verdict};

use crate::delivery::DeliveryWant;
use crate::kv::{Kv, KvWrite};
use crate::name::{Hash, QueueId};
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// Why a rule gave no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The script threw or made an error.
    Error,
    /// It used up its operations or bytes.
    Budget,
    /// It used up its wall-clock time.
    Deadline,
    /// It answered something that is no verdict.
    Invalid,
    /// It panicked.
    Panic,
    /// It failed often and rests.
    Resting,
}

impl FailureKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Budget => "budget",
            Self::Deadline => "deadline",
            Self::Invalid => "invalid",
            Self::Panic => "panic",
            Self::Resting => "resting",
        }
    }
}

/// A failed call of a rule: the built-in default applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What happened, with file, line and column; it may quote the chat.
    pub text: Private<String>,
}

/// What a rule wants beside its verdict. It comes to pass only where the verdict stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants {
    /// What it remembers, at most [`WRITES_MAX`](crate::WRITES_MAX) keys, each once.
    pub kv: Vec<KvWrite>,
    /// What it wants sent, at most [`DELIVERIES_MAX`](crate::DELIVERIES_MAX).
    pub deliveries: Vec<DeliveryWant>,
}

/// What came back from a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The script set that was asked.
    pub set: Hash,
    /// Its verdict, `None` for "as configured", or why there is none.
    pub verdict: Result<Option<Verdict>, Failure>,
    /// Operations used.
    pub operations: u64,
    /// The time that it took, in microseconds of the thread's.
    pub took_us: u64,
    /// The lines that the script gave as its reasons.
    pub why: Vec<String>,
    /// What it wants beside its verdict.
    pub wants: Wants,
}

impl Asked {
    /// The verdict names what State does not have: it is a failure, and nothing is wanted.
    pub fn fails(&mut self, question: &Question, why: &str) -> Failure {
        let text = format!("{}: {why}", question.hook());
        let failure = Failure { kind: FailureKind::Invalid, text: text.into() };
        (self.verdict, self.wants) = (Err(failure.clone()), Wants::default());
        failure
    }
}

/// The rules, as the core asks them.
pub trait Policy {
    /// Asks one rule; `None` where no rule stands at this place. `kv` is what rules remember, as it
    /// was before the decision.
    fn ask(&mut self, question: &Question, kv: &Kv) -> Option<Asked>;

    /// Whether a rule stands at this place: where none does, no question is built.
    fn has(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        let _ = (hook, queue);
        true
    }

    /// The last verdict on this question names what State does not have; the default applies.
    fn unfit(&mut self, question: &Question, failure: &Failure) {
        let _ = (question, failure);
    }
}

/// No rules at all: everything as configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsConfigured;

impl Policy for AsConfigured {
    fn ask(&mut self, _: &Question, _: &Kv) -> Option<Asked> {
        None
    }

    fn has(&self, _: Hook, _: Option<&QueueId>) -> bool {
        false
    }
}

//! Ways to misbehave, as real instances and the networks before them do.
//!
//! Rules are tried in order; the first that matches a request, wins its draw if it has a rate, and
//! is not used up acts on it. A plan is read from a file at the start and replaced over HTTP:
//! `POST /__sandbox/faults` with a plan, or a bare list of rules; `GET` shows what is left and how
//! often each kind acted; `DELETE` ends them.
//!
//! ```json
//! {"seed": 7, "rules": [
//!   {"match": {"method": "POST", "path": "/incident"}, "kind": "commit_then_drop", "times": 2},
//!   {"match": {"path": "/table/"}, "kind": "busy_429", "rate_percent": 20},
//!   {"match": {"body": "chat-17"}, "kind": "status", "status": 403, "rate_percent": 100},
//!   {"kind": "delay", "delay_ms": 1500, "times": 10}]}
//! ```

mod act;
mod active;
mod answers;
mod torn;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use act::{Cut, pass};
pub(crate) use active::Faults;

/// Rules held at a time.
pub const RULES_MAX: usize = 64;
/// The longest delay, in milliseconds.
pub const DELAY_MS_MAX: u64 = 300_000;

/// All rules, and what the draws of those with a rate begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The same seed over the same requests in the same order gives the same faults.
    #[serde(default)]
    pub seed: u64,
    /// Whether records get ids of the instance's own, as where those of clients are not honoured;
    /// beside whatever the rules do.
    #[serde(default)]
    pub ignore_sys_id: bool,
    /// Whether a query of which a part makes no sense finds nothing, as where
    /// `glide.invalid_query.returns_no_rows` is set; else the rest of it runs.
    #[serde(default)]
    pub invalid_query_returns_no_rows: bool,
    /// The rules, in the order in which they are tried.
    pub rules: Vec<Rule>,
}

impl Plan {
    /// Reads a plan, or a bare list of rules, from JSON. What `GET /__sandbox/faults` tells is one, too:
    /// what it counts beside the plan is passed over.
    ///
    /// # Errors
    /// What is wrong with it, naming the rule.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let mut value: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if let Value::Object(told) = &mut value {
            told.retain(|key, _| !matches!(key.as_str(), "v" | "acted"));
        }
        let read = match value {
            Value::Array(_) => serde_json::from_value::<Vec<Rule>>(value).map(Self::from),
            other => serde_json::from_value(other),
        };
        let plan = read.map_err(|error| error.to_string())?;
        plan.check()?;
        Ok(plan)
    }

    /// Checks every rule.
    ///
    /// # Errors
    /// What is wrong with which rule.
    pub fn check(&self) -> Result<(), String> {
        if self.rules.len() > RULES_MAX {
            return Err(format!("{} rules; at most {RULES_MAX} are held", self.rules.len()));
        }
        self.rules.iter().enumerate().try_for_each(|(index, rule)| {
            rule.check().map_err(|wrong| format!("rule {index}: {wrong}"))
        })
    }
}

impl From<Vec<Rule>> for Plan {
    fn from(rules: Vec<Rule>) -> Self {
        Self { rules, ..Self::default() }
    }
}

/// One rule: which requests, what happens to them, how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests; all of them when left out.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What happens.
    pub kind: Kind,
    /// The status of kind `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Seconds for a `Retry-After` header, with the kinds `status` and `rate_limited_429`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The field that kind `drop_field` loses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Milliseconds to wait first, with every kind; with `delay`, `commit_late` and `commit_then_hang`
    /// what they are about.
    #[serde(default)]
    pub delay_ms: u64,
    /// Out of a hundred matching requests, on how many it acts; on every one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<u8>,
    /// How many requests it acts on. When left out: one, or with a rate any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Rule {
    /// A rule that acts once, on requests of `method` whose path contains `path`.
    pub fn new(method: &str, path: &str, kind: Kind) -> Self {
        let matches = Match {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            ..Match::default()
        };
        Self {
            matches,
            kind,
            status: None,
            retry_after: None,
            field: None,
            delay_ms: 0,
            rate_percent: None,
            times: None,
        }
    }

    /// The same rule, acting `times` times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same rule, acting on so many of a hundred requests, for as long as it is in force.
    #[must_use]
    pub fn rate_percent(self, rate_percent: u8) -> Self {
        Self { rate_percent: Some(rate_percent), ..self }
    }

    fn check(&self) -> Result<(), String> {
        if self.times == Some(0) {
            return Err("times is 0".to_owned());
        }
        if self.rate_percent.is_some_and(|rate| !(1..=100).contains(&rate)) {
            return Err("rate_percent is not between 1 and 100".to_owned());
        }
        if self.delay_ms > DELAY_MS_MAX {
            return Err(format!("delay_ms is above {DELAY_MS_MAX}"));
        }
        for (key, is_given, fits) in [
            ("status", self.status.is_some(), self.kind == Kind::Status),
            (
                "retry_after",
                self.retry_after.is_some(),
                matches!(self.kind, Kind::Status | Kind::RateLimited429),
            ),
            ("field", self.field.is_some(), self.kind == Kind::DropField),
        ] {
            if is_given && !fits {
                return Err(format!("kind {} has no {key}", self.kind));
            }
        }
        match (self.kind, self.status) {
            (Kind::Status, None) => Err("kind status needs a status".to_owned()),
            (Kind::Status, Some(status)) if !(400..=599).contains(&status) => {
                Err(format!("status {status} is not an error"))
            }
            (kind, _) if kind.is_late() && self.delay_ms == 0 => {
                Err(format!("kind {kind} needs delay_ms"))
            }
            (Kind::DropField, _) if self.field.is_none() => {
                Err("kind drop_field needs a field".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// Which requests a rule acts on: those that fit every part given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The method; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What the path contains; anything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What the query contains, as sent; anything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// What the body contains, as sent; anything when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Done, then the connection is closed without an answer.
    CommitThenDrop,
    /// The connection is closed without an answer, and it is done after the delay all the same.
    CommitLate,
    /// Done at once, then nothing is heard for the delay, and the connection is closed.
    CommitThenHang,
    /// The connection is closed without an answer; nothing is done.
    DropBefore,
    /// An error of the rule's status; nothing is done.
    Status,
    /// The hourly limit: 429 with `Retry-After` and the `X-RateLimit-…` headers; nothing is done.
    #[serde(rename = "rate_limited_429")]
    RateLimited429,
    /// No thread is free: 429 with neither headers nor JSON; nothing is done.
    #[serde(rename = "busy_429")]
    Busy429,
    /// The page of a hibernating developer instance, with status 200; nothing is done.
    #[serde(rename = "html_200")]
    Html200,
    /// Taken, never done: what an instance with a full queue answers.
    #[serde(rename = "accepted_202")]
    Accepted202,
    /// Sent to a login page; nothing is done.
    #[serde(rename = "redirect_302")]
    Redirect302,
    /// Done, but half of the answer's body is missing.
    TruncatedBody,
    /// Done, but the connection breaks in the middle of the answer's body.
    TruncatedTransfer,
    /// Done, but the answer is a 200 that holds a cancelled transaction's error as well.
    #[serde(rename = "partial_200")]
    Partial200,
    /// Done without the rule's field, silently, as when an ACL forbids writing it.
    DropField,
    /// Done under an id of the instance's own, as where ids of clients are not honoured.
    IgnoreSysId,
    /// Done after the delay, even if the client has gone by then.
    Delay,
}

impl Kind {
    /// Whether the delay is what it is about, and not a wait before it.
    fn is_late(self) -> bool {
        matches!(self, Self::Delay | Self::CommitLate | Self::CommitThenHang)
    }
}

/// As it is written in a plan.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

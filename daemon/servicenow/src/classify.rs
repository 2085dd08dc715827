//! The one place that says what an answer means.
//!
//! A status alone says little: an instance that hibernates answers 200, one that gave up in the
//! middle answers 200 with a part of the result and an error, and a 202 was perhaps never run.

use std::time::Duration;

use serde_json::Value;

use crate::outcome::NotDone;
use crate::text::truncate_chars;

/// How long to wait after a refused login. Instances refuse good ones now and then, and lock
/// accounts that try too often.
const LOGIN_PAUSE: Duration = Duration::from_secs(60);

/// Characters of an instance's message or detail that are repeated.
const SAID_CHARS_MAX: usize = 500;

/// How the instance says that it gave up in the middle, under whatever status.
const CANCELLED: &str = "Transaction cancelled";
/// How it says that it read nothing of so long a body, under whatever status.
const TOO_LARGE: &str = "Rejected large REST payload";

/// Whether a request can have changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Read,
    Write,
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// `X-Transaction-ID`, by which the instance's own logs are searched.
    pub(crate) transaction: Option<String>,
    /// The instance's clock.
    pub(crate) date: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(crate) whole: bool,
}

/// An answer that says, completely, that it was done.
#[derive(Debug)]
pub(crate) struct Good {
    pub(crate) status: u16,
    pub(crate) result: Value,
    /// What to add to a message about it.
    pub(crate) transaction: Option<String>,
    /// The instance's clock, as its `Date` says it.
    pub(crate) date: Option<String>,
}

/// Sorts an answer.
pub(crate) fn answer(act: Act, answer: &Answer) -> Result<Good, NotDone> {
    let json = answer.json();
    let error = json.as_ref().and_then(|json| json.get("error")).filter(|error| !error.is_null());
    if answer.says(CANCELLED, json.as_ref(), error) {
        return Err(unclear(act, None, answer.say(&format!("it gave up{}", said(error)))));
    }
    if error.is_some() && answer.says(TOO_LARGE, json.as_ref(), error) {
        return Err(permanent(answer, error));
    }
    match answer.status {
        202 => Err(unclear(act, None, answer.say("accepted, but perhaps never run"))),
        200..=299 => good(act, answer, json.as_ref(), error),
        300..=399 => Err(NotDone::Asleep { why: answer.say("a redirect, as to a login page") }),
        401 | 407 => Err(NotDone::Retry {
            after: Some(answer.retry_after.unwrap_or(LOGIN_PAUSE)),
            why: answer.say(&format!("the login was refused{}", said(error))),
        }),
        408 => Err(unclear(act, answer.retry_after, answer.say("timed out at the instance"))),
        425 | 429 => Err(NotDone::Retry {
            after: answer.retry_after,
            why: answer.say(&format!("too many requests{}", said(error))),
        }),
        // Too large for whatever is on the way, too.
        413 | 414 | 431 => Err(permanent(answer, error)),
        // An instance says why it refuses; a firewall or a proxy has a page, and may put it over the
        // answer to what was done.
        400..=499 if error.is_none() => {
            let why = answer.say("not an instance's own answer; is base_url right?");
            Err(if act == Act::Read { NotDone::Asleep { why } } else { unclear(act, None, why) })
        }
        400..=499 => Err(permanent(answer, error)),
        _ => {
            let why = answer.say(&format!("the instance failed{}", said(error)));
            Err(unclear(act, answer.retry_after, why))
        }
    }
}

/// A 2xx: done only when it is whole, JSON, has a `result` and no `error`.
fn good(
    act: Act,
    answer: &Answer,
    json: Option<&Value>,
    error: Option<&Value>,
) -> Result<Good, NotDone> {
    if error.is_some() {
        return Err(unclear(act, None, answer.say(&format!("an error with it{}", said(error)))));
    }
    match json.and_then(|json| json.get("result")) {
        Some(result) => Ok(Good {
            status: answer.status,
            result: result.clone(),
            transaction: answer.transaction.clone(),
            date: answer.date.clone(),
        }),
        None if answer.is_hibernating() => {
            Err(NotDone::Asleep { why: answer.say("the instance is hibernating") })
        }
        None if !answer.whole => Err(unclear(act, None, answer.say("the answer broke off"))),
        None if answer.claims_json() => {
            Err(unclear(act, None, answer.say("no whole JSON with a result")))
        }
        // A page in place of JSON. For a read that is an outage; a write may have been done
        // before something on the way put its page over the answer.
        None if act == Act::Read => {
            Err(NotDone::Asleep { why: answer.say("a page in place of JSON") })
        }
        None => Err(unclear(act, None, answer.say("a page in place of JSON"))),
    }
}

/// Sorts an answer that brought no token, and tells whether the grant itself was refused.
pub(crate) fn token(answer: &Answer) -> (bool, NotDone) {
    let json = answer.json();
    let said = |key| json.as_ref().and_then(|json| json.get(key)).and_then(Value::as_str);
    let words = [said("error"), said("error_description")].into_iter().flatten();
    let words: Vec<&str> = words.map(|text| truncate_chars(text, SAID_CHARS_MAX)).collect();
    let why = answer.say(&format!("no token: {}", words.join(", ")));
    let refused = matches!(answer.status, 400 | 401 | 403);
    let not_done = match answer.status {
        300..=399 => NotDone::Asleep { why },
        200..=299 if !answer.claims_json() => NotDone::Asleep { why },
        _ if refused => {
            NotDone::Retry { after: Some(answer.retry_after.unwrap_or(LOGIN_PAUSE)), why }
        }
        _ => NotDone::Retry { after: answer.retry_after, why },
    };
    (refused, not_done)
}

/// Sorts a request that no answer came to.
pub(crate) fn no_answer(act: Act, nothing_sent: bool, why: String) -> NotDone {
    if nothing_sent { NotDone::Retry { after: None, why } } else { unclear(act, None, why) }
}

/// Sorts an answer that is longer than may be read.
pub(crate) fn too_long(act: Act, answer: &Answer, bytes_max: usize) -> NotDone {
    let why = answer.say(&format!("the answer is longer than {bytes_max} bytes"));
    match act {
        // It will be as long the next time.
        Act::Read => NotDone::Permanent {
            status: Some(answer.status),
            message: why,
            detail: None,
            transaction: None, // `why` names it.
        },
        Act::Write => NotDone::Ambiguous { why },
    }
}

/// It may have been done; of a read that does not matter.
pub(crate) fn unclear(act: Act, after: Option<Duration>, why: String) -> NotDone {
    match act {
        Act::Read => NotDone::Retry { after, why },
        Act::Write => NotDone::Ambiguous { why },
    }
}

fn permanent(answer: &Answer, error: Option<&Value>) -> NotDone {
    NotDone::Permanent {
        status: Some(answer.status),
        message: text(error, "message").unwrap_or("refused without a message").to_owned(),
        detail: text(error, "detail").map(str::to_owned),
        transaction: answer.transaction.clone(),
    }
}

/// The instance's words, to be added to ours.
fn said(error: Option<&Value>) -> String {
    match (text(error, "message"), text(error, "detail")) {
        (Some(message), Some(detail)) => format!(": {message} ({detail})"),
        (Some(message), None) => format!(": {message}"),
        _ => String::new(),
    }
}

fn text<'a>(error: Option<&'a Value>, key: &str) -> Option<&'a str> {
    let text = error?.get(key)?.as_str()?;
    Some(truncate_chars(text, SAID_CHARS_MAX)).filter(|text| !text.is_empty())
}

pub(crate) fn transaction(id: &str) -> String {
    format!("transaction {id}")
}

impl Answer {
    fn json(&self) -> Option<Value> {
        if !self.claims_json() || !self.whole {
            return None;
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether an error says so; where the body is no JSON, whether it stands anywhere in it.
    fn says(&self, words: &str, json: Option<&Value>, error: Option<&Value>) -> bool {
        if json.is_none() {
            return String::from_utf8_lossy(&self.body).contains(words);
        }
        ["message", "detail"].iter().any(|key| {
            let text = error.and_then(|error| error.get(key)).and_then(Value::as_str);
            text.is_some_and(|text| text.contains(words))
        })
    }

    fn claims_json(&self) -> bool {
        let kind = self.content_type.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    }

    fn is_hibernating(&self) -> bool {
        let text = String::from_utf8_lossy(&self.body);
        text.contains("instance-hibernating-page") || text.contains("instance is hibernating")
    }

    fn say(&self, what: &str) -> String {
        say(self.status, self.transaction.as_deref(), what)
    }
}

impl Good {
    /// What is wrong with an answer that said that all was well.
    pub(crate) fn say(&self, what: &str) -> String {
        say(self.status, self.transaction.as_deref(), what)
    }
}

/// `HTTP 503 (transaction 0a1b…): what`.
fn say(status: u16, id: Option<&str>, what: &str) -> String {
    match id {
        Some(id) => format!("HTTP {status} ({}): {what}", transaction(id)),
        None => format!("HTTP {status}: {what}"),
    }
}

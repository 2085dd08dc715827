//! The lines themselves: hello and welcome, request and answer, ping and pong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::V;
use crate::actor::ActAs;
use crate::call::{Call, VERBS};
use crate::notice::NoticeLine;
use crate::parse::{self, Kind, LineError};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::view::Whoami;

/// Longest command id, in characters.
pub const CMD_CHARS_MAX: usize = 64;

/// A place in the journal, by which a client resumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The daemon's epoch; it grows at every start.
    pub epoch: u64,
    /// The record's sequence number.
    pub seq: u64,
}

/// The client's first line: `{"v":1,"client":"deskctl 0.1.0"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Protocol version, [`V`].
    pub v: u32,
    /// The client's name and version, for the daemon's log.
    pub client: String,
}

/// The daemon's first line, if it takes the hello. Its refusal is [`Rejected`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Protocol version, [`V`].
    pub v: u32,
    /// The daemon's version.
    pub daemon: String,
    /// The daemon's epoch.
    pub epoch: u64,
    /// The last durable record.
    pub seq: u64,
    /// Who the caller is.
    pub you: Whoami,
}

/// One question: `{"id":1,"cmd":"…","as":"agent:alice","verb":"login","with":{}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Chosen by the client; the answer carries it.
    pub id: u64,
    /// The sender's command id: a repeat by the same actor gets the first answer again.
    /// 1 to [`CMD_CHARS_MAX`] characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<String>,
    /// Whom to act as; left out, the one the caller may act as.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub act_as: Option<ActAs>,
    /// The verb and its arguments.
    #[serde(flatten)]
    pub call: Call,
}

/// The one answer to a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The request's id.
    pub id: u64,
    /// `ok` or `refused`.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How a request went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "lives for one line")]
pub enum Outcome {
    /// It was done; what came of it.
    Ok(Reply),
    /// It was not done.
    Refused(Refusal),
}

impl From<Result<Reply, Refusal>> for Outcome {
    fn from(result: Result<Reply, Refusal>) -> Self {
        match result {
            Ok(reply) => Self::Ok(reply),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Outcome> for Result<Reply, Refusal> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok(reply) => Ok(reply),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }
}

/// A refusal without a request: of a hello, or of a line whose id could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Protocol version, [`V`].
    pub v: u32,
    /// Why.
    pub refused: Refusal,
}

/// Longest time between two pings to a subscriber, in milliseconds. A client that hears nothing
/// for several times as long takes the connection for lost.
pub const PING_MS_MAX: u64 = 30_000;

/// The daemon asks a subscriber whether it is still there, at least every [`PING_MS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// To be sent back.
    pub ping: u64,
}

/// The client's answer to a [`Ping`]; it keeps the agent's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pong {
    /// The number that came.
    pub pong: u64,
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ClientLine {
    /// First.
    Hello(Hello),
    /// Then these.
    Request(Request),
    /// Whenever it was asked.
    Pong(Pong),
}

/// What the daemon sends.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "lives for one line")]
pub enum ServerLine {
    /// First, if all is well.
    Welcome(Welcome),
    /// A refusal that belongs to no request.
    Rejected(Rejected),
    /// To each request.
    Answer(Answer),
    /// To a subscriber.
    Notice(NoticeLine),
    /// To a subscriber, now and then.
    Ping(Ping),
}

impl ClientLine {
    /// Reads one line strictly.
    ///
    /// # Errors
    /// [`LineError`] with the request's id where there was one.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        let object = parse::object(line).map_err(LineError::bare)?;
        if object.contains_key("pong") {
            return whole(object).map(Self::Pong);
        }
        if object.contains_key("v") || object.contains_key("client") {
            check_version(&object).map_err(LineError::bare)?;
            return whole(object).map(Self::Hello);
        }
        let id = object.get("id").and_then(Value::as_u64);
        request(object).map(Self::Request).map_err(|kind| LineError { id, kind })
    }
}

impl ServerLine {
    /// Reads one line; fields that it does not know are passed over.
    ///
    /// # Errors
    /// [`LineError`] with the answer's id where there was one.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        let mut object = parse::object(line).map_err(LineError::bare)?;
        if object.contains_key("notices") {
            return whole(object).map(Self::Notice);
        }
        if let Some(id) = object.remove("id") {
            let id: u64 = parse::value(id, "id").map_err(LineError::bare)?;
            let outcome = outcome(object).map_err(|kind| LineError { id: Some(id), kind })?;
            return Ok(Self::Answer(Answer { id, outcome }));
        }
        if object.contains_key("ping") {
            return whole(object).map(Self::Ping);
        }
        if !object.contains_key("v") {
            let keys: Vec<&str> = object.keys().map(String::as_str).collect();
            return Err(LineError::bare(Kind::UnknownLine(format!("fields {keys:?}"))));
        }
        // A refusal is read whatever version it comes from: it may be about the version.
        if object.contains_key("refused") {
            return whole(object).map(Self::Rejected);
        }
        check_version(&object).map_err(LineError::bare)?;
        whole(object).map(Self::Welcome)
    }
}

fn whole<T: serde::de::DeserializeOwned>(object: Map<String, Value>) -> Result<T, LineError> {
    parse::value(Value::Object(object), "").map_err(LineError::bare)
}

fn check_version(object: &Map<String, Value>) -> Result<(), Kind> {
    match object.get("v") {
        None => Err(Kind::MissingField { field: "v".to_owned() }),
        Some(v) if v.as_u64() == Some(u64::from(V)) => Ok(()),
        Some(v) => Err(Kind::WrongVersion { got: v.to_string() }),
    }
}

/// Reads a request by hand: `flatten` could neither refuse unknown fields nor name wrong ones.
fn request(mut object: Map<String, Value>) -> Result<Request, Kind> {
    let missing = |field: &str| Kind::MissingField { field: field.to_owned() };
    let id = parse::value(object.remove("id").ok_or_else(|| missing("id"))?, "id")?;
    let cmd = match object.remove("cmd") {
        None | Some(Value::Null) => None,
        Some(cmd) => Some(command_id(parse::value(cmd, "cmd")?)?),
    };
    let act_as = match object.remove("as") {
        None | Some(Value::Null) => None,
        Some(act_as) => Some(parse::value(act_as, "as")?),
    };
    let verb: String = parse::value(object.remove("verb").ok_or_else(|| missing("verb"))?, "verb")?;
    if !VERBS.contains(&verb.as_str()) {
        return Err(Kind::UnknownVerb { verb });
    }
    let with = match object.remove("with") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(with @ Value::Object(_)) => with,
        Some(_) => {
            let problem = "expected an object with the verb's arguments".to_owned();
            return Err(Kind::WrongType { field: "with".to_owned(), problem });
        }
    };
    if let Some(field) = object.keys().next() {
        let expected = "one of `id`, `cmd`, `as`, `verb`, `with`".to_owned();
        return Err(Kind::UnknownField { field: field.clone(), expected });
    }
    // The tag comes before the content (the map is sorted), so errors keep their path.
    let call =
        Map::from_iter([("verb".to_owned(), Value::String(verb)), ("with".to_owned(), with)]);
    let call = parse::value(Value::Object(call), "")?;
    Ok(Request { id, cmd, act_as, call })
}

fn command_id(cmd: String) -> Result<String, Kind> {
    let chars = cmd.chars().count();
    if (1..=CMD_CHARS_MAX).contains(&chars) {
        return Ok(cmd);
    }
    let problem = format!("{chars} characters, expected 1 to {CMD_CHARS_MAX}");
    Err(Kind::WrongType { field: "cmd".to_owned(), problem })
}

fn outcome(mut object: Map<String, Value>) -> Result<Outcome, Kind> {
    match (object.remove("ok"), object.remove("refused")) {
        (Some(ok), None) => Ok(Outcome::Ok(parse::value(ok, "ok")?)),
        (None, Some(refused)) => Ok(Outcome::Refused(parse::value(refused, "refused")?)),
        _ => Err(Kind::UnknownLine("an answer has either `ok` or `refused`".to_owned())),
    }
}

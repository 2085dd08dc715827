//! One connection to the daemon: hello, requests, answers; every wait and every read is bounded.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use desk_wire::{
    Answer, Call, ClientLine, Decoder, Hello, Kind, LineError, Outcome, Pong, Refusal, Reply,
    Request, ServerLine, V, encode,
};
use interprocess::ConnectWaitMode;
use interprocess::local_socket::traits::Stream as _;
use interprocess::local_socket::{ConnectOptions, GenericFilePath, Stream, ToFsName};

use crate::cli::Globals;
use crate::failure::Failure;
use crate::host::Host;
use crate::{socket, time};

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How long an answer may take.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(15);
/// How long a copy of the journal may take. A daemon that ends is noticed at once.
const COPY_MAX: Duration = Duration::from_secs(6 * 3600);
/// What is read at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// A connection after its hello.
pub(crate) struct Connection {
    stream: Stream,
    decoder: Decoder,
    path: PathBuf,
    answer_max: Duration,
    last_id: u64,
}

/// What waiting for a line gave.
pub(crate) enum Received {
    /// A line.
    Line(Box<ServerLine>),
    /// Nothing until the time was over.
    Nothing,
}

impl Connection {
    /// Connects to the first path where somebody listens, and says hello.
    pub(crate) fn open(globals: &Globals, host: &Host<'_>) -> Result<Self, Failure> {
        let mut tried = Vec::new();
        for path in socket::paths(globals, host) {
            match connect(&path, host.answer_max) {
                Ok(stream) => return Self::greet(stream, path, host.answer_max),
                Err(error) => tried.push((path, error)),
            }
        }
        Err(Failure::Unreachable { tried })
    }

    fn greet(stream: Stream, path: PathBuf, answer_max: Duration) -> Result<Self, Failure> {
        let decoder = Decoder::new();
        let mut connection = Self { stream, decoder, path, answer_max, last_id: 0 };
        let client = format!("deskctl {}", env!("CARGO_PKG_VERSION"));
        connection.send(&ClientLine::Hello(Hello { v: V, client }))?;
        match connection.receive(Instant::now() + answer_max)? {
            Received::Line(line) => match *line {
                ServerLine::Welcome(_) => Ok(connection),
                ServerLine::Rejected(rejected) => Err(rejected.refused.into()),
                _ => Err(connection.foreign("it did not begin with a welcome")),
            },
            Received::Nothing => Err(connection.lost("no welcome in time")),
        }
    }

    /// Asks one thing and waits for its answer.
    pub(crate) fn ask(&mut self, call: Call, globals: &Globals) -> Result<Reply, Failure> {
        let cmd = if call.changes() { Some(command_id(globals)?) } else { None };
        let unknown = |failure| match failure {
            Failure::Lost { path, why, .. } => Failure::Lost { path, why, cmd: cmd.clone() },
            other => other,
        };
        let id = self.request(call, cmd.clone(), globals).map_err(unknown)?;
        let outcome = self.answer(id).map_err(unknown)?;
        Ok(Result::from(outcome)?)
    }

    /// Sends a request and answers its id.
    pub(crate) fn request(
        &mut self,
        call: Call,
        cmd: Option<String>,
        globals: &Globals,
    ) -> Result<u64, Failure> {
        self.last_id += 1;
        if matches!(call, Call::JournalBackup { .. } | Call::PersonErase { .. }) {
            self.answer_max = COPY_MAX;
        }
        let (id, act_as) = (self.last_id, globals.act_as.clone());
        self.send(&ClientLine::Request(Request { id, cmd, act_as, call }))?;
        Ok(id)
    }

    fn answer(&mut self, id: u64) -> Result<Outcome, Failure> {
        let until = Instant::now() + self.answer_max;
        loop {
            let Received::Line(line) = self.receive(until)? else {
                return Err(self.lost(format!("none within {} ms", self.answer_max.as_millis())));
            };
            match *line {
                ServerLine::Answer(Answer { id: got, outcome }) if got == id => {
                    return Ok(outcome);
                }
                ServerLine::Ping(ping) => self.pong(ping.ping)?,
                ServerLine::Rejected(rejected) => return Err(rejected.refused.into()),
                ServerLine::Notice(_) => {}
                ServerLine::Answer(_) | ServerLine::Welcome(_) => {
                    return Err(self.foreign("a line that was not asked for"));
                }
            }
        }
    }

    /// Waits for the next line.
    pub(crate) fn receive(&mut self, until: Instant) -> Result<Received, Failure> {
        loop {
            if let Some(line) = self.decoder.next_line() {
                let line = line.and_then(|line| ServerLine::parse(&line));
                return match line {
                    Ok(line) => Ok(Received::Line(Box::new(line))),
                    Err(error) => Err(Failure::Foreign { path: self.path.clone(), error }),
                };
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Received::Nothing);
            }
            self.stream.set_recv_timeout(Some(left)).map_err(|error| self.lost(error))?;
            let mut chunk = [0; CHUNK];
            match self.stream.read(&mut chunk) {
                Ok(0) if self.decoder.in_line() => {
                    return Err(self.lost("the connection ended in the middle of a line"));
                }
                Ok(0) => return Err(self.lost("the connection ended")),
                Ok(count) => self.decoder.push(&chunk[..count]),
                Err(error) if waiting(&error) => {}
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    /// Answers a ping.
    pub(crate) fn pong(&mut self, pong: u64) -> Result<(), Failure> {
        self.send(&ClientLine::Pong(Pong { pong }))
    }

    fn send(&mut self, line: &ClientLine) -> Result<(), Failure> {
        let line = encode(line).map_err(|error| error.refusal())?;
        self.stream.write_all(&line).map_err(|error| self.lost(error))
    }

    /// The failure of a connection that was lost.
    pub(crate) fn lost(&self, why: impl ToString) -> Failure {
        Failure::Lost { path: self.path.clone(), why: why.to_string(), cmd: None }
    }

    /// The failure of a line that makes no sense.
    pub(crate) fn foreign(&self, why: &str) -> Failure {
        let error = LineError { id: None, kind: Kind::UnknownLine(why.to_owned()) };
        Failure::Foreign { path: self.path.clone(), error }
    }
}

fn connect(path: &Path, answer_max: Duration) -> io::Result<Stream> {
    let name = path.to_fs_name::<GenericFilePath>()?;
    let wait = ConnectWaitMode::Timeout(CONNECT_MAX);
    let stream = ConnectOptions::new().name(name).wait_mode(wait).connect_sync()?;
    stream.set_send_timeout(Some(answer_max))?;
    Ok(stream)
}

fn waiting(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// The id given by the caller, or a new one.
pub(crate) fn command_id(globals: &Globals) -> Result<String, Failure> {
    if let Some(id) = &globals.command_id {
        return Ok(id.clone());
    }
    let mut random = [0; 10];
    getrandom::fill(&mut random)
        .map_err(|error| Refusal::new("no_randomness", error.to_string()))?;
    let millis = u64::try_from(time::now()).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Ok(id.to_string())
}

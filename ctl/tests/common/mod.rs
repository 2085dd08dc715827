//! A daemon that plays a script on a real socket, and runs of deskctl against it.
#![allow(unreachable_pub, dead_code, reason = "a module of several test binaries")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use desk_wire::view::{PopSubject, PopView, Whoami};
use desk_wire::{
    Answer, Call, ClientLine, Cursor, Decoder, Notice, NoticeLine, Outcome, PopResult, Reply,
    Request, ServerLine, Subscription, V, Welcome, encode,
};
use deskctl::Host;

/// When everything in the samples happened: 2026-09-21T14:13:20Z.
pub const AT: i64 = 1_790_000_000_000;

/// One sample of each line that a daemon sends; the protocol's own tests hold them.
const SAMPLES: &str = include_str!("../../../daemon/wire/tests/golden/server.jsonl");

/// The sample lines.
pub fn samples() -> Vec<ServerLine> {
    SAMPLES.lines().map(|line| ServerLine::parse(line).expect(line)).collect()
}

/// The sample reply of this kind, such as `chat`.
pub fn reply(kind: &str) -> Reply {
    let is_kind = |reply: &Reply| {
        let value = serde_json::to_value(reply).expect("is JSON");
        // `explained.queue` is the one of its kind that is about a queue.
        kind.split('.').try_fold(&value, |value, key| value.get(key)).is_some()
    };
    samples()
        .into_iter()
        .find_map(|line| match line {
            ServerLine::Answer(Answer { outcome: Outcome::Ok(reply), .. }) if is_kind(&reply) => {
                Some(reply)
            }
            _ => None,
        })
        .unwrap_or_else(|| panic!("there is no sample of {kind}"))
}

/// The sample notices, one a line, numbered from 1.
pub fn notices() -> Vec<NoticeLine> {
    let lines = samples().into_iter().filter_map(|line| match line {
        ServerLine::Notice(line) => Some(line.notices),
        _ => None,
    });
    lines
        .zip(1..)
        .map(|(notices, seq)| NoticeLine { cursor: cursor(seq), at: AT, notices })
        .collect()
}

pub fn cursor(seq: u64) -> Cursor {
    Cursor { epoch: 9, seq }
}

/// One accepted connection, seen from the daemon.
pub struct Peer {
    pub stream: UnixStream,
    decoder: Decoder,
}

impl Peer {
    /// Reads the next line; none when the client has gone.
    pub fn read(&mut self) -> Option<ClientLine> {
        loop {
            if let Some(line) = self.decoder.next_line() {
                return Some(ClientLine::parse(&line.expect("is a line")).expect("is of ours"));
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk) {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.decoder.push(&chunk[..count]),
            }
        }
    }

    /// Writes a line; that the client has gone is no failure here.
    pub fn write(&mut self, line: &ServerLine) {
        let _ = self.stream.write_all(&encode(line).expect("encodes"));
    }

    /// Takes the hello and welcomes.
    pub fn greet(&mut self) {
        if self.read().is_some() {
            let you =
                Whoami { uid: None, agents: vec![], roles: vec![], acting_as: None, may: vec![] };
            let daemon = "0.1.0".to_owned();
            self.write(&ServerLine::Welcome(Welcome { v: V, daemon, epoch: 9, seq: 1, you }));
        }
    }

    /// The next request; none when the client has gone.
    pub fn request(&mut self) -> Option<Request> {
        match self.read()? {
            ClientLine::Request(request) => Some(request),
            other => panic!("expected a request, got {other:?}"),
        }
    }

    /// Answers a request.
    pub fn answer(&mut self, id: u64, outcome: Outcome) {
        self.write(&ServerLine::Answer(Answer { id, outcome }));
    }
}

/// Takes the hello and the subscription; answers where the client wants to go on.
pub fn subscribe(peer: &mut Peer) -> Option<Cursor> {
    peer.greet();
    let request = peer.request().expect("a request");
    let Call::Watch { from } = request.call else { panic!("{request:?}") };
    let cursor = from.unwrap_or(cursor(0));
    peer.answer(request.id, Outcome::Ok(Reply::Watching(Subscription { cursor })));
    from
}

/// One notice as its line.
pub fn line(notice: Notice) -> NoticeLine {
    NoticeLine { cursor: cursor(1), at: AT, notices: vec![notice] }
}

/// A page that should open until then.
pub fn wanted(url: &str, until: i64) -> PopView {
    let (pop, agent, chat) = ("p1".to_owned(), "alice".to_owned(), "c1".to_owned());
    PopView { pop, agent, chat, what: PopSubject::Record, url: url.to_owned(), until }
}

/// A daemon that plays a script.
pub struct Fake {
    dir: tempfile::TempDir,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// Plays `script` for each connection; its number counts from 0.
    pub fn playing(mut script: impl FnMut(&mut Peer, usize) + Send + 'static) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(dir.path().join("deskd.sock")).expect("a socket");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.expect("a connection");
                script(&mut Peer { stream, decoder: Decoder::new() }, number);
            }
        });
        Self { dir, stop, thread: Some(thread), requests: Arc::default() }
    }

    /// Welcomes everybody and answers every request by `answer`.
    pub fn answering(mut answer: impl FnMut(&Request) -> Outcome + Send + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let mut fake = Self::playing(move |peer, _| {
            peer.greet();
            while let Some(request) = peer.request() {
                peer.answer(request.id, answer(&request));
                seen.lock().expect("no panic").push(request);
            }
        });
        fake.requests = requests;
        fake
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("deskd.sock")
    }

    /// What was asked so far; complete once the client has its answer and is gone.
    pub fn requests(mut self) -> Vec<Request> {
        self.end();
        std::mem::take(&mut *self.requests.lock().expect("no panic"))
    }

    /// Ends the daemon; a panic in its script is a panic here.
    pub fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener; where it has gone already there is nobody to wake.
        drop(UnixStream::connect(self.path()));
        if let Err(panic) = thread.join()
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a run of deskctl left behind, without colours.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
    pub opened: Vec<String>,
}

impl Ran {
    /// The one JSON object on standard output.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).expect("is JSON")
    }
}

/// How a run is set up.
pub struct Setup {
    pub input: &'static str,
    pub can_ask: bool,
    pub width: Option<u16>,
    pub answer_max: Duration,
    pub pop: PopResult,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            input: "",
            can_ask: false,
            width: None,
            answer_max: Duration::from_secs(30),
            pop: PopResult::Opened,
        }
    }
}

impl Setup {
    /// Runs deskctl against a daemon.
    pub fn run(self, fake: &Fake, args: &[&str]) -> Ran {
        let (mut out, mut err, mut opened) = (Vec::new(), Vec::new(), Vec::new());
        let socket = fake.path().display().to_string();
        let args = ["deskctl", "--socket", &socket].into_iter().chain(args.iter().copied());
        let mut input = self.input.as_bytes();
        let mut open = |url: &str| {
            opened.push(url.to_owned());
            self.pop
        };
        let code = deskctl::run(
            args.map(Into::into),
            &mut Host {
                out: &mut out,
                err: &mut err,
                input: &mut input,
                can_ask: self.can_ask,
                width: self.width,
                zone: jiff::tz::TimeZone::UTC,
                now: || AT,
                answer_max: self.answer_max,
                runtime_dir: None,
                open: &mut open,
            },
        );
        Ran { code, out: plain(&out), err: plain(&err), opened }
    }
}

/// Runs deskctl against a daemon, as from a script.
pub fn run(fake: &Fake, args: &[&str]) -> Ran {
    Setup::default().run(fake, args)
}

fn plain(bytes: &[u8]) -> String {
    anstream::adapter::strip_str(std::str::from_utf8(bytes).expect("is UTF-8")).to_string()
}

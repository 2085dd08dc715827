//! One connection: hello, then requests in order, pongs at any time.

use super::Clients;
use super::dispatch::{self, After};
use super::outgoing::{self, Outgoing};
use super::stream::{self, Follow, Pongs};
use super::who::Peer;
use crate::access::Caller;
use desk_core::policy::Policy;
use desk_wire::{
    Answer, ClientLine, Decoder, LineError, Outcome, Refusal, Rejected, Request, ServerLine, V,
    Welcome,
};
use interprocess::local_socket::tokio::Stream;
use interprocess::local_socket::traits::StreamCommon as _;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// What is read at a time, in bytes.
const CHUNK: usize = 16 * 1024;
/// Requests that one client may have sent ahead; reading waits beyond them.
const REQUESTS_MAX: usize = 32;
/// How long a connection without a stream may say nothing.
const IDLE_MAX: Duration = Duration::from_secs(600);
/// How long the last lines of a connection may take to be read.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// What a client's line asks of the connection.
enum Work {
    Request(Box<Request>),
    /// A line that cannot be taken, answered in its turn.
    Refuse(Option<u64>, Refusal),
}

/// Serves one connection to its end.
pub(super) async fn run<P: Policy + Send + 'static>(shared: Arc<Clients<P>>, stream: Stream) {
    let uid = stream.peer_creds().ok().and_then(|peer| peer.euid());
    let Some(uid) = uid else {
        tracing::warn!("the system does not say who a client is; it is turned away");
        return;
    };
    let stream = Arc::new(stream);
    let closed = CancellationToken::new();
    let most = shared.settings.borrow().ipc.queue;
    let (out, writer) = outgoing::start(Arc::clone(&stream), most, closed.clone());
    let lines = Lines { stream, decoder: Decoder::new(), chunk: vec![0; CHUNK] };
    talk(shared, Peer::account(uid), lines, out, writer, closed).await;
}

/// What a client sends, whatever carries it.
pub(super) trait Incoming: Send {
    /// The next line; `None` at the end. May be given up while it waits and called again.
    fn next(
        &mut self,
    ) -> impl Future<Output = io::Result<Option<Result<ClientLine, LineError>>>> + Send;
}

/// Hello, then requests until one of both sides ends it. `writer` writes what goes out.
pub(super) async fn talk<P: Policy + Send + 'static>(
    shared: Arc<Clients<P>>,
    peer: Peer,
    mut lines: impl Incoming,
    out: Outgoing,
    writer: tokio::task::JoinHandle<()>,
    closed: CancellationToken,
) {
    match greet(&shared, &peer, &mut lines, &out).await {
        Some(()) => converse(shared, peer, lines, out, &closed).await,
        None => drop(out),
    }
    // What is queued is still written, if the client reads it.
    if tokio::time::timeout(DRAIN_MAX, writer).await.is_err() {
        closed.cancel();
    }
}

/// Takes the hello; `None`: the connection ends.
async fn greet<P: Policy + Send + 'static>(
    shared: &Clients<P>,
    peer: &Peer,
    lines: &mut impl Incoming,
    out: &Outgoing,
) -> Option<()> {
    let within = Duration::from_secs(shared.settings.borrow().ipc.hello_secs.into());
    let line = tokio::select! {
        line = tokio::time::timeout(within, lines.next()) => line,
        () = shared.shutdown.cancelled() => return None,
    };
    let refused = match line {
        Err(_) => Refusal::new("hello_late", "no hello came in time"),
        Ok(Err(_) | Ok(None)) => return None,
        Ok(Ok(Some(Err(error)))) => error.refusal(),
        Ok(Ok(Some(Ok(ClientLine::Hello(hello))))) => match welcome(shared, peer).await {
            Ok(welcome) => {
                tracing::debug!(who = ?peer.who, client = %hello.client, "a client is connected");
                return out.send(ServerLine::Welcome(welcome)).await.ok();
            }
            Err(refused) => refused,
        },
        Ok(Ok(Some(Ok(_)))) => {
            Refusal::new("hello_first", "the first line of a connection is its hello")
        }
    };
    let who = peer.who;
    if shared.user(who).await.is_none() {
        tracing::warn!(?who, code = refused.code, "a client is turned away");
    } else {
        tracing::debug!(?who, code = refused.code, "a client is turned away");
    }
    let _ = out.send(ServerLine::Rejected(Rejected { v: V, refused })).await;
    None
}

async fn welcome<P: Policy + Send + 'static>(
    shared: &Clients<P>,
    peer: &Peer,
) -> Result<Welcome, Refusal> {
    let user = shared.user(peer.who).await.ok_or_else(|| dispatch::stranger(peer.who))?;
    let look = |state: &desk_core::State, _| {
        (state.epoch, state.seq, state.agents.keys().cloned().collect::<BTreeSet<_>>())
    };
    let (epoch, seq, known) = shared.desk.view(look).await.map_err(dispatch::refusal)?;
    let you = Caller { user: &user, known: &known }.whoami(None)?;
    Ok(Welcome { v: V, daemon: env!("CARGO_PKG_VERSION").into(), epoch, seq, you })
}

/// Reads until the client is gone or the daemon stops; what was asked by then is answered.
async fn converse<P: Policy + Send + 'static>(
    shared: Arc<Clients<P>>,
    peer: Peer,
    mut lines: impl Incoming,
    out: Outgoing,
    closed: &CancellationToken,
) {
    let (work, queue) = mpsc::channel(REQUESTS_MAX);
    let (pongs, ponged) = watch::channel(0);
    let gone = CancellationToken::new();
    let follows = Arc::new(AtomicBool::new(false));
    let worker = Worker {
        shared: Arc::clone(&shared),
        peer,
        out,
        gone: gone.clone(),
        ponged,
        follows: Arc::clone(&follows),
    };
    let worker = tokio::spawn(worker.run(queue));
    loop {
        let line = tokio::select! {
            line = lines.next() => line,
            () = tokio::time::sleep(IDLE_MAX) => {
                // A stream's client is asked whether it is there by its pings.
                if follows.load(Ordering::Relaxed) { continue } else { break }
            }
            () = closed.cancelled() => break,
            () = shared.shutdown.cancelled() => break,
        };
        let item = match line {
            Err(_) | Ok(None) => break,
            Ok(Some(Ok(ClientLine::Pong(pong)))) => {
                pongs.send_replace(pong.pong);
                continue;
            }
            Ok(Some(Ok(ClientLine::Request(request)))) => Work::Request(Box::new(request)),
            Ok(Some(Ok(ClientLine::Hello(_)))) => {
                Work::Refuse(None, Refusal::new("hello_again", "a connection has one hello"))
            }
            Ok(Some(Err(error))) => Work::Refuse(error.id, error.refusal()),
        };
        let sent = tokio::select! {
            sent = work.send(item) => sent.is_ok(),
            () = closed.cancelled() => false,
        };
        if !sent {
            break;
        }
    }
    drop(work);
    gone.cancel();
    let _ = worker.await;
}

/// Carries requests out, one after the other.
struct Worker<P> {
    shared: Arc<Clients<P>>,
    peer: Peer,
    out: Outgoing,
    /// The client reads no notices any more.
    gone: CancellationToken,
    ponged: Pongs,
    /// Whether there is a stream.
    follows: Arc<AtomicBool>,
}

impl<P: Policy + Send + 'static> Worker<P> {
    async fn run(self, mut queue: mpsc::Receiver<Work>) {
        let mut stream = None;
        while let Some(work) = queue.recv().await {
            let sent = match work {
                Work::Refuse(None, refused) => {
                    self.out.send(ServerLine::Rejected(Rejected { v: V, refused })).await
                }
                Work::Refuse(Some(id), refusal) => self.out.send(answer(id, Err(refusal))).await,
                Work::Request(request) => {
                    let id = request.id;
                    let follows = stream.is_some();
                    let done =
                        dispatch::carry_out(&self.shared, &self.peer, *request, follows).await;
                    let (result, after) = match done {
                        Ok((reply, after)) => (Ok(reply), after),
                        Err(refusal) => (Err(refusal), None),
                    };
                    let sent = self.out.send(answer(id, result)).await;
                    // Also where the client is gone: a stop was asked for, a presence began.
                    match after {
                        Some(After::Stop) => self.shared.site.stop(),
                        Some(After::Follow(follow)) => stream = Some(self.follow(*follow)),
                        None => {}
                    }
                    sent
                }
            };
            if sent.is_err() {
                break;
            }
        }
        if let Some(stream) = stream {
            let _ = stream.await;
        }
    }

    fn follow(&self, follow: Follow) -> tokio::task::JoinHandle<()> {
        self.follows.store(true, Ordering::Relaxed);
        let (shared, out) = (Arc::clone(&self.shared), self.out.clone());
        let (pongs, gone) = (self.ponged.clone(), self.gone.clone());
        tokio::spawn(stream::run(shared, follow, out, pongs, gone))
    }
}

fn answer(id: u64, result: Result<desk_wire::Reply, Refusal>) -> ServerLine {
    ServerLine::Answer(Answer { id, outcome: Outcome::from(result) })
}

/// The client's lines.
struct Lines {
    stream: Arc<Stream>,
    decoder: Decoder,
    chunk: Vec<u8>,
}

impl Incoming for Lines {
    async fn next(&mut self) -> io::Result<Option<Result<ClientLine, LineError>>> {
        loop {
            if let Some(line) = self.decoder.next_line() {
                return Ok(Some(line.and_then(|line| ClientLine::parse(&line))));
            }
            let read = (&*self.stream).read(&mut self.chunk).await?;
            if read == 0 {
                return Ok(None);
            }
            self.decoder.push(&self.chunk[..read]);
        }
    }
}

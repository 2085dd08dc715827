//! What goes out on one connection: a bounded queue, and a task that writes.

use desk_wire::{Answer, Notice, NoticeLine, Outcome, Refusal, ServerLine, encode};
use interprocess::local_socket::tokio::Stream;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long a full queue may stay full before its client is cut off.
const ROOM_MAX: Duration = Duration::from_secs(5);

/// Queues lines for a client.
#[derive(Clone)]
pub(super) struct Outgoing {
    lines: mpsc::Sender<Vec<u8>>,
    closed: CancellationToken,
}

/// The connection is at its end.
#[derive(Debug)]
pub(super) struct Closed;

impl Outgoing {
    /// Queues a line; waits for room, but not for long.
    pub(super) async fn send(&self, line: ServerLine) -> Result<(), Closed> {
        let Some(line) = bytes(line) else { return Ok(()) };
        match self.lines.send_timeout(line, ROOM_MAX).await {
            Ok(()) => Ok(()),
            Err(error) => {
                if matches!(error, mpsc::error::SendTimeoutError::Timeout(_)) {
                    tracing::warn!("cut off a client that does not read");
                }
                self.closed.cancel();
                Err(Closed)
            }
        }
    }

    /// Ends the connection.
    pub(super) fn cut(&self) -> Result<(), Closed> {
        self.closed.cancel();
        Err(Closed)
    }
}

/// A line's bytes. What does not fit a frame is answered by a refusal, or told as a resync.
fn bytes(line: ServerLine) -> Option<Vec<u8>> {
    if let Ok(bytes) = encode(&line) {
        return Some(bytes);
    }
    let shorter = match line {
        ServerLine::Answer(Answer { id, .. }) => {
            let refusal = Refusal::new("too_long", "the answer does not fit a line of 1 MiB")
                .hint("ask for less, such as one queue, one state or a smaller page");
            ServerLine::Answer(Answer { id, outcome: Outcome::Refused(refusal) })
        }
        ServerLine::Notice(line) => {
            ServerLine::Notice(NoticeLine { notices: vec![Notice::Resync {}], ..line })
        }
        other => other,
    };
    encode(&shorter).ok()
}

/// A queue of at most so many lines.
pub(super) fn queue(most: u32, closed: CancellationToken) -> (Outgoing, mpsc::Receiver<Vec<u8>>) {
    let (lines, queue) = mpsc::channel(most.max(1) as usize);
    (Outgoing { lines, closed }, queue)
}

/// The same with the task that writes it until the last sender is gone or the connection is closed.
pub(super) fn start(
    stream: Arc<Stream>,
    most: u32,
    closed: CancellationToken,
) -> (Outgoing, tokio::task::JoinHandle<()>) {
    let (out, lines) = queue(most, closed.clone());
    (out, tokio::spawn(write(stream, lines, closed)))
}

async fn write(stream: Arc<Stream>, mut queue: mpsc::Receiver<Vec<u8>>, closed: CancellationToken) {
    let mut stream = &*stream;
    while let Some(line) = queue.recv().await {
        let written = tokio::select! {
            written = stream.write_all(&line) => written,
            () = closed.cancelled() => break,
        };
        if written.is_err() {
            closed.cancel();
            break;
        }
    }
}

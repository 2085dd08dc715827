//! Browsers: the same lines over a WebSocket, one to a message.

use super::Clients;
use super::connection::{self, Incoming};
use super::outgoing;
use super::who::Peer;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use desk_core::Grant;
use desk_core::name::GrantId;
use desk_core::policy::Policy;
use desk_wire::{ClientLine, LineError};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

impl<P: Policy + Send + 'static> Clients<P> {
    /// Serves a browser that is signed in, to its connection's end.
    pub(crate) async fn browse(self: Arc<Self>, id: GrantId, grant: &Grant, socket: WebSocket) {
        let closed = CancellationToken::new();
        let most = self.settings.borrow().ipc.queue;
        let (sink, stream) = socket.split();
        let (out, lines) = outgoing::queue(most, closed.clone());
        let writer = tokio::spawn(write(sink, lines, closed.clone()));
        let peer = Peer::session(id, grant);
        connection::talk(self, peer, Messages { stream }, out, writer, closed).await;
    }
}

async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut lines: mpsc::Receiver<Vec<u8>>,
    closed: CancellationToken,
) {
    while let Some(mut line) = lines.recv().await {
        // A message has its own end.
        line.pop();
        let Ok(text) = Utf8Bytes::try_from(line) else { continue };
        let sent = tokio::select! {
            sent = sink.send(Message::Text(text)) => sent,
            () = closed.cancelled() => break,
        };
        if sent.is_err() {
            closed.cancel();
            return;
        }
    }
    let _ = sink.close().await;
}

/// The browser's messages.
struct Messages {
    stream: SplitStream<WebSocket>,
}

impl Incoming for Messages {
    async fn next(&mut self) -> io::Result<Option<Result<ClientLine, LineError>>> {
        loop {
            match self.stream.next().await {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Err(error)) => return Err(io::Error::other(error)),
                Some(Ok(Message::Text(text))) => return Ok(Some(ClientLine::parse(&text))),
                // The lines are text; pings of the protocol below are answered there.
                Some(Ok(Message::Binary(_))) => return Ok(None),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            }
        }
    }
}

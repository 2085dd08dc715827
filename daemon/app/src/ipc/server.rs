//! The accept loop.

use super::connection;
use super::{Clients, Door};
use desk_core::policy::Policy;
use desk_wire::{Refusal, Rejected, ServerLine, V, encode};
use interprocess::local_socket::tokio::Stream;
use interprocess::local_socket::traits::tokio::Listener as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

/// The pause after the system refused to accept: it may be out of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a client that is one too many has to read why.
const TOO_MANY_MAX: Duration = Duration::from_secs(1);

/// Serves until the clients' shutdown, then lets every connection answer what it was asked and end.
pub async fn serve<P: Policy + Send + 'static>(door: Door, shared: Arc<Clients<P>>) {
    let permits = Arc::clone(&shared.connections);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = door.listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = shared.shutdown.cancelled() => break,
        };
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "the local socket accepts nobody");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => {
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    connection::run(shared, stream).await;
                    drop(permit);
                });
            }
            Err(_) => turn_away(stream).await,
        }
    }
    drop(door);
    while connections.join_next().await.is_some() {}
}

async fn turn_away(stream: Stream) {
    let refused = Refusal::new("too_many_connections", "as many clients are connected as may be")
        .hint("close one, or raise ipc.connections");
    tracing::warn!("turned a client away: ipc.connections is reached");
    if let Ok(line) = encode(&ServerLine::Rejected(Rejected { v: V, refused })) {
        let _ = tokio::time::timeout(TOO_MANY_MAX, (&stream).write_all(&line)).await;
    }
}

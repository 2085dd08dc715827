//! Connections: accepted up to a bound, served by hyper, closed when they keep us waiting.

use super::remote::Peer;
use super::{Door, Tls, router};
use crate::config::Http;
use crate::desk::Desk;
use crate::ipc::Clients;
use crate::metrics::Counted;
use crate::rules::Rules;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// The pause after a connection could not be accepted, most likely for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the HTTP door on this listener until `shutdown`, then ends event streams, lets requests
/// that are under way finish for `request_secs` at most, and returns. With `tls` it speaks TLS alone.
pub async fn serve(
    listener: TcpListener,
    desk: Desk<Rules>,
    settings: Http,
    tls: Option<Arc<Tls>>,
    clients: Arc<Clients<Rules>>,
    shutdown: CancellationToken,
) {
    let times = Times::new(&settings);
    let door = Arc::new(Door::new(desk, settings, clients, shutdown.clone()));
    let permits = Arc::clone(&door.connections);
    let router = router(&door);
    let counted = door.desk.counted().clone();
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            // Further ones wait in the system's queue, which is bounded too.
            let permit = Arc::clone(&permits).acquire_owned().await;
            let tls = match &tls {
                Some(tls) => Some((Arc::clone(tls), tls.place().await, counted.clone())),
                None => None,
            };
            (permit, tls, listener.accept().await)
        };
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (permit, tls, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let router = router.clone().layer(Extension(Peer(peer)));
                    let serving = secured(stream, tls, router, times, shutdown.clone());
                    connections.spawn(async move {
                        serving.await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "an HTTP connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(times.request, ended).await.is_err() {
        tracing::warn!("HTTP requests were cut off by the stop");
    }
}

/// How long a connection may keep us waiting.
#[derive(Clone, Copy)]
struct Times {
    head: Duration,
    request: Duration,
}

impl Times {
    fn new(settings: &Http) -> Self {
        let secs = |secs: u32| Duration::from_secs(secs.into());
        Self { head: secs(settings.header_secs), request: secs(settings.request_secs) }
    }
}

/// Serves a connection, after its handshake where TLS is spoken.
async fn secured(
    stream: TcpStream,
    tls: Option<(Arc<Tls>, Option<OwnedSemaphorePermit>, Counted)>,
    router: Router,
    times: Times,
    shutdown: CancellationToken,
) {
    // Without it, small answers and events wait for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "HTTP connection without TCP_NODELAY");
    }
    let Some((tls, place, counted)) = tls else {
        return connection(stream, router, times, shutdown).await;
    };
    let shaken = tokio::select! {
        shaken = tls.accept(stream, &counted) => shaken,
        () = shutdown.cancelled() => None,
    };
    drop(place);
    if let Some(stream) = shaken {
        connection(stream, router, times, shutdown).await;
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    router: Router,
    times: Times,
    shutdown: CancellationToken,
) {
    // A client that does not read its answer is closed; the head's deadline runs from the first
    // moment on, so that one that says nothing is closed too.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(times.request));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(times.head)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router))
        // A desk's connection goes on as a WebSocket.
        .with_upgrades();
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = shutdown.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "HTTP connection ended");
    }
}

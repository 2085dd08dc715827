//! Connections: accepted up to a bound, served by hyper, cut when a fault asks for it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use crate::faults::{Cut, Plan, Rule};
use crate::{Shared, api, control, edge, pages};

/// How long a client may take to send a request's head, and how long a connection may idle.
/// Longer than clients keep idle ones, so that none is closed under a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// How long requests in progress may take to end when the sandbox stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// A sandbox that serves. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    shared: Shared,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// The address listened on, with the port that was taken.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL, without a slash at its end.
    pub fn url(&self) -> String {
        self.shared.base.clone()
    }

    /// Replaces the faults in force, as `POST /__sandbox/faults` does.
    ///
    /// # Errors
    /// What is wrong with which rule; then the old ones stay.
    pub fn set_faults(&self, rules: Vec<Rule>) -> Result<(), String> {
        self.set_plan(rules.into())
    }

    /// Replaces the faults in force and the seed of those with a rate.
    ///
    /// # Errors
    /// What is wrong with which rule; then the old ones stay.
    pub fn set_plan(&self, plan: Plan) -> Result<(), String> {
        self.shared.faults.set(plan)
    }

    /// How often was asked for what since the start, as `GET /__sandbox/requests` tells it.
    #[must_use]
    pub fn asked(&self) -> std::collections::BTreeMap<String, u64> {
        self.shared.counters.lock().requests.clone()
    }

    /// How often each kind of fault has acted since the start.
    #[must_use]
    pub fn acted(&self) -> std::collections::BTreeMap<crate::faults::Kind, u64> {
        self.shared.faults.acted()
    }

    /// Stops listening, lets requests in progress end for a few seconds, and closes the log.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true); // Fails only when the task has ended already.
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "the sandbox did not stop cleanly");
        }
    }
}

/// All routes behind what every request passes.
fn router(shared: &Shared) -> Router {
    Router::new()
        .merge(api::router(shared))
        .merge(control::routes())
        .merge(pages::routes())
        .layer(axum::middleware::from_fn_with_state(shared.clone(), edge::pass))
        .with_state(shared.clone())
}

/// Serves connections from a task of its own.
pub(crate) fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    addr: SocketAddr,
    shared: Shared,
    connections_max: usize,
) -> Running {
    let (stop, stopped) = watch::channel(false);
    let router = router(&shared);
    let task = tokio::spawn(accept((listener, tls), router, connections_max, stopped));
    Running { addr, shared, stop, task }
}

async fn accept(
    (listener, tls): (TcpListener, Option<TlsAcceptor>),
    router: Router,
    connections_max: usize,
    mut stopped: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(connections_max.max(1)));
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let permit = permits.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (permit, accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    let (tls, router, stopped) = (tls.clone(), router.clone(), stopped.clone());
                    connections.spawn(async move {
                        secured(stream, tls, router, stopped).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    // Too many open files, most likely: wait for one to be closed.
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, ended).await.is_err() {
        tracing::warn!("requests were cut off by the stop");
    }
}

/// Serves a connection, after its handshake where https is spoken.
async fn secured(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    let Some(tls) = tls else { return connection(stream, router, stopped).await };
    match tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => connection(stream, router, stopped).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS handshake"),
        Err(_) => tracing::debug!("the TLS handshake took too long"),
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request| answer(router.clone(), request));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Fails, which closes the connection without an answer, when the response says so.
async fn answer(mut router: Router, request: Request<Incoming>) -> Result<Response, Cut> {
    let answered: Result<Response, Infallible> = router.call(request.map(Body::new)).await;
    let Ok(response) = answered;
    match response.extensions().get::<Cut>() {
        Some(cut) => Err(*cut),
        None => Ok(response),
    }
}

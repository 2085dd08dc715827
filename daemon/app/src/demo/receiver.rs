//! A receiver of deliveries, as another system would have one: it takes what it is sent, and keeps the
//! last of it.

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest wait for a delivery.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was delivered.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivered {
    /// The delivery's id, the same however often it comes.
    pub(super) id: String,
    pub(super) body: Value,
}

/// The receiver; it ends with this.
pub(super) struct Receiver {
    pub(super) url: String,
    last: watch::Receiver<Delivered>,
    _serving: JoinSet<()>,
}

impl Receiver {
    /// Starts it on a free port of loopback.
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let (tell, last) = watch::channel(Delivered::default());
        let router = Router::new().route("/hook", post(take)).with_state(tell);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the demo's receiver ended");
            }
        });
        Ok(Self { url, last, _serving: serving })
    }

    /// What was delivered of a chat.
    pub(super) async fn of(&self, chat: &str) -> Result<Delivered> {
        let mut last = self.last.clone();
        let found = last.wait_for(|delivered| delivered.body["chat"] == chat);
        let found = tokio::time::timeout(PATIENCE, found).await;
        Ok(found.context("nothing was delivered")?.context("the receiver is gone")?.clone())
    }
}

async fn take(
    State(tell): State<watch::Sender<Delivered>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> StatusCode {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tell.send_replace(Delivered { id: id.to_owned(), body });
    StatusCode::NO_CONTENT
}

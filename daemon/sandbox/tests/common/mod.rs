//! A sandbox on a free port and a small client for it.

use std::path::Path;

use desk_sandbox::{Options, Running, Sandbox};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

/// A sandbox over `dir`.
pub(crate) async fn start(dir: &Path) -> Running {
    Sandbox::start(Options::new(dir)).await.expect("started")
}

/// A client that follows no redirects and keeps no cookies.
pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .build()
        .expect("client")
}

/// Sends as `admin`.
pub(crate) async fn send(
    sandbox: &Running,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Response {
    try_send(sandbox, method, path, body).await.expect("answered")
}

/// Sends as `admin`; fails when no answer came.
pub(crate) async fn try_send(
    sandbox: &Running,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> reqwest::Result<Response> {
    let request = client().request(method, format!("{}{path}", sandbox.url()));
    let request = request.basic_auth("admin", Some("admin"));
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

/// Sends and gives status and JSON body.
pub(crate) async fn ask(
    sandbox: &Running,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let response = send(sandbox, method, path, body).await;
    (response.status(), response.json().await.expect("JSON"))
}

/// Reads as `admin` and gives the JSON body.
pub(crate) async fn get(sandbox: &Running, path: &str) -> Value {
    ask(sandbox, Method::GET, path, None).await.1
}

/// Sends bytes as they are, and gives everything that comes until the connection ends.
#[allow(dead_code)] // Not every test file needs it.
pub(crate) async fn raw(sandbox: &Running, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(sandbox.addr()).await.expect("connected");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // What came before the connection was cut is an answer, too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

//! Things to talk to: a sandbox, and a server that answers with given bytes.

#![allow(dead_code)] // Each test binary uses its own part.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use desk_sandbox::{Options, Running, Sandbox};
use desk_servicenow::{Client, Config, CreateBody, Fields, Outcome, SecretString, SysId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A sandbox over `dir`, and a client that may log in to it.
pub(crate) async fn sandbox(dir: &Path) -> (Running, Client) {
    let sandbox = Sandbox::start(Options::new(dir)).await.expect("started");
    let client = client(&sandbox.url());
    (sandbox, client)
}

/// A client for `url`, as `admin`.
pub(crate) fn client(url: &str) -> Client {
    Client::new(config(url)).expect("client")
}

/// The config of [`client`].
pub(crate) fn config(url: &str) -> Config {
    Config::new(url, "admin", SecretString::from("admin")).expect("config")
}

/// What a server does with a connection once it has read the request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// These bytes, then the end of the connection.
    Bytes(String),
    /// The end of the connection.
    Nothing,
    /// Never anything.
    Silence,
    /// These bytes, after a while in which other requests are counted.
    Counted(String, Arc<Load>),
    /// That of the first whose text the address contains.
    By(Vec<(&'static str, Self)>),
}

/// How many requests a server had at a time.
#[derive(Debug, Default)]
pub(crate) struct Load {
    now: AtomicUsize,
    pub(crate) most: AtomicUsize,
}

/// Serves every connection with the same answer.
pub(crate) async fn serve(answer: Answer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listening");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(one(stream, answer.clone()));
        }
    });
    addr
}

async fn one(mut stream: TcpStream, answer: Answer) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    match routed(answer, &request) {
        Answer::By(_) => panic!("nobody answers {:?}", String::from_utf8_lossy(&request)),
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await; // The client may be gone.
            let _ = stream.shutdown().await;
        }
        Answer::Nothing => {}
        Answer::Silence => std::future::pending().await,
        Answer::Counted(bytes, load) => {
            let now = load.now.fetch_add(1, Ordering::SeqCst) + 1;
            load.most.fetch_max(now, Ordering::SeqCst);
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            load.now.fetch_sub(1, Ordering::SeqCst);
            let _ = stream.write_all(bytes.as_bytes()).await; // The client may be gone.
        }
    }
}

fn routed(answer: Answer, request: &[u8]) -> Answer {
    let Answer::By(routes) = answer else { return answer };
    let text = String::from_utf8_lossy(request);
    let line = text.lines().next().unwrap_or_default();
    let found = routes.iter().find(|(part, _)| line.contains(part));
    found.map(|(_, answer)| answer.clone()).unwrap_or(Answer::By(routes))
}

/// Whether head and body of a request are in.
fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// A whole answer. `head` is the status line's end and further headers.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> Answer {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    Answer::Bytes(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ))
}

/// The kind of an outcome in a word or two.
pub(crate) fn kind<T>(outcome: &Outcome<T>) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Retry { after: Some(Duration::ZERO), .. } => "retry at once".to_owned(),
        Outcome::Retry { after: Some(after), .. } => format!("retry {}", after.as_secs()),
        Outcome::Retry { after: None, .. } => "retry".to_owned(),
        Outcome::Ambiguous { .. } => "ambiguous".to_owned(),
        Outcome::Permanent { status: Some(status), .. } => format!("permanent {status}"),
        Outcome::Permanent { status: None, .. } => "permanent".to_owned(),
        Outcome::Asleep { .. } => "asleep".to_owned(),
    }
}

/// Fields from pairs.
pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An incident to be made.
pub(crate) fn incident(sys_id: SysId, pairs: &[(&str, &str)]) -> CreateBody {
    CreateBody { table: "incident".to_owned(), sys_id, fields: fields(pairs) }
}

/// What the sandbox committed to one record.
pub(crate) async fn commits(sandbox: &Running, sys_id: &SysId) -> Vec<String> {
    let url = format!("{}/__sandbox/ledger?sys_id={sys_id}", sandbox.url());
    let text = read(&url).await;
    let ledger: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let list = ledger["commits"].as_array().expect("a list");
    list.iter().map(|commit| commit["verb"].as_str().expect("a verb").to_owned()).collect()
}

/// Reads a URL of a sandbox.
pub(crate) async fn read(url: &str) -> String {
    let client = reqwest::Client::builder().tls_certs_only([]).build().expect("client");
    client.get(url).send().await.expect("answered").text().await.expect("text")
}

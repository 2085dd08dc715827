//! A connection that keeps us waiting is closed.

use super::house::{House, PATIENCE, arrival};
use crate::config::Http;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A house in which nobody waits for long.
async fn hasty() -> House {
    House::with(|_, http| {
        http.header_secs = 1;
        http.body_secs = 1;
    })
    .await
}

/// Sends this, then nothing, and gives back what came until the connection was closed.
async fn until_closed(house: &House, sent: &str) -> String {
    let mut stream = TcpStream::connect(house.addr).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut came = Vec::new();
    let read = stream.read_to_end(&mut came);
    timeout(PATIENCE, read).await.expect("the connection is closed").unwrap();
    String::from_utf8(came).unwrap()
}

#[test]
fn whoever_is_slow_is_closed_within_ten_seconds_unless_it_is_configured_otherwise() {
    let http = Http::default();
    assert!(http.header_secs.max(http.body_secs).max(http.tls.handshake_secs) <= 10);
}

#[tokio::test]
async fn a_client_that_says_nothing_is_closed() {
    assert_eq!(until_closed(&hasty().await, "").await, "");
}

#[tokio::test]
async fn half_a_head_is_closed() {
    let house = hasty().await;
    assert_eq!(until_closed(&house, "POST /v1/chats HTTP/1.1\r\nhost: desk\r\nx-a").await, "");
}

#[tokio::test]
async fn half_a_body_is_told_so_and_closed() {
    let house = hasty().await;
    let half = "POST /v1/chats HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{\"queue\":";
    let came = until_closed(&house, half).await;
    assert!(came.starts_with("HTTP/1.1 408 "), "{came}");
    assert!(came.contains("\"code\":\"timeout\""), "{came}");
    let chats = house.desk.view(|state, _| state.chats.len()).await.unwrap();
    assert_eq!(chats, 0);
}

#[tokio::test]
async fn a_connection_that_is_silent_after_its_answer_is_closed() {
    let came = until_closed(&hasty().await, "GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n").await;
    assert!(came.starts_with("HTTP/1.1 200 "), "{came}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_and_closed() {
    let house = House::open().await;
    let head = format!("GET /healthz HTTP/1.1\r\nhost: desk\r\nx: {}\r\n", "x".repeat(20_000));
    let mut stream = TcpStream::connect(house.addr).await.unwrap();
    // It may be closed before all of it is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut came = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut came)).await.unwrap().unwrap();
    assert_eq!(&came, b"HTTP/1.1 431");
}

#[tokio::test]
async fn beyond_the_most_connections_the_next_waits_until_one_is_closed() {
    let house = House::with(|_, http| {
        http.connections = 1;
        http.header_secs = 1;
    })
    .await;
    let mut silent = TcpStream::connect(house.addr).await.unwrap();
    let mut next = TcpStream::connect(house.addr).await.unwrap();
    next.write_all(b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n").await.unwrap();
    let mut came = [0; 12];
    let first = tokio::select! {
        biased;
        _ = rest(&mut silent) => "the silent one was closed",
        _ = next.read_exact(&mut came) => "the next one was answered",
    };
    assert_eq!(first, "the silent one was closed");
    timeout(PATIENCE, next.read_exact(&mut came)).await.unwrap().unwrap();
    assert_eq!(&came, b"HTTP/1.1 200");
}

/// More than the system keeps for a client that does not read: 10 MB.
const UNREAD_MESSAGES: u64 = 2000;

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let house = House::with(|_, http| {
        http.connections = 1;
        http.header_secs = 1;
        http.request_secs = 1;
    })
    .await;
    let chat = house.chat().await;
    house.hear(chat.id, UNREAD_MESSAGES, &"x".repeat(5000)).await;
    let mut deaf = TcpStream::connect(house.addr).await.unwrap();
    let ask = format!(
        "GET {} HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {}\r\n\r\n",
        chat.path("/events"),
        chat.token
    );
    deaf.write_all(ask.as_bytes()).await.unwrap();
    let mut came = [0; 12];
    timeout(PATIENCE, deaf.read_exact(&mut came)).await.unwrap().unwrap();
    assert_eq!(&came, b"HTTP/1.1 200");
    // The only connection is free again once the desk has closed that one.
    house.ask("GET", "/healthz").await.expect(200);
}

#[tokio::test]
async fn a_stop_lets_a_request_finish_and_closes_what_is_idle() {
    let house = House::open().await;
    let mut idle = TcpStream::connect(house.addr).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n").await.unwrap();
    let mut came = [0; 12];
    timeout(PATIENCE, idle.read_exact(&mut came)).await.unwrap().unwrap();
    let body = arrival().to_string();
    let mut busy = TcpStream::connect(house.addr).await.unwrap();
    let head = format!(
        "POST /v1/chats HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    // That it may go on says that the request is under way.
    let mut go_on = [0; 25];
    timeout(PATIENCE, busy.read_exact(&mut go_on)).await.unwrap().unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    house.shutdown.cancel();
    rest(&mut idle).await;
    busy.write_all(body.as_bytes()).await.unwrap();
    let answer = rest(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(TcpStream::connect(house.addr).await.is_err(), "nobody listens any more");
}

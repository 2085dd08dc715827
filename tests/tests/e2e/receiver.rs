//! A receiver of deliveries on loopback, that answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest wait for a delivery.
const WAIT: Duration = Duration::from_secs(60);
pub(crate) const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// What it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Received {
    /// The delivery's id.
    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    answers: Arc<Mutex<VecDeque<String>>>,
    received: Channel<Received>,
}

impl Receiver {
    /// Starts it; it ends with the test's process.
    pub(crate) fn start() -> Self {
        Self::at(([127, 0, 0, 1], 0).into())
    }

    /// Starts it at an address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = channel();
        let answers = Arc::<Mutex<VecDeque<String>>>::default();
        let known = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, known) = (sender.clone(), Arc::clone(&known));
                std::thread::spawn(move || serve(&stream, &sender, &known));
            }
        });
        Self { address, answers, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Gives this answer to the next delivery that has none yet; without one, it takes it.
    pub(crate) fn answer(&self, answer: &str) {
        self.answers.lock().unwrap().push_back(answer.to_owned());
    }

    /// Answers the next delivery with this status.
    pub(crate) fn status(&self, status: &str) {
        self.answer(&format!(
            "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ));
    }

    /// The next delivery.
    pub(crate) fn next(&self) -> Received {
        self.received.recv_timeout(WAIT).expect("a delivery")
    }

    /// What came and nobody looked at.
    pub(crate) fn rest(&self) -> Vec<Received> {
        self.received.try_iter().collect()
    }
}

/// An address at which nobody answers. Its port is held: another test could be given it otherwise.
pub(crate) fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    address
}

fn serve(
    stream: &TcpStream,
    sender: &Sender<Received>,
    answers: &Mutex<VecDeque<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let answer = answers.lock().unwrap().pop_front().unwrap_or_else(|| OK.to_owned());
    // The test may have heard enough.
    let _ = sender.send(Received { path, headers, body });
    let mut stream = stream;
    stream.write_all(answer.as_bytes()).ok()
}

//! A client that speaks the protocol by itself.

use super::house::PATIENCE;
use desk_wire::{
    ActAs, Answer, Call, ClientLine, Cursor, Decoder, Hello, Notice, NoticeLine, Outcome, Pong,
    Refusal, Rejected, Reply, Request, ServerLine, V, Welcome, encode,
};
use std::collections::VecDeque;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

pub(super) struct Client {
    stream: UnixStream,
    decoder: Decoder,
    pub(super) act_as: Option<ActAs>,
    pub(super) welcome: Option<Welcome>,
    notices: VecDeque<NoticeLine>,
    last_id: u64,
}

impl Client {
    /// A connection that has not said hello.
    pub(super) async fn raw(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).await.unwrap();
        let (decoder, notices) = (Decoder::new(), VecDeque::new());
        Self { stream, decoder, act_as: None, welcome: None, notices, last_id: 0 }
    }

    pub(super) async fn connect(socket: &Path, act_as: Option<&str>) -> Self {
        let mut client = Self::raw(socket).await;
        client.act_as = act_as.map(|text| text.parse().unwrap());
        client.hello().await;
        match client.line().await {
            Some(ServerLine::Welcome(welcome)) => client.welcome = Some(welcome),
            other => panic!("no welcome but {other:?}"),
        }
        client
    }

    pub(super) async fn hello(&mut self) {
        self.send(&ClientLine::Hello(Hello { v: V, client: "test".into() })).await;
    }

    pub(super) async fn send(&mut self, line: &ClientLine) {
        self.write(&encode(line).unwrap()).await;
    }

    /// Writes bytes; that the daemon has gone is no failure here.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next line; `None` at the end.
    pub(super) async fn line(&mut self) -> Option<ServerLine> {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            if let Some(line) = self.decoder.next_line() {
                return Some(ServerLine::parse(&line.unwrap()).unwrap());
            }
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut bytes)).await;
            match read.expect("the daemon says something") {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.decoder.push(&bytes[..n]),
            }
        }
    }

    /// The line is a refusal that belongs to no request.
    pub(super) async fn rejected(&mut self) -> Refusal {
        match self.line().await {
            Some(ServerLine::Rejected(Rejected { refused, .. })) => refused,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// Asks with a command id where something changes.
    pub(super) async fn try_ask(&mut self, call: Call) -> Result<Reply, Refusal> {
        let cmd = call.changes().then(|| format!("{}-{}", std::process::id(), unique()));
        self.try_ask_as(cmd.as_deref(), call).await
    }

    pub(super) async fn try_ask_as(
        &mut self,
        cmd: Option<&str>,
        call: Call,
    ) -> Result<Reply, Refusal> {
        let id = self.request(cmd, call).await;
        loop {
            match self.line().await {
                Some(ServerLine::Answer(Answer { id: got, outcome })) => {
                    assert_eq!(got, id, "answers come in order");
                    return match outcome {
                        Outcome::Ok(reply) => Ok(reply),
                        Outcome::Refused(refusal) => Err(refusal),
                    };
                }
                Some(other) => self.take(other).await,
                None => panic!("the daemon closed the connection"),
            }
        }
    }

    /// Sends a request and answers its id.
    pub(super) async fn request(&mut self, cmd: Option<&str>, call: Call) -> u64 {
        self.last_id += 1;
        let (id, act_as) = (self.last_id, self.act_as.clone());
        let cmd = cmd.map(Into::into);
        self.send(&ClientLine::Request(Request { id, cmd, act_as, call })).await;
        id
    }

    pub(super) async fn ask(&mut self, call: Call) -> Reply {
        let verb = call.verb();
        self.try_ask(call).await.unwrap_or_else(|refusal| panic!("{verb}: {refusal:?}"))
    }

    /// Asks for something that must be refused; answers the code.
    pub(super) async fn refused(&mut self, call: Call) -> String {
        let verb = call.verb();
        match self.try_ask(call).await {
            Err(refusal) => refusal.code,
            Ok(reply) => panic!("{verb} was done: {reply:?}"),
        }
    }

    /// Subscribes; answers where.
    pub(super) async fn watch(&mut self, from: Option<Cursor>) -> Cursor {
        match self.ask(Call::Watch { from }).await {
            Reply::Watching(subscription) => subscription.cursor,
            other => panic!("{other:?}"),
        }
    }

    /// The next line of notices.
    pub(super) async fn notices(&mut self) -> Option<NoticeLine> {
        loop {
            if let Some(line) = self.notices.pop_front() {
                return Some(line);
            }
            let line = self.line().await?;
            self.take(line).await;
        }
    }

    /// Waits for the first notice that is meant; those before it are passed over.
    pub(super) async fn until<T>(&mut self, meant: impl Fn(&Notice) -> Option<T>) -> T {
        loop {
            let line = self.notices().await.expect("the daemon goes on");
            if let Some(found) = line.notices.iter().find_map(&meant) {
                return found;
            }
        }
    }

    async fn take(&mut self, line: ServerLine) {
        match line {
            ServerLine::Notice(line) => self.notices.push_back(line),
            ServerLine::Ping(ping) => {
                self.send(&ClientLine::Pong(Pong { pong: ping.ping })).await;
            }
            other => panic!("unexpected: {other:?}"),
        }
    }
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

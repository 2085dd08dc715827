//! An agent's client on the local socket: it asks, and follows the notices.

use anyhow::{Context, Result, bail};
use desk_wire::{
    ActAs, Call, ClientLine, Decoder, Hello, Notice, Outcome, Pong, Refusal, Reply, Request,
    ServerLine, V, encode,
};
use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// The longest wait for anything: the play's own timers are far shorter.
const WAIT: Duration = Duration::from_secs(20);

/// A connection that acts as an agent and watches.
pub(super) struct Agent {
    stream: UnixStream,
    decoder: Decoder,
    notices: VecDeque<Notice>,
    act_as: ActAs,
    next_id: u64,
}

impl Agent {
    pub(super) async fn connect(socket: &Path, name: &str) -> Result<Self> {
        let stream = UnixStream::connect(socket).await.context("the local socket")?;
        let mut agent = Self {
            stream,
            decoder: Decoder::new(),
            notices: VecDeque::new(),
            act_as: ActAs::Agent(name.into()),
            next_id: 0,
        };
        let client = concat!("deskd demo ", env!("CARGO_PKG_VERSION")).to_owned();
        agent.send(&ClientLine::Hello(Hello { v: V, client })).await?;
        match agent.line().await? {
            ServerLine::Welcome(_) => Ok(agent),
            other => bail!("no welcome but {other:?}"),
        }
    }

    /// Asks for something that must be done.
    pub(super) async fn ask(&mut self, call: Call) -> Result<Reply> {
        let verb = call.verb();
        self.try_ask(call).await?.map_err(|refusal| {
            anyhow::anyhow!("{verb} was refused: {} ({})", refusal.message, refusal.code)
        })
    }

    /// Asks for something that may be refused.
    pub(super) async fn try_ask(&mut self, call: Call) -> Result<Result<Reply, Refusal>> {
        self.next_id += 1;
        let id = self.next_id;
        let cmd = call.changes().then(|| uuid::Uuid::from_bytes(random()).to_string());
        let request = Request { id, cmd, act_as: Some(self.act_as.clone()), call };
        self.send(&ClientLine::Request(request)).await?;
        loop {
            match self.line().await? {
                ServerLine::Answer(answer) if answer.id == id => {
                    return Ok(match answer.outcome {
                        Outcome::Ok(reply) => Ok(reply),
                        Outcome::Refused(refusal) => Err(refusal),
                    });
                }
                other => self.take(other).await?,
            }
        }
    }

    /// Waits for the first notice that is meant; those before it are passed over.
    pub(super) async fn until<T>(
        &mut self,
        what: &str,
        mut meant: impl FnMut(&Notice) -> Option<T>,
    ) -> Result<T> {
        let found = async {
            loop {
                while let Some(notice) = self.notices.pop_front() {
                    if let Some(found) = meant(&notice) {
                        return Ok::<T, anyhow::Error>(found);
                    }
                }
                let line = self.line().await?;
                self.take(line).await?;
            }
        };
        let waited = tokio::time::timeout(WAIT, found).await;
        waited.with_context(|| format!("waited {} s for: {what}", WAIT.as_secs()))?
    }

    /// Forgets notices that came before now.
    pub(super) fn forget(&mut self) {
        self.notices.clear();
    }

    async fn take(&mut self, line: ServerLine) -> Result<()> {
        match line {
            ServerLine::Notice(line) => self.notices.extend(line.notices),
            ServerLine::Ping(ping) => {
                self.send(&ClientLine::Pong(Pong { pong: ping.ping })).await?;
            }
            ServerLine::Answer(_) => {}
            other => bail!("unexpected: {other:?}"),
        }
        Ok(())
    }

    async fn send(&mut self, line: &ClientLine) -> Result<()> {
        Ok(self.stream.write_all(&encode(line)?).await?)
    }

    async fn line(&mut self) -> Result<ServerLine> {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            if let Some(line) = self.decoder.next_line() {
                return Ok(ServerLine::parse(&line?)?);
            }
            let read = tokio::time::timeout(WAIT, self.stream.read(&mut bytes)).await;
            let n = read.context("the daemon says nothing")??;
            if n == 0 {
                bail!("the daemon closed the connection");
            }
            self.decoder.push(&bytes[..n]);
        }
    }
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

//! The world of an end-to-end test: a sandbox, the real daemon as a process of its own, deskctl, a
//! customer's HTTP client, and a client on the socket that waits for notices.

use desk_sandbox::{Options, Running, Sandbox};
use desk_wire::{
    ActAs, Call, ClientLine, Decoder, Hello, Notice, Outcome, Pong, Request, ServerLine, V, encode,
};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The longest wait for anything; nothing that is waited for takes a tenth of it.
const WAIT: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) sandbox: Running,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) daemon: Option<Daemon>,
}

pub(crate) struct Daemon {
    child: Child,
    pub(crate) http: String,
    lines: Receiver<String>,
}

/// An HTTP client; whoever builds one needs a provider of cryptography, even for plain HTTP.
pub(crate) fn client() -> reqwest::Client {
    // Another test may have set it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A queue that suits most tests.
pub(crate) const SUPPORT: &str = r#"name = "Support"
accept_secs = 60
[wrapup]
mode = "timed"
secs = 300
code_missing = "stay"
[dispositions]
mandatory = true
codes = [{ id = "solved", label = "Solved" }, { id = "escalated", label = "Escalated" }]
"#;

impl World {
    /// Everything but the daemon.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let data = folder.path().join("sandbox");
        let listen = ([127, 0, 0, 1], 0).into();
        let options = Options { listen, ..Options::new(data) };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let world = Self { folder, sandbox, runtime, daemon: None };
        world.write_config();
        world
    }

    /// Everything, with a daemon that is ready.
    pub(crate) fn running() -> Self {
        let mut world = Self::new();
        world.start();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn write_config(&self) {
        self.write("password", "admin");
        let password = self.path("password");
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
        let folder = self.folder.path().display();
        let url = self.sandbox.url();
        self.write(
            "deskd.toml",
            &format!(
                "[ipc]\nsocket = \"{folder}/deskd.sock\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
                 [journal]\ndir = \"{folder}/journal\"\n[servicenow]\nurl = \"{url}\"\n\
                 username = \"admin\"\npassword_file = \"{folder}/password\"\nwindow_secs = 1\n\
                 [scripts]\ndir = \"{folder}/scripts\"\n"
            ),
        );
        self.write("queues.d/support.toml", SUPPORT);
        let agent =
            |name: &str| format!("name = \"{name}\"\ncapacity = 1\n[queues]\nsupport = 50\n");
        self.write("agents.d/ann.toml", &agent("Ann"));
        self.write("agents.d/ben.toml", &agent("Ben"));
        for (name, text) in desk_hooks::ScriptSet::shipped().files() {
            self.write(&format!("scripts/{name}"), text);
        }
    }

    pub(crate) fn start(&mut self) {
        self.start_under(&[]);
    }

    /// Starts the daemon as an argument of `wrapper`, a command and its arguments.
    pub(crate) fn start_under(&mut self, wrapper: &[&str]) {
        self.daemon = Some(Daemon::start(wrapper, &self.path("deskd.toml")));
    }

    /// Runs deskd, to its end.
    pub(crate) fn deskd(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
            .args(args)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Kills the daemon by -9 and starts it again.
    pub(crate) fn kill_and_start(&mut self) {
        self.kill();
        self.start();
    }

    pub(crate) fn kill(&mut self) {
        let mut daemon = self.daemon.take().unwrap();
        daemon.child.kill().unwrap();
        daemon.child.wait().unwrap();
    }

    /// Runs deskctl as somebody; what it printed as JSON, and its exit code.
    pub(crate) fn ctl(&self, who: &str, args: &[&str]) -> (Value, i32) {
        let output = self.ctl_raw(who, &[&["--json"], args].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let value = text.lines().next().map_or(Value::Null, |line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        (value, output.status.code().unwrap_or(-1))
    }

    pub(crate) fn ctl_raw(&self, who: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_deskctl-under-test"))
            .args(["--socket", self.path("deskd.sock").to_str().unwrap(), "--as", who])
            .args(args)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs deskctl and expects that it was done.
    pub(crate) fn ok(&self, who: &str, args: &[&str]) -> Value {
        let (value, code) = self.ctl(who, args);
        assert_eq!(code, 0, "{args:?}: {value}");
        value
    }

    /// Runs deskctl and expects this refusal.
    pub(crate) fn refused(&self, who: &str, args: &[&str], code: &str) {
        let (value, exit) = self.ctl(who, args);
        assert_eq!(exit, 1, "{args:?}: {value}");
        assert_eq!(value["refused"]["code"], code, "{args:?}: {value}");
    }

    pub(crate) fn status(&self, agent: &str) -> String {
        let view = self.ok(&format!("agent:{agent}"), &["status", "show"]);
        view["agent"]["status"].as_str().unwrap_or_else(|| panic!("{view}")).to_owned()
    }

    /// An HTTP request to the daemon: the status and the body.
    pub(crate) fn http(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Value,
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.daemon.as_ref().unwrap().http);
        self.runtime.block_on(async {
            let method = method.parse::<reqwest::Method>().unwrap();
            let mut request = client().request(method, url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if !body.is_null() {
                request = request.json(&body);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        })
    }

    /// Opens a chat: its id and its token.
    pub(crate) fn open(&self, name: &str, email: &str) -> (String, String) {
        self.open_with(&json!({ "queue": "support", "name": name, "email": email }))
    }

    /// The same with a body of one's own.
    pub(crate) fn open_with(&self, body: &Value) -> (String, String) {
        let body = body.clone();
        let (status, body) = self.http("POST", "/v1/chats", None, body);
        assert_eq!(status, 201, "{body}");
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (text("chat"), text("token"))
    }

    /// Opens a chat of a customer's own, later: its id.
    pub(crate) fn opening(
        &self,
        client: &reqwest::Client,
        n: usize,
    ) -> impl Future<Output = String> + Send + use<> {
        let url = format!("{}/v1/chats", self.daemon.as_ref().unwrap().http);
        let email = format!("customer{n}@nowhere.example");
        let body = json!({ "queue": "support", "name": "Nobody", "email": email });
        let request = client.post(url).json(&body);
        async move {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 201);
            let body: Value = answer.json().await.unwrap();
            body["chat"].as_str().unwrap().to_owned()
        }
    }

    /// A message that may find no daemon any more: whether it was acknowledged.
    pub(crate) fn customer_tries(&self, chat: &(String, String), id: &str, text: &str) -> bool {
        let url = format!("{}/v1/chats/{}/messages", self.daemon.as_ref().unwrap().http, chat.0);
        let body = json!({ "id": id, "text": text });
        let request = client().post(url).bearer_auth(&chat.1).json(&body);
        let answer = self.runtime.block_on(request.send());
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub(crate) fn customer_says(&self, (chat, token): &(String, String), id: &str, text: &str) {
        let path = format!("/v1/chats/{chat}/messages");
        let body = json!({ "id": id, "text": text });
        let (status, body) = self.http("POST", &path, Some(token), body);
        assert!((200..300).contains(&status), "{status}: {body}");
    }

    /// The customer's event stream.
    pub(crate) fn follow<'a>(&'a self, (chat, token): &(String, String)) -> Customer<'a> {
        let url = format!("{}/v1/chats/{chat}/events", self.daemon.as_ref().unwrap().http);
        let sent = client().get(url).bearer_auth(token).send();
        let response = self.runtime.block_on(sent).unwrap();
        assert_eq!(response.status(), 200);
        Customer::of(&self.runtime, response)
    }

    /// What the sandbox holds: the rows of a query.
    pub(crate) fn rows(&self, table: &str, query: &str) -> Vec<Value> {
        let url = format!("{}/api/now/table/{table}", self.sandbox.url());
        let request = client()
            .get(url)
            .query(&[("sysparm_query", query), ("sysparm_exclude_reference_link", "true")])
            .basic_auth("admin", Some("admin"));
        let body: Value =
            self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        body["result"].as_array().unwrap_or_else(|| panic!("{body}")).clone()
    }

    /// What the sandbox really committed, the oldest first.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let mut commits: Vec<Value> = Vec::new();
        loop {
            let since = commits.last().map_or(0, |commit| commit["seq"].as_u64().unwrap());
            let url = format!("{}/__sandbox/ledger?since={since}", self.sandbox.url());
            let body: Value = self
                .runtime
                .block_on(async { client().get(url).send().await.unwrap().json().await.unwrap() });
            match body["commits"].as_array().unwrap_or_else(|| panic!("{body}")) {
                none if none.is_empty() => return commits,
                some => commits.extend(some.iter().cloned()),
            }
        }
    }

    /// A request to the instance's API.
    pub(crate) fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/api/now/{path}", self.sandbox.url());
        let request = client().request(method.parse().unwrap(), url).json(&body);
        let request = request.basic_auth("admin", Some("admin"));
        let text =
            self.runtime.block_on(async { request.send().await.unwrap().text().await.unwrap() });
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Changes an incident as a person does: loads its page's form, types, saves.
    pub(crate) fn edit(&self, sys_id: &str, typed: &[(&str, &str)]) {
        let url = self.sandbox.url();
        let page = client().get(format!("{url}/incident.do?sys_id={sys_id}&edit=true"));
        let page: String =
            self.runtime.block_on(async { page.send().await.unwrap().text().await.unwrap() });
        let (_, token) = page.split_once("name=\"token\" value=\"").expect("a form");
        let token = token.split('"').next().unwrap();
        let sent = [("token", token), ("sys_id", sys_id), ("act", "save")];
        let sent: Vec<_> = sent.iter().chain(typed).collect();
        let save = client().post(format!("{url}/incident.do")).form(&sent);
        let saved = self.runtime.block_on(async { save.send().await.unwrap() });
        assert!(saved.status().is_success(), "{}", saved.status());
    }

    /// Adds keys to a section of the config.
    pub(crate) fn configure(&self, section: &str, keys: &str) {
        let text = fs::read_to_string(self.path("deskd.toml")).unwrap();
        let header = format!("[{section}]\n");
        let text = if text.contains(&header) {
            text.replace(&header, &format!("{header}{keys}"))
        } else {
            format!("{text}{header}{keys}")
        };
        self.write("deskd.toml", &text);
    }

    /// What the system says of the daemon's process.
    pub(crate) fn proc(&self, file: &str) -> String {
        let pid = self.daemon.as_ref().unwrap().child.id();
        fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap()
    }

    /// The most memory that the daemon has held since its start, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// A client on the socket, for waiting.
    pub(crate) fn watch(&self, who: &str) -> Watcher {
        Watcher::connect(&self.path("deskd.sock"), who)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.child.kill();
            let _ = daemon.child.wait();
        }
    }
}

impl Daemon {
    fn start(wrapper: &[&str], config: &Path) -> Self {
        let mut daemon = Self::spawn(wrapper, config);
        daemon.until_ready();
        daemon
    }

    /// Starts it, and goes on before it is ready.
    pub(crate) fn spawn(wrapper: &[&str], config: &Path) -> Self {
        let all = [wrapper, &[env!("CARGO_BIN_EXE_deskd-under-test")]].concat();
        let mut child = Command::new(all[0])
            .args(&all[1..])
            .args(["run", "--config", config.to_str().unwrap()])
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // The test may have heard enough.
                let _ = sender.send(line);
            }
        });
        Self { child, http: String::new(), lines }
    }

    pub(crate) fn until_ready(&mut self) {
        let ready = self.until_logged("deskd is ready");
        let address = ready.split("http=").nth(1).and_then(|rest| rest.split_whitespace().next());
        self.http = format!("http://{}", address.expect("the ready line names the address"));
    }

    /// Waits for a line of the log.
    pub(crate) fn until_logged(&self, text: &str) -> String {
        let mut said = String::new();
        loop {
            match self.lines.recv_timeout(WAIT) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => said = said + line.as_str() + "\n",
                Err(error) => panic!("no '{text}' in the log ({error}):\n{said}"),
            }
        }
    }

    /// Asks the daemon to end; all that it logged and nobody has read yet.
    pub(crate) fn said_until_its_end(mut self) -> Vec<String> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.lines.iter().collect()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for its exit code.
    pub(crate) fn exited(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Asks the daemon to end, and waits for its exit code.
    pub(crate) fn terminate(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

/// A customer's event stream.
pub(crate) struct Customer<'a> {
    runtime: &'a tokio::runtime::Runtime,
    response: reqwest::Response,
    text: String,
}

impl<'a> Customer<'a> {
    /// Whoever has this stream.
    pub(crate) fn of(runtime: &'a tokio::runtime::Runtime, response: reqwest::Response) -> Self {
        Self { runtime, response, text: String::new() }
    }

    /// The next event: its name and what it says; none once the stream has ended.
    fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| {
                    let found = block.lines().find_map(|line| line.strip_prefix(name));
                    found.map(|value| value.trim().to_owned())
                };
                let event = line("event:").zip(line("data:"));
                self.text = rest.to_owned();
                let Some((name, data)) = event else { continue };
                return Some((name, serde_json::from_str(&data).unwrap()));
            }
            let chunk = async { tokio::time::timeout(WAIT, self.response.chunk()).await };
            let chunk = self.runtime.block_on(chunk).expect("something comes in time").unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Waits for an event of this name of which this holds; those before it are passed over.
    pub(crate) fn until(&mut self, wanted: &str, meant: impl Fn(&Value) -> bool) -> Value {
        let mut heard = Vec::new();
        while let Some((name, data)) = self.next() {
            if name == wanted && meant(&data) {
                return data;
            }
            heard.push((name, data));
        }
        panic!("the stream ended without such a {wanted}: {heard:?}");
    }

    /// Waits until this is said to the customer.
    pub(crate) fn until_said(&mut self, text: &str) -> Value {
        self.until("message", |said| said["text"].as_str().is_some_and(|t| t.contains(text)))
    }

    /// Waits for the end: how it was.
    pub(crate) fn until_end(&mut self) -> String {
        self.until("end", |_| true)["how"].as_str().unwrap().to_owned()
    }
}

/// A connection that watches.
pub(crate) struct Watcher {
    stream: UnixStream,
    decoder: Decoder,
    notices: VecDeque<Notice>,
    asked: u64,
    who: ActAs,
}

impl Watcher {
    fn connect(socket: &Path, who: &str) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        let act_as: ActAs = who.parse().unwrap();
        let (decoder, notices) = (Decoder::new(), VecDeque::new());
        let mut watcher = Self { stream, decoder, notices, asked: 1, who: act_as.clone() };
        watcher.send(&ClientLine::Hello(Hello { v: V, client: "e2e 1".into() }));
        assert!(matches!(watcher.line(), ServerLine::Welcome(_)));
        let call = Call::Watch { from: None };
        let request = Request { id: 1, cmd: None, act_as: Some(act_as), call };
        watcher.send(&ClientLine::Request(request));
        match watcher.line() {
            ServerLine::Answer(answer) => assert!(matches!(answer.outcome, Outcome::Ok(_))),
            other => panic!("{other:?}"),
        }
        watcher
    }

    /// Waits for a notice; those before it are passed over.
    pub(crate) fn until<T>(
        &mut self,
        what: &str,
        mut meant: impl FnMut(&Notice) -> Option<T>,
    ) -> T {
        loop {
            while let Some(notice) = self.notices.pop_front() {
                if let Some(found) = meant(&notice) {
                    return found;
                }
            }
            match self.line() {
                ServerLine::Notice(line) => self.notices.extend(line.notices),
                ServerLine::Ping(ping) => self.send(&ClientLine::Pong(Pong { pong: ping.ping })),
                other => panic!("waiting for {what}: {other:?}"),
            }
        }
    }

    /// Waits for an offer of this chat.
    pub(crate) fn until_offered(&mut self, chat: &str) {
        self.until("an offer", |notice| match notice {
            Notice::OfferMade { offer, .. } if offer.chat == chat => Some(()),
            _ => None,
        });
    }

    /// Waits for a status of this agent.
    pub(crate) fn until_status(&mut self, name: &str, wanted: &str) {
        self.until(wanted, |notice| match notice {
            Notice::StatusChanged { agent, status, .. }
                if agent == name && status.as_str() == wanted =>
            {
                Some(())
            }
            _ => None,
        });
    }

    /// Asks something; its answer is waited for, and its refusal is nobody's concern.
    pub(crate) fn ask(&mut self, call: Call) {
        let who = self.who.to_string();
        self.ask_as(&who, call);
    }

    /// The same as somebody else.
    pub(crate) fn ask_as(&mut self, who: &str, call: Call) {
        self.asked += 1;
        let (id, act_as) = (self.asked, Some(who.parse().unwrap()));
        // Another connection may act as the same one, and no two commands of theirs are the same.
        static COMMANDS: AtomicU64 = AtomicU64::new(0);
        let n = COMMANDS.fetch_add(1, Ordering::Relaxed);
        let cmd = call.changes().then(|| format!("ask-{n}"));
        self.send(&ClientLine::Request(Request { id, cmd, act_as, call }));
        loop {
            match self.line() {
                ServerLine::Answer(answer) if answer.id == id => return,
                ServerLine::Notice(line) => self.notices.extend(line.notices),
                ServerLine::Ping(ping) => self.send(&ClientLine::Pong(Pong { pong: ping.ping })),
                other => panic!("waiting for an answer: {other:?}"),
            }
        }
    }

    fn send(&mut self, line: &ClientLine) {
        self.stream.write_all(&encode(line).unwrap()).unwrap();
    }

    fn line(&mut self) -> ServerLine {
        let mut bytes = [0; 16 * 1024];
        loop {
            if let Some(line) = self.decoder.next_line() {
                return ServerLine::parse(&line.unwrap()).unwrap();
            }
            let n = self.stream.read(&mut bytes).expect("the daemon says something in time");
            assert!(n > 0, "the daemon closed the connection");
            self.decoder.push(&bytes[..n]);
        }
    }
}

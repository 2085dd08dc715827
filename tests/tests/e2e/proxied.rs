//! Behind Debian's nginx and Caddy, with a path before its own and TLS, as `config/examples/proxy` has it: the
//! whole procedure, and bounds that know one customer from another. Left out, in one line, where a proxy is not
//! installed; with `DESK_INSIST` set it must run.

use crate::world::{Customer, World};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{LOCATION, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const ADMIN: &str = "role:admin";
/// Whom the certificate names.
const NAME: &str = "desk.test";
/// The longest wait for anything.
const WAIT: Duration = Duration::from_secs(60);

/// A proxy that stands before the desk.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Nginx,
    Caddy,
}

impl Kind {
    const fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    fn is_there(self) -> bool {
        let program = self.program();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
        if !there && std::env::var_os("DESK_INSIST").is_none() {
            eprintln!("tests behind {program} left out: there is none");
        }
        there || std::env::var_os("DESK_INSIST").is_some()
    }
}

/// A desk behind a proxy.
struct Proxied {
    world: World,
    proxy: Child,
    at: SocketAddr,
    certificate: String,
    /// Keeps the port, where the proxy opens its socket itself.
    _held: Option<TcpSocket>,
}

impl Drop for Proxied {
    fn drop(&mut self) {
        // By its own way to end, which takes its workers along.
        let _ = Command::new("kill").args(["-TERM", &self.proxy.id().to_string()]).status();
        let _ = self.proxy.wait();
    }
}

impl Proxied {
    fn start(kind: Kind) -> Self {
        let mut world = World::new();
        // Nobody can take the port in between: nginx is handed a socket that listens, Caddy opens its own
        // beside one that is bound alone.
        let held = TcpSocket::new_v4().unwrap();
        held.set_reuseport(true).unwrap();
        held.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let at = held.local_addr().unwrap();
        world.configure(
            "http",
            &format!(
                "public_url = \"https://{NAME}:{}/help\"\ntrusted_proxies = [\"127.0.0.1\"]\n\
                 opens_per_min = 1\nopens_burst = 2\n",
                at.port()
            ),
        );
        world.start();
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        world.write("proxy/desk.pem", &made.cert.pem());
        world.write("proxy/desk.key", &made.signing_key.serialize_pem());
        let folder = world.path("proxy");
        let (proxy, held) = match kind {
            Kind::Nginx => {
                let runtime = world.runtime.enter();
                let listener = held.listen(1024).unwrap().into_std().unwrap();
                drop(runtime);
                write_nginx(&world, at);
                (start_nginx(&folder, &listener), None)
            }
            Kind::Caddy => {
                write_caddy(&world, at);
                (start_caddy(&folder), Some(held))
            }
        };
        Self { world, proxy, at, certificate: made.cert.pem(), _held: held }
    }

    /// A client at this address, who trusts the desk's certificate alone.
    fn client(&self, from: [u8; 4]) -> reqwest::Client {
        drop(crate::world::client());
        let trusted = reqwest::Certificate::from_pem(self.certificate.as_bytes()).unwrap();
        let builder = reqwest::Client::builder().tls_certs_only([trusted]).resolve(NAME, self.at);
        let builder = builder.no_proxy().redirect(reqwest::redirect::Policy::none());
        builder.local_address(IpAddr::from(from)).timeout(WAIT).build().unwrap()
    }

    fn origin(&self) -> String {
        format!("https://{NAME}:{}", self.at.port())
    }

    fn url(&self, path: &str) -> String {
        format!("{}/help{path}", self.origin())
    }

    fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Response {
        self.world.runtime.block_on(async { request.send().await.unwrap() })
    }

    fn json(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = self.send(request);
        let status = answer.status().as_u16();
        (status, self.world.runtime.block_on(answer.json()).unwrap())
    }

    fn opens(&self, client: &reqwest::Client, url: &str, forged: Option<&str>) -> (u16, Value) {
        let body = json!({ "queue": "support", "name": "Jo", "email": "jo@nowhere.example" });
        let mut request = client.post(url).json(&body);
        if let Some(forged) = forged {
            request = request.header("x-forwarded-for", forged);
            request = request.header("forwarded", format!("for={forged}"));
        }
        self.json(request)
    }

    /// Ann's desk, signed in by a token of hers.
    fn desk(&self, client: &reqwest::Client) -> Desk<'_> {
        let token = self.world.ok(ADMIN, &["token", "create", "--agent", "ann"]);
        let token = json!({ "token": token["token"]["secret"] });
        let request = client.post(self.url("/v1/session")).header(ORIGIN, self.origin());
        let signed_in = self.send(request.json(&token));
        assert_eq!(signed_in.status(), 200);
        let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("Path=/help;") && cookie.contains("Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let request = client.post(self.url("/v1/session/socket")).header("cookie", cookie);
        let (status, ticket) = self.json(request.header(ORIGIN, self.origin()));
        assert_eq!(status, 200, "{ticket}");
        let path = format!("/v1/socket?ticket={}", ticket["ticket"].as_str().unwrap());
        let address = self.url(&path).replacen("https", "wss", 1);
        let mut desk = Desk { proxied: self, socket: self.connect(&address), asked: 0 };
        desk.say(&json!({ "v": 1, "client": "test" }));
        assert_eq!(desk.hear()["you"]["acting_as"], "agent:ann");
        desk.ask("watch", json!({}));
        desk
    }

    fn connect(&self, address: &str) -> Socket {
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert(ORIGIN, self.origin().parse().unwrap());
        self.world.runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(self.at).await.unwrap();
            let name = NAME.try_into().unwrap();
            let tls = TlsConnector::from(Arc::new(trusting(&self.certificate)));
            let stream = tls.connect(name, stream).await.unwrap();
            tokio_tungstenite::client_async(request, stream).await.unwrap().0
        })
    }
}

fn trusting(certificate: &str) -> rustls::ClientConfig {
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = rustls::RootCertStore::empty();
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes());
    roots.add(certificate.unwrap()).unwrap();
    rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

/// An example's lines, with what a test has instead of what they say.
fn example(name: &str, otherwise: &[(&str, String)]) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples/proxy");
    let mut lines = fs::read_to_string(examples.join(name)).unwrap();
    for (said, here) in otherwise {
        assert!(lines.contains(said), "{name} says {said}");
        lines = lines.replace(said, here);
    }
    lines
}

fn write_nginx(world: &World, at: SocketAddr) {
    let deskd = world.daemon.as_ref().unwrap().http.clone();
    let otherwise = [
        ("listen 443 ssl", format!("listen {at} ssl")),
        ("desk.example.com;", format!("{NAME};")),
        ("/etc/ssl/certs/desk.example.com.pem", "desk.pem".to_owned()),
        ("/etc/ssl/private/desk.example.com.key", "desk.key".to_owned()),
        ("http://127.0.0.1:8010", deskd),
    ];
    let lines = example("nginx.conf", &otherwise);
    // Its workers would else be another account's, which may not read here.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let own = "daemon off; worker_processes 1; pid nginx.pid; error_log stderr;\n\
               events {}\nhttp {\naccess_log off;\nclient_body_temp_path body;\n\
               proxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\n\
               scgi_temp_path scgi;\n";
    world.write("proxy/nginx.conf", &format!("{user}{own}{lines}}}\n"));
}

/// Starts it with a socket that listens already.
fn start_nginx(folder: &Path, listener: &TcpListener) -> Child {
    rustix::io::fcntl_setfd(listener, rustix::io::FdFlags::empty()).unwrap();
    Command::new("nginx")
        .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
        .arg(folder)
        .env("NGINX", format!("{};", listener.as_raw_fd()))
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

fn write_caddy(world: &World, at: SocketAddr) {
    let deskd = world.daemon.as_ref().unwrap().http.replace("http://", "");
    let site = format!("{NAME}:{} {{\n\tbind 127.0.0.1\n\ttls desk.pem desk.key", at.port());
    let otherwise = [("desk.example.com {", site), ("127.0.0.1:8010", deskd)];
    let lines = example("Caddyfile", &otherwise);
    // No door of its own, no port for http, and nothing kept but here.
    let own = "{\n\tadmin off\n\tauto_https disable_redirects\n\
               \tstorage file_system data\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n";
    world.write("proxy/Caddyfile", &format!("{own}{lines}"));
}

/// Starts it, until it says that it serves.
fn start_caddy(folder: &Path) -> Child {
    let mut child = Command::new("caddy")
        .args(["run", "--config", "Caddyfile", "--adapter", "caddyfile"])
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let serves = said.by_ref().any(|line| line.unwrap().contains("serving initial configuration"));
    assert!(serves, "caddy ended");
    std::thread::spawn(move || said.for_each(drop));
    child
}

type Socket = WebSocketStream<TlsStream<tokio::net::TcpStream>>;

/// A desk's connection.
struct Desk<'a> {
    proxied: &'a Proxied,
    socket: Socket,
    asked: u64,
}

impl Desk<'_> {
    fn say(&mut self, line: &Value) {
        let sent = self.socket.send(Message::text(line.to_string()));
        self.proxied.world.runtime.block_on(sent).unwrap();
    }

    fn hear(&mut self) -> Value {
        loop {
            let next = async { tokio::time::timeout(WAIT, self.socket.next()).await };
            let message = self.proxied.world.runtime.block_on(next).expect("a line comes in time");
            match message.expect("the connection stands").unwrap() {
                Message::Text(text) => {
                    let line: Value = serde_json::from_str(&text).unwrap();
                    match line["ping"].as_u64() {
                        Some(ping) => self.say(&json!({ "pong": ping })),
                        None => return line,
                    }
                }
                other => assert!(!other.is_close(), "the connection stands"),
            }
        }
    }

    fn ask(&mut self, verb: &str, with: Value) -> Value {
        self.asked += 1;
        let (id, cmd) = (self.asked, format!("p{}", self.asked));
        self.say(&json!({ "id": id, "cmd": cmd, "verb": verb, "with": with }));
        loop {
            let line = self.hear();
            if line["id"] == id {
                assert!(!line["ok"].is_null(), "{verb}: {line}");
                return line["ok"].clone();
            }
        }
    }

    /// Waits for a notice.
    fn until(&mut self, name: &str, chat: &str) -> Value {
        loop {
            let line = self.hear();
            let notices = line["notices"].as_array().into_iter().flatten();
            let meant = |notice: &&Value| {
                notice["notice"] == name && notice["with"].to_string().contains(chat)
            };
            if let Some(notice) = notices.clone().find(meant) {
                return notice["with"].clone();
            }
        }
    }
}

#[test]
fn the_whole_procedure_goes_through_nginx_with_a_prefix_and_tls() {
    if Kind::Nginx.is_there() {
        procedure(&Proxied::start(Kind::Nginx));
    }
}

#[test]
fn the_whole_procedure_goes_through_caddy_with_a_prefix_and_tls() {
    if Kind::Caddy.is_there() {
        procedure(&Proxied::start(Kind::Caddy));
    }
}

#[test]
fn customers_behind_nginx_are_counted_one_by_one_and_a_forged_header_is_ignored() {
    if Kind::Nginx.is_there() {
        counted(&Proxied::start(Kind::Nginx));
    }
}

#[test]
fn customers_behind_caddy_are_counted_one_by_one_and_a_forged_header_is_ignored() {
    if Kind::Caddy.is_there() {
        counted(&Proxied::start(Kind::Caddy));
    }
}

fn procedure(proxied: &Proxied) {
    let (ann, jo) = (proxied.client([127, 0, 0, 4]), proxied.client([127, 0, 0, 2]));
    let page = proxied.send(ann.get(proxied.url("/desk")));
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("wss://{NAME}:{}", proxied.at.port())), "{policy}");
    let root = proxied.send(ann.get(proxied.url("/")));
    assert_eq!(root.headers()[LOCATION], "/help/desk");
    let script = ann.get(proxied.url("/desk/desk.js")).header("accept-encoding", "gzip");
    assert_eq!(proxied.send(script).headers()["content-encoding"], "gzip");

    let mut desk = proxied.desk(&ann);
    desk.ask("login", json!({}));
    desk.ask("status_set", json!({ "to": "available" }));
    let body = json!({ "queue": "support", "name": "Jo", "email": "jo@nowhere.example" });
    let opened = proxied.send(jo.post(proxied.url("/v1/chats")).json(&body));
    let path = opened.headers()[LOCATION].to_str().unwrap().to_owned();
    let opened: Value = proxied.world.runtime.block_on(opened.json()).unwrap();
    let (chat, token) = (opened["chat"].as_str().unwrap(), opened["token"].as_str().unwrap());
    assert_eq!(path, format!("/help/v1/chats/{chat}"));
    let events = jo.get(format!("{}{path}/events", proxied.origin())).bearer_auth(token);
    let mut events = Customer::of(&proxied.world.runtime, proxied.send(events));
    desk.until("offer_made", chat);
    desk.ask("offer_accept", json!({}));
    // Through a proxy that gathers answers nothing would come before the stream's end.
    desk.ask("chat_say", json!({ "text": "How can I help?" }));
    events.until_said("How can I help?");
    let says = json!({ "id": "m1", "text": "It burns" });
    let request = jo.post(format!("{}{path}/messages", proxied.origin())).bearer_auth(token);
    assert!(proxied.send(request.json(&says)).status().is_success());
    desk.until("message", "It burns");
    desk.ask("wrapup_code", json!({ "codes": ["solved"] }));
    desk.ask("wrapup_done", json!({}));
    assert_eq!(events.until_end(), "agent");
    desk.until("incident_created", chat);
    assert_eq!(proxied.world.rows("incident", &format!("correlation_id={chat}")).len(), 1);
}

fn counted(proxied: &Proxied) {
    let url = proxied.url("/v1/chats");
    let (jo, lee) = (proxied.client([127, 0, 0, 2]), proxied.client([127, 0, 0, 3]));
    for _ in 0..2 {
        assert_eq!(proxied.opens(&jo, &url, None).0, 201);
    }
    let (status, refused) = proxied.opens(&jo, &url, None);
    assert_eq!((status, &refused["code"]), (429, &json!("too_fast")));
    assert_eq!(proxied.opens(&jo, &url, Some("203.0.113.9")).0, 429, "what nobody trusted says");
    assert_eq!(proxied.opens(&lee, &url, None).0, 201, "another customer");
    // Past the proxy, as somebody on this machine who is not it.
    let direct = format!("{}/v1/chats", proxied.world.daemon.as_ref().unwrap().http);
    let past = reqwest::Client::builder().no_proxy().local_address(IpAddr::from([127, 0, 0, 9]));
    let past = past.build().unwrap();
    for (forged, wanted) in [("203.0.113.1", 201), ("203.0.113.2", 201), ("203.0.113.3", 429)] {
        assert_eq!(proxied.opens(&past, &direct, Some(forged)).0, wanted);
    }
}

//! The doors: the local socket, who may act over it, and HTTP.

use super::{Found, did_you_mean};
use crate::config::metrics::MetricsRead;
use crate::config::settings::IpcUser;
use crate::config::source::Place;
use crate::config::users::uid_of;
use desk_wire::Role;
use std::os::unix::ffi::OsStrExt;

/// Most bytes of a socket's path: what `sockaddr_un` holds, less the closing zero.
const SOCKET_PATH_BYTES_MAX: usize = 107;

pub(super) fn check(found: &mut Found<'_>) {
    let main = found.main();
    let settings = found.all.settings;
    let length = settings.socket.as_os_str().as_bytes().len();
    if length > SOCKET_PATH_BYTES_MAX {
        found.error(
            &main.key("ipc.socket"),
            format!("the socket's path is {length} bytes long: {}", settings.socket.display()),
            format!("set ipc.socket to a path of at most {SOCKET_PATH_BYTES_MAX} bytes"),
        );
    }
    if settings.ipc.mode.0 & 0o600 != 0o600 {
        let help = "write a mode such as \"0660\" (group) or \"0600\" (owner alone)";
        found.error(&main.key("ipc.mode"), "the socket's owner could not use it", help);
    }
    for (n, entry) in settings.ipc.user.iter().enumerate() {
        user(found, &main.at("ipc").at("user").at(n), entry);
    }
    let (listen, tls) = (settings.http.listen, &settings.http.tls);
    if tls.certificate.is_some() != tls.key.is_some() {
        let help = "set both certificate and key, or neither";
        found.error(&main.key("http.tls"), "a certificate serves only with its key", help);
    } else if !tls.on() && !listen.ip().is_loopback() {
        found.warning(
            &main.key("http.listen"),
            format!("customers' chats are open to the network, unencrypted, at {listen}"),
            "set http.tls, or listen on 127.0.0.1 and put a proxy with TLS before it",
        );
    }
    if let Some(url) = &settings.http.public_url {
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !["http", "https"].contains(&url.scheme()) || !plain {
            let help = "write an address such as \"https://desk.example.com/chat\"";
            found.error(&main.key("http.public_url"), "no browser can go to this address", help);
        }
        // Nobody else can reach it there.
        if listen.ip().is_loopback() && settings.http.trusted_proxies.is_empty() {
            let message = "no proxy is trusted, so all who come by it count as one address";
            let help = "set http.trusted_proxies = [\"127.0.0.1\"], or wherever it connects from";
            found.warning(&main.key("http.public_url"), message, help);
        }
    }
    let reached = !listen.ip().is_loopback() || settings.http.public_url.is_some();
    if reached && settings.metrics.read == MetricsRead::Open {
        let message = "whoever reaches the HTTP door reads how the desk is doing";
        let help = "set metrics.read = \"token\", or keep /metrics from others at the proxy";
        found.warning(&main.key("metrics.read"), message, help);
    }
    for (n, text) in settings.http.widget_origins.iter().enumerate() {
        if !is_origin(text) {
            let at = main.at("http").at("widget_origins").at(n);
            found.error(&at, "this is no site", "write it such as \"https://shop.example.com\"");
        }
    }
    let filter = tracing_subscriber::EnvFilter::builder().parse(&settings.log.level);
    if let Err(error) = filter {
        let help = "write error, warn, info, debug or trace, or several target=level";
        found.error(&main.key("log.level"), format!("log.level: {error}"), help);
    }
}

/// Whether this is a site's address as browsers write it.
pub(super) fn is_origin(text: &str) -> bool {
    let origin = text.parse::<url::Url>().ok().map(|url| url.origin());
    origin.is_some_and(|origin| origin.ascii_serialization() == *text)
}

fn user(found: &mut Found<'_>, place: &Place, entry: &IpcUser) {
    match (entry.uid, &entry.user) {
        (None, None) => {
            found.error(place, "this user is nobody", "add uid = 1000 or user = \"name\"");
        }
        (Some(_), Some(_)) => {
            let help = "take one of the two out";
            found.error(&place.at("uid"), "this user has a uid and a name", help);
        }
        (None, Some(name)) if uid_of(name).is_none() => {
            let message = format!("this machine has no account \"{name}\", so this gives nothing");
            found.warning(&place.at("user"), message, "correct the name, or add the account");
        }
        _ => {}
    }
    let users = &found.all.file.ipc.user;
    let uid = |entry: &IpcUser| entry.uid.or_else(|| uid_of(entry.user.as_deref()?));
    if uid(entry).is_some() && users.iter().filter(|other| uid(other) == uid(entry)).count() > 1 {
        let help = "put what it may do into one [[ipc.user]]";
        found.error(place, "this account is listed more than once", help);
    }
    let file = found.all.file;
    for (n, agent) in entry.agents.iter().enumerate() {
        if agent != "*" && !file.agent.iter().any(|known| known.id == *agent) {
            let help = did_you_mean(agent, file.agent.iter().map(|agent| agent.id.as_str()));
            found.error(&place.at("agents").at(n), format!("there is no agent \"{agent}\""), help);
        }
    }
    for (n, queue) in entry.queues.iter().enumerate() {
        if !file.queue.iter().any(|known| known.id == *queue) {
            let help = did_you_mean(queue, file.queue.iter().map(|queue| queue.id.as_str()));
            found.error(&place.at("queues").at(n), format!("there is no queue \"{queue}\""), help);
        }
    }
    let has = |role| entry.roles.contains(&role);
    if has(Role::Supervisor) && entry.queues.is_empty() {
        let message = "this supervisor has no queues, so the role gives nothing";
        found.warning(&place.at("roles"), message, "add queues = [\"…\"]");
    }
    if has(Role::Agent) == entry.agents.is_empty() {
        let message = "the role agent and a list of agents go together";
        let help = "give both roles = [\"agent\"] and agents = [\"…\"], or neither";
        found.error(&place.at("roles"), message, help);
    }
}

//! What rules deliver: it comes to its receiver at least once, each time under the same id, whatever
//! the receiver answers and however often the daemon dies; and a secret in it is nowhere else.

use crate::procedure::{available, talk, until_complete};
use crate::receiver::{self, Receiver};
use crate::world::{SUPPORT, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const ADMIN: &str = "role:admin";
pub(crate) const CANARY: &str = "kept-for-the-receiver-alone";
const ON_CHAT: &str = r#"fn on_chat(ctx) {
    let token = secret("token");
    why("a chat", #{ token: ctx.chat.id });
    deliver("desk", #{ chat: ctx.chat.id, name: ctx.chat.customer.name, token: token },
        #{ authorization: "Bearer " + token });
}"#;
const ON_EVENT: &str = r#"fn on_event(ctx) {
    if ctx.event == "chat_ended" {
        deliver("desk", #{ ended: ctx.chat.id, how: ctx.fields.how, seq: ctx.seq });
    }
}"#;

/// A daemon whose rules deliver to this receiver.
fn running(receiver: &Receiver, rules: &[(&str, &str)]) -> World {
    let mut world = configured(&receiver.url(), rules);
    world.start();
    world
}

pub(crate) fn configured(url: &str, rules: &[(&str, &str)]) -> World {
    let world = World::new();
    fs::remove_dir_all(world.path("scripts")).unwrap();
    fs::create_dir_all(world.path("scripts")).unwrap();
    for (name, text) in rules {
        world.write(&format!("scripts/{name}.rhai"), text);
    }
    world.write("token", CANARY);
    fs::set_permissions(world.path("token"), fs::Permissions::from_mode(0o600)).unwrap();
    world.configure("times", "step_retry_min_secs = 1\nstep_retry_max_secs = 1\n");
    let sink = format!("id = \"desk\"\nurl = \"{url}\"\ntimeout_secs = 2\n");
    world.configure("[sink]", &format!("{sink}[sink.secrets.token]\nfile = \"token\"\n"));
    world
}

fn outbox(world: &World) -> Vec<Value> {
    let list = world.ok(ADMIN, &["outbox", "list", "--sink", "desk"]);
    list["outbox"].as_array().unwrap_or_else(|| panic!("{list}")).clone()
}

/// Waits until the deliveries in the outbox are so.
fn until(world: &World, what: &str, so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..2_000 {
        let items = outbox(world);
        if so(&items) {
            return items;
        }
    }
    panic!("never {what}: {:?}", outbox(world));
}

fn until_parked(world: &World) -> Vec<Value> {
    until(world, "parked", |items| {
        !items.is_empty() && items.iter().all(|i| i["phase"] == "parked")
    })
}

fn until_done(world: &World) {
    until(world, "done", <[Value]>::is_empty);
}

/// Whether a file of a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        match fs::read(&path) {
            _ if path.is_dir() => holds(&path, text),
            Ok(bytes) => bytes.windows(text.len()).any(|part| part == text.as_bytes()),
            Err(_) => false,
        }
    })
}

#[test]
fn a_delivery_comes_again_under_its_id_and_its_secret_is_nowhere_else() {
    let receiver = Receiver::start();
    receiver.status("503 Service Unavailable");
    let world = running(&receiver, &[("on_chat", ON_CHAT)]);
    let (chat, _) = world.open("Ada Lovelace", "ada@example.com");
    let (first, again) = (receiver.next(), receiver.next());
    assert_eq!((first.id(), &first.body), (again.id(), &again.body));
    assert_eq!((first.path.as_str(), first.json()["chat"].as_str()), ("/hook", Some(&*chat)));
    assert_eq!(first.headers["authorization"], format!("Bearer {CANARY}"));
    assert_eq!(first.headers["content-type"], "application/json");
    assert!(!first.headers.contains_key("cookie"));
    assert_eq!(first.json()["token"], CANARY);
    until_done(&world);
    let told = world.ok(ADMIN, &["explain", &chat]).to_string();
    let done = format!("delivery {} is done", first.id());
    assert!(told.contains(&done) && told.contains("to desk is wanted by on_chat"), "{told}");
    assert!(!told.contains(CANARY), "{told}");
    for (who, args) in [
        (ADMIN, &["chat", "show", &chat][..]),
        (ADMIN, &["script", "status"]),
        (ADMIN, &["config", "show"]),
        (ADMIN, &["outbox", "list"]),
    ] {
        assert!(!world.ctl(who, args).0.to_string().contains(CANARY), "{args:?}");
    }
    let mut world = world;
    let said = world.daemon.take().unwrap().said_until_its_end().join("\n");
    assert!(said.contains("a delivery is done") && !said.contains(CANARY), "{said}");
    assert!(!holds(&world.path("journal"), CANARY));
}

#[test]
fn a_security_disposition_is_told_to_security_once() {
    let receiver = Receiver::start();
    let mut world = World::new();
    world.configure("[sink]", &format!("id = \"desk\"\nurl = \"{}\"\n", receiver.url()));
    let queue = SUPPORT.replace("{ id = \"solved\"", "{ id = \"security\" }, { id = \"solved\"");
    world.write("queues.d/support.toml", &format!("{queue}[fields]\nsecurity_sink = \"desk\"\n"));
    world.start();
    let mut watcher = world.watch("agent:ann");
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Jo", "jo@example.com"));
    world.ok("agent:ann", &["chat", "end"]);
    world.ok("agent:ann", &["wrapup", "code", "security"]);
    world.ok("agent:ann", &["wrapup", "note", "A stranger asks for passwords"]);
    world.ok("agent:ann", &["wrapup", "done"]);
    let told = receiver.next().json();
    assert_eq!([&told["chat"], &told["agent"]], [&*chat.0, "ann"]);
    assert_eq!(told["note"], "A stranger asks for passwords");
    until_complete(&world, &mut watcher, &chat.0);
    until_done(&world);
    assert!(receiver.rest().is_empty());
}

#[test]
fn what_its_receiver_refuses_waits_for_an_admin() {
    let receiver = Receiver::start();
    let world = running(&receiver, &[("on_chat", ON_CHAT)]);
    receiver.status("400 Bad Request");
    let (chat, _) = world.open("Jo", "jo@example.com");
    let refused = receiver.next();
    let parked = until_parked(&world);
    assert_eq!(parked[0]["step"], refused.id());
    assert_eq!(parked[0]["kind"], "on_chat");
    assert!(parked[0]["reason"].as_str().unwrap().contains("400"), "{parked:?}");
    let all = world.ok(ADMIN, &["outbox", "list", "--chat", &chat]);
    assert_eq!(all["outbox"][0]["sink"], "desk", "{all}");
    world.refused("agent:ann", &["outbox", "show", refused.id()], "not_allowed");
    world.refused(ADMIN, &["outbox", "list", "--sink", "disk"], "unknown_sink");
    world.ok(ADMIN, &["outbox", "retry", refused.id()]);
    assert_eq!(receiver.next().id(), refused.id());
    until_done(&world);
    world.refused(ADMIN, &["outbox", "show", refused.id()], "unknown_delivery");

    let again = world.ok(ADMIN, &["outbox", "replay", "--sink", "desk", "--chat", &chat]);
    assert_eq!(again["replay"]["steps"][0]["outcome"], "sent_again", "{again}");
    assert_eq!(receiver.next().id(), refused.id());
    until_done(&world);

    receiver.status("410 Gone");
    world.open("Al", "al@example.com");
    let dropped = receiver.next();
    until_parked(&world);
    world.ok(ADMIN, &["outbox", "drop", dropped.id(), "--yes"]);
    until_done(&world);
    let since = world.ok(ADMIN, &["outbox", "replay", "--sink", "desk", "--since", "1h"]);
    let steps = since["replay"]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 1, "what was given up is not sent: {since}");
}

#[test]
fn what_waits_is_parked_or_was_lost_is_seen_in_the_status_and_in_the_figures() {
    let receiver = Receiver::start();
    receiver.status("400 Bad Request");
    let mut world = configured(&receiver.url(), &[("on_chat", ON_CHAT), ("on_event", ON_EVENT)]);
    world.configure("limits", "deliveries = 1\n");
    world.configure("metrics", "read = \"open\"\nevery_secs = 0\n");
    world.start();
    let status = || world.ok(ADMIN, &["daemon", "status"])["daemon"].clone();
    let counts = |(pending, parked, lost)| {
        let counts = json!({ "pending": pending, "sending": 0, "parked": parked });
        json!([{ "sink": "desk", "counts": counts, "lost": lost }])
    };
    assert_eq!(status()["sinks"], counts((0, 0, 0)));
    world.open("Jo", "jo@example.com");
    receiver.next();
    until_parked(&world);
    world.open("Al", "al@example.com");
    assert_eq!(status()["sinks"], counts((0, 1, 1)));
    // What follows the journal is asked about all of it, and is not far from its end.
    let mut events = status()["events"].clone();
    for _ in 0..2_000 {
        if events["behind"] == 0 {
            break;
        }
        events = status()["events"].clone();
    }
    assert_eq!(events, json!({ "behind": 0, "skipped": 0 }));
    let shown = world.ctl_raw(ADMIN, &["daemon", "status"]).stdout;
    let shown = String::from_utf8(shown).unwrap();
    for line in [
        "  deliveries to desk: 0 pending, 0 sending, 1 parked, 1 lost",
        "  on_event   0 records behind, 0 passed over",
    ] {
        assert!(shown.lines().any(|told| told == line), "{line} is not in\n{shown}");
    }
    let (code, figures) = world.http("GET", "/metrics", None, Value::Null);
    let figures = figures.as_str().unwrap();
    assert_eq!(code, 200, "{figures}");
    for line in [
        "deskd_deliveries{sink=\"desk\",phase=\"parked\"} 1",
        "deskd_deliveries_lost_total{sink=\"desk\"} 1",
        "deskd_delivery_attempts_total{came=\"failed\"} 1",
        "deskd_events_behind 0",
        "deskd_events_skipped_total 0",
    ] {
        assert!(figures.lines().any(|told| told == line), "{line} is not in\n{figures}");
    }
}

#[test]
fn a_delivery_outlives_the_daemon_and_a_receiver_that_is_down() {
    let receiver = Receiver::start();
    let address = receiver.address;
    let silent = receiver::nobody();
    let mut world = configured(
        &format!("http://{silent}/hook"),
        &[("on_chat", ON_CHAT), ("on_event", ON_EVENT)],
    );
    world.start();
    let chat = world.open("Jo", "jo@example.com");
    let waits = until(&world, "tried", |items| {
        items.iter().any(|item| item["attempts"].as_u64() > Some(0) && item["reason"].is_string())
    });
    world.kill_and_start();
    let kept = outbox(&world);
    assert_eq!(kept[0]["step"], waits[0]["step"]);
    world.ok(ADMIN, &["chat", "force-end", &chat.0, "--yes"]);
    world.kill_and_start();
    let text = fs::read_to_string(world.path("deskd.toml")).unwrap();
    world.write("deskd.toml", &text.replace(&silent.to_string(), &address.to_string()));
    world.daemon.as_ref().unwrap().signal("-HUP");
    let mut ids = BTreeSet::new();
    let mut ended = BTreeSet::new();
    while ended.is_empty() || !ids.contains(waits[0]["step"].as_str().unwrap()) {
        let received = receiver.next();
        ids.insert(received.id().to_owned());
        if received.json()["ended"] == *chat.0 {
            ended.insert(received.id().to_owned());
        }
    }
    until_done(&world);
    let late = receiver.rest().into_iter().filter(|late| late.json()["ended"] == *chat.0);
    ended.extend(late.map(|late| late.id().to_owned()));
    assert_eq!(ended.len(), 1, "the chat's end is delivered under one id");
}

#[test]
fn what_follows_the_journal_tells_each_end_once_over_kills() {
    let receiver = Receiver::start();
    let mut world = running(&receiver, &[("on_event", ON_EVENT)]);
    let mut chats = BTreeSet::new();
    for n in 0..6 {
        let (chat, _) = world.open(&format!("Jo {n}"), "jo@example.com");
        world.ok(ADMIN, &["chat", "force-end", &chat, "--yes"]);
        chats.insert(chat);
        if n % 2 == 1 {
            world.kill_and_start();
        }
    }
    let mut by_chat: std::collections::BTreeMap<String, BTreeSet<String>> = Default::default();
    while by_chat.len() < chats.len() {
        let received = receiver.next();
        let chat = received.json()["ended"].as_str().unwrap().to_owned();
        by_chat.entry(chat).or_default().insert(received.id().to_owned());
    }
    until_done(&world);
    for late in receiver.rest() {
        let chat = late.json()["ended"].as_str().unwrap().to_owned();
        by_chat.entry(chat).or_default().insert(late.id().to_owned());
    }
    assert!(by_chat.keys().all(|chat| chats.contains(chat)));
    assert!(by_chat.values().all(|ids| ids.len() == 1), "{by_chat:?}");
    let (last, _) = world.open("Jo", "jo@example.com");
    world.ok(ADMIN, &["chat", "force-end", &last, "--yes"]);
    assert_eq!(receiver.next().json()["ended"], *last);
    let scripts = world.ok(ADMIN, &["script", "status"]);
    let hooks = scripts["scripts"]["hooks"].as_array().unwrap();
    let view = hooks.iter().find(|view| view["hook"] == "on_event").unwrap();
    assert!(view["calls"].as_u64().unwrap() > 0 && view["failures"] == 0, "{view}");
}

#[test]
fn a_receiver_that_misbehaves_costs_its_time_alone() {
    let elsewhere = Receiver::start();
    let receiver = Receiver::start();
    let world = running(&receiver, &[("on_chat", ON_CHAT)]);
    // A redirect is not followed.
    let to = elsewhere.url();
    receiver.answer(&format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ));
    world.open("Jo", "jo@example.com");
    let redirected = receiver.next();
    until_parked(&world);
    assert!(elsewhere.rest().is_empty());
    world.ok(ADMIN, &["outbox", "drop", redirected.id(), "--yes"]);
    // One that sets a cookie is sent none, and one that never ends its answer is not read on.
    let long = "x".repeat(100_000);
    receiver.answer(&format!(
        "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 999999999\r\n\r\n{long}"
    ));
    world.open("Al", "al@example.com");
    receiver.next();
    until_done(&world);
    world.open("Bo", "bo@example.com");
    assert!(!receiver.next().headers.contains_key("cookie"));
    until_done(&world);
    // One that answers nothing, or no HTTP, is tried again.
    receiver.answer("");
    receiver.answer("SSH-2.0-OpenSSH_9\r\n");
    world.open("Cy", "cy@example.com");
    let ids: BTreeSet<String> = (0..3).map(|_| receiver.next().id().to_owned()).collect();
    assert_eq!(ids.len(), 1);
    until_done(&world);
}

#[test]
fn what_was_to_be_sent_about_a_person_goes_with_them() {
    let receiver = Receiver::start();
    receiver.status("400 Bad Request");
    let world = running(&receiver, &[("on_chat", ON_CHAT)]);
    let (chat, _) = world.open("Name to be forgotten", "gone@example.com");
    receiver.next();
    until_parked(&world);
    world.ok(ADMIN, &["chat", "force-end", &chat, "--yes"]);
    world.ok(ADMIN, &["person", "erase", "--email", "gone@example.com", "--yes"]);
    until_done(&world);
    let mut world = world;
    world.daemon.take().unwrap().said_until_its_end();
    assert!(!holds(&world.path("journal"), "Name to be forgotten"));
}

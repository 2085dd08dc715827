//! `kill -9` in the middle of anything loses nothing that was acknowledged.

use crate::procedure::{available, talk, until_complete};
use crate::world::World;
use desk_sandbox::seed::TOM;

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

#[test]
fn killed_in_a_chat_an_offer_and_a_wrap_up_everything_goes_on() {
    let mut world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");

    // In the middle of an offer.
    let chat = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat.0);
    let before = world.ok(ANN, &["offer", "show"]);
    world.kill_and_start();
    let after = world.ok(ANN, &["offer", "show"]);
    assert_eq!(before["offer"]["offer"], after["offer"]["offer"], "the same offer stands");
    let left = |view: &serde_json::Value| view["offer"]["remaining_ms"].as_u64().unwrap();
    assert!(left(&after) <= left(&before) && left(&after) > 30_000, "{after}");
    world.ok(ANN, &["offer", "accept"]);

    // In the middle of a chat.
    world.customer_says(&chat, "m1", "first");
    world.ok(ANN, &["chat", "say", "second"]);
    world.kill_and_start();
    assert_eq!(world.status("ann"), "busy");
    world.customer_says(&chat, "m1", "first");
    world.customer_says(&chat, "m2", "third");
    let shown = world.ok(ANN, &["chat", "show"]);
    let messages = shown["chat"]["messages"].as_array().unwrap();
    let texts: Vec<_> = messages.iter().map(|m| m["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["first", "second", "third"], "once each and in order");

    // In the middle of a wrap-up.
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "note", "kept"]);
    world.kill_and_start();
    assert_eq!(world.status("ann"), "post_processing");
    let wrapup = world.ok(ANN, &["wrapup", "show"]);
    assert_eq!(wrapup["wrapup"]["note"], "kept", "{wrapup}");
    assert!(wrapup["wrapup"]["timer"]["remaining_ms"].as_u64().unwrap() > 200_000);
    let mut watcher = world.watch(ANN);
    world.ok(ANN, &["wrapup", "done"]);
    assert_eq!(world.status("ann"), "available");

    let incident = world.ok(ANN, &["incident", "show", &chat.0]);
    if incident["incident"]["state"] != "created" {
        until_complete(&world, &mut watcher, &chat.0);
    }
    let incidents = world.rows("incident", &format!("correlation_id={}", chat.0));
    assert_eq!(incidents.len(), 1, "exactly one incident");
}

#[test]
fn a_clean_stop_ends_with_zero_and_a_start_goes_on() {
    let mut world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    talk(&world, &mut watcher, ("Nobody", "nobody@nowhere.example"));
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);
    world.start();
    assert_eq!(world.status("ann"), "busy");
    let status = world.ok(ADMIN, &["daemon", "status"]);
    assert_eq!(status["daemon"]["chats"]["open"], 1, "{status}");
}

#[test]
fn a_service_manager_is_told_of_readiness_of_life_and_of_the_stop() {
    let mut world = World::new();
    let path = world.path("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let notify = format!("NOTIFY_SOCKET={}", path.display());
    world.start_under(&["env", &notify, "WATCHDOG_USEC=200000"]);
    let mut buffer = [0; 256];
    let mut until = |wanted: &str| {
        let mut lines = std::iter::repeat_with(|| {
            let length = socket.recv(&mut buffer).unwrap_or_else(|e| panic!("no {wanted}: {e}"));
            String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
        });
        lines.find(|line| line == wanted);
    };
    until("READY=1");
    (0..3).for_each(|_| until("WATCHDOG=1"));
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);
    until("STOPPING=1");
}

#[test]
fn a_second_daemon_on_the_same_journal_is_refused() {
    let world = World::running();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
        .args(["run", "--config", world.path("deskd.toml").to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another"), "{output:?}");
}

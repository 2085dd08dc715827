//! The disk fails, the journal is damaged, the machine is gone: what was acknowledged is there, or its
//! loss is said.

use crate::procedure::{available, talk, until_complete};
use crate::world::World;
use desk_sandbox::seed::TOM;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";
/// Fewer messages than a customer may send at once.
const BURST: usize = 18;

/// Whether strace is there and may trace; by it errors of the disk are made. Without it a test is
/// left out, in one line. With `DESK_INSIST` set it must at least be installed.
fn strace() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    assert!(tried.is_ok() || std::env::var_os("DESK_INSIST").is_none(), "strace is not installed");
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        eprintln!("left out: errors of the disk; strace is not installed, or may not trace");
    }
    may
}

/// The disk refuses the `from`th `call` with `error`, and all after it: acknowledgements stop at once, the process
/// says why and ends with 74, and a start after the repair has everything that was acknowledged.
fn fails(call: &str, error: &str, from: u32) {
    if !strace() {
        return;
    }
    let mut world = World::running();
    let log = world.path("journal/journal.db-wal");
    let log = log.to_str().unwrap().to_owned();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    drop(watcher);
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);

    let inject = format!("inject={call}:error={error}:when={from}+");
    let trace = format!("trace={call}");
    let quiet = ["strace", "-f", "-o", "/dev/null", "-P", &log, "-e", &trace, "-e", &inject];
    world.start_under(&quiet);
    let acknowledged: Vec<String> = (0..BURST)
        .map(|n| format!("m{n}"))
        .take_while(|id| world.customer_tries(&chat, id, &format!("text {id}")))
        .collect();
    assert!((1..BURST).contains(&acknowledged.len()), "{acknowledged:?}");
    let daemon = world.daemon.take().unwrap();
    daemon.until_logged("the journal cannot be written");
    assert_eq!(daemon.exited(), 74);

    world.start();
    let shown = world.ok(ANN, &["chat", "show"]);
    let messages = shown["chat"]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages.iter().filter_map(|m| m["text"].as_str()).collect();
    for id in &acknowledged {
        let times = texts.iter().filter(|text| **text == format!("text {id}")).count();
        assert_eq!(times, 1, "{id} was acknowledged: {texts:?}");
    }
    // One more may be there: it was written, and never acknowledged.
    let ours = texts.iter().filter(|text| text.starts_with("text m")).count();
    assert!(ours <= acknowledged.len() + 1, "{texts:?}");
    world.customer_says(&chat, "after", "it goes on");
}

#[test]
fn a_sync_that_fails_stops_acknowledgements_and_loses_nothing() {
    fails("fdatasync,fsync", "EIO", 12);
}

#[test]
fn a_disk_that_is_full_stops_acknowledgements_and_loses_nothing() {
    fails("pwrite64", "ENOSPC", 25);
}

#[test]
fn a_disk_that_is_nearly_full_turns_new_chats_away_and_open_ones_finish() {
    let mut world = World::running();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    drop(watcher);
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);
    // No disk has as much room as this.
    world.configure("journal", "reserve_mib = 1048576\n");
    world.start();
    world.daemon.as_ref().unwrap().until_logged("the disk is nearly full");
    let body = serde_json::json!({ "queue": "support", "name": "New", "email": "" });
    let (status, body) = world.http("POST", "/v1/chats", None, body);
    assert_eq!((status, &body["code"]), (503, &"turned_away".into()), "{body}");
    assert_eq!(body["why"], "low_disk");
    let shown = world.ok(ADMIN, &["daemon", "status"]);
    assert_eq!(shown["daemon"]["low_disk"], true, "{shown}");
    world.customer_says(&chat, "m1", "it goes on");
    let mut watcher = world.watch(ANN);
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    until_complete(&world, &mut watcher, &chat.0);
}

/// What `deskd` printed as JSON.
fn printed(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_of_a_running_desk_is_restored_and_sends_nothing_twice() {
    let mut world = World::running();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    world.customer_says(&chat, "m1", "before the backup");
    let backup = world.path("backup");
    let made = world.ok(ADMIN, &["journal", "backup", text(&backup)]);
    let head = format!("{}:{}", made["backup"]["seq"], made["backup"]["chain"].as_str().unwrap());
    world.refused(ADMIN, &["journal", "backup", text(&backup)], "backup_failed");
    let (_, code) = world.ctl(ANN, &["journal", "backup", text(&world.path("other"))]);
    assert_eq!(code, 1, "not an agent's");

    // The desk goes on past the backup: the chat ends, and its incident is made.
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    until_complete(&world, &mut watcher, &chat.0);
    let live = world.path("journal");
    printed(&world.deskd(&["journal", "verify", "--data", text(&live), "--head", &head, "--json"]));
    world.kill();

    // The machine is gone; another one goes on from the backup.
    let restored = world.path("restored");
    let output =
        world.deskd(&["journal", "restore", "--from", text(&backup), "--data", text(&restored)]);
    assert!(output.status.success(), "{output:?}");
    let config = fs::read_to_string(world.path("deskd.toml")).unwrap();
    world.write("deskd.toml", &config.replace("/journal\"", "/restored\""));
    world.start();
    assert_eq!(world.status("ann"), "busy", "as it was when the backup was made");
    let shown = world.ok(ANN, &["chat", "show"]);
    assert_eq!(shown["chat"]["messages"][0]["text"], "before the backup", "{shown}");
    // The customer's token is still good, and the same end is made once more.
    let mut watcher = world.watch(ANN);
    world.customer_says(&chat, "m2", "after it");
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    until_complete(&world, &mut watcher, &chat.0);
    let incidents = world.rows("incident", &format!("correlation_id={}", chat.0));
    assert_eq!(incidents.len(), 1, "the incident of before was found, not made again");
    let again = world.open(&TOM.name(), TOM.email);
    assert_ne!(again.0, chat.0);
}

#[test]
fn a_damaged_journal_is_recovered_and_what_is_in_doubt_is_listed() {
    let mut world = World::running();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    world.customer_says(&chat, "m1", "alabaster");
    world.customer_says(&chat, "m2", "bergamot");
    let late = world.open("Late", "late@example.com");
    drop(watcher);
    // A copy has everything in its database and nothing in its log.
    let data = world.path("copy");
    world.ok(ADMIN, &["journal", "backup", text(&data)]);
    world.kill();
    let config = fs::read_to_string(world.path("deskd.toml")).unwrap();
    world.write("deskd.toml", &config.replace("/journal\"", "/copy\""));

    // A byte of the record in which the first message is kept, before its personal part; pages that
    // were split may hold it more than once.
    let file = data.join("journal.db");
    let mut bytes = fs::read(&file).unwrap();
    let places: Vec<usize> = bytes
        .windows(9)
        .enumerate()
        .filter(|(_, part)| *part == b"alabaster")
        .map(|p| p.0)
        .collect();
    assert!(!places.is_empty(), "it stands in the database");
    for at in places {
        let clear = bytes[..at].windows(7).rposition(|part| part == b"\"desk_m").expect("a record");
        bytes[clear + 2] = b'X';
    }
    fs::write(&file, &bytes).unwrap();
    let checked = world.deskd(&["journal", "verify", "--data", text(&data)]);
    assert!(String::from_utf8_lossy(&checked.stderr).contains("row "), "{checked:?}");
    let refused = world.deskd(&["run", "--config", text(&world.path("deskd.toml"))]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("row "), "{refused:?}");

    let to = world.path("recovered");
    let args = ["journal", "recover", "--data", text(&data), "--to", text(&to), "--json"];
    let report = printed(&world.deskd(&args));
    let fate = |chat: &str| {
        let chats = report["chats"].as_array().unwrap();
        let found = chats.iter().find(|entry| entry["chat"] == chat);
        found.unwrap_or_else(|| panic!("{chat} is not listed: {report}"))["fate"].clone()
    };
    assert_eq!(fate(&chat.0), "open_in_doubt");
    assert_eq!(fate(&late.0), "lost");
    assert!(report["salvaged"].as_u64() > Some(0), "{report}");
    assert!(bytes == fs::read(&file).unwrap(), "the damaged journal was not touched");
    let again = world.deskd(&args);
    assert!(!again.status.success(), "nothing is written over: {again:?}");

    world.write("deskd.toml", &config.replace("/journal\"", "/recovered\""));
    world.start();
    assert_eq!(world.status("ann"), "busy");
    world.customer_says(&chat, "m3", "it goes on");
    let output = world.deskd(&["journal", "export", "--data", text(&to)]);
    let told = String::from_utf8(output.stdout).unwrap();
    let known = report["known"].as_u64().unwrap();
    assert!(told.contains(&format!("\"known\":{known}")), "the loss is a record");
}

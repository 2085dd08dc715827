//! Somebody wants to know what is held about them, and then that it is gone: from every byte of the
//! journal's folder, from the logs, and from what an older backup brings back.

use crate::procedure::{available, talk, until_complete};
use crate::world::{Watcher, World};
use desk_journal::verify;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";
/// What stands in everything that a person gave, said or had said about them.
const CANARY: &str = "canary-5d0e71";

fn files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// The files below a folder that hold any of these texts.
fn holding(dir: &Path, texts: &[&str]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    files(dir, &mut all);
    assert!(all.len() >= 3, "{all:?}");
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        texts.iter().any(|text| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    all.into_iter().filter(holds).collect()
}

fn said(text: &str) -> String {
    format!("{text} {CANARY}")
}

/// A chat of a person who leaves the canary wherever they can, wrapped up and sent.
fn handled(world: &World, watcher: &mut Watcher, email: &str) -> (String, String) {
    let body = json!({
        "queue": "support", "name": said("Eve"), "email": email,
        "fields": { "topic": said("topic") },
    });
    let chat = world.open_with(&body);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    world.customer_says(&chat, "m1", &said("help me"));
    world.ok(ANN, &["chat", "say", "--chat", &chat.0, &said("I see")]);
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "note", "--chat", &chat.0, &said("noted")]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    chat
}

fn number(world: &World, watcher: &mut Watcher, chat: &str) -> String {
    until_complete(world, watcher, chat);
    let shown = world.ok(ADMIN, &["incident", "show", chat]);
    shown["incident"]["number"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
}

/// The keyed hash under which their chats are found, as the index has it.
fn key(world: &World, chat: &str) -> String {
    let output = world.deskd(&["journal", "export", "--data", path(&world.path("journal"))]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let mine = lines.lines().find(|line| line.contains("~email") && line.contains(chat)).unwrap();
    let line: Value = serde_json::from_str(mine).unwrap();
    let index = line["index"].as_array().unwrap();
    let entry = index.iter().find(|entry| entry[0] == "~email").unwrap();
    entry[1].as_str().unwrap().to_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn whoever_is_erased_is_in_no_byte_that_is_kept() {
    let mut world = World::new();
    world.configure("log", "level = \"trace\"\n");
    world.configure("journal", "snapshot_every = 20\n");
    world.start();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let email = format!("eve@{CANARY}.example");
    let first = handled(&world, &mut watcher, &email);
    let incident = number(&world, &mut watcher, &first.0);
    available(&world, "ann");
    let bystander = talk(&world, &mut watcher, ("Jane", "jane@corp.example"));
    world.customer_says(&bystander, "m1", "I stay");
    let (key, backup) = (key(&world, &first.0), world.path("backup"));
    world.ok(ADMIN, &["journal", "backup", path(&backup)]);
    // A second chat, under the same address, is open: it is in the way.
    let second = world.open_with(&json!({
        "queue": "support", "name": said("Eve"), "email": email.to_uppercase(), "fields": {},
    }));
    let shown = world.ok(ADMIN, &["person", "show", "--email", &email]);
    assert_eq!(shown["person"]["chats"].as_array().unwrap().len(), 2, "{shown}");
    assert_eq!(shown["person"]["chats"][0]["incident"], incident);
    assert_eq!(shown["person"]["chats"][0]["fields"], json!(["topic"]));
    assert_eq!(shown["person"]["chats"][1]["open"], true);
    let by_name = world.ok(ADMIN, &["person", "show", "--name", &said("eve").to_uppercase()]);
    assert_eq!(by_name["person"]["chats"], shown["person"]["chats"]);
    let erase = ["person", "erase", "--email", &email, "--yes"];
    world.refused(ADMIN, &erase, "chats_open");
    let (refused, _) = world.ctl(ADMIN, &erase);
    let why = refused["refused"]["message"].as_str().unwrap();
    assert!(why.contains(&second.0) && !why.contains(&first.0), "{why}");
    world.ok(ADMIN, &["chat", "force-end", &second.0, "--yes"]);
    // They get a copy first.
    let copy = world.path("copy");
    fs::create_dir(&copy).unwrap();
    world.ok(ADMIN, &["person", "export", "--email", &email, "--to", path(&copy)]);
    for name in ["person.json", "person.html"] {
        let text = fs::read_to_string(copy.join(name)).unwrap();
        for part in ["Eve", "topic", "help me", "I see", "noted"] {
            assert!(text.contains(&said(part)), "{part} is not in {name}");
        }
    }
    fs::remove_dir_all(&copy).unwrap();

    world.refused(ANN, &erase, "not_allowed");
    assert!(!holding(&world.path("journal"), &[CANARY]).is_empty());
    assert!(!holding(&world.path("journal"), &[&key]).is_empty());
    let erased = world.ok(ADMIN, &erase);
    assert_eq!(erased["erased"]["incidents"], json!([incident]));
    assert!(erased["erased"]["records"].as_u64().unwrap() > 10, "{erased}");
    let texts = [CANARY, &CANARY.to_uppercase(), &key];
    assert_eq!(holding(&world.path("journal"), &texts), Vec::<PathBuf>::new());

    // What is left says so, and everybody else is where they were.
    let history = world.ok(ADMIN, &["chat", "history", &first.0]);
    assert!(history["history"]["chats"][0]["customer"].get("name").is_none(), "{history}");
    let nobody = world.ctl(ADMIN, &["person", "erase", "--email", &email, "--yes"]);
    assert_eq!(nobody.0["refused"]["code"], "unknown_person");
    let kept = world.ok(ADMIN, &["chat", "show", &bystander.0]);
    assert_eq!(kept["chat"]["messages"].as_array().unwrap().last().unwrap()["text"], "I stay");
    assert!(verify(&world.path("journal")).unwrap().erased > 10);

    // A start reads what is left, by a snapshot and from the first record on.
    world.kill_and_start();
    world.customer_says(&bystander, "m2", "after the start");
    let lines = world.daemon.take().unwrap().said_until_its_end().join("\n");
    assert!(!lines.contains(CANARY), "the log holds it");
    assert_eq!(holding(&world.path("journal"), &texts), Vec::<PathBuf>::new());

    // The backup is from before, and holds them still; restored with the list, no more.
    assert!(!holding(&backup, &[CANARY]).is_empty());
    let (restored, list) = (world.path("restored"), world.path("journal/erasures.jsonl"));
    let args = ["journal", "restore", "--from", path(&backup), "--data", path(&restored)];
    let output = world.deskd(&[&args[..], &["--erasures", path(&list)]].concat());
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("by 1 erasures"), "{told}");
    assert_eq!(holding(&restored, &texts), Vec::<PathBuf>::new());
    verify(&restored).unwrap();
    fs::remove_dir_all(world.path("journal")).unwrap();
    fs::rename(&restored, world.path("journal")).unwrap();
    world.start();
    world.customer_says(&bystander, "m3", "on another machine");
    world.kill();
    assert_eq!(holding(&world.path("journal"), &texts), Vec::<PathBuf>::new());
}

#[test]
fn an_erasure_that_a_kill_cut_short_is_carried_out_by_the_next_start() {
    let mut world = World::running();
    available(&world, "ann");
    let mut watcher = world.watch(ANN);
    let email = format!("eve@{CANARY}.example");
    let chat = handled(&world, &mut watcher, &email);
    number(&world, &mut watcher, &chat.0);
    world.ok(ADMIN, &["person", "erase", "--chat", &chat.0, "--yes"]);
    world.kill();
    // As if it had been killed between the record and what it asks for: the list does not name it.
    fs::remove_file(world.path("journal/erasures.jsonl")).unwrap();
    world.start();
    let list = fs::read_to_string(world.path("journal/erasures.jsonl")).unwrap();
    assert!(list.contains(&chat.0) && list.lines().count() == 1, "{list}");
    assert_eq!(holding(&world.path("journal"), &[CANARY]), Vec::<PathBuf>::new());
}

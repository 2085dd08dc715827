//! Why did that happen? One command answers it, from the journal.

use crate::exactly_once::drain;
use crate::procedure::available;
use crate::world::World;
use desk_sandbox::seed::TOM;
use desk_wire::Notice;
use serde_json::Value;
use std::fs;

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";
const ADMIN: &str = "role:admin";

/// A desk whose offers are short and whose rule for them fails.
fn desk() -> World {
    let world = World::new();
    fs::remove_dir_all(world.path("scripts")).expect("the shipped scripts");
    world.write("scripts/on_offer.rhai", "fn on_offer(ctx) { throw \"out of order\" }\n");
    let route = "fn on_route(ctx) { why(\"by hand\"); #{ order: [\"ann\"] } }\n";
    world.write("scripts/on_route.rhai", route);
    let queue =
        crate::world::SUPPORT.replace("accept_secs = 60", "accept_secs = 5\ncooldown_secs = 8");
    world.write("queues.d/support.toml", &queue);
    world
}

/// The decisions of a story in which this was decided.
fn where_decided<'a>(story: &'a Value, text: &str) -> &'a Value {
    let decisions = story["explained"]["chat"]["decisions"].as_array().expect("decisions");
    let told = |decision: &&Value| {
        let lines = decision["decided"].as_array();
        lines.is_some_and(|l| l.iter().any(|line| line.as_str().is_some_and(|l| l.contains(text))))
    };
    decisions.iter().find(told).unwrap_or_else(|| panic!("'{text}' is not in {story:#}"))
}

#[test]
fn a_chat_tells_its_story_and_queues_and_agents_why_nothing_comes() {
    let mut world = desk();
    world.start();
    let mut watcher = world.watch(ADMIN);
    available(&world, "ann");
    let chat = world.open(&TOM.name(), TOM.email);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "reject"]);

    // It waits, and both sides say why.
    let queue = world.ok(ADMIN, &["explain", "--queue", "support"]);
    let waits = &queue["explained"]["queue"]["chats"][0];
    assert_eq!(waits["chat"], chat.0.as_str(), "{queue}");
    let told: Vec<_> = waits["agents"].as_array().unwrap().iter().map(|a| &a["text"]).collect();
    assert_eq!(told, ["on break", "logged out"], "{queue}");
    let agent = world.ok(ANN, &["explain", "--agent", "ann"]);
    assert_eq!(agent["explained"]["agent"]["reason"], "not_available", "{agent}");
    world.ok(ANN, &["status", "available"]);
    let agent = world.ok(ADMIN, &["explain", "--agent", "ann"]);
    let why = &agent["explained"]["agent"]["chats"][0];
    assert_eq!(why["reason"], "cooling_down", "{agent}");
    world.refused(ANN, &["explain", "--agent", "ben"], "not_allowed");

    // One misses it, the other takes it at last, and it becomes an incident.
    available(&world, "ben");
    watcher.until_offered(&chat.0);
    watcher.until_status("ben", "on_break");
    world.refused(BEN, &["explain", &chat.0], "not_yours");
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    world.customer_says(&chat, "m1", "the printer is on fire");
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    watcher
        .until("the incident", |notice| matches!(notice, Notice::IncidentCreated(_)).then_some(()));
    drain(&world);

    let story = world.ok(ANN, &["explain", &chat.0]);
    let first = where_decided(&story, "offered to ann");
    let hooks: Vec<_> = first["hooks"].as_array().unwrap().iter().map(|h| &h["hook"]).collect();
    assert_eq!(hooks, ["on_route", "on_offer"], "{first:#}");
    assert_eq!(first["hooks"][0]["verdict"]["order"][0], "ann");
    assert_eq!(first["hooks"][0]["why"][0], "by hand");
    assert_eq!(first["hooks"][1]["failure"], "error");
    assert_eq!(first["hooks"][1]["default"], true);
    assert!(first["hooks"][1]["error"].as_str().unwrap().contains("out of order"), "{first:#}");
    assert_eq!(first["others"][0]["agent"], "ben");
    assert_eq!(first["others"][0]["text"], "logged out");
    let second = where_decided(&story, "offered to ben");
    assert_eq!(second["others"][0]["reason"], "cooling_down", "{second:#}");
    for text in [
        "the offer to ann rejected",
        "the offer to ben timed out",
        "ben wants on break",
        "ann accepted: segment 1",
        "message 2 by customer, 22 characters",
        "lookup 1 is under way",
        "match: one, 1 found",
        "codes [solved]",
        "incident: create is sent",
        "is written",
        "incident: complete.1 is done",
    ] {
        where_decided(&story, text);
    }
    // For people it fits the terminal, and says nothing of what was said.
    let human = world.ctl_raw(ADMIN, &["explain", &chat.0]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("not to ben: logged out"), "{human}");
    assert!(!human.contains("on fire"), "{human}");
}

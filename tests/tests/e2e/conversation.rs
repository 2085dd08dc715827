//! A chat changes hands, and is wrapped up with all that agents may do about it.

use crate::procedure::{available, talk, until_complete};
use crate::world::World;
use desk_sandbox::seed::TOM;
use desk_wire::Notice;
use desk_wire::view::Sender;

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";

#[test]
fn a_transferred_chat_comes_with_its_transcript_and_its_earlier_segments() {
    let world = World::running();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, (&TOM.name(), TOM.email));
    world.customer_says(&chat, "m1", "The scanner is broken");

    // Ben is not there: nothing moves, and why is said.
    let (refused, exit) = world.ctl(ANN, &["chat", "transfer", "--agent", "ben"]);
    let refused = &refused["refused"];
    assert_eq!((exit, refused["code"].as_str()), (1, Some("cannot_take")), "{refused}");
    assert!(refused["hint"].as_str().unwrap().contains("logged_out"), "{refused}");
    world.refused(ANN, &["chat", "transfer", "--queue", "nowhere"], "unknown_queue");
    assert_eq!(world.status("ann"), "busy");

    let mut ben = world.watch(BEN);
    available(&world, "ben");
    world.ok(ANN, &["chat", "transfer", "--agent", "ben"]);
    ben.until_offered(&chat.0);
    let shown = world.ok(BEN, &["chat", "show"]);
    assert_eq!(shown["chat"]["messages"][0]["text"], "The scanner is broken", "{shown}");
    assert_eq!(shown["chat"]["segments"][0]["agent"], "ann", "{shown}");
    assert_eq!(shown["chat"]["segments"][0]["why_left"], "transferred", "{shown}");
    world.ok(BEN, &["offer", "accept"]);
    world.refused(ANN, &["chat", "transfer", &chat.0, "--queue", "support"], "not_yours");

    // Each wraps up their own part.
    assert_eq!(world.status("ann"), "post_processing");
    world.ok(ANN, &["wrapup", "code", "escalated"]);
    world.ok(ANN, &["wrapup", "note", "Ben knows scanners."]);
    world.ok(ANN, &["wrapup", "done"]);
    world.ok(BEN, &["wrapup", "code", "solved"]);
    world.ok(BEN, &["wrapup", "done"]);
    let (_, notes) = until_complete(&world, &mut ben, &chat.0);
    assert!(notes.contains("escalated") || notes.contains("Escalated"), "{notes}");
    assert!(notes.contains("solved") || notes.contains("Solved"), "{notes}");
}

#[test]
fn a_wrap_up_is_extended_so_often_and_takes_several_codes_of_a_tree() {
    let mut world = World::new();
    world.write(
        "queues.d/support.toml",
        r#"name = "Support"
accept_secs = 60
[wrapup]
secs = 300
extend_secs = 100
extend_max = 2
[dispositions]
mandatory = true
most = 2
codes = [
    { id = "hardware" },
    { id = "scanner", parent = "hardware" },
    { id = "lid", label = "The lid", parent = "scanner" },
    { id = "cable", parent = "hardware" },
    { id = "other" },
]
"#,
    );
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    talk(&world, &mut ann, ("Nobody", "nobody@nowhere.example"));
    world.refused(ANN, &["wrapup", "extend"], "not_extendable");
    world.ok(ANN, &["chat", "end"]);
    let left = |view: &serde_json::Value| view["wrapup"]["timer"]["remaining_ms"].as_u64().unwrap();
    assert!(left(&world.ok(ANN, &["wrapup", "show"])) <= 300_000);
    let extended = world.ok(ANN, &["wrapup", "extend"]);
    assert!(left(&extended) > 300_000, "{extended}");
    assert_eq!(extended["wrapup"]["extensions_left"], 1, "{extended}");
    world.kill_and_start();
    world.ok(ANN, &["wrapup", "extend"]);
    world.refused(ANN, &["wrapup", "extend"], "not_extendable");

    let (refused, _) = world.ctl(ANN, &["wrapup", "code", "scanner"]);
    assert_eq!(refused["refused"]["code"], "code_is_group", "{refused}");
    assert_eq!(refused["refused"]["choices"], serde_json::json!(["lid", "cable", "other"]));
    world.refused(ANN, &["wrapup", "code", "lid", "cable", "other"], "codes_too_many");
    let set = world.ok(ANN, &["wrapup", "code", "lid", "cable"]);
    assert_eq!(set["wrapup"]["codes"], serde_json::json!(["lid", "cable"]), "{set}");
    let page = world.ctl_raw(ANN, &["wrapup", "show"]);
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.contains("    lid "), "the tree is shown as one:\n{page}");
    world.ok(ANN, &["wrapup", "done"]);
}

#[test]
fn each_sees_the_other_type_and_only_what_is_said_is_kept() {
    let world = World::running();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, (&TOM.name(), TOM.email));
    let mut stream = world.follow(&chat);
    let typing = |world: &World| {
        let path = format!("/v1/chats/{}/typing", chat.0);
        world.http("POST", &path, Some(&chat.1), serde_json::Value::Null).0
    };
    assert_eq!(typing(&world), 204);
    world.customer_says(&chat, "m1", "The scanner");
    let (from, until) = ann.until("the customer types", |notice| match notice {
        Notice::Typing { chat: id, from, until, .. } if *id == chat.0 => Some((*from, *until)),
        // What was typed comes after it.
        Notice::Message { .. } => panic!("the message came first"),
        _ => None,
    });
    assert_eq!(from, Sender::Customer);
    let said = ann.until("the message", |notice| match notice {
        Notice::Message { message, .. } => Some(message.at),
        _ => None,
    });
    assert!(until - said <= 6000, "it ends by itself");
    world.ok(ANN, &["chat", "typing"]);
    let told = stream.until("typing", |_| true);
    assert_eq!((&told["from"], &told["name"]), (&"agent".into(), &"Ann".into()), "{told}");
    world.refused(BEN, &["chat", "typing", &chat.0], "not_yours");
    // Whoever repeats it faster than anybody types is told so.
    assert!((0..60).any(|_| typing(&world) == 429));
    let shown = world.ok(ANN, &["chat", "show"]);
    assert_eq!(shown["chat"]["message_count"], 1, "{shown}");
    world.ok(ANN, &["chat", "end"]);
    assert!([409, 429].contains(&typing(&world)), "nothing after the end");
    assert_eq!(world.daemon.as_ref().map(|_| ()), Some(()));
    let exported = journal(&world);
    assert!(exported.contains("The scanner") && !exported.contains("typing\""), "it is journaled");
}

/// What stands in the journal.
fn journal(world: &World) -> String {
    let exported = std::process::Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
        .args(["journal", "export", "--data", world.path("journal").to_str().unwrap()])
        .output()
        .unwrap();
    String::from_utf8(exported.stdout).unwrap()
}

#[test]
fn what_agents_say_among_themselves_is_nothing_for_the_customer() {
    let world = World::running();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, (&TOM.name(), TOM.email));
    let mut stream = world.follow(&chat);
    world.ok(ANN, &["chat", "say", "--internal", "He is angry"]);
    world.ok(ANN, &["chat", "say", "Good morning"]);
    let told = stream.until("message", |_| true);
    assert_eq!((&told["n"], &told["text"]), (&1.into(), &"Good morning".into()), "{told}");
    let ask = |rest: &str| {
        let path = format!("/v1/chats/{}{rest}", chat.0);
        world.http("GET", &path, Some(&chat.1), serde_json::Value::Null).1
    };
    assert_eq!(ask("")["messages"], 1, "no gap tells that there is more");
    assert_eq!(ask("/messages")["messages"].as_array().unwrap().len(), 1);
    // The next agent reads it.
    let mut ben = world.watch(BEN);
    available(&world, "ben");
    world.ok(ANN, &["chat", "transfer", "--queue", "support"]);
    ben.until_offered(&chat.0);
    let shown = world.ok(BEN, &["chat", "show"]);
    assert_eq!(shown["chat"]["messages"][0]["text"], "He is angry", "{shown}");
    assert_eq!(shown["chat"]["messages"][0]["visibility"], "internal", "{shown}");
}

#[test]
fn a_silent_customer_is_reminded_and_then_the_chat_is_closed_and_a_silent_agent_is_told() {
    let mut world = World::new();
    let keys = "idle_remind_secs = 1\nidle_close_secs = 2\nreply_remind_secs = 1\n\
                idle_remind_text = \"Still there?\"\n";
    world.write("queues.d/support.toml", keys);
    world.start();
    let mut ann = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut ann, (&TOM.name(), TOM.email));
    let mut stream = world.follow(&chat);
    world.customer_says(&chat, "m1", "Hello?");
    let waited = ann.until("the reminder", |notice| match notice {
        Notice::ReplyDue { agent, waiting_ms, .. } if agent == "ann" => Some(*waiting_ms),
        _ => None,
    });
    assert!(waited >= 1000, "{waited}");
    world.ok(ANN, &["chat", "say", "Good morning"]);
    stream.until_said("Still there?");
    assert_eq!(stream.until_end(), "idle");
    assert_eq!(world.status("ann"), "post_processing");
}

#[test]
fn a_tree_of_codes_that_does_not_end_is_no_config() {
    let world = World::new();
    let codes = r#"{ id = "a", parent = "b" }, { id = "b", parent = "a" }, { id = "c" }"#;
    let queue = format!("[dispositions]\ndefault = \"a\"\ncodes = [{codes}]\n");
    world.write("queues.d/support.toml", &queue);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
        .args(["check", "--config", world.path("deskd.toml").to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("in a circle") && said.contains("is a group of codes"), "{said}");
}

#[test]
fn what_deskd_says_itself_is_said_in_the_customer_s_language() {
    let mut world = World::new();
    let german =
        "\"said.back\" = \"Ihr Gegenüber muss gehen. Sie stehen wieder an Ihrem Platz.\"\n";
    world.write("words.d/de.toml", german);
    world.start();
    let mut watcher = world.watch(ANN);
    for (language, said) in [("de-AT", "Sie stehen wieder"), ("pt", "You are back at your place")] {
        available(&world, "ann");
        let body = serde_json::json!({
            "queue": "support", "name": "Jo", "email": "jo@nowhere.example",
            "fields": { "language": language },
        });
        let chat = world.open_with(&body);
        watcher.until_offered(&chat.0);
        world.ok(ANN, &["offer", "accept"]);
        world.ok("role:admin", &["agent", "hand-over", "ann", "--requeue"]);
        world.follow(&chat).until_said(said);
        world.ok("role:admin", &["chat", "force-end", &chat.0, "--yes"]);
    }
}

//! Rules bend what the running daemon does, and what one replaced is nowhere in its files.

use crate::procedure::available;
use crate::world::{SUPPORT, World};
use desk_sandbox::seed::TOM;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";
const ADMIN: &str = "role:admin";
const CARD: &str = "4111 1111 1111 1111";

const RULES: [(&str, &str); 6] = [
    (
        "on_chat",
        "if email_domain(ctx.chat.customer.email) == \"spam.example\" {
            return #{ turn_away: \"We do not take chats from there.\" };
        }
        #{ fields: #{ seen: \"yes\" } }",
    ),
    ("on_route", "why(\"could take it\", #{ agents: ctx.agents.len() });"),
    ("on_offer_missed", "#{ status: \"work_offline\", cooldown_secs: 0 }"),
    (
        "on_message",
        "let clean = mask_cards(ctx.text);
        if clean != ctx.text {
            why(`it was ${ctx.text}`);
            log(ctx.text);
            return #{ text: clean, tag: \"card\", reply: \"Please never send card numbers.\" };
        }",
    ),
    (
        "on_lookup",
        "#{ asks: [#{ table: \"sys_user\", field: \"email\", value: \"x@y.example\" }] }",
    ),
    ("on_status", "if ctx.to == \"on_break\" { return #{ deny: \"Not during the sale.\" }; }"),
];

#[test]
fn each_hook_bends_what_the_daemon_does() {
    let world = World::new();
    fs::remove_dir_all(world.path("scripts/tests")).ok();
    for (hook, body) in RULES {
        world.write(&format!("scripts/{hook}.rhai"), &format!("fn {hook}(ctx) {{\n{body}\n}}\n"));
    }
    let mut world = world;
    world.start();
    let spam = json!({ "queue": "support", "name": "S", "email": "s@spam.example" });
    let (status, problem) = world.http("POST", "/v1/chats", None, spam);
    assert_eq!((status, problem["why"].as_str()), (409, Some("rule")), "{problem}");
    assert_eq!(problem["detail"], "We do not take chats from there.", "{problem}");

    // A repeat of what a rule made something else of is still known as one.
    let new = json!({ "queue": "support", "name": "Jo", "email": "jo@z.example", "id": "once" });
    let (status, first) = world.http("POST", "/v1/chats", None, new.clone());
    assert_eq!(status, 201, "{first}");
    let (_, again) = world.http("POST", "/v1/chats", None, new);
    assert_eq!(again["chat"], first["chat"], "{again}");
    let text = |name: &str| first[name].as_str().unwrap().to_owned();
    let chat = (text("chat"), text("token"));

    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "reject"]);
    assert_eq!(world.status("ann"), "work_offline", "the rule's status");
    world.refused(ANN, &["status", "break"], "denied");
    world.ok(ANN, &["status", "available"]);
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);

    world.customer_says(&chat, "m1", &format!("charge {CARD} please"));
    let shown = world.ok(ANN, &["chat", "show"]);
    let messages = &shown["chat"]["messages"];
    // The first one tells that it takes longer: it was missed once.
    assert_eq!(messages[1]["text"], "charge **** **** **** 1111 please", "{shown}");
    assert_eq!(messages[2]["text"], "Please never send card numbers.", "{shown}");

    let scripts = world.ok(ADMIN, &["script", "status"]);
    let hooks = scripts["scripts"]["hooks"].as_array().unwrap();
    let token = world.ok(ADMIN, &["token", "create", "--role", "integrator"]);
    let secret = token["token"]["secret"].as_str().unwrap_or_else(|| panic!("{token}"));
    let (_, figures) = world.http("GET", "/metrics", Some(secret), Value::Null);
    let figures = figures.as_str().unwrap();
    for (hook, _) in RULES {
        let calls = format!("deskd_rule_calls_total{{hook=\"{hook}\",file=\"{hook}.rhai\"}} ");
        let calls = figures.lines().find_map(|line| line.strip_prefix(&calls));
        assert!(calls.is_some_and(|calls| calls != "0"), "{hook}: {figures}");
        let view = hooks.iter().find(|view| view["hook"] == hook).unwrap();
        assert!(view["calls"].as_u64().unwrap() > 0, "{hook} was not asked: {view}");
        assert_eq!(view["failures"], 0, "{view}");
    }
    let story = explained(&world, &chat.0);
    assert!(story.contains("tagged card"), "{story}");
    nowhere(&world.path("journal"), &CARD[..14]);
    world.kill_and_start();
    assert!(!explained(&world, &chat.0).contains(&CARD[..14]));
    let logged = world.daemon.take().unwrap().said_until_its_end().join("\n");
    assert!(!logged.contains(&CARD[..14]), "{logged}");
    nowhere(&world.path(""), &CARD[..14]);
}

#[test]
fn who_is_asked_and_what_becomes_of_waiting_and_silence_is_for_rules_to_say() {
    let mut world = World::new();
    fs::remove_dir_all(world.path("scripts")).expect("the shipped scripts");
    let asks = format!(
        "#{{ asks: [#{{ table: \"sys_user\", field: \"email\", value: \"{}\" }}] }}",
        TOM.email
    );
    for (hook, body) in [
        ("on_route", "#{ order: [\"ben\"] }"),
        ("on_wait_limit", "#{ extend_secs: 600, message: \"It takes longer today.\" }"),
        ("on_lookup", &asks),
        ("on_idle", "if ctx.what == \"remind\" { return #{ text: \"Hello? A rule asks.\" }; }"),
    ] {
        world.write(&format!("scripts/{hook}.rhai"), &format!("fn {hook}(ctx) {{ {body} }}\n"));
    }
    let keys = "wait_max_secs = 1\nwait_then = \"end\"\nidle_remind_secs = 1\n[wrapup]";
    world.write("queues.d/support.toml", &SUPPORT.replacen("[wrapup]", keys, 1));
    world.start();
    let waits = world.open("Eve", "");
    world.follow(&waits).until_said("It takes longer today.");
    world.http("POST", &format!("/v1/chats/{}/end", waits.0), Some(&waits.1), Value::Null);

    // Ann has been there for longer, and Ben is asked.
    let mut ben = world.watch(BEN);
    available(&world, "ann");
    available(&world, "ben");
    let chat = world.open("Somebody", "somebody@nowhere.example");
    ben.until_offered(&chat.0);
    world.ok(BEN, &["offer", "accept"]);
    let mut stream = world.follow(&chat);
    world.ok(BEN, &["chat", "say", "Good day"]);
    stream.until_said("Hello? A rule asks.");
    let found = world.ok(BEN, &["match", "list"]);
    assert_eq!(found["match"]["chosen"], TOM.sys_id, "{found}");
}

#[test]
fn what_is_withheld_as_its_rule_fails_is_nowhere() {
    let mut world = World::new();
    fs::remove_dir_all(world.path("scripts")).expect("the shipped scripts");
    let rule = "fn on_message(ctx) { why(ctx.text); log(ctx.text); throw `what is ${ctx.text}?` }";
    world.write("scripts/on_message.rhai", rule);
    let queue = SUPPORT.replacen("[wrapup]", "on_message_failure = \"withhold\"\n[wrapup]", 1);
    world.write("queues.d/support.toml", &queue);
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = world.open("Jo", "jo@z.example");
    watcher.until_offered(&chat.0);
    world.ok(ANN, &["offer", "accept"]);
    world.customer_says(&chat, "m1", &format!("charge {CARD} please"));
    let shown = world.ok(ANN, &["chat", "show"]).to_string();
    assert!(shown.contains("[withheld: the rule for messages failed]"), "{shown}");
    let story = explained(&world, &chat.0);
    assert!(story.contains("withheld with the message"), "{story}");
    for text in [&shown, &story] {
        assert!(!text.contains(&CARD[..14]), "{text}");
    }
    nowhere(&world.path("journal"), &CARD[..14]);
    let logged = world.daemon.take().unwrap().said_until_its_end().join("\n");
    assert!(!logged.contains(&CARD[..14]), "{logged}");
    nowhere(&world.path(""), &CARD[..14]);
}

/// All that `explain` tells of a chat, for programs and for people.
fn explained(world: &World, chat: &str) -> String {
    let story = world.ok(ADMIN, &["explain", chat]).to_string();
    let human = world.ctl_raw(ADMIN, &["explain", chat]);
    story + String::from_utf8(human.stdout).unwrap().as_str()
}

/// No file holds this text.
fn nowhere(folder: &Path, text: &str) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            nowhere(&path, text);
            continue;
        }
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!found, "{} holds what was replaced", path.display());
    }
}

//! A changed rule is asked what was asked before, and shows what it would have decided otherwise.

use crate::deliver::{CANARY, configured};
use crate::procedure::{available, talk};
use crate::receiver::Receiver;
use crate::world::World;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";
const CARD: &str = "4111 1111 1111 1111";

/// `deskd demo`, after its play.
struct Demo {
    child: Child,
    socket: String,
}

impl Demo {
    fn played() -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
            .arg("demo")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("deskd runs");
        let mut demo = Self { child, socket: String::new() };
        let mut lines = BufReader::new(demo.child.stdout.take().expect("a pipe")).lines();
        let socket = |line: &str| line.split_whitespace().last().map(ToOwned::to_owned);
        let mut line = String::new();
        while !line.contains("stays up") {
            line = lines.next().expect("the demo goes on").expect("it is text");
            if line.contains("agents (IPC)") {
                demo.socket = socket(&line).unwrap_or_default();
            }
        }
        // Nobody reads what else it says.
        std::thread::spawn(move || lines.for_each(drop));
        demo
    }

    fn ctl(&self, args: &[&str]) -> (Value, String) {
        let run = |json: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_deskctl-under-test"))
                .args(["--socket", &self.socket, "--as", ADMIN])
                .args(json)
                .args(args)
                .env("NO_COLOR", "1")
                .stdin(Stdio::null())
                .output()
                .expect("deskctl runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("it is text")
        };
        (serde_json::from_str(&run(&["--json"])).expect("it is JSON"), run(&[]))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // As by Ctrl-C: it takes its folder with it.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let _ = self.child.wait();
    }
}

/// The scripts that come with deskd, one of them changed.
fn changed(dir: &Path, file: &str, from: &str, to: &str) {
    for (name, text) in desk_hooks::ScriptSet::shipped().files() {
        let text = if name == file { text.replace(from, to) } else { text.to_string() };
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

/// How often each hook was asked, and how often it differed, by kind.
fn differ<'a>(view: &'a Value, hook: &str) -> Option<(&'a Value, &'a Value)> {
    let hooks = view["found"]["hooks"].as_array().expect("hooks");
    let found = hooks.iter().find(|found| found["hook"] == hook)?;
    Some((&found["asked"], &found["differ"]))
}

#[test]
fn the_demo_s_history_is_answered_as_it_was_and_one_changed_rule_shows_itself() {
    let demo = Demo::played();
    // The set of that time answers as it did.
    let (live, human) = demo.ctl(&["script", "replay"]);
    let live = &live["script_replay"];
    assert_eq!(live["finished"], true, "{live}");
    assert!(live["failed"].is_null(), "{live}");
    assert!(live["proven"].as_u64().unwrap() > 5, "{live}");
    for count in ["unlike", "untold", "erased", "first"] {
        assert_eq!(live[count], 0, "{live}");
    }
    for hook in live["found"]["hooks"].as_array().unwrap() {
        assert!(hook["differ"].is_null(), "{live}");
    }
    println!("{human}");

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    // Every disposition needs a note, not only that of a chat that was escalated.
    let only = "\"escalated\" in ctx.segment.codes && ";
    changed(dir, "on_wrapup.rhai", only, "");
    let (tried, human) = demo.ctl(&["script", "replay", "--set", dir.to_str().unwrap()]);
    println!("{human}");
    let tried = &tried["script_replay"];
    let (asked, differs) = differ(tried, "on_wrapup").expect("it was asked");
    assert!(differs["answers"].as_u64() > Some(0) && differs["answers"] != *asked, "{tried}");
    let (_, same) = differ(tried, "on_match").expect("it was asked");
    assert!(same.is_null(), "{tried}");
    assert!(
        tried["found"]["last"][0]["what"].as_str().unwrap().contains("Please add a note"),
        "{tried}"
    );

    // One hook alone.
    let (one, _) =
        demo.ctl(&["script", "replay", "--set", dir.to_str().unwrap(), "--hook", "on_match"]);
    assert_eq!(differ(&one["script_replay"], "on_wrapup"), None, "{one}");
}

#[test]
fn a_replay_says_what_it_cannot_ask_and_shows_no_card_number() {
    let world = World::new();
    // No rule stood at on_status, and a message was replaced.
    let mut world = world;
    world.start();
    let mut watcher = world.watch(ADMIN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Tom", "tom@nowhere.example"));
    world.customer_says(&chat, "m1", &format!("charge {CARD} please"));
    world.ok(ANN, &["chat", "end"]);

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    changed(
        dir,
        "on_message.rhai",
        "fn on_message(ctx) {",
        "fn on_message(ctx) {\n    log(ctx.text);",
    );
    fs::write(dir.join("on_status.rhai"), "fn on_status(ctx) { #{ deny: \"Never.\" } }\n").unwrap();
    let set = dir.to_str().unwrap();
    let replayed = world.ok(ADMIN, &["script", "replay", "--set", set]);
    let view = &replayed["script_replay"];
    assert_eq!(view["redacted"], 1, "{view}");
    assert!(view["first"].as_u64().unwrap() >= 1, "{view}");
    let (_, differs) = differ(view, "on_status").expect("it is asked for the first time");
    assert!(differs["answers"].as_u64().unwrap() >= 1, "{view}");
    assert!(!replayed.to_string().contains(&CARD[..14]), "{view}");
    let human = world.ctl_raw(ADMIN, &["script", "replay", "--set", set]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("1 messages whose text is kept nowhere: input redacted"), "{human}");
    assert!(!human.contains(&CARD[..14]), "{human}");

    // What is wrong is said before anything is asked.
    world.refused(ANN, &["script", "replay"], "not_allowed");
    world.refused(ADMIN, &["script", "replay", "--hook", "on_mach"], "unknown_hook");
    world.refused(ADMIN, &["script", "replay", "--set", &format!("{set}/none")], "bad_scripts");
    fs::write(dir.join("on_offer.rhai"), "fn on_offer(ctx) { ctx.chatt }").unwrap();
    world.refused(ADMIN, &["script", "replay", "--set", set], "scripts_rejected");
}

const ON_CHAT: &str = r#"fn on_chat(ctx) {
    kv_set("last", ctx.chat.id);
    deliver("desk", #{ chat: ctx.chat.id, kind: "new", token: secret("token") },
        #{ authorization: "Bearer " + secret("token") });
}"#;
const ON_EVENT: &str = r#"fn on_event(ctx) {
    if ctx.event == "chat_ended" { deliver("desk", #{ ended: ctx.chat.id }); }
}"#;

/// How often one hook's answers differed in what it sends, and what it remembers.
fn beside(view: &Value, hook: &str) -> [u64; 2] {
    let (_, differs) = differ(view, hook).expect("it was asked");
    ["sends", "remembers"].map(|kind| differs[kind].as_u64().unwrap_or_default())
}

#[test]
fn a_set_that_delivers_otherwise_shows_itself_and_what_follows_is_asked_again() {
    let receiver = Receiver::start();
    let rules = [("on_chat", ON_CHAT), ("on_event", ON_EVENT)];
    let mut world = configured(&receiver.url(), &rules);
    world.start();
    // What was before it begins to follow is nobody's to be told.
    while world.ok(ADMIN, &["daemon", "status"])["daemon"]["events"].is_null() {}
    for name in ["Jo", "Al"] {
        let (chat, _) = world.open(name, "nobody@nowhere.example");
        world.ok(ADMIN, &["chat", "force-end", &chat, "--yes"]);
    }
    // Two that came, and two that ended.
    for _ in 0..4 {
        receiver.next();
    }
    let replay = |args: &[&str]| {
        let view = world.ok(ADMIN, &[&["script", "replay"], args].concat());
        let human = world.ctl_raw(ADMIN, &[&["script", "replay"], args].concat()).stdout;
        for told in [view.to_string(), String::from_utf8(human).unwrap()] {
            assert!(!told.contains(CANARY), "{told}");
        }
        view["script_replay"].clone()
    };
    // The set of that time answers as it did, what follows the journal too.
    let live = replay(&[]);
    for hook in live["found"]["hooks"].as_array().unwrap() {
        assert!(hook["differ"].is_null() && hook["same"] == hook["asked"], "{live}");
    }
    for count in ["unlike", "untold", "erased"] {
        assert_eq!(live[count], 0, "{live}");
    }
    assert_eq!(live["proven"], 4, "two arrivals and two ends: {live}");
    let (asked, _) = differ(&live, "on_event").expect("it is asked");
    assert!(asked.as_u64().unwrap() > 2, "also what it wanted nothing of: {live}");

    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().to_str().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let other = ON_CHAT.replace("\"new\"", "\"old\"").replace("\"last\"", "\"first\"");
    write("on_chat.rhai", other);
    write("on_event.rhai", ON_EVENT.replace("chat_ended", "chat_opened"));
    let tried = replay(&["--set", set]);
    assert_eq!(beside(&tried, "on_chat"), [2, 2], "{tried}");
    assert_eq!(beside(&tried, "on_event"), [4, 0], "two more and two fewer: {tried}");
    let told = tried.to_string();
    for part in ["to desk: kind \\\"new\\\" → \\\"old\\\"", "first: not written → ", "→ nothing"]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }

    // Without the rule that follows, what it sent is not sent; another one is asked for the first time.
    fs::remove_file(folder.path().join("on_event.rhai")).unwrap();
    let tried = replay(&["--set", set, "--hook", "on_event"]);
    assert_eq!(beside(&tried, "on_event"), [2, 0], "{tried}");
    write("on_event.rhai", "fn on_event(ctx) { throw \"no\"; }".into());
    let tried = replay(&["--set", set, "--hook", "on_event"]);
    let (asked, differs) = differ(&tried, "on_event").expect("it was asked");
    assert_eq!(differs["fails"], *asked, "{tried}");
}

#[test]
fn a_rule_that_would_follow_is_asked_about_what_nobody_followed() {
    let receiver = Receiver::start();
    let mut world = configured(&receiver.url(), &[("on_chat", ON_CHAT)]);
    world.start();
    let (chat, _) = world.open("Jo", "nobody@nowhere.example");
    world.ok(ADMIN, &["chat", "force-end", &chat, "--yes"]);
    receiver.next();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("on_chat.rhai"), ON_CHAT).unwrap();
    fs::write(folder.path().join("on_event.rhai"), ON_EVENT).unwrap();
    let set = folder.path().to_str().unwrap();
    let tried = world.ok(ADMIN, &["script", "replay", "--set", set])["script_replay"].clone();
    assert_eq!(beside(&tried, "on_event"), [1, 0], "{tried}");
    let (asked, _) = differ(&tried, "on_event").expect("it is asked");
    assert_eq!(tried["first"], *asked, "{tried}");
    assert_eq!((&tried["proven"], &tried["unlike"]), (&1.into(), &0.into()), "{tried}");
    assert_eq!(beside(&tried, "on_chat"), [0, 0], "{tried}");
}

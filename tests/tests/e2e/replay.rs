//! A changed rule is asked what was asked before, and shows what it would have decided otherwise.

use crate::procedure::{available, talk};
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

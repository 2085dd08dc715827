//! Deliberate bugs, each of which the simulation must catch: what a test has never been seen to fail
//! for, it may not look at.
//!
//! `cargo test -p desk-tests --test mutants -- --ignored --nocapture` plants them all in a copy of the
//! project, each behind a switch, builds that once, and plays with one switched on at a time: by which
//! seed it was caught is told. `DESK_MUTANT=wrap-up` plays those of that name alone.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

struct Mutant {
    /// What it breaks.
    name: &'static str,
    file: &'static str,
    find: &'static str,
    /// What stands there instead; `ON` says whether the bug is on.
    put: &'static str,
}

const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "answers leave before their record is durable",
        file: "daemon/app/src/engine/mod.rs",
        find: "if self.state.seq <= self.durable && self.held.is_empty() {",
        put: "if ON || self.state.seq <= self.durable && self.held.is_empty() {",
    },
    Mutant {
        name: "a chat's end forgets the incident",
        file: "daemon/core/src/outbox/decide.rs",
        find: "    want(draft, chat, StepKind::Create, false);\n    let at",
        put: "    if !ON { want(draft, chat, StepKind::Create, false); }\n    let at",
    },
    Mutant {
        name: "no acceptance timer",
        file: "daemon/core/src/chat/apply/mod.rs",
        find: "    state.desk.set(Timer::Offer(made.chat), made.deadline, seq);\n",
        put: "    if !ON { state.desk.set(Timer::Offer(made.chat), made.deadline, seq); }\n",
    },
    Mutant {
        name: "no wrap-up timer",
        file: "daemon/core/src/chat/apply/segments.rs",
        find: "WrapTimer::Running { deadline } => state.desk.set",
        put: "WrapTimer::Running { .. } if ON => {}\n\
              WrapTimer::Running { deadline } => state.desk.set",
    },
    Mutant {
        name: "newer chats overtake older ones",
        file: "daemon/core/src/queue/routing.rs",
        find: "arrived: (chat.opened.desk_ms, chat.opened_seq),",
        put: "arrived: (if ON { u64::MAX - chat.opened.desk_ms } else { chat.opened.desk_ms }, \
              chat.opened_seq),",
    },
    Mutant {
        name: "one chat more than an agent's capacity",
        file: "daemon/core/src/agent/status.rs",
        find: "config.capacity.saturating_sub(load(state, agent))",
        put: "(config.capacity + u16::from(ON)).saturating_sub(load(state, agent))",
    },
    Mutant {
        name: "a second offer to an agent who has one",
        file: "daemon/core/src/agent/status.rs",
        find: "        && agent.offer.is_none()\n",
        put: "        && (ON || agent.offer.is_none())\n",
    },
    Mutant {
        name: "work offline hides post-processing whose timer runs",
        file: "daemon/core/src/agent/status.rs",
        find: "finishing && (kind != IntentKind::WorkOffline || timer_runs)",
        put: "finishing && (kind != IntentKind::WorkOffline || timer_runs && !ON)",
    },
    Mutant {
        name: "a repeat is done once more",
        file: "daemon/core/src/state.rs",
        find: "        self.seqs.insert((actor.clone(), id.clone()), seq);\n",
        put: "        if !ON { self.seqs.insert((actor.clone(), id.clone()), seq); }\n",
    },
    Mutant {
        name: "answers for repeats are not found after a restart",
        file: "daemon/core/src/state.rs",
        find: "        self.answers.index();\n",
        put: "        if !ON { self.answers.index(); }\n",
    },
    Mutant {
        name: "answers for repeats are kept without a bound",
        file: "daemon/core/src/state.rs",
        find: "while self.by_seq.len() > most as usize {",
        put: "while !ON && self.by_seq.len() > most as usize {",
    },
    Mutant {
        name: "a restart forgets the step that was under way",
        file: "daemon/core/src/outbox/apply.rs",
        find: "                step.phase = StepPhase::Due { at: due };\n",
        put: "                if !ON { step.phase = StepPhase::Due { at: due }; }\n",
    },
    Mutant {
        name: "a step that may have been done is done again without a look",
        file: "daemon/core/src/outbox/apply.rs",
        find: "                step.doubtful = true;\n                step.tried",
        put: "                step.doubtful |= !ON;\n                step.tried",
    },
    Mutant {
        name: "an id of ours is trusted before it was seen to be taken",
        file: "daemon/core/src/outbox/apply.rs",
        find: "(config.ids_of_ours || outbox.own_ids)",
        put: "(ON || config.ids_of_ours || outbox.own_ids)",
    },
    Mutant {
        name: "messages are taken after a chat's end",
        file: "daemon/core/src/chat/messages.rs",
        find: "    may_speak(chat, from)?;\n    if chars == 0",
        put: "    if !ON { may_speak(chat, from)?; }\n    if chars == 0",
    },
    Mutant {
        name: "who missed an offer stays available",
        file: "daemon/core/src/agent/verbs.rs",
        find: "    if available {\n        let recover",
        put: "    if available && !ON {\n        let recover",
    },
    Mutant {
        name: "closed chats stay in memory",
        file: "daemon/core/src/chat/apply/mod.rs",
        find: "    let Some(chat) = state.chats.remove(&id) else { return };\n    if let Some(Lookup",
        put: "    if ON { return; }\n    let Some(chat) = state.chats.remove(&id) else { return };\n    \
              if let Some(Lookup",
    },
];

/// What says whether the n-th bug is on, for the core's `lib.rs`.
const SWITCH: &str = r#"
#[allow(missing_docs, clippy::all)]
pub fn mutant(n: usize) -> bool {
    static ON: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
    let read = || std::env::var("DESK_PLANTED").ok().and_then(|n| n.parse().ok());
    *ON.get_or_init(read) == Some(n)
}
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a member").to_owned()
}

/// A file of the project with the bugs that belong there, each behind its switch.
fn planted(file: &str, mut text: String) -> String {
    for (n, mutant) in MUTANTS.iter().enumerate().filter(|(_, mutant)| mutant.file == file) {
        let name = mutant.name;
        assert_eq!(text.matches(mutant.find).count(), 1, "{name}: its place in {file} has changed");
        let of = if file.starts_with("daemon/core/") { "crate" } else { "desk_core" };
        let put = mutant.put.replace("ON", &format!("{of}::mutant({n})"));
        text = text.replacen(mutant.find, &put, 1);
    }
    if file == "daemon/core/src/lib.rs" {
        text.push_str(SWITCH);
    }
    text
}

#[test]
fn each_mutant_has_its_place() {
    let files: BTreeSet<&str> = MUTANTS.iter().map(|mutant| mutant.file).collect();
    for file in files {
        planted(file, fs::read_to_string(root().join(file)).expect("a source file"));
    }
}

/// Copies the project without what was built; what is the same already keeps its time, so that a
/// second run builds little.
fn copy(from: &Path, to: &Path, below: &str) {
    fs::create_dir_all(to).expect("a folder");
    let mut there: BTreeSet<_> = names(to);
    for name in names(from) {
        there.remove(&name);
        let (path, copied, below) = (from.join(&name), to.join(&name), format!("{below}{name}"));
        if name == "target" || name == ".git" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &copied, &format!("{below}/"));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => planted(&below, text).into_bytes(),
            Err(binary) => binary.into_bytes(),
        };
        if fs::read(&copied).ok().as_ref() != Some(&bytes) {
            fs::write(&copied, bytes).expect("a copy");
        }
    }
    for gone in there {
        let path = to.join(gone);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("what is no more");
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    entries.map(|entry| name(entry).into_string().expect("a plain name")).collect()
}

/// Builds the simulation of the copy, in a folder of its own: the program that plays it.
fn build(dir: &Path) -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["test", "-q", "--locked", "--offline", "--no-run", "--message-format=json"])
        .args(["-p", "desk-tests", "--test", "simulation"])
        .current_dir(dir)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let lines = String::from_utf8_lossy(&built.stdout).into_owned();
    let messages = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let programs = messages.filter(|message| message["target"]["name"] == "simulation");
    let mut programs = programs.filter_map(|message| Some(message["executable"].as_str()?.into()));
    programs.next_back().expect("a program")
}

/// Plays with the n-th bug on: nothing if all goes well, else by which seed it did not.
fn caught(program: &Path, n: Option<usize>) -> Option<u64> {
    let n = n.map_or_else(|| "none".to_owned(), |n| n.to_string());
    let seeds = std::env::var("DESK_SIM_SEEDS").unwrap_or_else(|_| "40".into());
    let ran = Command::new(program)
        .args(["every_day", "--nocapture"])
        .env("DESK_PLANTED", n)
        .env("DESK_SIM_SEEDS", seeds)
        // That it fails is wanted; why is known.
        .env("DESK_SIM_SHORTEN_SECS", "0")
        .output()
        .expect("it runs");
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let seeds = said.split("DESK_SIM_SEED=").skip(1);
    let seeds = seeds.filter_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    let seed = seeds.min();
    assert_eq!(ran.status.success(), seed.is_none(), "{said}");
    seed
}

#[test]
#[ignore = "a whole run: builds a copy of the project, and plays once for each mutant"]
fn each_mutant_is_caught() {
    let dir = root().join("target/mutants");
    copy(&root(), &dir, "");
    let program = build(&dir);
    assert_eq!(caught(&program, None), None, "without a mutant all goes well");
    let mut missed = Vec::new();
    let only = std::env::var("DESK_MUTANT").unwrap_or_default();
    for (n, Mutant { name, .. }) in MUTANTS.iter().enumerate() {
        if !name.contains(&only) {
            continue;
        }
        let began = Instant::now();
        match caught(&program, Some(n)) {
            Some(seed) => println!("caught by seed {seed} in {:.0?}: {name}", began.elapsed()),
            None => missed.push(*name),
        }
    }
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

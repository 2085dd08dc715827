//! Deliberate bugs, each of which the simulation must catch: what a test has never been seen to fail
//! for, it may not look at.
//!
//! `cargo test -p desk-tests --test mutants -- --ignored --nocapture` plants each in a copy of the
//! project and tells by which seed it was caught; it takes a build for each. `DESK_MUTANT=wrap-up`
//! plants those of that name alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Mutant {
    /// What it breaks.
    name: &'static str,
    file: &'static str,
    find: &'static str,
    put: &'static str,
}

const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "answers leave before their record is durable",
        file: "daemon/app/src/engine/mod.rs",
        find: "if self.state.seq <= self.durable && self.held.is_empty() {",
        put: "if self.durable <= self.state.seq {",
    },
    Mutant {
        name: "a chat's end forgets the incident",
        file: "daemon/core/src/outbox/decide.rs",
        find: "    want(draft, chat, StepKind::Create, false);\n    let at",
        put: "    let at",
    },
    Mutant {
        name: "no acceptance timer",
        file: "daemon/core/src/chat/apply/mod.rs",
        find: "    state.desk.set(Timer::Offer(made.chat), made.deadline, seq);\n",
        put: "",
    },
    Mutant {
        name: "no wrap-up timer",
        file: "daemon/core/src/chat/apply/segments.rs",
        find: "WrapTimer::Running { deadline } => state.desk.set(Timer::Wrapup(id), deadline, seq),",
        put: "WrapTimer::Running { .. } => {}",
    },
    Mutant {
        name: "newer chats overtake older ones",
        file: "daemon/core/src/queue/routing.rs",
        find: "arrived: (chat.opened.desk_ms, chat.opened_seq),",
        put: "arrived: (u64::MAX - chat.opened.desk_ms, chat.opened_seq),",
    },
    Mutant {
        name: "one chat more than an agent's capacity",
        file: "daemon/core/src/agent/status.rs",
        find: "config.capacity.saturating_sub(load(state, agent))",
        put: "(config.capacity + 1).saturating_sub(load(state, agent))",
    },
    Mutant {
        name: "a second offer to an agent who has one",
        file: "daemon/core/src/agent/status.rs",
        find: "        && agent.offer.is_none()\n",
        put: "",
    },
    Mutant {
        name: "a repeat is done once more",
        file: "daemon/core/src/state.rs",
        find: "        self.seqs.insert((actor.clone(), id.clone()), seq);\n",
        put: "",
    },
    Mutant {
        name: "answers for repeats are not found after a restart",
        file: "daemon/core/src/state.rs",
        find: "        self.answers.index();\n",
        put: "",
    },
    Mutant {
        name: "a restart forgets the step that was under way",
        file: "daemon/core/src/outbox/apply.rs",
        find: "                step.phase = StepPhase::Due { at: due };\n",
        put: "",
    },
    Mutant {
        name: "a step that may have been done is done again without a look",
        file: "daemon/core/src/outbox/apply.rs",
        find: "                step.doubtful = true;\n                state.desk.clear",
        put: "                state.desk.clear",
    },
    Mutant {
        name: "messages are taken after a chat's end",
        file: "daemon/core/src/chat/messages.rs",
        find: "    may_speak(chat, from)?;\n    if chars == 0",
        put: "    if chars == 0",
    },
    Mutant {
        name: "who missed an offer stays available",
        file: "daemon/core/src/agent/verbs.rs",
        find: "    if available {\n        let recover",
        put: "    if !available {\n        let recover",
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a member").to_owned()
}

#[test]
fn each_mutant_has_its_place() {
    for Mutant { name, file, find, .. } in MUTANTS {
        let text = fs::read_to_string(root().join(file)).expect("a source file");
        assert_eq!(text.matches(find).count(), 1, "{name}: its place in {file} has changed");
    }
}

/// Copies the project without what was built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (name, path) = (entry.file_name(), entry.path());
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// Plays the simulation in `dir`: nothing if it passes, else the seed that it fails by.
fn caught(dir: &Path, target: &Path) -> Option<String> {
    let ran = Command::new(env!("CARGO"))
        .args(["test", "-q", "--locked", "--offline", "-p", "desk-tests", "--test", "simulation"])
        .args(["every_day", "--", "--nocapture"])
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target)
        .env("DESK_SIM_SEEDS", std::env::var("DESK_SIM_SEEDS").unwrap_or("40".into()))
        .output()
        .expect("cargo runs");
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(!said.contains("could not compile"), "{said}");
    if ran.status.success() {
        return None;
    }
    let seeds = said
        .split("DESK_SIM_SEED=")
        .skip(1)
        .filter_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    let seed = seeds.min().map_or_else(|| "another test".to_owned(), |seed| format!("seed {seed}"));
    Some(seed)
}

#[test]
#[ignore = "a whole run: builds the project once for each mutant"]
fn each_mutant_is_caught() {
    let outer = tempfile::tempdir().expect("a folder");
    let (dir, target) = (outer.path().join("project"), root().join("target/mutants"));
    copy(&root(), &dir);
    assert_eq!(caught(&dir, &target), None, "without a mutant it passes");
    let mut missed = Vec::new();
    let only = std::env::var("DESK_MUTANT").unwrap_or_default();
    for Mutant { name, file, find, put } in MUTANTS.iter().filter(|m| m.name.contains(&only)) {
        let path = dir.join(file);
        let sound = fs::read_to_string(&path).expect("a source file");
        fs::write(&path, sound.replacen(find, put, 1)).expect("a mutant");
        match caught(&dir, &target) {
            Some(by) => println!("caught by {by}: {name}"),
            None => missed.push(*name),
        }
        fs::write(&path, sound).expect("the source file");
    }
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

//! The project's own shape: dependencies go one way, what the documents name is there, files stay
//! small.

use desk_hooks::registry;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a member").to_owned()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo speaks JSON")
}

/// Our crates that each of our crates depends on, development apart.
fn dependencies(metadata: &Value) -> Vec<(String, BTreeSet<String>)> {
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |package: &Value| package["name"].as_str().expect("a name").to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().expect("dependencies");
        let normal = all.iter().filter(|dependency| dependency["kind"].is_null());
        (name(package), normal.map(name).filter(|name| ours.contains(name)).collect())
    };
    packages.iter().map(of).collect()
}

#[test]
fn dependencies_go_one_way() {
    let allowed = |package: &str| -> &[&str] {
        match package {
            "desk-hooks" => &["desk-core"],
            "deskctl" => &["desk-wire"],
            "deskd" => &[
                "desk-core",
                "desk-hooks",
                "desk-journal",
                "desk-sandbox",
                "desk-servicenow",
                "desk-wire",
            ],
            _ => &[],
        }
    };
    for (package, uses) in dependencies(&metadata()) {
        if package == "desk-tests" {
            continue;
        }
        for used in uses {
            assert!(allowed(&package).contains(&used.as_str()), "{package} must not use {used}");
        }
    }
}

#[test]
fn the_core_knows_no_clock_thread_disk_or_script() {
    let manifest = fs::read_to_string(root().join("daemon/core/Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("TOML");
    let dependencies = manifest["dependencies"].as_table().expect("dependencies");
    let pure = ["jiff", "serde", "serde_json", "sha2", "thiserror", "uuid"];
    for (name, _) in dependencies.iter() {
        assert!(pure.contains(&name), "desk-core must not depend on {name}");
    }
}

#[test]
fn what_the_documents_name_is_there() {
    for document in ["ARCHITECTURE.md", "README.md"] {
        let text = fs::read_to_string(root().join(document)).expect(document);
        let mut named = 0;
        for quoted in text.split('`').skip(1).step_by(2) {
            let folders = ["daemon/", "ctl/", "scripts/", "config/", "tests/", ".ci/"];
            let is_path = folders.iter().any(|folder| quoted.starts_with(folder));
            if is_path && !quoted.contains([' ', '<', '*', '…']) {
                named += 1;
                assert!(
                    root().join(quoted).exists(),
                    "{document} names {quoted}, which is not there"
                );
            }
        }
        assert!(named > 0, "{document} names no path: this test reads it wrongly");
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_hold_one_idea_each() {
    let mut files = Vec::new();
    for folder in ["daemon", "ctl", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "this test looks in the wrong place");
    for path in files {
        let text = fs::read_to_string(&path).expect("a source");
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        let most = if is_test { 700 } else { 450 };
        let lines = text.lines().count();
        assert!(
            lines <= most,
            "{} has {lines} lines: look for the second idea in it",
            path.display()
        );
        // Put together here, so that this file does not hold what it looks for.
        for word in [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["unimple", "mented!"].concat()]
        {
            assert!(!text.contains(&word), "{} holds {word}", path.display());
        }
    }
}

#[test]
fn the_tests_that_the_tables_of_the_pages_name_are_there() {
    let mut files = Vec::new();
    for folder in ["daemon", "ctl", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    let all: Vec<String> =
        files.iter().map(|path| fs::read_to_string(path).expect("a source")).collect();
    let mut named = 0;
    for page in ["docs/queues.md", "docs/security.md"] {
        let text = fs::read_to_string(root().join(page)).expect("a page");
        for row in text.lines().filter(|line| line.starts_with("| `")) {
            let test = row.split(" | ").nth(1).expect("a test").trim_matches('`');
            let declared = format!("fn {test}()");
            assert!(all.iter().any(|source| source.contains(&declared)), "no test {test}: {row}");
            named += 1;
        }
    }
    assert!(named > 80, "this test reads the pages wrongly");
}

#[test]
fn each_hook_is_told_of_with_what_is_built_in_and_a_test_through_the_daemon() {
    let mut files = Vec::new();
    sources(&root().join("tests/tests/e2e"), &mut files);
    let all: Vec<String> =
        files.iter().map(|path| fs::read_to_string(path).expect("a source")).collect();
    let page = fs::read_to_string(root().join("docs/rules.md")).expect("a page");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let told: Vec<[&str; 2]> = rows.iter().map(|row| [row[0].trim_matches('`'), row[1]]).collect();
    let known = registry::HOOKS.iter().map(|spec| [spec.hook.name(), spec.default]);
    assert_eq!(told, known.collect::<Vec<_>>());
    for row in rows {
        let shipped = root().join(format!("scripts/{}.rhai", row[0].trim_matches('`'))).exists();
        assert_eq!(shipped, row[2] != "–", "{}", row[0]);
        for test in row[3].split(", ").map(|name| name.trim_matches('`')) {
            let declared = format!("fn {test}()");
            assert!(all.iter().any(|source| source.contains(&declared)), "no test {test}");
        }
    }
}

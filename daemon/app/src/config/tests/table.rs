//! The tables of keys in `docs/queues.md`: every key of a queue and of an agent stands there, and what
//! it is said to answer to a wrong value is what is answered, at its place.

use super::{Files, GOOD};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tables of words of one's own: they count as one key each.
const FREE: [&str; 6] =
    ["skills", "queues", "fields", "incident_fields", "hours.days", "form.incident_fields"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The keys of a shipped file, those that stand commented out among them.
fn keys(text: &str) -> BTreeSet<String> {
    let (mut keys, mut section) = (BTreeSet::new(), String::new());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
            if FREE.contains(&name) {
                keys.insert(section.clone());
            }
            continue;
        }
        let line = line.strip_prefix("# ").unwrap_or(line);
        let Some((key, _)) = line.split_once(" = ") else { continue };
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if is_key && !FREE.contains(&section.as_str()) {
            let dot = if section.is_empty() { "" } else { "." };
            keys.insert(format!("{section}{dot}{key}"));
        }
    }
    keys
}

/// The rows of the table under a heading: key, wrong value, answer.
fn rows(heading: &str) -> Vec<[String; 3]> {
    let text = read("docs/queues.md");
    let (_, text) = text.split_once(&format!("\n### {heading}\n")).expect("the heading is there");
    let text = text.split("\n#").next().unwrap_or_default();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [key, _, wrong, answer] = cells[..] else { panic!("not a row: {line}") };
        [key.trim_matches('`'), wrong.trim_matches('`'), answer].map(ToOwned::to_owned)
    })
    .collect()
}

/// What is said of a file with this one line, beside what is good.
fn said(file: &str, line: &str) -> String {
    let files = Files::new(&GOOD);
    files.write("deskd.toml", "# as it comes\n");
    files.write(file, &format!("{line}\n"));
    let problems = match files.load() {
        Ok(loaded) => loaded.warnings,
        Err(error) => error.problems,
    };
    let path = files.path().join(file);
    let at_the_line = |problem: &&super::super::problem::Problem| {
        problem.file.as_ref() == Some(&path) && problem.line == Some(1)
    };
    let severity = |problem: &super::super::problem::Problem| match problem.severity {
        super::super::problem::Severity::Error => "error",
        super::super::problem::Severity::Warning => "warning",
    };
    let told = |p: &super::super::problem::Problem| format!("{}: {}", severity(p), p.message);
    let found = problems.iter().find(at_the_line).map(told);
    found.unwrap_or_else(|| format!("nothing, but {problems:?}"))
}

fn hold(heading: &str, shipped: &str, file: &str) {
    let rows = rows(heading);
    let told: BTreeSet<String> = rows.iter().map(|[key, ..]| key.clone()).collect();
    assert_eq!(told.len(), rows.len(), "a key stands twice under {heading}");
    assert_eq!(told, keys(&read(shipped)), "the keys of {shipped} and those under {heading}");
    let wrong: Vec<String> = rows
        .iter()
        .map(|[_, line, answer]| (line, answer, said(file, line)))
        .filter(|(_, answer, said)| answer != &said)
        .map(|(line, answer, said)| format!("{line}\n  docs: {answer}\n  said: {said}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_key_of_a_queue_answers_what_the_docs_say_of_a_wrong_value() {
    hold("Keys of a queue", "config/queues.d/support.toml", "queues.d/support.toml");
}

#[test]
fn every_key_of_an_agent_answers_what_the_docs_say_of_a_wrong_value() {
    hold("Keys of an agent", "config/agents.d/ann.toml", "agents.d/ann.toml");
}

//! `deskd script`: what can be done about scripts without a daemon, and what a daemon takes over.

use crate::world::World;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const RULE: &str = "fn on_offer(ctx) {
    if ctx.accept_secs > 30 {
        why(\"too long\");
        return #{ accept_secs: 30 };
    }
}
";
const TEST: &str = "fn test_short() { assert_eq(on_offer(#{ accept_secs: 20 }), ()); }
";

fn deskd() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskd-under-test"));
    command.arg("script");
    command
}

fn run(args: &[&str], dir: &Path) -> Output {
    deskd().args(args).arg(dir).output().expect("deskd runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("tests")).expect("a folder");
    fs::write(folder.path().join("on_offer.rhai"), RULE).expect("a file");
    fs::write(folder.path().join("tests/on_offer.rhai"), TEST).expect("a file");
    folder
}

#[test]
fn a_folder_is_checked_tested_and_measured_without_a_daemon() {
    let folder = folder();
    let dir = folder.path();
    let checked = run(&["check"], dir);
    assert!(checked.status.success(), "{}", err(&checked));
    assert_eq!(out(&checked), "sound: 1 rules, 1 tests\n");
    let lcov = dir.join("lcov.info");
    let tested = run(&["test", "--coverage", "--lcov", lcov.to_str().expect("a name")], dir);
    assert!(tested.status.success(), "{}", err(&tested));
    assert!(out(&tested).contains("ok      tests/on_offer.rhai test_short"), "{}", out(&tested));
    assert!(out(&tested).contains("33 %  1/3  missed: 3, 4"), "{}", out(&tested));
    let lcov = fs::read_to_string(lcov).expect("it was written");
    assert!(lcov.contains("on_offer.rhai\nDA:2,1\nDA:3,0\n"), "{lcov}");
    let none = run(&["test", "--only", "nothing"], dir);
    assert_eq!(none.status.code(), Some(1), "{}", err(&none));
}

#[test]
fn what_is_wrong_ends_in_1_with_its_place() {
    let folder = folder();
    let dir = folder.path();
    let wrong = TEST.replace("()); }", "#{ accept_secs: 5 }); }");
    fs::write(dir.join("tests/on_offer.rhai"), wrong).expect("a file");
    for verb in ["check", "test"] {
        let failed = run(&[verb], dir);
        assert_eq!(failed.status.code(), Some(1), "{}", out(&failed));
        assert!(err(&failed).contains("--> tests/on_offer.rhai:1:19"), "{}", err(&failed));
    }
    fs::write(dir.join("on_offer.rhai"), "fn on_offer(ctx) { ctx.chatt }").expect("a file");
    let failed = run(&["check"], dir);
    assert_eq!(failed.status.code(), Some(1), "{}", out(&failed));
    assert!(err(&failed).contains("did you mean 'chat'?"), "{}", err(&failed));
}

#[test]
fn tests_run_again_with_each_change() {
    let folder = folder();
    let dir = folder.path();
    let mut command = deskd();
    let command = command.args(["test", "--watch"]).arg(dir);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("deskd");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut until = |wanted: &str| {
        let found = lines.by_ref().map_while(Result::ok).find(|line| line.contains(wanted));
        assert!(found.is_some(), "{wanted} never came");
    };
    until("1 passed, 0 failed");
    let more =
        format!("{TEST}fn test_long() {{ assert_eq(on_offer(#{{ accept_secs: 60 }}), ()); }}\n");
    fs::write(dir.join("tests/on_offer.rhai"), more).expect("a file");
    until("1 passed, 1 failed");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn the_reference_and_a_first_rule_are_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = run(&["docs"], folder.path());
    assert!(written.status.success(), "{}", err(&written));
    let hooks = fs::read_to_string(folder.path().join("hooks.md")).expect("it was written");
    assert!(hooks.contains("## `on_match`"));
    let definitions =
        fs::read_to_string(folder.path().join("deskd.d.rhai")).expect("it was written");
    assert!(definitions.contains("fn get customer(of: Chat) -> Customer;"), "{definitions}");
    let rule = deskd().args(["new", "on_offer"]).output().expect("deskd runs");
    assert!(out(&rule).contains("fn on_offer(ctx)"), "{}", out(&rule));
    let none = deskd().args(["new", "on_ofer"]).output().expect("deskd runs");
    assert_eq!(none.status.code(), Some(1), "{}", err(&none));
}

#[test]
fn a_set_whose_tests_fail_does_not_go_live() {
    let world = World::running();
    let good = world.ok("role:admin", &["script", "status"])["scripts"]["set"]["serving"].clone();
    let rule = "fn on_offer(ctx) { #{ lines: [\"changed\"] } }\n";
    fs::create_dir_all(world.path("scripts/tests")).expect("a folder");
    world.write("scripts/tests/on_offer.rhai", TEST);
    world.write("scripts/on_offer.rhai", rule);
    world.daemon.as_ref().unwrap().until_logged("the scripts are refused");
    let status = world.ok("role:admin", &["script", "status"]);
    let set = &status["scripts"]["set"];
    assert_eq!(set["serving"], good, "{status}");
    let rejected = set["rejected"].as_str().unwrap_or_else(|| panic!("{status}"));
    assert!(rejected.contains("test_short failed"), "{rejected}");
    assert!(rejected.contains("tests/on_offer.rhai:1:19"), "{rejected}");

    // A mended test lets it go live, though no rule changed since.
    world.write("scripts/tests/on_offer.rhai", "fn test_any() { assert(on_offer(#{}) != ()); }\n");
    world.daemon.as_ref().unwrap().until_logged("script set in force");
    let status = world.ok("role:admin", &["script", "status"]);
    assert_ne!(status["scripts"]["set"]["serving"], good, "{status}");
    assert!(status["scripts"]["set"]["rejected"].is_null(), "{status}");
}

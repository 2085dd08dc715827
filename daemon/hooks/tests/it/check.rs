//! Checking a folder without a daemon.

use desk_hooks::{Report, check};
use expect_test::expect;
use std::fs;
use std::path::Path;

fn checked(files: &[(&str, &str)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    check(folder.path())
}

fn failures(report: &Report) -> String {
    let failed = report.tests.iter().filter_map(|test| test.error.as_ref());
    let all: Vec<_> = report.errors.iter().chain(failed).map(ToString::to_string).collect();
    all.join("\n")
}

const RULE: (&str, &str) =
    ("on_offer.rhai", "fn on_offer(ctx) { #{ accept_secs: ctx.accept_secs - 20 } }");

#[test]
fn the_shipped_scripts_pass_their_tests() {
    let report = check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts"));
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.rules, 4);
    assert!(report.tests.len() >= 15, "{}", report.tests.len());
}

#[test]
fn a_failed_test_says_what_is_not_what() {
    let test = "fn test_a() { assert_eq(on_offer(#{}).accept_secs, 10); }
fn test_b() { assert_eq(on_offer(#{}), #{ accept_secs: 11, lines: [] }); }
fn test_c() { on_offer(#{ accept_secs: 22 }) }
fn test_d() { on_offer(#{ chat: #{ custmer: 1 } }) }
fn test_e() { assert(1 > 2); }";
    let report = checked(&[RULE, ("tests/offer.rhai", test)]);
    assert!(!report.is_good());
    assert!(report.tests[0].error.is_none());
    expect![[r#"
        error: #{"accept_secs": 10, "lines": [], "pop": ()} is not #{"accept_secs": 11, "lines": []}
         --> tests/offer.rhai:2:15
          |
        2 | fn test_b() { assert_eq(on_offer(#{}), #{ accept_secs: 11, lines: [] }); }
          |               ^
        error: on_offer.rhai: on_offer returned a wrong 'accept_secs': it takes an integer from 5 to 600
         --> tests/offer.rhai:3:15
          |
        3 | fn test_c() { on_offer(#{ accept_secs: 22 }) }
          |               ^
        error: ctx.chat has no property 'custmer' (did you mean 'customer'?)
         --> tests/offer.rhai:4:15
          |
        4 | fn test_d() { on_offer(#{ chat: #{ custmer: 1 } }) }
          |               ^
        error: the assertion does not hold
         --> tests/offer.rhai:5:15
          |
        5 | fn test_e() { assert(1 > 2); }
          |               ^"#]].assert_eq(&failures(&report));
}

#[test]
fn tests_use_shared_files_and_the_queues_own_rules() {
    let report = checked(&[
        RULE,
        ("queues/billing/on_offer.rhai", "fn on_offer(ctx) { #{ accept_secs: 99 } }"),
        ("lib/a.rhai", "fn ninety_nine() { 99 }"),
        (
            "tests/offer.rhai",
            "import \"lib/a\" as a;
fn test_billing() {
    assert_eq(on_offer(#{ queue: #{ id: \"billing\" } }).accept_secs, a::ninety_nine());
}",
        ),
    ]);
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.tests.len(), 1);
}

#[test]
fn a_test_that_does_not_end_fails() {
    let report = checked(&[RULE, ("tests/offer.rhai", "fn test_a() { loop {} }")]);
    assert!(failures(&report).starts_with("error: "));
}

#[test]
fn scripts_that_do_not_load_are_reported_and_not_tested() {
    let report = checked(&[("on_offer.rhai", "fn on_ofer(ctx) {}"), ("tests/a.rhai", "x")]);
    assert_eq!((report.hash, report.tests.len(), report.errors.len()), (None, 0, 1));
}

#[test]
fn the_tutorials_first_rule_passes_its_test() {
    let tutorial = include_str!("../../../../scripts/README.md");
    let snippets: Vec<_> = tutorial
        .split("```rhai\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(snippet, _)| snippet))
        .collect();
    let [rule, tests] = snippets[..] else { panic!("{} snippets", snippets.len()) };
    let report = checked(&[("on_offer.rhai", rule), ("tests/on_offer.rhai", tests)]);
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.tests.len(), 2);
}

//! Checking a folder without a daemon.

use desk_hooks::{Options, Report, check};
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
    check(folder.path(), &Options { coverage: true, ..Options::default() })
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
    let report = check(&folder, &Options { coverage: true, ..Options::default() });
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.rules, 6);
    assert!(report.tests.len() >= 24, "{}", report.tests.len());
    let coverage = report.coverage.unwrap();
    let (come_by, all) = coverage.lines();
    assert!(come_by == all && all > 20, "{}", coverage.text());
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
        error: it is not what is wanted
          accept_secs: 10 is not 11
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
fn a_difference_is_told_by_its_place() {
    let rule = "fn on_match(ctx) { #{ choose: ctx.candidates[0].sys_id,
        order: ctx.candidates.map(|c| c.sys_id) } }";
    let test = "fn test_a() {
    let verdict = on_match(#{ candidates: [candidate(\"a\"), candidate(\"b\", #{ active: false })] });
    assert_eq(verdict, #{ choose: \"b\", order: [\"a\", \"c\", \"d\"], drop: [], other: 1 });
}
fn test_b() { assert_eq(#{ a: 1, b: #{ c: [] } }, #{ a: 1.0, b: #{ c: [], d: () } }); }
fn test_c() { assert_eq(agent(\"eve\"), 3); }
fn test_d() { assert_eq(\"text\", \"texts\"); }";
    let report = checked(&[("on_match.rhai", rule), ("tests/a.rhai", test)]);
    expect![[r#"
        error: it is not what is wanted
          choose: "a" is not "b"
          order[1]: "b" is not "c"
          order[2]: "d" is missing
          other: 1 is missing
         --> tests/a.rhai:3:5
          |
        3 |     assert_eq(verdict, #{ choose: "b", order: ["a", "c", "d"], drop: [], other: 1 });
          |     ^
        error: it is not what is wanted
          #{"capacity": 1, "id": "eve", "idle_ms": 0, "level": 50, "load": 0, "name": "An agent", "skills": #{}} is not 3
         --> tests/a.rhai:6:15
          |
        6 | fn test_c() { assert_eq(agent("eve"), 3); }
          |               ^
        error: "text" is not "texts"
         --> tests/a.rhai:7:15
          |
        7 | fn test_d() { assert_eq("text", "texts"); }
          |               ^"#]].assert_eq(&failures(&report));
}

#[test]
fn tests_build_what_rules_are_asked_about() {
    let rule = "fn on_route(ctx) {
    let least = ctx.chat.skills.french;
    let free = ctx.agents.filter(|a| a.load == 0 && a.skills.french >= least);
    why(\"free\", #{ n: free.len() });
    log(`at ${ctx.now}`);
    #{ order: free.map(|a| a.id) }
}";
    let test = "fn test_a() {
    let french = chat(#{ skills: #{ french: 40 }, customer: customer(#{ name: \"Ada\" }) });
    assert_eq(french.priority, 0);
    let agents = [agent(\"ann\", #{ skills: #{ french: 50 } }), agent(\"ben\"), agent(\"eve\", #{ load: 1 })];
    let verdict = on_route(#{ chat: french, agents: agents });
    assert_eq(verdict.order, [\"ann\"]);
    assert_eq(reasons(), [\"free (n: 1)\"]);
    assert(operations() > 10, \"it counts\");
}
fn test_b() {
    assert_eq(now(), time(\"2026-01-07T14:30:00Z\"));
    set_now(\"2026-12-24T08:00:00+01:00\");
    pass(60);
    assert_eq(now(), time(\"2026-12-24T07:01:00Z\"));
    on_route(#{});
    set_now(0);
}
fn test_c() {
    assert_fails(|| chat(#{ custmer: 1 }), \"did you mean 'customer'\");
    assert_fails(|| on_route(#{ agents: 1 }), \"is an array\");
    assert_fails(|| time(\"tomorrow\"), \"a time is written\");
}
fn test_d() { assert_fails(|| 1, \"no\"); }
fn test_e() { assert_fails(|| time(\"x\"), \"no such\"); }";
    let report = checked(&[("on_route.rhai", rule), ("tests/a.rhai", test)]);
    expect![[r#"
        error: it does not fail: it gives 1
          --> tests/a.rhai:23:15
           |
        23 | fn test_d() { assert_fails(|| 1, "no"); }
           |               ^
        error: it fails otherwise: Runtime error: 'x': a time is written 2026-12-24T08:00:00Z or 2026-12-24T08:00:00+01:00 @ 'tests/a.rhai' (line 24, position 31)
        in closure call (from 'tests/a.rhai') (line 24, position 15)
          --> tests/a.rhai:24:15
           |
        24 | fn test_e() { assert_fails(|| time("x"), "no such"); }
           |               ^"#]].assert_eq(&failures(&report));
    assert_eq!(report.tests[1].log, ["at 1798095660000"]);
}

#[test]
fn coverage_tells_the_lines_that_no_test_came_by() {
    let rule = "import \"lib/a\" as a;
const MOST = 30;

// A comment; with { in it.
fn on_offer(ctx) {
    if ctx.accept_secs > global::MOST {
        why(\"too long { } ;\");
        return #{ accept_secs: global::MOST };
    } else if ctx.accept_secs < 10 {
        /* never; */ why(`short ${ctx.accept_secs}`);
    }
    let n = 0;
    for x in [1, 2] { n += x; }
    switch n {
        3 => a::used(n),
        _ => a::unused(n),
    }
}";
    let lib =
        "fn used(n) {\n    let m = n;\n    #{ accept_secs: 10 + m }\n}\nfn unused(n) {\n    n\n}";
    let test = "fn test_long() { assert_eq(on_offer(#{ accept_secs: 60 }).accept_secs, 30); }
fn test_other() { assert_eq(on_offer(#{ accept_secs: 20 }).accept_secs, 13); }";
    let report = checked(&[("on_offer.rhai", rule), ("lib/a.rhai", lib), ("tests/a.rhai", test)]);
    assert!(report.is_good(), "{}", failures(&report));
    let coverage = report.coverage.unwrap();
    expect![[r#"
        lib/a.rhai      66 %  2/3  missed: 6
        on_offer.rhai   87 %  7/8  missed: 10
        all             81 %  9/11
    "#]]
    .assert_eq(&coverage.text());
    expect![[r#"
        TN:
        SF:scripts/lib/a.rhai
        DA:2,1
        DA:3,1
        DA:6,0
        LF:3
        LH:2
        end_of_record
        TN:
        SF:scripts/on_offer.rhai
        DA:2,4
        DA:6,2
        DA:7,1
        DA:8,1
        DA:10,0
        DA:12,1
        DA:13,2
        DA:14,1
        LF:8
        LH:7
        end_of_record
    "#]]
    .assert_eq(&coverage.lcov(Path::new("scripts")));
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
    assert_eq!((report.hash(), report.tests.len(), report.errors.len()), (None, 0, 1));
}

#[test]
fn every_snippet_of_the_tutorial_does_what_it_says() {
    let tutorial = include_str!("../../../../scripts/README.md");
    let snippets: Vec<_> = tutorial
        .split("```rhai\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(snippet, _)| snippet))
        .collect();
    let [rule, tests @ .., telling, told] = &snippets[..] else { panic!("no snippet") };
    let report = checked(&[("on_event.rhai", telling), ("tests/on_event.rhai", told)]);
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.tests.len(), 1);
    let tests = tests.join("\n");
    let report = checked(&[("on_offer.rhai", rule), ("tests/on_offer.rhai", &tests)]);
    assert!(report.is_good(), "{}", failures(&report));
    assert_eq!(report.tests.len(), 3);
    assert_eq!(report.coverage.unwrap().lines(), (3, 3));

    // The error that it shows is the one that there is.
    let (_, shown) = tutorial.split_once("```text\n").expect("an error");
    let (shown, _) = shown.split_once("```").expect("its end");
    let wrong = "fn on_offer(ctx) {\n    let name = mazk(ctx.chat.customer.name);\n}";
    let report = checked(&[("on_offer.rhai", wrong)]);
    assert_eq!(format!("{}\n", report.errors[0]), shown);
}

#[test]
fn a_test_sees_what_rules_remember_and_lets_time_pass_over_it() {
    let rule = "fn on_offer(ctx) {
    if kv_add(\"offers\", 1, 60) > kv_get(\"most\", 2) { return #{ accept_secs: 10 }; }
}";
    let test = "fn test_the_third_in_a_minute_is_short() {
    assert_eq(on_offer(#{}), ());
    assert_eq(kv_get(\"offers\"), 1);
    on_offer(#{});
    assert_eq(on_offer(#{}).accept_secs, 10);
    pass(60);
    assert_eq(on_offer(#{}), ());
    kv_set(\"most\", 1);
    assert_eq(on_offer(#{}).accept_secs, 10);
}
fn test_each_begins_with_nothing() { assert_eq(kv_get(\"offers\"), ()); }";
    let report = checked(&[("on_offer.rhai", rule), ("tests/offer.rhai", test)]);
    assert!(report.is_good(), "{}", failures(&report));
}

//! Scripts that mean harm. Each ends in a failure, and the next call is answered as ever.

use crate::support::{NOW_MS, answer, files, load, offer, on_stack, patient, text, wrapup};
use desk_core::Kv;
use desk_core::policy::{FailureKind, Policy as _, Question};
use desk_hooks::{FILE_BYTES_MAX, Host, Limits, ScriptSet};
use std::time::Duration;

/// Bodies of `on_offer`, with how each ends where time is not scarce.
const CORPUS: [(&str, FailureKind, &str); 34] = [
    ("endless loop", FailureKind::Budget, "loop {}"),
    ("endless recursion", FailureKind::Budget, "fn deeper(n) { deeper(n + 1) + 1 }"),
    ("recursion of the hook", FailureKind::Budget, "on_offer(ctx)"),
    (
        "recursion through a closure",
        FailureKind::Budget,
        "let f = |f, n| f.call(f, n + 1); f.call(f, 0)",
    ),
    (
        "map by index",
        FailureKind::Budget,
        "let m = #{}; let i = 0; loop { m[`${i}`] = i; i += 1; }",
    ),
    (
        "map of long strings by index",
        FailureKind::Budget,
        "let m = #{}; let s = \"x\"; s.pad(16000, 'x');
         let i = 0; loop { m[`${i}`] = s + i; i += 1; }",
    ),
    (
        "map of maps",
        FailureKind::Budget,
        "let m = #{}; let i = 0;
         loop { let n = #{}; for j in 0..500 { n[`${j}`] = j; } m[`${i}`] = n; i += 1; }",
    ),
    (
        "printing a map grown by index",
        FailureKind::Budget,
        "let m = #{}; let s = \"x\"; s.pad(16000, 'x');
         for i in 0..2000 { m[`${i}`] = s; } print(m);",
    ),
    (
        "throwing a map grown by index",
        FailureKind::Error,
        "let m = #{}; let s = \"x\"; s.pad(16000, 'x');
         for i in 0..1000 { m[`${i}`] = s; } throw m;",
    ),
    ("string doubling", FailureKind::Budget, "let s = \"x\"; loop { s += s; }"),
    ("padding", FailureKind::Budget, "let s = \"x\"; s.pad(1000000000, 'x');"),
    (
        "replacing each letter by all",
        FailureKind::Budget,
        "let s = \"x\"; s.pad(16000, 'x'); s.replace(\"x\", s); s.replace('x', s);",
    ),
    (
        "replacing nothing by much",
        FailureKind::Budget,
        "let s = \"xxxxxxxx\"; loop { s.replace(\"\", s); }",
    ),
    ("nested arrays", FailureKind::Budget, "let a = []; loop { a = [a]; }"),
    ("growing array", FailureKind::Budget, "let a = []; loop { a.push(a); }"),
    ("padded array", FailureKind::Budget, "let a = []; a.pad(1000000000, 0);"),
    (
        "maps within maps by index",
        FailureKind::Budget,
        "let m = #{}; loop { let n = #{}; n[\"m\"] = m; m = n; }",
    ),
    (
        "a map within itself",
        FailureKind::Budget,
        "let m = #{}; let i = 0; loop { m[`${i}`] = m; i += 1; }",
    ),
    (
        "currying closures into closures",
        FailureKind::Budget,
        "let f = |x| x; loop { let g = |x| x; f = g.curry(f); }",
    ),
    ("printing without end", FailureKind::Budget, "loop { print(\"x\"); log(\"y\"); }"),
    ("reasons without end", FailureKind::Budget, "loop { why(\"x\", #{ a: 1 }); }"),
    (
        "cutting a long text",
        FailureKind::Budget,
        "let s = \"ä\"; s.pad(8000, 'ä');
         loop { let t = truncate_to(s, 7999); let u = mask(t, 3); let w = mask_cards(u); }",
    ),
    (
        "masking by a long form",
        FailureKind::Error,
        "let s = \"-\"; s.pad(8000, '-'); let t = s; t.pad(16000, '-'); mask_form(t, s + \"#\")",
    ),
    (
        "masking a long text",
        FailureKind::Budget,
        "let s = \"-\"; s.pad(16000, '-'); let f = \"-\"; f.pad(31, '-'); f += \"#\";
         for i in 0..40 { let t = mask_form(s, f); } loop {}",
    ),
    ("currying", FailureKind::Budget, "let f = |x| x; let i = 0; loop { f = f.curry(i); i += 1; }"),
    ("catching what cannot be caught", FailureKind::Budget, "loop { try { loop {} } catch { } }"),
    (
        "a comparison that lies",
        FailureKind::Invalid,
        "let a = []; for i in 0..500 { a.push(i); } a.sort(|x, y| 1); a",
    ),
    ("a range without end", FailureKind::Budget, "for i in 0..9223372036854775807 { let x = i; }"),
    ("overflow", FailureKind::Error, "let x = -9223372036854775807 - 1; x / -1"),
    ("a remainder that overflows", FailureKind::Error, "let x = -9223372036854775807 - 1; x % -1"),
    ("shifting by much", FailureKind::Invalid, "let x = 1; let n = 100; x << n"),
    (
        "deep JSON",
        FailureKind::Error,
        "let s = \"[\"; s.pad(8000, '['); let t = \"]\"; t.pad(8000, ']'); parse_json(s + 1 + t)",
    ),
    (
        "a list that takes itself in",
        FailureKind::Budget,
        "let a = [0]; let f = |x| { a.push(a); a.len() }; loop { f.call(1); }",
    ),
    (
        "one long name made longer",
        FailureKind::Budget,
        "let s = \"x\"; s.pad(16000, 'x'); let m = #{}; m[s] = 1; m[s + s] = 1; loop {}",
    ),
];

fn hostile(body: &str, limits: Limits) -> Host {
    let rule = match body.strip_prefix("fn ") {
        Some(_) => format!("{body}\nfn on_offer(ctx) {{ deeper(0) }}"),
        None => format!("fn on_offer(ctx) {{ {body} }}"),
    };
    let good = "fn on_wrapup(ctx) { #{ post_secs: 5 } }";
    let set = ScriptSet::from_files(files([("on_offer.rhai", &rule), ("on_wrapup.rhai", good)]));
    match Host::new(set.unwrap(), limits) {
        Ok(host) => host,
        Err(errors) => panic!("{}", errors[0]),
    }
}

#[test]
fn hostile_rules_fail_within_their_operations_and_the_next_call_works() {
    for (name, kind, body) in CORPUS {
        // Currying is the one case whose cost is out of proportion to its operations.
        let time = Duration::from_secs(if name == "currying" { 600 } else { 60 });
        let mut host = hostile(body, Limits { time, ..Limits::default() });
        for hour in 0..2 {
            // An hour apart, or the time that the first took would let it rest.
            let question = Question { now_ms: NOW_MS + hour * 3_600_000, ..offer() };
            let asked = on_stack(|| host.ask(&question, &Kv::default())).unwrap();
            let failure = asked.verdict.expect_err(name);
            assert_eq!(failure.kind, kind, "{name}: {}", text(&failure));
            assert!(asked.operations <= Limits::default().operations + 1, "{name}");
            assert!(
                on_stack(|| host.ask(&wrapup(), &Kv::default())).unwrap().verdict.is_ok(),
                "{name}"
            );
        }
    }
}

#[test]
fn hostile_rules_fail_within_their_time_and_the_next_call_works() {
    // One operation may overrun the budget; none may overrun it by more than this.
    let most = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 100 });
    for (name, _, body) in CORPUS {
        let mut host = hostile(body, Limits::default());
        let (asked, took) = on_stack(|| {
            let before = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            let asked = host.ask(&offer(), &Kv::default()).unwrap();
            let after = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            (asked, Duration::try_from(after).unwrap() - Duration::try_from(before).unwrap())
        });
        println!("{name:32} {took:>12.1?} {:>6} operations", asked.operations);
        assert!(asked.verdict.is_err(), "{name}");
        assert!(took < most, "{name} took {took:?}");
        assert!(on_stack(|| host.ask(&wrapup(), &Kv::default())).is_some(), "{name}");
    }
}

#[test]
fn a_call_that_used_up_its_time_is_a_deadline() {
    let limits = Limits { time: Duration::ZERO, operations: u64::MAX, ..Limits::default() };
    // With no time at all nothing could be loaded, so the loop alone has to run into the clock.
    let mut host = hostile("let i = 0; loop { i += 1; }", limits);
    let asked = on_stack(|| host.ask(&offer(), &Kv::default())).unwrap();
    assert_eq!(asked.verdict.unwrap_err().kind, FailureKind::Deadline);
}

#[test]
fn lines_are_bounded_in_number_and_length() {
    let mut long = String::from("let s = \"x\"; s.pad(16000, 'x'); ");
    long.push_str("for i in 0..1000 { why(s); log(s); print(s); }");
    let asked = answer(&offer(), &long);
    assert_eq!(asked.verdict, Ok(None));
    assert_eq!(asked.why.len(), patient().lines);
    assert!(asked.why.iter().all(|line| line.len() == patient().line_chars));
}

#[test]
fn no_single_step_builds_a_huge_text() {
    // A map that fills while the engine does not look, and holds 32 MB once written out.
    let build = "let s = \"x\"; s.pad(16000, 'x'); let m = #{};
        for i in 0..2000 { m[`${i}`] = s; } ";
    for (step, ended) in [
        ("m.to_string();", Err(FailureKind::Budget)),
        ("m.to_debug();", Err(FailureKind::Budget)),
        ("print(m);", Err(FailureKind::Budget)),
        ("let t = \"\" + m;", Err(FailureKind::Budget)),
        ("let t = `${m}`;", Err(FailureKind::Budget)),
        ("m.to_json();", Err(FailureKind::Budget)),
        ("let n = #{ m: m };", Err(FailureKind::Budget)),
        ("let n = #{}; n.m = m;", Err(FailureKind::Budget)),
        ("why(`much`, m);", Ok(None)),
        ("throw m;", Err(FailureKind::Error)),
    ] {
        let mut host = hostile(&format!("{build}{step}"), patient());
        let answer = on_stack(|| host.ask(&offer(), &Kv::default()).unwrap());
        assert_eq!(answer.verdict.map_err(|failure| failure.kind), ended, "{step}");
        assert!(answer.why.iter().all(|line| line.len() <= patient().line_chars));
        let peak = peak_memory();
        assert!(peak < 512 << 20, "{step}: {peak} bytes");
    }
}

/// The most memory that this process has had, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn a_rule_cannot_wait() {
    for body in ["let f = Fn(\"sleep\"); f.call(3600)", "Fn(\"sleep\").call(3600.0)"] {
        let failure = answer(&offer(), body).verdict.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Error);
        assert!(text(&failure).contains("cannot wait"), "{}", text(&failure));
    }
}

#[test]
fn a_rule_has_no_clock_no_files_and_runs_no_text() {
    for body in [
        "Fn(\"timestamp\").call()",
        "Fn(\"eval\").call(\"1\")",
        "Fn(\"open_file\").call(\"/etc/passwd\")",
        "Fn(\"blob\").call(1000000000)",
    ] {
        assert_eq!(answer(&offer(), body).verdict.unwrap_err().kind, FailureKind::Error, "{body}");
    }
}

#[test]
fn nothing_outside_the_set_can_be_imported() {
    // Absolute paths, ways up and names of rules: only a shared file of the set is found.
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside.rhai");
    std::fs::write(&outside, "fn f() { 1 }").unwrap();
    let absolute = outside.with_extension("");
    for path in [absolute.to_str().unwrap(), "../outside", "on_wrapup", "lib/../../outside"] {
        for at in [
            format!("import \"{path}\" as x;\nfn on_offer(ctx) {{ x::f(); }}"),
            format!("fn on_offer(ctx) {{ import \"{path}\" as x; x::f(); }}"),
            format!("let p = \"{path}\";\nimport p as x;\nfn on_offer(ctx) {{ x::f(); }}"),
        ] {
            assert!(load(files([("on_offer.rhai", &at)])).is_err(), "{at}");
        }
    }
}

#[test]
fn a_top_level_that_does_not_end_is_refused() {
    let errors = load(files([("on_offer.rhai", "loop {}\nfn on_offer(ctx) {}")])).err().unwrap();
    assert_eq!(errors[0].message, "Too many operations");
    let deep = "fn f(n) { f(n + 1) + 1 }\nf(0);\nfn on_offer(ctx) {}";
    assert!(load(files([("on_offer.rhai", deep)])).is_err());
}

#[test]
fn a_huge_source_is_refused_before_it_is_parsed() {
    let huge = "let a = 1;\n".repeat(FILE_BYTES_MAX / 11 + 1);
    assert!(ScriptSet::from_files(files([("on_offer.rhai", &huge)])).is_err());
}

#[test]
fn the_worst_source_that_is_accepted_is_read_in_time() {
    // Loading is done on a thread of its own and holds nobody up; it must still come to an end soon.
    let most = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });
    let whole = |line: &str| line.repeat((FILE_BYTES_MAX - 100) / line.len());
    let numbered = |line: fn(usize) -> String| {
        (0..).map(line).scan(0, |bytes, line| {
            *bytes += line.len();
            (*bytes < FILE_BYTES_MAX - 100).then_some(line)
        })
    };
    let hook = "fn on_offer(ctx) {}";
    for (name, text) in [
        ("variables", format!("{hook}\n{}", whole("let a=1;\n"))),
        (
            "functions",
            format!("{hook}\n{}", numbered(|n| format!("fn f{n}(){{}}\n")).collect::<String>()),
        ),
        ("unused values", format!("fn on_offer(ctx) {{ {} }}", whole("1;"))),
        ("unknown functions", format!("fn on_offer(ctx) {{ {} }}", whole("x();\n"))),
        ("unknown properties", format!("fn on_offer(ctx) {{ {} }}", whole("ctx.x;"))),
        ("operators", format!("fn on_offer(ctx) {{ let a = 1{}; }}", whole("+1"))),
        ("closures", format!("fn on_offer(ctx) {{ {} }}", whole("let a=|x|x;"))),
        (
            "cases",
            format!(
                "fn on_offer(ctx) {{ switch 1 {{ {} }} }}",
                numbered(|n| format!("{n}=>{n},")).collect::<String>()
            ),
        ),
        ("calls of calls", format!("fn a(x) {{ x }} fn on_offer(ctx) {{ {} }}", whole("a(ctx);"))),
    ] {
        let before = std::time::Instant::now();
        let errors = load(files([("on_offer.rhai", &text)])).err().unwrap_or_default();
        let took = before.elapsed();
        println!("{name:24} {took:>12.1?} {} errors", errors.len());
        assert!(took < most, "{name} took {took:?}");
        assert!(errors.len() <= 400, "{name}: {} errors", errors.len());
        assert!(errors.iter().all(|error| error.to_string().len() < 2_000), "{name}");
    }
}

#[test]
fn the_corpus_leaves_memory_as_it_was() {
    for (_, _, body) in CORPUS {
        let mut host = hostile(body, Limits::default());
        on_stack(|| host.ask(&offer(), &Kv::default()));
    }
    // What all tests of this process together have ever held.
    let peak = peak_memory();
    assert!(peak < 512 << 20, "{peak} bytes");
}

#[test]
fn deep_nesting_in_a_source_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("if true {", "}"), ("-", ""), ("#{a:", "}")] {
        let nested = format!("{}1{}", open.repeat(4000), close.repeat(4000));
        let text = format!("fn on_offer(ctx) {{ {nested} }}");
        assert!(load(files([("on_offer.rhai", &text)])).is_err(), "{open}");
    }
}

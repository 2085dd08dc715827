//! What rules remember, and local time.

use crate::support::{NOW_MS, answer, offer, on_stack};
use desk_core::policy::{FailureKind, Policy as _, Question};
use desk_core::{Kv, KvValue, KvWrite};
use desk_hooks::{CpuClock, Host, Limits, ScriptSet};

/// What a rule for offers with this body writes over these numbers.
fn written(body: &str, before: &[(&str, i64)]) -> Result<Vec<KvWrite>, String> {
    let mut kv = Kv::default();
    for (seq, (key, n)) in (1..).zip(before) {
        let write = KvWrite {
            key: (*key).into(),
            value: Some(KvValue::Int(*n)),
            until_ms: Some(NOW_MS + 500),
        };
        kv.write((seq, NOW_MS), write, 100);
    }
    let text = format!("fn on_offer(ctx) {{ {body} }}");
    let set = ScriptSet::from_files([("on_offer.rhai".to_owned(), text.into())].into()).unwrap();
    let mut host = Host::by_clock(set, Limits::default(), CpuClock::stopped()).unwrap();
    let asked = on_stack(|| host.ask(&offer(), &kv)).unwrap();
    assert!(asked.verdict.is_ok() || asked.wants.kv.is_empty(), "a failed call writes nothing");
    let said = |failure: desk_core::policy::Failure| failure.text.or_empty();
    asked.verdict.map(|_| asked.wants.kv).map_err(said)
}

fn write(key: &str, value: KvValue, until_ms: Option<i64>) -> KvWrite {
    KvWrite { key: key.into(), value: Some(value), until_ms }
}

#[test]
fn a_rule_writes_what_it_was_told_to_once_a_key() {
    let body = r#"kv_set("a", 1); kv_set("a", "two"); kv_set("b", true, 60); kv_add("n", 2); ()"#;
    let wanted = [
        write("a", KvValue::Text("two".into()), None),
        write("b", KvValue::Bool(true), Some(NOW_MS + 60_000)),
        write("n", KvValue::Int(2), None),
    ];
    assert_eq!(written(body, &[]).unwrap(), wanted);
    let gone = KvWrite { key: "a".into(), value: None, until_ms: None };
    assert_eq!(written(r#"kv_set("a", ()); ()"#, &[("a", 1)]).unwrap(), [gone]);
}

#[test]
fn a_number_that_is_added_to_keeps_its_time() {
    let wanted = [write("n", KvValue::Int(8), Some(NOW_MS + 500))];
    assert_eq!(written(r#"kv_add("n", 1, 3600); ()"#, &[("n", 7)]).unwrap(), wanted);
    let wanted = [write("n", KvValue::Int(1), Some(NOW_MS + 3_600_000))];
    assert_eq!(written(r#"kv_add("n", 1, 3600); ()"#, &[]).unwrap(), wanted);
}

#[test]
fn a_rule_reads_what_was_there_and_what_it_wrote() {
    let body = r#"
        if kv_get("n") != 7 || kv_get("x") != () || kv_get("x", 3) != 3 { throw "before"; }
        kv_add("n", 1);
        kv_set("x", "y");
        if kv_get("n") != 8 || kv_get("x", 3) != "y" { throw "after"; }
        kv_set("n", ());
        if kv_get("n") != () { throw "gone"; }
        ()"#;
    assert_eq!(written(body, &[("n", 7)]).unwrap().len(), 2);
}

#[test]
fn what_breaks_a_bound_is_refused_and_nothing_is_written() {
    for (body, says) in [
        (r#"kv_set("", 1); ()"#, "a key has 1 to 200 bytes"),
        (r#"let k = "k"; k.pad(201, 'k'); kv_set(k, 1); ()"#, "a key has 1 to 200 bytes"),
        (r#"let v = "v"; v.pad(2001, 'v'); kv_set("v", v); ()"#, "at most 2000 bytes"),
        (r#"kv_set("v", [1]); ()"#, "a string, an integer, true or false"),
        (r#"kv_set("v", 1, 0); ()"#, "1 to 315360000 seconds"),
        (r#"for n in 0..21 { kv_set("k" + n, n); } ()"#, "at most 20 keys"),
        (r#"kv_set("v", "x"); kv_add("v", 1); ()"#, "'v' holds no number"),
        (r#"kv_set("v", 9223372036854775807); kv_add("v", 1); ()"#, "too large"),
        (r#"kv_set("v", 1); throw "no""#, "no"),
        (r#"kv_set("v", 1); #{ accept_secs: 1 }"#, "accept_secs"),
    ] {
        let wrong = written(body, &[]).unwrap_err();
        assert!(wrong.contains(says), "{body}: {wrong}");
    }
    let text = "const N = kv_get(\"n\"); fn on_offer(ctx) { () }";
    let set = ScriptSet::from_files([("on_offer.rhai".to_owned(), text.into())].into()).unwrap();
    let errors = Host::new(set, Limits::default()).err().unwrap();
    assert!(errors[0].to_string().contains("not a file's top level"), "{}", errors[0]);
}

#[test]
fn local_time_goes_by_the_clocks_of_a_place() {
    let at = |now_ms, zone: &str| {
        let body = format!(
            r#"let at = local(ctx.now, "{zone}"); why(`${{at.date}} ${{at.time}} ${{at.weekday}}`);"#
        );
        answer(&Question { now_ms, ..offer() }, &body).why.concat()
    };
    assert_eq!(at(1_767_796_200_000, "Europe/Berlin"), "2026-01-07 15:30 3");
    assert_eq!(at(1_767_796_200_000, "Pacific/Auckland"), "2026-01-08 03:30 4");
    // An hour that comes twice.
    assert_eq!(at(1_792_888_200_000, "Europe/Berlin"), "2026-10-25 02:30 7");
    assert_eq!(at(1_792_891_800_000, "Europe/Berlin"), "2026-10-25 02:30 7");
    let wrong = answer(&offer(), "local(ctx.now, \"Nowhere\").hour").verdict.unwrap_err();
    assert_eq!(wrong.kind, FailureKind::Error);
    assert!(wrong.text.or_empty().contains("there is no zone 'Nowhere'"));
}

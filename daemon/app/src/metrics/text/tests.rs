//! What is served and what `docs/metrics.md` says of it are the same.

use super::*;
use desk_core::Stamp;
use desk_core::config::SinkConfig;
use desk_wire::view::{Breaker, ScriptMode, ShadowHookView, TimesView};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A rule that was called and failed.
fn rule() -> HookView {
    HookView {
        hook: "on_offer".into(),
        file: Some("queues/sales/on_offer.rhai".into()),
        calls: 3,
        failures: 1,
        kinds: BTreeMap::from([("budget".into(), 1)]),
        defaults: 2,
        operations: 700,
        times: TimesView {
            sum_us: 1_500,
            most_us: 1_000,
            upto_us: vec![100, 5_000],
            counts: vec![1, 1, 1],
        },
        last_failure: None,
        last_failure_at: None,
        on_failure: String::new(),
        breaker: Breaker::Open,
        rests: 1,
        resting_until: None,
        resting_why: None,
    }
}

/// A text in which every figure has a series.
fn text() -> String {
    let counted = Counted::default();
    counted.each();
    let hook = ShadowHookView {
        hook: "on_match".into(),
        asked: 4,
        same: 3,
        differ: BTreeMap::from([("otherwise".into(), 1)]),
    };
    let shadow = ShadowView {
        set: "b".into(),
        since: 0,
        cut: 1,
        dropped: 2,
        hooks: vec![hook],
        last: Vec::new(),
    };
    let mut state = State::new(0);
    state.config = crate::testing::config();
    let sink = SinkConfig { secrets: BTreeSet::new() };
    state.config.sinks.insert("security".into(), sink);
    state.deliveries.lost.insert("security".into(), 3);
    (state.followed, state.unfollowed) = (Some(2), 5);
    let desk = OfDesk::look(&state, Stamp::default(), Some(4), 10);
    let now = Now {
        looked: Arc::new(Looked { desk, hooks: vec![rule()] }),
        durable: 0,
        set: ScriptSetView {
            serving: Some("0123456789abcdef".into()),
            since: 0,
            rejected: None,
            mode: ScriptMode::Auto,
            candidate: None,
            kept: Vec::new(),
        },
        shadow: Some(shadow),
        drivers: DriverStatus::default(),
        connections: [("http", 1), ("event_streams", 0), ("desks", 0), ("ipc", 2)],
        started_ms: 1_000,
    };
    written(&counted, &now)
}

/// The rows of the docs' table, and what is served in the same form: name, kind, labels, meaning.
fn served(text: &str) -> Vec<String> {
    let mut rows: Vec<(String, String, String)> = Vec::new();
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            rows.push((name.into(), String::new(), help.into()));
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            rows.last_mut().unwrap().1 = kind.split_once(' ').unwrap().1.into();
        } else if !line.starts_with('#') {
            let name = rows.last().unwrap().0.clone();
            assert!(line.starts_with(&name), "{line}");
            let of = labels.entry(name).or_default();
            let inner =
                line.split_once('{').map_or("", |(_, rest)| rest.split('}').next().unwrap());
            let keys = inner.split("\",").filter_map(|label| label.split_once('='));
            of.extend(keys.map(|(key, _)| key.to_owned()).filter(|key| key != "le"));
        }
    }
    let row = |(name, kind, help): (String, String, String)| {
        let of = labels.get(&name).unwrap_or_else(|| panic!("{name} has no series: {text}"));
        let of: Vec<String> = of.iter().map(|label| format!("`{label}`")).collect();
        let cells = [format!("`{name}`"), kind, of.join(" "), help];
        format!(
            "| {} |",
            cells.map(|cell| if cell.is_empty() { "–".into() } else { cell }).join(" | ")
        )
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn every_figure_stands_in_the_docs_as_it_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let told: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `deskd_")).collect();
    let served = served(&text());
    let missing: Vec<_> = served.iter().filter(|row| !told.contains(&row.as_str())).collect();
    let more: Vec<_> = told.iter().filter(|row| !served.contains(&(**row).to_owned())).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing: {missing:#?}\nmore: {more:#?}");
}

#[test]
fn a_rule_s_times_add_up_and_its_breaker_is_in_one_state() {
    let text = text();
    let of = "hook=\"on_offer\",file=\"queues/sales/on_offer.rhai\"";
    for line in [
        format!("deskd_rule_calls_total{{{of}}} 3"),
        format!("deskd_rule_failures_total{{{of},kind=\"budget\"}} 1"),
        format!("deskd_rule_call_seconds_sum{{{of}}} 0.0015"),
        format!("deskd_rule_call_seconds_count{{{of}}} 3"),
        format!("deskd_rule_call_seconds_bucket{{le=\"0.005\",{of}}} 2"),
        format!("deskd_rule_call_seconds_bucket{{le=\"+Inf\",{of}}} 3"),
        format!("deskd_rule_breaker{{{of},state=\"closed\"}} 0"),
        format!("deskd_rule_breaker{{{of},state=\"open\"}} 1"),
        "deskd_script_set{set=\"0123456789ab\"} 1".to_owned(),
        "deskd_queue_waiting{queue=\"help\"} 0".to_owned(),
        "deskd_deliveries{sink=\"security\",phase=\"parked\"} 0".to_owned(),
        "deskd_deliveries_lost_total{sink=\"security\"} 3".to_owned(),
        "deskd_events_behind 6".to_owned(),
        "deskd_events_skipped_total 5".to_owned(),
        "# EOF".to_owned(),
    ] {
        assert!(text.lines().any(|served| served == line), "{line} is not in\n{text}");
    }
}

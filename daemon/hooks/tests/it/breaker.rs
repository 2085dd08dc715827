//! A rule that fails often rests.

use crate::support::{NOW_MS, files, host, load, offer, on_stack, wrapup};
use desk_core::Kv;
use desk_core::policy::{FailureKind, Hook, Policy as _, Question};
use desk_hooks::{CpuClock, FAILURES, Host, Limits, Opened, REST_MS, ScriptSet, WINDOW_MS};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Fails unless the chat has no message, so that a test can say how each call ends.
const MOODY: &str = "fn on_offer(ctx) { if ctx.chat.messages > 0 { throw \"bad\"; } }";

fn at(ms: i64, fails: bool) -> Question {
    let mut question = offer();
    question.now_ms = NOW_MS + ms;
    question.chat.as_mut().unwrap().messages = fails.into();
    question
}

fn ask(host: &mut Host, ms: i64, fails: bool) -> Result<(), FailureKind> {
    let asked = on_stack(|| host.ask(&at(ms, fails), &Kv::default())).unwrap();
    asked.verdict.map(|_| ()).map_err(|failure| failure.kind)
}

fn fail_often(host: &mut Host, from_ms: i64) {
    for n in 0..FAILURES as i64 {
        assert_eq!(ask(host, from_ms + n, true), Err(FailureKind::Error));
    }
}

#[test]
fn five_failures_in_a_minute_let_a_rule_rest_on_its_default() {
    let mut host = host("on_offer.rhai", MOODY);
    fail_often(&mut host, 0);
    assert_eq!(ask(&mut host, 1_000, false), Err(FailureKind::Resting));
    let status = &host.status()[0];
    assert_eq!((status.hook, status.file.as_str()), (Hook::OnOffer, "on_offer.rhai"));
    assert_eq!((status.calls, status.failures, status.defaults), (5, 5, 6));
    assert_eq!(status.resting, Some((NOW_MS + 4 + REST_MS, Opened::Failures)));
    assert_eq!((status.rests, status.kinds[&FailureKind::Error]), (1, 5));
    let (at, failure) = status.last_failure.as_ref().unwrap();
    assert_eq!((*at, failure.kind), (NOW_MS + 4, FailureKind::Error));
}

#[test]
fn failures_far_apart_let_nothing_rest() {
    let mut host = host("on_offer.rhai", MOODY);
    for n in 0..20 {
        assert_eq!(ask(&mut host, n * WINDOW_MS / 4, true), Err(FailureKind::Error));
    }
}

#[test]
fn a_good_probe_ends_the_rest_and_a_bad_one_begins_another() {
    let mut host = host("on_offer.rhai", MOODY);
    fail_often(&mut host, 0);
    let probe = 4 + REST_MS;
    assert_eq!(ask(&mut host, probe, true), Err(FailureKind::Error));
    assert_eq!(ask(&mut host, probe + 1, false), Err(FailureKind::Resting));
    assert_eq!(ask(&mut host, probe + REST_MS, false), Ok(()));
    assert_eq!(host.status()[0].resting, None);
    assert_eq!(ask(&mut host, probe + REST_MS + 1, true), Err(FailureKind::Error));
    assert_eq!(ask(&mut host, probe + REST_MS + 2, false), Ok(()));
}

#[test]
fn a_clock_set_back_prolongs_no_rest() {
    let mut host = host("on_offer.rhai", MOODY);
    fail_often(&mut host, 0);
    assert_eq!(ask(&mut host, -3_600_000, false), Ok(()));
}

#[test]
fn one_rule_that_rests_leaves_the_others_awake() {
    let mut host = load(files([
        ("on_offer.rhai", MOODY),
        ("queues/billing/on_offer.rhai", "fn on_offer(ctx) {}"),
        ("on_wrapup.rhai", "fn on_wrapup(ctx) {}"),
    ]))
    .unwrap();
    fail_often(&mut host, 0);
    assert!(on_stack(|| host.ask(&wrapup(), &Kv::default())).unwrap().verdict.is_ok());
    let mut billing = at(10, true);
    billing.queue.as_mut().unwrap().id = "billing".into();
    assert!(on_stack(|| host.ask(&billing, &Kv::default())).unwrap().verdict.is_ok());
}

#[test]
fn a_rule_that_takes_a_tenth_of_the_engines_time_rests() {
    let text = "fn on_offer(ctx) { #{ accept_secs: 7 } }";
    // The clock is asked as a call begins and as it ends: each call takes two milliseconds.
    let ticks = Arc::new(AtomicU64::new(0));
    let clock = CpuClock::new({
        let ticks = Arc::clone(&ticks);
        move || ticks.fetch_add(2_000_000, Ordering::Relaxed)
    });
    let set = ScriptSet::from_files(files([("on_offer.rhai", text)])).unwrap();
    let mut host = Host::by_clock(set, Limits::default(), clock).unwrap();
    // Fifty calls a second are a tenth of the time.
    let resting = (0..1_000).find(|n| ask(&mut host, n * 20, false).is_err());
    assert_eq!(resting, Some(50));
    let status = &host.status()[0];
    assert_eq!(status.resting, Some((NOW_MS + 49 * 20 + REST_MS, Opened::Share)));
    assert_eq!((status.calls, status.failures, status.defaults), (50, 0, 1));
    assert_eq!(status.times.sum_ns, 100_000_000);
    // The trial after the rest is quick enough, and so are calls that come less often.
    assert_eq!(ask(&mut host, 50_000, false), Ok(()));
    assert_eq!(host.status()[0].resting, None);
    assert!((0..1_000).all(|n| ask(&mut host, 60_000 + n * 25, false).is_ok()));
}

#[test]
fn a_rule_that_ended_the_process_is_made_to_rest() {
    let mut host = host("on_offer.rhai", MOODY);
    host.rest(Hook::OnOffer, NOW_MS);
    assert_eq!(ask(&mut host, 1, false), Err(FailureKind::Resting));
    assert_eq!(ask(&mut host, REST_MS, false), Ok(()));
}

//! What holds of any sequence of commands. Seeds are fixed; a failure names its seed and the
//! shortest sequence that shows it.

#[path = "../kit/mod.rs"]
mod kit;
mod ops;

use kit::{Desk, Rules};
use ops::{Op, Play, desk_config};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Each seed makes its own row of cases.
const SEEDS: [u8; 3] = [1, 2, 3];
const CASES: u32 = 20;
const OPS_MAX: usize = 160;

/// Plays sequences and holds, besides what `then` asks for, all that the kit holds after each
/// record: one place for each chat, no offer beyond a capacity or out of order, deadlines as the
/// facts ask for, statuses as derived; and at rest no chat that somebody could take.
fn hold(then: impl Fn(&mut Play)) {
    hold_so_often(CASES, then);
}

fn hold_so_often(cases: u32, then: impl Fn(&mut Play)) {
    for seed in SEEDS {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let sequences = (any::<u64>(), vec(any::<Op>(), 1..OPS_MAX));
        let outcome = runner.run(&sequences, |(chance, ops)| {
            let mut play = Play::new(Desk::new(desk_config()));
            play.desk.rules = Rules { random: Some(chance), ..Rules::default() };
            for op in ops {
                play.step(op);
            }
            then(&mut play);
            Ok::<(), TestCaseError>(())
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(why, (chance, ops))) => {
                let lines = ops::told(chance, &ops);
                panic!("seed {seed}, rules {chance}: {why}\n{}", lines.join("\n"));
            }
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
}

#[test]
fn replay_equals_live() {
    hold(|play| play.desk.hold("at the end"));
}

#[test]
fn a_state_that_was_written_and_read_goes_on_equally() {
    hold(|play| {
        let mut other = play.clone();
        let text = serde_json::to_string(&other.desk.state).expect("a state can be written");
        other.desk.state = serde_json::from_str(&text).expect("a state can be read");
        other.desk.state.rebuild();
        assert_eq!(other.desk.state.digest(), play.desk.state.digest(), "as read");
        for (n, op) in ops::more().enumerate() {
            play.step(op);
            other.step(op);
            assert_eq!(other.desk.state.seq, play.desk.state.seq, "after {n}: {op:?}");
        }
        assert_eq!(other.desk.records, play.desk.records);
        assert_eq!(other.desk.state.digest(), play.desk.state.digest(), "at the end");
    });
}

#[test]
fn memory_follows_what_is_open() {
    hold(|play| {
        play.close_everything();
        let state = &play.desk.state;
        assert!(state.chats.is_empty(), "chats: {:?}", state.chats);
        assert!(state.outbox.incidents.is_empty(), "incidents: {:?}", state.outbox.incidents);
        assert_eq!(state.outbox.due().count(), 0);
        assert!(state.pops.is_empty(), "pops: {:?}", state.pops);
        assert!(state.lookups.is_empty() && state.work.is_empty());
        assert!(state.desk.first().is_none(), "deadlines: {:?}", state.desk);
        let hours = |timer: &desk_core::Timer| matches!(timer, desk_core::Timer::Hours(_));
        assert!(state.wall.iter().all(|(_, timer)| hours(timer)), "{:?}", state.wall);
        assert!(state.retired_queues.is_empty() && state.retired_agents.is_empty());
        assert!(state.agents.values().all(desk_core::Agent::is_idle));
    });
}

/// A property that nothing reaches holds of itself.
#[test]
fn the_plays_reach_every_event() {
    let seen = RefCell::new(BTreeSet::new());
    // What is rare takes more plays to be seen.
    hold_so_often(3 * CASES, |play| {
        let events = play.desk.records.iter().flat_map(|record| &record.events);
        let name = |event| serde_json::to_value(event).expect("it can be written")["event"].clone();
        seen.borrow_mut().extend(events.map(name).filter_map(|n| n.as_str().map(String::from)));
    });
    let seen = seen.into_inner();
    let all = [
        "agent_drain_set",
        "answer_kept",
        "caller_set",
        "chat_closed",
        "chat_held",
        "chat_ended",
        "chat_moved",
        "chat_opened",
        "chat_relaxed",
        "chat_turned_away",
        "chat_waits",
        "clocks_set",
        "config_set",
        "cooldown_ended",
        "customer_streams",
        "delivery_lost",
        "delivery_moved",
        "delivery_replayed",
        "delivery_taken",
        "delivery_wanted",
        "draft_set",
        "drain_set",
        "events_followed",
        "followed_up",
        "grant_ended",
        "granted",
        "hold_ended",
        "incident_appends",
        "incident_differs",
        "incident_skipped",
        "incident_written",
        "intent_set",
        "kv_set",
        "level_counted",
        "level_crossed",
        "lookup_dropped",
        "lookup_taken",
        "lookup_wanted",
        "low_disk_set",
        "match_chosen",
        "match_set",
        "message_kept",
        "offer_ended",
        "offer_made",
        "person_erased",
        "pop_claimed",
        "pop_ended",
        "pop_wanted",
        "presence_set",
        "priority_set",
        "queue_drain_set",
        "queue_hours_set",
        "refusal_kept",
        "reply_overdue",
        "scripts_set",
        "segment_handed",
        "segment_left",
        "segment_opened",
        "segment_wrapped",
        "started",
        "status_denied",
        "step_moved",
        "step_taken",
        "step_wanted",
        "steps_replayed",
        "timer_cleared",
        "wait_extended",
        "wrapup_denied",
        "wrapup_extended",
        "wrapup_timer_set",
    ];
    let missed: Vec<&str> = all.into_iter().filter(|event| !seen.contains(*event)).collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
}

//! The simulation: the real core, engine, codec and rules, over virtual time and a disk in memory.
//! Agents, customers, drivers and a ServiceNow behave at random, but by seed; the process dies at
//! any point; disks, clocks, scripts and configs change in the middle. After every record the
//! invariants are held, at every crash the journal is replayed, and at the end of a play all that
//! was acknowledged is looked for and every chat must have come to its end with its one incident.
//!
//! `DESK_SIM_SEEDS=10000 cargo test --release -p desk-tests --test simulation` plays that many;
//! `DESK_SIM_SEED=n` plays one. A play that fails is made shorter, and told with the command that plays
//! what is left of it.

#![allow(dead_code, reason = "the invariants are shared with the core's tests")]

mod counts;
mod deliver;
mod desk;
mod ends;
mod facts;
mod instance;
#[path = "../../../daemon/core/tests/kit/invariants.rs"]
mod invariants;
mod memory;
mod past;
mod people;
mod play;
mod reached;
mod receiver;
mod shorten;
mod site;
mod story;

use counts::Counts;
use shorten::play;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use story::Story;

/// Plays of a usual test run.
const SEEDS: u64 = if cfg!(debug_assertions) { 90 } else { 400 };

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The steps that are played, where `DESK_SIM_STEPS` names some.
fn story() -> Story {
    match std::env::var("DESK_SIM_STEPS") {
        Ok(steps) => Story::of(story::read(&steps).expect("steps such as 3,7-12")),
        Err(_) => Story::default(),
    }
}

#[test]
fn every_day_comes_to_its_end() {
    let (first, most) = match number("DESK_SIM_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("DESK_SIM_SEEDS").unwrap_or(SEEDS)),
    };
    let next = AtomicU64::new(first);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let (mut counts, mut plays) = (Counts::default(), 0);
    let (mut commands, mut chats, mut crashes, mut records) = (0, 0, 0, 0);
    thread::scope(|scope| {
        let worker = || {
            let mut outcomes = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + most {
                    return outcomes;
                }
                let outcome = play(seed, story());
                if outcome.is_err() {
                    // The others end, too: one that fails is enough to look into.
                    next.store(first + most, Ordering::Relaxed);
                }
                outcomes.push(outcome);
            }
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            for outcome in worker.join().unwrap_or_else(|panicked| resume_unwind(panicked)) {
                let outcome = outcome.unwrap_or_else(|failure| panic!("{}", failure.told()));
                plays += 1;
                commands += outcome.commands;
                chats += outcome.chats;
                crashes += u64::from(outcome.crashes);
                records += outcome.records;
                counts.add(outcome.counts);
            }
        }
    });
    println!("{}", counts.table());
    println!(
        "{plays} plays: {commands} commands, {chats} chats, {crashes} crashes, {records} records"
    );
    // A few plays cannot reach everything.
    if plays >= SEEDS {
        reached::hold(&counts);
    }
}

#[test]
fn a_day_is_the_same_on_every_run() {
    let once = || play(7, Story::default()).ok().expect("every day comes to its end");
    let (one, two) = (once(), once());
    assert_eq!((one.digest, one.records), (two.digest, two.records));
}

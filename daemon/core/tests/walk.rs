//! A small desk, walked through: two agents of capacity 2, two chats, every command in every state
//! that is reached, breadth first.
//!
//! Time is abstracted: one command lets the next deadline come; two states are one where they
//! differ in times, numbers and ids alone, and the deadlines stand in the same order. Customers
//! give no address, nobody takes a step of an incident: lookups, pops and the outbox are the
//! tables'. Of a chat's parts, those that are open are told apart, and of the others by whom they
//! were.
//!
//! A walk is cut off after [`STATES_MAX`] states (a million with
//! `DESK_WALK_STATES=1000000 cargo test --release -p desk-core --test walk`); up to the depth reached by then, every state was
//! given every command. Each walk has commands and settings of its own, so that each goes deep:
//! `offers` (status, offers, ends; the whole space is some 17,000 states), `hands`
//! (transfers, re-queues, forced verbs, wrap-up without a timer; some 320,000) and `presence`
//! (leases, starts, logouts; more than a million). After every record the kit's invariants are held.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the walk is told how far to go, and tells how far it got"
)]

mod kit;

use desk_core::{
    Chat, IntentKind, Phase, Presence, Segment, SegmentState, State, Timer, WrapTimer,
};
use kit::{Desk, chat_id, invariants};
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where a walk is cut off, unless `DESK_WALK_STATES` says otherwise. Debug builds look less far.
const STATES_MAX: usize = if cfg!(debug_assertions) { 1_500 } else { 40_000 };

/// The letter that lets the next deadline come.
const TIME: &str = "next deadline";

#[test]
fn offers() {
    walk(
        "",
        &[
            "login A",
            "ask A available",
            "ask A on_break",
            "ask A work_offline",
            "stop A",
            "logout A",
            "open C anonymous",
            "leave C",
            "accept A C",
            "reject A C",
            "end A C",
            "wrap A C",
        ],
    );
}

#[test]
fn hands() {
    walk(
        "optional no-cooldown",
        &[
            "login A",
            "ask A available",
            "force A on_break",
            "kick A",
            "open C anonymous",
            "accept A C",
            "requeue C",
            "end admin C",
            "transfer A C agent alice",
            "transfer A C agent bob",
            "transfer admin C agent bob",
            "transfer A C queue help",
            "wrap A C",
        ],
    );
}

#[test]
fn presence() {
    walk(
        "none",
        &[
            "login A",
            "ask A available",
            "ask A work_offline",
            "stream A",
            "lose A",
            "restart",
            "logout A after",
            "open C anonymous",
            "accept A C",
            "end A C",
        ],
    );
}

struct Reached {
    desk: Desk,
    depth: u32,
}

fn walk(settings: &str, letters: &[&str]) {
    let most = std::env::var("DESK_WALK_STATES");
    let most = most.map_or(STATES_MAX, |most| most.parse().expect("a number of states"));
    let commands = commands(letters);
    let mut start = Desk::given(&format!("[{settings} two-agents]"));
    start.keeping = false;
    let mut seen = BTreeSet::from([key(&start.state)]);
    let mut reached = vec![Some(Reached { desk: start, depth: 0 })];
    let mut ways = vec![(0, 0)];
    let mut at = 0;
    let mut refused = 0_u32;
    while at < reached.len() {
        let Reached { desk, depth, .. } = reached[at].take().expect("each is visited once");
        for (n, command) in commands.iter().enumerate() {
            let mut next = desk.clone();
            let stepped = catch_unwind(AssertUnwindSafe(|| step(&mut next, command)));
            let Ok(done) = stepped else {
                panic!("at depth {depth}: {}", way(&commands, &ways, at, n).join("; "));
            };
            refused += u32::from(!done);
            if done && reached.len() < most && seen.insert(key(&next.state)) {
                ways.push((at, n));
                reached.push(Some(Reached { desk: next, depth: depth + 1 }));
            }
        }
        at += 1;
    }
    println!("{at} states, {refused} refusals, {settings:?} {letters:?}");
    assert!(at > 200 && refused > 200, "a walk of {at} states, {refused} refusals, is none");
}

/// One command, and what must hold after it. False where it was refused, and changed nothing.
fn step(desk: &mut Desk, command: &str) -> bool {
    if command == TIME {
        return desk.next_deadline();
    }
    // What came due at the same time is none of the command's doing.
    desk.advance(0);
    let before = desk.state.seq;
    // What would never end otherwise: streams are not counted, a chat is opened once.
    let once = command.split_once(' ').is_some_and(|(verb, what)| match verb {
        "stream" => matches!(desk.state.agents[&what.into()].presence, Presence::Streaming { .. }),
        "open" => desk.opened.contains(what),
        _ => false,
    });
    if once {
        return false;
    }
    let answer = desk.line(command);
    if answer.is_ok() {
        invariants::at_rest(&desk.state, command);
        if let Some(chat) = command.strip_prefix("open ") {
            desk.opened.insert(chat.into());
        }
    } else {
        assert_eq!(desk.state.seq, before, "refused, and changes something: {command}");
    }
    answer.is_ok()
}

fn commands(letters: &[&str]) -> Vec<String> {
    let mut commands = vec![TIME.to_owned()];
    for letter in letters {
        for agent in ["alice", "bob"] {
            for chat in ["c1", "c2"] {
                let words = letter.split(' ').map(|word| match word {
                    "A" => agent,
                    "C" => chat,
                    word => word,
                });
                let command = words.collect::<Vec<_>>().join(" ");
                if !commands.contains(&command) {
                    commands.push(command);
                }
            }
        }
    }
    commands
}

fn way(commands: &[String], ways: &[(usize, usize)], at: usize, last: usize) -> Vec<String> {
    let mut way = vec![commands[last].clone()];
    let mut at = at;
    while at > 0 {
        let (from, command) = ways[at];
        way.push(commands[command].clone());
        at = from;
    }
    way.reverse();
    way
}

/// Two states with one key are one to the walk.
fn key(state: &State) -> u64 {
    let mut text = String::new();
    let mut agents: Vec<_> = state.agents.iter().collect();
    agents.sort_by_key(|(_, agent)| agent.idle_since);
    for (id, agent) in agents {
        let intent = match agent.intent.kind {
            IntentKind::Available => 'a',
            IntentKind::OnBreak => 'b',
            IntentKind::WorkOffline => 'w',
            IntentKind::LoggedOut => 'l',
        };
        let presence = match agent.presence {
            Presence::Assumed => 'a',
            Presence::Streaming { .. } => 's',
            Presence::Grace => 'g',
            Presence::Away => 'w',
        };
        let _ = write!(text, "{id}{intent}{presence};");
    }
    for n in 1..=2 {
        match state.chats.get(&chat_id(n)) {
            Some(chat) => chat_key(state, chat, &mut text),
            // Opened before, or not yet: what it left behind.
            None => {
                let handled = state.outbox.incidents.contains_key(&chat_id(n));
                let abandoned = state.abandoned.values().any(|(chat, _)| *chat == chat_id(n));
                let _ = write!(text, "-{handled}{abandoned};");
            }
        }
    }
    for (_, timer) in state.desk.iter() {
        timer_key(state, timer, &mut text);
    }
    let mut hash = DefaultHasher::new();
    hash.write(text.as_bytes());
    hash.finish()
}

fn chat_key(state: &State, chat: &Chat, text: &mut String) {
    let before = state.chats.values().filter(|other| other.opened_seq < chat.opened_seq).count();
    let _ = write!(text, "{before}");
    match &chat.phase {
        Phase::Waiting { .. } => text.push('w'),
        Phase::Offered(round) => {
            for offer in round.offers() {
                let _ = write!(text, "o{}", offer.agent);
            }
        }
        Phase::Active => text.push('a'),
        Phase::Ended { .. } => text.push('e'),
    }
    for segment in chat.segments.iter().filter(|segment| segment.is_open()) {
        let state = match segment.state {
            SegmentState::PostProcessing { timer: WrapTimer::Stopped { .. }, .. } => 's',
            SegmentState::PostProcessing { .. } => 'p',
            _ => 'a',
        };
        let _ = write!(text, "{}{state}", segment.agent);
    }
    let done: BTreeSet<&str> =
        chat.segments.iter().filter(|s| !s.is_open()).map(|s| s.agent.as_str()).collect();
    let now = state.at.desk_ms;
    let hot = chat.missed.iter().filter(|missed| missed.until > now).map(|m| m.agent.as_str());
    let hot: BTreeSet<&str> = hot.collect();
    let _ = write!(text, "{done:?}{hot:?};");
}

fn timer_key(state: &State, timer: &Timer, text: &mut String) {
    match timer {
        Timer::Wrapup(id) | Timer::WrapupMax(id) => {
            let open: Vec<u16> = state
                .chats
                .get(&id.chat)
                .map(|chat| chat.segments.iter().filter(|s| s.is_open()).map(n_of).collect())
                .unwrap_or_default();
            let place = open.iter().position(|n| *n == id.n);
            let kind = if matches!(timer, Timer::Wrapup(_)) { 'u' } else { 'm' };
            let _ = write!(text, "{kind}{}{place:?}", id.chat.0.as_u128());
        }
        other => {
            let _ = write!(text, "{other:?}");
        }
    }
    text.push(';');
}

const fn n_of(segment: &Segment) -> u16 {
    segment.n
}

//! What it costs to place a chat or an agent, by how many agents there are and how many chats wait:
//! `cargo bench -p desk-core`. The whole table, up to 100,000 agents and a million waiting chats, is
//! `DESK_BENCH=full cargo bench -p desk-core`. Each line is one decision with its record applied, in
//! microseconds, and its ratio to the smallest desk's.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "a benchmark reads the clock and prints"
)]

#[path = "../tests/kit/mod.rs"]
mod kit;

use desk_core::config::{
    Authority, Config, QueueConfig, RoutingConfig, ServiceLevel, Strategy, WaitingConfig,
    WrapupMode,
};
use desk_core::name::AgentId;
use desk_core::{Command, Customer, IntentKind, NewChat};
use kit::{Desk, agent, chat_id, queue};
use std::collections::BTreeMap;
use std::time::Instant;

/// How often each is done.
const TIMES: u128 = 1_000;

/// Queues with every rule of routing on.
fn config(agents: usize) -> Config {
    let of = |strategy| {
        let mut made = QueueConfig {
            length_max: 10_000_000,
            cooldown_secs: 0,
            routing: RoutingConfig {
                strategy,
                missed_max: 1000,
                affinity_secs: 3600,
                relax_secs: 3600,
                ..RoutingConfig::default()
            },
            waiting: WaitingConfig {
                max_secs: 7000,
                gone_secs: 60,
                level: Some(ServiceLevel { secs: 30, target: 80 }),
                ..WaitingConfig::default()
            },
            ..queue()
        };
        made.wrapup.mode = WrapupMode::None;
        made
    };
    // A hundred profiles: what look-ups are linear in.
    let agents = (0..agents).map(|n| {
        let mut made = agent(4, &[("live", 50), ("other", 50)]);
        made.skills.insert("german".into(), u8::try_from(n % 100 + 1).expect("small"));
        (name(n), made)
    });
    let mut config = Config {
        agents: agents.collect(),
        queues: BTreeMap::from([
            ("live".into(), of(Strategy::LeastBusy)),
            ("other".into(), of(Strategy::LongestIdle)),
            ("unserved".into(), of(Strategy::Broadcast)),
        ]),
        ..Config::default()
    };
    config.limits.chats = 10_000_000;
    config
}

fn name(n: usize) -> AgentId {
    format!("agent-{n:06}").as_str().into()
}

fn open(desk: &mut Desk, n: u128, queue: &str) {
    let command = Command::OpenChat(Box::new(NewChat {
        chat: chat_id(n),
        queue: queue.into(),
        customer: Customer { name: "Jo".into(), email: String::new(), verified: false },
        fields: BTreeMap::new(),
        skills: BTreeMap::new(),
        email_key: Some(format!("key-{}", n % 1000)),
        foreign: None,
        authority: Authority::Local,
    }));
    desk.run(command).expect("it is opened");
}

fn ask(desk: &mut Desk, n: usize, to: IntentKind) {
    desk.run(Command::AskStatus { agent: name(n), to, reason: None }).expect("it is set");
}

fn desk(agents: usize, waiting: u128, queue: &str) -> Desk {
    let mut desk = Desk::new(config(agents));
    (desk.strict, desk.keeping) = (false, false);
    for n in 0..agents {
        desk.run(Command::Login { agent: name(n) }).expect("they log in");
    }
    (1..=waiting).for_each(|n| open(&mut desk, n, queue));
    desk
}

/// Microseconds for a chat to arrive and be offered, with all agents ready.
fn placing_a_chat(agents: usize, waiting: u128) -> f64 {
    let mut desk = desk(agents, waiting, "unserved");
    (0..agents).for_each(|n| ask(&mut desk, n, IntentKind::Available));
    let mut took = 0.0;
    for n in waiting + 1..=waiting + TIMES {
        let begun = Instant::now();
        open(&mut desk, n, "live");
        took += begun.elapsed().as_secs_f64();
        desk.run(Command::LeaveChat { chat: chat_id(n) }).expect("they leave");
    }
    took * 1e6 / TIMES as f64
}

/// Microseconds for an agent to become available and be offered the first of those that wait (one at least).
fn placing_an_agent(agents: usize, waiting: u128) -> f64 {
    let mut desk = desk(agents, waiting.max(1), "live");
    let mut took = 0.0;
    for n in 0..TIMES {
        let n = usize::try_from(n).expect("small") % agents;
        let begun = Instant::now();
        ask(&mut desk, n, IntentKind::Available);
        took += begun.elapsed().as_secs_f64();
        ask(&mut desk, n, IntentKind::OnBreak);
    }
    took * 1e6 / TIMES as f64
}

fn table(what: &str, agents: &[usize], waiting: &[u128], one: impl Fn(usize, u128) -> f64) {
    println!("{what}\n{:>9} {:>9} {:>9} {:>7}", "agents", "waiting", "µs", "ratio");
    let mut first = None;
    for agents in agents {
        for waiting in waiting {
            let took = one(*agents, *waiting);
            let first = *first.get_or_insert(took);
            println!("{agents:>9} {waiting:>9} {took:>9.1} {:>7.2}", took / first);
        }
    }
}

fn main() {
    let full = std::env::var("DESK_BENCH").is_ok_and(|word| word == "full");
    let (agents, waiting): (&[usize], &[u128]) = if full {
        (&[10, 1_000, 100_000], &[0, 1_000, 1_000_000])
    } else {
        (&[10, 1_000, 10_000], &[0, 10_000])
    };
    table("a chat arrives and is offered", agents, waiting, placing_a_chat);
    table("an agent is ready and is offered the first chat", agents, waiting, placing_an_agent);
}

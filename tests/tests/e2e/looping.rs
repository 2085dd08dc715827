//! A rule for messages that never ends, live while fifty chats a second come in: it costs its own
//! verdicts and nobody's offer.

use crate::exactly_once::amount;
use crate::steady::records;
use crate::world::{Watcher, World, client};
use desk_core::name::{AgentId, ChatId};
use desk_core::{Event, OfferOutcome, Record};
use desk_hooks::FAILURES;
use desk_journal::Reader;
use desk_wire::view::{Intent, OfferView};
use desk_wire::{Call, Notice};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Chats a second, each with a message.
const RATE: usize = 50;
/// So many that one of them is always free, however slow the machine.
const AGENTS: usize = 100;
/// Connections by which they act.
const HANDS: usize = 8;
/// The most that an offer may come late, in milliseconds.
const LATE_MS: u64 = 50;

fn name(n: usize) -> String {
    format!("agent{n:03}")
}

/// When each chat was sent, and how long after that its offer was heard of.
type Times = Arc<Mutex<BTreeMap<String, (Instant, Option<Duration>)>>>;

/// An offer: to whom, and of which chat.
type Offered = (String, OfferView);

/// Agents who take whatever they are offered and end it.
fn hand(mut watcher: Watcher, offers: &Receiver<Offered>) {
    while let Ok((agent, offer)) = offers.recv() {
        let who = format!("agent:{agent}");
        watcher.ask_as(&who, Call::OfferAccept { offer: Some(offer.offer) });
        watcher.ask_as(&who, Call::ChatEnd { chat: Some(offer.chat) });
    }
}

/// Hears of so many offers, notes how long each took, and hands them on.
fn hear(mut watcher: Watcher, chats: usize, times: &Times, hands: &[Sender<Offered>]) {
    for _ in 0..chats {
        let (agent, offer) = watcher.until("an offer", |notice| match notice {
            Notice::OfferMade { agent, offer } => Some((agent.clone(), offer.clone())),
            _ => None,
        });
        if let Some((sent, took)) = times.lock().unwrap().get_mut(&offer.chat) {
            *took = Some(sent.elapsed());
        }
        // One agent is always at the same hand.
        let n: usize = agent["agent".len()..].parse().expect("a number");
        hands[n % HANDS].send((agent, offer)).unwrap();
    }
}

fn prepared() -> World {
    let mut world = World::new();
    let queue = "accept_secs = 60\nlength_max = 10000\n[wrapup]\nmode = \"none\"\n";
    world.write("queues.d/support.toml", queue);
    for n in 0..AGENTS {
        let agent = "capacity = 1\n[queues]\nsupport = 50\n";
        world.write(&format!("agents.d/{}.toml", name(n)), agent);
    }
    std::fs::remove_dir_all(world.path("scripts")).unwrap();
    world.write("scripts/on_message.rhai", "fn on_message(ctx) { loop {} }\n");
    world.start();
    let mut watcher = world.watch("role:admin");
    for n in 0..AGENTS {
        let who = format!("agent:{}", name(n));
        watcher.ask_as(&who, Call::Login {});
        watcher.ask_as(&who, Call::StatusSet { to: Intent::Available, reason: None });
    }
    world
}

#[test]
fn a_rule_that_never_ends_costs_nobody_their_offer() {
    let chats = amount("LOOP_SECS", 3) * RATE;
    let mut world = prepared();
    let times = Times::default();
    let mut threads = Vec::new();
    let mut hands = Vec::new();
    for n in 0..HANDS {
        // As one agent, so that it hears of no other's offers.
        let (watcher, (sender, offers)) = (world.watch(&format!("agent:{}", name(n))), channel());
        threads.push(std::thread::spawn(move || hand(watcher, &offers)));
        hands.push(sender);
    }
    let (watcher, of_times) = (world.watch("role:admin"), Arc::clone(&times));
    threads.push(std::thread::spawn(move || hear(watcher, chats, &of_times, &hands)));
    let (url, http) = (world.daemon.as_ref().unwrap().http.clone(), client());
    let customer = async |n: usize, times: Times, url: String, http: reqwest::Client| {
        let body = json!({ "queue": "support", "name": "Nobody", "email": "" });
        let sent = Instant::now();
        let answer = http.post(format!("{url}/v1/chats")).json(&body).send().await.unwrap();
        let opened: Value = answer.json().await.unwrap();
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        let chat = text("chat");
        times.lock().unwrap().entry(chat.clone()).or_insert((sent, None));
        let body = json!({ "id": "1", "text": format!("message {n}") });
        let path = format!("{url}/v1/chats/{chat}/messages");
        let said = http.post(path).bearer_auth(text("token")).json(&body).send().await.unwrap();
        // The agent may have been quicker, and has ended the chat.
        assert!(said.status().is_success() || said.status().as_u16() == 409);
        chat
    };
    let opened: BTreeSet<String> = world.runtime.block_on(async {
        let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE as u32);
        let mut customers = tokio::task::JoinSet::new();
        for n in 0..chats {
            tick.tick().await;
            customers.spawn(customer(n, Arc::clone(&times), url.clone(), http.clone()));
        }
        customers.join_all().await.into_iter().collect()
    });
    assert_eq!(opened.len(), chats, "each was acknowledged, each is one");
    threads.into_iter().for_each(|thread| thread.join().unwrap());

    let status = world.ok("role:admin", &["script", "status"]);
    let hooks = status["scripts"]["hooks"].as_array().unwrap();
    let rule = hooks.iter().find(|hook| hook["hook"] == "on_message").unwrap().clone();
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);
    let journal = Reader::open(&world.path("journal")).unwrap();
    let late = Late::of(&records(&journal));
    assert_eq!(late.offers.len(), chats, "each chat was offered, once");
    let heard: Vec<u64> =
        times.lock().unwrap().values().filter_map(|(_, took)| *took).map(ms).collect();
    println!(
        "{chats} chats: offers late by {} ms, at least {} of {AGENTS} agents free; heard of {} ms \
         after the customer sent; the rule was called {} times, rested {} times, took {} µs in all \
         and {} at most",
        figures(late.offers.clone()),
        late.free_least,
        figures(heard),
        rule["calls"],
        rule["rests"],
        rule["times"]["sum_us"],
        rule["times"]["most_us"],
    );
    assert!(late.offers.iter().all(|late| *late <= LATE_MS), "{}", figures(late.offers));
    assert!(rule["rests"].as_u64().unwrap() > 0, "it rests: {rule}");
    // Records are stamped as what they answer came in. What the rule held the engine up by, if all that it
    // may fail by before it rests came at once, is no more than that either.
    let most_us = rule["times"]["most_us"].as_u64().unwrap();
    assert!(most_us * FAILURES as u64 <= LATE_MS * 1_000, "{rule}");
    assert_eq!(rule["calls"], rule["failures"], "it never ends: {rule}");
}

fn ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap()
}

fn figures(mut of: Vec<u64>) -> String {
    of.sort_unstable();
    let at = |percent: usize| of[(of.len() - 1) * percent / 100];
    format!("p50 {}, p99 {}, max {}", at(50), at(99), at(100))
}

/// How late offers were, by the desk's own clock: a chat's is due from its arrival on, or from when
/// somebody became free, where nobody was.
#[derive(Default)]
struct Late {
    offers: Vec<u64>,
    opened: BTreeMap<ChatId, u64>,
    held: BTreeMap<ChatId, AgentId>,
    free: usize,
    free_least: usize,
    free_since: u64,
}

impl Late {
    fn of(records: &[Record]) -> Self {
        let mut late = Self { free: AGENTS, free_least: AGENTS, ..Self::default() };
        for record in records {
            for event in &record.events {
                late.see(record.at.desk_ms, event);
            }
        }
        late
    }

    fn see(&mut self, at: u64, event: &Event) {
        match event {
            Event::ChatOpened(chat) => drop(self.opened.insert(chat.chat, at)),
            Event::OfferMade(offer) => {
                let due = self.opened[&offer.chat].max(self.free_since);
                self.offers.push(at - due);
                self.free -= 1;
                self.free_least = self.free_least.min(self.free);
                assert!(self.held.insert(offer.chat, offer.agent.clone()).is_none());
            }
            Event::OfferEnded { outcome, .. } => {
                assert_eq!(*outcome, OfferOutcome::Accepted, "none is missed");
            }
            Event::SegmentWrapped { chat, .. } => {
                self.held.remove(chat).expect("it was offered");
                if self.free == 0 {
                    self.free_since = at;
                }
                self.free += 1;
            }
            _ => {}
        }
    }
}

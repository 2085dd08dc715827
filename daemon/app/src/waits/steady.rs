//! Steady queues, played in virtual time through the engine: what customers are told when they come
//! and how long they then wait. `tests/clients/waits` holds the same against the Python package `ciw`.

use super::{Handled, pass};
use crate::testing::{Play, config};
use desk_core::config::{AgentConfig, Authority, Config};
use desk_core::name::{AgentId, ChatId};
use desk_core::{Actor, Command, Customer, NewChat};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Chats before the means have settled.
const WARM_UP: u128 = 500;
const CHATS: u128 = 4_000;
/// How far what is told may be from what is waited.
const FURTHEST: f64 = 0.2;
/// Positions at which fewer came say nothing.
const FEWEST: usize = 300;

/// A queue as it is, and what became of it.
#[derive(Serialize)]
struct Steady {
    name: &'static str,
    every_secs: f64,
    handling: &'static str,
    handling_secs: f64,
    log_mean: f64,
    log_sd: f64,
    slots: u16,
    warm_up: u128,
    /// When each came, and how long each was talked with, in their order.
    came_secs: Vec<f64>,
    talked_secs: Vec<f64>,
    told_secs: f64,
    waited_secs: f64,
    places: Vec<AtPlace>,
}

/// Those who came at one position.
#[derive(Serialize)]
struct AtPlace {
    position: u32,
    customers: usize,
    told_secs: f64,
    waited_secs: f64,
}

/// A stream of numbers between 0 and 1, the same in every run.
struct Dice(u64);

impl Dice {
    /// Splitmix64.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    fn lognormal(&mut self, log_mean: f64, log_sd: f64) -> f64 {
        let (radius, turn) = ((-2.0 * self.unit().ln()).sqrt(), self.unit());
        (log_mean + log_sd * radius * (std::f64::consts::TAU * turn).cos()).exp()
    }
}

fn ms(secs: f64) -> u64 {
    (secs * 1000.0).round().max(1.0) as u64
}

fn staffed(agents: u16, capacity: u16) -> Config {
    let mut config = config();
    let one = config.agents.remove(&"alice".into()).unwrap();
    config.agents.clear();
    for n in 1..=agents {
        let agent = AgentConfig { capacity, ..one.clone() };
        config.agents.insert(format!("a{n}").as_str().into(), agent);
    }
    for queue in config.queues.values_mut() {
        queue.dispositions.mandatory = false;
        queue.length_max = 100_000;
    }
    config
}

/// One who came and found nobody free.
struct Waited {
    position: u32,
    told_ms: Option<u64>,
    ms: u64,
}

/// A queue that is played.
struct Queue {
    play: Play,
    handled: Handled,
    dice: Dice,
    /// When who is done with which chat.
    busy: BinaryHeap<Reverse<(u64, AgentId, ChatId)>>,
    came: BTreeMap<ChatId, (u64, u32, Option<u64>)>,
    waited: Vec<Waited>,
    came_at: Vec<u64>,
    talked: Vec<u64>,
}

impl Queue {
    fn staffed(agents: u16, capacity: u16) -> Self {
        let mut play = Play::with(staffed(agents, capacity));
        (1..=agents).for_each(|n| play.ready(&format!("a{n}")));
        let handled = Handled::of(play.state());
        let (busy, came, waited) = (BinaryHeap::new(), BTreeMap::new(), Vec::new());
        let (came_at, talked) = (Vec::new(), Vec::new());
        Self { play, handled, dice: Dice(7), busy, came, waited, came_at, talked }
    }

    fn to(&mut self, at: u64) {
        self.play.pass(u32::try_from(at - self.play.now.desk_ms).unwrap());
    }

    /// Whoever is offered a chat takes it at once, and is done with it after a time.
    fn settle(&mut self, handling: &impl Fn(&mut Dice) -> f64) {
        while let Some((agent, chat)) = self.offered() {
            let accept = Command::Accept { agent: agent.clone(), chat, offer: None };
            self.play.done(Actor::Agent(agent.clone()), accept);
            let now = self.play.now.desk_ms;
            if let Some((since, position, told_ms)) = self.came.remove(&chat) {
                self.waited.push(Waited { position, told_ms, ms: now - since });
            }
            let talk = ms(handling(&mut self.dice));
            self.talked.push(talk);
            self.busy.push(Reverse((now + talk, agent, chat)));
        }
        for published in std::mem::take(&mut self.play.published) {
            self.handled.see(&published.record);
        }
    }

    fn offered(&self) -> Option<(AgentId, ChatId)> {
        let agents = self.play.state().agents.iter();
        agents.filter_map(|(id, agent)| Some((id.clone(), agent.offer?))).next()
    }

    fn opens(&mut self, n: u128) -> ChatId {
        let chat = ChatId(uuid::Uuid::from_u128(n));
        let new = NewChat {
            chat,
            queue: "help".into(),
            customer: Customer { name: "Dana".into(), ..Customer::default() },
            fields: BTreeMap::new(),
            skills: BTreeMap::new(),
            email_key: None,
            foreign: None,
            authority: Authority::Local,
        };
        self.play.done(Actor::Customer(chat), Command::OpenChat(Box::new(new)));
        chat
    }

    /// Lets so many come, one after the other.
    fn run(&mut self, every_secs: f64, handling: &impl Fn(&mut Dice) -> f64) {
        let mut next = self.play.now.desk_ms + 1;
        let mut n = 0;
        while n < CHATS || !self.came.is_empty() {
            let done = self.busy.peek().map_or(u64::MAX, |Reverse((at, ..))| *at);
            if n < CHATS && next < done {
                n += 1;
                self.to(next);
                self.came_at.push(next);
                let chat = self.opens(n);
                self.settle(handling);
                let waits = pass(self.play.state(), &self.handled.mean_ms);
                if let Some(place) = waits.place(chat).filter(|_| n > WARM_UP) {
                    self.came.insert(chat, (next, place.position, place.expected_ms));
                }
                next += ms(self.dice.exponential(every_secs));
            } else {
                let Some(Reverse((at, agent, chat))) = self.busy.pop() else { break };
                self.to(at);
                self.play.done(Actor::Agent(agent.clone()), Command::WrapUp { agent, chat });
                self.settle(handling);
            }
        }
    }
}

fn mean(values: impl Iterator<Item = u64> + Clone) -> f64 {
    let count = values.clone().count();
    values.sum::<u64>() as f64 / count.max(1) as f64 / 1000.0
}

fn at_places(waited: &[Waited]) -> Vec<AtPlace> {
    let last = waited.iter().map(|one| one.position).max().unwrap_or(0);
    let at = |position| {
        let here = || waited.iter().filter(move |one| one.position == position);
        AtPlace {
            position,
            customers: here().count(),
            told_secs: mean(here().filter_map(|one| one.told_ms)),
            waited_secs: mean(here().map(|one| one.ms)),
        }
    };
    (1..=last).map(at).collect()
}

/// Plays a queue of these agents, each with so much capacity, in which a chat takes `handling_secs`
/// on average and all slots together are busy for `load` of the time.
fn play(name: &'static str, (agents, capacity): (u16, u16), load: f64, log_sd: f64) -> Steady {
    let (slots, handling_secs) = (agents * capacity, 240.0);
    let every_secs = handling_secs / (f64::from(slots) * load);
    // The mean of a lognormal is exp(log_mean + log_sd² / 2).
    let log_mean = f64::ln(handling_secs) - log_sd * log_sd / 2.0;
    let mut queue = Queue::staffed(agents, capacity);
    let exponential = log_sd == 0.0;
    queue.run(every_secs, &|dice: &mut Dice| {
        if exponential { dice.exponential(handling_secs) } else { dice.lognormal(log_mean, log_sd) }
    });
    Steady {
        name,
        every_secs,
        handling: if exponential { "exponential" } else { "lognormal" },
        handling_secs,
        log_mean,
        log_sd,
        slots,
        warm_up: WARM_UP,
        came_secs: queue.came_at.iter().map(|ms| *ms as f64 / 1000.0).collect(),
        talked_secs: queue.talked.iter().map(|ms| *ms as f64 / 1000.0).collect(),
        told_secs: mean(queue.waited.iter().filter_map(|one| one.told_ms)),
        waited_secs: mean(queue.waited.iter().map(|one| one.ms)),
        places: at_places(&queue.waited),
    }
}

#[test]
fn what_customers_are_told_is_what_they_wait() {
    let queues = [
        play("three agents", (3, 1), 0.8, 0.0),
        play("four with two chats", (4, 2), 0.85, 0.0),
        play("talks of all lengths", (5, 1), 0.85, 0.7),
    ];
    for queue in &queues {
        let near = |what: &str, told: f64, waited: f64| {
            let off = told / waited - 1.0;
            assert!(
                off.abs() <= FURTHEST,
                "{}, {what}: told {told} s, waited {waited} s",
                queue.name
            );
        };
        near("whoever waits", queue.told_secs, queue.waited_secs);
        for place in queue.places.iter().filter(|place| place.customers >= FEWEST) {
            near(&format!("position {}", place.position), place.told_secs, place.waited_secs);
        }
    }
    if let Some(path) = std::env::var_os("WAITS_TABLE") {
        std::fs::write(path, serde_json::to_vec_pretty(&queues).unwrap()).unwrap();
    }
}

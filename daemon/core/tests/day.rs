//! A day of 500 chats over 5 queues and 12 agents, played in virtual time by seed: misses, rejections,
//! transfers, customers who leave or vanish, a shift change at noon, the closing of the queues in the
//! evening and forms that customers leave then. After every record the kit's invariants are held; the
//! report by outcome adds up.

mod kit;

use desk_core::config::{
    Authority, ClosingThen, Config, FormConfig, HoursConfig, MissedStatus, QueueConfig,
    RoutingConfig, ServiceLevel, Strategy, WaitThen, WaitingConfig, WrapupMode,
};
use desk_core::name::{AgentId, ChatId};
use desk_core::{
    Command, Customer, EndedHow, Event, IntentKind, NewChat, Phase, SegmentState, Status, Target,
    status,
};
use kit::{Desk, agent, chat_id, daily, queue};
use std::collections::BTreeMap;

const CHATS: u128 = 500;
const TICK_MS: u64 = 5_000;
/// From a quarter past eight to a quarter past eight in Brisbane, where the queues close at seven;
/// nothing new comes in the last half hour.
const TICKS: u64 = 12 * 720;
const NOON: u64 = 4 * 720;
/// The last ten minutes before the closing, and the first three after, are a meeting.
const MEETING: u64 = 7_640;
const MEETING_OVER: u64 = MEETING + 13 * 12;

const QUEUES: [(&str, Strategy); 5] = [
    ("billing", Strategy::LongestIdle),
    ("help", Strategy::RoundRobin),
    ("night", Strategy::FewestChats),
    ("sales", Strategy::LeastBusy),
    ("vip", Strategy::Broadcast),
];

fn config() -> Config {
    let of = |n: usize, strategy| {
        let mut made = QueueConfig {
            priority: i32::from(n == 4),
            overflow: (n != 1).then(|| "help".into()),
            routing: RoutingConfig {
                strategy,
                missed_max: 4,
                missed_text: "It takes longer.".into(),
                missed_status: if n.is_multiple_of(2) {
                    MissedStatus::OnBreak
                } else {
                    MissedStatus::Available
                },
                recover_secs: 120,
                affinity_secs: 3600,
                ..RoutingConfig::default()
            },
            waiting: WaitingConfig {
                max_secs: 900,
                then: if n == 3 { WaitThen::Form } else { WaitThen::Overflow },
                gone_secs: 60,
                level: Some(ServiceLevel { secs: 10, target: 90 }),
                ..WaitingConfig::default()
            },
            hours: Some(HoursConfig {
                then: if n < 2 { ClosingThen::Serve } else { ClosingThen::Form },
                ..daily("Australia/Brisbane", 8 * 60, 19 * 60)
            }),
            form: Some(FormConfig::default()),
            ..queue()
        };
        made.wrapup.mode = [WrapupMode::Timed, WrapupMode::Fixed, WrapupMode::None][n % 3];
        made
    };
    let queues =
        QUEUES.iter().enumerate().map(|(n, (id, strategy))| ((*id).into(), of(n, *strategy)));
    let agents = (0..12_usize).map(|n| {
        let (a, b) = (QUEUES[n % 5].0, QUEUES[(n + 2) % 5].0);
        (name(n), agent(2, &[(a, 50), (b, 30), ("help", 10)]))
    });
    Config { agents: agents.collect(), queues: queues.collect(), ..Config::default() }
}

fn name(n: usize) -> AgentId {
    format!("agent-{n:02}").as_str().into()
}

fn new(chat: ChatId, queue: &str, who: usize) -> NewChat {
    NewChat {
        chat,
        queue: queue.into(),
        customer: Customer { name: "Jo".into(), email: String::new(), verified: false },
        fields: BTreeMap::new(),
        skills: BTreeMap::new(),
        email_key: Some(format!("key-{who}")),
        foreign: None,
        authority: Authority::Local,
    }
}

/// Chance by seed: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// So often of a thousand times.
    fn of_1000(&mut self, times: u64) -> bool {
        self.next() % 1000 < times
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("small")
    }
}

struct Day {
    desk: Desk,
    chance: Chance,
    opened: u128,
    /// Records looked through for chats whose customers were offered the form.
    seen: usize,
    forms: u128,
}

impl Day {
    /// `strict`: whether the invariants are held, which takes most of the time.
    fn played(seed: u64, strict: bool) -> Desk {
        let mut day =
            Self { desk: Desk::new(config()), chance: Chance(seed), opened: 0, seen: 0, forms: 0 };
        day.desk.strict = strict;
        for tick in 0..TICKS {
            day.shifts(tick);
            let left = (CHATS - day.opened) as u64;
            if left > 0 && (day.chance.next() % (TICKS - tick).saturating_sub(360).max(1)) < left {
                day.opened += 1;
                day.open();
            }
            day.customers();
            day.forms();
            (0..12).for_each(|n| day.agent(n));
            day.desk.advance(TICK_MS);
        }
        // Whatever is open in the evening is ended, and wrapped up by its timers.
        let open: Vec<ChatId> = day.desk.state.chats.keys().copied().collect();
        for chat in open {
            let _ = day.desk.run(Command::EndChat { chat, agent: None });
        }
        day.desk.advance(13 * 3_600_000);
        day.desk.hold("the day");
        day.desk
    }

    /// Eight come in the morning; six of them go at noon, when the other four come.
    fn shifts(&mut self, tick: u64) {
        let to = |n: usize, to| Command::AskStatus { agent: name(n), to, reason: None };
        let ask = |n: usize| to(n, IntentKind::Available);
        let come = |day: &mut Self, n: usize| {
            day.desk.run(Command::Login { agent: name(n) }).expect("they log in");
            day.desk.run(ask(n)).expect("they are there");
        };
        match tick {
            0 => (0..8).for_each(|n| come(self, n)),
            NOON => {
                (8..12).for_each(|n| come(self, n));
                // Some leave what is open to others, some finish it.
                for n in 0..4 {
                    let _ = self.desk.run(Command::ForceLogout { agent: name(n) });
                }
                for n in 4..6 {
                    let (agent, after) = (name(n), true);
                    let _ = self.desk.run(Command::Logout { agent, after, reason: None });
                }
            }
            MEETING => {
                for n in 6..12 {
                    let _ = self.desk.run(to(n, IntentKind::WorkOffline));
                }
            }
            MEETING_OVER => {
                for n in 6..12 {
                    let _ = self.desk.run(ask(n));
                }
            }
            _ => {}
        }
    }

    fn open(&mut self) {
        let (queue, who) = (QUEUES[self.chance.below(5)].0, self.chance.below(80));
        let chat = chat_id(self.opened);
        let new = new(chat, queue, who);
        // Of those who see that it is closed some write at once.
        let closed = self.desk.state.closed(&queue.into()).is_some();
        if closed && self.chance.of_1000(500) {
            let text = "Please call me.".into();
            let _ = self.desk.run(Command::LeaveForm { new: Box::new(new), text });
            return;
        }
        let _ = self.desk.run(Command::OpenChat(Box::new(new)));
        if self.chance.of_1000(600) {
            let _ = self.desk.run(Command::CustomerCame { chat });
        }
    }

    /// Some of those whom the desk gave up leave the form that they are offered.
    fn forms(&mut self) {
        let offered = self.desk.events_since(self.seen).filter_map(|event| match event {
            Event::ChatEnded { chat, form: true, .. } => Some(*chat),
            _ => None,
        });
        let offered: Vec<ChatId> = offered.collect();
        self.seen = self.desk.records.len();
        for chat in offered {
            if self.chance.of_1000(700) {
                self.forms += 1;
                let story = self.desk.story(chat).expect("it was opened");
                let new = new(chat_id(CHATS + self.forms), story.queue.as_str(), 0);
                let text = "Nobody was there.".into();
                self.desk.run(Command::LeaveForm { new: Box::new(new), text }).expect("kept");
            }
        }
    }

    fn customers(&mut self) {
        let open: Vec<ChatId> = self.desk.state.chats.keys().copied().collect();
        for chat in open {
            let facts = &self.desk.state.chats[&chat];
            let (waits, streams) = (matches!(facts.phase, Phase::Waiting { .. }), facts.streams);
            if facts.ended().is_some() {
                continue;
            }
            if self.chance.of_1000(if waits { 4 } else { 2 }) {
                let _ = self.desk.run(Command::LeaveChat { chat });
            } else if streams > 0 && self.chance.of_1000(3) {
                let _ = self.desk.run(Command::CustomerWent { chat });
            }
        }
    }

    fn agent(&mut self, n: usize) {
        let id = name(n);
        let facts = &self.desk.state.agents[&id];
        if let Some(chat) = facts.offer {
            match self.chance.below(100) {
                0..30 => drop(self.desk.run(Command::Accept { agent: id, chat, offer: None })),
                30..32 => {
                    let (agent, offer, reason) = (id, None, None);
                    drop(self.desk.run(Command::Reject { agent, chat, offer, reason }));
                }
                _ => {}
            }
            return;
        }
        if status(&self.desk.state, facts).0 == Status::OnBreak && self.chance.of_1000(100) {
            let to = IntentKind::Available;
            let _ = self.desk.run(Command::AskStatus { agent: id, to, reason: None });
            return;
        }
        for segment in facts.segments.clone() {
            let Some(facts) = self.desk.state.segment(segment) else { continue };
            let (agent, chat) = (id.clone(), segment.chat);
            let _ = match facts.state {
                SegmentState::Active => match self.chance.below(1000) {
                    0..25 => self.desk.run(Command::EndChat { chat, agent: Some(agent) }),
                    25..28 => {
                        let to = Target::Queue(QUEUES[self.chance.below(5)].0.into());
                        self.desk.run(Command::Transfer { chat, agent: Some(agent), to })
                    }
                    28..32 => {
                        let to = Target::Agent(name(self.chance.below(12)));
                        self.desk.run(Command::Transfer { chat, agent: Some(agent), to })
                    }
                    _ => continue,
                },
                _ if self.chance.of_1000(150) => {
                    let codes = vec!["solved".into()];
                    let _ = self.desk.run(Command::SetCodes { agent: agent.clone(), chat, codes });
                    self.desk.run(Command::WrapUp { agent, chat })
                }
                _ => continue,
            };
        }
    }
}

/// A unit variant's name, as it is written.
fn word<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("it can be written");
    value.as_str().expect("a word").to_owned()
}

/// How many chats came to what; what is no outcome stands under `also`.
fn report(desk: &Desk) -> (BTreeMap<String, u32>, BTreeMap<String, u32>) {
    let (mut outcomes, mut also) = (BTreeMap::new(), BTreeMap::new());
    for event in desk.events_since(0) {
        match event {
            // A form that was left after a chat is no chat of its own.
            Event::ChatEnded { chat, how: EndedHow::Offline, .. } if *chat > chat_id(CHATS) => {
                *also.entry("form after it".to_owned()).or_default() += 1;
            }
            Event::ChatEnded { how, .. } => {
                *outcomes.entry(how.name().to_owned()).or_default() += 1;
            }
            Event::ChatTurnedAway { .. } => {
                *outcomes.entry("turned_away".to_owned()).or_default() += 1;
            }
            Event::OfferEnded { outcome, .. } => {
                *also.entry(format!("offer {}", word(outcome))).or_default() += 1;
            }
            Event::SegmentLeft { why, .. } => {
                *also.entry(format!("left {}", word(why))).or_default() += 1;
            }
            Event::LevelCrossed { below: true, .. } => {
                *also.entry("below level".to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
    (outcomes, also)
}

#[test]
fn a_day_of_500_chats_adds_up_and_is_the_same_on_every_run() {
    let (first, again, other) =
        (Day::played(1, true), Day::played(1, false), Day::played(2, false));
    let (outcomes, also) = report(&first);
    assert_eq!(outcomes.values().sum::<u32>(), 500, "{outcomes:?}");
    for wanted in ["agent", "customer", "abandoned", "turned_away", "expired", "offline"] {
        assert!(outcomes.contains_key(wanted), "no {wanted}: {outcomes:?}");
    }
    let happened = [
        "offer timed_out",
        "offer rejected",
        "offer rescinded",
        "left transferred",
        "left requeued",
        "left ended",
        "below level",
        "form after it",
    ];
    for wanted in happened {
        assert!(also.contains_key(wanted), "no {wanted}: {also:?}");
    }
    assert_eq!(first.records, again.records, "the same seed plays the same day");
    assert_eq!(first.state.digest(), again.state.digest());
    let (others, _) = report(&other);
    assert_eq!(others.values().sum::<u32>(), 500, "{others:?}");
    assert_ne!(first.state.digest(), other.state.digest(), "another seed plays another");
    assert!(first.state.chats.is_empty(), "nothing is left open");
}

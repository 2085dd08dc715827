//! Steps of a play: a few bytes each, read against the desk as it is, so that most of them make
//! sense and some do not.

use super::kit::{Desk, Rules, agent, chat_id, daily, queue};
use desk_core::config::{
    Authority, ClosingThen, CodeMissing, Config, ConversationConfig, Extend, FormConfig,
    HoursConfig, IncidentWhen, Limits, MissedStatus, PopWhen, QueueConfig, RoutingConfig,
    ServiceLevel, SinkConfig, Strategy, WaitingConfig, WrapupConfig, WrapupMode,
};
use desk_core::name::{AgentId, ChatId, GrantId, QueueId, StepKind};
use desk_core::view::CandidateView;
use desk_core::{
    Answer, Answered, Author, Command, Content, Customer, DeliveryPhase, Difference, Event,
    Followed, GrantKind, Holder, IntentKind, NewChat, NewGrant, Phase, PopOutcome, RecordRef,
    Refusal, SetHow, Target, Visibility,
};
use std::collections::BTreeMap;

/// One step: what, and three choices.
pub(crate) type Op = (u8, u8, u8, u8);

/// From here on a step is about deliveries.
const DELIVERS: u8 = 240;
const AGENTS: [&str; 3] = ["ann", "ben", "cat"];
const QUEUES: [&str; 3] = ["low", "mid", "top"];

const STRATEGIES: [Strategy; 6] = [
    Strategy::LongestIdle,
    Strategy::RoundRobin,
    Strategy::LeastBusy,
    Strategy::FewestChats,
    Strategy::TopDown,
    Strategy::Broadcast,
];

/// Three agents of different skills and capacities, three queues of different kinds.
pub(crate) fn desk_config() -> Config {
    let wrapup = |mode, code_missing| WrapupConfig {
        mode,
        secs: 30,
        code_missing,
        extend: Extend { secs: 10, most: 2 },
    };
    let low = QueueConfig {
        wrapup: wrapup(WrapupMode::Timed, CodeMissing::Stay),
        overflow: Some("mid".into()),
        waiting: WaitingConfig {
            max_secs: 900,
            text: "Somebody else will help you.".into(),
            gone_secs: 60,
            ..WaitingConfig::default()
        },
        pop: PopWhen::Offer,
        routing: RoutingConfig {
            missed_max: 3,
            missed_text: "It takes longer.".into(),
            missed_status: MissedStatus::Available,
            relax_secs: 100,
            ..RoutingConfig::default()
        },
        ..queue()
    };
    let mut mid = QueueConfig {
        weight: 2,
        wrapup: wrapup(WrapupMode::Fixed, CodeMissing::Default),
        overflow: Some("top".into()),
        incident: IncidentWhen::AtWrapup,
        incident_unhandled: true,
        length_max: 3,
        hours: Some(daily("Europe/Berlin", 0, 1439)),
        ..queue()
    };
    mid.dispositions.mandatory = true;
    mid.dispositions.default = Some("other".into());
    let top = QueueConfig {
        priority: 5,
        wrapup: wrapup(WrapupMode::None, CodeMissing::Stay),
        cooldown_secs: 0,
        conversation: ConversationConfig {
            idle_remind_secs: 20,
            idle_close_secs: 30,
            idle_remind_text: "Are you there?".into(),
            reply_remind_secs: 10,
            ..ConversationConfig::default()
        },
        routing: RoutingConfig {
            strategy: Strategy::RoundRobin,
            order: vec!["cat".into(), "ben".into()],
            missed_max: 2,
            recover_secs: 90,
            affinity_secs: 600,
            ..RoutingConfig::default()
        },
        // Three quarters of an hour after the beginning it closes.
        hours: Some(HoursConfig { then: ClosingThen::Form, ..daily("UTC", 480, 1380) }),
        form: Some(FormConfig::default()),
        ..queue()
    };
    let mut cat = agent(4, &[("low", 50), ("mid", 30), ("top", 80)]);
    cat.skills.insert("spanish".into(), 50);
    let mut queues = [("low", low), ("mid", mid), ("top", top)];
    for (_, queue) in &mut queues {
        queue.waiting.level = Some(ServiceLevel { secs: 1, target: 90 });
    }
    Config {
        agents: BTreeMap::from([
            ("ann".into(), agent(2, &[("low", 50), ("mid", 50)])),
            ("ben".into(), agent(3, &[("low", 50), ("top", 50)])),
            ("cat".into(), cat),
        ]),
        queues: queues.into_iter().map(|(id, queue)| (id.into(), queue)).collect(),
        sinks: [("pager".into(), SinkConfig::default())].into(),
        limits: Limits { deliveries: 4, ..Limits::default() },
        ..Config::default()
    }
}

fn grant_id(b: u8) -> GrantId {
    GrantId(uuid::Uuid::from_u128(u128::from(b % 8)))
}

/// A desk that is being played with.
#[derive(Clone)]
pub(crate) struct Play {
    pub(crate) desk: Desk,
    opened: u128,
}

impl Play {
    /// Everybody is there and available.
    pub(crate) fn new(mut desk: Desk) -> Self {
        for agent in AGENTS {
            desk.line(&format!("available {agent}")).expect("they log in");
        }
        Self { desk, opened: 0 }
    }

    /// Takes one step. A refusal must change nothing, but for how often a rule denied.
    pub(crate) fn step(&mut self, op: Op) {
        let (what, a, b, c) = op;
        // Some steps of every kind are one about deliveries instead.
        if what >= DELIVERS {
            if let Some(command) = self.deliver(a) {
                drop(self.run(command));
            }
            return;
        }
        match what % 64 {
            0 => self.desk.advance(u64::from(a) * 10),
            1 | 2 => self.desk.advance(u64::from(a) * 200),
            3 if b < 80 => self.desk.advance(u64::from(a) * 100_000),
            3 => self.desk.advance(u64::from(a) * 1000),
            4 => drop(self.desk.next_deadline()),
            5 => self.repeat(),
            6 => self.reload(a),
            _ => {
                let Some(command) = self.command((what % 64, a, b, c)) else { return };
                if c % 4 == 0 {
                    let id = format!("id-{}", self.desk.state.seq);
                    self.desk.next_id = Some(id.as_str().into());
                }
                let _ = self.run(command);
            }
        }
    }

    fn run(&mut self, command: Command) -> Result<Answer, Refusal> {
        let shown = format!("{command:?}");
        // What is due is decided before the command, and is none of its doing.
        self.desk.advance(0);
        let before = self.desk.state.digest();
        let answer = self.desk.run(command);
        if let Err(refusal) = &answer {
            let same = before == self.desk.state.digest();
            let counted = matches!(refusal, Refusal::Denied(_) | Refusal::CodeMissing);
            assert!(same || counted, "{shown}: refused {refusal}, and changes something");
            assert_ne!(*refusal, Refusal::Internal, "{shown}");
        }
        answer
    }

    fn repeat(&mut self) {
        if self.desk.last.is_none() {
            return;
        }
        let before = self.desk.state.seq;
        let first = self.desk.last.clone().expect("there is one");
        let kept = self.desk.state.answer_of(&first.0, Some(&first.1));
        self.desk.advance(0);
        let between = self.desk.state.seq;
        let again = self.desk.line("again");
        if let Some(kept) = kept {
            assert_eq!(again, kept, "a repeat is answered otherwise");
            assert_eq!(self.desk.state.seq, between, "a repeat changes something, {before}");
        }
    }

    fn reload(&mut self, a: u8) {
        let mut config = desk_config();
        match a % 12 {
            0 => drop(config.agents.remove(&AgentId::from(AGENTS[usize::from(a / 12) % 3]))),
            1 => drop(config.queues.remove(&QueueId::from(QUEUES[usize::from(a / 12) % 3]))),
            2 => config.agents.values_mut().for_each(|agent| agent.capacity = 1),
            3 => {
                config.queues.remove(&QueueId::from("low"));
                config.queues.remove(&QueueId::from("mid"));
            }
            4 => config.queues.values_mut().for_each(|queue| {
                queue.wrapup.mode = WrapupMode::Optional;
                queue.weight = 1;
            }),
            5..=10 => config.queues.values_mut().for_each(|queue| {
                queue.routing.strategy = STRATEGIES[usize::from(a % 12 - 5)];
            }),
            _ => {}
        }
        let known: Vec<QueueId> = config.queues.keys().cloned().collect();
        for agent in config.agents.values_mut() {
            agent.queues.retain(|queue, _| known.contains(queue));
        }
        let hash = desk_core::digest::of_json(&config);
        let _ = self.run(Command::SetConfig { config: Box::new(config), hash });
    }

    fn chat(&self, b: u8) -> ChatId {
        // Mostly one that is open.
        let open: Vec<ChatId> = self.desk.state.chats.keys().copied().collect();
        match open.len() {
            0 => chat_id(1 + u128::from(b % 4)),
            _ if b >= 250 => chat_id(1),
            n => open[usize::from(b) % n],
        }
    }

    /// Whoever has the chat or is offered it, or, now and then, somebody else.
    fn agent_of(&self, chat: ChatId, a: u8) -> AgentId {
        let facts = self.desk.state.chats.get(&chat).filter(|_| a < 200);
        let offered = facts.and_then(|chat| {
            let asked: Vec<_> = chat.offers().collect();
            asked.get(usize::from(a) % asked.len().max(1)).map(|offer| offer.agent.clone())
        });
        let had = facts.and_then(|chat| {
            let open = chat.segments.iter().rfind(|s| s.is_open() || a.is_multiple_of(8));
            open.map(|segment| segment.agent.clone())
        });
        offered.or(had).unwrap_or_else(|| AGENTS[usize::from(a) % 3].into())
    }

    fn command(&mut self, op: Op) -> Option<Command> {
        let (what, a, b, c) = op;
        let agent: AgentId = AGENTS[usize::from(a) % 3].into();
        let to = [IntentKind::Available, IntentKind::OnBreak, IntentKind::WorkOffline]
            [usize::from(b) % 3];
        Some(match what {
            7 | 8 => Command::Login { agent },
            9 => Command::Logout { agent, after: b % 2 == 0, reason: None },
            10..=13 => Command::AskStatus { agent, to: IntentKind::Available, reason: None },
            14 => Command::AskStatus { agent, to, reason: None },
            15 if b % 4 == 1 => Command::CustomerCame { chat: self.chat(c) },
            15 if b % 4 == 2 => Command::CustomerWent { chat: self.chat(c) },
            15 => Command::StopNew { agent },
            16 => Command::StreamOpened { agent },
            17 => Command::StreamLost { agent },
            18 if b % 4 == 1 => Command::HandOver { agent, to: None },
            34 if b % 4 > 0 => {
                // Somebody who has something to hand over, to one who may be free for it.
                let mut all = self.desk.state.agents.iter();
                let (agent, _) = all.find(|(_, facts)| !facts.segments.is_empty())?;
                let to = AGENTS[usize::from(c) % 3].into();
                Command::HandOver { agent: agent.clone(), to: Some(to) }
            }
            18 if b % 4 == 0 => Command::ForceLogout { agent },
            18 => Command::ForceStatus { agent, to, reason: None },
            19 => Command::Start { epoch: self.desk.state.epoch + 1, lost: None },
            20 if b % 4 == 3 => {
                let open = [Some(true), Some(false), None][usize::from(c) % 3];
                let ahead = i64::from(c) * 100_000;
                let until_ms = (c % 2 == 0).then_some(self.desk.now.wall_ms + ahead);
                Command::ForceHours { queue: QUEUES[usize::from(a) % 3].into(), open, until_ms }
            }
            20 if c % 3 == 1 => Command::DrainAgent { agent, on: b % 3 == 0 },
            20 if c % 3 == 2 => {
                Command::DrainQueue { queue: QUEUES[usize::from(a) % 3].into(), on: b % 3 == 0 }
            }
            20 => Command::Drain { on: b % 3 == 0 },
            21 if c % 3 == 1 => {
                let id = grant_id(b);
                let token = (b % 3 == 0).then(|| grant_id(b / 3));
                let kind = if token.is_some() { GrantKind::Session } else { GrantKind::Token };
                let expires_ms = self.desk.now.wall_ms + i64::from(a) * 10_000;
                let (holder, label) = (Holder::Agent(agent), String::new());
                Command::Grant(Box::new(NewGrant { id, kind, holder, token, label, expires_ms }))
            }
            21 if c % 3 == 2 => Command::Revoke { grant: grant_id(b) },
            21 if c % 2 == 0 => {
                let chats = [self.chat(a), self.chat(b)].into();
                Command::ErasePerson { chats, keys: [format!("jo-{}", b % 4)].into() }
            }
            21 => Command::LowDisk { on: b % 3 == 0 },
            22..=28 => self.open(a, b, c),
            29 | 30 => self.take_step()?,
            31..=33 => self.answer_step(a)?,
            34 => Command::RetryStep { step: self.a_step(b)? },
            35 if c % 2 == 0 => self.replay(b)?,
            35 => Command::DropStep { step: self.a_step(b)?, reason: None },
            36 => Command::TakeLookup { chat: self.desk.state.lookups.first()?.1 },
            37 | 38 => self.answer_lookup(a, b),
            39 => {
                let pop = self.desk.state.pops.values().next()?;
                Command::ClaimPop { agent: pop.agent.clone(), pop: pop.id }
            }
            40 => {
                let pop = self.desk.state.pops.values().next()?;
                let outcome = PopOutcome::Opened;
                Command::ReportPop { agent: pop.agent.clone(), pop: pop.id, outcome }
            }
            _ => self.about_chat(op),
        })
    }

    fn about_chat(&self, op: Op) -> Command {
        let (what, a, b, c) = op;
        let chat = self.chat(b);
        let agent = self.agent_of(chat, a);
        let by = (c % 16 != 1).then(|| agent.clone());
        match what {
            41 => Command::PostMessage {
                chat,
                from: if c % 2 == 0 { Author::Customer } else { Author::Agent(agent) },
                visibility: Visibility::All,
                content: Content::Text { text: "hello".into() },
            },
            42 => Command::LeaveChat { chat },
            43..=48 => Command::Accept { agent, chat, offer: None },
            49 => Command::Reject { agent, chat, offer: None, reason: None },
            50 => Command::EndChat { chat, agent: by },
            51 => Command::Requeue { chat },
            52 | 53 => {
                let to = Target::Queue(QUEUES[usize::from(c / 8) % 3].into());
                Command::Transfer { chat, agent: by, to }
            }
            54 => {
                let to = Target::Agent(AGENTS[usize::from(c / 8) % 3].into());
                Command::Transfer { chat, agent: by, to }
            }
            55 | 56 => {
                // One that has ended, where there is one: its incident is still to be told.
                let many = |c: &&desk_core::Chat| {
                    c.ended().is_some() && c.matched.candidates.or_empty().len() > 1
                };
                let ended = self.desk.state.chats.values().find(many).map(|chat| chat.id);
                match ended.filter(|_| a % 2 == 0) {
                    Some(chat) => {
                        let sys_id = ["A", "B", "C"][usize::from(b) % 3].into();
                        Command::ChooseMatch { chat, agent: None, sys_id }
                    }
                    None => Command::ChooseMatch { chat, agent: by, sys_id: "B".into() },
                }
            }
            57 => Command::SearchMatch { chat, agent: by, words: "some one".into() },
            58 | 59 => Command::SetCodes { agent, chat, codes: vec!["solved".into()] },
            60 => Command::SetNote { agent, chat, note: "a note".into() },
            61 => Command::ExtendWrapup { agent, chat },
            _ => Command::WrapUp { agent, chat },
        }
    }

    fn open(&mut self, a: u8, b: u8, c: u8) -> Command {
        self.opened += 1;
        let skills = if a.is_multiple_of(8) {
            BTreeMap::from([("spanish".into(), 60)])
        } else {
            BTreeMap::new()
        };
        let email = if b.is_multiple_of(4) { String::new() } else { "jo@example.com".into() };
        let new = NewChat {
            chat: chat_id(self.opened),
            queue: QUEUES[usize::from(c) % 3].into(),
            customer: Customer { name: "Jo".into(), email, verified: false },
            fields: BTreeMap::new(),
            skills,
            email_key: b.is_multiple_of(3).then(|| format!("jo-{}", b % 4)),
            foreign: None,
            authority: if a == 255 { Authority::Observed } else { Authority::Local },
        };
        match a % 16 {
            7 => Command::LeaveForm { new: Box::new(new), text: "please".into() },
            _ => Command::OpenChat(Box::new(new)),
        }
    }

    fn answer_lookup(&self, a: u8, b: u8) -> Command {
        let chat = self.chat(b);
        let latest = self.desk.state.chats.get(&chat).map_or(1, |chat| chat.matched.lookups);
        let found = ["A", "B", "C"].iter().take(usize::from(a) % 4).map(|id| CandidateView {
            table: "sys_user".into(),
            sys_id: (*id).into(),
            name: "Jo".into(),
            email: "jo@example.com".into(),
            active: true,
            fields: BTreeMap::new(),
            incidents: crate::kit::candidate(id).incidents,
        });
        let result = if a.is_multiple_of(5) { Err("down".into()) } else { Ok(found.collect()) };
        Command::LookupAnswered { chat, n: latest.saturating_sub(u32::from(b / 128)), result }
    }

    fn take_step(&self) -> Option<Command> {
        let (_, step) = self.desk.state.outbox.due().next()?;
        let story = Box::new(self.desk.story(step.chat)?);
        Some(Command::TakeStep { step, story, read_to: self.desk.state.seq })
    }

    /// Whatever may become of a delivery, or of what follows the journal.
    fn deliver(&self, a: u8) -> Option<Command> {
        let state = &self.desk.state;
        if a.is_multiple_of(7) {
            let Some(from) = state.followed.filter(|_| !a.is_multiple_of(5)) else {
                return Some(Command::SetScripts {
                    hash: "a-set".into(),
                    files: BTreeMap::new(),
                    how: SetHow::Taken,
                    held: None,
                    follows: state.followed.is_none(),
                });
            };
            let (to, skipped) = (state.seq, u64::from(a % 3));
            let followed = Followed { from, to, skipped, asked: Vec::new() };
            return Some(Command::FollowEvents(Box::new(followed)));
        }
        if a.is_multiple_of(6) {
            let mut all = self.desk.wanted_deliveries();
            all.retain(|id| !state.deliveries.open.contains_key(id));
            let delivery = *all.first()?;
            let header = Box::new(self.desk.delivery(delivery)?);
            return Some(Command::ReplayDelivery { delivery, header });
        }
        let nth = usize::from(a / 6) % state.deliveries.open.len().max(1);
        let (delivery, held) = state.deliveries.open.iter().nth(nth)?;
        let (delivery, attempt, why) = (*delivery, held.attempts, "why".to_owned());
        let answered = match a % 4 {
            0 => Answered::Retry { after_ms: None, why },
            1 => Answered::Permanent { why },
            _ => done(StepKind::Attach),
        };
        let answered = Box::new(answered);
        Some(match (held.phase, a % 6) {
            (_, 4) => Command::RetryDelivery { delivery },
            (_, 5) if a.is_multiple_of(3) => Command::DropDelivery { delivery, reason: None },
            (DeliveryPhase::Taken, _) => Command::DeliveryAnswered { delivery, attempt, answered },
            _ => Command::TakeDelivery { delivery },
        })
    }

    fn answer_step(&self, a: u8) -> Option<Command> {
        let step = self.a_step(0)?;
        let attempt = self.desk.state.outbox.step(step)?.attempts;
        let why = "why".to_owned();
        let answered = match a % 8 {
            0 => Answered::Retry { after_ms: None, why },
            1 => Answered::Ambiguous { why },
            2 => Answered::Permanent { why },
            _ => done(step.kind),
        };
        Some(Command::StepAnswered { step, attempt, answered })
    }

    /// All that was sent of a chat that may have left memory.
    fn replay(&self, b: u8) -> Option<Command> {
        let closed = |event: &Event| match event {
            Event::ChatClosed { chat } => Some(*chat),
            _ => None,
        };
        let events = self.desk.records.iter().flat_map(|record| &record.events);
        let closed: Vec<ChatId> = events.filter_map(closed).collect();
        let chat = *closed.get(usize::from(b) % closed.len().max(1))?;
        let incident = Box::new(self.desk.incident(chat)?);
        let steps = incident.order.clone();
        Some(Command::Replay { chat, incident, steps })
    }

    /// One that a driver has, or any.
    fn a_step(&self, b: u8) -> Option<desk_core::name::StepId> {
        let incidents = &self.desk.state.outbox.incidents;
        let steps = incidents.iter().flat_map(|(chat, incident)| {
            incident.steps.iter().map(|(kind, step)| {
                (desk_core::name::StepId { chat: *chat, kind: *kind }, step.phase)
            })
        });
        let mut steps: Vec<_> = steps.collect();
        steps.sort_by_key(|(_, phase)| *phase != desk_core::StepPhase::Taken);
        (!steps.is_empty()).then(|| steps[usize::from(b) % steps.len()].0)
    }

    /// Ends and sends whatever is open.
    pub(crate) fn close_everything(&mut self) {
        self.desk.rules = Rules::default();
        for agent in AGENTS {
            for _ in 0..8 {
                let _ = self.run(Command::StreamLost { agent: agent.into() });
            }
            let _ = self.run(Command::ForceLogout { agent: agent.into() });
        }
        let open: Vec<ChatId> = self.desk.state.chats.keys().copied().collect();
        for chat in open {
            let _ = self.run(Command::EndChat { chat, agent: None });
        }
        self.desk.advance(13 * 3600 * 1000);
        for _ in 0..1000 {
            self.desk.advance(400_000);
            let Some(command) = self.take_step() else { break };
            let Command::TakeStep { step, .. } = command else { break };
            self.run(command).expect("a due step can be taken");
            if let Some(attempt) = self.desk.state.outbox.step(step).map(|step| step.attempts) {
                let answered = done(step.kind);
                self.run(Command::StepAnswered { step, attempt, answered }).expect("it is done");
            }
        }
        while let Some(step) = self.a_step(0) {
            if self.run(Command::RetryStep { step }).is_err() {
                let incidents = self.desk.state.outbox.incidents.clone();
                for (chat, incident) in incidents {
                    for kind in incident.steps.keys() {
                        let step = desk_core::name::StepId { chat, kind: *kind };
                        let _ = self.run(Command::DropStep { step, reason: None });
                    }
                }
            } else {
                self.run(Command::DropStep { step, reason: None })
                    .expect("a due step can be dropped");
            }
        }
        let deliveries: Vec<_> = self.desk.state.deliveries.open.keys().copied().collect();
        for delivery in deliveries {
            self.run(Command::DropDelivery { delivery, reason: None })
                .expect("nobody sends it any more");
        }
        self.desk.advance(400_000);
        let waits = |chat: &desk_core::Chat| matches!(chat.phase, Phase::Waiting { .. });
        assert!(!self.desk.state.chats.values().any(waits));
    }
}

fn done(kind: StepKind) -> Answered {
    let table = match kind {
        StepKind::Create => Some("incident"),
        StepKind::Interaction => Some("interaction"),
        StepKind::Relate => Some("interaction_related_record"),
        StepKind::Attach | StepKind::Complete(_) => None,
    };
    let record = |table: &str| RecordRef { table: table.into(), sys_id: "I".into() };
    let created = table.map(|table| (record(table), "INC1".to_owned()));
    let differs = Difference { field: "u_x".into(), sent: "1".into(), held: None };
    let differences = if created.is_none() { vec![differs] } else { Vec::new() };
    Answered::Done { created, foreign: false, differences }
}

/// Further steps, always the same, that touch everything.
pub(crate) fn more() -> impl Iterator<Item = Op> {
    (0_u32..80).map(|n| {
        let x = n.wrapping_mul(2_654_435_761);
        let [a, b, c, d] = x.to_be_bytes();
        (a, b, c, d)
    })
}

/// A sequence in words, for whoever must find out what went wrong.
pub(crate) fn told(chance: u64, ops: &[Op]) -> Vec<String> {
    let mut play = Play::new(Desk::new(desk_config()));
    play.desk.rules = Rules { random: Some(chance), ..Rules::default() };
    play.desk.strict = false;
    let mut lines = Vec::new();
    for op in ops {
        let from = play.desk.records.len();
        play.step(*op);
        for record in &play.desk.records[from..] {
            lines.push(format!("{op:?} {} {} {:?}", record.at.desk_ms, record.kind, record.events));
        }
    }
    lines
}

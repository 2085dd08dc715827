//! One play: a desk's day, in which whatever can go wrong does, by seed; then quiet, in which all
//! must come to its end.

use crate::counts::Counts;
use crate::desk::{Answered, Desk, Token};
use crate::facts::Facts;
use crate::instance::{Instance, Trouble};
use crate::receiver::Receiver;
use crate::site;
use crate::story::Story;
use desk_core::name::{AgentId, ChatId, CommandId, DeliveryId, OfferId, StepId};
use desk_core::policy::{Hook, Policy as _};
use desk_core::view::{CandidateView, OpenIncidentView};
use desk_core::{
    Actor, Answer, Body, Command, Event, LookupWork, Refusal, Segment, SetHow, StepWork,
};
use desk_journal::{Fate, MemoryJournal, Personal, Read};
use deskd::codec::decode;
use deskd::events::Follower;
use deskd::rules::Rules;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// 2026-11-23 08:00:00 UTC.
const WALL: i64 = 1_795_420_800_000;
/// Commands before the quiet, and chats and crashes by then at least.
pub(crate) const COMMANDS: u64 = 1_000;
pub(crate) const CHATS: u128 = 40;
pub(crate) const CRASHES: u32 = 3;
/// How many offers clients remember.
const SEEN_MAX: usize = 8;
/// How late a driver's report is called late: then its step is due again already.
const LATE_MS: u64 = 180_000;
/// For how long after it was asked for a driver sends a step: less than the desk waits for it.
const PATIENCE_MS: u64 = 162_000;

/// A play.
pub(crate) struct Play {
    pub(crate) seed: u64,
    pub(crate) rng: Rng,
    pub(crate) counts: Counts,
    desk: Option<Desk>,
    pub(crate) facts: Facts,
    pub(crate) instance: Instance,
    pub(crate) receiver: Receiver,
    /// What follows the journal, and with which scripts.
    pub(crate) follower: Option<(usize, Follower)>,
    /// Deliveries that an admin gave up.
    pub(crate) given_up: BTreeSet<DeliveryId>,
    /// Commands that wait for their answer.
    given: BTreeMap<Token, (Option<CommandId>, u64, Command)>,
    /// Commands with an id, for repeats.
    known: Vec<(CommandId, Actor, Command)>,
    /// What drivers are about to report, and since when.
    pub(crate) reports: Vec<(u64, Command)>,
    /// Offers that agents' clients have seen, the oldest first.
    offers: VecDeque<(AgentId, ChatId, OfferId)>,
    /// Chats of which a step was given up.
    pub(crate) dropped: BTreeSet<ChatId>,
    story: Story,
    token: Token,
    pub(crate) scripts: usize,
    config: usize,
    pub(crate) opened: u128,
    pub(crate) commands: u64,
    pub(crate) crashes: u32,
    /// Whether nothing goes wrong any more.
    pub(crate) quiet: bool,
}

/// What a play came to.
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    pub(crate) digest: String,
    pub(crate) commands: u64,
    pub(crate) chats: u128,
    pub(crate) crashes: u32,
    pub(crate) records: u64,
}

impl Play {
    pub(crate) fn new(seed: u64, story: Story) -> Self {
        let mut counts = Counts::default();
        let (host, hash, files) = site::scripts(0);
        let mut rules = Rules::of(None);
        let follows = host.has(Hook::OnEvent, None);
        rules.serve(host, WALL);
        let desk = Desk::start(MemoryJournal::new(), WALL, rules, &mut counts, seed);
        let mut play = Self {
            seed,
            rng: Rng::with_seed(seed),
            counts,
            desk: Some(desk),
            facts: Facts::default(),
            // Some give records ids of their own, which nobody knows at first.
            instance: Instance::new(seed.is_multiple_of(3)),
            receiver: Receiver::default(),
            follower: None,
            given_up: BTreeSet::new(),
            given: BTreeMap::new(),
            known: Vec::new(),
            reports: Vec::new(),
            offers: VecDeque::new(),
            dropped: BTreeSet::new(),
            story,
            token: 0,
            scripts: 0,
            config: 0,
            opened: 0,
            commands: 0,
            crashes: 0,
            quiet: false,
        };
        play.configure(0);
        let how = SetHow::Taken;
        let command = Command::SetScripts { hash, files, how, held: None, follows };
        play.give(Actor::Daemon, None, command);
        play
    }

    /// Plays it to its end.
    pub(crate) fn run(mut self) -> Outcome {
        // Each step by a seed of its own: what it does hangs on no step that is left out before it.
        let mut seeds = Rng::with_seed(self.seed);
        while self
            .story
            .goes_on(|| self.commands < COMMANDS || self.opened < CHATS || self.crashes < CRASHES)
        {
            self.rng = Rng::with_seed(seeds.u64(..));
            if self.story.step() {
                self.act();
            }
        }
        self.rng = seeds;
        self.quiet = true;
        self.configure(0);
        self.settle();
        self.hold_ends();
        let desk = self.desk();
        let (digest, records) = (desk.state().digest().to_string(), desk.state().seq);
        Outcome {
            digest,
            records,
            counts: std::mem::take(&mut self.counts),
            commands: self.commands,
            chats: self.opened,
            crashes: self.crashes,
        }
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("the desk is up between two steps")
    }

    fn desk_mut(&mut self) -> (&mut Desk, &mut Counts) {
        (self.desk.as_mut().expect("the desk is up between two steps"), &mut self.counts)
    }

    // What goes in.

    /// Gives a command, now and then with an id by which it can be repeated.
    pub(crate) fn say(&mut self, who: Actor, command: Command) {
        let id = self.rng.bool().then(|| CommandId::from(format!("id-{}", self.token).as_str()));
        if let Some(id) = &id {
            self.known.push((id.clone(), who.clone(), command.clone()));
        }
        self.give(who, id, command);
    }

    pub(crate) fn give(&mut self, who: Actor, id: Option<CommandId>, command: Command) {
        self.tell(format!("{who:?} {command:?}"));
        self.token += 1;
        self.commands += 1;
        let token = self.token;
        if let Command::DropStep { step, .. } = &command {
            // Whether or not its answer is heard.
            self.dropped.insert(step.chat);
        }
        if let Command::ErasePerson { chats, .. } = &command {
            self.dropped.extend(chats);
        }
        let desk = self.desk.as_mut().expect("the desk is up between two steps");
        self.counts.command(&command, who.agent(), desk.state());
        self.given.insert(token, (id.clone(), desk.now.desk_ms, command.clone()));
        desk.give(token, who, id, command, &mut self.counts);
        self.answers();
        self.see_offers();
    }

    fn tell(&mut self, line: String) {
        let at = self.desk().now.desk_ms;
        self.story.tell(at, line, self.quiet);
    }

    pub(crate) fn fault(&mut self, name: &str) {
        self.tell(format!("FAULT {name}"));
        self.counts.one("fault", name);
    }

    // What comes out.

    fn answers(&mut self) {
        for (token, answer) in self.desk().answers() {
            let Some((id, asked, command)) = self.given.remove(&token) else { continue };
            self.answered(id.as_ref(), (command, asked), answer);
        }
    }

    fn answered(
        &mut self,
        id: Option<&CommandId>,
        (command, asked): (Command, u64),
        answer: Answered,
    ) {
        match answer {
            Ok(answer) => {
                self.facts.acknowledged(id, &command, &answer);
                match (&command, answer) {
                    (_, Answer::Lookup(work)) => self.look_up(&work),
                    (_, Answer::Step(Some(work))) => self.perform(&work, asked),
                    (_, Answer::Delivery(Some(work))) => self.post(&work),
                    _ => {}
                }
            }
            Err(refusal) => {
                assert_ne!(refusal, Refusal::Internal, "a decision panicked: {command:?}");
                self.counts.refusal(&refusal);
            }
        }
    }

    fn look_up(&mut self, work: &LookupWork) {
        let found = match work.words.as_deref().unwrap_or(&work.email) {
            "two@customers.example" | "somebody" => 2,
            "none@customers.example" => 0,
            _ => 1,
        };
        // Each has had an incident from before the first day.
        let incident = |n: usize| OpenIncidentView {
            table: "incident".into(),
            sys_id: format!("{:032x}", 0xbef0 + n),
            number: format!("INC000000{n}"),
            short_description: "The printer burns".into(),
            state: "2".into(),
            opened_at: "2026-01-05 09:00:00".into(),
        };
        let open = work.chat.0.as_u128().is_multiple_of(2);
        let record = |n: usize| CandidateView {
            table: "sys_user".into(),
            sys_id: format!("{n:032x}"),
            name: "Jo".into(),
            email: work.email.clone(),
            active: n == 1,
            fields: BTreeMap::new(),
            incidents: if open { vec![incident(n)] } else { Vec::new() },
        };
        let failed = !self.quiet && self.rng.u8(..10) == 0;
        let result =
            if failed { Err("down".into()) } else { Ok((1..=found).map(record).collect()) };
        self.report_later(Command::LookupAnswered { chat: work.chat, n: work.n, result });
    }

    fn perform(&mut self, work: &StepWork, asked: u64) {
        let (step, attempt) = (work.step, work.attempt);
        if self.desk().now.desk_ms - asked >= PATIENCE_MS {
            self.fault("work is heard of too late");
            let answered = desk_core::Answered::Retry { after_ms: None, why: "too late".into() };
            self.report_later(Command::StepAnswered { step, attempt, answered });
            return;
        }
        let trouble = if self.quiet { Trouble::None } else { Trouble::draw(&mut self.rng) };
        self.counts.one("fault", trouble.name());
        let body = work.body.clone().unwrap_or_else(|| self.frozen(work));
        let now = self.desk().now.desk_ms;
        let answered = self.instance.perform(now, work, &body, trouble, &mut self.rng);
        self.report_later(Command::StepAnswered { step, attempt, answered });
    }

    pub(crate) fn report_later(&mut self, report: Command) {
        let now = self.desk().now.desk_ms;
        self.reports.push((now, report));
    }

    /// What an earlier attempt froze, as the journal has it.
    fn frozen(&self, work: &StepWork) -> Body {
        let seq = work.frozen.expect("a body stands in the command or in the journal");
        let row = self.desk().disk.row(seq).expect("a sound disk").expect("its record is there");
        assert!(!matches!(row.personal, Personal::Erased));
        let events = decode(&row).expect("a sound row").events.into_iter();
        let mut bodies = events.filter_map(|event| match event {
            Event::StepTaken { step, body, .. } if step == work.step => body,
            _ => None,
        });
        let body = bodies.next().expect("a body is frozen there");
        (**body.known().expect("nothing is erased here")).clone()
    }

    // What happens.

    /// One thing, by chance.
    fn act(&mut self) {
        match self.rng.u8(..100) {
            0..14 => self.pass(),
            14..26 => self.save(),
            26..36 => self.drive(),
            36..38 => self.deliver(),
            38..40 => drop(self.follow()),
            40..52 => self.report(),
            52..86 => self.person(),
            86..91 => self.admin(),
            91..94 => self.repeat(),
            99 if self.rng.u8(..3) > 0 => self.answer_late(),
            94 => self.reload(),
            95 => self.jump(),
            96..98 if self.rng.u8(..3) == 0 => self.crash(),
            98 if self.rng.u8(..3) == 0 => self.break_disk(),
            _ => {
                let desk = self.desk();
                desk.snapshot();
            }
        }
    }

    fn pass(&mut self) {
        let next = self.desk().next_deadline();
        let ms = match self.rng.u8(..20) {
            0..9 => self.rng.u64(..2_000),
            9..14 => self.rng.u64(..20_000),
            14..17 => next.unwrap_or(1_000),
            17..19 => next.unwrap_or(1_000).saturating_sub(1),
            _ => self.rng.u64(..600_000),
        };
        self.wait(ms.min(7_200_000));
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        let (desk, counts) = self.desk_mut();
        desk.pass(ms, counts);
        let now = self.desk().now.desk_ms;
        self.instance.catch_up(now);
        self.answers();
    }

    pub(crate) fn save(&mut self) {
        let (desk, counts) = self.desk_mut();
        if desk.save(counts).is_err() {
            self.crash();
        }
        self.answers();
    }

    /// A driver takes what is due.
    pub(crate) fn drive(&mut self) {
        let now = self.desk().now.desk_ms;
        let lookup = self.desk().state().lookups.first().copied();
        let lookup = lookup.filter(|(at, _)| *at <= now || !self.quiet && self.rng.u8(..12) == 0);
        if let Some((_, chat)) = lookup.filter(|_| self.quiet || self.rng.bool()) {
            self.give(Actor::Driver("lookup".into()), None, Command::TakeLookup { chat });
            return;
        }
        let due: Vec<StepId> = {
            let due = self.desk().state().outbox.due();
            due.filter(|(at, _)| *at <= now).map(|(_, step)| step).collect()
        };
        // Now and then one that is not due, as a driver would whose list is old.
        let early = !self.quiet && self.rng.u8(..12) == 0;
        let step = if early { self.step() } else { self.rng.choice(due) };
        let Some(step) = step else { return };
        let Some(story) = self.desk().story(step.chat) else { return };
        let read_to = self.desk().disk.head().expect("a sound disk").seq;
        let take = Command::TakeStep { step, story: Box::new(story), read_to };
        self.give(Actor::Driver("outbox".into()), None, take);
    }

    /// A driver reports, out of order; some reports are lost, some come twice.
    pub(crate) fn report(&mut self) {
        if self.reports.is_empty() {
            return;
        }
        let nth = self.rng.usize(..self.reports.len());
        let (made, report) = self.reports.remove(nth);
        if nth > 0 {
            self.fault("report out of order");
        }
        if self.desk().now.desk_ms - made > LATE_MS {
            self.fault("report late");
        }
        let driver = Actor::Driver("outbox".into());
        match self.rng.u8(..20) {
            0 if !self.quiet => self.fault("report lost"),
            1 if !self.quiet => {
                self.fault("report doubled");
                self.give(driver.clone(), None, report.clone());
                self.give(driver, None, report);
            }
            _ => self.give(driver, None, report),
        }
    }

    /// A client did not hear the answer, or is not sure.
    fn repeat(&mut self) {
        if self.known.is_empty() {
            return;
        }
        let back = self.rng.usize(..self.known.len().min(20));
        let (id, who, mut command) = self.known[self.known.len() - 1 - back].clone();
        if let Command::OpenChat(new) | Command::LeaveForm { new, .. } = &mut command {
            new.chat = self.fresh();
        }
        self.fault("command repeated");
        self.give(who, Some(id), command);
    }

    /// An agent's client answers an offer that it was shown a while ago, whatever came of it.
    fn answer_late(&mut self) {
        let Some((agent, chat, offer)) = self.offers.pop_front() else { return };
        let stands = self.desk().state().chats.get(&chat);
        let stands = stands.is_some_and(|chat| chat.offers().any(|open| open.id == offer));
        if !stands {
            self.fault("client answers late");
        }
        let (me, offer) = (Actor::Agent(agent.clone()), Some(offer));
        let command = if self.rng.bool() {
            Command::Accept { agent, chat, offer }
        } else {
            Command::Reject { agent, chat, offer, reason: None }
        };
        self.say(me, command);
    }

    /// Remembers what agents' clients are shown.
    fn see_offers(&mut self) {
        let open =
            self.desk().state().chats.values().flat_map(|chat| {
                chat.offers().map(|offer| (offer.agent.clone(), chat.id, offer.id))
            });
        let new: Vec<_> = open.filter(|seen| !self.offers.contains(seen)).collect();
        self.offers.extend(new);
        let beyond = self.offers.len().saturating_sub(SEEN_MAX);
        self.offers.drain(..beyond);
    }

    fn reload(&mut self) {
        if self.rng.bool() {
            self.fault("config changed");
            let n = self.rng.usize(..site::CONFIGS);
            self.configure(n);
        } else {
            self.fault("scripts changed");
            self.scripts += 1;
            self.rule();
        }
    }

    pub(crate) fn configure(&mut self, n: usize) {
        self.config = n;
        let (config, hash) = site::config(n);
        self.give(Actor::Daemon, None, Command::SetConfig { config: Box::new(config), hash });
    }

    fn rule(&mut self) {
        let (host, hash, files) = site::scripts(self.scripts);
        let follows = host.has(Hook::OnEvent, None);
        let (desk, counts) = self.desk_mut();
        desk.rule(host, counts);
        let how = match self.rng.u8(..3) {
            0 => SetHow::Applied,
            1 => SetHow::RolledBack,
            _ => SetHow::Taken,
        };
        let held = (how == SetHow::RolledBack).then(|| hash.clone());
        self.give(Actor::Daemon, None, Command::SetScripts { hash, files, how, held, follows });
    }

    /// The wall clock is set.
    fn jump(&mut self) {
        self.fault("clock set");
        let by = self.rng.i64(-3_600_000..3_600_000);
        self.desk.as_mut().expect("the desk is up between two steps").now.wall_ms += by;
    }

    /// An append fails, and nobody knows whether it was done: the daemon ends.
    fn break_disk(&mut self) {
        if self.desk().unsaved() == 0 {
            return;
        }
        let fate = if self.rng.bool() { Fate::Kept } else { Fate::Lost };
        self.fault(if fate == Fate::Kept {
            "disk fails, rows kept"
        } else {
            "disk fails, rows lost"
        });
        self.desk().fail_next_append(fate);
        let (desk, counts) = self.desk_mut();
        assert!(desk.save(counts).is_err(), "the disk fails");
        assert!(self.desk().answers().is_empty(), "acknowledged though the disk failed");
        self.crash();
    }

    /// The process dies at any moment: before an append, after it, or between it and the answers.
    fn crash(&mut self) {
        let mut desk = self.desk.take().expect("the desk is up between two steps");
        let how = self.rng.u8(..3);
        if how == 1 && desk.append().is_ok() {
            self.counts.one("fault", "crash before the answers");
        } else {
            self.counts.one("fault", "crash");
        }
        let wall_ms = desk.now.wall_ms;
        let disk = desk.crash();
        self.crashes += 1;
        self.given.clear();
        // Drivers die with it: what they sent stays sent, what they would say is not said.
        self.reports.clear();
        self.follower = None;
        let down =
            if self.rng.bool() { self.rng.i64(0..10_000) } else { self.rng.i64(0..1_000_000) };
        let (host, ..) = site::scripts(self.scripts);
        let mut rules = Rules::of(None);
        rules.serve(host, wall_ms);
        let (seed, wall_ms) = (self.seed, wall_ms + down);
        self.desk = Some(Desk::start(disk, wall_ms, rules, &mut self.counts, seed));
        self.tell("CRASH and start".into());
        self.save();
        self.desk().hold_replay();
        let known: Vec<ChatId> = self.desk().state().chats.keys().copied().collect();
        self.facts.hold(self.desk(), |chat| known.contains(&chat));
    }

    /// An agent's open parts.
    pub(crate) fn parts(&self, agent: &AgentId) -> Vec<(ChatId, Segment)> {
        let state = self.desk().state();
        let Some(facts) = state.agents.get(agent) else { return Vec::new() };
        let part = |id: &desk_core::name::SegmentId| Some((id.chat, state.segment(*id)?.clone()));
        facts.segments.iter().filter_map(part).collect()
    }
}

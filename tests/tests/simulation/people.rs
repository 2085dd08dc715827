//! What agents, customers and admins do: mostly what makes sense where they stand, now and then
//! anything.

use crate::play::Play;
use crate::site::{AGENTS, QUEUES};
use desk_core::config::Authority;
use desk_core::name::{AgentId, ChatId, GrantId, PopId, StepId};
use desk_core::{
    Actor, Agent, Author, Chat, Command, Content, Customer, GrantKind, Holder, IntentKind, NewChat,
    NewGrant, PopOutcome, SegmentState, Status, Target, Visibility, status,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const ADDRESSES: [&str; 5] = [
    "one@customers.example",
    "two@customers.example",
    "none@customers.example",
    "another@customers.example",
    "",
];

impl Play {
    /// An agent or a customer does something.
    pub(crate) fn person(&mut self) {
        if self.rng.u8(..4) == 0 { self.customer() } else { self.agent() }
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.rng.usize(..list.len())]
    }

    /// An open chat; now and then one that is gone or never was.
    fn chat(&mut self) -> ChatId {
        let open: Vec<ChatId> = self.desk().state().chats.keys().copied().collect();
        if open.is_empty() || self.rng.u8(..12) == 0 {
            let n = self.rng.u128(..self.opened + 2);
            return self.id_of(n);
        }
        self.one_of(&open)
    }

    fn id_of(&self, n: u128) -> ChatId {
        ChatId(Uuid::from_u128((u128::from(self.seed) << 64) + n))
    }

    pub(crate) fn fresh(&mut self) -> ChatId {
        self.opened += 1;
        self.id_of(self.opened)
    }

    fn customer(&mut self) {
        let chat = self.chat();
        match self.rng.u8(..12) {
            0..5 => self.open(),
            9 => {
                let came = self.rng.u8(..3) > 0;
                let command = if came {
                    Command::CustomerCame { chat }
                } else {
                    Command::CustomerWent { chat }
                };
                self.say(Actor::Customer(chat), command);
            }
            5..10 => self.message(chat, Actor::Customer(chat), Author::Customer),
            _ => self.say(Actor::Customer(chat), Command::LeaveChat { chat }),
        }
    }

    fn open(&mut self) {
        // Now and then with an id that is in use. Ids are minted at the door, so none comes back.
        let open = self.desk().state().chats.keys().next().copied();
        let chat = open.filter(|_| self.rng.u8(..30) == 0).unwrap_or_else(|| self.fresh());
        let queue = if self.rng.u8(..40) == 0 { "nowhere" } else { self.one_of(&QUEUES) };
        let email = self.one_of(&ADDRESSES);
        let mut skills = BTreeMap::new();
        if self.rng.u8(..5) == 0 {
            skills.insert("german".into(), self.one_of(&[10, 55, 85]));
        }
        let fields = if self.rng.u8(..6) == 0 { self.rng.u32(..5) } else { 0 };
        let fields = (0..fields).map(|n| (format!("field {n}"), "x".repeat(15 + n as usize)));
        let observed = self.rng.u8(..40) == 0;
        let new = NewChat {
            chat,
            queue: queue.into(),
            customer: Customer { name: "Jo".into(), email: email.into(), verified: false },
            fields: fields.collect(),
            skills,
            email_key: (!email.is_empty()).then(|| format!("key of {email}")),
            foreign: observed.then(|| format!("8x8-{}", self.opened)),
            authority: if observed { Authority::Observed } else { Authority::Local },
        };
        if self.rng.u8(..10) == 0 {
            let text = if self.rng.u8(..20) == 0 { "" } else { "call me, please" };
            let command = Command::LeaveForm { new: Box::new(new), text: text.into() };
            return self.say(Actor::Integrator("http".into()), command);
        }
        self.say(Actor::Integrator("http".into()), Command::OpenChat(Box::new(new)));
    }

    fn message(&mut self, chat: ChatId, who: Actor, from: Author) {
        let text = match self.rng.u8(..20) {
            0 => String::new(),
            1 => "word ".repeat(20),
            _ => format!("message {}", self.commands),
        };
        let internal = matches!(from, Author::Agent(_)) && self.rng.u8(..5) == 0;
        let visibility = if internal { Visibility::Internal } else { Visibility::All };
        let content = Content::Text { text };
        self.say(who, Command::PostMessage { chat, from, visibility, content });
    }

    fn agent(&mut self) {
        let id = AgentId::from(if self.rng.u8(..60) == 0 { "zoe" } else { self.one_of(&AGENTS) });
        let me = Actor::Agent(id.clone());
        let agent = id.clone();
        let command = match self.rng.u8(..30) {
            0 | 1 => Command::Login { agent },
            2 => {
                let (after, reason) = (self.rng.u8(..3) > 0, self.reason());
                Command::Logout { agent, after, reason }
            }
            3..7 => Command::AskStatus { agent, to: IntentKind::Available, reason: None },
            7 | 8 => {
                let to = self.one_of(&[IntentKind::OnBreak, IntentKind::WorkOffline]);
                Command::AskStatus { agent, to, reason: self.reason() }
            }
            9 => Command::StopNew { agent },
            10 => Command::StreamOpened { agent },
            11 if self.rng.u8(..3) == 0 => {
                self.fault("client vanishes");
                Command::StreamLost { agent }
            }
            12 => {
                let abandoned = self.desk().state().abandoned.values().next();
                let chat = abandoned.map_or_else(|| self.id_of(1), |(chat, _)| *chat);
                Command::Acknowledge { chat }
            }
            13 => {
                let known = self.rng.u8(..4) > 0;
                let pop = self.desk().state().pops.values().next().filter(|_| known);
                let gone = || (agent, PopId(Uuid::from_u128(1)));
                let (agent, pop) = pop.map_or_else(gone, |pop| (pop.agent.clone(), pop.id));
                Command::ClaimPop { agent, pop }
            }
            14 => {
                let pop = self.desk().state().pops.values().next_back();
                let Some((agent, pop)) = pop.map(|pop| (pop.agent.clone(), pop.id)) else { return };
                let outcomes = [PopOutcome::Opened, PopOutcome::Blocked, PopOutcome::NotPossible];
                let outcome = self.one_of(&outcomes);
                Command::ReportPop { agent, pop, outcome }
            }
            15 => {
                let chat = self.left_behind(&id);
                return self.wrap(&id, me, chat);
            }
            _ => return self.about_a_chat(&id, me),
        };
        self.say(me, command);
    }

    /// An open chat of which the agent's part is wrapped up, if there is one.
    fn left_behind(&mut self, id: &AgentId) -> ChatId {
        let mine = |chat: &&Chat| chat.segments.iter().any(|s| s.agent == *id && !s.is_open());
        let chat = self.desk().state().chats.values().find(mine).map(|chat| chat.id);
        chat.unwrap_or_else(|| self.chat())
    }

    fn reason(&mut self) -> Option<String> {
        let reason = self.one_of(&[None, Some("lunch"), Some("training"), Some("made up")]);
        reason.map(str::to_owned)
    }

    fn about_a_chat(&mut self, id: &AgentId, me: Actor) {
        let offered = self.desk().state().agents.get(id).and_then(|agent| agent.offer);
        if let Some(chat) = offered.filter(|_| self.rng.u8(..4) > 0) {
            let agent = id.clone();
            let command = if self.rng.u8(..6) == 0 {
                Command::Reject { agent, chat, offer: None, reason: self.reason() }
            } else {
                Command::Accept { agent, chat, offer: None }
            };
            return self.say(me, command);
        }
        let parts = self.parts(id);
        let mine = (!parts.is_empty()).then(|| parts[self.rng.usize(..parts.len())].clone());
        let Some((chat, part)) = mine.filter(|_| self.rng.u8(..15) > 0) else {
            let chat = self.chat();
            return self.talk(id, me, chat);
        };
        match part.state {
            SegmentState::Active if self.rng.u8(..6) > 0 => self.talk(id, me, chat),
            _ => self.wrap(id, me, chat),
        }
    }

    fn talk(&mut self, id: &AgentId, me: Actor, chat: ChatId) {
        let agent = Some(id.clone());
        let command = match self.rng.u8(..20) {
            0..7 => return self.message(chat, me, Author::Agent(id.clone())),
            7..11 => Command::EndChat { chat, agent },
            11 | 12 => Command::Transfer { chat, agent, to: self.target() },
            13 | 14 => {
                let sys_id = format!("{:032x}", self.rng.u8(..4));
                Command::ChooseMatch { chat, agent, sys_id }
            }
            15 => {
                let words = self.one_of(&["somebody", "jo", "", "none@customers.example"]);
                Command::SearchMatch { chat, agent, words: words.into() }
            }
            16 => Command::Accept { agent: id.clone(), chat, offer: None },
            17 => Command::Reject { agent: id.clone(), chat, offer: None, reason: None },
            _ => return self.wrap(id, me, chat),
        };
        self.say(me, command);
    }

    fn target(&mut self) -> Target {
        if self.rng.bool() {
            Target::Queue(self.one_of(&QUEUES).into())
        } else {
            Target::Agent(self.one_of(&AGENTS).into())
        }
    }

    fn wrap(&mut self, id: &AgentId, me: Actor, chat: ChatId) {
        let agent = id.clone();
        let command = match self.rng.u8(..14) {
            0..4 => {
                let many = self.rng.usize(..4);
                let all = ["solved", "group", "first", "second", "escalated", "made up"];
                let codes = (0..many).map(|_| self.one_of(&all).into()).collect();
                Command::SetCodes { agent, chat, codes }
            }
            4 | 5 => {
                let words = self.rng.usize(..30);
                Command::SetNote { agent, chat, note: "noted ".repeat(words) }
            }
            6 => Command::ExtendWrapup { agent, chat },
            // Who called may come to light as late as this.
            7 => {
                let sys_id = format!("{:032x}", self.rng.u8(..4));
                Command::ChooseMatch { chat, agent: Some(agent), sys_id }
            }
            8 => Command::SearchMatch { chat, agent: Some(agent), words: "jo".into() },
            _ => Command::WrapUp { agent, chat },
        };
        self.say(me, command);
    }

    /// An admin forces something.
    pub(crate) fn admin(&mut self) {
        let chat = self.chat();
        let agent = AgentId::from(self.one_of(&AGENTS));
        let on = self.rng.u8(..4) == 0;
        let command = match self.rng.u8(..27) {
            25 | 26 => match self.steer() {
                Some(command) => command,
                None => return,
            },
            0..3 => Command::Requeue { chat },
            3..5 => Command::Transfer { chat, agent: None, to: self.target() },
            5 => Command::EndChat { chat, agent: None },
            6 | 7 => {
                let all = [IntentKind::Available, IntentKind::OnBreak, IntentKind::WorkOffline];
                Command::ForceStatus { agent, to: self.one_of(&all), reason: None }
            }
            8 => Command::ForceLogout { agent },
            9 => Command::Drain { on },
            10 => Command::DrainQueue { queue: self.one_of(&QUEUES).into(), on },
            11 => Command::DrainAgent { agent, on },
            12 if self.rng.bool() => self.hours(),
            12 if self.rng.bool() => Command::LowDisk { on },
            12 | 21 => self.grant(),
            13..18 => match self.step() {
                Some(step) => Command::RetryStep { step },
                None => return,
            },
            18 => match self.step() {
                Some(step) => Command::DropStep { step, reason: Some("by the play".into()) },
                None => return,
            },
            22 | 23 => self.hand_over(agent),
            24 => match self.replay() {
                Some(command) => command,
                None => return,
            },
            20 if self.rng.u8(..3) == 0 => self.forget(),
            19 => Command::ChooseMatch { chat, agent: None, sys_id: format!("{:032x}", 1) },
            _ => Command::SearchMatch { chat, agent: None, words: "somebody".into() },
        };
        self.say(Actor::Admin("admin".into()), command);
    }

    /// A token or session is made, or taken back.
    fn grant(&mut self) -> Command {
        let known: Vec<GrantId> = self.desk().state().grants.keys().copied().collect();
        let one = known.first().copied();
        if self.rng.u8(..3) == 0 {
            let grant = one.filter(|_| self.rng.u8(..3) > 0);
            return Command::Revoke { grant: grant.unwrap_or(GrantId(Uuid::nil())) };
        }
        let id = GrantId(Uuid::from_u128(self.rng.u128(..)));
        let token = one.filter(|_| self.rng.bool());
        let kind = if token.is_some() { GrantKind::Session } else { GrantKind::Token };
        let holder = Holder::Agent(self.one_of(&AGENTS).into());
        let expires_ms = self.desk().now.wall_ms + self.rng.i64(1..3_600_000);
        let label = "a desk".into();
        Command::Grant(Box::new(NewGrant { id, kind, holder, token, label, expires_ms }))
    }

    /// Somebody opens or closes a queue, mostly for some minutes.
    fn hours(&mut self) -> Command {
        let ahead = self.rng.i64(1..3_600_000);
        let until_ms = (self.rng.u8(..6) > 0).then_some(self.desk().now.wall_ms + ahead);
        let open = self.one_of(&[None, Some(false), Some(true)]);
        Command::ForceHours { queue: self.one_of(&QUEUES).into(), open, until_ms }
    }

    /// Somebody wants to be forgotten, whatever has become of their chats.
    fn forget(&mut self) -> Command {
        let outbox = &self.desk().state().outbox.incidents;
        let unsent: Vec<ChatId> = outbox.keys().copied().collect();
        let chats: Vec<ChatId> = self.facts.chats().collect();
        let mut of = |all: &[ChatId]| (!all.is_empty()).then(|| self.one_of(all));
        let chats = [of(&chats), of(&unsent)].into_iter().flatten().collect();
        let keys = [format!("key of {}", self.one_of(&ADDRESSES))].into();
        Command::ErasePerson { chats, keys }
    }

    /// At a change of shift: mostly of somebody who has something open, to somebody who is free.
    fn hand_over(&mut self, agent: AgentId) -> Command {
        let state = self.desk().state();
        let wraps =
            |(_, agent): &(&AgentId, &Agent)| status(state, agent).0 == Status::PostProcessing;
        let agent = state.agents.iter().find(wraps).map_or(agent, |(id, _)| id.clone());
        let free = |(id, other): &(&AgentId, &Agent)| {
            **id != agent && status(state, other).0 == Status::Available
        };
        let to = state.agents.iter().filter(free).map(|(id, _)| id.clone()).next_back();
        let to = to.filter(|_| self.rng.u8(..4) > 0);
        Command::HandOver { agent, to }
    }

    /// What was sent of a chat, to be looked for once more, whatever has become of the chat.
    fn replay(&mut self) -> Option<Command> {
        let chats: Vec<ChatId> = self.facts.chats().collect();
        if chats.is_empty() {
            return None;
        }
        let chat = self.one_of(&chats);
        let incident = Box::new(self.desk().incident(chat)?);
        let steps = incident.order.clone();
        Some(Command::Replay { chat, incident, steps })
    }

    /// A step, wherever it stands.
    pub(crate) fn step(&mut self) -> Option<StepId> {
        let incidents = &self.desk().state().outbox.incidents;
        let steps = incidents.iter().flat_map(|(chat, incident)| {
            incident.steps.keys().map(|kind| StepId { chat: *chat, kind: *kind })
        });
        let steps: Vec<StepId> = steps.collect();
        (!steps.is_empty()).then(|| self.one_of(&steps))
    }
}

//! Lines of text as commands. Agents go by their names, chats by `c1`, `c2` …, steps by
//! `c1.create`, `c1.attach`, `c1.complete.1`.

use super::{Desk, chat_id, configured};
use desk_core::config::Authority;
use desk_core::name::{AgentId, ChatId, DeliveryId, GrantId, StepId, StepKind};
use desk_core::policy::Policy;
use desk_core::view::{CandidateView, OpenIncidentView};
use desk_core::{
    Answer, Answered, Author, Command, Content, Customer, Difference, Followed, GrantKind, Holder,
    IntentKind, NewChat, NewGrant, PopOutcome, RecordRef, Refusal, SetHow, Target, Visibility,
};
use std::collections::BTreeMap;

impl Desk {
    /// Does one line.
    pub(crate) fn line(&mut self, line: &str) -> Result<Answer, Refusal> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            // Time, rules, config.
            ["wait", secs] => {
                self.advance(secs.parse::<u64>().expect("seconds") * 1000);
                Ok(Answer::Done)
            }
            ["rule", ..] => {
                self.rules.set(line.trim_start_matches("rule "));
                Ok(Answer::Done)
            }
            ["id", id] => {
                self.next_id = Some(id.into());
                Ok(Answer::Done)
            }
            ["again"] => {
                let (who, id, command) = self.last.clone().expect("a command with an id");
                self.next_id = Some(id);
                self.send(who, command)
            }
            ["config", ..] => self.configure(configured(line.trim_start_matches("config"))),
            ["config-without", ..] => {
                let mut config = self.state.config.clone();
                for gone in &words[1..] {
                    config.queues.remove(&(*gone).into());
                    config.agents.remove(&(*gone).into());
                    for agent in config.agents.values_mut() {
                        agent.queues.remove(&(*gone).into());
                    }
                }
                self.configure(config)
            }
            // Shorthands, each of several lines.
            ["available", agent] => {
                self.all(&[&format!("login {agent}"), &format!("ask {agent} available")])
            }
            ["offered", agent, chat] => {
                self.all(&[&format!("available {agent}"), &format!("open {chat}")])
            }
            ["busy", agent, chat] => {
                self.all(&[&format!("offered {agent} {chat}"), &format!("accept {agent} {chat}")])
            }
            ["post", agent, chat] => {
                self.all(&[&format!("busy {agent} {chat}"), &format!("end {agent} {chat}")])
            }
            ["found", chat, ..] => {
                self.run(Command::TakeLookup { chat: chat_of(chat) })?;
                self.answer_lookup(chat, None, Ok(&words[2..]))
            }
            // A look, not a command.
            ["type", who, chat] => {
                let until = desk_core::typing(&self.state, self.now, chat_of(chat), &author(who))?;
                assert_eq!(until, self.now.wall_ms + 6000, "it is shown for a few seconds");
                Ok(Answer::Done)
            }
            ["sent", step] => self.all(&[&format!("take {step}"), &format!("answer {step} done")]),
            _ => {
                let command = self.command(line, &words);
                self.run(command)
            }
        }
    }

    fn all(&mut self, lines: &[&str]) -> Result<Answer, Refusal> {
        let mut last = Ok(Answer::Done);
        for line in lines {
            last = self.line(line);
            last.as_ref().map_err(Clone::clone)?;
        }
        last
    }

    fn answer_lookup(
        &mut self,
        chat: &str,
        n: Option<u32>,
        found: Result<&[&str], &str>,
    ) -> Result<Answer, Refusal> {
        let chat = chat_of(chat);
        let latest = self.state.chats.get(&chat).map_or(1, |c| c.matched.lookups);
        let result = found.map(|ids| ids.iter().map(|id| candidate(id)).collect());
        let n = n.unwrap_or(latest);
        self.run(Command::LookupAnswered { chat, n, result: result.map_err(Into::into) })
    }

    fn command(&mut self, line: &str, words: &[&str]) -> Command {
        self.agent_command(words)
            .or_else(|| self.chat_command(words))
            .or_else(|| self.driver_command(words))
            .or_else(|| desk_command(words))
            .unwrap_or_else(|| panic!("no such line: {line}"))
    }

    fn agent_command(&self, words: &[&str]) -> Option<Command> {
        let reason = |at: usize| words.get(at).map(|reason| (*reason).to_owned());
        Some(match words {
            ["login", agent] => Command::Login { agent: id(agent) },
            ["logout", agent, "after"] => {
                Command::Logout { agent: id(agent), after: true, reason: None }
            }
            ["logout", agent, ..] => {
                Command::Logout { agent: id(agent), after: false, reason: reason(2) }
            }
            ["ask", agent, to, ..] => {
                Command::AskStatus { agent: id(agent), to: intent(to), reason: reason(3) }
            }
            ["stop", agent] => Command::StopNew { agent: id(agent) },
            ["stream", agent] => Command::StreamOpened { agent: id(agent) },
            ["lose", agent] => Command::StreamLost { agent: id(agent) },
            ["force", agent, to] => {
                Command::ForceStatus { agent: id(agent), to: intent(to), reason: None }
            }
            ["hand", agent, "back"] => Command::HandOver { agent: id(agent), to: None },
            ["hand", agent, to] => Command::HandOver { agent: id(agent), to: Some(id(to)) },
            ["kick", agent] => Command::ForceLogout { agent: id(agent) },
            _ => return None,
        })
    }

    fn chat_command(&self, words: &[&str]) -> Option<Command> {
        let by = |who: &str| (who != "admin").then(|| id(who));
        Some(match words {
            ["came", chat] => Command::CustomerCame { chat: chat_of(chat) },
            ["went", chat] => Command::CustomerWent { chat: chat_of(chat) },
            ["open", chat, ..] => Command::OpenChat(Box::new(new_chat(chat, &words[2..]))),
            ["form", chat, ..] => {
                let mut new = new_chat(chat, &[]);
                let known: Vec<&str> = words[2..].to_vec();
                let said = known.iter().filter(|word| !word.contains('='));
                for word in &known {
                    match word.split_once('=') {
                        Some(("in", queue)) => new.queue = queue.into(),
                        Some(("email", email)) => new.customer.email = email.into(),
                        _ => {}
                    }
                }
                let text = said.copied().collect::<Vec<_>>().join(" ");
                Command::LeaveForm { new: Box::new(new), text }
            }
            ["whisper", agent, chat, ..] => Command::PostMessage {
                chat: chat_of(chat),
                from: Author::Agent(id(agent)),
                visibility: Visibility::Internal,
                content: Content::Text { text: words[3..].join(" ") },
            },
            ["say", who, chat, ..] => Command::PostMessage {
                chat: chat_of(chat),
                from: author(who),
                visibility: Visibility::All,
                content: Content::Text { text: words[3..].join(" ") },
            },
            ["leave", chat] => Command::LeaveChat { chat: chat_of(chat) },
            ["accept", agent, chat] => {
                Command::Accept { agent: id(agent), chat: chat_of(chat), offer: None }
            }
            ["accept-named", agent, chat] => {
                let offer = self.last_offer(chat_of(chat));
                Command::Accept { agent: id(agent), chat: chat_of(chat), offer }
            }
            ["reject", agent, chat, ..] => Command::Reject {
                agent: id(agent),
                chat: chat_of(chat),
                offer: None,
                reason: words.get(3).map(|reason| (*reason).to_owned()),
            },
            ["end", who, chat] => Command::EndChat { chat: chat_of(chat), agent: by(who) },
            ["requeue", chat] => Command::Requeue { chat: chat_of(chat) },
            ["transfer", who, chat, "queue", queue] => Command::Transfer {
                chat: chat_of(chat),
                agent: by(who),
                to: Target::Queue((*queue).into()),
            },
            ["transfer", who, chat, "agent", agent] => Command::Transfer {
                chat: chat_of(chat),
                agent: by(who),
                to: Target::Agent(id(agent)),
            },
            ["ack", chat] => Command::Acknowledge { chat: chat_of(chat) },
            ["choose", who, chat, sys_id] => Command::ChooseMatch {
                chat: chat_of(chat),
                agent: by(who),
                sys_id: (*sys_id).into(),
            },
            ["search", who, chat, ..] => Command::SearchMatch {
                chat: chat_of(chat),
                agent: by(who),
                words: words[3..].join(" "),
            },
            ["codes", agent, chat, ..] => Command::SetCodes {
                agent: id(agent),
                chat: chat_of(chat),
                codes: words[3..].iter().map(|code| (*code).into()).collect(),
            },
            ["note", agent, chat, ..] => Command::SetNote {
                agent: id(agent),
                chat: chat_of(chat),
                note: words[3..].join(" "),
            },
            ["extend", agent, chat] => {
                Command::ExtendWrapup { agent: id(agent), chat: chat_of(chat) }
            }
            ["wrap", agent, chat] => Command::WrapUp { agent: id(agent), chat: chat_of(chat) },
            _ => return None,
        })
    }

    fn driver_command(&self, words: &[&str]) -> Option<Command> {
        Some(match words {
            ["take-lookup", chat] => Command::TakeLookup { chat: chat_of(chat) },
            ["lookup-failed", chat] => Command::LookupAnswered {
                chat: chat_of(chat),
                n: self.state.chats.get(&chat_of(chat)).map_or(1, |c| c.matched.lookups),
                result: Err("down".into()),
            },
            ["lookup", n, chat, ..] => Command::LookupAnswered {
                chat: chat_of(chat),
                n: n.parse().expect("a number"),
                result: Ok(words[3..].iter().map(|id| candidate(id)).collect()),
            },
            ["take", step] => {
                let step = step_of(step);
                let story = self.story(step.chat).expect("the chat was opened");
                Command::TakeStep { step, story: Box::new(story), read_to: self.state.seq }
            }
            ["take-stale", step] => {
                let step = step_of(step);
                let story = self.story(step.chat).expect("the chat was opened");
                Command::TakeStep { step, story: Box::new(story), read_to: 1 }
            }
            ["answer", step, outcome] => {
                let step = step_of(step);
                let attempt = self.state.outbox.step(step).map_or(1, |step| step.attempts);
                Command::StepAnswered { step, attempt, answered: answered(outcome, step) }
            }
            ["late", attempt, step, outcome] => {
                let (step, attempt) = (step_of(step), attempt.parse().expect("a number"));
                Command::StepAnswered { step, attempt, answered: answered(outcome, step) }
            }
            ["retry", step] => Command::RetryStep { step: step_of(step) },
            ["replay", chat, steps @ ..] => {
                let chat = chat_of(chat);
                let steps = steps.iter().map(|kind| kind.parse().expect("a step's kind")).collect();
                let incident = Box::new(self.incident(chat).expect("it was wanted"));
                Command::Replay { chat, incident, steps }
            }
            ["drop", step] => Command::DropStep { step: step_of(step), reason: None },
            ["drop", step, reason] => {
                Command::DropStep { step: step_of(step), reason: Some((*reason).into()) }
            }
            ["take-delivery", d] => Command::TakeDelivery { delivery: self.delivery_of(d) },
            ["answer-delivery", d, outcome] => {
                let delivery = self.delivery_of(d);
                let attempt = self.delivery(delivery).map_or(1, |held| held.attempts);
                let kind = desk_core::name::StepKind::Attach;
                let answered = Box::new(answered(outcome, StepId { chat: chat_id(1), kind }));
                Command::DeliveryAnswered { delivery, attempt, answered }
            }
            ["retry-delivery", d] => Command::RetryDelivery { delivery: self.delivery_of(d) },
            ["drop-delivery", d] => {
                Command::DropDelivery { delivery: self.delivery_of(d), reason: None }
            }
            ["replay-delivery", d] => {
                let delivery = self.delivery_of(d);
                let header = Box::new(self.delivery(delivery).expect("it was wanted"));
                Command::ReplayDelivery { delivery, header }
            }
            ["follow", from, to] => self.follow(from, to),
            ["claim", agent] => {
                let pop = self.state.pops.values().find(|pop| pop.agent == id(agent));
                Command::ClaimPop { agent: id(agent), pop: pop.expect("a pop of theirs").id }
            }
            ["claim-any", agent] => {
                let pop = self.state.pops.keys().next().expect("a pop");
                Command::ClaimPop { agent: id(agent), pop: *pop }
            }
            ["report", agent] => {
                let pop = self.state.pops.values().find(|pop| pop.agent == id(agent));
                let (pop, outcome) = (pop.expect("a pop of theirs").id, PopOutcome::Opened);
                Command::ReportPop { agent: id(agent), pop, outcome }
            }
            _ => return None,
        })
    }

    fn delivery_of(&self, name: &str) -> DeliveryId {
        let n: usize = name.trim_start_matches('d').parse().expect("a delivery such as d1");
        self.wanted_deliveries().get(n - 1).copied().unwrap_or(DeliveryId(uuid::Uuid::nil()))
    }

    /// What follows the journal asked its rule about the last record, where that tells anything.
    fn follow(&self, from: &str, to: &str) -> Command {
        let place = |word: &str| match word {
            "here" => self.state.followed.unwrap_or_default(),
            "end" => self.state.seq,
            number => number.parse().expect("a record's number"),
        };
        let mut rules = self.rules.clone();
        let questions: Vec<_> = self
            .records
            .last()
            .iter()
            .flat_map(|record| desk_core::told(record))
            .map(|told| told.question(told.event().chat().and_then(|c| self.story(c)).as_ref()))
            .collect();
        let asked = questions.into_iter().filter_map(|question| {
            let asked = rules.ask(&question, &self.state.kv)?;
            Some((question, asked))
        });
        let followed =
            Followed { from: place(from), to: place(to), skipped: 0, asked: asked.collect() };
        Command::FollowEvents(Box::new(followed))
    }

    fn last_offer(&self, chat: ChatId) -> Option<desk_core::name::OfferId> {
        let chat = self.state.chats.get(&chat)?;
        chat.offers().last().map(|offer| offer.id).or_else(|| chat.segments.last().map(|s| s.offer))
    }
}

fn desk_command(words: &[&str]) -> Option<Command> {
    Some(match words {
        // A set whose rules follow the journal, or are deaf to it.
        ["scripts", set, rules] => Command::SetScripts {
            follows: *rules == "follow",
            hash: (*set).into(),
            files: BTreeMap::default(),
            how: SetHow::Taken,
            held: None,
        },
        ["restart"] => Command::Start { epoch: 2, lost: None },
        ["drain", on] => Command::Drain { on: *on == "on" },
        ["drain-queue", queue, on] => {
            Command::DrainQueue { queue: (*queue).into(), on: *on == "on" }
        }
        ["close-queue", queue] => hours(queue, Some(false), None),
        ["close-queue", queue, secs] => hours(queue, Some(false), Some(secs)),
        ["open-queue", queue] => hours(queue, Some(true), None),
        ["open-queue", queue, secs] => hours(queue, Some(true), Some(secs)),
        ["as-planned", queue] => hours(queue, None, None),
        ["drain-agent", agent, on] => Command::DrainAgent { agent: id(agent), on: *on == "on" },
        ["token", n, holder, ..] => grant(n, GrantKind::Token, holder, &words[3..]),
        ["session", n, holder, ..] => grant(n, GrantKind::Session, holder, &words[3..]),
        ["revoke", n] => Command::Revoke { grant: grant_id(n) },
        ["forget", chats @ ..] => Command::ErasePerson {
            chats: chats.iter().filter(|word| !word.contains('\'')).map(|c| chat_of(c)).collect(),
            keys: chats.iter().filter(|word| word.contains('\'')).map(|k| (*k).into()).collect(),
        },
        ["low-disk", on] => Command::LowDisk { on: *on == "on" },
        _ => return None,
    })
}

fn grant_id(n: &str) -> GrantId {
    GrantId(uuid::Uuid::from_u128(n.parse().expect("a number")))
}

/// A token or session for an agent, or for a role; `by N`: opened by that token; a number: for so
/// many seconds.
fn grant(n: &str, kind: GrantKind, holder: &str, rest: &[&str]) -> Command {
    let holder = match holder {
        "admin" => Holder::Admin,
        "integrator" => Holder::Integrator,
        "root" => Holder::Account(0),
        queue if queue.starts_with("of-") => {
            Holder::Supervisor([queue.trim_start_matches("of-").into()].into())
        }
        agent => Holder::Agent(id(agent)),
    };
    let (mut token, mut secs) = (None, 60);
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match *word {
            "by" => token = rest.next().map(|n| grant_id(n)),
            number => secs = number.parse::<i64>().expect("seconds"),
        }
    }
    let expires_ms = 1_700_000_000_000 + secs * 1000;
    let new = NewGrant { id: grant_id(n), kind, holder, token, label: "a test".into(), expires_ms };
    Command::Grant(Box::new(new))
}

/// Opens or closes a queue until so many seconds after the desk began.
fn hours(queue: &str, open: Option<bool>, secs: Option<&str>) -> Command {
    let until = secs.map(|secs| secs.parse::<i64>().expect("seconds") * 1000);
    let until_ms = until.map(|ms| 1_700_000_000_000 + ms);
    Command::ForceHours { queue: queue.into(), open, until_ms }
}

fn id(agent: &str) -> AgentId {
    agent.into()
}

fn author(word: &str) -> Author {
    match word {
        "customer" => Author::Customer,
        "supervisor" => Author::Supervisor("sue".into()),
        agent => Author::Agent(id(agent)),
    }
}

fn intent(word: &str) -> IntentKind {
    match word {
        "available" => IntentKind::Available,
        "on_break" => IntentKind::OnBreak,
        "work_offline" => IntentKind::WorkOffline,
        "logged_out" => IntentKind::LoggedOut,
        other => panic!("no such status: {other}"),
    }
}

fn chat_of(name: &str) -> ChatId {
    chat_id(name.strip_prefix('c').and_then(|n| n.parse().ok()).expect("a chat such as c1"))
}

fn step_of(name: &str) -> StepId {
    let (chat, kind) = name.split_once('.').expect("a step such as c1.create");
    StepId { chat: chat_of(chat), kind: kind.parse().expect("a kind of step") }
}

/// A chat of `help`, or of the queue that is named; `anonymous` without an address, `spanish` in
/// need of a skill, `german` in need of one that carol has little of, `known` by their address,
/// `observed` of another system's.
fn new_chat(chat: &str, words: &[&str]) -> NewChat {
    let mut new = NewChat {
        chat: chat_of(chat),
        queue: "help".into(),
        customer: Customer { name: "Jo".into(), email: "jo@example.com".into(), verified: false },
        fields: BTreeMap::new(),
        skills: BTreeMap::new(),
        email_key: None,
        foreign: None,
        authority: Authority::Local,
    };
    for word in words {
        match *word {
            "anonymous" => new.customer.email.clear(),
            "observed" => new.authority = Authority::Observed,
            "spanish" => {
                new.skills.insert("spanish".into(), 50);
            }
            "known" => new.email_key = Some("jo's".into()),
            "known-too" => new.email_key = Some("jo's too".into()),
            "german" => {
                new.skills.insert("german".into(), 50);
            }
            "wordy" => {
                new.fields.insert("x".into(), "x".repeat(3000));
            }
            queue => new.queue = queue.into(),
        }
    }
    new
}

/// A candidate: of `sys_user`, its name for an id.
pub(crate) fn candidate(sys_id: &str) -> CandidateView {
    CandidateView {
        table: "sys_user".into(),
        sys_id: sys_id.into(),
        name: format!("Person {sys_id}"),
        email: "jo@example.com".into(),
        active: true,
        fields: BTreeMap::new(),
        incidents: vec![OpenIncidentView {
            table: "incident".into(),
            sys_id: format!("open-{sys_id}"),
            number: "INC7".into(),
            short_description: "The printer burns".into(),
            state: "2".into(),
            opened_at: "2026-11-20 10:00:00".into(),
        }],
    }
}

fn answered(word: &str, step: StepId) -> Answered {
    let why = "a reason".to_owned();
    match word {
        "done" | "foreign" | "differs" | "anew" => {
            let record = |table: &str, sys_id: &str| RecordRef {
                table: table.into(),
                sys_id: sys_id.into(),
            };
            let created = match step.kind {
                StepKind::Create => {
                    let number = if word == "anew" { "INC2" } else { "INC1" };
                    Some((record("incident", "I"), number.to_owned()))
                }
                StepKind::Interaction => Some((record("interaction", "M"), "IMS1".to_owned())),
                StepKind::Relate => {
                    Some((record("interaction_related_record", "R"), String::new()))
                }
                StepKind::Attach | StepKind::Complete(_) => None,
            };
            let differs = Difference { field: "u_x".into(), sent: "1".into(), held: None };
            let differences = if word == "differs" { vec![differs] } else { Vec::new() };
            Answered::Done { created, foreign: word == "foreign", differences }
        }
        "appended" => {
            let record = RecordRef { table: "incident".into(), sys_id: "open-A".into() };
            let created = Some((record, "INC7".to_owned()));
            Answered::Done { created, foreign: true, differences: Vec::new() }
        }
        "retry" => Answered::Retry { after_ms: None, why },
        "later" => Answered::Retry { after_ms: Some(500_000), why },
        "ambiguous" => Answered::Ambiguous { why },
        "refused" => Answered::Permanent { why },
        other => panic!("no such outcome: {other}"),
    }
}

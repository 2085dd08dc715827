//! Questions to ask and hosts to ask them of.

use desk_core::Kv;
use desk_core::config::{MissedStatus, PopWhen};
use desk_core::name::{AgentId, ChatId};
use desk_core::policy::{
    About, Asked, Failure, FailureKind, Hook, Idle, IncidentStep, Policy as _, Question, Verdict,
    WrapupTrigger,
};
use desk_core::view::{
    AgentView, CandidateView, ChatView, CustomerView, OpenIncidentView, QueueView, SegmentView,
};
use desk_core::{IntentKind, Role};
use desk_hooks::{Files, Host, Limits, STACK_BYTES, ScriptError, ScriptSet};
use std::collections::BTreeMap;
use std::time::Duration;

/// 2026-01-07 14:30 UTC, a Wednesday.
pub(crate) const NOW_MS: i64 = 1_767_796_200_000;

/// Runs a test on a stack as large as a host needs.
pub(crate) fn on_stack<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, test);
        thread.unwrap().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The default limits, with time enough for a debug build on a busy machine: where time is not
/// what a test is about, it decides nothing.
pub(crate) fn patient() -> Limits {
    Limits { time: Duration::from_secs(60), ..Limits::default() }
}

pub(crate) fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect()
}

pub(crate) fn load(files: Files) -> Result<Host, Vec<ScriptError>> {
    Host::new(ScriptSet::from_files(files)?, patient())
}

/// A host of one file.
pub(crate) fn host(path: &str, text: &str) -> Host {
    match load(files([(path, text)])) {
        Ok(host) => host,
        Err(errors) => panic!("{}", errors[0]),
    }
}

/// Asks a rule with this body.
pub(crate) fn answer(question: &Question, body: &str) -> Asked {
    let hook = question.hook();
    let mut host = host(&format!("{hook}.rhai"), &format!("fn {hook}(ctx) {{\n{body}\n}}"));
    on_stack(|| host.ask(question, &Kv::default())).expect("there is a rule")
}

pub(crate) fn verdict(question: &Question, body: &str) -> Option<Verdict> {
    answer(question, body).verdict.unwrap_or_else(|failure| panic!("{}", text(&failure)))
}

/// The kind of the failure that this body ends in.
pub(crate) fn failure(question: &Question, body: &str) -> FailureKind {
    answer(question, body).verdict.expect_err("a failure").kind
}

pub(crate) fn text(failure: &Failure) -> &str {
    failure.text.known().expect("nothing is erased here")
}

pub(crate) fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

pub(crate) fn chat() -> ChatView {
    ChatView {
        id: ChatId(uuid::Uuid::from_u128(7)),
        queue: "support".into(),
        priority: 3,
        customer: CustomerView {
            name: "Ada Byron".into(),
            email: "ada@Example.org".into(),
            verified: true,
        },
        fields: map([("topic", "printer")]),
        skills: [("french".into(), 40)].into(),
        arrived_ms: NOW_MS - 60_000,
        age_ms: 60_000,
        misses: 1,
        messages: 4,
        matched: "one".into(),
        caller: Some(candidate('a', true)),
        segments: vec![segment()],
        ended: None,
    }
}

pub(crate) fn candidate(digit: char, active: bool) -> CandidateView {
    CandidateView {
        table: "sys_user".into(),
        sys_id: String::from(digit).repeat(32),
        name: format!("Record {digit}"),
        email: "ada@example.org".into(),
        active,
        fields: map([("department", "Sales")]),
        incidents: vec![OpenIncidentView {
            table: "incident".into(),
            sys_id: "f".repeat(32),
            number: "INC7".into(),
            short_description: "The printer burns".into(),
            state: "2".into(),
            opened_at: "2026-01-05 09:00:00".into(),
        }],
    }
}

pub(crate) fn segment() -> SegmentView {
    SegmentView {
        n: 1,
        agent: AgentId::from("eve"),
        queue: "support".into(),
        accepted_ms: NOW_MS - 30_000,
        talk_ms: 25_000,
        codes: vec!["solved".into()],
        note: "Toner".into(),
    }
}

pub(crate) fn agent(id: &str) -> AgentView {
    AgentView {
        id: id.into(),
        name: "Eve".into(),
        level: 60,
        skills: [("french".into(), 80)].into(),
        load: 1,
        capacity: 3,
        idle_ms: 9_000,
    }
}

/// A question of each hook, in the order of the registry.
pub(crate) fn every_question() -> [Question; 13] {
    let missed = About::Missed {
        agent: agent("eve"),
        rejected: true,
        reason: Some("busy".into()),
        status: MissedStatus::OnBreak,
        recover_secs: 0,
        cooldown_secs: 30,
    };
    let status = About::Status {
        agent: agent("eve"),
        now: "available".into(),
        to: IntentKind::OnBreak,
        reason: None,
    };
    let event = About::Event {
        event: "chat_ended".into(),
        seq: 77,
        queue: Some("support".into()),
        agent: None,
        fields: map([("how", "agent")]),
    };
    let text = "my card is 4111 1111 1111 1111".to_owned();
    [
        question(About::Chat { waiting: 3 }),
        question(About::Route { agents: vec![agent("eve"), agent("adam")], held_secs: 0 }),
        offer(),
        question(missed),
        question(About::WaitLimit { overflow: Some("night".into()), extended: 0 }),
        question(About::Lookup { words: None, n: 1 }),
        matching(vec![candidate('a', true), candidate('b', false)]),
        question(About::Message { from: Role::Customer, text, internal: false }),
        question(About::Idle { what: Idle::Remind, silent_ms: 60_000, text: "Hello?".into() }),
        wrapup(),
        incident(),
        Question { queue: None, chat: None, ..question(status) },
        Question { queue: None, ..question(event) },
    ]
}

/// The question of one hook.
pub(crate) fn question_of(hook: Hook) -> Question {
    let found = every_question().into_iter().find(|question| question.hook() == hook);
    found.expect("every hook has one")
}

fn question(about: About) -> Question {
    let queue = QueueView {
        closes_in_secs: 0,
        zone: "UTC".into(),
        id: "support".into(),
        name: "Support".into(),
        fields: map([("team", "north")]),
        open: true,
        opens_in_secs: 0,
    };
    Question { now_ms: NOW_MS, seed: 12, queue: Some(queue), chat: Some(chat()), about }
}

pub(crate) fn offer() -> Question {
    question(About::Offer { agent: agent("eve"), accept_secs: 30, pop: PopWhen::Accept })
}

pub(crate) fn matching(candidates: Vec<CandidateView>) -> Question {
    question(About::Match { candidates })
}

pub(crate) fn wrapup() -> Question {
    question(About::Wrapup { segment: segment(), trigger: WrapupTrigger::Submitted, post_secs: 60 })
}

pub(crate) fn incident() -> Question {
    question(About::Incident {
        step: IncidentStep::Create,
        segment: None,
        caller: Some(candidate('a', true)),
        table: "incident".into(),
        fields: map([("short_description", "Chat with Ada")]),
    })
}

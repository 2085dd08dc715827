//! What a call of a rule costs, as a ratio to the same rule in Rust, measured in the same run:
//! `cargo bench -p desk-hooks`. Each figure is the best of many rounds, in nanoseconds of the
//! thread's CPU time a call: everything from the question to the verdict, checked, with its reasons.

use desk_core::Kv;
use desk_core::name::ChatId;
use desk_core::policy::{About, Policy as _, Question, Verdict};
use desk_core::view::{CandidateView, ChatView, CustomerView, QueueView};
use desk_hooks::{Host, Limits, STACK_BYTES, ScriptSet};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

const EMPTY: &str = "fn on_match(ctx) {}";

/// A rule as people write them: it looks at the chat and at each record, weighs, and says why.
const TYPICAL: &str = r#"
fn on_match(ctx) {
    let domain = email_domain(ctx.chat.customer.email);
    let department = ctx.chat.fields.department;
    let best = "";
    let most = 0;
    for c in ctx.candidates {
        let score = 0;
        if c.active { score += 10; }
        if c.fields.department == department { score += 5; }
        if email_domain(c.email) == domain { score += 3; }
        if score > most {
            most = score;
            best = c.sys_id;
        }
    }
    if most == 0 { return; }
    why("the best of all", #{ score: most });
    #{ choose: best }
}"#;

fn nothing(_: &Question) -> (Option<Verdict>, Vec<String>) {
    (None, Vec::new())
}

/// The same in Rust.
fn typical(question: &Question) -> (Option<Verdict>, Vec<String>) {
    let domain =
        |email: &str| email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    let (Some(chat), About::Match { candidates }) = (&question.chat, &question.about) else {
        return nothing(question);
    };
    let own = domain(&chat.customer.email);
    let department = chat.fields.get("department");
    let (mut best, mut most) = ("", 0);
    for candidate in candidates {
        let mut score = 0;
        score += if candidate.active { 10 } else { 0 };
        score += if candidate.fields.get("department") == department { 5 } else { 0 };
        score += if domain(&candidate.email) == own { 3 } else { 0 };
        if score > most {
            (best, most) = (&candidate.sys_id, score);
        }
    }
    if most == 0 {
        return nothing(question);
    }
    let verdict = Verdict::Match { choose: Some(best.to_owned()), order: vec![], drop: vec![] };
    (Some(verdict), vec![format!("the best of all (score: {most})")])
}

fn question(candidates: usize) -> Question {
    let map = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let candidate = |n: usize| CandidateView {
        table: "sys_user".into(),
        sys_id: format!("{n:032x}"),
        name: format!("Record {n}"),
        email: "ada.byron@sales.example.org".into(),
        active: n % 2 == 1,
        fields: map("department", if n.is_multiple_of(3) { "Sales" } else { "Support" }),
        incidents: Vec::new(),
    };
    Question {
        now_ms: 1_767_796_200_000,
        seed: 12,
        queue: Some(QueueView {
            id: "support".into(),
            name: "Support".into(),
            fields: map("team", "north"),
            open: true,
            opens_in_secs: 0,
            closes_in_secs: 0,
            zone: "UTC".into(),
        }),
        chat: Some(ChatView {
            id: ChatId(uuid::Uuid::from_u128(7)),
            queue: "support".into(),
            priority: 3,
            customer: CustomerView {
                name: "Ada Byron".into(),
                email: "ada.byron@sales.example.org".into(),
                verified: true,
            },
            fields: map("department", "Sales"),
            skills: BTreeMap::new(),
            arrived_ms: 1_767_796_100_000,
            age_ms: 100_000,
            misses: 0,
            messages: 4,
            matched: "many".into(),
            caller: None,
            segments: Vec::new(),
            ended: None,
        }),
        about: About::Match { candidates: (1..=candidates).map(candidate).collect() },
    }
}

/// Nanoseconds of CPU time a call: the best of many rounds.
fn best(mut call: impl FnMut()) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a time");
    let round = |call: &mut dyn FnMut(), times: u32| {
        let begun = now();
        (0..times).for_each(|_| call());
        (now() - begun).as_secs_f64() * 1e9 / f64::from(times)
    };
    let first = round(&mut call, 10);
    let times = (2e6 / first).clamp(20.0, 100_000.0) as u32;
    (0..50).map(|_| round(&mut call, times)).fold(f64::INFINITY, f64::min)
}

fn main() {
    let run = || {
        println!("{:<24} {:>10} {:>10} {:>8}", "", "ns", "Rust, ns", "ratio");
        for (name, text, rust, candidates) in [
            ("empty", EMPTY, nothing as fn(&Question) -> _, 3),
            ("typical, 3 records", TYPICAL, typical, 3),
            ("typical, 50 records", TYPICAL, typical, 50),
        ] {
            let files = [("on_match.rhai".to_owned(), text.into())].into();
            let set = ScriptSet::from_files(files).expect("a set");
            let mut host = Host::new(set, Limits::default()).expect("it loads");
            let mut question = question(candidates);
            let asked = host.ask(&question, &Kv::default()).expect("there is a rule");
            assert_eq!((asked.verdict.expect("a verdict"), asked.why), rust(&question), "{name}");
            let rule = best(|| {
                // One a second: without a pause the rule would be told to rest.
                question.now_ms += 1_000;
                drop(black_box(host.ask(black_box(&question), &Kv::default())));
            });
            let native = best(|| drop(black_box(rust(black_box(&question)))));
            println!("{name:<24} {rule:>10.0} {native:>10.0} {:>8.0}", rule / native);
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    thread.expect("a thread").join().expect("the benchmark");
}

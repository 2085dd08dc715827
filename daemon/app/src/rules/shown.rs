//! What rules are shown, from State to the script: however much there is, lists are short.

use super::Rules;
use crate::testing::{Play, candidate, config};
use desk_core::name::{AgentId, StepId, StepKind};
use desk_core::policy::Hook;
use desk_core::{Actor, Command, Story};
use desk_hooks::{Host, Limits, ScriptSet};

/// More than any list that a rule is shown.
const MANY: u32 = 60;

/// Each rule tells what it was shown: how many, the first, the last, and that there are no more.
const RULES: [(&str, &str); 4] = [
    ("on_route", r#"why(`${ctx.agents.len()}: ${ctx.agents[0].id} to ${ctx.agents[-1].id}`);"#),
    (
        "on_match",
        r#"let all = ctx.candidates; why(`${all.len()}: ${all[0].name} to ${all[-1].name}`);"#,
    ),
    ("on_wrapup", SEGMENTS),
    ("on_incident", SEGMENTS),
];
const SEGMENTS: &str =
    r#"let all = ctx.chat.segments; why(`${all.len()}: ${all[0].n} to ${all[-1].n}`);"#;

fn ruled() -> Rules {
    let file = |(hook, body): &(&str, &str)| {
        let text = format!("fn {hook}(ctx) {{ {body} }}");
        (format!("{hook}.rhai"), text.as_str().into())
    };
    let set = ScriptSet::from_files(RULES.iter().map(file).collect()).expect("a set");
    Rules::of(Some(Host::new(set, Limits::default()).expect("it loads")))
}

/// What the rules of a hook told since the last time.
fn told(play: &mut Play, hook: Hook) -> Vec<String> {
    let published = std::mem::take(&mut play.published);
    let asked = published.iter().flat_map(|published| &published.record.hooks);
    let asked = asked.filter(|asked| asked.hook == hook);
    asked.flat_map(|asked| asked.why.known().expect("nothing is erased").clone()).collect()
}

#[test]
fn of_sixty_agents_fifty_are_shown_the_best_first() {
    let mut config = config();
    for n in 0..MANY {
        let agent = config.agents[&AgentId::from("alice")].clone();
        config.agents.insert(format!("a{n:02}").as_str().into(), agent);
    }
    let mut play = Play::ruled(config, ruled());
    for n in 0..MANY {
        play.pass(1_000);
        play.ready(&format!("a{n:02}"));
    }
    play.chat(1, "help");
    // Who is idle longest is the best.
    assert_eq!(told(&mut play, Hook::OnRoute), ["50: a00 to a49"]);
}

#[test]
fn of_sixty_candidates_fifty_are_shown_and_kept() {
    let mut play = Play::ruled(config(), ruled());
    let chat = play.chat(1, "help");
    let driver = || Actor::Driver("lookup".into());
    play.done(driver(), Command::TakeLookup { chat });
    let found = (0..MANY).map(|n| candidate(&format!("Dana {n}"), n)).collect();
    play.done(driver(), Command::LookupAnswered { chat, n: 1, result: Ok(found) });
    assert_eq!(told(&mut play, Hook::OnMatch), ["50: Dana 0 to Dana 49"]);
    assert_eq!(play.state().chats[&chat].matched.candidates.or_empty().len(), 50);
}

#[test]
fn of_sixty_segments_the_last_fifty_are_shown_and_say_how_many_there_were() {
    let mut play = Play::ruled(config(), ruled());
    play.ready("alice");
    let chat = play.chat(1, "help");
    let mut records = Vec::new();
    for n in 1..=MANY {
        play.accept("alice", chat);
        let (agent, who) = (AgentId::from("alice"), Actor::Agent("alice".into()));
        let end = match n {
            MANY => Command::EndChat { chat, agent: Some(agent.clone()) },
            _ => Command::Requeue { chat },
        };
        play.done(Actor::Admin("root".into()), end);
        let codes = vec!["solved".into()];
        play.done(who.clone(), Command::SetCodes { agent: agent.clone(), chat, codes });
        play.done(who, Command::WrapUp { agent, chat });
        records.extend(play.published.iter().map(|published| published.record.clone()));
        let shown = format!("{}: {} to {n}", n.min(50), n.saturating_sub(49).max(1));
        assert_eq!(told(&mut play, Hook::OnWrapup), [shown]);
    }
    // What is asked about a chat that has left memory is told by its story.
    let events = records.iter().flat_map(|r| r.events.iter().map(move |event| (r.at, event)));
    let story = Box::new(Story::fold(chat, events).expect("all of it"));
    let (step, read_to) = (StepId { chat, kind: StepKind::Create }, play.state().seq);
    let driver = Actor::Driver("outbox".into());
    play.done(driver, Command::TakeStep { step, story, read_to });
    assert_eq!(told(&mut play, Hook::OnIncident), ["50: 11 to 60"]);
}

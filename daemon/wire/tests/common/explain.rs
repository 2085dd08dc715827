//! What explanations of the past look like, and what of it a script set is asked.

use super::{AT, some};
use desk_wire::view::*;
use desk_wire::{ReplayAsk, Reply};

fn why_not(agent: &str, reason: WhyNot, text: &str) -> WhyNotView {
    WhyNotView { agent: agent.to_owned(), reason, text: text.to_owned() }
}

fn story() -> StoryView {
    let asked = AskedView {
        hook: "on_offer".to_owned(),
        set: "9f2c".to_owned(),
        verdict: Some(serde_json::json!({"accept_secs": 10, "lines": ["VIP"]})),
        default: false,
        failure: None,
        error: None,
        why: vec!["a VIP".to_owned()],
        operations: 12,
        took_us: 40,
        erased: false,
    };
    let failed = AskedView {
        hook: "on_route".to_owned(),
        verdict: None,
        default: true,
        failure: some("error"),
        error: some("on_route.rhai:4:7: no such property"),
        why: Vec::new(),
        erased: true,
        ..asked.clone()
    };
    let others = vec![
        why_not("bob", WhyNot::NotAvailable, "on break"),
        why_not("carol", WhyNot::NotAvailable, "on break"),
        why_not("dora", WhyNot::Full, "full: 2 of 2 in use, a chat takes 1"),
    ];
    StoryView {
        chat: "c1".to_owned(),
        queue: "support".to_owned(),
        state: ChatState::Ended,
        how_ended: Some(HowEnded::Agent),
        decisions: vec![DecisionView {
            seq: 42,
            at: AT,
            by: "follow_up".to_owned(),
            command: "follow".to_owned(),
            hooks: vec![failed, asked],
            decided: vec!["offered to alice, 10 s to accept".to_owned()],
            others,
            more_others: 3,
        }],
        untold: some("to whom else it could have gone is not told"),
        next: None,
    }
}

fn chat_why() -> ChatWhyView {
    ChatWhyView {
        chat: "c1".to_owned(),
        queue: "support".to_owned(),
        priority: 5,
        waiting_ms: 4_000,
        reason: Some(WhyNot::Held),
        text: some("on_route holds it back for 9 s more"),
        agents: vec![why_not("alice", WhyNot::CoolingDown, "missed it; asked again in 9 s")],
        more_agents: 1,
    }
}

fn queue_why() -> QueueWhyView {
    QueueWhyView {
        queue: "support".to_owned(),
        name: "Support".to_owned(),
        waiting: 2,
        notes: vec!["is drained: new chats are turned away".to_owned()],
        chats: vec![chat_why()],
    }
}

fn agent_why() -> AgentWhyView {
    AgentWhyView {
        agent: "alice".to_owned(),
        name: "Alice".to_owned(),
        status: Status::OnBreak,
        reason: Some(WhyNot::NotAvailable),
        text: "on break".to_owned(),
        notes: vec!["is available again in 60 s".to_owned()],
        queues: vec![QueueStandView {
            queue: "support".to_owned(),
            waiting: 2,
            notes: vec!["is closed by its hours".to_owned()],
        }],
        chats: vec![chat_why()],
        more_chats: 1,
    }
}

/// One of each.
pub fn explained() -> Vec<Reply> {
    let views = [
        ExplainView::Chat(story()),
        ExplainView::Queue(queue_why()),
        ExplainView::Agent(agent_why()),
    ];
    views.map(Reply::Explained).into_iter().chain([Reply::ScriptReplay(replay())]).collect()
}

fn replay() -> ScriptReplayView {
    let differ = [("answers".to_owned(), 2), ("otherwise".to_owned(), 1)].into();
    let found = ShadowView {
        set: "abcdef".to_owned(),
        since: AT,
        cut: 1,
        dropped: 0,
        hooks: vec![ShadowHookView { hook: "on_match".to_owned(), asked: 10, same: 7, differ }],
        last: vec![ShadowDifferenceView {
            at: AT,
            hook: "on_match".to_owned(),
            chat: some("c1"),
            kind: "otherwise".to_owned(),
            what: "choose \"a\" → \"b\"".to_owned(),
        }],
    };
    ScriptReplayView {
        job: "r1".to_owned(),
        finished: true,
        failed: some("nobody asked how far it is"),
        done: 40,
        of: 41,
        found,
        first: 2,
        proven: 8,
        redacted: 1,
        unlike: 1,
        erased: 1,
        untold: 1,
    }
}

pub fn replay_ask() -> ReplayAsk {
    let files = [("on_match.rhai".to_owned(), "fn on_match(ctx) {}".to_owned())].into();
    ReplayAsk::Start { files: Some(files), since: AT, hook: some("on_match") }
}

//! Every verb, once for people and once as JSON: what is asked, and what is shown.

mod common;

use common::{AT, Fake, reply, run};
use desk_wire::view::{ChatState, Intent};
use desk_wire::{ActAs, Call, OutboxFilter, Outcome, ReplayAsk, Role, Visibility};
use serde_json::json;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn c1() -> String {
    "c1".to_owned()
}

/// Runs a verb twice against a daemon that answers with the sample of this kind.
fn check(args: &[&str], call: &Call, kind: &'static str, seen: &str) {
    let fake = Fake::answering(move |_| Outcome::Ok(reply(kind)));
    let human = run(&fake, args);
    // An audit that finds something says so by its exit code, too.
    let code = u8::from(kind == "audit");
    assert_eq!((human.code, human.err.as_str()), (code, ""), "{human:?}");
    assert!(human.out.contains(seen), "{seen:?} is not in {}", human.out);

    let json = run(&fake, &[args, &["--json"]].concat());
    assert_eq!((json.code, json.err.as_str()), (code, ""), "{json:?}");
    let mut expected = serde_json::to_value(reply(kind)).expect("is JSON");
    expected["v"] = json!(1);
    assert_eq!(json.json(), expected);

    let requests = fake.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.call, *call);
        assert_eq!(request.cmd.is_some(), call.changes(), "{request:?}");
    }
    let ids: Vec<_> = requests.iter().filter_map(|request| request.cmd.as_ref()).collect();
    assert!(ids.is_empty() || ids[0] != ids[1], "two commands share an id");
}

macro_rules! verbs {
    ($( $name:ident: [$($arg:literal),*] => $call:expr, $kind:literal, $seen:literal; )*) => {
        $( #[test] fn $name() { check(&[$($arg),*], &$call, $kind, $seen); } )*

        #[test]
        fn every_verb_of_the_protocol_has_one_here() {
            let tested: Vec<&str> = vec![ $( $call.verb() ),* ];
            // What `watch` says, and what is asked after something else; their own tests hold them.
            let elsewhere = [
                "watch", "pop_claim", "pop_report", "script_apply", "person_export", "person_erase",
            ];
            for verb in desk_wire::VERBS {
                assert!(tested.contains(verb) || elsewhere.contains(verb), "{verb}");
            }
        }
    };
}

verbs! {
    login: ["login"] => Call::Login {}, "agent", "Alice (alice): busy, stopnew";
    logout: ["logout"] => Call::Logout { after: false }, "agent", "next       work offline";
    logout_after: ["logout", "--after"] => Call::Logout { after: true }, "agent", "Alice";
    status: ["status"] => Call::StatusShow {}, "agent", "load       1 of 2";
    status_show: ["status", "show"] => Call::StatusShow {}, "agent", "Alice";
    status_available: ["status", "available"] =>
        Call::StatusSet { to: Intent::Available, reason: None }, "agent", "Alice";
    status_break: ["status", "break", "--reason", "lunch"] =>
        Call::StatusSet { to: Intent::OnBreak, reason: some("lunch") }, "agent", "Alice";
    status_offline: ["status", "offline"] =>
        Call::StatusSet { to: Intent::WorkOffline, reason: None }, "agent", "Alice";
    status_stop_new: ["status", "stop-new", "--reason", "shift"] =>
        Call::StatusStopNew { reason: some("shift") }, "agent", "Alice";
    status_resume: ["status", "resume"] => Call::StatusResume {}, "agent", "Alice";
    offer_show: ["offer", "show"] => Call::OfferShow {}, "offer", "20s left to accept";
    offer_accept: ["offer", "accept"] => Call::OfferAccept { offer: None }, "chat", "segment 1";
    offer_accept_this: ["offer", "accept", "o1"] =>
        Call::OfferAccept { offer: some("o1") }, "chat", "segment 1";
    offer_reject: ["offer", "reject", "--reason", "lunch"] =>
        Call::OfferReject { offer: None, reason: some("lunch") }, "agent", "Alice";
    chat_list: ["chat", "list", "--queue", "support", "--state", "waiting"] =>
        Call::ChatList { queue: some("support"), state: Some(ChatState::Waiting) },
        "chats", "Ada Byron <ada@example.com>";
    chat_show: ["chat", "show", "c1", "--from", "3"] =>
        Call::ChatShow { chat: Some(c1()), from: Some(3) }, "chat", "ended (agent)";
    chat_show_the_one: ["chat", "show"] =>
        Call::ChatShow { chat: None, from: None }, "chat", "Ada Byron";
    chat_say: ["chat", "say", "--chat", "c1", "Good", "morning"] =>
        Call::ChatSay {
            chat: Some(c1()), text: "Good morning".to_owned(), visibility: Visibility::All,
        },
        "message", "Ada Byron: Hello";
    chat_say_internal: ["chat", "say", "--internal", "psst"] =>
        Call::ChatSay { chat: None, text: "psst".to_owned(), visibility: Visibility::Internal },
        "message", "Hello";
    chat_typing: ["chat", "typing", "c1"] => Call::ChatTyping { chat: some("c1") }, "done", "c1";
    chat_end: ["chat", "end"] => Call::ChatEnd { chat: None }, "chat", "terminated";
    chat_transfer_queue: ["chat", "transfer", "c1", "--queue", "sales"] =>
        Call::ChatTransfer { chat: Some(c1()), agent: None, queue: some("sales") },
        "chat", "Ada";
    chat_transfer_agent: ["chat", "transfer", "--agent", "bob"] =>
        Call::ChatTransfer { chat: None, agent: some("bob"), queue: None }, "chat", "Ada";
    chat_history_of_one: ["chat", "history", "c1"] =>
        Call::ChatHistory {
            chat: Some(c1()), email: None, since: None, until: None, limit: None, next: None,
        },
        "history", "INC0010001";
    chat_history: [
        "chat", "history", "--email", "ada@example.com", "--since", "2026-09-21T14:13:20Z",
        "--until", "2026-09-21T14:13:21Z", "--limit", "10", "--next", "41"
    ] =>
        Call::ChatHistory {
            chat: None, email: some("ada@example.com"), since: Some(AT), until: Some(AT + 1000),
            limit: Some(10), next: some("41"),
        },
        "history", "more: --next 41";
    chat_ack: ["chat", "ack", "c1"] => Call::ChatAck { chat: Some(c1()) }, "done", "(c1)";
    chat_assign_agent: ["chat", "assign", "c1", "--agent", "bob"] =>
        Call::ChatAssign { chat: c1(), agent: some("bob"), queue: None }, "chat", "Ada";
    chat_assign_queue: ["chat", "assign", "c1", "--queue", "sales"] =>
        Call::ChatAssign { chat: c1(), agent: None, queue: some("sales") }, "chat", "Ada";
    chat_requeue: ["chat", "requeue", "c1"] => Call::ChatRequeue { chat: c1() }, "chat", "Ada";
    chat_force_end: ["chat", "force-end", "c1", "--yes"] =>
        Call::ChatForceEnd { chat: c1() }, "chat", "Ada";
    match_list: ["match", "list"] => Call::MatchList { chat: None }, "match", "sys_user";
    match_search: ["match", "search", "-c", "c1", "ada", "byron"] =>
        Call::MatchSearch { chat: Some(c1()), words: "ada byron".to_owned() },
        "match", "chat c1: Ada Byron";
    match_choose: ["match", "choose", "2"] =>
        Call::MatchChoose { chat: None, candidate: "2".to_owned() }, "match", "active=true";
    wrapup_show: ["wrapup", "show"] => Call::WrapupShow { chat: None }, "wrapup", "1m00s left";
    wrapup_code: ["wrapup", "code", "solved", "phone"] =>
        Call::WrapupCode { chat: None, codes: vec!["solved".to_owned(), "phone".to_owned()] },
        "wrapup", "one is required";
    wrapup_code_none: ["wrapup", "code", "--none"] =>
        Call::WrapupCode { chat: None, codes: vec![] }, "wrapup", "default";
    wrapup_note: ["wrapup", "note", "--chat", "c1", "reset", "the", "password"] =>
        Call::WrapupNote { chat: Some(c1()), text: "reset the password".to_owned() },
        "wrapup", "code missing";
    wrapup_extend: ["wrapup", "extend", "c1"] =>
        Call::WrapupExtend { chat: Some(c1()) }, "wrapup", "2 times more";
    wrapup_done: ["wrapup", "done"] => Call::WrapupDone { chat: None }, "wrapup", "segment 1";
    reply_list: ["reply", "list", "--queue", "support"] =>
        Call::ReplyList { queue: some("support") }, "replies", "/hello";
    agent_list: ["agent", "list"] => Call::AgentList {}, "agents", "alice";
    agent_show: ["agent", "show", "alice"] =>
        Call::AgentShow { agent: "alice".to_owned() }, "agent", "timed out at 14:13:20";
    agent_set_status: ["agent", "set-status", "alice", "break", "--reason", "late"] =>
        Call::AgentSetStatus {
            agent: "alice".to_owned(), to: Intent::OnBreak, reason: some("late"),
        },
        "agent", "Alice";
    agent_logout: ["agent", "logout", "alice", "--yes"] =>
        Call::AgentLogout { agent: "alice".to_owned() }, "agent", "Alice";
    agent_hand_over: ["agent", "hand-over", "alice", "--to", "bob"] => Call::AgentHandOver {
        agent: "alice".to_owned(),
        to: Some("bob".to_owned()),
    }, "agent", "Alice";
    agent_hand_over_back: ["agent", "hand-over", "alice", "--requeue"] =>
        Call::AgentHandOver { agent: "alice".to_owned(), to: None }, "agent", "Alice";
    agent_drain: ["agent", "drain", "alice", "--off"] =>
        Call::AgentDrain { agent: "alice".to_owned(), on: false }, "agent", "Alice";
    queue_list: ["queue", "list"] => Call::QueueList {}, "queues", "Support";
    queue_show: ["queue", "show", "support"] =>
        Call::QueueShow { queue: "support".to_owned() }, "queue", "1, longest 4s";
    queue_figures: ["queue", "figures", "--since", "2026-09-21T14:13:20Z"] =>
        Call::QueueFigures { since: Some(1_790_000_000_000) }, "figures", "1m30s";
    queue_drain: ["queue", "drain", "support"] =>
        Call::QueueDrain { queue: "support".to_owned(), on: true },
        "queue", "new chats are turned away";
    queue_open: ["queue", "open", "support"] =>
        Call::QueueHours { queue: "support".to_owned(), open: Some(true), until: None },
        "queue", "hours";
    queue_close: ["queue", "close", "support", "--until", "2999-01-01T00:00:00Z"] =>
        Call::QueueHours {
            queue: "support".to_owned(), open: Some(false), until: Some(32_472_144_000_000),
        },
        "queue", "closed until";
    queue_as_planned: ["queue", "as-planned", "support"] =>
        Call::QueueHours { queue: "support".to_owned(), open: None, until: None },
        "queue", "by hand";
    daemon_status: ["daemon", "status"] => Call::DaemonStatus {}, "daemon", "durable 42";
    daemon_drain: ["daemon", "drain"] => Call::DaemonDrain { on: true }, "daemon", "up 1m01s";
    daemon_drain_off: ["daemon", "drain", "--off"] =>
        Call::DaemonDrain { on: false }, "daemon", "1 parked";
    daemon_stop: ["daemon", "stop", "--yes"] => Call::DaemonStop {}, "done", "stopping";
    incident_list: ["incident", "list"] => Call::IncidentList {}, "incidents", "INC0010001";
    incident_show: ["incident", "show", "c1"] =>
        Call::IncidentShow { chat: Some(c1()) }, "incident", "incident.do?sys_id=9d385017";
    incident_audit: ["incident", "audit", "--since", "2026-09-21T14:13:20Z"] =>
        Call::IncidentAudit { chat: None, since: Some(AT), until: None, next: None },
        "audit", "3 incidents looked at, 3 findings";
    outbox_list: ["outbox", "list"] =>
        Call::OutboxList { sink: None, chat: None, since: None }, "outbox", "connection refused";
    outbox_list_some: [
        "outbox", "list", "--sink", "servicenow", "--chat", "c1", "--since", "2026-09-21T14:13:20Z"
    ] => Call::OutboxList { sink: some("servicenow"), chat: Some(c1()), since: Some(AT) },
        "outbox", "connection refused";
    outbox_replay: ["outbox", "replay", "--chat", "c1"] =>
        Call::OutboxReplay { sink: None, chat: Some(c1()), since: None, next: None },
        "replay", "sent again";
    outbox_show: ["outbox", "show", "s1"] =>
        Call::OutboxShow { step: "s1".to_owned() }, "outbox_item", "attempts   2";
    outbox_retry: ["outbox", "retry", "s1"] =>
        Call::OutboxRetry { step: "s1".to_owned() }, "outbox_item", "s1: waiting";
    outbox_retry_parked: ["outbox", "retry", "--parked", "--chat", "c1"] =>
        Call::OutboxRetryParked {
            which: OutboxFilter { chat: Some(c1()), ..OutboxFilter::default() }
        },
        "outbox", "s1";
    outbox_drop: ["outbox", "drop", "s1", "--reason", "by hand", "--yes"] =>
        Call::OutboxDrop { step: "s1".to_owned(), reason: some("by hand") }, "outbox_item", "s1";
    script_status: ["script", "status"] => Call::ScriptStatus {}, "scripts", "on_offer.rhai:4:7";
    script_reload: ["script", "reload"] => Call::ScriptReload {}, "scripts", "rejected def";
    script_diff: ["script", "diff", "abc"] =>
        Call::ScriptDiff { set: some("abc") }, "script_diff", "+new";
    script_diff_candidate: ["script", "diff", "--candidate"] =>
        Call::ScriptDiff { set: None }, "script_diff", "-old";
    script_rollback: ["script", "rollback", "abc"] =>
        Call::ScriptRollback { set: some("abc") }, "scripts", "serving abc";
    config_status: ["config", "status"] => Call::ConfigStatus {}, "config", "did you mean";
    person_show: ["person", "show", "--email", "jo@example.com"] =>
        Call::PersonShow { by: desk_wire::PersonBy::Email("jo@example.com".to_owned()) },
        "person", "INC0010001";
    journal_backup: ["journal", "backup", "/srv/backup"] =>
        Call::JournalBackup { dir: "/srv/backup".to_owned() }, "backup", "deskd journal restore";
    desk: ["desk", "--print"] => Call::DeskTicket {}, "ticket", "/desk#ticket=";
    token_create: [
        "token", "create", "--role", "supervisor", "--queue", "support", "--label", "the wall",
        "--expires", "2126-09-21T14:13:20Z"
    ] => Call::TokenCreate {
            to: ActAs::Role(Role::Supervisor),
            queues: vec!["support".to_owned()],
            label: "the wall".to_owned(),
            expires: Some(4_945_673_600_000),
        }, "token", "shown this once";
    token_create_agent: ["token", "create", "--agent", "alice"] => Call::TokenCreate {
            to: ActAs::Agent("alice".to_owned()),
            queues: Vec::new(),
            label: String::new(),
            expires: None,
        }, "token", "role:supervisor";
    token_list: ["token", "list"] => Call::TokenList {}, "tokens", "of support";
    token_revoke: ["token", "revoke", "g1"] =>
        Call::TokenRevoke { token: "g1".to_owned() }, "done", "stopping";
    session_list: ["session", "list"] => Call::SessionList {}, "tokens", "the wall";
    session_revoke: ["session", "revoke", "g1"] =>
        Call::SessionRevoke { session: "g1".to_owned() }, "done", "stopping";
    script_replay: [
        "script", "replay", "--since", "2026-09-21T14:13:20Z", "--hook", "on_match"
    ] =>
        Call::ScriptReplay {
            what: ReplayAsk::Start { files: None, since: AT, hook: some("on_match") },
        },
        "script_replay", "2 answers, 1 otherwise";
    explain: ["explain", "c1"] =>
        Call::Explain { chat: Some(c1()), queue: None, agent: None, next: None },
        "explained.chat", "bob, carol: on break";
    explain_queue: ["explain", "--queue", "support"] =>
        Call::Explain { chat: None, queue: some("support"), agent: None, next: None },
        "explained.queue", "alice: missed it; asked again in 9 s";
    explain_agent: ["explain", "--agent", "alice"] =>
        Call::Explain { chat: None, queue: None, agent: some("alice"), next: None },
        "explained.agent", "is available again in 60 s";
    whoami: ["whoami"] => Call::Whoami {}, "whoami", "agent:alice";
}

#[test]
fn every_view_reads_as_it_did() {
    let kinds = [
        "done",
        "whoami",
        "agent",
        "agents",
        "offer",
        "chat",
        "chats",
        "history",
        "explained.chat",
        "explained.queue",
        "explained.agent",
        "message",
        "match",
        "wrapup",
        "pop",
        "queue",
        "queues",
        "ticket",
        "token",
        "tokens",
        "daemon",
        "incident",
        "incidents",
        "outbox",
        "outbox_item",
        "audit",
        "replay",
        "scripts",
        "script_diff",
        "script_replay",
        "backup",
        "person",
        "person_records",
        "erased",
        "config",
    ];
    let mut pages = String::new();
    for kind in kinds {
        let fake = Fake::answering(move |_| Outcome::Ok(reply(kind)));
        pages.push_str(&format!("=== {kind}\n{}\n", run(&fake, &["whoami"]).out));
    }
    expect_test::expect_file!["golden/views.txt"].assert_eq(&pages);
}

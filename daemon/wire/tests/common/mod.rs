//! One filled-in sample of each thing that goes over the wire.
#![allow(unreachable_pub, reason = "a module of test binaries")]

pub mod explain;
mod notices;

use std::collections::BTreeMap;

use desk_wire::view::*;
use desk_wire::*;
pub use notices::notices;

pub const AT: UnixMs = 1_790_000_000_000;
pub const CURSOR: Cursor = Cursor { epoch: 9, seq: 42 };

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn customer() -> CustomerView {
    CustomerView { name: some("Ada Byron"), email: some("ada@example.com"), verified: false }
}

pub fn candidate() -> CandidateView {
    CandidateView {
        n: 1,
        table: "sys_user".to_owned(),
        sys_id: "62826bf0".to_owned(),
        label: "Ada Byron".to_owned(),
        fields: BTreeMap::from([("active".to_owned(), "true".to_owned())]),
        url: some("http://sn/sys_user.do?sys_id=62826bf0"),
        incidents: vec![OpenIncidentView {
            number: "INC0010001".to_owned(),
            sys_id: "9d385017".to_owned(),
            label: "The printer burns".to_owned(),
            state: "2".to_owned(),
            opened: "2026-11-20 10:00:00".to_owned(),
            url: some("http://sn/incident.do?sys_id=9d385017"),
        }],
    }
}

pub fn offer() -> OfferView {
    OfferView {
        offer: "o1".to_owned(),
        chat: "c1".to_owned(),
        queue: "support".to_owned(),
        customer: customer(),
        candidates: vec![candidate()],
        waiting_ms: 4_000,
        deadline: AT + 20_000,
        remaining_ms: 20_000,
        lines: vec!["VIP".to_owned()],
    }
}

pub fn timer() -> TimerView {
    TimerView { mode: WrapupMode::Timed, deadline: Some(AT + 60_000), remaining_ms: Some(60_000) }
}

pub fn segment() -> SegmentView {
    SegmentView {
        chat: "c1".to_owned(),
        n: 1,
        agent: "alice".to_owned(),
        queue: "support".to_owned(),
        state: SegmentState::PostProcessing,
        accepted: AT,
        left: Some(AT + 1_000),
        why_left: Some(WhyLeft::Ended),
        codes: vec!["solved".to_owned()],
        note: some("reset the password"),
        wrapup: timer(),
    }
}

pub fn agent() -> AgentView {
    AgentView {
        agent: "alice".to_owned(),
        name: "Alice".to_owned(),
        status: Status::Busy,
        status_number: Status::Busy.number(),
        sub_status: some("stopnew"),
        intent: Intent::WorkOffline,
        next: Some(Status::WorkOffline),
        reason: some("paperwork"),
        since: AT,
        cause: "asked".to_owned(),
        by: "agent:alice".to_owned(),
        load: 1,
        capacity: 2,
        offer: Some(offer()),
        segments: vec![segment()],
        return_at: Some(AT + 5_000),
        away: false,
        last_missed: Some(MissedView {
            offer: "o0".to_owned(),
            chat: "c0".to_owned(),
            queue: "support".to_owned(),
            outcome: OfferOutcome::TimedOut,
            at: AT,
        }),
        queues: vec!["support".to_owned()],
        no_offers: Some(NoOffersView {
            reason: WhyNot::CoolingDown,
            text: "missed the chats that wait".to_owned(),
            until: Some(AT + 30_000),
        }),
        retired: false,
        drained: false,
        search: vec!["name".to_owned()],
        reasons: Some(ReasonsView {
            on_break: ReasonListView { codes: vec!["lunch".to_owned()], required: true },
            ..ReasonsView::default()
        }),
    }
}

pub fn record() -> MatchView {
    MatchView {
        chat: "c1".to_owned(),
        state: MatchState::One,
        why: None,
        candidates: vec![candidate()],
        chosen: some("62826bf0"),
    }
}

pub fn step() -> OutboxItemView {
    OutboxItemView {
        step: "s1".to_owned(),
        sink: "servicenow".to_owned(),
        kind: "create".to_owned(),
        chat: "c1".to_owned(),
        segment: None,
        phase: "waiting".to_owned(),
        attempts: 2,
        due: Some(AT + 8_000),
        reason: some("connection refused"),
    }
}

pub fn audit() -> AuditView {
    let finding = |step: &str, problem| FindingView {
        chat: "c1".to_owned(),
        step: step.to_owned(),
        problem,
        times: None,
        number: "INC0010001".to_owned(),
        sys_id: "9d385017".to_owned(),
        url: some("https://sn.example/incident.do?sys_id=9d385017"),
        differences: Vec::new(),
    };
    let differs =
        DifferenceView { field: "urgency".to_owned(), sent: "2".to_owned(), held: some("3") };
    let findings = vec![
        finding("c1.create", AuditProblem::Missing),
        FindingView { times: Some(2), ..finding("c1.complete.1", AuditProblem::Doubled) },
        FindingView { differences: vec![differs], ..finding("c1.create", AuditProblem::Differs) },
    ];
    AuditView { checked: 3, findings, done: 42, of: 42, next: None }
}

pub fn replay() -> ReplayView {
    let replayed = |step: &str, outcome| ReplayedView {
        step: step.to_owned(),
        chat: "c1".to_owned(),
        outcome,
    };
    let steps = vec![
        replayed("c1.create", ReplayOutcome::There),
        replayed("c1.complete.1", ReplayOutcome::SentAgain),
    ];
    ReplayView { steps, done: 42, of: 42, next: None }
}

pub fn incident() -> IncidentView {
    IncidentView {
        chat: "c1".to_owned(),
        state: IncidentState::Created,
        reason: None,
        why: None,
        tries: None,
        number: some("INC0010001"),
        appended: false,
        sys_id: some("9d385017"),
        url: some("http://sn/incident.do?sys_id=9d385017"),
        steps: vec![step()],
        differences: vec![difference()],
        interaction: some("IMS0000042"),
    }
}

pub fn difference() -> DifferenceView {
    DifferenceView {
        field: "short_description".to_owned(),
        sent: "Chat with Ada Byron".to_owned(),
        held: some("Chat with Ada"),
    }
}

pub fn message() -> MessageView {
    MessageView {
        n: 1,
        at: AT,
        from: Sender::Customer,
        name: some("Ada Byron"),
        visibility: Visibility::All,
        text: some("Hello\n\"there\" \u{1f600}"),
    }
}

pub fn chat() -> ChatView {
    ChatView {
        chat: "c1".to_owned(),
        queue: "support".to_owned(),
        state: ChatState::Ended,
        how_ended: Some(HowEnded::Agent),
        agent: some("alice"),
        customer: customer(),
        fields: BTreeMap::from([("plan".to_owned(), "gold".to_owned())]),
        segments: vec![segment()],
        record: record(),
        message_count: 1,
        messages: vec![message()],
        incident: incident(),
        times: ChatTimes {
            initiated: AT,
            accepted: Some(AT + 4_000),
            terminated: Some(AT + 9_000),
            waiting_ms: None,
        },
        unacknowledged: false,
    }
}

fn code(id: &str, parent: Option<&str>, group: bool) -> CodeView {
    CodeView {
        code: id.to_owned(),
        label: "Solved".to_owned(),
        default: !group,
        parent: parent.map(ToOwned::to_owned),
        group,
    }
}

pub fn wrapup() -> WrapupView {
    WrapupView {
        chat: "c1".to_owned(),
        segment: 1,
        agent: "alice".to_owned(),
        state: SegmentState::PostProcessing,
        codes: vec![],
        note: None,
        timer: timer(),
        extensions_left: 2,
        mandatory: true,
        most: 3,
        allowed: vec![code("done", None, true), code("solved", Some("done"), false)],
        stays: some("code_missing"),
        incident: Some(IncidentView { steps: vec![], ..incident() }),
    }
}

pub fn pop() -> PopView {
    PopView {
        pop: "p1".to_owned(),
        agent: "alice".to_owned(),
        chat: "c1".to_owned(),
        what: PopSubject::Record,
        url: "http://sn/sys_user.do?sys_id=62826bf0".to_owned(),
        until: AT + 30_000,
    }
}

pub fn queue() -> QueueView {
    QueueView {
        queue: "support".to_owned(),
        name: "Support".to_owned(),
        waiting: 1,
        longest_wait_ms: Some(4_000),
        expected_wait_ms: Some(9_000),
        service_level: Some(LevelView { secs: 30, target: 80, percent: Some(75), below: true }),
        offered: 0,
        active: 1,
        members: 1,
        available: 0,
        priority: 5,
        weight: 1,
        accept_secs: 20,
        wrapup: WrapupMode::Timed,
        wrapup_secs: Some(60),
        retired: false,
        drained: true,
        hours: Some(HoursView {
            open: false,
            until: Some(AT + 3_600_000),
            opens: Some(AT + 3_600_000),
            by_hand: true,
        }),
        agents: vec![MemberView {
            agent: "alice".to_owned(),
            name: "Alice".to_owned(),
            level: 3,
            status: Status::Available,
            can_take: true,
        }],
    }
}

pub fn figures() -> FiguresView {
    FiguresView {
        since: AT,
        until: AT + 1_000_000,
        queues: vec![QueueFiguresView {
            queue: "support".to_owned(),
            name: "Support".to_owned(),
            came: 3,
            offers: OfferFiguresView { accepted: 2, timed_out: 1, ..OfferFiguresView::default() },
            handled: TookView { count: 2, mean_ms: Some(90_000) },
            wrapped: TookView::default(),
            quarters: vec![QuarterView { at: AT, came: 3, accepted: 2 }],
        }],
    }
}

pub fn config() -> ConfigView {
    ConfigView {
        file: some("/etc/deskd/deskd.toml"),
        hash: "c0ffee".to_owned(),
        since: AT,
        rejected: some("deskd.toml:3: unknown key `quues`, did you mean `queues`?"),
        retired: vec!["queue sales".to_owned()],
    }
}

pub fn script_set() -> ScriptSetView {
    let kept = |hash: &str, by, how, serves| KeptSetView {
        hash: hash.to_owned(),
        since: AT - 60_000,
        by,
        how,
        serves,
    };
    ScriptSetView {
        serving: some("abc"),
        since: AT,
        rejected: some("def: on_offer.rhai:4:7"),
        mode: ScriptMode::Manual,
        candidate: Some(CandidateSetView {
            hash: some("def"),
            state: CandidateSetState::Rejected,
            since: AT,
        }),
        kept: vec![
            kept("012", None, SetHow::Taken, false),
            kept("abc", some("root"), SetHow::RolledBack, true),
        ],
    }
}

pub fn script_diff() -> ScriptDiffView {
    ScriptDiffView {
        from: some("abc"),
        to: "def".to_owned(),
        files: vec![FileDiffView {
            file: "on_offer.rhai".to_owned(),
            change: FileChange::Changed,
            diff: ["--- abc/on_offer.rhai", "+++ def/on_offer.rhai", "@@ -1 +1 @@", "-old", "+new"]
                .map(str::to_owned)
                .into(),
        }],
        cut: true,
    }
}

pub fn scripts() -> ScriptsView {
    ScriptsView {
        set: script_set(),
        hooks: vec![HookView {
            hook: "on_offer".to_owned(),
            file: some("on_offer.rhai"),
            calls: 7,
            failures: 1,
            kinds: [("budget".to_owned(), 1)].into(),
            defaults: 3,
            operations: 20_310,
            times: TimesView {
                sum_us: 930,
                most_us: 900,
                upto_us: vec![10, 25],
                counts: vec![6, 0, 1],
            },
            last_failure: some("on_offer.rhai:4:7: too many operations"),
            last_failure_at: Some(AT),
            on_failure: "the offer is made as configured".to_owned(),
            breaker: Breaker::Open,
            rests: 1,
            resting_until: Some(AT + 30_000),
            resting_why: Some(RestingWhy::Failures),
        }],
        shadow: Some(ShadowView {
            set: "def".to_owned(),
            since: AT,
            cut: 1,
            dropped: 2,
            hooks: vec![ShadowHookView {
                hook: "on_offer".to_owned(),
                asked: 40,
                same: 36,
                differ: [("otherwise".to_owned(), 3), ("fails".to_owned(), 1)].into(),
            }],
            last: vec![ShadowDifferenceView {
                at: AT,
                hook: "on_offer".to_owned(),
                chat: some("c1"),
                kind: "otherwise".to_owned(),
                what: "accept_secs 20 → 60".to_owned(),
            }],
        }),
    }
}

pub fn daemon() -> DaemonStatus {
    DaemonStatus {
        version: "0.1.0".to_owned(),
        pid: 77,
        uptime_ms: 61_000,
        epoch: 9,
        seq: 42,
        durable: 42,
        chats: ChatCounts { open: 2, waiting: 1, offered: 0, active: 1, wrapping_up: 0 },
        agents: BTreeMap::from([(Status::Busy, 1), (Status::LoggedOut, 2)]),
        outbox: OutboxCounts { pending: 1, sending: 0, parked: 1 },
        sinks: vec![SinkView {
            sink: "security".to_owned(),
            counts: OutboxCounts { pending: 2, sending: 1, parked: 0 },
            lost: 3,
        }],
        events: Some(FollowedView { behind: Some(7), skipped: 120 }),
        config: config(),
        scripts: script_set(),
        draining: false,
        low_disk: false,
        errors: vec![ErrorView { at: AT, text: "servicenow: 503".to_owned() }],
    }
}

pub fn whoami() -> Whoami {
    Whoami {
        uid: Some(1000),
        agents: vec!["alice".to_owned()],
        roles: vec![Role::Agent, Role::Admin],
        acting_as: Some(ActAs::Agent("alice".to_owned())),
        may: vec!["login".to_owned(), "logout".to_owned()],
    }
}

/// One of each reply.
pub fn replies() -> Vec<Reply> {
    vec![
        Reply::Done(Done { chat: some("c1"), note: some("stopping") }),
        Reply::Whoami(whoami()),
        Reply::Watching(Subscription { cursor: CURSOR }),
        Reply::Resync(Subscription { cursor: CURSOR }),
        Reply::Agent(agent()),
        Reply::Agents(vec![agent()]),
        Reply::Offer(Some(offer())),
        Reply::Offer(None),
        Reply::Chat(chat()),
        Reply::Chats(vec![chat()]),
        Reply::History(HistoryView { chats: vec![chat()], next: some("41") }),
        Reply::Message(message()),
        Reply::Match(record()),
        Reply::Wrapup(wrapup()),
        Reply::Pop(pop()),
        Reply::Replies(vec![CannedReplyView {
            short: "hello".to_owned(),
            title: "Greeting".to_owned(),
            queues: vec!["support".to_owned()],
            language: some("en"),
            text: "Hello {customer.name}, this is {agent.name}.".to_owned(),
        }]),
        Reply::Queue(queue()),
        Reply::Queues(vec![queue()]),
        Reply::Figures(figures()),
        Reply::Daemon(daemon()),
        Reply::Incident(incident()),
        Reply::Incidents(vec![incident()]),
        Reply::Outbox(vec![step()]),
        Reply::OutboxItem(step()),
        Reply::Audit(audit()),
        Reply::Replay(replay()),
        Reply::Scripts(scripts()),
        Reply::ScriptDiff(script_diff()),
        Reply::Config(config()),
        Reply::Ticket(TicketView {
            url: "http://127.0.0.1:8010/desk#ticket=t".to_owned(),
            expires: AT,
        }),
        Reply::Token(grant()),
        Reply::Tokens(vec![GrantView { secret: None, ..grant() }]),
        Reply::Person(PersonView {
            names: vec!["Jo Doe".to_owned()],
            emails: vec!["jo@example.com".to_owned()],
            chats: vec![PersonChatView {
                chat: "c1".to_owned(),
                arrived: AT,
                open: false,
                erased: false,
                messages: 3,
                fields: vec!["topic".to_owned()],
                incident: some("INC0010001"),
                steps: vec!["c1.complete.1".to_owned()],
            }],
            more: true,
            elsewhere: vec!["/var/lib/deskd/set-aside-1".to_owned()],
        }),
        Reply::PersonRecords(PersonChatRecords {
            chat: Some(Box::new(chat())),
            records: vec![serde_json::json!({"v": 1, "seq": 7})],
            next: Some(7),
        }),
        Reply::Erased(ErasedView {
            records: 42,
            snapshots: 2,
            incidents: vec!["INC0010001".to_owned()],
            elsewhere: vec!["/var/lib/deskd/set-aside-1".to_owned()],
            hashes_kept: 1,
        }),
        Reply::Backup(BackupView {
            dir: "/srv/backup".to_owned(),
            seq: 42,
            chain: "ab".repeat(32),
            bytes: 1_048_576,
        }),
    ]
}

fn grant() -> GrantView {
    GrantView {
        id: "g1".to_owned(),
        holder: "role:supervisor".to_owned(),
        queues: vec!["support".to_owned()],
        label: "the wall".to_owned(),
        by: "admin:root".to_owned(),
        made: AT,
        expires: AT,
        token: Some("g0".to_owned()),
        secret: Some("g1.s3cret".to_owned()),
    }
}

/// One of each verb, every argument given.
#[allow(clippy::too_many_lines, reason = "one line a verb, however many there are")]
pub fn calls() -> Vec<Call> {
    [of_the_desk(), of_the_daemon()].concat()
}

fn of_the_desk() -> Vec<Call> {
    let chat = some("c1");
    let reason = some("lunch");
    vec![
        Call::Whoami {},
        Call::Watch { from: Some(CURSOR) },
        Call::Login {},
        Call::Logout { after: true },
        Call::StatusShow {},
        Call::StatusSet { to: Intent::OnBreak, reason: reason.clone() },
        Call::StatusStopNew { reason: reason.clone() },
        Call::StatusResume {},
        Call::OfferShow {},
        Call::OfferAccept { offer: some("o1") },
        Call::OfferReject { offer: some("o1"), reason: reason.clone() },
        Call::ChatList { queue: some("support"), state: Some(ChatState::Waiting) },
        Call::ChatShow { chat: chat.clone(), from: Some(3) },
        Call::ChatSay {
            chat: chat.clone(),
            text: "Hello".to_owned(),
            visibility: Visibility::Internal,
        },
        Call::ChatTyping { chat: chat.clone() },
        Call::ChatEnd { chat: chat.clone() },
        Call::ChatTransfer { chat: chat.clone(), agent: None, queue: some("sales") },
        Call::ChatHistory {
            chat: chat.clone(),
            email: some("ada@example.com"),
            since: Some(AT),
            until: Some(AT + 1),
            limit: Some(10),
            next: some("41"),
        },
        Call::Explain {
            chat: chat.clone(),
            queue: some("support"),
            agent: some("alice"),
            next: some("41"),
        },
        Call::ChatAck { chat: chat.clone() },
        Call::MatchList { chat: chat.clone() },
        Call::MatchSearch { chat: chat.clone(), words: "ada".to_owned() },
        Call::MatchChoose { chat: chat.clone(), candidate: "2".to_owned() },
        Call::WrapupShow { chat: chat.clone() },
        Call::WrapupCode { chat: chat.clone(), codes: vec!["solved".to_owned()] },
        Call::WrapupNote { chat: chat.clone(), text: "reset".to_owned() },
        Call::WrapupExtend { chat: chat.clone() },
        Call::WrapupDone { chat },
        Call::PopClaim { pop: "p1".to_owned() },
        Call::PopReport { pop: "p1".to_owned(), result: PopResult::NotPossible },
        Call::ReplyList { queue: some("support") },
        Call::AgentList {},
        Call::AgentShow { agent: "alice".to_owned() },
        Call::AgentSetStatus { agent: "alice".to_owned(), to: Intent::Available, reason },
        Call::AgentLogout { agent: "alice".to_owned() },
        Call::AgentDrain { agent: "alice".to_owned(), on: true },
        Call::AgentHandOver { agent: "alice".to_owned(), to: some("bob") },
        Call::QueueList {},
        Call::QueueFigures { since: Some(AT) },
        Call::QueueShow { queue: "support".to_owned() },
        Call::QueueDrain { queue: "support".to_owned(), on: true },
        Call::QueueHours {
            queue: "support".to_owned(),
            open: Some(false),
            until: Some(AT + 3_600_000),
        },
        Call::ChatAssign { chat: "c1".to_owned(), agent: some("alice"), queue: None },
        Call::ChatRequeue { chat: "c1".to_owned() },
        Call::ChatForceEnd { chat: "c1".to_owned() },
        Call::DeskTicket {},
        Call::TokenCreate {
            to: ActAs::Role(Role::Supervisor),
            queues: vec!["support".to_owned()],
            label: "the wall".to_owned(),
            expires: Some(AT),
        },
        Call::TokenList {},
        Call::TokenRevoke { token: "g1".to_owned() },
        Call::SessionList {},
        Call::SessionRevoke { session: "g1".to_owned() },
    ]
}

fn of_the_daemon() -> Vec<Call> {
    let chat = some("c1");
    vec![
        Call::DaemonStatus {},
        Call::DaemonDrain { on: true },
        Call::DaemonStop {},
        Call::IncidentList {},
        Call::IncidentShow { chat },
        Call::IncidentAudit {
            chat: some("c1"),
            since: Some(AT),
            until: Some(AT),
            next: some("41"),
        },
        Call::OutboxList { sink: some("servicenow"), chat: some("c1"), since: Some(AT) },
        Call::OutboxShow { step: "s1".to_owned() },
        Call::OutboxRetry { step: "s1".to_owned() },
        Call::OutboxRetryParked {
            which: OutboxFilter { sink: None, chat: some("c1"), since: Some(AT) },
        },
        Call::OutboxDrop { step: "s1".to_owned(), reason: some("by hand") },
        Call::OutboxReplay {
            sink: some("servicenow"),
            chat: some("c1"),
            since: Some(AT),
            next: some("41"),
        },
        Call::ScriptStatus {},
        Call::ScriptReload {},
        Call::ScriptDiff { set: some("abc") },
        Call::ScriptApply { set: some("def") },
        Call::ScriptRollback { set: some("abc") },
        Call::ScriptReplay { what: explain::replay_ask() },
        Call::ConfigStatus {},
        Call::PersonShow { by: PersonBy::Email("jo@example.com".to_owned()) },
        Call::PersonExport { chat: "c1".to_owned(), after: 7 },
        Call::PersonErase { chats: vec!["c1".to_owned()] },
        Call::JournalBackup { dir: "/srv/backup".to_owned() },
    ]
}

//! The desks that tests are about: alice and bob serve `help`, bob and carol `sales`.

use desk_core::config::{
    AgentConfig, Authority, BroadcastMiss, ClosingThen, CodeMissing, Config, ConversationConfig,
    DaySpan, Disposition, Dispositions, Extend, FormConfig, HoursConfig, IncidentConfig,
    IncidentWhen, MessageFailure, MissedStatus, PopWhen, QueueConfig, RoutingConfig, ServiceLevel,
    SinkConfig, Strategy, Times, WaitThen, WaitingConfig, WeekSpan, WrapupConfig, WrapupMode,
};
use desk_core::name::ChatId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The n-th chat's id.
pub(crate) fn chat_id(n: u128) -> ChatId {
    ChatId(Uuid::from_u128(n))
}

/// An agent who serves these queues at these levels.
pub(crate) fn agent(capacity: u16, queues: &[(&str, u8)]) -> AgentConfig {
    AgentConfig {
        name: "A Name".into(),
        capacity,
        skills: BTreeMap::new(),
        queues: queues.iter().map(|(queue, level)| ((*queue).into(), *level)).collect(),
        authority: Authority::Local,
    }
}

/// A queue with a wrap-up of a minute and the codes `solved`, `spam` and `other`.
pub(crate) fn queue() -> QueueConfig {
    let code = |id: &str| Disposition { id: id.into(), label: id.to_uppercase(), parent: None };
    QueueConfig {
        name: "A Queue".into(),
        priority: 0,
        skills: BTreeMap::new(),
        weight: 1,
        accept_secs: 20,
        cooldown_secs: 30,
        length_max: 100,
        reject: true,
        overflow: None,
        wrapup: WrapupConfig {
            mode: WrapupMode::Timed,
            secs: 60,
            code_missing: CodeMissing::Stay,
            extend: Extend { secs: 30, most: 2 },
        },
        dispositions: Dispositions {
            codes: vec![code("solved"), code("spam"), code("other")],
            mandatory: false,
            default: None,
            most: 2,
        },
        pop: PopWhen::Accept,
        incident: IncidentWhen::AtEnd,
        incident_unhandled: false,
        incident_fields: BTreeMap::new(),
        fields: BTreeMap::new(),
        conversation: ConversationConfig::default(),
        routing: RoutingConfig::default(),
        waiting: WaitingConfig::default(),
        hours: None,
        form: None,
    }
}

/// Open every day between these times, in minutes of the day of this zone.
pub(crate) fn daily(zone: &str, from: u16, to: u16) -> HoursConfig {
    let week = (1..=7).map(|day| WeekSpan { day, span: DaySpan { from, to } });
    HoursConfig { zone: zone.into(), week: week.collect(), ..HoursConfig::default() }
}

/// Two queues, three agents of capacity 2.
pub(crate) fn config() -> Config {
    Config {
        agents: BTreeMap::from([
            ("alice".into(), agent(2, &[("help", 50)])),
            ("bob".into(), agent(2, &[("help", 40), ("sales", 50)])),
            ("carol".into(), agent(2, &[("sales", 50)])),
        ]),
        queues: BTreeMap::from([("help".into(), queue()), ("sales".into(), queue())]),
        // Chats of most rows are never looked up: what that holds up is told where `caller-wait` is.
        times: Times { caller_wait_secs: 0, ..Times::default() },
        sinks: BTreeMap::from([("pager".into(), SinkConfig { secrets: ["key".into()].into() })]),
        // What is not known yet is told where `ids-unknown` is.
        incident: IncidentConfig { ids_of_ours: true, ..IncidentConfig::default() },
        ..Config::default()
    }
}

/// [`config`] with settings by word, on every queue (or, where said, desk-wide).
pub(crate) fn configured(words: &str) -> Config {
    let mut config = config();
    for word in words.split_whitespace() {
        for queue in config.queues.values_mut() {
            set(queue, word);
        }
        match word {
            "reasons" => {
                for list in [
                    &mut config.reasons.on_break,
                    &mut config.reasons.work_offline,
                    &mut config.reasons.logged_out,
                    &mut config.reasons.reject,
                ] {
                    list.codes = vec!["lunch".into(), "tired".into()];
                    list.required = true;
                }
            }
            "one-chat" => config.limits.chats = 1,
            "one-message" => config.limits.messages = 1,
            "one-class" => config.limits.classes = 1,
            "two-answers" => config.limits.answers = 2,
            "two-grants" => config.limits.grants = 2,
            "capacity-1" => config.agents.values_mut().for_each(|agent| agent.capacity = 1),
            "caller-wait" => config.times.caller_wait_secs = 30,
            "pop-2-min" => config.times.pop_secs = 120,
            "one-hour-tries" => config.times.step_give_up_secs = 3600,
            "ids-of-instance" => config.incident.ids_of_instance = true,
            "ids-unknown" => config.incident.ids_of_ours = false,
            "interactions" => config.incident.interaction.wanted = true,
            "short-transcript" => config.limits.transcript_chars = 10,
            "time-fields" => {
                config.incident.accepted_field = Some("u_accepted".into());
                config.incident.terminated_field = Some("u_terminated".into());
            }
            "two-agents" => {
                config.agents.remove(&"carol".into());
                config.queues.remove(&"sales".into());
                for agent in config.agents.values_mut() {
                    *agent = self::agent(2, &[("help", 50)]);
                }
            }
            "chain" => {
                for (id, to) in [("first", "second"), ("second", "help")] {
                    let overflow = Some(to.into());
                    config.queues.insert(id.into(), QueueConfig { overflow, ..queue() });
                }
                config.agents.insert("dora".into(), agent(2, &[("first", 50)]));
            }
            "twelve" => {
                for n in 10..22 {
                    config.agents.insert(format!("a{n}").into(), agent(1, &[("help", 50)]));
                }
            }
            "one-known" => config.limits.affinity = 1,
            "one-delivery" => config.limits.deliveries = 1,
            "no-sink" => config.sinks.clear(),
            "one-value" => config.limits.kv = 1,
            "german" => {
                let carol = config.agents.get_mut(&"carol".into()).expect("carol");
                carol.skills.insert("german".into(), 20);
            }
            "overflow" => queue_of(&mut config, "help").overflow = Some("sales".into()),
            "sales-overflow" => queue_of(&mut config, "sales").overflow = Some("help".into()),
            "sales-full" => queue_of(&mut config, "sales").length_max = 0,
            "sales-office" => {
                queue_of(&mut config, "sales").hours = Some(daily("Europe/Berlin", 540, 1020));
            }
            "sales-heavy" => queue_of(&mut config, "sales").weight = 2,
            "sales-first" => queue_of(&mut config, "sales").priority = 5,
            _ => {}
        }
    }
    config
}

fn queue_of<'a>(config: &'a mut Config, id: &str) -> &'a mut QueueConfig {
    config.queues.get_mut(&id.into()).expect("a queue of the desk")
}

fn set(queue: &mut QueueConfig, word: &str) {
    match word {
        "none" => queue.wrapup.mode = WrapupMode::None,
        "optional" => queue.wrapup.mode = WrapupMode::Optional,
        "timed" => queue.wrapup.mode = WrapupMode::Timed,
        "fixed" => queue.wrapup.mode = WrapupMode::Fixed,
        "tree" => {
            for (id, parent) in [("solved", "done"), ("done", "all"), ("spam", "all")] {
                let codes = &mut queue.dispositions.codes;
                match codes.iter_mut().find(|code| code.id.as_str() == id) {
                    Some(code) => code.parent = Some(parent.into()),
                    None => codes.push(Disposition {
                        id: id.into(),
                        label: id.to_uppercase(),
                        parent: Some(parent.into()),
                    }),
                }
            }
            let (id, label) = ("all".into(), "ALL".into());
            queue.dispositions.codes.push(Disposition { id, label, parent: None });
        }
        "idle" => {
            let config = &mut queue.conversation;
            (config.idle_remind_secs, config.idle_close_secs) = (60, 100);
            config.idle_remind_text = "Are you there?".into();
            config.reply_remind_secs = 40;
        }
        "withhold" => queue.conversation.message_failure = MessageFailure::Withhold,
        "mandatory" => queue.dispositions.mandatory = true,
        "default" => queue.dispositions.default = Some("other".into()),
        "take-default" => queue.wrapup.code_missing = CodeMissing::Default,
        "at-wrapup" => queue.incident = IncidentWhen::AtWrapup,
        "unhandled" => queue.incident_unhandled = true,
        "pop-offer" => queue.pop = PopWhen::Offer,
        "pop-never" => queue.pop = PopWhen::Never,
        "no-reject" => queue.reject = false,
        "no-cooldown" => queue.cooldown_secs = 0,
        "full" => queue.length_max = 0,
        "one-waits" => queue.length_max = 1,
        "round-robin" => queue.routing.strategy = Strategy::RoundRobin,
        "least-busy" => queue.routing.strategy = Strategy::LeastBusy,
        "fewest-chats" => queue.routing.strategy = Strategy::FewestChats,
        "broadcast" => queue.routing.strategy = Strategy::Broadcast,
        "miss-of-all" => queue.routing.broadcast_miss = BroadcastMiss::All,
        "top-down" => {
            queue.routing.strategy = Strategy::TopDown;
            queue.routing.order = vec!["bob".into(), "alice".into()];
        }
        "wait-5-min" => queue.waiting.max_secs = 300,
        "wait-end" => queue.waiting.then = WaitThen::End,
        "wait-form" => queue.waiting.then = WaitThen::Form,
        // It is 22:13:20 UTC when a desk begins.
        "till-23" => queue.hours = Some(daily("UTC", 480, 1380)),
        "from-9" => queue.hours = Some(daily("UTC", 540, 1020)),
        "closing-form" => {
            let hours = queue.hours.as_mut().expect("a queue with hours");
            hours.then = ClosingThen::Form;
        }
        "closed-text" => {
            let hours = queue.hours.as_mut().expect("a queue with hours");
            hours.text = "We are there at nine.".into();
        }
        "form" => {
            let (text, category) = ("Write to us.".into(), ("category".into(), "form".into()));
            queue.form = Some(FormConfig { text, incident_fields: [category].into() });
        }
        "gone" => queue.waiting.gone_secs = 60,
        "level" => queue.waiting.level = Some(ServiceLevel { secs: 20, target: 80 }),
        "two-misses" => queue.routing.missed_max = 2,
        "one-miss" => queue.routing.missed_max = 1,
        "told" => queue.routing.missed_text = "It takes longer.".into(),
        "missed-offline" => queue.routing.missed_status = MissedStatus::WorkOffline,
        "missed-available" => queue.routing.missed_status = MissedStatus::Available,
        "recover" => queue.routing.recover_secs = 120,
        "affinity" => queue.routing.affinity_secs = 3600,
        "relax" => queue.routing.relax_secs = 60,
        "one-known" | "one-delivery" | "no-sink" | "one-value" | "german" | "overflow"
        | "reasons" | "one-chat" | "one-message" | "caller-wait" | "one-class" | "two-answers"
        | "two-grants" | "capacity-1" | "pop-2-min" | "one-hour-tries" | "ids-of-instance"
        | "ids-unknown" | "short-transcript" | "sales-overflow" | "sales-full" | "sales-office"
        | "sales-heavy" | "sales-first" | "chain" | "twelve" | "two-agents" | "time-fields"
        | "interactions" => {}
        other => panic!("no such setting: {other}"),
    }
}

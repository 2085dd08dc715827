//! Rules for tests: what each hook answers, if anything.

use desk_core::IntentKind;
use desk_core::config::{MissedStatus, PopWhen};
use desk_core::policy::{
    About, Asked, Failure, FailureKind, Hook, LookupAsk, Policy, Question, Verdict, Wants,
};
use desk_core::{DeliveryWant, Kv, KvValue, KvWrite, Payload, Piece};
use std::collections::BTreeMap;

/// What the hooks answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// Always this, by hook.
    pub(crate) fixed: BTreeMap<Hook, Verdict>,
    /// Hooks that fail.
    pub(crate) failing: Vec<Hook>,
    /// Anything, by chance, from this seed.
    pub(crate) random: Option<u64>,
    /// Whether each hook counts how often it was asked, in what rules remember.
    pub(crate) counts: bool,
    /// What each hook wants sent: to which sink, and which secret it names.
    pub(crate) sends: Option<(String, Option<String>)>,
    /// What was asked.
    pub(crate) asked: Vec<Question>,
}

impl Rules {
    /// Sets what a hook answers, by words such as `deny`, `deny 30`, `skip`.
    pub(crate) fn set(&mut self, words: &str) {
        let wrapup = |deny: Option<&str>, post_secs, codes| Verdict::Wrapup {
            deny: deny.map(Into::into),
            post_secs,
            codes,
        };
        let incident = |skip, attach| Verdict::Incident {
            skip,
            table: None,
            fields: BTreeMap::from([("urgency".into(), "1".into())]),
            attach,
            append_to: words.strip_prefix("append ").map(Into::into),
        };
        if let Some((hook, verdict)) = bent(words) {
            self.fixed.insert(hook, verdict);
            return;
        }
        let (hook, verdict) = match words {
            "deny" => (Hook::OnWrapup, wrapup(Some("not like this"), None, None)),
            "deny 30" => (Hook::OnWrapup, wrapup(Some("not yet"), Some(30), None)),
            "more 30" => (Hook::OnWrapup, wrapup(None, Some(30), None)),
            "code spam" => (Hook::OnWrapup, wrapup(None, None, Some(vec!["spam".into()]))),
            "code nonsense" => (Hook::OnWrapup, wrapup(None, None, Some(vec!["no".into()]))),
            "skip" => (Hook::OnIncident, incident(true, None)),
            "urgent" => (Hook::OnIncident, incident(false, None)),
            "attach" => (Hook::OnIncident, incident(false, Some(true))),
            "append open-A" => (Hook::OnIncident, incident(false, None)),
            "quick" => {
                let pop = Some(PopWhen::Offer);
                let lines = vec!["VIP".into()];
                (Hook::OnOffer, Verdict::Offer { accept_secs: Some(5), lines, pop })
            }
            "second" => {
                let (order, drop) = (Vec::new(), Vec::new());
                (Hook::OnMatch, Verdict::Match { choose: Some("B".into()), order, drop })
            }
            "no A" => {
                let (order, drop) = (Vec::new(), vec!["A".into()]);
                (Hook::OnMatch, Verdict::Match { choose: None, order, drop })
            }
            "fail" => {
                self.failing = Hook::ALL.to_vec();
                return;
            }
            "counts" => {
                self.counts = true;
                return;
            }
            _ if words.starts_with("sends ") => {
                let mut to = words.split_whitespace().skip(1).map(String::from);
                self.sends = Some((to.next().expect("a sink"), to.next()));
                return;
            }
            "none" => {
                *self = Self::default();
                return;
            }
            other => panic!("no such rule: {other}"),
        };
        self.fixed.insert(hook, verdict);
    }

    fn by_chance(question: &Question, seed: u64) -> Option<Verdict> {
        let digest = question.digest();
        let bytes = digest.as_str().as_bytes();
        let dice = u64::from(bytes[0]) ^ u64::from(bytes[1]) << 3 ^ question.seed ^ seed;
        if !dice.is_multiple_of(3) {
            return None;
        }
        let dice = dice / 3;
        // Rules for what comes often would leave little else to be seen.
        let often = matches!(
            question.about,
            About::Chat { .. } | About::Message { .. } | About::Route { .. } | About::Status { .. }
        );
        if often && !dice.is_multiple_of(5) {
            return None;
        }
        let dice = if often { dice / 5 } else { dice };
        let pop = [PopWhen::Offer, PopWhen::Accept, PopWhen::Never][(dice % 3) as usize];
        Some(match &question.about {
            About::Offer { .. } => Verdict::Offer {
                accept_secs: Some(5 + (dice % 50) as u32),
                lines: vec!["a line".into()],
                pop: Some(pop),
            },
            About::Match { candidates } => Verdict::Match {
                choose: candidates.last().map(|c| c.sys_id.clone()),
                order: Vec::new(),
                drop: candidates.first().map(|c| c.sys_id.clone()).into_iter().collect(),
            },
            About::Wrapup { .. } => Verdict::Wrapup {
                deny: dice.is_multiple_of(2).then(|| "denied".into()),
                post_secs: dice.is_multiple_of(5).then_some(10),
                codes: dice.is_multiple_of(3).then(|| vec!["solved".into()]),
            },
            About::Chat { .. } => Verdict::Chat {
                queue: [None, Some("sales".into()), Some("nowhere".into())][(dice % 3) as usize]
                    .clone(),
                priority: dice.is_multiple_of(2).then_some((dice % 7) as i32 - 3),
                skills: None,
                fields: BTreeMap::from([("ruled".into(), "yes".into())]),
                turn_away: dice.is_multiple_of(11).then(|| "not today".into()),
            },
            About::Route { agents, .. } => Verdict::Route {
                order: agents.iter().rev().map(|agent| agent.id.clone()).collect(),
                hold: dice.is_multiple_of(2).then_some(1 + (dice % 60) as u32),
            },
            About::Missed { .. } => Verdict::Missed {
                status: Some(
                    [MissedStatus::OnBreak, MissedStatus::WorkOffline, MissedStatus::Available]
                        [(dice % 3) as usize],
                ),
                recover_secs: dice.is_multiple_of(2).then_some((dice % 600) as u32),
                priority: dice.is_multiple_of(5).then_some((dice % 5) as i32),
                cooldown_secs: dice.is_multiple_of(7).then_some((dice % 90) as u32),
            },
            About::WaitLimit { overflow, .. } => Verdict::WaitLimit {
                extend_secs: dice.is_multiple_of(2).then_some(10 + (dice % 600) as u32),
                queue: overflow.clone().filter(|_| dice.is_multiple_of(5)),
                message: dice.is_multiple_of(3).then(|| "patience".into()),
                form: dice.is_multiple_of(7),
            },
            About::Lookup { .. } => Verdict::Lookup { asks: vec![ask("customer_contact")] },
            About::Message { .. } => Verdict::Message {
                text: dice.is_multiple_of(2).then(|| "redacted".into()),
                tag: dice.is_multiple_of(3).then(|| "tagged".into()),
                reply: dice.is_multiple_of(5).then(|| "thank you".into()),
            },
            About::Idle { .. } => Verdict::Idle {
                text: dice.is_multiple_of(2).then(|| "hello?".into()),
                extend_secs: (!dice.is_multiple_of(3)).then_some(10 + (dice % 60) as u32),
                close: dice.is_multiple_of(5),
            },
            About::Status { .. } => Verdict::Status {
                deny: dice.is_multiple_of(2).then(|| "not now".into()),
                status: dice.is_multiple_of(3).then_some(IntentKind::WorkOffline),
                return_secs: dice.is_multiple_of(5).then_some(300),
            },
            About::Event { .. } => return None,
            About::Incident { caller, .. } => Verdict::Incident {
                skip: dice.is_multiple_of(4),
                table: None,
                fields: BTreeMap::new(),
                attach: dice.is_multiple_of(2).then_some(true),
                append_to: caller
                    .iter()
                    .flat_map(|caller| &caller.incidents)
                    .next()
                    .filter(|_| !dice.is_multiple_of(2))
                    .map(|open| open.sys_id.clone()),
            },
        })
    }
}

fn delivery(question: &Question, sink: &str, secret: Option<&String>) -> DeliveryWant {
    let said = match &question.about {
        About::Message { text, .. } => text.as_str(),
        _ => "hello",
    };
    let mut body = vec![Piece::Text(format!("{:?}", (question.hook().name(), said)))];
    body.extend(secret.cloned().map(Piece::Secret));
    DeliveryWant { sink: sink.into(), payload: Payload { headers: BTreeMap::new(), body } }
}

fn ask(table: &str) -> LookupAsk {
    LookupAsk { table: table.into(), fields: vec!["email".into()], value: "jo".into() }
}

/// What the hooks that bend something answer, by words.
fn bent(words: &str) -> Option<(Hook, Verdict)> {
    let chat = |queue: Option<&str>, priority, turn_away: Option<&str>| Verdict::Chat {
        queue: queue.map(Into::into),
        priority,
        skills: None,
        fields: BTreeMap::new(),
        turn_away: turn_away.map(Into::into),
    };
    let route = |order: &[&str], hold| Verdict::Route {
        order: order.iter().map(|id| (*id).into()).collect(),
        hold,
    };
    let wait = |extend_secs, queue: Option<&str>| Verdict::WaitLimit {
        extend_secs,
        queue: queue.map(Into::into),
        message: Some("patience".into()),
        form: false,
    };
    let message = |text: Option<&str>, reply: Option<&str>| Verdict::Message {
        text: text.map(Into::into),
        tag: Some("card".into()),
        reply: reply.map(Into::into),
    };
    let idle = |extend_secs, close| Verdict::Idle { text: None, extend_secs, close };
    let status = |deny: Option<&str>, status, return_secs| Verdict::Status {
        deny: deny.map(Into::into),
        status,
        return_secs,
    };
    let missed = |status, recover_secs, priority, cooldown_secs| Verdict::Missed {
        status,
        recover_secs,
        priority,
        cooldown_secs,
    };
    Some(match words {
        "to sales" => (Hook::OnChat, chat(Some("sales"), None, None)),
        "to nowhere" => (Hook::OnChat, chat(Some("nowhere"), Some(9), None)),
        "first" => (Hook::OnChat, chat(None, Some(9), None)),
        "turn away" => (Hook::OnChat, chat(None, None, Some("closed for the feast"))),
        "bob first" => (Hook::OnRoute, route(&["bob"], None)),
        "hold 30" => (Hook::OnRoute, route(&[], Some(30))),
        "missed stays" => {
            let status = Some(MissedStatus::Available);
            (Hook::OnOfferMissed, missed(status, None, Some(7), Some(0)))
        }
        "missed recovers" => (Hook::OnOfferMissed, missed(None, Some(60), None, None)),
        "wait 60" => (Hook::OnWaitLimit, wait(Some(60), None)),
        "wait in sales" => (Hook::OnWaitLimit, wait(None, Some("sales"))),
        "wait form" => (
            Hook::OnWaitLimit,
            Verdict::WaitLimit { extend_secs: None, queue: None, message: None, form: true },
        ),
        "ask contacts" => (Hook::OnLookup, Verdict::Lookup { asks: vec![ask("customer_contact")] }),
        "redact" => (Hook::OnMessage, message(Some("[card]"), None)),
        "reply" => (Hook::OnMessage, message(None, Some("thank you"))),
        "idle later" => (Hook::OnIdle, idle(Some(30), false)),
        "idle closes" => (Hook::OnIdle, idle(None, true)),
        "no break" => (Hook::OnStatus, status(Some("not now"), None, None)),
        "break of 5" => (Hook::OnStatus, status(None, None, Some(300))),
        "offline instead" => (Hook::OnStatus, status(None, Some(IntentKind::WorkOffline), None)),
        _ => return None,
    })
}

impl Policy for Rules {
    fn ask(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        self.asked.push(question.clone());
        let hook = question.hook();
        let verdict = if self.failing.contains(&hook) {
            let kind = FailureKind::Error;
            Err(Failure { kind, text: "it threw".to_owned().into() })
        } else if let Some(seed) = self.random {
            Ok(Self::by_chance(question, seed))
        } else {
            match self.fixed.get(&hook) {
                Some(verdict) => Ok(Some(verdict.clone())),
                None if self.counts || self.sends.is_some() => Ok(None),
                None => return None,
            }
        };
        let mut wants = Wants::default();
        if self.counts || self.random.is_some() {
            let before = match kv.get(hook.name(), question.now_ms) {
                Some((KvValue::Int(n), _)) => *n,
                _ => 0,
            };
            let value = Some(KvValue::Int(before + 1));
            wants.kv.push(KvWrite { key: hook.name().into(), value, until_ms: None });
        }
        if let Some((sink, secret)) = &self.sends {
            wants.deliveries.push(delivery(question, sink, secret.as_ref()));
        } else if self.random.is_some_and(|seed| (seed ^ question.seed).is_multiple_of(24)) {
            // Several at once, so that there are too many now and then.
            wants.deliveries = vec![delivery(question, "pager", None); 2];
        }
        Some(Asked {
            set: "a-set".into(),
            verdict,
            operations: 7,
            took_us: 3,
            why: vec!["because".into()],
            wants,
        })
    }
}

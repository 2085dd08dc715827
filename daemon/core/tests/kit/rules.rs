//! Rules for tests: what each hook answers, if anything.

use desk_core::config::PopWhen;
use desk_core::policy::{About, Asked, Failure, FailureKind, Hook, Policy, Question, Verdict};
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
        };
        let (hook, verdict) = match words {
            "deny" => (Hook::OnWrapup, wrapup(Some("not like this"), None, None)),
            "deny 30" => (Hook::OnWrapup, wrapup(Some("not yet"), Some(30), None)),
            "more 30" => (Hook::OnWrapup, wrapup(None, Some(30), None)),
            "code spam" => (Hook::OnWrapup, wrapup(None, None, Some(vec!["spam".into()]))),
            "code nonsense" => (Hook::OnWrapup, wrapup(None, None, Some(vec!["no".into()]))),
            "skip" => (Hook::OnIncident, incident(true, None)),
            "urgent" => (Hook::OnIncident, incident(false, None)),
            "attach" => (Hook::OnIncident, incident(false, Some(true))),
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
            About::Incident { .. } => Verdict::Incident {
                skip: dice.is_multiple_of(4),
                table: None,
                fields: BTreeMap::new(),
                attach: dice.is_multiple_of(2).then_some(true),
            },
        })
    }
}

impl Policy for Rules {
    fn ask(&mut self, question: &Question) -> Option<Asked> {
        self.asked.push(question.clone());
        let hook = question.hook();
        let verdict = if self.failing.contains(&hook) {
            let kind = FailureKind::Error;
            Err(Failure { kind, text: "it threw".to_owned().into() })
        } else if let Some(seed) = self.random {
            Ok(Self::by_chance(question, seed))
        } else {
            Ok(Some(self.fixed.get(&hook)?.clone()))
        };
        Some(Asked { set: "a-set".into(), verdict, operations: 7, why: vec!["because".into()] })
    }
}

//! The rules in force: which of them acts on a request, and what is left of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::act::record;
use super::{Kind, Match, Plan, Rule};

/// What a rule is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// Empty when no rule asks for it.
    pub(super) body: &'a [u8],
}

/// Requests that are worked on at a time although nobody waits for them.
const DETACHED_MAX: usize = 256;

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Faults {
    active: Mutex<Active>,
    detached: Arc<Semaphore>,
}

/// No rules.
impl Default for Faults {
    fn default() -> Self {
        Self { active: Mutex::default(), detached: Arc::new(Semaphore::new(DETACHED_MAX)) }
    }
}

#[derive(Debug, Default)]
struct Active {
    seed: u64,
    ignore_sys_id: bool,
    strict_queries: bool,
    rules: Vec<(Rule, Draws)>,
    /// Since the start; kinds are few.
    acted: BTreeMap<Kind, u64>,
}

impl Faults {
    /// Replaces all rules; every draw begins anew.
    pub(crate) fn set(&self, plan: Plan) -> Result<(), String> {
        plan.check()?;
        self.start(plan);
        Ok(())
    }

    /// The same for a plan that was checked.
    pub(crate) fn start(&self, plan: Plan) {
        let mut active = self.lock();
        (active.seed, active.ignore_sys_id) = (plan.seed, plan.ignore_sys_id);
        active.strict_queries = plan.invalid_query_returns_no_rows;
        let draws = |index: usize| Draws(plan.seed ^ (index as u64 + 1).wrapping_mul(GAMMA));
        let numbered = plan.rules.into_iter().enumerate();
        active.rules = numbered.map(|(index, rule)| (rule, draws(index))).collect();
    }

    /// What is left of the rules.
    pub(crate) fn left(&self) -> Plan {
        let active = self.lock();
        let rules = active.rules.iter().map(|(rule, _)| rule.clone()).collect();
        Plan {
            seed: active.seed,
            ignore_sys_id: active.ignore_sys_id,
            invalid_query_returns_no_rows: active.strict_queries,
            rules,
        }
    }

    /// Whether records get ids of the instance's own.
    pub(crate) fn ignores_sys_id(&self) -> bool {
        self.lock().ignore_sys_id
    }

    /// Whether a query of which a part makes no sense finds nothing.
    pub(crate) fn refuses_partial_queries(&self) -> bool {
        self.lock().strict_queries
    }

    /// How often each kind has acted since the start.
    pub(crate) fn acted(&self) -> BTreeMap<Kind, u64> {
        self.lock().acted.clone()
    }

    /// Room for one more request that nobody waits for; held until it has ended.
    pub(super) async fn detached(&self) -> Option<OwnedSemaphorePermit> {
        self.detached.clone().acquire_owned().await.ok()
    }

    /// Whether a rule looks into bodies.
    pub(super) fn wants_body(&self) -> bool {
        let wants = |rule: &Rule| rule.matches.body.is_some() || rule.loses().is_some();
        self.lock().rules.iter().any(|(rule, _)| wants(rule))
    }

    /// The rule that acts on this request, which counts as having acted.
    pub(super) fn take(&self, subject: Subject<'_>) -> Option<Rule> {
        let mut active = self.lock();
        let index = active.rules.iter_mut().position(|(rule, draws)| {
            rule.matches.fits(subject)
                && rule.has_effect(subject)
                && rule.rate_percent.is_none_or(|rate| draws.wins(rate))
        })?;
        let rule = active.rules[index].0.clone();
        let once = rule.rate_percent.is_none().then_some(1);
        if let Some(times) = rule.times.or(once) {
            active.rules[index].0.times = Some(times - 1);
            if times == 1 {
                active.rules.remove(index);
            }
        }
        *active.acted.entry(rule.kind).or_default() += 1;
        Some(rule)
    }

    fn lock(&self) -> MutexGuard<'_, Active> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    /// The field that it takes from a record.
    pub(super) fn loses(&self) -> Option<&str> {
        match self.kind {
            Kind::DropField => self.field.as_deref(),
            Kind::IgnoreSysId => Some("sys_id"),
            _ => None,
        }
    }

    /// Whether the request would go otherwise without it: what does nothing has not acted.
    fn has_effect(&self, subject: Subject<'_>) -> bool {
        if let Some(field) = self.loses() {
            let writes: &[&str] = match self.kind {
                Kind::IgnoreSysId => &["POST"],
                _ => &["POST", "PUT", "PATCH"],
            };
            let sent = || serde_json::from_slice(subject.body).ok();
            let is_sent =
                |mut sent: Value| record(&mut sent).is_some_and(|r| r.contains_key(field));
            return writes.contains(&subject.method) && sent().is_some_and(is_sent);
        }
        // What is deleted is answered without a body.
        let cuts = matches!(self.kind, Kind::TruncatedBody | Kind::TruncatedTransfer);
        !(cuts && subject.method == "DELETE")
    }
}

impl Match {
    fn fits(&self, subject: Subject<'_>) -> bool {
        let within = |part: &Option<String>, whole: &[u8]| {
            part.as_ref().is_none_or(|part| contains(whole, part.as_bytes()))
        };
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(subject.method))
            && within(&self.path, subject.path.as_bytes())
            && within(&self.query, subject.query.as_bytes())
            && within(&self.body, subject.body)
    }
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`: small, and the same everywhere and always.
#[derive(Debug)]
struct Draws(u64);

impl Draws {
    fn wins(&mut self, rate_percent: u8) -> bool {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 100 < u64::from(rate_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'_> = Subject { method: "POST", path: "/x", query: "", body: b"" };

    fn pattern(seed: u64, rate_percent: u8) -> Vec<bool> {
        let faults = Faults::default();
        let rule = Rule::new("POST", "/x", Kind::DropBefore).rate_percent(rate_percent);
        faults.set(Plan { seed, rules: vec![rule], ..Plan::default() }).expect("taken");
        (0..1000).map(|_| faults.take(SUBJECT).is_some()).collect()
    }

    #[test]
    fn a_rate_is_kept_and_a_seed_repeats_it() {
        let acted = pattern(7, 30).into_iter().filter(|acted| *acted).count();
        assert!((250..350).contains(&acted), "{acted}");
        assert_eq!(pattern(7, 30), pattern(7, 30));
        assert_ne!(pattern(7, 30), pattern(8, 30));
        assert!(pattern(1, 100).into_iter().all(|acted| acted));
    }

    #[test]
    fn a_rule_that_loses_its_draw_leaves_the_request_to_the_next() {
        let faults = Faults::default();
        let rare = Rule::new("POST", "/x", Kind::DropBefore).rate_percent(1).times(1);
        let last = Rule::new("POST", "/x", Kind::Accepted202).rate_percent(100);
        faults.set(vec![rare, last].into()).expect("taken");
        for _ in 0..2000 {
            assert!(faults.take(SUBJECT).is_some());
        }
        assert_eq!(faults.acted()[&Kind::DropBefore], 1, "by rate, and no more than told");
        assert_eq!(faults.left().rules.len(), 1);
    }

    #[test]
    fn every_part_of_a_match_must_fit() {
        let matches = Match {
            method: Some("post".to_owned()),
            path: Some("x".to_owned()),
            query: Some("a=1".to_owned()),
            body: Some("chat-1".to_owned()),
        };
        let fitting = Subject { query: "a=1&b", body: b"{\"id\":\"chat-1\"}", ..SUBJECT };
        assert!(matches.fits(fitting));
        assert!(!matches.fits(Subject { method: "GET", ..fitting }));
        assert!(!matches.fits(Subject { path: "/y", ..fitting }));
        assert!(!matches.fits(Subject { query: "b", ..fitting }));
        assert!(!matches.fits(Subject { body: b"chat", ..fitting }));
    }
}

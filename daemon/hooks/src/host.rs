//! The host: asks a set's rules, one call at a time, and never lets one do harm.

use crate::breaker::{Breaker, Opened};
use crate::error::ScriptError;
use crate::limits::Limits;
use crate::load::{LoadedRule, RuleKey, load};
use crate::memory::Memory;
use crate::meter::{CpuClock, Marks, Meter};
use crate::objects::Ctx;
use crate::set::ScriptSet;
use crate::stack::on_stack;
use crate::tally::{Tally, Times};
use crate::verdict;
use desk_core::Kv;
use desk_core::name::QueueId;
use desk_core::policy::{
    About, Asked, Failure, FailureKind, Hook, Policy, Question, Verdict, Wants, redact,
};
use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, Scope};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Most characters kept of a failure's text.
const FAILURE_CHARS_MAX: usize = 1_000;

/// A script set, ready to be asked. It belongs on one thread, whose stack has
/// [`STACK_BYTES`](crate::STACK_BYTES).
///
/// What it answers depends on the set and the questions alone, but for two kinds of failure:
/// [`FailureKind::Deadline`] and, after failures, [`FailureKind::Resting`].
pub struct Host {
    set: ScriptSet,
    limits: Limits,
    meter: Arc<Meter>,
    rules: BTreeMap<RuleKey, Rule>,
    rests: bool,
}

struct Rule {
    loaded: LoadedRule,
    breaker: Breaker,
    tally: Tally,
}

/// How a rule has been doing since its set came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStatus {
    /// Its hook.
    pub hook: Hook,
    /// The queue that it is for; `None` for all that have no rule of their own.
    pub queue: Option<QueueId>,
    /// Its file.
    pub file: String,
    /// How often it was called.
    pub calls: u64,
    /// How many of these calls failed.
    pub failures: u64,
    /// The same by kind.
    pub kinds: BTreeMap<FailureKind, u64>,
    /// How often what is configured applied: it answered nothing, failed or rested.
    pub defaults: u64,
    /// The operations of all calls together.
    pub operations: u64,
    /// How long the calls took.
    pub times: Times,
    /// Until when it rests, in milliseconds since 1970, and why; past where its probe is still to
    /// come.
    pub resting: Option<(i64, Opened)>,
    /// How often it was told to rest.
    pub rests: u64,
    /// Its last failure, and when it was, in milliseconds since 1970.
    pub last_failure: Option<(i64, Failure)>,
}

impl Host {
    /// Loads a set, on a thread of its own with a stack of [`STACK_BYTES`](crate::STACK_BYTES).
    ///
    /// # Errors
    /// Everything that is wrong with the set.
    ///
    /// # Panics
    /// Where the system gives no thread.
    pub fn new(set: ScriptSet, limits: Limits) -> Result<Self, Vec<ScriptError>> {
        Self::by_clock(set, limits, CpuClock::of_thread())
    }

    /// The same, with a clock of one's own for the time that calls take.
    ///
    /// # Errors
    /// Everything that is wrong with the set.
    ///
    /// # Panics
    /// Where the system gives no thread.
    pub fn by_clock(
        set: ScriptSet,
        limits: Limits,
        clock: CpuClock,
    ) -> Result<Self, Vec<ScriptError>> {
        Self::by_meter(set, limits, Meter::new(clock))
    }

    /// The same for scripts that leave marks where they go.
    pub(crate) fn marked(
        set: ScriptSet,
        limits: Limits,
        marks: Option<Arc<Marks>>,
    ) -> Result<Self, Vec<ScriptError>> {
        Self::by_meter(set, limits, Meter::marked(CpuClock::of_thread(), marks))
    }

    fn by_meter(
        set: ScriptSet,
        limits: Limits,
        meter: Arc<Meter>,
    ) -> Result<Self, Vec<ScriptError>> {
        let loaded = on_stack("scripts-load", || load(&set, &limits, &meter))?.rules;
        let rules = loaded.into_iter().map(|(key, loaded)| (key, Rule::new(loaded))).collect();
        Ok(Self { set, limits, meter, rules, rests: true })
    }

    /// The same, with no rule that ever rests: for questions of the past, that come all at once.
    #[must_use]
    pub const fn without_rests(mut self) -> Self {
        self.rests = false;
        self
    }

    /// The set that is asked.
    #[must_use]
    pub const fn set(&self) -> &ScriptSet {
        &self.set
    }

    /// How each rule has been doing.
    #[must_use]
    pub fn status(&self) -> Vec<HookStatus> {
        let status = |((hook, queue), rule): (&RuleKey, &Rule)| HookStatus {
            hook: *hook,
            queue: queue.clone(),
            file: rule.loaded.file.clone(),
            calls: rule.tally.calls,
            failures: rule.tally.kinds.values().sum(),
            kinds: rule.tally.kinds.clone(),
            defaults: rule.tally.defaults,
            operations: rule.tally.operations,
            times: rule.tally.times,
            resting: rule.breaker.until(),
            rests: rule.breaker.rests(),
            last_failure: rule.tally.last_failure.clone(),
        };
        self.rules.iter().map(status).collect()
    }

    /// The rule that stands at a place: the queue's own, else the general one.
    fn key(&self, hook: Hook, queue: Option<&QueueId>) -> Option<RuleKey> {
        let own = queue.map(|queue| (hook, Some(queue.clone())));
        let own = own.filter(|key| self.rules.contains_key(key));
        own.or_else(|| self.rules.contains_key(&(hook, None)).then_some((hook, None)))
    }

    /// Lets all rules of a hook rest, as after repeated failures: for one that ended the process.
    pub fn rest(&mut self, hook: Hook, now_ms: i64) {
        for ((of, _), rule) in &mut self.rules {
            if *of == hook {
                rule.breaker.open(now_ms, Opened::Ended);
            }
        }
    }
}

impl Host {
    /// Asks, and says nothing to the log: for a set that is tried and not in force.
    pub fn ask_quietly(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        self.ask_aloud(question, kv).map(|(asked, _)| asked)
    }

    /// Asks, and gives back the lines for the log as well.
    pub(crate) fn ask_aloud(
        &mut self,
        question: &Question,
        kv: &Kv,
    ) -> Option<(Asked, Vec<String>)> {
        let hook = question.hook();
        let key = self.key(hook, question.queue.as_ref().map(|queue| &queue.id))?;
        let rule = self.rules.get_mut(&key)?;
        let now_ms = question.now_ms;
        let set = self.set.hash().clone();
        if let Some(until) = rule.breaker.resting(now_ms).filter(|_| self.rests) {
            rule.tally.defaults += 1;
            let text = format!("{} rests for {} ms more", rule.loaded.file, until - now_ms);
            let failure = failure(FailureKind::Resting, text);
            let (why, wants) = (Vec::new(), Wants::default());
            let asked = Asked { set, verdict: Err(failure), operations: 0, took_us: 0, why, wants };
            return Some((asked, Vec::new()));
        }
        // Hooks asked in one decision share the record's number but not their random numbers.
        let seed = question.seed ^ (hook as u64).rotate_right(8);
        self.meter.begin_call(&self.limits, seed, Memory::new(kv, now_ms));
        let verdict = rule.call(question, &self.set);
        let (took_ns, operations) = (self.meter.used_ns(), self.meter.operations());
        let said = self.meter.take();
        rule.breaker.called(now_ms, verdict.is_err(), took_ns);
        rule.tally.called(now_ms, &verdict, operations, took_ns);
        let mut log = logged(question, &verdict, said.log);
        if said.dropped > 0 {
            log.push(format!("and {} lines beyond the budget", said.dropped));
        }
        // What a failed call wrote is as if it had never been.
        let memory = said.memory.filter(|_| verdict.is_ok()).unwrap_or_default();
        let (took_us, wants) = (took_ns.div_ceil(1000), memory.wants);
        Some((Asked { set, verdict, operations, took_us, why: said.why, wants }, log))
    }
}

impl Policy for Host {
    fn ask(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        let (asked, log) = self.ask_aloud(question, kv)?;
        if !log.is_empty() {
            let queue = question.queue.as_ref().map(|queue| &queue.id);
            let rule = self.key(question.hook(), queue).and_then(|key| self.rules.get(&key));
            let file = rule.map(|rule| rule.loaded.file.as_str());
            let chat = question.chat.as_ref().map(|chat| tracing::field::display(chat.id));
            for line in log {
                tracing::info!(file, chat, "{line}");
            }
        }
        Some(asked)
    }

    fn has(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        self.key(hook, queue).is_some()
    }

    fn unfit(&mut self, question: &Question, failure: &Failure) {
        let queue = question.queue.as_ref().map(|queue| &queue.id);
        let key = self.key(question.hook(), queue);
        if let Some(rule) = key.and_then(|key| self.rules.get_mut(&key)) {
            rule.breaker.failed(question.now_ms);
            rule.tally.unfit(question.now_ms, failure);
        }
    }
}

/// What goes to the log: nothing of what a rule replaced in a message, and nothing at all where it
/// failed before it could.
fn logged(
    question: &Question,
    verdict: &Result<Option<Verdict>, Failure>,
    lines: Vec<String>,
) -> Vec<String> {
    match (&question.about, verdict) {
        (About::Message { text, .. }, Ok(Some(Verdict::Message { text: Some(new), .. }))) => {
            redact::lines(lines, text, new)
        }
        (About::Message { .. }, Err(_)) => Vec::new(),
        _ => lines,
    }
}

impl Rule {
    fn new(loaded: LoadedRule) -> Self {
        Self { loaded, breaker: Breaker::default(), tally: Tally::default() }
    }

    fn call(&self, question: &Question, set: &ScriptSet) -> Result<Option<Verdict>, Failure> {
        let file = &self.loaded.file;
        let run = || -> Result<_, Box<EvalAltResult>> {
            let returned = self.run(question)?;
            Ok(verdict::check(question, returned))
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(Ok(verdict))) => Ok(verdict),
            Ok(Ok(Err(wrong))) => Err(failure(FailureKind::Invalid, format!("{file}: {wrong}"))),
            Ok(Err(error)) => {
                let told = ScriptError::of_run(file, &error, |path| set.text(path));
                Err(failure(kind(&error), told.one_line()))
            }
            Err(_) => Err(failure(FailureKind::Panic, format!("{file}: the call panicked"))),
        }
    }

    /// Calls the function without running the file's top level again.
    fn run(&self, question: &Question) -> Result<Dynamic, Box<EvalAltResult>> {
        let options = CallFnOptions::new().eval_ast(false).in_all_namespaces(true);
        let name = question.hook().name();
        let arguments = (Ctx::new(question),);
        let engine = &self.loaded.engine;
        engine.call_fn_with_options(options, &mut Scope::new(), &AST::empty(), name, arguments)
    }
}

fn failure(kind: FailureKind, text: String) -> Failure {
    let text: String = text.chars().take(FAILURE_CHARS_MAX).collect();
    Failure { kind, text: text.into() }
}

fn kind(error: &EvalAltResult) -> FailureKind {
    match error.unwrap_inner() {
        EvalAltResult::ErrorTerminated(..) => FailureKind::Deadline,
        EvalAltResult::ErrorTooManyOperations(_)
        | EvalAltResult::ErrorTooManyVariables(_)
        | EvalAltResult::ErrorTooManyModules(_)
        | EvalAltResult::ErrorStackOverflow(_)
        | EvalAltResult::ErrorDataTooLarge(..) => FailureKind::Budget,
        _ => FailureKind::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_panic_in_a_call_is_a_failure_and_the_next_call_works() {
        let text = "fn on_offer(ctx) { if ctx.accept_secs > 10 { Fn(\"panics\").call() } }";
        let files = [("on_offer.rhai".to_owned(), text.into())].into();
        let set = ScriptSet::from_files(files).unwrap();
        // Printing a panic takes longer than a rule may.
        let mut host = Host::by_clock(set, Limits::default(), CpuClock::stopped()).unwrap();
        for rule in host.rules.values_mut() {
            let meter = Arc::clone(&host.meter);
            let panics = move || -> i64 { meter.panic_while_locked() };
            rule.loaded.engine.register_fn("panics", panics);
        }
        let mut ask = |accept_secs: i64| {
            let given = [("accept_secs".into(), accept_secs.into())].into();
            host.ask(
                &sample::question(Hook::OnOffer, given, sample::NOW_MS).unwrap(),
                &Kv::default(),
            )
            .unwrap()
        };
        assert_eq!(ask(20).verdict.unwrap_err().kind, FailureKind::Panic);
        assert_eq!(ask(10).verdict, Ok(None));
    }
}

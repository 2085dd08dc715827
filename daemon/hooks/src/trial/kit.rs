//! What tests can do and rules cannot: call hooks, build what they are asked about, set the clock,
//! assert.

use super::compare;
use crate::host::Host;
use crate::memory::{self, Memory, Remembers};
use crate::objects::SHARED;
use crate::registry::Object;
use crate::sample;
use desk_core::config::Limits;
use desk_core::policy::{Hook, Verdict, Wants};
use desk_core::{DeliveryWant, Kv};
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, INT, ImmutableString, Map, NativeCallContext,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Most lines of the log that are kept of a test.
const LOG_MAX: usize = 200;

/// The functions, for the reference.
pub(crate) const FUNCTIONS: [(&str, &str); 19] = [
    (
        "on_offer(#{…})",
        "Asks a rule, as each hook by its name: what the map does not name is filled in. Gives the verdict, or `()`; a failure is thrown.",
    ),
    (
        "chat(#{…})",
        "A chat with these properties and ordinary others; `queue`, `customer` and `segment` likewise.",
    ),
    ("agent(id)", "An agent."),
    ("agent(id, #{…})", "An agent with these properties."),
    ("candidate(sys_id)", "A record found for the customer."),
    ("candidate(sys_id, #{…})", "A record with these properties."),
    (
        "now()",
        "The test's clock, in milliseconds since 1970: Wednesday, 2026-01-07, 14:30 UTC at the beginning.",
    ),
    ("set_now(ms)", "Sets the test's clock."),
    ("set_now(text)", "Sets it to a time such as `2026-12-24T08:00:00Z`."),
    ("pass(secs)", "Lets so many seconds pass."),
    ("time(text)", "A time such as `2026-12-24T08:00:00+01:00`, in milliseconds since 1970."),
    (
        "kv_get(key)",
        "What rules remember; `kv_set` and `kv_add` likewise. At the beginning of a test it is nothing, and what rules write is there for those asked next.",
    ),
    ("reasons()", "What the last rule that was asked said by `why`."),
    (
        "deliveries()",
        "What the last rule that was asked delivered: maps of `sink`, `body` and `headers`, a secret as `(secret name)`.",
    ),
    ("operations()", "How many operations it used."),
    ("assert(holds)", "Fails the test where this is false."),
    ("assert(holds, text)", "The same, with what to say."),
    (
        "assert_eq(is, wanted)",
        "Fails the test where the two differ, and says where. A key that holds `()` is as good as none.",
    ),
    (
        "assert_fails(|| …, text)",
        "Calls the closure, which must fail with a message that holds this.",
    ),
];

/// One test's doings.
#[derive(Clone)]
pub(crate) struct Kit(Arc<Mutex<Doings>>);

struct Doings {
    host: Option<Host>,
    now_ms: i64,
    kv: Kv,
    writes: u64,
    reasons: Vec<String>,
    deliveries: Vec<DeliveryWant>,
    operations: u64,
    log: Vec<String>,
}

impl Kit {
    pub(crate) fn new(host: Option<Host>) -> Self {
        let doings = Doings {
            host,
            now_ms: sample::NOW_MS,
            kv: Kv::default(),
            writes: 0,
            reasons: Vec::new(),
            deliveries: Vec::new(),
            operations: 0,
            log: Vec::new(),
        };
        Self(Arc::new(Mutex::new(doings)))
    }

    fn doings(&self) -> MutexGuard<'_, Doings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the rules wrote to the log.
    pub(crate) fn logged(&self) -> Vec<String> {
        std::mem::take(&mut self.doings().log)
    }

    pub(crate) fn register(&self, engine: &mut Engine) {
        for hook in Hook::ALL {
            let kit = self.clone();
            engine.register_fn(hook.name(), move |given: Map| kit.doings().ask(hook, given));
        }
        for object in SHARED {
            builders(engine, object);
        }
        self.register_clock(engine);
        memory::register(engine, self);
        let kit = self.clone();
        engine.register_fn("reasons", move || -> Array {
            kit.doings().reasons.iter().map(|reason| reason.as_str().into()).collect()
        });
        let kit = self.clone();
        engine.register_fn("deliveries", move || -> Outcome<Array> {
            kit.doings().deliveries.iter().map(crate::send::shown).collect()
        });
        let kit = self.clone();
        engine.register_fn("operations", move || {
            INT::try_from(kit.doings().operations).unwrap_or(INT::MAX)
        });
        register_asserts(engine);
    }

    fn register_clock(&self, engine: &mut Engine) {
        let kit = self.clone();
        engine.register_fn("now", move || kit.doings().now_ms);
        let kit = self.clone();
        engine.register_fn("set_now", move |ms: INT| kit.doings().now_ms = ms);
        let kit = self.clone();
        engine.register_fn("set_now", move |text: &str| -> Outcome<()> {
            kit.doings().now_ms = time(text)?;
            Ok(())
        });
        let kit = self.clone();
        engine.register_fn("pass", move |secs: INT| {
            let doings = &mut *kit.doings();
            doings.now_ms = doings.now_ms.saturating_add(secs.saturating_mul(1_000));
        });
        engine.register_fn("time", time);
    }
}

fn time(text: &str) -> Outcome<INT> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    let wrong = "a time is written 2026-12-24T08:00:00Z or 2026-12-24T08:00:00+01:00";
    time.map(|time| time.as_millisecond()).map_err(|_| format!("'{text}': {wrong}").into())
}

impl Remembers for Kit {
    fn remembering<T>(
        &self,
        then: impl FnOnce(&mut Memory) -> Result<T, String>,
    ) -> Result<T, String> {
        let doings = &mut *self.doings();
        let mut memory = Memory::new(&doings.kv, doings.now_ms);
        let done = then(&mut memory)?;
        doings.keep(memory.wants);
        Ok(done)
    }
}

impl Doings {
    fn keep(&mut self, wants: Wants) {
        self.deliveries = wants.deliveries;
        for write in wants.kv {
            self.writes += 1;
            self.kv.write((self.writes, self.now_ms), write, Limits::default().kv);
        }
    }

    fn ask(&mut self, hook: Hook, given: Map) -> Outcome<Dynamic> {
        let question = sample::question(hook, given, self.now_ms)?;
        let host = self.host.as_mut();
        let Some((asked, log)) = host.and_then(|host| host.ask_aloud(&question, &self.kv)) else {
            return Ok(Dynamic::UNIT);
        };
        let room = LOG_MAX.saturating_sub(self.log.len());
        self.log.extend(log.into_iter().take(room));
        (self.reasons, self.operations) = (asked.why, asked.operations);
        self.keep(asked.wants);
        match asked.verdict {
            Ok(None) => Ok(Dynamic::UNIT),
            Ok(Some(verdict)) => as_map(&verdict),
            Err(failure) => Err(failure.text.or_empty().into()),
        }
    }
}

/// A verdict as a map, without the name of its hook around it.
fn as_map(verdict: &Verdict) -> Outcome<Dynamic> {
    let whole = rhai::serde::to_dynamic(verdict)?;
    let map = whole.try_cast::<Map>().unwrap_or_default();
    Ok(map.into_values().next().unwrap_or(Dynamic::UNIT))
}

/// Functions that build an object: by its kind's name, and for those with an id by that as well.
fn builders(engine: &mut Engine, object: &'static Object) {
    let name = object.name.to_lowercase();
    engine.register_fn(&name, move |given: Map| sample::built(object, given));
    let id = match object.name {
        "Agent" | "Queue" => "id",
        "Candidate" => "sys_id",
        _ => {
            engine.register_fn(&name, move || sample::built(object, Map::new()));
            return;
        }
    };
    let named = move |text: ImmutableString, mut given: Map| {
        given.insert(id.into(), text.into());
        sample::built(object, given)
    };
    engine.register_fn(&name, move |text: ImmutableString| named(text, Map::new()));
    engine.register_fn(&name, named);
}

fn register_asserts(engine: &mut Engine) {
    let assert =
        |holds: bool, text: &str| -> Outcome<()> { if holds { Ok(()) } else { Err(text.into()) } };
    engine
        .register_fn("assert", move |holds: bool| assert(holds, "the assertion does not hold"))
        .register_fn("assert", move |holds: bool, text: &str| assert(holds, text))
        .register_fn("assert_eq", |is: Dynamic, wanted: Dynamic| -> Outcome<()> {
            compare::equal(&is, &wanted).map_err(Into::into)
        })
        .register_fn("assert_fails", assert_fails);
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that the engine calls")]
fn assert_fails(context: NativeCallContext<'_>, call: FnPtr, part: &str) -> Outcome<()> {
    match call.call_within_context::<Dynamic>(&context, ()) {
        Ok(value) => {
            let value = crate::render::quoted(&value, compare::SHOWN_BYTES_MAX);
            Err(format!("it does not fail: it gives {value}").into())
        }
        Err(error) if error.to_string().contains(part) => Ok(()),
        Err(error) => Err(format!("it fails otherwise: {error}").into()),
    }
}

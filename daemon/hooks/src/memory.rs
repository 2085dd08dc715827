//! What a rule reads and writes of what rules remember, while it is asked.

use desk_core::policy::Wants;
use desk_core::{KEY_BYTES_MAX, Kv, KvValue, KvWrite, VALUE_BYTES_MAX, WRITES_MAX};
use rhai::{Dynamic, Engine, EvalAltResult, INT};

/// The longest time for which a value may be remembered, in seconds: ten years.
const TTL_SECS_MAX: INT = 315_360_000;

/// What rules remember, as one call sees it: its own writes lie over what was there before.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memory {
    kv: Kv,
    now_ms: i64,
    /// What is wanted beside the verdict.
    pub(crate) wants: Wants,
}

impl Memory {
    pub(crate) fn new(kv: &Kv, now_ms: i64) -> Self {
        Self { kv: kv.clone(), now_ms, wants: Wants::default() }
    }

    fn get(&self, key: &str) -> Option<(KvValue, Option<i64>)> {
        match self.wants.kv.iter().find(|write| write.key == key) {
            Some(write) => Some((write.value.clone()?, write.until_ms)),
            None => self.kv.get(key, self.now_ms).map(|(value, until)| (value.clone(), until)),
        }
    }

    fn write(&mut self, write: KvWrite) -> Result<(), String> {
        if write.key.is_empty() || write.key.len() > KEY_BYTES_MAX {
            return Err(format!("a key has 1 to {KEY_BYTES_MAX} bytes"));
        }
        if let Some(KvValue::Text(text)) = &write.value
            && text.len() > VALUE_BYTES_MAX
        {
            return Err(format!("'{}': a text has at most {VALUE_BYTES_MAX} bytes", write.key));
        }
        match self.wants.kv.iter().position(|before| before.key == write.key) {
            Some(place) => self.wants.kv[place] = write,
            None if self.wants.kv.len() < WRITES_MAX => self.wants.kv.push(write),
            None => return Err(format!("a call writes at most {WRITES_MAX} keys")),
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &Dynamic, ttl_secs: Option<INT>) -> Result<(), String> {
        let value = value_of(key, value)?;
        let until_ms = ttl_secs.map(|secs| self.until(secs)).transpose()?;
        self.write(KvWrite { key: key.into(), value, until_ms })
    }

    fn add(&mut self, key: &str, n: INT, ttl_secs: Option<INT>) -> Result<INT, String> {
        let (before, until_ms) = match self.get(key) {
            None => (0, ttl_secs.map(|secs| self.until(secs)).transpose()?),
            Some((KvValue::Int(before), until)) => (before, until),
            Some(_) => return Err(format!("'{key}' holds no number")),
        };
        let sum = before.checked_add(n).ok_or_else(|| format!("'{key}' would be too large"))?;
        self.write(KvWrite { key: key.into(), value: Some(KvValue::Int(sum)), until_ms })?;
        Ok(sum)
    }

    fn until(&self, secs: INT) -> Result<i64, String> {
        if !(1..=TTL_SECS_MAX).contains(&secs) {
            return Err(format!("a value is remembered for 1 to {TTL_SECS_MAX} seconds"));
        }
        Ok(self.now_ms.saturating_add(secs * 1000))
    }
}

fn value_of(key: &str, value: &Dynamic) -> Result<Option<KvValue>, String> {
    if value.is_unit() {
        return Ok(None);
    }
    let int = value.as_int().map(KvValue::Int);
    let value = int
        .or_else(|_| value.as_bool().map(KvValue::Bool))
        .or_else(|_| value.as_immutable_string_ref().map(|text| KvValue::Text(text.to_string())));
    let wrong = |_| format!("'{key}': a string, an integer, true or false, or () is remembered");
    value.map(Some).map_err(wrong)
}

fn dynamic(value: KvValue) -> Dynamic {
    match value {
        KvValue::Bool(value) => value.into(),
        KvValue::Int(value) => value.into(),
        KvValue::Text(value) => value.into(),
    }
}

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Where what rules remember is at hand.
pub(crate) trait Remembers: Clone + Send + Sync + 'static {
    /// Does something with it.
    fn remembering<T>(
        &self,
        then: impl FnOnce(&mut Memory) -> Result<T, String>,
    ) -> Result<T, String>;
}

/// Makes the functions known to an engine.
pub(crate) fn register(engine: &mut Engine, of: &impl Remembers) {
    let it = of.clone();
    engine.register_fn("kv_get", move |key: &str| get(&it, key, Dynamic::UNIT));
    let it = of.clone();
    engine.register_fn("kv_get", move |key: &str, other: Dynamic| get(&it, key, other));
    let it = of.clone();
    engine.register_fn("kv_set", move |key: &str, value: Dynamic| set(&it, key, &value, None));
    let it = of.clone();
    engine.register_fn("kv_set", move |key: &str, value: Dynamic, ttl_secs: INT| {
        set(&it, key, &value, Some(ttl_secs))
    });
    let it = of.clone();
    engine.register_fn("kv_add", move |key: &str, n: INT| add(&it, key, n, None));
    let it = of.clone();
    engine.register_fn("kv_add", move |key: &str, n: INT, ttl_secs: INT| {
        add(&it, key, n, Some(ttl_secs))
    });
}

fn get(of: &impl Remembers, key: &str, other: Dynamic) -> Outcome<Dynamic> {
    let got = of.remembering(|memory| Ok(memory.get(key)))?;
    Ok(got.map_or(other, |(value, _)| dynamic(value)))
}

fn set(of: &impl Remembers, key: &str, value: &Dynamic, ttl_secs: Option<INT>) -> Outcome<()> {
    Ok(of.remembering(|memory| memory.set(key, value, ttl_secs))?)
}

fn add(of: &impl Remembers, key: &str, n: INT, ttl_secs: Option<INT>) -> Outcome<INT> {
    Ok(of.remembering(|memory| memory.add(key, n, ttl_secs))?)
}

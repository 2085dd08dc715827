//! How two answers to one question differ, told in names and short values. What a secret is
//! nobody here knows; of headers, which may hold one that a script spells out, names alone are told.

use super::Live;
use desk_core::past::{Wanted, Written};
use desk_core::policy::{Asked, Verdict};
use desk_core::{KvValue, Payload, Piece, Private};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most characters of a value that is told.
const VALUE_CHARS_MAX: usize = 60;

/// In what they differ: a name that tells nothing of what was asked, and what it is about.
pub(super) type What = Vec<(String, String)>;

/// How two answers to one question differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Both answered, and not the same.
    Otherwise,
    /// The set that is tried answered, the live one had nothing to say.
    Answers,
    /// The other way round.
    Silent,
    /// The set that is tried failed, the live one did not.
    Fails,
    /// The other way round.
    Mends,
    /// What they deliver is not the same.
    Sends,
    /// What they remember is not the same.
    Remembers,
}

impl Kind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Otherwise => "otherwise",
            Self::Answers => "answers",
            Self::Silent => "silent",
            Self::Fails => "fails",
            Self::Mends => "mends",
            Self::Sends => "sends",
            Self::Remembers => "remembers",
        }
    }
}

/// How two answers differ: in the verdict, in what they deliver, in what they remember.
pub(super) fn differences(live: &Live<'_>, tried: Option<&Asked>) -> Vec<(Kind, What)> {
    let mut found: Vec<_> = answers(live.asked, tried).into_iter().collect();
    let Some(live) = &live.wanted else { return found };
    let tried = tried.map(|asked| Wanted::from(&asked.wants)).unwrap_or_default();
    found.extend(sent(live, &tried).map(|what| (Kind::Sends, what)));
    found.extend(remembered(&live.kv, &tried.kv).map(|what| (Kind::Remembers, what)));
    found
}

/// How two verdicts differ.
fn answers(live: Option<&Asked>, tried: Option<&Asked>) -> Option<(Kind, What)> {
    let answer = |asked: Option<&Asked>| match asked.map(|asked| &asked.verdict) {
        None | Some(Ok(None)) => Ok(None),
        Some(Ok(Some(verdict))) => Ok(Some(verdict.clone())),
        Some(Err(failure)) => Err(failure.clone()),
    };
    match (answer(live), answer(tried)) {
        (Err(_), Err(_)) => None,
        (Ok(_), Err(failure)) => {
            let text = failure.text.known().map_or("", String::as_str);
            Some((Kind::Fails, vec![(failure.kind.name().into(), short(text))]))
        }
        (Err(failure), Ok(_)) => {
            Some((Kind::Mends, vec![(failure.kind.name().into(), String::new())]))
        }
        (Ok(old), Ok(new)) if old == new => None,
        (Ok(old), Ok(new)) => {
            let kind = match (&old, &new) {
                (None, _) => Kind::Answers,
                (_, None) => Kind::Silent,
                _ => Kind::Otherwise,
            };
            Some((kind, changes(&keys(old.as_ref()), &keys(new.as_ref()), "as configured")))
        }
    }
}

/// A verdict's keys.
fn keys(verdict: Option<&Verdict>) -> BTreeMap<String, Value> {
    let value = verdict.and_then(|verdict| serde_json::to_value(verdict).ok());
    // A verdict is an object of one key, the hook's, with the answer in it.
    let of_hook = value.and_then(|value| value.as_object()?.values().next().cloned());
    match of_hook {
        Some(Value::Object(map)) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// The names whose values differ, each with both.
fn changes(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>, missing: &str) -> What {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let told = |value: Option<&Value>| match value {
        None | Some(Value::Null) => missing.to_owned(),
        Some(value) => short(&value.to_string()),
    };
    let differs = |name: &&String| {
        let bare = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
        bare(old.get(*name)) != bare(new.get(*name))
    };
    let changed = names.into_iter().filter(differs);
    changed
        .map(|name| (name.clone(), format!("{} → {}", told(old.get(name)), told(new.get(name)))))
        .collect()
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// How what two rules deliver differs.
fn sent(live: &Wanted, tried: &Wanted) -> Option<What> {
    let (mut gone, mut new) = (live.deliveries.clone(), tried.deliveries.clone());
    // In whatever order: what both deliver is the same.
    gone.retain(|(sink, what)| {
        let same = |(to, that): &(_, Private<Box<Payload>>)| {
            to == sink && what.known().zip(that.known()).is_none_or(|(one, other)| one == other)
        };
        let found = new.iter().position(same);
        found.map(|nth| new.remove(nth)).is_none()
    });
    let mut told = What::new();
    for (sink, what) in gone {
        let instead = new.iter().position(|(to, _)| *to == sink).map(|nth| new.remove(nth).1);
        let change = match &instead {
            None => format!("to {sink}: {} → nothing", body(&what)),
            Some(instead) => format!("to {sink}: {}", payloads(&what, instead)),
        };
        told.push(("deliveries".into(), change));
    }
    let news = new.iter().map(|(sink, what)| format!("to {sink}: nothing → {}", body(what)));
    told.extend(news.map(|change| ("deliveries".into(), change)));
    (!told.is_empty()).then_some(told)
}

/// How two payloads to one sink differ.
fn payloads(old: &Private<Box<Payload>>, new: &Private<Box<Payload>>) -> String {
    let parts = |payload: &Private<Box<Payload>>| {
        let value = payload.known().and_then(|it| serde_json::from_str(&text(&it.body)).ok());
        match value {
            Some(Value::Object(map)) => map.into_iter().collect(),
            _ => BTreeMap::new(),
        }
    };
    let mut told: Vec<_> = changes(&parts(old), &parts(new), "nothing")
        .into_iter()
        .map(|(key, change)| format!("{} {change}", short(&key)))
        .collect();
    let headers = |payload: &Private<Box<Payload>>| {
        payload.known().map(|payload| payload.headers.clone()).unwrap_or_default()
    };
    let (old_headers, new_headers) = (headers(old), headers(new));
    let names: BTreeSet<_> = old_headers.keys().chain(new_headers.keys()).collect();
    let differs = names.into_iter().filter(|name| old_headers.get(*name) != new_headers.get(*name));
    told.extend(differs.map(|name| format!("header {}", short(name))));
    if told.is_empty() { format!("{} → {}", body(old), body(new)) } else { told.join(", ") }
}

fn body(payload: &Private<Box<Payload>>) -> String {
    payload.known().map_or_else(|| "(not kept)".into(), |payload| short(&text(&payload.body)))
}

/// A text with the names of its secrets in their places.
fn text(pieces: &[Piece]) -> String {
    let told = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Secret(name) => format!("(secret {name})"),
    };
    pieces.iter().map(told).collect()
}

/// How what two rules remember differs, by key.
fn remembered(live: &[Written], tried: &[Written]) -> Option<What> {
    let alike =
        live.len() == tried.len() && live.iter().zip(tried).all(|(one, other)| one.is_like(other));
    if alike {
        return None;
    }
    let by_key = |all: &[Written]| -> BTreeMap<String, Value> {
        let known = all.iter().filter_map(|one| Some((one.key.known()?.clone(), value(one))));
        known.collect()
    };
    let changes = changes(&by_key(live), &by_key(tried), "not written");
    let told = changes.into_iter().map(|(key, change)| format!("{}: {change}", short(&key)));
    let mut told: What = told.map(|change| ("remembered".into(), change)).collect();
    if told.is_empty() {
        told.push(("remembered".into(), "until another time".into()));
    }
    Some(told)
}

fn value(written: &Written) -> Value {
    match &written.value {
        None => "(forgotten)".into(),
        Some(Private::Erased) => "(not kept)".into(),
        Some(Private::Known(KvValue::Bool(is))) => (*is).into(),
        Some(Private::Known(KvValue::Int(number))) => (*number).into(),
        Some(Private::Known(KvValue::Text(text))) => text.clone().into(),
    }
}

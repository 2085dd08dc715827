//! A set that is not in force, asked alongside the one that is: on a thread of its own, a sample of
//! what is asked, and nothing comes of its answers but a count of where they differ.
//!
//! What a message was before a rule replaced it is kept nowhere, so of messages only the names of
//! what differs are told, and neither texts nor reasons nor failures.

use crate::clock::wall_ms;
use desk_core::Kv;
use desk_core::name::{ChatId, Hash, QueueId};
use desk_core::policy::{About, Asked, FailureKind, Hook, Question, Verdict};
use desk_hooks::{Host, STACK_BYTES};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

/// Most differences that are listed; the newest are.
pub const LISTED_MAX: usize = 20;
/// Most characters of a value in such a line.
const VALUE_CHARS_MAX: usize = 60;
/// Most characters of such a line.
const LINE_CHARS_MAX: usize = 300;
/// Above so many values that rules remember a question is passed over: they are shared with State,
/// which copies them all when it writes while somebody else still reads.
const REMEMBERED_MAX: usize = 2_000;

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
        }
    }
}

/// A difference.
#[derive(Debug, Clone)]
pub struct Difference {
    /// When, in wall milliseconds.
    pub at: i64,
    /// At which hook.
    pub hook: Hook,
    /// About which chat.
    pub chat: Option<ChatId>,
    /// How they differ.
    pub kind: Kind,
    /// In what.
    pub what: String,
}

/// What came of asking.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// How often each hook was asked.
    pub asked: BTreeMap<Hook, u64>,
    /// How often they differed, by hook and kind.
    pub kinds: BTreeMap<(Hook, Kind), u64>,
    /// Answers that were cut by the clock or a rest, and say nothing.
    pub cut: u64,
    /// Questions for which there was no room.
    pub dropped: u64,
    /// The last differences.
    pub last: VecDeque<Difference>,
}

/// What is known of a shadow from elsewhere.
#[derive(Debug, Clone)]
pub struct Told {
    /// The set.
    pub set: Hash,
    /// Since when it is asked, in wall milliseconds.
    pub since: i64,
    found: Arc<Mutex<Found>>,
}

impl Told {
    /// What came of asking so far.
    #[must_use]
    pub fn found(&self) -> Found {
        lock(&self.found).clone()
    }
}

/// The engine's side of it: takes questions and never waits.
pub struct Shadow {
    told: Told,
    places: BTreeSet<(Hook, Option<QueueId>)>,
    percent: u64,
    cases: SyncSender<Case>,
}

struct Case {
    question: Question,
    kv: Kv,
    live: Option<Asked>,
}

impl Shadow {
    /// Starts asking a set so many of a hundred questions; so many wait at most. It ends with this.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(host: Host, percent: u32, waiting: u32) -> io::Result<Self> {
        let (cases, taken) = sync_channel(waiting as usize);
        let set = host.set().hash().clone();
        let places = host.status().into_iter().map(|rule| (rule.hook, rule.queue)).collect();
        let told = Told { set, since: wall_ms(), found: Arc::default() };
        let found = Arc::clone(&told.found);
        let thread = Builder::new().name("shadow".into()).stack_size(STACK_BYTES);
        thread.spawn(move || run(host, &taken, &found))?;
        Ok(Self { told, places, percent: percent.into(), cases })
    }

    /// What is known of it.
    #[must_use]
    pub fn told(&self) -> Told {
        self.told.clone()
    }

    /// Whether it has a rule at this place.
    #[must_use]
    pub fn has(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        self.places.contains(&(hook, None)) || self.places.contains(&(hook, queue.cloned()))
    }

    /// Hands over a question with the live set's answer, where it is of the sample.
    pub fn see(&self, question: &Question, kv: &Kv, live: Option<&Asked>) {
        // Numbers of records are spread evenly, and those that follow one another are not alike.
        let drawn = question.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        if drawn % 100 >= self.percent {
            return;
        }
        let room = kv.len() <= REMEMBERED_MAX;
        let case = Case { question: question.clone(), kv: kv.clone(), live: live.cloned() };
        if !room || self.cases.try_send(case).is_err() {
            lock(&self.told.found).dropped += 1;
        }
    }
}

fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(mut host: Host, cases: &Receiver<Case>, found: &Mutex<Found>) {
    while let Ok(Case { question, kv, live }) = cases.recv() {
        let tried = host.ask_quietly(&question, &kv);
        lock(found).count(&question, live.as_ref(), tried.as_ref());
    }
}

impl Found {
    pub(crate) fn count(
        &mut self,
        question: &Question,
        live: Option<&Asked>,
        tried: Option<&Asked>,
    ) {
        if live.is_none() && tried.is_none() {
            return;
        }
        let hook = question.hook();
        *self.asked.entry(hook).or_default() += 1;
        if is_cut(live) || is_cut(tried) {
            self.cut += 1;
            return;
        }
        let Some((kind, what)) = difference(live, tried) else { return };
        *self.kinds.entry((hook, kind)).or_default() += 1;
        if self.last.len() == LISTED_MAX {
            self.last.pop_front();
        }
        let what = match &question.about {
            About::Message { .. } => what.into_iter().map(|(key, _)| key).collect::<Vec<_>>(),
            _ => what.into_iter().map(|(key, change)| format!("{key} {change}")).collect(),
        };
        let what = what.join(", ").chars().take(LINE_CHARS_MAX).collect();
        let chat = question.chat.as_ref().map(|chat| chat.id);
        self.last.push_back(Difference { at: question.now_ms, hook, chat, kind, what });
    }
}

/// Whether the clock or a rest decided, and not the rule.
fn is_cut(asked: Option<&Asked>) -> bool {
    let failure = asked.and_then(|asked| asked.verdict.as_ref().err());
    failure.is_some_and(|it| matches!(it.kind, FailureKind::Deadline | FailureKind::Resting))
}

/// How two answers differ, and in what: the names, each with what it is about.
fn difference(
    live: Option<&Asked>,
    tried: Option<&Asked>,
) -> Option<(Kind, Vec<(String, String)>)> {
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
            Some((kind, changes(&keys(old.as_ref()), &keys(new.as_ref()))))
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

fn changes(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let told = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "as configured".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::Role;
    use desk_core::config::PopWhen;
    use desk_core::policy::Failure;

    fn asked(verdict: Result<Option<Verdict>, Failure>) -> Asked {
        let (set, wants) = (Hash::from("a"), desk_core::policy::Wants::default());
        Asked { set, verdict, operations: 1, took_us: 0, why: Vec::new(), wants }
    }

    fn offer(accept_secs: Option<u32>) -> Asked {
        let (lines, pop) = (Vec::new(), Some(PopWhen::Accept));
        asked(Ok(Some(Verdict::Offer { accept_secs, lines, pop })))
    }

    fn failed(kind: FailureKind, text: &str) -> Asked {
        asked(Err(Failure { kind, text: text.to_owned().into() }))
    }

    fn question(about: About) -> Question {
        Question { now_ms: 5, seed: 1, queue: None, chat: None, about }
    }

    /// What is counted and told of these answers to one question.
    fn told(about: &About, live: Option<&Asked>, tried: Option<&Asked>) -> String {
        let mut found = Found::default();
        found.count(&question(about.clone()), live, tried);
        let kinds =
            found.kinds.iter().map(|((hook, kind), n)| format!("{n} {hook} {}", kind.name()));
        let last = found.last.iter().map(|difference| difference.what.clone());
        let cut = (found.cut > 0).then(|| "cut".to_owned());
        kinds.chain(last).chain(cut).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn differences_are_told_by_kind_and_by_what_differs() {
        let about = About::Chat { waiting: 1 };
        let (nothing, twenty, sixty) = (asked(Ok(None)), offer(Some(20)), offer(Some(60)));
        let wrong = failed(FailureKind::Error, "on_offer.rhai:1:2: no");
        let late = failed(FailureKind::Deadline, "late");
        for (live, tried, expected) in [
            (Some(&twenty), Some(&twenty), ""),
            (Some(&twenty), Some(&sixty), "1 on_chat otherwise; accept_secs 20 → 60"),
            (None, None, ""),
            (None, Some(&nothing), ""),
            (Some(&wrong), Some(&wrong), ""),
            (Some(&wrong), Some(&nothing), "1 on_chat mends; error "),
            (Some(&nothing), Some(&wrong), "1 on_chat fails; error on_offer.rhai:1:2: no"),
            (Some(&late), Some(&twenty), "cut"),
            (Some(&twenty), Some(&late), "cut"),
        ] {
            assert_eq!(told(&about, live, tried), expected);
        }
        assert!(told(&about, None, Some(&sixty)).starts_with("1 on_chat answers; accept_secs"));
        assert!(told(&about, Some(&sixty), Some(&nothing)).starts_with("1 on_chat silent"));
    }

    #[test]
    fn of_a_message_names_alone_are_told() {
        let about = About::Message {
            from: Role::Customer,
            text: "card 4111 1111 1111 1111".into(),
            internal: false,
        };
        let says = |text: &str| {
            let (text, tag, reply) = (Some(text.to_owned()), None, None);
            asked(Ok(Some(Verdict::Message { text, tag, reply })))
        };
        let (masked, bare) = (says("card [card]"), says("card 4111 1111 1111 1111!"));
        assert_eq!(told(&about, Some(&masked), Some(&bare)), "1 on_message otherwise; text");
        let wrong = failed(FailureKind::Error, "4111 1111 is no name");
        assert_eq!(told(&about, Some(&masked), Some(&wrong)), "1 on_message fails; error");
    }

    #[test]
    fn what_is_listed_is_bounded_and_the_newest() {
        let mut found = Found::default();
        for n in 0..100 {
            let about = About::Chat { waiting: n };
            let mut question = question(about);
            question.now_ms = n.into();
            found.count(&question, None, Some(&offer(Some(n))));
        }
        assert_eq!(found.last.len(), LISTED_MAX);
        assert_eq!(found.last.back().unwrap().at, 99);
        assert_eq!(found.kinds[&(Hook::OnChat, Kind::Answers)], 100);
    }
}

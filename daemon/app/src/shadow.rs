//! A set that is not in force, asked alongside the one that is: on a thread of its own, a sample of
//! what is asked, and nothing comes of its answers but a count of where they differ.
//!
//! What a message was before a rule replaced it is kept nowhere, so of messages only the names of
//! what differs are told, and neither texts nor reasons nor failures.

mod differ;

pub use differ::Kind;

use crate::clock::wall_ms;
use desk_core::Kv;
use desk_core::name::{ChatId, Hash, QueueId};
use desk_core::past::Wanted;
use desk_core::policy::{About, Asked, FailureKind, Hook, Question};
use desk_hooks::{Host, STACK_BYTES};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

/// Most differences that are listed; the newest are.
pub const LISTED_MAX: usize = 20;
/// Most characters of such a line.
const LINE_CHARS_MAX: usize = 300;
/// Above so many values that rules remember a question is passed over: they are shared with State,
/// which copies them all when it writes while somebody else still reads.
const REMEMBERED_MAX: usize = 2_000;

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
    /// How often they differed, by hook.
    pub differed: BTreeMap<Hook, u64>,
    /// The same by kind, too; two answers may differ in several ways.
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
        lock(found).count(&question, Live::of(live.as_ref()), tried.as_ref());
    }
}

/// What the set in force answered.
#[derive(Debug)]
pub(crate) struct Live<'a> {
    /// Its answer; `None` where no rule stood.
    pub(crate) asked: Option<&'a Asked>,
    /// What it wanted beside that; `None` where that is not told.
    pub(crate) wanted: Option<Wanted>,
}

impl<'a> Live<'a> {
    /// An answer with all that belongs to it.
    pub(crate) fn of(asked: Option<&'a Asked>) -> Self {
        let wanted = asked.map(|asked| Wanted::from(&asked.wants));
        Self { asked, wanted: Some(wanted.unwrap_or_default()) }
    }
}

impl Found {
    pub(crate) fn count(&mut self, question: &Question, live: Live<'_>, tried: Option<&Asked>) {
        if live.asked.is_none() && tried.is_none() {
            return;
        }
        let hook = question.hook();
        *self.asked.entry(hook).or_default() += 1;
        if is_cut(live.asked) || is_cut(tried) {
            self.cut += 1;
            return;
        }
        let found = differ::differences(&live, tried);
        if !found.is_empty() {
            *self.differed.entry(hook).or_default() += 1;
        }
        let is_message = matches!(question.about, About::Message { .. });
        let chat = question.chat.as_ref().map(|chat| chat.id);
        for (kind, what) in found {
            *self.kinds.entry((hook, kind)).or_default() += 1;
            if self.last.len() == LISTED_MAX {
                self.last.pop_front();
            }
            let told = |(name, change): (String, String)| {
                if is_message { name } else { format!("{name} {change}") }
            };
            let what: Vec<_> = what.into_iter().map(told).collect();
            let what = what.join(", ").chars().take(LINE_CHARS_MAX).collect();
            self.last.push_back(Difference { at: question.now_ms, hook, chat, kind, what });
        }
    }
}

/// Whether the clock or a rest decided, and not the rule.
fn is_cut(asked: Option<&Asked>) -> bool {
    let failure = asked.and_then(|asked| asked.verdict.as_ref().err());
    failure.is_some_and(|it| matches!(it.kind, FailureKind::Deadline | FailureKind::Resting))
}

#[cfg(test)]
mod tests;

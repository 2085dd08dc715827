//! What rules remember from one call to the next: named values, part of State. A rule reads them
//! while it is asked; what it writes is an event of the decision that asked it.

use crate::name::ChatId;
use crate::private::Private;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most bytes of a key.
pub const KEY_BYTES_MAX: usize = 200;
/// Most bytes of a text.
pub const VALUE_BYTES_MAX: usize = 2_000;
/// Most keys that one call writes.
pub const WRITES_MAX: usize = 20;

/// A value that rules remember.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KvValue {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

/// What a rule writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KvWrite {
    /// Under which key.
    pub key: String,
    /// What; `None`: nothing any more.
    pub value: Option<KvValue>,
    /// Until when, in wall milliseconds; `None`: for as long as there is room.
    pub until_ms: Option<i64>,
}

/// What rules remember. Bounded: what was written longest ago goes first.
///
/// A clone shares everything with the original and costs nothing, as long as it is gone before
/// the next write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kv(Arc<Entries>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Entries {
    known: BTreeMap<String, Entry>,
    #[serde(skip)]
    order: BTreeSet<(u64, String)>,
    #[serde(skip)]
    ends: BTreeSet<(i64, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    value: Private<KvValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until_ms: Option<i64>,
    /// The chat that the rule was asked about: it goes when its customer is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chat: Option<ChatId>,
    seq: u64,
}

impl Kv {
    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.known.is_empty()
    }

    /// How many values are remembered, those included whose time is over and that nobody has
    /// cleared away yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.known.len()
    }

    /// A value, and until when it is remembered, at this moment in wall milliseconds.
    #[must_use]
    pub fn get(&self, key: &str, now_ms: i64) -> Option<(&KvValue, Option<i64>)> {
        let entry = self.0.known.get(key)?;
        let over = entry.until_ms.is_some_and(|until| until <= now_ms);
        entry.value.known().filter(|_| !over).map(|value| (value, entry.until_ms))
    }

    /// Takes a write over, as record `seq` at this moment says it; at most so many are kept.
    pub fn write(&mut self, (seq, now_ms): (u64, i64), write: KvWrite, most: u32) {
        let value = write.value.map(Private::Known);
        self.set((seq, now_ms), write.key, value, (write.until_ms, None), most);
    }

    pub(crate) fn set(
        &mut self,
        (seq, now_ms): (u64, i64),
        key: String,
        value: Option<Private<KvValue>>,
        (until_ms, chat): (Option<i64>, Option<ChatId>),
        most: u32,
    ) {
        let entries = Arc::make_mut(&mut self.0);
        while let Some((_, over)) = entries.ends.first().filter(|(at, _)| *at <= now_ms).cloned() {
            entries.forget(&over);
        }
        entries.forget(&key);
        if let Some(value) = value {
            entries.note(key, Entry { value, until_ms, chat, seq });
        }
        while entries.known.len() > most as usize {
            let Some((_, oldest)) = entries.order.first().cloned() else { break };
            entries.forget(&oldest);
        }
    }

    /// Forgets what rules remembered when they were asked about these chats.
    pub(crate) fn forget(&mut self, chats: &BTreeSet<ChatId>) {
        let of = |entry: &Entry| entry.chat.is_some_and(|chat| chats.contains(&chat));
        let known = self.0.known.iter().filter(|(_, entry)| of(entry));
        let keys: Vec<String> = known.map(|(key, _)| key.clone()).collect();
        if !keys.is_empty() {
            let entries = Arc::make_mut(&mut self.0);
            keys.iter().for_each(|key| entries.forget(key));
        }
    }

    pub(crate) fn index(&mut self) {
        let entries = Arc::make_mut(&mut self.0);
        let known = std::mem::take(&mut entries.known);
        (entries.order, entries.ends) = Default::default();
        for (key, entry) in known {
            entries.note(key, entry);
        }
    }
}

impl Entries {
    fn note(&mut self, key: String, entry: Entry) {
        self.order.insert((entry.seq, key.clone()));
        self.ends.extend(entry.until_ms.map(|until| (until, key.clone())));
        self.known.insert(key, entry);
    }

    fn forget(&mut self, key: &str) {
        let Some(entry) = self.known.remove(key) else { return };
        self.order.remove(&(entry.seq, key.to_owned()));
        if let Some(until) = entry.until_ms {
            self.ends.remove(&(until, key.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kv, KvValue, KvWrite};

    fn write(key: &str, n: i64, until_ms: Option<i64>) -> KvWrite {
        KvWrite { key: key.into(), value: Some(KvValue::Int(n)), until_ms }
    }

    fn of(kv: &Kv, key: &str, now_ms: i64) -> Option<i64> {
        match kv.get(key, now_ms)?.0 {
            KvValue::Int(n) => Some(*n),
            _ => None,
        }
    }

    #[test]
    fn what_was_written_longest_ago_goes_first() {
        let mut kv = Kv::default();
        for (seq, key) in [(1, "b"), (2, "a"), (3, "b"), (4, "c")] {
            kv.write((seq, 0), write(key, 7, None), 2);
        }
        assert_eq!((of(&kv, "a", 0), of(&kv, "b", 0), of(&kv, "c", 0)), (None, Some(7), Some(7)));
    }

    #[test]
    fn a_value_is_there_until_its_time_is_over_and_then_leaves_at_the_next_write() {
        let mut kv = Kv::default();
        kv.write((1, 0), write("a", 1, Some(100)), 10);
        assert_eq!((of(&kv, "a", 99), of(&kv, "a", 100), kv.len()), (Some(1), None, 1));
        kv.write((2, 100), write("b", 2, None), 10);
        assert_eq!(kv.len(), 1);
        kv.write((3, 100), KvWrite { value: None, ..write("b", 0, None) }, 10);
        assert!(kv.is_empty());
    }

    #[test]
    fn it_is_read_back_as_it_was() {
        let mut kv = Kv::default();
        kv.write((1, 0), write("a", 1, Some(100)), 10);
        kv.write((2, 0), write("b", 1, None), 10);
        let text = serde_json::to_string(&kv).unwrap();
        let mut read: Kv = serde_json::from_str(&text).unwrap();
        read.index();
        assert_eq!(read, kv);
    }
}

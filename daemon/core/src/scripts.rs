//! The script sets that were in force last, so that one of them can be again. These are headers
//! alone: the files stay in the journal, in the record by which a set came into force.

use crate::actor::Actor;
use crate::name::Hash;
use crate::record::Record;
use serde::{Deserialize, Serialize};

/// How a script set came into force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetHow {
    /// The folder held it.
    #[default]
    Taken,
    /// An admin applied it.
    Applied,
    /// An admin went back to it.
    RolledBack,
}

impl SetHow {
    pub(crate) fn is_taken(&self) -> bool {
        *self == Self::Taken
    }
}

/// A set that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSet {
    /// Its hash.
    pub hash: Hash,
    /// When it last came into force, in wall milliseconds.
    pub at_ms: i64,
    /// By whom.
    pub by: Actor,
    /// How.
    pub how: SetHow,
}

/// The sets that were in force last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sets {
    kept: Vec<KeptSet>,
    held: Option<Hash>,
}

impl Sets {
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.held.is_none()
    }

    /// The sets, the one to be dropped next first. What stands before the live one is what going
    /// back leads to, step by step.
    #[must_use]
    pub fn kept(&self) -> &[KeptSet] {
        &self.kept
    }

    /// What the scripts folder held when an admin went back to an earlier set: it is not taken
    /// until it is something else.
    #[must_use]
    pub const fn held(&self) -> Option<&Hash> {
        self.held.as_ref()
    }

    /// The set to which going back leads from this one.
    #[must_use]
    pub fn before(&self, live: &Hash) -> Option<&Hash> {
        let at = self.kept.iter().position(|set| set.hash == *live)?;
        Some(&self.kept[at.checked_sub(1)?].hash)
    }

    /// A set came into force. Going back moves nothing, so that doing it again leads further back;
    /// a new set stands behind the one before it, and what was gone back from before that goes
    /// first when there is no room.
    pub(crate) fn set(
        &mut self,
        record: &Record,
        live: Option<&Hash>,
        (hash, how): (&Hash, SetHow),
        held: Option<&Hash>,
        most: usize,
    ) {
        let (at_ms, by) = (record.at.wall_ms, record.who.clone());
        let set = KeptSet { hash: hash.clone(), at_ms, by, how };
        let place = self.kept.iter().position(|kept| kept.hash == *hash);
        match place {
            Some(at) if how == SetHow::RolledBack => self.kept[at] = set,
            _ => {
                let after = |kept: &KeptSet| Some(&kept.hash) == live;
                let left =
                    self.kept.iter().position(after).map_or(0, |at| self.kept.len() - at - 1);
                self.kept.rotate_right(left);
                self.kept.retain(|kept| kept.hash != *hash);
                self.kept.push(set);
            }
        }
        while self.kept.len() > most.max(1) {
            // The one in force stays, wherever it stands.
            let oldest = usize::from(self.kept[0].hash == *hash);
            self.kept.remove(oldest);
        }
        self.held = held.cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::VERSION;
    use crate::time::Stamp;

    fn record(seq: u64) -> Record {
        Record {
            v: VERSION,
            seq,
            shard: 0,
            epoch: 1,
            at: Stamp { desk_ms: 0, wall_ms: 0 },
            who: Actor::Daemon,
            kind: "set_scripts".into(),
            id: None,
            config: None,
            hooks: Vec::new(),
            about: None,
            events: Vec::new(),
        }
    }

    /// What is kept, the live one in brackets, after `+x` (taken) and `x` (gone back to); `-` goes
    /// back by a step.
    fn after(most: usize, steps: &str) -> String {
        let (mut sets, mut live) = (Sets::default(), None::<Hash>);
        for (seq, step) in (1..).zip(steps.split(' ')) {
            let (hash, how) = match (step, step.strip_prefix('+')) {
                (_, Some(hash)) => (Hash::from(hash), SetHow::Taken),
                ("-", _) => (
                    live.as_ref().and_then(|live| sets.before(live)).expect("a set before").clone(),
                    SetHow::RolledBack,
                ),
                (hash, _) => (Hash::from(hash), SetHow::RolledBack),
            };
            sets.set(&record(seq), live.as_ref(), (&hash, how), None, most);
            live = Some(hash);
        }
        let shown = |set: &KeptSet| match Some(&set.hash) == live.as_ref() {
            true => format!("[{}]", set.hash),
            false => set.hash.to_string(),
        };
        sets.kept.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sets_are_kept_in_the_order_in_which_going_back_leads_through_them() {
        for (steps, kept) in [
            ("+a", "[a]"),
            ("+a +b +c", "a b [c]"),
            ("+a +b +c -", "a [b] c"),
            ("+a +b +c - -", "[a] b c"),
            ("+a +b +c - +d", "c a b [d]"),
            ("+a +b +c - +d - -", "c [a] b d"),
            ("+a +b +c a +d", "b c a [d]"),
            ("+a +b +a", "b [a]"),
            ("+a +b +c - +c", "a b [c]"),
        ] {
            assert_eq!(after(9, steps), kept, "{steps}");
        }
    }

    #[test]
    fn the_oldest_go_and_never_the_one_in_force() {
        assert_eq!(after(3, "+a +b +c +d +e"), "c d [e]");
        assert_eq!(after(1, "+a +b"), "[b]");
        assert_eq!(after(3, "+a +b +c a"), "[a] b c");
        let (mut sets, live) = (Sets::default(), Hash::from("a"));
        for hash in ["a", "b", "c"] {
            sets.set(&record(1), None, (&hash.into(), SetHow::Taken), None, 9);
        }
        let back = (&live, SetHow::RolledBack);
        sets.set(&record(2), Some(&"c".into()), back, Some(&"f".into()), 1);
        assert_eq!(sets.kept.len(), 1);
        assert_eq!((&sets.kept[0].hash, sets.held()), (&live, Some(&"f".into())));
    }
}

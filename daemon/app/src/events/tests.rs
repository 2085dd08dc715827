//! What follows a journal that is written by hand.

use super::{Follower, Known, Looked};
use crate::codec::encode;
use crate::testing::record;
use desk_core::config::SinkConfig;
use desk_core::policy::Asked;
use desk_core::{Event, Followed, Stamp};
use desk_hooks::{Host, Limits, ScriptSet};
use desk_journal::{Journal, MemoryJournal, MemoryWriter};
use std::collections::BTreeMap;

/// Tells of each record that is told.
const DELIVERS: &str = r#"fn on_event(ctx) { deliver("desk", #{ seq: ctx.seq }); }"#;
/// Fails, whatever it is asked.
const FAILS: &str = r#"fn on_event(ctx) { throw "no"; }"#;

/// A journal with what follows it, and what State knows of that.
struct Book {
    journal: MemoryJournal,
    writer: MemoryWriter,
    epoch: u64,
    seq: u64,
    follower: Follower,
    known: Known,
}

impl Book {
    fn new(rule: &str, behind_max: u64) -> Self {
        let journal = MemoryJournal::new();
        let (writer, start) = journal.open(1);
        let files = BTreeMap::from([("on_event.rhai".into(), rule.into())]);
        let set = ScriptSet::from_files(files).expect("a set");
        let host = Host::new(set, Limits::default()).expect("it loads");
        let mut known = Known { followed: Some(0), ..Known::default() };
        known.config.sinks.insert("desk".into(), SinkConfig::default());
        let follower = Follower::new(host, behind_max);
        Self { journal, writer, epoch: start.epoch, seq: 0, follower, known }
    }

    /// Writes a record at this desk time, of which so many events are told.
    fn write(&mut self, desk_ms: u64, told: usize) {
        self.seq += 1;
        let at = Stamp { desk_ms, wall_ms: 1_700_000_000_000 };
        let record = record(self.seq, self.epoch, at, vec![Event::DrainSet { on: true }; told]);
        self.writer.append(self.seq, self.epoch, &[encode(&record)]).expect("room");
    }

    fn look(&mut self) -> Option<Followed> {
        loop {
            match self.follower.look(&self.journal, &self.known).expect("a sound journal") {
                Looked::Tell(followed) => return Some(*followed),
                Looked::More => {}
                Looked::End => return None,
            }
        }
    }

    /// Looks to the end, and takes over all that is told.
    fn all(&mut self) -> Vec<Followed> {
        let mut all = Vec::new();
        while let Some(followed) = self.look() {
            self.known.followed = Some(followed.to);
            all.push(followed);
        }
        all
    }
}

/// How many deliveries are wanted, and how many failures told.
fn count(followed: &Followed) -> (usize, usize) {
    let asked = || followed.asked.iter().map(|(_, asked)| asked);
    let fails = |asked: &&Asked| asked.verdict.is_err();
    (asked().map(|asked| asked.wants.deliveries.len()).sum(), asked().filter(fails).count())
}

#[test]
fn a_rule_that_always_fails_is_written_down_once_a_minute_of_the_records_time() {
    let mut book = Book::new(FAILS, 1_000);
    for at in [5_000, 5_000, 34_000, 64_999, 65_000, 66_000, 200_000] {
        book.write(at, 2);
    }
    let first = book.look().expect("a failure");
    assert_eq!((first.to, count(&first)), (1, (0, 1)));
    // Whoever was not told is told the same.
    assert_eq!(book.look().as_ref().map(|again| (again.to, count(again))), Some((1, (0, 1))));
    let told: Vec<_> = book.all().iter().map(|told| (told.to, count(told))).collect();
    assert_eq!(told, [(1, (0, 1)), (5, (0, 1)), (7, (0, 1))]);
    let status = book.follower.status().expect("a rule");
    assert_eq!(status.failures, 2 * (7 + 2), "each is counted, those asked again too");
}

#[test]
fn what_is_wanted_is_told_record_by_record_and_again_until_it_is_known() {
    let mut book = Book::new(DELIVERS, 1_000);
    for told in [0, 1, 0, 2, 0] {
        book.write(1_000, told);
    }
    for _ in 0..3 {
        let told = book.look().expect("a delivery");
        assert_eq!((told.from, told.to, count(&told)), (0, 2, (1, 0)));
    }
    let told: Vec<_> = book.all().iter().map(|told| (told.to, count(told))).collect();
    assert_eq!(told, [(2, (1, 0)), (4, (2, 0))]);
    assert_eq!(book.follower.at(), 5);
}

#[test]
fn records_that_were_cut_off_before_they_were_looked_at_are_counted_and_it_goes_on() {
    let mut book = Book::new(DELIVERS, 1_000);
    for _ in 0..20 {
        book.write(1_000, 1);
    }
    let first = book.look().expect("a delivery");
    book.known.followed = Some(first.to);
    // It was at record 1; what is held begins with 13.
    assert_eq!(book.writer.cut(12).expect("cut"), 12);
    let told = book.all();
    let first = &told[0];
    assert_eq!((first.from, first.to, first.skipped, count(first)), (1, 13, 11, (1, 0)));
    assert!(told[1..].iter().all(|told| told.skipped == 0 && count(told) == (1, 0)), "{told:?}");
    assert_eq!((told.len(), told.last().unwrap().to), (8, 20));
}

#[test]
fn a_cut_is_told_where_nothing_is_wanted_of_what_is_left() {
    let mut book = Book::new(DELIVERS, 1_000);
    for _ in 0..20 {
        book.write(1_000, 0);
    }
    assert_eq!(book.writer.cut(12).expect("cut"), 12);
    let told = book.all();
    assert_eq!(told.iter().map(|told| (told.to, told.skipped)).collect::<Vec<_>>(), [(20, 12)]);
}

#[test]
fn too_many_records_are_passed_over_the_oldest_first() {
    let mut book = Book::new(DELIVERS, 5);
    for _ in 0..20 {
        book.write(1_000, 1);
    }
    let told = book.all();
    assert_eq!((told[0].to, told[0].skipped), (16, 15));
    assert_eq!(told.iter().map(|told| told.skipped).sum::<u64>(), 15);
    assert_eq!(told.len(), 5);
}

//! What rules were asked on a day is asked again from its journal alone: each question is proven to
//! be the same, and the set of that time answers it as it did.

use crate::counts::Counts;
use crate::site;
use desk_core::config::Config;
use desk_core::name::{ChatId, Hash, QueueId};
use desk_core::past::{Hear, Proof, Retold, Written, fits, retell, wanted};
use desk_core::policy::{FailureKind, Hook, Question, Verdict};
use desk_core::{Event, Record, State, Story, apply_record, told};
use desk_hooks::Host;
use desk_journal::{MemoryJournal, Read};
use deskd::codec::decode;
use deskd::history;
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    /// What asks each set, from one play to the next: without rests nothing of a play stays in it.
    static HOSTS: RefCell<BTreeMap<Hash, Host>> = RefCell::new(BTreeMap::from([0, 1, 2].map(|n| {
        let (host, hash, _) = site::scripts(n);
        (hash, host.without_rests())
    })));
}

/// Holds it of a whole journal.
pub(crate) fn hold(disk: &MemoryJournal, counts: &mut Counts) {
    HOSTS.with_borrow_mut(|hosts| hold_by(hosts, disk, counts));
}

fn hold_by(hosts: &mut BTreeMap<Hash, Host>, disk: &MemoryJournal, counts: &mut Counts) {
    // A play serves a set a moment before it writes it down.
    let mut past = Past { hosts, config: Config::default(), unfit: Vec::new(), heard: Vec::new() };
    let mut state = State::new(0);
    loop {
        let rows = disk.rows(state.seq + 1, 4096).expect("a sound disk");
        if rows.is_empty() {
            return;
        }
        for row in &rows {
            let record = decode(row).expect("a sound row");
            past.ask(disk, &state, &record, counts);
            apply_record(&mut state, &record);
        }
    }
}

struct Past<'a> {
    hosts: &'a mut BTreeMap<Hash, Host>,
    /// The config then.
    config: Config,
    /// Verdicts that may have named what State did not have.
    unfit: Vec<(usize, Verdict)>,
    heard: Vec<(Hook, Proof)>,
}

impl Past<'_> {
    fn ask(&mut self, disk: &MemoryJournal, state: &State, record: &Record, counts: &mut Counts) {
        if record.hooks.is_empty() {
            return;
        }
        let mut story = |chat: ChatId| {
            let mut records = history::records(disk, chat).expect("a sound disk");
            records.retain(|before| before.seq < record.seq);
            Story::fold(chat, records.iter().flat_map(|r| r.events.iter().map(move |e| (r.at, e))))
        };
        if self.config != state.config {
            self.config = state.config.clone();
        }
        retell(state, record, &mut story, self)
            .unwrap_or_else(|untold| panic!("{untold:?}: {record:?}"));
        let here = record.hooks.iter().filter(|asked| asked.hook != Hook::OnEvent);
        let asked: Vec<Hook> = here.map(|asked| asked.hook).collect();
        self.hold_event(disk, state, record, counts);
        let heard = std::mem::take(&mut self.heard);
        assert_eq!(heard.iter().map(|(hook, _)| *hook).collect::<Vec<_>>(), asked, "{record:?}");
        for (hook, proof) in heard {
            counts.one("asked again", hook.name());
            let redacted = proof == Proof::Redacted && hook == Hook::OnMessage;
            assert!(proof == Proof::Proven || redacted, "{hook} {proof:?}: {record:?}");
        }
        for (nth, verdict) in std::mem::take(&mut self.unfit) {
            let fits = fits(state, record, &mut story, (nth, &verdict));
            assert!(!fits, "it answers {verdict:?} and failed then: {record:?}");
        }
    }
}

impl Past<'_> {
    /// What `on_event` was asked is told by the record that it was asked about, and the stories up to
    /// it; and it wants what it wanted.
    fn hold_event(
        &mut self,
        disk: &MemoryJournal,
        state: &State,
        followed: &Record,
        counts: &mut Counts,
    ) {
        let to = followed.events.iter().find_map(|event| match event {
            Event::EventsFollowed { to, .. } => *to,
            _ => None,
        });
        let Some(to) = to.filter(|_| !followed.hooks.is_empty()) else { return };
        let row = disk.row(to).expect("a sound disk").expect("nothing is cut off");
        let record = decode(&row).expect("a sound row");
        let story = |chat: ChatId| {
            let mut records = history::records(disk, chat).expect("a sound disk");
            records.retain(|before| before.seq <= to);
            Story::fold(chat, records.iter().flat_map(|r| r.events.iter().map(move |e| (r.at, e))))
        };
        let questions = told(&record).map(|told| {
            let story = told.event().chat().and_then(story);
            told.question(story.as_ref())
        });
        let questions: Vec<Question> = questions.collect();
        let (wanted, mut kv) = (wanted(followed).expect("it is told"), state.kv.clone());
        for (asked, wanted) in followed.hooks.iter().zip(wanted) {
            counts.one("asked again", asked.hook.name());
            let digest = asked.question.known().expect("nothing is erased here");
            let question = questions.iter().find(|question| question.digest() == *digest);
            let question = question.unwrap_or_else(|| panic!("it was asked else: {followed:?}"));
            let host = self.hosts.get_mut(&asked.set).expect("a set of the plays");
            let mut again = host.ask_quietly(question, &kv).expect("a rule stands there");
            if let Some(why) = self.config.unknown_in(&again.wants.deliveries) {
                again.fails(question, &why);
            }
            let kind = asked.failure.as_ref().map(|failure| failure.kind);
            if kind == Some(FailureKind::Deadline) {
                continue;
            }
            assert_eq!(again.verdict.err().map(|failure| failure.kind), kind, "{followed:?}");
            assert!(wanted.is_like(&(&again.wants).into()), "other things: {followed:?}");
            for write in wanted.kv.iter().filter_map(Written::write) {
                kv.write((to, record.at.wall_ms), write, u32::MAX);
            }
        }
    }
}

impl Hear for Past<'_> {
    fn wants(&self, _: Hook, _: Option<&QueueId>) -> bool {
        false
    }

    fn hear(&mut self, retold: &Retold<'_>) {
        let hook = retold.question.hook();
        let nth = self.heard.len();
        self.heard.push((hook, retold.proof));
        let asked = retold.asked.expect("only what was asked is wanted");
        let kind = asked.failure.as_ref().map(|failure| failure.kind);
        let cut = matches!(kind, Some(FailureKind::Deadline | FailureKind::Resting));
        if retold.proof != Proof::Proven || cut {
            return;
        }
        let host = self.hosts.get_mut(&asked.set).expect("a set of the plays");
        let mut again = host.ask_quietly(retold.question, retold.kv).expect("a rule stands there");
        if let Some(why) = self.config.unknown_in(&again.wants.deliveries) {
            again.fails(retold.question, &why);
        }
        match (again.verdict, kind) {
            (Ok(Some(verdict)), Some(FailureKind::Invalid)) => self.unfit.push((nth, verdict)),
            (Ok(verdict), None) => {
                let then = asked.verdict.as_ref().and_then(|verdict| verdict.known());
                assert_eq!(verdict.as_ref(), then, "{hook} answers otherwise");
                assert_eq!(again.why, asked.why.or_empty(), "{hook} gives other reasons");
                let wanted = retold.wanted.expect("it is told");
                assert!(wanted.is_like(&(&again.wants).into()), "{hook} wants other things");
                assert_eq!(again.operations, asked.operations, "{hook} takes another way");
            }
            (Err(failure), Some(kind)) => assert_eq!(failure.kind, kind, "{hook} fails otherwise"),
            (verdict, kind) => panic!("{hook}: {verdict:?} and {kind:?} then"),
        }
    }
}

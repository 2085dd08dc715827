//! The desk of a play: the real engine, codec and rules over a disk in memory that outlives them.
//!
//! A second State is kept beside the engine's. It takes each record as the journal would give it
//! back, and the invariants are held on it before and after each: so live equals replay at every
//! step, not only at the end.

use crate::counts::Counts;
use crate::invariants;
use crate::memory;
use desk_core::name::{CommandId, StepId, StepKind};
use desk_core::{
    Actor, Answer, Command, Event, Incident, Record, Refusal, Stamp, State, Story, apply_record,
    name,
};
use desk_journal::{
    AppendError, Fate, Hash, Journal, MemoryJournal, MemoryWriter, Personal, Read, Row, StoredRow,
};
use deskd::codec::{CHAT, decode, encode};
use deskd::engine::{Engine, Input, Made, Output, replay, to_snapshot};
use deskd::links::Links;
use deskd::rules::Rules;
use std::sync::{Arc, Mutex};

/// A command's answer.
pub(crate) type Answered = Result<Answer, Refusal>;

/// Most follow-up turns after one command: more is a loop.
const TURNS_MAX: u32 = 2000;

/// Which command an answer belongs to.
pub(crate) type Token = u64;

/// The desk between two crashes.
pub(crate) struct Desk {
    pub(crate) disk: MemoryJournal,
    pub(crate) now: Stamp,
    writer: MemoryWriter,
    engine: Engine<Rules>,
    epoch: u64,
    shadow: State,
    unsaved: Vec<Row>,
    answers: Arc<Mutex<Vec<(Token, Answered)>>>,
}

impl Desk {
    /// A start on this disk; what it decides first is the start itself.
    pub(crate) fn start(
        disk: MemoryJournal,
        wall_ms: i64,
        rules: Rules,
        counts: &mut Counts,
        seed: u64,
    ) -> Self {
        let (writer, start) = disk.open(u64::try_from(wall_ms / 1000).expect("after 1970"));
        let state = replay(&disk, start.snapshot.as_ref(), u64::MAX).expect("a sound disk").state;
        let mut rng = fastrand::Rng::with_seed(seed ^ start.epoch);
        let ids = move || rng.u128(..).to_be_bytes();
        let shadow = state.clone();
        let engine = Engine::new(state, rules, Links::default(), start.epoch, 16, ids);
        let now = Stamp { desk_ms: start.desk_ms, wall_ms };
        let epoch = start.epoch;
        let (unsaved, answers) = (Vec::new(), Arc::default());
        let mut desk = Self { disk, now, writer, engine, epoch, shadow, unsaved, answers };
        desk.give(u64::MAX, Actor::Daemon, None, Command::Start { epoch, lost: None }, counts);
        desk
    }

    /// State, as the engine has it.
    pub(crate) const fn state(&self) -> &State {
        self.engine.state()
    }

    /// How many records wait for the disk.
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// Gives a command; its answer comes by [`Self::answers`] once it is durable.
    pub(crate) fn give(
        &mut self,
        token: Token,
        who: Actor,
        id: Option<CommandId>,
        command: Command,
        counts: &mut Counts,
    ) {
        let answers = Arc::clone(&self.answers);
        let reply = Box::new(move |answer| {
            answers.lock().expect("no panic holds it").push((token, answer));
        });
        self.step(Input::Command { who, id, command, reply }, counts);
        self.rest(counts);
    }

    /// Puts other rules in force.
    pub(crate) fn rule(&mut self, host: desk_hooks::Host, counts: &mut Counts) {
        let now_ms = self.now.wall_ms;
        let change = move |rules: &mut Rules| -> Box<dyn FnOnce() + Send> {
            rules.serve(host, now_ms);
            Box::new(|| {})
        };
        self.step(Input::Rules(Box::new(change)), counts);
    }

    /// Time passes; what comes due meanwhile is decided.
    pub(crate) fn pass(&mut self, ms: u64, counts: &mut Counts) {
        self.now.desk_ms += ms;
        self.now.wall_ms += i64::try_from(ms).expect("a short time");
        self.step(Input::Turn, counts);
        self.rest(counts);
    }

    /// The milliseconds until the next deadline.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        let desk = self.state().desk.first().map(|(at, _)| at.saturating_sub(self.now.desk_ms));
        let wall = self.state().wall.first();
        let wall = wall.map(|(at, _)| u64::try_from(at - self.now.wall_ms).unwrap_or(0));
        desk.into_iter().chain(wall).min()
    }

    /// Commits what waits, and lets out what waited for it.
    pub(crate) fn save(&mut self, counts: &mut Counts) -> Result<(), AppendError> {
        self.append()?;
        let seq = self.shadow.seq;
        self.engine.durable(seq).into_iter().for_each(|output| run(output, counts));
        Ok(())
    }

    /// Commits what waits. Nothing is let out: a crash may come in between.
    pub(crate) fn append(&mut self) -> Result<(), AppendError> {
        self.writer.mark(self.now.desk_ms)?;
        for rows in self.unsaved.chunks(desk_journal::BATCH_ROWS_MAX) {
            self.writer.append(rows[0].seq, self.epoch, rows)?;
        }
        self.unsaved.clear();
        Ok(())
    }

    /// Writes a snapshot of what is durable.
    pub(crate) fn snapshot(&self) {
        let head = self.disk.head().expect("a sound disk");
        if self.unsaved.is_empty() && head.seq == self.state().seq {
            let snapshot = to_snapshot(self.state(), head.chain, self.now.wall_ms);
            self.disk.write_snapshot(&snapshot);
        }
    }

    /// The answers that came since the last look.
    pub(crate) fn answers(&self) -> Vec<(Token, Answered)> {
        std::mem::take(&mut *self.answers.lock().expect("no panic holds it"))
    }

    /// What the journal tells of a chat.
    pub(crate) fn story(&self, chat: name::ChatId) -> Option<Story> {
        let records = self.records(chat);
        Story::fold(chat, records.iter().flat_map(|r| r.events.iter().map(move |e| (r.at, e))))
    }

    /// What the journal tells of a chat's incident.
    pub(crate) fn incident(&self, chat: name::ChatId) -> Option<Incident> {
        Incident::fold(chat, &self.records(chat))
    }

    /// Whether a rule wanted no incident for a chat.
    pub(crate) fn skipped(&self, chat: name::ChatId) -> bool {
        // A record may be of several chats.
        let skips = |event: &Event| match event {
            Event::IncidentSkipped { chat: of } => *of == chat,
            _ => false,
        };
        self.records(chat).iter().any(|record| record.events.iter().any(skips))
    }

    /// Whether a chat was to become an interaction.
    pub(crate) fn wants_interaction(&self, chat: name::ChatId) -> bool {
        let wants = |event: &Event| match event {
            Event::StepWanted(wanted) => {
                let StepId { chat: of, kind } = wanted.step;
                of == chat && kind == StepKind::Interaction
            }
            _ => false,
        };
        self.records(chat).iter().any(|record| record.events.iter().any(wants))
    }

    fn records(&self, chat: name::ChatId) -> Vec<Record> {
        let mut records = Vec::new();
        let mut after = 0;
        loop {
            let rows = self.disk.by_index(CHAT, &chat.to_string(), after, 4096);
            let rows = rows.expect("a sound disk");
            let Some(last) = rows.last() else { return records };
            after = last.seq;
            records.extend(rows.iter().map(|row| decode(row).expect("a sound row")));
        }
    }

    /// The process dies: what was not appended is gone, and so is everything that waited.
    pub(crate) fn crash(self) -> MemoryJournal {
        self.disk.crash();
        self.disk
    }

    /// The next append fails so; the desk must end with it.
    pub(crate) fn fail_next_append(&self, fate: Fate) {
        self.disk.fail_next_append(fate);
    }

    /// Holds that the whole journal, from its first record and from its last snapshot, makes the
    /// State that is live.
    pub(crate) fn hold_replay(&self) {
        assert!(self.unsaved.is_empty(), "only what is on disk can be read back");
        let live = self.state().digest();
        let whole = replay(&self.disk, None, u64::MAX).expect("a sound disk");
        assert_eq!(whole.state.digest(), live, "the journal tells another story than memory");
        let last = self.disk.last_snapshot_at_or_before(u64::MAX).expect("a sound disk");
        if let Some(snapshot) = last {
            let short = replay(&self.disk, Some(&snapshot), u64::MAX).expect("a sound disk");
            assert_eq!(short.state.digest(), live, "a snapshot changes what is replayed");
        }
    }

    fn step(&mut self, input: Input<Rules>, counts: &mut Counts) {
        let made = self.engine.step(self.now, input);
        self.take(made, counts);
    }

    fn rest(&mut self, counts: &mut Counts) {
        for _ in 0..TURNS_MAX {
            // What comes due with a command goes after it, in a turn of its own.
            if !self.engine.has_more() && self.state().due(self.now).is_none() {
                invariants::at_rest(self.state(), "at rest");
                return;
            }
            self.step(Input::Turn, counts);
        }
        panic!("follow-ups do not end: {:?}", self.state().work);
    }

    fn take(&mut self, made: Made, counts: &mut Counts) {
        for record in &made.records {
            counts.record(record);
            let row = encode(record);
            let kept = decode(&alone(&row)).expect("what was written can be read");
            invariants::before(&self.shadow, &kept);
            let tables = memory::tables(&self.shadow);
            apply_record(&mut self.shadow, &kept);
            memory::hold_bounds(tables, &self.shadow, &kept);
            invariants::after(&self.shadow, &kept);
            self.unsaved.push(row);
        }
        assert_eq!(self.shadow.seq, self.state().seq, "a record is missing");
        made.released.into_iter().for_each(|output| run(output, counts));
    }
}

/// A row as a reader gives it, but for the chain.
fn alone(row: &Row) -> StoredRow {
    let row = row.clone();
    StoredRow {
        seq: row.seq,
        shard: row.shard,
        epoch: row.epoch,
        desk_ms: row.desk_ms,
        wall_ms: row.wall_ms,
        kind: row.kind,
        clear: row.clear,
        personal: row.personal.map_or(Personal::None, Personal::Kept),
        index: row.index,
        chain: Hash([0; 32]),
    }
}

fn run(output: Output, counts: &mut Counts) {
    match output {
        Output::Run(thunk) => thunk(),
        Output::Publish(_) => counts.one("output", "published"),
        Output::Wake(wake) => counts.one("output", &format!("wake {wake:?}")),
    }
}

//! One contract for both journals: whatever is done to the store and to the journal in memory,
//! both answer the same. Only hashes differ, because salts do.

use desk_journal::{
    AppendError, Fate, Hash, Journal, MemoryJournal, MemoryWriter, Opened, Options, Read, Row,
    Snapshot, Start, Store, StoredRow,
};
use proptest::prelude::*;

const NO_HASH: Hash = Hash([0; 32]);

#[derive(Clone, Debug)]
enum Step {
    Append { count: u64, seed: u64 },
    AppendAt { seq_off: i64, epoch_off: i64 },
    Mark(u64),
    Erase(Vec<u64>),
    Cut(u64),
    Restart { wall_seconds: u64 },
    Snapshot,
    Prune { keep_days: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6u64, any::<u64>()).prop_map(|(count, seed)| Step::Append { count, seed }),
        2 => (-2..3i64, -1..2i64).prop_map(|(seq_off, epoch_off)| Step::AppendAt {
            seq_off,
            epoch_off
        }),
        1 => (0..2000u64).prop_map(Step::Mark),
        1 => prop::collection::vec(0..30u64, 0..4).prop_map(Step::Erase),
        1 => (0..30u64).prop_map(Step::Cut),
        1 => (0..200u64).prop_map(|wall_seconds| Step::Restart { wall_seconds }),
        1 => Just(Step::Snapshot),
        1 => (0..3u32).prop_map(|keep_days| Step::Prune { keep_days }),
    ]
}

/// Rows that differ in every part and meet in some.
fn rows(first: u64, count: u64, epoch: u64, seed: u64) -> Vec<Row> {
    let row = |seq: u64| {
        let n = seed.wrapping_mul(31).wrapping_add(seq);
        let mut index = vec![("chat".to_owned(), format!("c{}", n % 3))];
        if n.is_multiple_of(4) {
            index.push(("agent".to_owned(), "ä\"\\".to_owned()));
            index.push(index[0].clone());
        }
        if !n.is_multiple_of(3) {
            index.push(("~email".to_owned(), format!("é{}", n % 2)));
        }
        Row {
            seq,
            shard: (n % 2) as u32,
            epoch,
            desk_ms: n % 1000,
            wall_ms: (n % 7).cast_signed() - 3,
            kind: format!("k{}", n % 5),
            clear: n.to_le_bytes()[..(n % 9) as usize].to_vec(),
            personal: (!n.is_multiple_of(3)).then(|| vec![n as u8; (n % 6) as usize]),
            index,
        }
    };
    (first..first + count).map(row).collect()
}

fn plain(mut row: StoredRow) -> StoredRow {
    row.chain = NO_HASH;
    row
}

fn plains(rows: Vec<StoredRow>) -> Vec<StoredRow> {
    rows.into_iter().map(plain).collect()
}

/// Both journals, side by side.
struct Pair {
    dir: tempfile::TempDir,
    memory: MemoryJournal,
    store: Option<Opened>,
    writer: MemoryWriter,
    epoch: u64,
}

impl Pair {
    fn new() -> Self {
        let (dir, memory) = (tempfile::tempdir().unwrap(), MemoryJournal::new());
        let store = Store::open(dir.path(), &Options { wall_seconds: 5 }).unwrap();
        let (writer, start) = memory.open(5);
        assert_eq!(start, store.start);
        Self { dir, memory, epoch: start.epoch, store: Some(store), writer }
    }

    fn store(&mut self) -> &mut Opened {
        self.store.as_mut().unwrap()
    }

    fn append(&mut self, first: u64, epoch: u64, rows: &[Row]) {
        let on_disk = self.store().writer.append(first, epoch, rows).map(|c| c.last_seq);
        let in_memory = self.writer.append(first, epoch, rows).map(|c| c.last_seq);
        assert_eq!(on_disk, in_memory);
    }

    fn play(&mut self, step: &Step) {
        let next = self.memory.head().unwrap().seq + 1;
        let epoch = self.epoch;
        match step {
            Step::Append { count, seed } => {
                self.append(next, epoch, &rows(next, *count, epoch, *seed));
            }
            Step::AppendAt { seq_off, epoch_off } => {
                let first = next.saturating_add_signed(*seq_off);
                let epoch = epoch.saturating_add_signed(*epoch_off);
                self.append(first, epoch, &rows(first, 2, epoch, 1));
            }
            Step::Mark(desk_ms) => {
                assert_eq!(self.store().writer.mark(*desk_ms), self.writer.mark(*desk_ms));
            }
            Step::Erase(seqs) => {
                assert_eq!(self.store().writer.erase(seqs), self.writer.erase(seqs));
            }
            Step::Cut(to) => {
                self.snapshot();
                assert_eq!(self.store().writer.cut(*to), self.writer.cut(*to));
            }
            Step::Restart { wall_seconds } => self.restart(*wall_seconds),
            Step::Snapshot => self.snapshot(),
            Step::Prune { keep_days } => {
                self.store().snapshots.prune(0, *keep_days).unwrap();
                self.memory.prune_snapshots(0, *keep_days);
            }
        }
    }

    fn restart(&mut self, wall_seconds: u64) {
        self.store = None;
        let store = Store::open(self.dir.path(), &Options { wall_seconds }).unwrap();
        let (writer, start) = self.memory.open(wall_seconds);
        let plain = |start: &Start| {
            let mut start = start.clone();
            start.head.chain = NO_HASH;
            start.snapshot.iter_mut().for_each(|snapshot| snapshot.chain = NO_HASH);
            start
        };
        assert_eq!(plain(&store.start), plain(&start));
        (self.store, self.writer, self.epoch) = (Some(store), writer, start.epoch);
    }

    fn snapshot(&mut self) {
        let of = |journal: &dyn Read| {
            let head = journal.head().unwrap();
            let wall_ms = -(head.seq.cast_signed()) * 20_000_000;
            let (seq, chain) = (head.seq, head.chain);
            Snapshot { seq, chain, digest: [1; 32], wall_ms, body: vec![2; 3] }
        };
        self.memory.write_snapshot(&of(&self.memory));
        let store = self.store();
        store.snapshots.write(&of(&store.readers.open().unwrap())).unwrap();
    }

    fn compare(&mut self) {
        let disk = self.store().readers.open().unwrap();
        let memory = &self.memory;
        let head = disk.head().unwrap();
        let in_memory = memory.head().unwrap();
        assert_eq!(
            (head.seq, head.epoch, head.desk_ms),
            (in_memory.seq, in_memory.epoch, in_memory.desk_ms)
        );
        for journal in [&disk as &dyn Read, memory] {
            let last = journal.row(head.seq).unwrap();
            let chain = journal.head().unwrap().chain;
            assert_eq!(last.map_or(NO_HASH, |row| row.chain), chain);
        }
        let same = |read: &dyn Fn(&dyn Read) -> Vec<StoredRow>| {
            assert_eq!(plains(read(&disk)), plains(read(memory)));
        };
        for from in [0, 1, head.seq / 2, head.seq, head.seq + 1, u64::MAX] {
            same(&|journal| journal.row(from).unwrap().into_iter().collect());
            for limit in [0, 1, 3, usize::MAX] {
                same(&|journal| journal.rows(from, limit).unwrap());
                same(&|journal| journal.by_index("chat", "c1", from, limit).unwrap());
            }
            let snapshot = |journal: &dyn Read| {
                journal.last_snapshot_at_or_before(from).unwrap().map(|snapshot| snapshot.seq)
            };
            assert_eq!(snapshot(&disk), snapshot(memory));
        }
        same(&|journal| journal.by_index("agent", "ä\"\\", 0, 50).unwrap());
        same(&|journal| journal.by_index("agent", "", 0, 50).unwrap());
        same(&|journal| journal.by_index("~email", "é1", 0, 50).unwrap());
        for range in [-2..2, i64::MIN..i64::MAX, 2..2] {
            for after in [None, Some((-2, 3)), Some((0, 0)), Some((1, u64::MAX))] {
                same(&|journal| journal.by_time(range.clone(), after, 7).unwrap());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_store_and_the_journal_in_memory_answer_the_same(
        steps in prop::collection::vec(step(), 1..25)
    ) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.play(step);
        }
        pair.compare();
        desk_journal::verify(pair.dir.path()).unwrap();
    }
}

#[test]
fn a_failed_append_in_memory_is_unknown_and_only_a_restart_tells() {
    for (fate, expected) in [(Fate::Kept, 5), (Fate::Lost, 2)] {
        let memory = MemoryJournal::new();
        let (mut writer, start) = memory.open(1);
        writer.append(1, start.epoch, &rows(1, 2, start.epoch, 1)).unwrap();
        memory.fail_next_append(fate);
        for _ in 0..2 {
            let error = writer.append(3, start.epoch, &rows(3, 3, start.epoch, 1)).unwrap_err();
            assert!(matches!(error, AppendError::Unknown { .. }), "{error}");
        }
        assert!(writer.mark(9).is_err() && writer.erase(&[1]).is_err());
        let (mut writer, start) = memory.open(1);
        assert_eq!((start.head.seq, start.epoch), (expected, 2));
        let next = expected + 1;
        writer.append(next, start.epoch, &rows(next, 1, start.epoch, 1)).unwrap();
    }
}

#[test]
fn a_crash_in_memory_ends_the_writer_and_a_later_start_fences_an_earlier_one() {
    let memory = MemoryJournal::new();
    let (mut first, start) = memory.open(1);
    first.append(1, start.epoch, &rows(1, 2, start.epoch, 1)).unwrap();
    memory.crash();
    let error = first.append(3, start.epoch, &rows(3, 1, start.epoch, 1)).unwrap_err();
    assert!(matches!(error, AppendError::Unknown { .. }), "{error}");

    let (mut second, start) = memory.open(1);
    assert_eq!(start.head.seq, 2);
    let (_third, _) = memory.open(1);
    let error = second.append(3, start.epoch, &rows(3, 1, start.epoch, 1)).unwrap_err();
    assert!(matches!(error, AppendError::Fenced { head_epoch: 3, .. }), "{error}");
}

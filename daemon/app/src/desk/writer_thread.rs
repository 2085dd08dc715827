//! The journal's writer: group commit. Whatever has come in by the time the last commit is on disk
//! goes into the next one.

use super::WritableJournal;
use super::chores::{Chores, Turn};
use super::snapshots::Maker;
use super::watermark::Watermark;
use crate::clock::{Clock, wall_ms};
use crate::codec::encode;
use crate::metrics::Counted;
use desk_core::Record;
use desk_journal::{AppendError, Row};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The exit code after a failed commit (`EX_IOERR`).
pub(super) const EXIT_IO: i32 = 74;
/// The kind of the record of a start.
const START: &str = "start";
/// How long a chore waits at most where nothing is appended.
const CHORE_AFTER: Duration = Duration::from_millis(200);
/// How often the head mark is renewed with the desk time.
const MARK_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    pub(super) journal: Box<dyn WritableJournal>,
    pub(super) records: Receiver<Arc<Record>>,
    pub(super) watermark: Arc<Watermark>,
    pub(super) nudge: Box<dyn Fn() + Send>,
    pub(super) clock: Arc<dyn Clock + Sync>,
    pub(super) epoch: u64,
    pub(super) batch: usize,
    /// Whether the journal waits for the record of an accepted loss, which is that of the start.
    pub(super) loss: bool,
    pub(super) snapshots: Maker,
    pub(super) chores: Chores,
    pub(super) counted: Counted,
}

pub(super) fn spawn(writer: Writer) -> io::Result<JoinHandle<()>> {
    Builder::new().name("journal".into()).spawn(move || writer.run())
}

impl Writer {
    fn run(mut self) {
        let mut marked = Instant::now();
        let mut wait = CHORE_AFTER;
        loop {
            match self.records.recv_timeout(wait) {
                Ok(first) => self.append(&first),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            wait = match self.chores.turn(&mut *self.journal) {
                Ok(None | Some(Turn::Later)) => CHORE_AFTER,
                Ok(Some(_)) => Duration::ZERO,
                Err(error) => end(&error),
            };
            if marked.elapsed() >= MARK_EVERY {
                self.mark();
                marked = Instant::now();
            }
        }
        self.mark();
    }

    fn append(&mut self, first: &Record) {
        self.counted.record(first);
        let mut rows: Vec<Row> = vec![encode(first)];
        while rows.len() < self.batch {
            let Ok(record) = self.records.try_recv() else { break };
            self.counted.record(&record);
            rows.push(encode(&record));
        }
        let (first_seq, began) = (rows[0].seq, Instant::now());
        match self.journal.append(first_seq, self.epoch, &rows) {
            Ok(committed) => {
                self.counted.commit(began.elapsed());
                self.told_of_loss(&rows);
                self.watermark.raise(committed.last_seq);
                (self.nudge)();
                self.snapshots.committed(&committed, wall_ms());
            }
            Err(error) => end(&error),
        }
    }

    fn told_of_loss(&mut self, rows: &[Row]) {
        if !self.loss || rows.iter().all(|row| row.kind != START) {
            return;
        }
        self.loss = false;
        if let Err(error) = self.journal.loss_recorded() {
            end(&error);
        }
    }

    fn mark(&mut self) {
        if let Err(error) = self.journal.mark(self.clock.now().desk_ms) {
            end(&error);
        }
    }
}

/// Whether the last records are on disk is not known, so nothing more may leave: the process ends,
/// and the next start reads what happened.
fn end(error: &AppendError) -> ! {
    tracing::error!(%error, "the journal cannot be written; ending, the next start reads what is kept");
    std::process::exit(EXIT_IO);
}

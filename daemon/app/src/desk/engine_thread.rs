//! The engine's thread: waits for input or the next deadline, hands records to the writer, and lets
//! outputs go once the writer has them on disk.

use super::watermark::Watermark;
use super::{Message, Outputs};
use crate::clock::Clock;
use crate::engine::{Engine, Input, Made};
use crate::metrics::Counted;
use desk_core::policy::Policy;
use desk_core::{Record, Stamp};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How many records one step may add to what waits for the writer before the engine looks whether
/// it is too far ahead: deadlines that all come at once come one a step.
pub(super) const STEP_RECORDS_MAX: usize = 65_536;
/// The longest wait without looking at the clock.
const WAIT_MAX: Duration = Duration::from_millis(500);

pub(super) struct EngineThread<P> {
    pub(super) engine: Engine<P>,
    pub(super) messages: Receiver<Message<P>>,
    pub(super) records: SyncSender<Arc<Record>>,
    pub(super) watermark: Arc<Watermark>,
    pub(super) clock: Arc<dyn Clock + Sync>,
    pub(super) ahead_max: u64,
    pub(super) outputs: Arc<dyn Outputs>,
    pub(super) counted: Counted,
}

pub(super) fn spawn<P: Policy + Send + 'static>(
    engine: EngineThread<P>,
    stack_bytes: usize,
) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name("engine".into()).stack_size(stack_bytes);
    builder.spawn(move || engine.run())
}

impl<P: Policy> EngineThread<P> {
    fn run(mut self) {
        loop {
            self.release();
            while self.engine.ahead() >= self.ahead_max {
                self.watermark.wait_above(self.engine.state().seq - self.engine.ahead());
                self.release();
            }
            let (stamp, input) = match self.receive() {
                Ok(Message::Input(stamp, input)) => {
                    self.counted.goes();
                    (stamp, input)
                }
                Ok(Message::Nudge) => continue,
                Err(RecvTimeoutError::Timeout) => (self.clock.now(), Input::Turn),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            };
            self.step(stamp, input);
        }
        while self.engine.ahead() > 0 {
            self.watermark.wait_above(self.engine.state().seq - self.engine.ahead());
            self.release();
        }
    }

    fn receive(&self) -> Result<Message<P>, RecvTimeoutError> {
        let wait = if self.engine.has_more() {
            Duration::ZERO
        } else {
            let due = self.engine.state().next_due_ms(self.clock.now());
            due.map_or(WAIT_MAX, Duration::from_millis).min(WAIT_MAX)
        };
        self.messages.recv_timeout(wait)
    }

    fn step(&mut self, stamp: Stamp, input: Input<P>) {
        let Made { records, released, late_ms } = self.engine.step(stamp, input);
        if !late_ms.is_empty() {
            // What came before kept them waiting beyond the stamp.
            let behind = self.clock.now().desk_ms.saturating_sub(stamp.desk_ms);
            late_ms.into_iter().for_each(|late| self.counted.late(late + behind));
        }
        for record in records {
            // The writer ends only with the process, or after the engine.
            let _ = self.records.send(record);
        }
        for output in released {
            self.outputs.put(output);
        }
    }

    fn release(&mut self) {
        for output in self.engine.durable(self.watermark.get()) {
            self.outputs.put(output);
        }
    }
}

//! How far the journal has got.

use std::sync::{Condvar, Mutex, PoisonError};

/// The number of the last durable record.
#[derive(Debug)]
pub(crate) struct Watermark {
    seq: Mutex<u64>,
    risen: Condvar,
}

impl Watermark {
    pub(crate) const fn new(seq: u64) -> Self {
        Self { seq: Mutex::new(seq), risen: Condvar::new() }
    }

    pub(crate) fn get(&self) -> u64 {
        *self.seq.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn raise(&self, to: u64) {
        let mut seq = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        *seq = to.max(*seq);
        self.risen.notify_all();
    }

    /// Waits until the mark is above `seq`.
    pub(crate) fn wait_above(&self, seq: u64) -> u64 {
        let guard = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        let risen = self.risen.wait_while(guard, |mark| *mark <= seq);
        *risen.unwrap_or_else(PoisonError::into_inner)
    }
}

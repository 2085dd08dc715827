//! What desk-hooks promises, seen from outside.

mod breaker;
mod hostile;
mod lint;
mod set;
mod shipped;
mod support;
mod verdicts;

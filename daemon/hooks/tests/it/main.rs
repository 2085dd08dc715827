//! What desk-hooks promises, seen from outside.

mod bends;
mod breaker;
mod check;
mod hostile;
mod lint;
mod set;
mod shipped;
mod support;
mod verdicts;

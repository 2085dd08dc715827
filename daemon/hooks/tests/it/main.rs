//! What desk-hooks promises, seen from outside.

mod bends;
mod breaker;
mod check;
mod hostile;
mod lint;
mod remember;
mod send;
mod set;
mod shipped;
mod support;
mod verdicts;

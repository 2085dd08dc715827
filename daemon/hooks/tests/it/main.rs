//! What desk-hooks promises, seen from outside.

mod shipped;
mod support;
mod verdicts;

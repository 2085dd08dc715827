//! The tables of the state machine, cell by cell.

#[path = "../kit/mod.rs"]
mod kit;

mod agents;

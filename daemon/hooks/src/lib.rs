//! The Rhai host: asks an admin's scripts at the places where the core asks a rule.
//!
//! Here lives everything about scripts as such: reading a folder into a set, loading and linting
//! it, what scripts may see and call, the bounds within which they run, the check of what they
//! answer. What must not live here: deciding what a verdict means (core), watching a folder or
//! choosing the set in force (the daemon), any I/O on a script's behalf.

mod api;
mod breaker;
mod cards;
mod check;
mod coverage;
mod engine;
mod error;
mod host;
mod limits;
mod lint;
mod load;
mod local;
mod memory;
mod meter;
mod near;
mod objects;
mod patterns;
pub mod registry;
mod render;
mod sample;
mod send;
mod set;
mod stack;
mod tally;
mod trial;
mod verdict;

pub use breaker::{FAILURES, Opened, REST_MS, SHARE_NS, SHARE_WINDOW_MS, WINDOW_MS};
pub use check::{Options, Report, TestResult, check};
pub use coverage::Coverage;
pub use error::ScriptError;
pub use host::{HookStatus, Host};
pub use limits::{Limits, STACK_BYTES};
pub use meter::CpuClock;
pub use set::{FILE_BYTES_MAX, FILES_MAX, Files, SET_BYTES_MAX, ScriptSet, fingerprint};
pub use tally::{TIMES_US, Times};

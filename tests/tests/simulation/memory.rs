//! Memory follows what is open: what outlives a chat has a bound of its own, and nothing else stays.

use desk_core::{Record, State};
use serde_json::Value;

/// Tables that outlive a chat: their name, how many stand there, and how many may.
pub(crate) type Tables = [(&'static str, usize, u32); 6];

/// Tables that keep something when nothing is open, by their names in State: each has a bound.
const BOUNDED: [&str; 6] = ["answers", "abandoned", "affinity", "kv", "grants", "levels"];
/// What comes from the site's files.
const OF_THE_SITE: [&str; 2] = ["config", "sets"];
/// Most bytes of all else with nothing open, for each agent and for each queue: statuses, reasons and
/// hours. One chat's header would be more.
const BYTES_EACH_MAX: usize = 500;

/// How full the tables are.
pub(crate) fn tables(state: &State) -> Tables {
    let limits = &state.config.limits;
    [
        ("chats", state.chats.len(), limits.chats),
        ("answers", state.answers.len(), limits.answers),
        ("abandoned", state.abandoned.len(), limits.abandoned),
        ("affinity", state.affinity.len(), limits.affinity),
        ("kv", state.kv.len(), limits.kv),
        ("grants", state.grants.len(), limits.grants),
    ]
}

/// Holds that a record let no table grow beyond its bound. A bound that was lowered may be below what
/// stands there; then it does not grow.
pub(crate) fn hold_bounds(before: Tables, state: &State, record: &Record) {
    for ((table, before, _), (_, after, most)) in before.into_iter().zip(tables(state)) {
        let most = before.max(most as usize);
        assert!(after <= most, "{table}: {after} of {most} after {}", record.kind);
    }
}

/// Holds that a State in which nothing is open is small, whatever has been.
pub(crate) fn hold_nothing_open(state: &State) {
    let Ok(Value::Object(mut all)) = serde_json::to_value(state) else {
        panic!("State is an object")
    };
    for name in BOUNDED.iter().chain(&OF_THE_SITE) {
        all.remove(*name);
    }
    let most = BYTES_EACH_MAX * (state.config.agents.len() + state.config.queues.len());
    let bytes = serde_json::to_vec(&all).expect("it was read from JSON").len();
    assert!(bytes <= most, "{bytes} bytes with nothing open: {}", Value::Object(all));
}

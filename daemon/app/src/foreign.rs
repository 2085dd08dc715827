//! The parsers of what comes from outside, as the doors use them, for tests that throw anything at
//! them. Each comes to an end without a panic, and what it takes it can give back.

use desk_journal::{Hash, Personal, StoredRow};

/// A body of each of the HTTP door's requests.
pub fn http_body(bytes: &[u8]) {
    crate::http::read_any(bytes);
}

/// What a request's head says of who sends it: tokens and cookies.
pub fn http_head(text: &str) {
    crate::http::read_head(text);
}

/// Where a customer's stream is resumed.
///
/// # Panics
/// Where one that was taken is not written as it is read.
pub fn sse_cursor(text: &str) {
    crate::http::read_cursor(text);
}

/// What a site is to have signed of who its visitor is.
pub fn identity(text: &str) {
    crate::http::read_identity(text);
}

/// What a proxy says of whom it passes on.
///
/// # Panics
/// Where it is read of somebody whom the config does not trust.
pub fn forwarded_for(text: &str) {
    crate::http::read_forwarded(text);
}

/// The config's main file, a file of queues and one of agents: parsed and held against each other, and
/// every problem told with its place.
pub fn config(text: &str) {
    crate::config::read_any(text);
}

/// A calendar of holidays.
pub fn calendar(text: &str) {
    crate::config::read_calendar(text);
}

/// What a delivery sends, as the journal has it, with a secret that means harm put in.
///
/// # Panics
/// Where a secret makes another header, or something else of a body that was JSON.
pub fn delivery(text: &str) {
    let Ok(payload) = serde_json::from_str::<desk_core::Payload>(text) else { return };
    let filled = |value: &str| {
        let secrets = payload.secrets().into_iter();
        let secrets = secrets.map(|name| (name.to_owned(), value.to_owned().into())).collect();
        crate::drivers::fill(&payload, &secrets).ok()
    };
    let json = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).is_ok();
    let plain = filled("key");
    let harmful = filled("\"},\\\u{7f}\r\nx: y");
    if let (Some((_, plain)), Some((headers, body))) = (plain, harmful) {
        assert!(headers.values().all(|value| !value.as_bytes().contains(&b'\n')));
        assert_eq!(json(&plain), json(&body), "a secret makes something else of the body");
    }
}

/// A snapshot's file: State as it is in it.
///
/// # Panics
/// Where one that was taken is written otherwise than it is read.
pub fn snapshot(bytes: &[u8]) {
    let Some(snapshot) = desk_journal::foreign::snapshot(bytes) else { return };
    let Ok(state) = crate::engine::from_snapshot(&snapshot) else { return };
    let again = crate::engine::to_snapshot(&state, snapshot.chain, snapshot.wall_ms);
    assert_eq!(again.digest, snapshot.digest, "State is read as it was written");
}

/// The list of erasures beside the journal.
///
/// # Panics
/// Where one that was taken is written otherwise than it is read.
pub fn erasures(bytes: &[u8]) {
    crate::person::read_any(bytes);
}

/// A record of the journal, its clear and its personal part.
///
/// # Panics
/// Where one that was taken is written otherwise than it is read.
pub fn record(clear: &[u8], personal: Option<&[u8]>) {
    let row = StoredRow {
        seq: 1,
        shard: 0,
        epoch: 1,
        desk_ms: 0,
        wall_ms: 0,
        kind: "any".into(),
        clear: clear.to_vec(),
        personal: personal.map_or(Personal::Erased, |bytes| Personal::Kept(bytes.to_vec())),
        index: Vec::new(),
        chain: Hash([0; 32]),
    };
    let Ok(record) = crate::codec::decode(&row) else { return };
    let written = crate::codec::encode(&record);
    let personal = written.personal.map_or(Personal::None, Personal::Kept);
    let again = StoredRow { clear: written.clear, personal, ..row };
    let read = crate::codec::decode(&again).map_err(|error| error.to_string());
    assert_eq!(read, Ok(record), "a record is read as it was written");
}

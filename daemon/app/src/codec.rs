//! Records as rows: JSON, what is private apart from the rest.
//!
//! A private value stands in the record's JSON as `{"~": value}`. In the row's clear part its place
//! is kept by `{"~": n}`, and the value is the n-th of the personal part's array. Where the personal
//! part is erased, each reads back as erased.

use crate::keys::Keys;
use desk_core::{Event, MARK, Record};
use desk_journal::{Personal, Row, StoredRow};
use serde_json::Value;

/// The index column of chats.
pub const CHAT: &str = "chat";
/// The index column of customers' e-mail addresses, by [`Keys::email`]; erased with the customer.
pub const EMAIL: &str = "~email";
/// The same in records of before, where it is for good.
pub const EMAIL_FOR_GOOD: &str = "email";
/// The index column of erasures.
pub const ERASURE: &str = "erasure";
/// The index column of agents.
pub const AGENT: &str = "agent";
/// The index column of what opened a chat or turned one away, by which history is listed.
pub const ARRIVED: &str = "arrived";
/// The index column of deliveries, by id.
pub const DELIVERY: &str = "delivery";
/// The index column of what was wanted of a sink.
pub const SINK: &str = "sink";

/// The index column of script sets, by hash: the record that holds the set's files.
pub const SCRIPTS: &str = "scripts";

/// A row that is no record.
#[derive(Debug, thiserror::Error)]
#[error("row {seq} cannot be read as a record: {why}; run `deskd journal verify`")]
pub struct Undecodable {
    seq: u64,
    why: String,
}

/// The row of a record.
///
/// # Panics
/// Never: every record can be written as JSON.
#[must_use]
pub fn encode(record: &Record) -> Row {
    let mut clear = serde_json::to_value(record).expect("a record can be written as JSON");
    let mut personal = Vec::new();
    take_apart(&mut clear, &mut personal);
    Row {
        seq: record.seq,
        shard: record.shard,
        epoch: record.epoch,
        desk_ms: record.at.desk_ms,
        wall_ms: record.at.wall_ms,
        kind: record.kind.clone(),
        clear: bytes(&clear),
        personal: (!personal.is_empty()).then(|| bytes(&Value::Array(personal))),
        index: index(record),
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("a JSON value can be written")
}

/// The record of a row.
///
/// # Errors
/// What is wrong with it, and where.
pub fn decode(row: &StoredRow) -> Result<Record, Undecodable> {
    let undecodable = |why: String| Undecodable { seq: row.seq, why };
    let wrong = |error: serde_json::Error| undecodable(error.to_string());
    let mut clear: Value = serde_json::from_slice(&row.clear).map_err(wrong)?;
    let personal = match &row.personal {
        Personal::Kept(bytes) => Some(serde_json::from_slice::<Vec<Value>>(bytes).map_err(wrong)?),
        Personal::Erased | Personal::None => None,
    };
    put_together(&mut clear, personal.as_deref());
    let version = clear.get("v").and_then(Value::as_u64);
    if version != Some(u64::from(desk_core::VERSION)) {
        return Err(undecodable(format!(
            "its version is {version:?}, and this deskd reads {}",
            desk_core::VERSION
        )));
    }
    serde_json::from_value(clear).map_err(wrong)
}

/// Moves private values out, innermost last.
fn take_apart(value: &mut Value, personal: &mut Vec<Value>) {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(MARK) => {
            if let Some(private) = map.get_mut(MARK)
                && !private.is_null()
            {
                let place = Value::from(personal.len());
                personal.push(std::mem::replace(private, place));
            }
        }
        Value::Object(map) => map.values_mut().for_each(|value| take_apart(value, personal)),
        Value::Array(list) => list.iter_mut().for_each(|value| take_apart(value, personal)),
        _ => {}
    }
}

/// Puts private values back; `None`: they are erased.
fn put_together(value: &mut Value, personal: Option<&[Value]>) {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(MARK) => {
            if let Some(place) = map.get_mut(MARK) {
                let known = place.as_u64().and_then(|n| personal?.get(usize::try_from(n).ok()?));
                *place = known.cloned().unwrap_or(Value::Null);
            }
        }
        Value::Object(map) => map.values_mut().for_each(|value| put_together(value, personal)),
        Value::Array(list) => list.iter_mut().for_each(|value| put_together(value, personal)),
        _ => {}
    }
}

fn index(record: &Record) -> Vec<(String, String)> {
    let mut index = Vec::new();
    index.extend(record.about.map(|chat| (CHAT.to_owned(), chat.to_string())));
    for event in &record.events {
        if let Event::PersonErased { chats, .. } = event {
            index.push((ERASURE.to_owned(), "1".to_owned()));
            index.extend(chats.iter().map(|chat| (CHAT.to_owned(), chat.to_string())));
        }
        if let Some(chat) = event.chat() {
            index.push((CHAT.to_owned(), chat.to_string()));
        }
        if let Some(agent) = event.agent() {
            index.push((AGENT.to_owned(), agent.to_string()));
        }
        if let Some(delivery) = event.delivery() {
            index.push((DELIVERY.to_owned(), delivery.to_string()));
        }
        if let Event::DeliveryWanted(wanted) = event {
            index.push((SINK.to_owned(), wanted.sink.to_string()));
        }
        if let Event::ScriptsSet { hash, .. } = event {
            index.push((SCRIPTS.to_owned(), hash.to_string()));
        }
        let email = match event {
            Event::ChatOpened(opened) => &opened.email_key,
            Event::ChatTurnedAway { email_key, .. } => email_key,
            _ => continue,
        };
        index.push((ARRIVED.to_owned(), "1".to_owned()));
        index.extend(email.iter().map(|key| (EMAIL.to_owned(), key.clone())));
    }
    index.sort();
    index.dedup();
    index
}

/// A record's chat index value for a customer's address.
#[must_use]
pub fn email_key(keys: &Keys, email: &str) -> Option<String> {
    let email = email.trim();
    (!email.is_empty()).then(|| keys.email(email))
}

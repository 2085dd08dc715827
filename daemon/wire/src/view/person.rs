//! What is held about a person.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ChatView;
use crate::UnixMs;

/// What is held about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// The names given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The addresses given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// Their chats, oldest first.
    pub chats: Vec<PersonChatView>,
    /// Whether there are more chats than are listed: erase these, then ask again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Files beside the journal in which more of them may stand, and which deskd leaves alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
}

/// One chat of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChatView {
    /// The chat.
    pub chat: String,
    /// When it arrived.
    pub arrived: UnixMs,
    /// Whether it is open.
    pub open: bool,
    /// Whether its personal part is erased.
    pub erased: bool,
    /// How many messages it has.
    pub messages: u64,
    /// The names of the fields that were filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The number of its incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Steps of its incident that are not sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

/// A page of everything that is held of one chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonChatRecords {
    /// The chat as it is told, with the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<Box<ChatView>>,
    /// Its records, as the journal holds them.
    pub records: Vec<Value>,
    /// What to pass to get the next page; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// What an erasure came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedView {
    /// Records whose personal part is gone.
    pub records: u64,
    /// Snapshots that were written anew.
    pub snapshots: u64,
    /// Incidents that ServiceNow holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<String>,
    /// Files beside the journal that were left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
    /// Records of an older format that keep a keyed hash of the address.
    #[serde(default, skip_serializing_if = "crate::view::is_zero")]
    pub hashes_kept: u64,
}

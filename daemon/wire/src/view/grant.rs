//! What lets a browser or a program in.

use serde::{Deserialize, Serialize};

use crate::UnixMs;

/// A token or a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantView {
    /// Its id.
    pub id: String,
    /// Who acts by it: `agent:NAME`, `role:ROLE`, or `uid:NUMBER` for an account of the machine.
    pub holder: String,
    /// The queues of a supervisor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// What it is for, in its maker's words; a session's browser.
    pub label: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub made: UnixMs,
    /// Until when it is good.
    pub expires: UnixMs,
    /// The token that a session was opened by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What is shown to sign in; told once, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// What signs a browser in, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketView {
    /// The desk's address with the ticket in it.
    pub url: String,
    /// Until when it is good.
    pub expires: UnixMs,
}

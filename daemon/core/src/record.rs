//! A record: one decision, as the journal keeps it.

use crate::actor::Actor;
use crate::event::Event;
use crate::name::{ChatId, CommandId, Hash};
use crate::policy::{Failure, Given, Hook, Verdict};
use crate::private::Private;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};

/// The version of the record's format that is written now.
pub const VERSION: u16 = 1;

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The format's version.
    pub v: u16,
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// The shard whose machine decided.
    pub shard: u32,
    /// The start of the daemon that decided.
    pub epoch: u64,
    /// When.
    pub at: Stamp,
    /// Who asked.
    pub who: Actor,
    /// The command's name.
    pub kind: String,
    /// The sender's id of the command.
    pub id: Option<CommandId>,
    /// The config in force.
    pub config: Option<Hash>,
    /// The hooks that were asked, in order.
    pub hooks: Vec<HookAsked>,
    /// The chat that a rule was asked about, where no event names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ChatId>,
    /// What was decided; none where the command was refused after a hook was asked.
    pub events: Vec<Event>,
}

/// A hook that was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HookAsked {
    /// Which.
    pub hook: Hook,
    /// The script set.
    pub set: Hash,
    /// The digest of the question.
    pub question: Private<Hash>,
    /// The verdict; `None`: as configured. It may quote the chat.
    pub verdict: Option<Private<Verdict>>,
    /// Why there is none.
    pub failure: Option<Failure>,
    /// Whether the built-in default was taken.
    pub default_taken: bool,
    /// The script's reasons.
    pub why: Private<Vec<String>>,
    /// Operations used.
    pub operations: u64,
    /// The time that it took, in microseconds of the thread's.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub took_us: u64,
    /// How many of the record's deliveries it wanted, those included that were lost.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub sent: u32,
    /// How many of the record's values it wanted remembered.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub wrote: u32,
    /// What it was asked about that neither State nor the events tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Private<Given>>,
}

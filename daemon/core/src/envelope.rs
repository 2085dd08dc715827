//! What surrounds a command: everything that the core may not fetch for itself, the moment, who asks,
//! randomness.

use crate::actor::Actor;
use crate::command::Command;
use crate::name::CommandId;
use crate::time::Stamp;
use sha2::{Digest, Sha256};
use uuid::Builder;

/// A command with what surrounds it.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The number of the record that it becomes, if it becomes one.
    pub seq: u64,
    /// The start of the daemon that decides it.
    pub epoch: u64,
    /// When its last byte was read.
    pub at: Stamp,
    /// Who asks.
    pub who: Actor,
    /// The sender's own id for it, by which a repeat is known.
    pub id: Option<CommandId>,
    /// Randomness for the ids that the decision mints.
    pub entropy: [u8; 16],
    /// What is asked.
    pub command: Command,
}

impl Envelope {
    /// Mints the n-th id of this decision: a UUIDv7 of its wall time and its entropy.
    #[must_use]
    pub fn mint(&self, n: u32) -> uuid::Uuid {
        let mut hash = Sha256::new();
        hash.update(self.entropy);
        hash.update(n.to_be_bytes());
        let digest = hash.finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let millis = u64::try_from(self.at.wall_ms).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

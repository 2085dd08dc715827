//! SHA-256 over the JSON of a value: how sets, configs, questions and states are told apart.

use crate::name::Hash;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The digest of a value's JSON, in hex. Maps here are ordered, so equal values have equal digests.
///
/// # Panics
/// Never for the types of this crate: each can be written as JSON.
#[must_use]
pub fn of_json<T: Serialize>(value: &T) -> Hash {
    let bytes = serde_json::to_vec(value).expect("core types can be written as JSON");
    Hash::from(hex(&Sha256::digest(bytes)))
}

/// Bytes as lowercase hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a value stands at its default. Fields that later versions added are left out then, so
/// that what an earlier one wrote keeps its digest.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

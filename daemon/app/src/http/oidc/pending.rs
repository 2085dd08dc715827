//! Sign-ins that were begun and have not come back: kept in memory, for minutes, and so many.

use super::Page;
use super::provider::Provider;
use openidconnect::{Nonce, PkceCodeVerifier};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most at once; the oldest goes first.
const PENDING_MAX: usize = 1_000;
/// How long somebody may take at the provider.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(600);

/// A sign-in that was begun.
pub(in crate::http) struct Begun {
    pub(super) provider: Provider,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) page: Page,
}

/// All of them, by their state.
#[derive(Default)]
pub(in crate::http) struct Pending {
    held: Mutex<BTreeMap<String, (Instant, Begun)>>,
}

impl Pending {
    pub(super) fn put(&self, state: String, begun: Begun) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        held.retain(|_, (at, _)| now.duration_since(*at) < GOOD_FOR);
        while held.len() >= PENDING_MAX {
            let oldest = held.iter().min_by_key(|(_, (at, _))| *at);
            let Some(oldest) = oldest.map(|(state, _)| state.clone()) else { break };
            held.remove(&oldest);
        }
        held.insert(state, (now, begun));
    }

    /// Takes one back, once.
    pub(super) fn take(&self, state: &str) -> Option<Begun> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, begun) = held.remove(state)?;
        (at.elapsed() < GOOD_FOR).then_some(begun)
    }
}

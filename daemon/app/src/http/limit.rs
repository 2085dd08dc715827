//! How often the customer of one chat may post and show that they type, how often one address may open
//! chats and sign in, and how many forms a queue takes.

use super::problem::Fault;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;

/// Most chats, addresses or queues that are kept count of. One is forgotten once its allowance is whole again, so
/// this many would have to post within a fraction of a minute.
const KEYS_MAX: usize = 65_536;

/// So much a minute for each chat, each address or each queue.
pub(super) struct Allowance<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Allowance<K> {
    /// So many a minute, and so many of them at once.
    pub(super) fn new(per_min: u32, burst: u32) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(at_least_one(per_min)).allow_burst(at_least_one(burst));
        Self { limiter: RateLimiter::hashmap(quota), clock: DefaultClock::default() }
    }

    /// Takes one from the allowance.
    ///
    /// # Errors
    /// [`Fault::TooFast`] with the seconds until there is one again.
    pub(super) fn take(&self, key: &K) -> Result<(), Fault> {
        if self.limiter.len() >= KEYS_MAX {
            self.limiter.retain_recent();
            if self.limiter.len() >= KEYS_MAX {
                return Err(Fault::Unanswered(crate::desk::Unanswered::Overloaded));
            }
        }
        self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Fault::TooFast(wait.as_secs() + 1)
        })
    }
}

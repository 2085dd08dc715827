//! How fast the customer of one chat may post, and how many forms a queue takes.

use super::problem::Fault;
use crate::config::Http;
use desk_core::name::{ChatId, QueueId};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;

/// Most chats that are kept count of. A chat is forgotten once its allowance is whole again, so
/// this many would have to post within a fraction of a minute.
const CHATS_MAX: usize = 65_536;

/// An allowance of messages for each chat.
pub(super) struct MessageLimit {
    limiter: RateLimiter<ChatId, HashMapStateStore<ChatId>, DefaultClock>,
    clock: DefaultClock,
}

impl MessageLimit {
    pub(super) fn new(settings: &Http) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(at_least_one(settings.messages_per_min))
            .allow_burst(at_least_one(settings.messages_burst));
        Self { limiter: RateLimiter::hashmap(quota), clock: DefaultClock::default() }
    }

    /// Takes one message from the chat's allowance.
    ///
    /// # Errors
    /// [`Fault::TooFast`] with the seconds until there is one again.
    pub(super) fn take(&self, chat: ChatId) -> Result<(), Fault> {
        if self.limiter.len() >= CHATS_MAX {
            self.limiter.retain_recent();
            if self.limiter.len() >= CHATS_MAX {
                return Err(Fault::Unanswered(crate::desk::Unanswered::Overloaded));
            }
        }
        self.limiter.check_key(&chat).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Fault::TooFast(wait.as_secs() + 1)
        })
    }
}

/// An allowance of forms for each queue that has one: each makes an incident, whoever leaves it.
pub(super) struct FormLimit {
    limiter: RateLimiter<QueueId, HashMapStateStore<QueueId>, DefaultClock>,
    clock: DefaultClock,
}

impl FormLimit {
    pub(super) fn new(settings: &Http) -> Self {
        let most = NonZeroU32::new(settings.forms_per_min).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::hashmap(Quota::per_minute(most));
        Self { limiter, clock: DefaultClock::default() }
    }

    /// Takes one form from the allowance of a queue that is in the config.
    ///
    /// # Errors
    /// [`Fault::TooFast`] with the seconds until there is one again.
    pub(super) fn take(&self, queue: &QueueId) -> Result<(), Fault> {
        self.limiter.check_key(queue).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Fault::TooFast(wait.as_secs() + 1)
        })
    }
}

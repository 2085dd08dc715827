//! What becomes of chats that wait: bounds, and keys that need each other.

use super::{Found, Place};
use crate::config::queue::QueueEntry;
use desk_core::config::WaitThen;

/// Most characters of what a customer is told.
const TEXT_CHARS_MAX: usize = 500;

pub(super) fn check(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    found.range(place, "wait_max_secs", queue.wait_max_secs, 0..=86_400);
    found.range(place, "gone_secs", queue.gone_secs, 0..=86_400);
    if queue.wait_text.chars().count() > TEXT_CHARS_MAX {
        let message = format!("what the customer is told has over {TEXT_CHARS_MAX} characters");
        found.error(&place.at("wait_text"), message, "shorten it, or set it to \"\"");
    }
    let ends = queue.wait_then != WaitThen::Overflow;
    if queue.wait_max_secs == 0 && (ends || !queue.wait_text.is_empty()) {
        let key = if ends { "wait_then" } else { "wait_text" };
        let message = format!("{key} counts where wait_max_secs is set");
        found.warning(&place.at(key), message, "set wait_max_secs, or take it out");
    }
    if let Some(level) = queue.service_level {
        found.range(place, "service_level.secs", level.secs, 1..=86_400);
        found.range(place, "service_level.target", level.target, 1..=100);
    }
}

//! Silence in a queue's chats: a reminder that comes before the end that it announces.

use super::{Found, Place};
use crate::config::queue::QueueEntry;

/// Most characters of a reminder.
const TEXT_CHARS_MAX: usize = 500;

pub(super) fn check(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    found.range(place, "idle_remind_secs", queue.idle_remind_secs, 0..=86_400);
    found.range(place, "idle_close_secs", queue.idle_close_secs, 0..=86_400);
    found.range(place, "reply_remind_secs", queue.reply_remind_secs, 0..=86_400);
    let (remind, close) = (queue.idle_remind_secs, queue.idle_close_secs);
    if close > 0 && remind >= close {
        let message =
            format!("the reminder after {remind} s is not before the end after {close} s");
        found.error(&place.at("idle_remind_secs"), message, "remind sooner, or set it to 0");
    }
    let chars = queue.idle_remind_text.chars().count();
    if remind > 0 && (chars == 0 || chars > TEXT_CHARS_MAX) {
        let message = format!("the reminder must have 1 to {TEXT_CHARS_MAX} characters");
        found.error(&place.at("idle_remind_text"), message, "shorten it, or leave it out");
    }
}

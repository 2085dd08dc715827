//! How a queue's chats find their agents: keys that need each other, and agents that exist.

use super::{Found, Place, did_you_mean};
use crate::config::queue::QueueEntry;
use desk_core::config::{BroadcastMiss, MissedStatus, Strategy};
use std::collections::BTreeSet;

/// Most characters of what a customer is told.
const TEXT_CHARS_MAX: usize = 500;

/// The longest time that a key may name, in seconds.
const YEAR: i64 = 365 * 86_400;

pub(super) fn check(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    order(found, place, queue);
    found.range(place, "relax_secs", queue.relax_secs, 0..=86_400);
    found.range(place, "affinity_secs", queue.affinity_secs, 0..=YEAR);
    found.range(place, "missed_max", queue.missed_max, 0..=1000);
    found.range(place, "recover_secs", queue.recover_secs, 0..=86_400);
    if queue.broadcast_miss == BroadcastMiss::All && queue.strategy != Strategy::Broadcast {
        let help = "set strategy = \"broadcast\", or take it out";
        let message = "broadcast_miss counts for strategy \"broadcast\" alone";
        found.warning(&place.at("broadcast_miss"), message, help);
    }
    if queue.missed_text.chars().count() > TEXT_CHARS_MAX {
        let message = format!("what the customer is told has over {TEXT_CHARS_MAX} characters");
        found.error(&place.at("missed_text"), message, "shorten it, or set it to \"\"");
    }
    if queue.recover_secs > 0 && queue.missed_status == MissedStatus::Available {
        let help = "take it out, or set missed_status to on_break or work_offline";
        let message = "nobody has to recover from missed_status = \"available\"";
        found.warning(&place.at("recover_secs"), message, help);
    }
}

/// A fixed order names members of the queue, each once, and is there where it is needed.
fn order(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let fixed = queue.strategy == Strategy::TopDown;
    let at = place.at("order");
    if fixed && queue.order.is_empty() {
        let help = "add a line such as order = [\"ann\", \"ben\"]";
        found.error(&place.at("strategy"), "strategy \"top_down\" needs an order", help);
    }
    if !fixed && !queue.order.is_empty() {
        let help = "set strategy = \"top_down\", or take the order out";
        found.warning(&at, "an order counts for strategy \"top_down\" alone", help);
    }
    let agents = &found.all.file.agent;
    let mut seen = BTreeSet::new();
    for (n, id) in queue.order.iter().enumerate() {
        if !seen.insert(id) {
            found.error(&at.at(n), format!("order names \"{id}\" twice"), "take one of them out");
        }
        let Some(agent) = agents.iter().find(|agent| agent.id == *id) else {
            let known = agents.iter().map(|agent| agent.id.as_str());
            let message = format!("order names \"{id}\", who is no agent");
            found.error(&at.at(n), message, did_you_mean(id, known));
            continue;
        };
        if !agent.queues.contains_key(&queue.id) {
            let message = format!("order names \"{id}\", who does not serve this queue");
            let help = format!("add it to the agent: queues = {{ {} = 50 }}", queue.id);
            found.warning(&at.at(n), message, help);
        }
    }
}

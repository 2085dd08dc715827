//! Queues: names, times, wrap-up and codes that fit each other, overflow that ends, members.

use super::agents::level_range;
use super::{Found, Place, did_you_mean};
use super::{codes, conversation};
use crate::config::desk::AgentEntry;
use crate::config::queue::QueueEntry;
use desk_core::config::{CodeMissing, WrapupMode};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(found: &mut Found<'_>) {
    let file = found.all.file;
    if file.queue.is_empty() {
        let help = "add a file to queues.d; `deskd config init` writes one to start from";
        found.warning(&found.main(), "there is no queue, so no chat can arrive", help);
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, queue) in file.queue.iter().enumerate() {
        let place = &found.all.queue_places[n];
        if queue.id.is_empty() {
            found.error(place, "this queue has no id", "add a line such as id = \"support\"");
        } else {
            found.name(&place.at("id"), "a queue", &queue.id);
        }
        if let Some(first) = seen.insert(&queue.id, n) {
            let first = &found.all.sources[found.all.queue_places[first].source].path;
            found.error(
                &place.at("id"),
                format!("there are two queues \"{}\"", queue.id),
                format!("the other stands in {}; take one of them out", first.display()),
            );
        }
        found.range(place, "weight", queue.weight, 1..=100);
        found.range(place, "accept_secs", queue.accept_secs, 5..=600);
        found.range(place, "cooldown_secs", queue.cooldown_secs, 0..=86_400);
        found.range(place, "length_max", queue.length_max, 1..=10_000_000);
        for (skill, level) in &queue.skills {
            let at = place.at("skills").at(skill.as_str());
            found.name(&at, "a skill", skill);
            level_range(found, &at, *level);
        }
        for field in queue.incident_fields.keys() {
            let at = place.at("incident_fields").at(field.as_str());
            found.column(&at, "a field of incidents", field);
        }
        conversation::check(found, place, queue);
        wrapup(found, place, queue);
        dispositions(found, place, queue);
        overflow(found, place, queue);
        members(found, place, queue);
        super::routing::check(found, place, queue);
        super::waiting::check(found, place, queue);
        super::hours::check(found, place, queue);
        super::asks::check(found, place, queue);
    }
}

fn wrapup(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let (wrapup, codes) = (&queue.wrapup, &queue.dispositions);
    found.range(place, "wrapup.secs", wrapup.secs, 1..=3600);
    found.range(place, "wrapup.extend_secs", wrapup.extend_secs, 1..=3600);
    found.range(place, "wrapup.extend_max", wrapup.extend_max, 0..=20);
    if !codes.mandatory || codes.default.is_some() {
        return;
    }
    let help = "set dispositions.default, or dispositions.mandatory = false";
    if wrapup.mode == WrapupMode::None {
        let message = "wrap-up mode \"none\" leaves nobody to choose the mandatory code";
        found.error(&place.key("wrapup.mode"), message, help);
    }
    if wrapup.code_missing == CodeMissing::Default {
        let message = "code_missing = \"default\" needs a default code";
        found.error(&place.key("wrapup.code_missing"), message, help);
    }
}

fn dispositions(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let entry = &queue.dispositions;
    let at = place.at("dispositions");
    found.range(place, "dispositions.most", entry.most, 1..=6);
    let mut seen = BTreeSet::new();
    for (n, code) in entry.codes.iter().enumerate() {
        let here = at.at("codes").at(n);
        found.name(&here.at("id"), "a disposition code", &code.id);
        if !seen.insert(&code.id) {
            let message = format!("queue \"{}\" lists the code \"{}\" twice", queue.id, code.id);
            found.error(&here.at("id"), message, "take one of them out");
        }
    }
    codes::tree(found, &at, entry);
    if entry.mandatory && entry.codes.is_empty() {
        let message = format!("queue \"{}\" wants a code and lists none", queue.id);
        found.error(&at.at("mandatory"), message, "list codes, or set mandatory = false");
    }
    if let Some(default) = &entry.default
        && !entry.codes.iter().any(|code| code.id == *default)
    {
        let known = entry.codes.iter().map(|code| code.id.as_str());
        let message = format!("the default code \"{default}\" is not listed in codes");
        found.error(&at.at("default"), message, did_you_mean(default, known));
    }
}

/// Overflow leads to a queue that exists, and never back.
fn overflow(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let Some(target) = &queue.overflow else { return };
    let queues = &found.all.file.queue;
    let by_id = |id: &str| queues.iter().find(|queue| queue.id == id);
    if by_id(target).is_none() {
        let known = queues.iter().map(|queue| queue.id.as_str());
        let message = format!("overflow leads to \"{target}\", which is no queue");
        return found.error(&place.at("overflow"), message, did_you_mean(target, known));
    }
    let mut way = vec![queue.id.as_str()];
    let mut next = Some(target.as_str());
    while let Some(id) = next {
        way.push(id);
        if id == queue.id {
            let message = format!("overflow leads in a circle: {}", way.join(" → "));
            return found.error(&place.at("overflow"), message, "let one of them lead nowhere");
        }
        // A circle further on is told at the queues that are in it.
        if way.len() > queues.len() {
            return;
        }
        next = by_id(id).and_then(|queue| queue.overflow.as_deref());
    }
}

/// Somebody can take the queue's chats.
fn members(found: &mut Found<'_>, place: &Place, queue: &QueueEntry) {
    let agents = &found.all.file.agent;
    let members: Vec<&AgentEntry> =
        agents.iter().filter(|agent| agent.queues.contains_key(&queue.id)).collect();
    if members.is_empty() {
        let message = format!("queue \"{}\" has no members, so its chats wait", queue.id);
        let help = format!("add it to an agent: queues = {{ {} = 50 }}", queue.id);
        return found.warning(place, message, help);
    }
    let most = members.iter().map(|agent| agent.capacity).max().unwrap_or_default();
    if queue.weight > most {
        let message = format!(
            "a chat of queue \"{}\" weighs {}, more than any member can carry ({most})",
            queue.id, queue.weight
        );
        found.warning(&place.at("weight"), message, "lower the weight or raise a capacity");
    }
    let skilled = |agent: &&&AgentEntry| {
        let has = |skill: &String, least: &u8| agent.skills.get(skill).is_some_and(|l| l >= least);
        queue.skills.iter().all(|(skill, least)| has(skill, least))
    };
    if members.iter().find(skilled).is_none() {
        let message = format!("no member of queue \"{}\" has all skills it needs", queue.id);
        found.warning(&place.at("skills"), message, "lower the levels or add skills to a member");
    }
}

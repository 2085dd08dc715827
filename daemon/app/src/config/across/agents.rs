//! Agents: names, capacity, levels, queues that exist.

use super::{Found, did_you_mean};
use std::collections::BTreeMap;

pub(super) fn check(found: &mut Found<'_>) {
    let file = found.all.file;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, agent) in file.agent.iter().enumerate() {
        let place = &found.all.agent_places[n];
        if agent.id.is_empty() {
            found.error(place, "this agent has no id", "add a line such as id = \"ann\"");
        } else {
            found.name(&place.at("id"), "an agent", &agent.id);
        }
        if let Some(first) = seen.insert(&agent.id, n) {
            let first = &found.all.sources[found.all.agent_places[first].source].path;
            found.error(
                &place.at("id"),
                format!("there are two agents \"{}\"", agent.id),
                format!("the other stands in {}; take one of them out", first.display()),
            );
        }
        found.range(place, "capacity", agent.capacity, 1..=100);
        for (skill, level) in &agent.skills {
            let at = place.at("skills").at(skill.as_str());
            found.name(&at, "a skill", skill);
            level_range(found, &at, *level);
        }
        for (queue, level) in &agent.queues {
            let at = place.at("queues").at(queue.as_str());
            level_range(found, &at, *level);
            if !file.queue.iter().any(|known| known.id == *queue) {
                let known = file.queue.iter().map(|queue| queue.id.as_str());
                let message = format!("agent \"{}\" serves no queue \"{queue}\"", agent.id);
                found.error(&at, format!("{message}: there is none"), did_you_mean(queue, known));
            }
        }
        if agent.queues.is_empty() {
            let help = "add a table queues, such as queues = { support = 50 }";
            found.warning(place, format!("agent \"{}\" serves no queue", agent.id), help);
        }
    }
}

/// Levels of skills and queues are 1 to 100.
pub(super) fn level_range(found: &mut Found<'_>, at: &super::Place, level: u8) {
    if !(1..=100).contains(&level) {
        let message = format!("the level is {level}, outside 1 to 100");
        found.error(at, message, "write a whole number from 1 to 100");
    }
}

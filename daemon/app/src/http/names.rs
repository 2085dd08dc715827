//! Agents' names for people, looked up as they are needed.

use super::told::Names;
use crate::desk::{Desk, Unanswered};
use crate::rules::Rules;
use desk_core::display_name;
use desk_core::name::AgentId;
use std::collections::BTreeSet;

/// Adds the names of these agents to those that are known. An agent whom the config no longer knows
/// has none: their id is nothing for customers.
pub(super) async fn learn(
    desk: &Desk<Rules>,
    names: &mut Names,
    agents: impl Iterator<Item = &AgentId>,
) -> Result<(), Unanswered> {
    let wanted: BTreeSet<AgentId> = agents.filter(|id| !names.contains_key(id)).cloned().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let found = desk.view(move |state, _| {
        let known = wanted.into_iter().filter(|agent| state.agent_config(agent).is_some());
        known.map(|agent| (agent.clone(), display_name(state, &agent))).collect::<Names>()
    });
    names.extend(found.await?);
    Ok(())
}

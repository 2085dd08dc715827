//! What somebody may do, by their claims and what the config says of those.

use super::provider::Claims;
use crate::config::Oidc;
use desk_core::name::{AgentId, is_name};
use desk_core::{Actor, Holder};
use desk_wire::Role;
use serde_json::Value;
use std::collections::BTreeSet;

/// Somebody who may do something here.
pub(super) struct Person {
    pub(super) holder: Holder,
    /// Who signs in, as it stands in the journal.
    pub(super) actor: Actor,
    pub(super) name: String,
}

impl Person {
    /// None for whom the config knows neither as an agent nor by a group.
    pub(super) fn of(oidc: &Oidc, claims: &Claims) -> Option<Self> {
        let named = claim(claims, &oidc.agent_claim);
        let groups = groups(claims, &oidc.groups_claim);
        let theirs = || oidc.group.iter().filter(|group| groups.contains(group.name.as_str()));
        // An account alone makes nobody an agent: they are listed, or in a group of agents.
        let listed = named.as_ref().and_then(|named| oidc.agents.get(named));
        let serves = theirs().any(|group| group.role == Role::Agent);
        let own = || named.as_ref().filter(|named| serves && is_name(named));
        let agent = listed.or_else(own).map(|agent| AgentId::from(agent.as_str()));
        let admin = theirs().any(|group| group.role == Role::Admin);
        let supervised = theirs().filter(|group| group.role == Role::Supervisor);
        let queues: BTreeSet<_> =
            supervised.flat_map(|group| &group.queues).map(|queue| queue.as_str().into()).collect();
        if agent.is_none() && !admin && queues.is_empty() {
            return None;
        }
        let name = named.unwrap_or_else(|| claims.subject().to_string());
        let actor = match &agent {
            Some(agent) => Actor::Agent(agent.clone()),
            None if admin => Actor::Admin(name.as_str().into()),
            None => Actor::Supervisor(name.as_str().into()),
        };
        Some(Self { holder: Holder::Person { agent, queues, admin }, actor, name })
    }
}

/// A claim that is one text. An address that the provider has not verified is nobody's.
fn claim(claims: &Claims, name: &str) -> Option<String> {
    let text = match name {
        "sub" => claims.subject().to_string(),
        "preferred_username" => claims.preferred_username()?.to_string(),
        "email" if claims.email_verified() != Some(true) => return None,
        "email" => claims.email()?.to_string(),
        other => claims.additional_claims().0.get(other)?.as_str()?.to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

/// A claim that is a list of texts, or one.
fn groups<'c>(claims: &'c Claims, name: &str) -> BTreeSet<&'c str> {
    match claims.additional_claims().0.get(name) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => [one.as_str()].into(),
        _ => BTreeSet::new(),
    }
}

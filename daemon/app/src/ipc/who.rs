//! Who is at the other end of a connection, and what they may do at the time: an account of this
//! machine, or a browser that is signed in.

use super::Clients;
use crate::access::account_name;
use crate::config::{Agents, Settings, User};
use desk_core::name::GrantId;
use desk_core::{Grant, Holder, State};
use desk_wire::Role;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// An account, by the socket's credentials.
    Account(u32),
    /// A browser, by its session, and the account that signed it in, where one did.
    Session(GrantId, Option<u32>),
}

/// The same with the name that stands in the journal.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) who: Who,
    pub(super) name: Arc<str>,
}

impl Peer {
    pub(super) fn account(uid: u32) -> Self {
        Self { who: Who::Account(uid), name: account_name(uid) }
    }

    pub(super) fn session(id: GrantId, grant: &Grant) -> Self {
        let account = match grant.holder {
            Holder::Account(uid) => Some(uid),
            _ => None,
        };
        Self { who: Who::Session(id, account), name: holder_name(grant) }
    }
}

/// What a grant's holder is called where they are no agent.
pub(crate) fn holder_name(grant: &Grant) -> Arc<str> {
    match (&grant.holder, grant.label.or_empty()) {
        (Holder::Account(uid), _) => account_name(*uid),
        (_, label) if !label.is_empty() => label.into(),
        _ => "token".into(),
    }
}

/// What a grant lets its holder do.
pub(crate) fn user_of(settings: &Settings, holder: &Holder) -> Option<User> {
    let none = || User {
        uid: None,
        agents: Agents::Named(BTreeSet::new()),
        roles: BTreeSet::new(),
        queues: BTreeSet::new(),
    };
    Some(match holder {
        Holder::Account(uid) => {
            return settings.users.iter().find(|user| user.uid == Some(*uid)).cloned();
        }
        Holder::Agent(agent) => User {
            agents: Agents::Named([agent.clone()].into()),
            roles: [Role::Agent].into(),
            ..none()
        },
        Holder::Supervisor(queues) => {
            User { roles: [Role::Supervisor].into(), queues: queues.clone(), ..none() }
        }
        Holder::Admin => User { roles: [Role::Admin].into(), ..none() },
        Holder::Integrator => User { roles: [Role::Integrator].into(), ..none() },
        Holder::Person { agent, queues, admin } => {
            let roles = [
                agent.as_ref().map(|_| Role::Agent),
                (!queues.is_empty()).then_some(Role::Supervisor),
                admin.then_some(Role::Admin),
            ];
            User {
                agents: Agents::Named(agent.iter().cloned().collect()),
                roles: roles.into_iter().flatten().collect(),
                queues: queues.clone(),
                ..none()
            }
        }
    })
}

impl<P: 'static> Clients<P> {
    /// What this one may do now, if anything.
    pub(super) async fn user(&self, who: Who) -> Option<User> {
        let holder = match who {
            Who::Account(uid) => Holder::Account(uid),
            Who::Session(id, _) => {
                let look = move |state: &State, now: desk_core::Stamp| {
                    state.grant(id, now.wall_ms).map(|grant| grant.holder.clone())
                };
                self.desk.view(look).await.ok()??
            }
        };
        user_of(&self.settings.borrow(), &holder)
    }
}

//! Who may do what: the one table of roles and verbs, and whom a request acts as.
//!
//! A cell says how far a role reaches with a verb: to what is the caller's own, to the queues that
//! they supervise, to everything, or not at all. Whether a chat, an agent or a queue is within that
//! reach is looked up in State by whoever carries the verb out.

use crate::config::{Agents, User};
use desk_core::Actor;
use desk_core::name::{AgentId, QueueId};
use desk_wire::view::Whoami;
use desk_wire::{ActAs, Refusal, Role, VERBS};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How far a role reaches with a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Not at all.
    None,
    /// What is the agent's own: themselves, their chats, the queues that they serve.
    Own,
    /// The queues that the supervisor looks after, their chats and their agents.
    Queues,
    /// Everything.
    All,
}

use Reach::{All, None as No, Own, Queues};

/// The roles, in the order of the table's columns.
pub const ROLES: [Role; 4] = [Role::Agent, Role::Supervisor, Role::Admin, Role::Integrator];

/// The table. Agents handle chats; supervisors look after queues; admins force and steer, but do
/// not handle chats in their own name; integrators read.
#[rustfmt::skip]
const TABLE: &[(&str, [Reach; 4])] = &[
    //                    agent  supervisor  admin  integrator
    ("whoami",           [Own,   Own,        All,   All]),
    ("watch",            [Own,   Queues,     All,   All]),
    ("login",            [Own,   No,         No,    No]),
    ("logout",           [Own,   No,         No,    No]),
    ("status_show",      [Own,   No,         No,    No]),
    ("status_set",       [Own,   No,         No,    No]),
    ("status_stop_new",  [Own,   No,         No,    No]),
    ("status_resume",    [Own,   No,         No,    No]),
    ("offer_show",       [Own,   No,         No,    No]),
    ("offer_accept",     [Own,   No,         No,    No]),
    ("offer_reject",     [Own,   No,         No,    No]),
    ("chat_list",        [Own,   Queues,     All,   All]),
    ("chat_show",        [Own,   Queues,     All,   All]),
    ("chat_say",         [Own,   Queues,     No,    No]),
    ("chat_typing",      [Own,   Queues,     No,    No]),
    ("chat_end",         [Own,   No,         No,    No]),
    ("chat_transfer",    [Own,   No,         No,    No]),
    ("chat_history",     [Own,   Queues,     All,   All]),
    ("explain",          [Own,   Queues,     All,   No]),
    ("chat_ack",         [Own,   Queues,     All,   No]),
    ("match_list",       [Own,   Queues,     All,   All]),
    ("match_search",     [Own,   No,         All,   No]),
    ("match_choose",     [Own,   No,         All,   No]),
    ("wrapup_show",      [Own,   Queues,     All,   No]),
    ("wrapup_code",      [Own,   No,         No,    No]),
    ("wrapup_note",      [Own,   No,         No,    No]),
    ("wrapup_extend",    [Own,   No,         No,    No]),
    ("wrapup_done",      [Own,   No,         No,    No]),
    ("pop_claim",        [Own,   No,         No,    No]),
    ("pop_report",       [Own,   No,         No,    No]),
    ("reply_list",       [Own,   Queues,     All,   No]),
    ("agent_list",       [No,    Queues,     All,   No]),
    ("agent_show",       [No,    Queues,     All,   No]),
    ("agent_set_status", [No,    Queues,     All,   No]),
    ("agent_logout",     [No,    Queues,     All,   No]),
    ("agent_drain",      [No,    Queues,     All,   No]),
    ("agent_hand_over",  [No,    Queues,     All,   No]),
    ("queue_list",       [Own,   Queues,     All,   All]),
    ("queue_show",       [Own,   Queues,     All,   All]),
    ("queue_figures",    [No,    Queues,     All,   All]),
    ("queue_drain",      [No,    Queues,     All,   No]),
    ("queue_hours",      [No,    Queues,     All,   No]),
    ("chat_assign",      [No,    Queues,     All,   No]),
    ("chat_requeue",     [No,    Queues,     All,   No]),
    ("chat_force_end",   [No,    Queues,     All,   No]),
    ("desk_ticket",      [Own,   Queues,     All,   No]),
    ("token_create",     [No,    No,         All,   No]),
    ("token_list",       [No,    No,         All,   No]),
    ("token_revoke",     [No,    No,         All,   No]),
    ("session_list",     [No,    No,         All,   No]),
    ("session_revoke",   [No,    No,         All,   No]),
    ("daemon_status",    [No,    All,        All,   No]),
    ("daemon_drain",     [No,    No,         All,   No]),
    ("daemon_stop",      [No,    No,         All,   No]),
    ("incident_list",    [Own,   Queues,     All,   All]),
    ("incident_show",    [Own,   Queues,     All,   All]),
    ("incident_audit",   [No,    Queues,     All,   All]),
    ("outbox_list",      [No,    Queues,     All,   No]),
    ("outbox_show",      [No,    Queues,     All,   No]),
    ("outbox_retry",     [No,    No,         All,   No]),
    ("outbox_retry_parked", [No, No,         All,   No]),
    ("outbox_drop",      [No,    No,         All,   No]),
    ("outbox_replay",    [No,    No,         All,   No]),
    ("script_status",    [No,    No,         All,   No]),
    ("script_reload",    [No,    No,         All,   No]),
    ("script_diff",      [No,    No,         All,   No]),
    ("script_apply",     [No,    No,         All,   No]),
    ("script_rollback",  [No,    No,         All,   No]),
    ("script_replay",    [No,    No,         All,   No]),
    ("config_status",    [No,    No,         All,   No]),
    ("person_show",      [No,    No,         All,   No]),
    ("person_export",    [No,    No,         All,   No]),
    ("person_erase",     [No,    No,         All,   No]),
    ("journal_backup",   [No,    No,         All,   No]),
];

/// The figures at `/metrics`, which are no verb of the protocol.
pub const METRICS: &str = "metrics";

/// What is no verb of the protocol: what is asked for over HTTP with a token.
#[rustfmt::skip]
const OVER_HTTP: &[(&str, [Reach; 4])] = &[
    //                    agent  supervisor  admin  integrator
    (METRICS,            [No,    All,        All,   All]),
];

/// How far a role reaches with a verb, or with what is asked for over HTTP.
#[must_use]
pub fn reach(role: Role, verb: &str) -> Reach {
    let row = TABLE.iter().chain(OVER_HTTP).find(|(name, _)| *name == verb);
    let column = ROLES.iter().position(|known| *known == role);
    row.zip(column).map_or(No, |((_, row), column)| row[column])
}

/// Whether a role may use a verb at all.
#[must_use]
pub fn may(role: Role, verb: &str) -> bool {
    reach(role, verb) != No
}

/// Whom a request acts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acting {
    /// An agent.
    Agent(AgentId),
    /// A supervisor of these queues.
    Supervisor(BTreeSet<QueueId>),
    /// An admin.
    Admin,
    /// An integrator.
    Integrator,
}

impl Acting {
    /// The role.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Agent(_) => Role::Agent,
            Self::Supervisor(_) => Role::Supervisor,
            Self::Admin => Role::Admin,
            Self::Integrator => Role::Integrator,
        }
    }

    /// The agent, where it is one.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Agent(agent) => Some(agent),
            _ => None,
        }
    }

    /// How a client picks it.
    #[must_use]
    pub fn act_as(&self) -> ActAs {
        match self {
            Self::Agent(agent) => ActAs::Agent(agent.to_string()),
            _ => ActAs::Role(self.role()),
        }
    }

    /// Who stands in the journal; `name` is the account's.
    #[must_use]
    pub fn actor(&self, name: &Arc<str>) -> Actor {
        match self {
            Self::Agent(agent) => Actor::Agent(agent.clone()),
            Self::Supervisor(_) => Actor::Supervisor(Arc::clone(name)),
            Self::Admin => Actor::Admin(Arc::clone(name)),
            Self::Integrator => Actor::Integrator(Arc::clone(name)),
        }
    }

    /// The verbs that it may use.
    #[must_use]
    pub fn may(&self) -> Vec<String> {
        verbs(&[self.role()])
    }
}

fn verbs(roles: &[Role]) -> Vec<String> {
    let allowed = |verb: &&&str| roles.iter().any(|role| may(*role, verb));
    VERBS.iter().filter(allowed).map(ToString::to_string).collect()
}

/// A caller: an account of this machine, and the agents that there are for one who may act as any.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// What the config lets the account do.
    pub user: &'a User,
    /// Every agent of the desk.
    pub known: &'a BTreeSet<AgentId>,
}

impl Caller<'_> {
    /// The agents whom the caller may act as.
    #[must_use]
    pub fn agents(&self) -> BTreeSet<AgentId> {
        match &self.user.agents {
            _ if !self.user.roles.contains(&Role::Agent) => BTreeSet::new(),
            Agents::Any => self.known.clone(),
            Agents::Named(named) => named.clone(),
        }
    }

    fn acting(&self, role: Role) -> Option<Acting> {
        let acting = match role {
            Role::Agent => return None,
            Role::Supervisor => Acting::Supervisor(self.user.queues.clone()),
            Role::Admin => Acting::Admin,
            Role::Integrator => Acting::Integrator,
        };
        self.user.roles.contains(&role).then_some(acting)
    }

    fn roles(&self) -> impl Iterator<Item = Acting> {
        ROLES.into_iter().filter_map(|role| self.acting(role))
    }

    /// Whom a request acts as, and whether that one may use the verb. Without a choice it is the
    /// one agent whom the caller may act as, else the one role that may; where that leaves several,
    /// a verb that changes nothing takes the role that reaches furthest.
    ///
    /// # Errors
    /// `not_allowed`, or `which_actor` with those who could be meant.
    pub fn resolve(
        &self,
        act_as: Option<&ActAs>,
        verb: &str,
        changes: bool,
    ) -> Result<Acting, Refusal> {
        let acting = match act_as {
            Some(act_as) => self.picked(act_as)?,
            None => self.unpicked(verb, changes)?,
        };
        if may(acting.role(), verb) {
            return Ok(acting);
        }
        let able = ROLES.into_iter().filter(|role| may(*role, verb)).map(|role| role.to_string());
        let able: Vec<_> = able.collect();
        let message = format!("{} may not use `{verb}`", acting.act_as());
        Err(Refusal::new("not_allowed", message).hint(format!("it is for: {}", able.join(", "))))
    }

    fn picked(&self, act_as: &ActAs) -> Result<Acting, Refusal> {
        let found = match act_as {
            ActAs::Agent(name) => {
                let agent = AgentId::from(name.as_str());
                let allowed =
                    self.user.roles.contains(&Role::Agent) && self.user.may_act_as(&agent);
                allowed.then_some(Acting::Agent(agent))
            }
            ActAs::Role(role) => self.acting(*role),
        };
        found.ok_or_else(|| {
            let message = format!("this account may not act as {act_as}");
            Refusal::new("not_allowed", message).field("as").choices(self.choices(|_| true))
        })
    }

    fn unpicked(&self, verb: &str, changes: bool) -> Result<Acting, Refusal> {
        let agents = if may(Role::Agent, verb) { self.agents() } else { BTreeSet::new() };
        if let (Some(agent), 1) = (agents.first(), agents.len()) {
            return Ok(Acting::Agent(agent.clone()));
        }
        let mut able: Vec<_> = self.roles().filter(|acting| may(acting.role(), verb)).collect();
        able.sort_by_key(|acting| reach(acting.role(), verb));
        let clear = able.len() == 1 && (agents.is_empty() || !changes);
        match able.pop() {
            Some(widest) if clear || !changes => Ok(widest),
            None if agents.is_empty() => Err(self.nobody(verb)),
            _ => Err(self.which(|role| may(role, verb))),
        }
    }

    /// Nobody whom the caller may act as may use the verb.
    fn nobody(&self, verb: &str) -> Refusal {
        let message = format!("this account may act as nobody who may use `{verb}`");
        Refusal::new("not_allowed", message).choices(self.choices(|_| true))
    }

    fn which(&self, wanted: impl Fn(Role) -> bool) -> Refusal {
        Refusal::new("which_actor", "this account may act as several; say as whom")
            .hint("add `as`, such as agent:NAME or role:admin")
            .field("as")
            .choices(self.choices(wanted))
    }

    fn choices(&self, wanted: impl Fn(Role) -> bool) -> Vec<String> {
        let agents = self.agents().into_iter().filter(|_| wanted(Role::Agent)).map(Acting::Agent);
        let roles = self.roles().filter(|acting| wanted(acting.role()));
        roles.chain(agents).take(CHOICES_MAX).map(|acting| acting.act_as().to_string()).collect()
    }

    /// Who the caller is. Without a choice that it names or makes clear it acts as nobody yet, and
    /// `may` lists what any of its roles may.
    ///
    /// # Errors
    /// `not_allowed` for a choice that is not the caller's.
    pub fn whoami(&self, act_as: Option<&ActAs>) -> Result<Whoami, Refusal> {
        let agents = self.agents();
        let roles: Vec<Role> = self.user.roles.iter().copied().collect();
        let acting = match act_as {
            Some(act_as) => Some(self.picked(act_as)?),
            None => match (agents.first(), agents.len()) {
                (Some(agent), 1) => Some(Acting::Agent(agent.clone())),
                (None, _) if roles.len() == 1 => self.roles().next(),
                _ => None,
            },
        };
        Ok(Whoami {
            uid: self.user.uid,
            agents: agents.iter().map(ToString::to_string).collect(),
            may: acting.as_ref().map_or_else(|| verbs(&roles), Acting::may),
            acting_as: acting.map(|acting| acting.act_as()),
            roles,
        })
    }
}

/// Most choices that a refusal lists.
pub const CHOICES_MAX: usize = 50;

/// The account's name, or its number where it has none.
#[must_use]
pub fn account_name(uid: u32) -> Arc<str> {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid));
    match user {
        Ok(Some(user)) => user.name.into(),
        _ => format!("uid-{uid}").into(),
    }
}

#[cfg(test)]
mod tests;

//! Grants: what lets somebody in who is not known by an account of this machine. A *token* is made by
//! an admin for a program or a person and lasts for long; a *session* is what a browser holds once
//! somebody showed a token, or came by a one-use ticket. State says who holds one and for how long;
//! its secret is derived from the id by the shell and stands nowhere.

use crate::State;
use crate::actor::Actor;
use crate::answer::Answer;
use crate::decide::Draft;
use crate::event::Event;
use crate::name::{AgentId, GrantId, QueueId};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::time::Timer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most characters of what a grant is for.
const LABEL_CHARS_MAX: u32 = 100;

/// Who may act by a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "holder", content = "of")]
pub enum Holder {
    /// An account of this machine, by number: what the config lets it do at the time.
    Account(u32),
    /// An agent.
    Agent(AgentId),
    /// A supervisor of these queues.
    Supervisor(BTreeSet<QueueId>),
    /// An admin.
    Admin,
    /// A system that feeds chats in or takes events out.
    Integrator,
    /// Somebody whom a provider let in: an agent, a supervisor of these queues, an admin, or several of
    /// these.
    Person {
        /// The agent.
        agent: Option<AgentId>,
        /// The queues that they supervise.
        queues: BTreeSet<QueueId>,
        /// Whether they are an admin.
        admin: bool,
    },
}

impl Holder {
    /// The agent, where it is one.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Agent(agent) | Self::Person { agent: Some(agent), .. } => Some(agent),
            _ => None,
        }
    }

    /// The queues that are supervised by it.
    #[must_use]
    pub const fn queues(&self) -> Option<&BTreeSet<QueueId>> {
        match self {
            Self::Supervisor(queues) | Self::Person { queues, .. } => Some(queues),
            _ => None,
        }
    }
}

/// What a grant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// Shown at each sign-in, or with each request.
    Token,
    /// Held by one browser.
    Session,
}

/// A grant that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is.
    pub kind: GrantKind,
    /// Who may act by it.
    pub holder: Holder,
    /// The token that a session was opened by; both end together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<GrantId>,
    /// What it is for, in its maker's words; a session's browser.
    pub label: Private<String>,
    /// Who made it.
    pub by: Actor,
    /// When, in wall milliseconds.
    pub made_ms: i64,
    /// Until when it is good, in wall milliseconds.
    pub expires_ms: i64,
}

/// What a grant is asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// Its id, minted where it is asked for: its secret is made from it.
    pub id: GrantId,
    /// What it is to be.
    pub kind: GrantKind,
    /// Who is to act by it.
    pub holder: Holder,
    /// The token that was shown, where one was.
    pub token: Option<GrantId>,
    /// What it is for.
    pub label: String,
    /// Until when, in wall milliseconds; no session outlives its token.
    pub expires_ms: i64,
}

pub(crate) fn make(draft: &mut Draft<'_>, new: &NewGrant) -> Result<Answer, Refusal> {
    let (state, at) = (draft.state, draft.envelope.at);
    if new.label.chars().count() > LABEL_CHARS_MAX as usize {
        return Err(Refusal::TooLong(LABEL_CHARS_MAX));
    }
    let token = match new.token {
        Some(id) => Some(state.grant(id, at.wall_ms).ok_or(Refusal::UnknownGrant(id))?),
        None => None,
    };
    if let Some(agent) = new.holder.agent()
        && !state.config.agents.contains_key(agent)
    {
        return Err(Refusal::UnknownAgent(agent.clone()));
    }
    let mut queues = new.holder.queues().into_iter().flatten();
    if let Some(queue) = queues.find(|queue| !state.config.queues.contains_key(*queue)) {
        return Err(Refusal::UnknownQueue(queue.clone()));
    }
    let most = state.config.limits.grants;
    if state.grants.len() >= most as usize {
        return Err(Refusal::TooManyGrants(most));
    }
    let expires_ms = token.map_or(new.expires_ms, |token| token.expires_ms.min(new.expires_ms));
    let grant = Grant {
        kind: new.kind,
        holder: new.holder.clone(),
        token: new.token,
        label: new.label.clone().into(),
        by: draft.envelope.who.clone(),
        made_ms: at.wall_ms,
        expires_ms,
    };
    draft.emit(Event::Granted { id: new.id, grant: Box::new(grant) });
    Ok(Answer::Granted { grant: new.id })
}

/// Takes a grant back, and with a token the sessions that it opened.
pub(crate) fn revoke(draft: &mut Draft<'_>, id: GrantId) -> Result<Answer, Refusal> {
    let state = draft.state;
    if !state.grants.contains_key(&id) {
        return Err(Refusal::UnknownGrant(id));
    }
    let by_it = state.grants.iter().filter(|(_, grant)| grant.token == Some(id));
    let gone: Vec<GrantId> = by_it.map(|(id, _)| *id).chain([id]).collect();
    for id in gone {
        draft.emit(Event::GrantEnded { id });
    }
    Ok(Answer::Done)
}

pub(crate) fn apply(state: &mut State, seq: u64, event: &Event) {
    match event {
        Event::Granted { id, grant } => {
            state.wall.set(Timer::Grant(*id), grant.expires_ms, seq);
            state.grants.insert(*id, Grant::clone(grant));
        }
        Event::GrantEnded { id } => {
            state.wall.clear(&Timer::Grant(*id));
            state.desk.clear(&Timer::Grant(*id));
            state.grants.remove(id);
        }
        _ => {}
    }
}

impl State {
    /// A grant that is good at this time, in wall milliseconds.
    #[must_use]
    pub fn grant(&self, id: GrantId, now_ms: i64) -> Option<&Grant> {
        self.grants.get(&id).filter(|grant| grant.expires_ms > now_ms)
    }
}

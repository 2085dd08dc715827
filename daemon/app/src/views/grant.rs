//! Tokens and sessions.

use super::{Views, words};
use desk_core::name::GrantId;
use desk_core::{Grant, GrantKind, Holder};
use desk_wire::view::GrantView;

impl Views<'_> {
    /// A token or session, while it is good.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<GrantView> {
        self.state.grant(id, self.now.wall_ms).map(|grant| view(id, grant))
    }

    /// All of a kind, the newest first.
    #[must_use]
    pub fn grants(&self, kind: GrantKind) -> Vec<GrantView> {
        let of = self.state.grants.iter().filter(|(_, grant)| grant.kind == kind);
        let mut all: Vec<GrantView> = of.map(|(id, grant)| view(*id, grant)).collect();
        all.sort_by_key(|grant| std::cmp::Reverse(grant.made));
        all
    }
}

fn view(id: GrantId, grant: &Grant) -> GrantView {
    let holder = match &grant.holder {
        Holder::Account(uid) => format!("uid:{uid}"),
        Holder::Agent(agent) => format!("agent:{agent}"),
        Holder::Supervisor(_) => "role:supervisor".to_owned(),
        Holder::Admin => "role:admin".to_owned(),
        Holder::Integrator => "role:integrator".to_owned(),
        Holder::Person { agent, queues, admin } => {
            let agent = agent.as_ref().map(|agent| format!("agent:{agent}"));
            let supervisor = (!queues.is_empty()).then(|| "role:supervisor".to_owned());
            let admin = admin.then(|| "role:admin".to_owned());
            let all: Vec<String> = agent.into_iter().chain(supervisor).chain(admin).collect();
            all.join(" ")
        }
    };
    let queues = grant.holder.queues().into_iter().flatten().map(ToString::to_string).collect();
    GrantView {
        id: id.to_string(),
        holder,
        queues,
        label: grant.label.or_empty(),
        by: words::by(&grant.by),
        made: grant.made_ms,
        expires: grant.expires_ms,
        token: grant.token.map(|token| token.to_string()),
        secret: None,
    }
}

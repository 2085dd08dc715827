//! What lets browsers and programs in.

use super::{Asker, Result, done, refusals};
use crate::clock::wall_ms;
use crate::ipc::tickets::{GOOD_FOR, Ticket};
use crate::ipc::who::Who;
use crate::views::Views;
use desk_core::name::GrantId;
use desk_core::policy::Policy;
use desk_core::{Answer, Command, GrantKind, Holder, NewGrant};
use desk_wire::view::TicketView;
use desk_wire::{ActAs, Call, Refusal, Reply, Role, UnixMs};

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn grants(&self, call: Call) -> Result<Reply> {
        match call {
            Call::DeskTicket {} => self.ticket(),
            Call::TokenCreate { to, queues, label, expires } => {
                let holder = holder(&to, queues)?;
                let expires_ms = expires.unwrap_or_else(|| wall_ms() + self.token_ms());
                self.token(holder, label, expires_ms).await
            }
            Call::TokenList {} => self.list(GrantKind::Token).await,
            Call::SessionList {} => self.list(GrantKind::Session).await,
            Call::TokenRevoke { token } => self.revoke("token", &token).await,
            Call::SessionRevoke { session } => self.revoke("session", &session).await,
            _ => unreachable!("not about tokens or sessions"),
        }
    }

    fn token_ms(&self) -> UnixMs {
        i64::from(self.shared.settings.borrow().http.token_days) * DAY_MS
    }

    fn ticket(&self) -> Result<Reply> {
        let Who::Account(uid) = self.who else {
            let message = "this browser is signed in already";
            return Err(Refusal::new("not_allowed", message));
        };
        let ticket = Ticket::SignIn(Holder::Account(uid), self.actor.clone());
        let word = self.shared.tickets.give(ticket).map_err(|error| {
            Refusal::new("internal", format!("the system gives no random bytes: {error}"))
        })?;
        // After the `#`: a browser tells it to nobody, and no log holds it.
        // Agents work at the desk, those who look after them in front of the wall.
        let page = if self.acting.agent().is_some() { "desk" } else { "wall" };
        let url = format!("{}/{page}#ticket={word}&as={}", self.shared.url, self.acting.act_as());
        let good_ms = i64::try_from(GOOD_FOR.as_millis()).unwrap_or(0);
        Ok(Reply::Ticket(TicketView { url, expires: wall_ms() + good_ms }))
    }

    async fn token(&self, holder: Holder, label: String, expires_ms: UnixMs) -> Result<Reply> {
        let id = GrantId(uuid::Uuid::from_bytes(crate::ipc::random()));
        let kind = GrantKind::Token;
        let new = NewGrant { id, kind, holder, token: None, label, expires_ms };
        let answer = self.give(Command::Grant(Box::new(new))).await?;
        // A repeat is answered with the token that the first one made.
        let Answer::Granted { grant } = answer else { return Ok(done(None)) };
        let view = self.see(move |views| views.grant(grant)).await?;
        let mut view = view.ok_or_else(|| Refusal::new("unknown_grant", "it is over already"))?;
        view.secret = Some(self.desk().keys().grant_secret(grant));
        Ok(Reply::Token(view))
    }

    async fn list(&self, kind: GrantKind) -> Result<Reply> {
        Ok(Reply::Tokens(self.see(move |views: Views<'_>| views.grants(kind)).await?))
    }

    async fn revoke(&self, field: &str, id: &str) -> Result<Reply> {
        let wrong = |_| refusals::wrong(field, "expected an id, as the list shows it");
        let grant = id.parse::<GrantId>().map_err(wrong)?;
        self.give(Command::Revoke { grant }).await?;
        Ok(done(None))
    }
}

fn holder(to: &ActAs, queues: Vec<String>) -> Result<Holder> {
    let none = queues.is_empty();
    match to {
        ActAs::Role(Role::Supervisor) if none => {
            Err(refusals::wrong("queues", "a supervisor looks after at least one queue"))
        }
        ActAs::Role(Role::Supervisor) => {
            Ok(Holder::Supervisor(queues.into_iter().map(Into::into).collect()))
        }
        _ if !none => Err(refusals::wrong("queues", "only a supervisor has queues")),
        ActAs::Agent(agent) => Ok(Holder::Agent(agent.as_str().into())),
        ActAs::Role(Role::Admin) => Ok(Holder::Admin),
        ActAs::Role(Role::Integrator) => Ok(Holder::Integrator),
        ActAs::Role(Role::Agent) => Err(refusals::wrong("to", "name the agent: agent:NAME")),
    }
}

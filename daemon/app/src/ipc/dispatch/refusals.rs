//! Refusals in the words of the wire.

use crate::desk::Unanswered;
use crate::history::Untold;
use crate::ipc::who::Who;
use desk_core::name::AgentId;
use desk_wire::Refusal;

/// Why the desk did not do it.
pub(in crate::ipc) fn refusal(unanswered: Unanswered) -> Refusal {
    use desk_core::Refusal as Core;
    let refusal = Refusal::new(unanswered.code(), unanswered.to_string());
    let Unanswered::Refused(refused) = unanswered else { return refusal };
    let values = refused.values().into_iter().map(|(name, value)| (name.to_owned(), value));
    let refusal = refusal.values(values.collect());
    match refused {
        Core::ReasonRequired(codes) | Core::ReasonUnknown(codes) => {
            refusal.field("with.reason").choices(codes)
        }
        Core::OpenChats => refusal.hint("finish them, or log out `after` them"),
        Core::NotLoggedIn(_) => refusal.hint("log in first"),
        Core::NotBusy => refusal.hint("set a status instead"),
        Core::UnknownAgent(_) => refusal.field("with.agent"),
        Core::UnknownQueue(_) => refusal.field("with.queue"),
        Core::CodeUnknown(_) | Core::CodesTooMany(_) | Core::CodeIsGroup(_) => {
            refusal.field("with.codes")
        }
        Core::UnknownGrant(_) => refusal.hint("'deskctl token list' and 'session list' name them"),
        Core::UnknownCandidate(_) => refusal.field("with.candidate"),
        Core::UnknownStep(_) | Core::UnknownDelivery(_) => refusal.field("with.step"),
        Core::QueuesInUse(queues) => {
            refusal.choices(queues.iter().map(ToString::to_string).collect())
        }
        _ => refusal,
    }
}

/// Why the journal did not tell.
pub(in crate::ipc) fn untold(error: Untold) -> Refusal {
    tracing::error!(%error, "the journal did not tell");
    let message = format!("the journal cannot be read: {error}");
    Refusal::new("journal_unreadable", message).hint("see the daemon's log")
}

/// Whoever this is may do nothing.
pub(in crate::ipc) fn stranger(who: Who) -> Refusal {
    match who {
        Who::Account(uid) => {
            let message = format!("the account with uid {uid} may do nothing here");
            Refusal::new("not_allowed", message)
                .hint("an admin can list it under [[ipc.user]] in the config")
        }
        Who::Session(..) => {
            Refusal::new("session_over", "this session is over").hint("sign in again")
        }
    }
}

/// There is no such agent.
pub(in crate::ipc) fn unknown_agent(agent: &AgentId) -> Refusal {
    refusal(Unanswered::Refused(desk_core::Refusal::UnknownAgent(agent.clone())))
}

/// Something that is outside of the caller's reach.
pub(super) fn out_of_reach(what: &str) -> Refusal {
    Refusal::new("not_allowed", format!("{what} is not of a queue that you look after"))
}

/// A text that is not what a field takes.
pub(super) fn wrong(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::new("wrong_type", message).field(format!("with.{field}"))
}

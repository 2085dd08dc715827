//! The presence lease: an agent counts as there while a stream that acts as them is open.

use super::dispatch;
use crate::desk::{Desk, Unanswered};
use desk_core::name::AgentId;
use desk_core::{Actor, Command};
use desk_wire::Refusal;
use std::time::Duration;

/// The pause before an overloaded desk is told again that a stream is gone.
const AGAIN: Duration = Duration::from_secs(1);

fn actor() -> Actor {
    Actor::Driver("presence".into())
}

/// A stream of the agent's opened.
pub(super) async fn opened<P: 'static>(desk: &Desk<P>, agent: &AgentId) -> Result<(), Refusal> {
    let command = Command::StreamOpened { agent: agent.clone() };
    desk.command(actor(), None, command).await.map_err(dispatch::refusal)?;
    Ok(())
}

/// A stream of the agent's is gone. Told until the desk has heard it: an agent who is thought to be
/// there for ever would be offered chats for ever.
pub(super) async fn lost<P: 'static>(desk: &Desk<P>, agent: &AgentId) {
    loop {
        let command = Command::StreamLost { agent: agent.clone() };
        match desk.command(actor(), None, command).await {
            Err(Unanswered::Overloaded) => tokio::time::sleep(AGAIN).await,
            Ok(_) | Err(Unanswered::Refused(_) | Unanswered::Stopping) => return,
        }
    }
}

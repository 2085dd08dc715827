//! A customer counts as there while a stream of theirs is open, where their queue asks for it.

use super::Door;
use crate::desk::{Desk, Unanswered};
use crate::rules::Rules;
use desk_core::name::ChatId;
use desk_core::{Actor, Command};
use std::time::Duration;

/// The pause before an overloaded desk is told again that a stream is gone.
const AGAIN: Duration = Duration::from_secs(1);

/// What an open stream holds; dropped with it.
pub(super) struct Lease {
    desk: Desk<Rules>,
    chat: ChatId,
}

impl Lease {
    /// A stream of the customer's opened. None where the chat is over.
    pub(super) async fn take(door: &Door, chat: ChatId) -> Option<Self> {
        let command = Command::CustomerCame { chat };
        door.desk.command(Actor::Customer(chat), None, command).await.ok()?;
        Some(Self { desk: door.desk.clone(), chat })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (desk, chat) = (self.desk.clone(), self.chat);
        // Where the runtime is gone the daemon has stopped: its next start begins a grace.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let went = || Command::CustomerWent { chat };
            // Told until it is heard: who is thought to be there for ever is never given up.
            while let Err(Unanswered::Overloaded) =
                desk.command(Actor::Customer(chat), None, went()).await
            {
                tokio::time::sleep(AGAIN).await;
            }
        });
    }
}

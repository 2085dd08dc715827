//! Where one chat stands: from State while it is open, from the journal once it has left memory.

use super::Door;
use super::problem::Fault;
use super::told::{ChatState, End, Place, number};
use desk_core::name::ChatId;
use desk_core::{Chat, EndedHow, Event, Phase, Record, Refusal, State, display_name};
use serde::Serialize;
use std::ops::ControlFlow;
use utoipa::ToSchema;

/// A chat, as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ChatStatus {
    /// Its id.
    pub(super) chat: String,
    /// Where it stands.
    pub(super) state: ChatState,
    /// How many messages it has.
    pub(super) messages: u64,
    /// When it arrived: milliseconds since 1970.
    pub(super) opened: i64,
    /// The name for people of the agent who talks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<String>,
    /// Where it stands among those that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    /// How and when it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<End>,
}

/// Looks the chat up.
///
/// # Errors
/// The refusal `unknown_chat` where the journal does not know it either.
pub(super) async fn look(door: &Door, chat: ChatId) -> Result<ChatStatus, Fault> {
    let seen = door.desk.view(move |state, _| state.chats.get(&chat).map(|c| open(state, c)));
    match seen.await? {
        Some(mut status) => {
            let place = door.desk.waits().borrow().place(chat).map(Place::from);
            status.place = place.filter(|_| status.state == ChatState::Waiting);
            Ok(status)
        }
        None => closed(door, chat).await,
    }
}

fn open(state: &State, chat: &Chat) -> ChatStatus {
    let place = match chat.phase {
        Phase::Waiting { .. } => ChatState::Waiting,
        Phase::Offered(_) => ChatState::Offered,
        Phase::Active => ChatState::Active,
        Phase::Ended { .. } => ChatState::Ended,
    };
    ChatStatus {
        chat: chat.id.to_string(),
        state: place,
        messages: chat.messages.saturating_sub(chat.internal),
        opened: chat.opened.wall_ms,
        place: None,
        agent: chat.active().map(|segment| display_name(state, &segment.agent)),
        ended: chat.ended().map(|(how, at)| {
            let form = state.queue(&chat.queue).is_some_and(|queue| queue.form.is_some());
            End::new(how, at.wall_ms, form && how == EndedHow::Expired)
        }),
    }
}

/// A chat that left memory has ended, so only the journal tells of it.
async fn closed(door: &Door, chat: ChatId) -> Result<ChatStatus, Fault> {
    let none: Option<ChatStatus> = None;
    let fold = move |status: &mut Option<ChatStatus>, record: &Record| {
        for event in record.events.iter().filter(|event| event.chat() == Some(chat)) {
            add(status, chat, record.at.wall_ms, event);
        }
        match status {
            Some(ChatStatus { ended: Some(_), .. }) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    let found = super::journal::over(door.desk.readers(), chat, none, fold).await?;
    found.ok_or(Fault::from(Refusal::UnknownChat(chat)))
}

fn add(status: &mut Option<ChatStatus>, chat: ChatId, at: i64, event: &Event) {
    match (status, event) {
        (status, Event::ChatOpened(_)) => {
            *status = Some(ChatStatus {
                chat: chat.to_string(),
                state: ChatState::Ended,
                messages: 0,
                opened: at,
                agent: None,
                place: None,
                ended: None,
            });
        }
        (Some(status), Event::MessageKept { .. }) => {
            status.messages = number(event).unwrap_or(status.messages);
        }
        (Some(status), Event::ChatEnded { how, form, .. }) => {
            status.ended = Some(End::new(*how, at, *form));
        }
        _ => {}
    }
}

/// The refusal of a command to a chat that has left memory is `chat_ended`, as it was while the
/// chat was still there.
pub(super) async fn explain(door: &Door, chat: ChatId, fault: Fault) -> Fault {
    use crate::desk::Unanswered::Refused;
    match fault {
        Fault::Unanswered(Refused(Refusal::UnknownChat(_))) => match look(door, chat).await {
            Ok(_) => Refusal::ChatEnded.into(),
            Err(fault) => fault,
        },
        fault => fault,
    }
}

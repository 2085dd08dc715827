//! Chats, customers, messages.

use super::{Views, words};
use desk_core::{Author, Chat, Content, Customer, Message, Phase, Private, State};
use desk_wire::view::{ChatState, ChatTimes, ChatView, CustomerView, MessageView};

impl Views<'_> {
    /// An open chat, without its messages: those are in the journal.
    #[must_use]
    pub fn chat(&self, chat: &Chat) -> ChatView {
        let ended = chat.ended();
        let waits = matches!(chat.phase, Phase::Waiting { .. } | Phase::Offered(_));
        ChatView {
            chat: chat.id.to_string(),
            queue: chat.queue.to_string(),
            state: state(chat),
            how_ended: ended.map(|(how, _)| words::ended(how)),
            agent: holder(chat),
            customer: customer(&chat.customer),
            fields: chat.fields.or_empty(),
            segments: chat.segments.iter().map(|s| self.segment(chat.id, s)).collect(),
            record: self.matched(chat),
            message_count: chat.messages,
            messages: Vec::new(),
            incident: self.incident(chat.id),
            times: ChatTimes {
                initiated: chat.opened.wall_ms,
                accepted: chat.segments.first().map(|segment| segment.accepted.wall_ms),
                terminated: ended.map(|(_, at)| at.wall_ms),
                waiting_ms: waits.then(|| self.now.desk_ms.saturating_sub(chat.opened.desk_ms)),
            },
            unacknowledged: is_unacknowledged(self.state, chat),
        }
    }

    /// A chat as it stands in a list: without messages, and of the candidates only the chosen one.
    #[must_use]
    pub fn chat_in_list(&self, chat: &Chat) -> ChatView {
        let mut view = self.chat(chat);
        let chosen = view.record.chosen.clone();
        view.record.candidates.retain(|candidate| Some(&candidate.sys_id) == chosen.as_ref());
        view
    }
}

/// Where a chat is.
#[must_use]
pub(super) const fn state(chat: &Chat) -> ChatState {
    match chat.phase {
        Phase::Waiting { .. } => ChatState::Waiting,
        Phase::Offered(_) => ChatState::Offered,
        Phase::Active => ChatState::Active,
        Phase::Ended { .. } => ChatState::Ended,
    }
}

/// Whose it is, where it is offered or active. One that is offered to several is nobody's yet.
#[must_use]
pub(super) fn holder(chat: &Chat) -> Option<String> {
    let mut offers = chat.offers();
    let offered = offers.next().map(|offer| &offer.agent);
    if offers.next().is_some() {
        return None;
    }
    offered.or_else(|| chat.active().map(|segment| &segment.agent)).map(ToString::to_string)
}

/// Who asked for a chat.
#[must_use]
pub fn customer(customer: &Private<Customer>) -> CustomerView {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    customer.known().map_or_else(CustomerView::default, |customer| CustomerView {
        name: given(&customer.name),
        email: given(&customer.email),
        verified: customer.verified,
    })
}

/// Who speaks, as the house calls them. `customer` is the customer's name.
#[must_use]
pub fn speaker(from: &Author, customer: Option<&str>) -> Option<String> {
    match from {
        Author::Customer => customer.map(Into::into),
        Author::Agent(agent) => Some(agent.to_string()),
        Author::Supervisor(name) | Author::Bot(name) => Some(name.clone()),
        Author::System => None,
    }
}

/// A message. `customer` is the customer's name.
#[must_use]
pub fn message(message: &Message, customer: Option<&str>) -> MessageView {
    MessageView {
        n: message.n,
        at: message.at_ms,
        from: words::sender(&message.from),
        name: speaker(&message.from, customer),
        visibility: words::visibility(message.visibility),
        text: message.content.known().map(|Content::Text { text }| text.clone()),
    }
}

fn is_unacknowledged(state: &State, chat: &Chat) -> bool {
    state.abandoned.values().any(|(id, _)| *id == chat.id)
}

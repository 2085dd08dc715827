//! Offers.

use super::{Views, customer};
use desk_core::Chat;
use desk_core::name::AgentId;
use desk_wire::view::OfferView;

impl Views<'_> {
    /// The offer of a chat that is pending for this agent.
    #[must_use]
    pub fn offer(&self, chat: &Chat, agent: &AgentId) -> Option<OfferView> {
        let offer = chat.offer_to(agent)?;
        Some(OfferView {
            offer: offer.id.to_string(),
            chat: chat.id.to_string(),
            queue: chat.queue.to_string(),
            customer: customer(&chat.customer),
            candidates: self.candidates(&chat.matched),
            waiting_ms: self.now.desk_ms.saturating_sub(chat.opened.desk_ms),
            deadline: self.wall(offer.deadline),
            remaining_ms: self.left(offer.deadline),
            lines: offer.preview.known().map(|preview| preview.lines.clone()).unwrap_or_default(),
        })
    }
}

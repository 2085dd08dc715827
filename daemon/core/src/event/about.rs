//! Whom and what an event is about.

use super::Event;
use crate::name::{AgentId, ChatId, DeliveryId};

impl Event {
    /// The chat that it is about, for the journal's index.
    #[must_use]
    pub fn chat(&self) -> Option<ChatId> {
        match self {
            Self::ChatOpened(opened) => Some(opened.chat),
            Self::OfferMade(made) => Some(made.chat),
            Self::PopWanted(pop) => Some(pop.chat),
            Self::StepWanted(wanted) => Some(wanted.step.chat),
            Self::DeliveryWanted(wanted) => wanted.origin.chat,
            Self::DeliveryLost { origin, .. } => origin.chat,
            Self::DeliveryReplayed { header, .. } => header.origin.chat,
            Self::DeliveryTaken { chat, .. } | Self::DeliveryMoved { chat, .. } => *chat,
            Self::StepTaken { step, .. }
            | Self::StepMoved { step, .. }
            | Self::InteractionWritten { step, .. }
            | Self::IncidentDiffers { step, .. } => Some(step.chat),
            Self::ChatTurnedAway { chat, .. }
            | Self::MessageKept { chat, .. }
            | Self::ReplyOverdue { chat, .. }
            | Self::OfferEnded { chat, .. }
            | Self::ChatWaits { chat, .. }
            | Self::CustomerStreams { chat, .. }
            | Self::ChatRelaxed { chat }
            | Self::ClocksSet { chat, .. }
            | Self::ChatHeld { chat, .. }
            | Self::HoldEnded { chat }
            | Self::WaitExtended { chat, .. }
            | Self::PrioritySet { chat, .. }
            | Self::ChatMoved { chat, .. }
            | Self::SegmentOpened { chat, .. }
            | Self::SegmentLeft { chat, .. }
            | Self::DraftSet { chat, .. }
            | Self::SegmentHanded { chat, .. }
            | Self::WrapupTimerSet { chat, .. }
            | Self::WrapupExtended { chat, .. }
            | Self::WrapupDenied { chat, .. }
            | Self::SegmentWrapped { chat, .. }
            | Self::ChatEnded { chat, .. }
            | Self::ChatClosed { chat }
            | Self::AbandonedAcknowledged { chat }
            | Self::CooldownEnded { chat }
            | Self::LookupWanted { chat, .. }
            | Self::LookupTaken { chat, .. }
            | Self::LookupDropped { chat, .. }
            | Self::MatchSet { chat, .. }
            | Self::MatchChosen { chat, .. }
            | Self::IncidentWritten { chat, .. }
            | Self::CallerSet { chat, .. }
            | Self::IncidentAppends { chat, .. }
            | Self::AppendRefused { chat, .. }
            | Self::IncidentSkipped { chat }
            | Self::StepsReplayed { chat, .. } => Some(*chat),
            _ => None,
        }
    }

    /// The delivery that it is about.
    #[must_use]
    pub fn delivery(&self) -> Option<DeliveryId> {
        match self {
            Self::DeliveryWanted(wanted) => Some(wanted.delivery),
            Self::DeliveryTaken { delivery, .. }
            | Self::DeliveryMoved { delivery, .. }
            | Self::DeliveryReplayed { delivery, .. } => Some(*delivery),
            _ => None,
        }
    }

    /// The agent that it is about.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::IntentSet { agent, .. }
            | Self::PresenceSet { agent, .. }
            | Self::AgentDrainSet { agent, .. }
            | Self::StatusDenied { agent }
            | Self::OfferEnded { agent, .. } => Some(agent),
            Self::SegmentHanded { to, .. } => Some(to),
            Self::OfferMade(made) => Some(&made.agent),
            Self::SegmentOpened { segment, .. } => Some(&segment.agent),
            Self::PopWanted(pop) => Some(&pop.agent),
            _ => None,
        }
    }
}

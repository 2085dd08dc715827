//! What a question was asked about that neither State nor the events of its decision tell, so that
//! the question can be rebuilt: what came in and a rule made something else of. A message's text is
//! never kept so.

use super::{About, Question};
use crate::agent::IntentKind;
use crate::event::Event;
use crate::name::{QueueId, Skill};
use crate::view::CandidateView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A chat, as its customer asked for it.
    Arrival {
        /// The queue.
        queue: QueueId,
        /// The skills.
        skills: BTreeMap<Skill, u8>,
        /// What the form held.
        fields: BTreeMap<String, String>,
    },
    /// Candidates, as they were found.
    Found(Vec<CandidateView>),
    /// A status, as it was asked for.
    Status {
        /// Which.
        to: IntentKind,
        /// The reason given.
        reason: Option<String>,
    },
}

impl Given {
    /// What a question was asked about, where events may not tell.
    #[must_use]
    pub fn of(question: &Question) -> Option<Self> {
        let arrival = |fields: &BTreeMap<String, String>| {
            let chat = question.chat.as_ref()?;
            let (queue, skills) = (chat.queue.clone(), chat.skills.clone());
            Some(Self::Arrival { queue, skills, fields: fields.clone() })
        };
        match &question.about {
            About::Chat { .. } => arrival(&question.chat.as_ref()?.fields),
            // A form is no chat yet, and the skills that it asks for are not kept with it.
            About::Message { .. } => arrival(&BTreeMap::new()).filter(
                |given| !matches!(given, Self::Arrival { skills, .. } if skills.is_empty()),
            ),
            About::Match { candidates } => Some(Self::Found(candidates.clone())),
            About::Status { to, reason, .. } => {
                Some(Self::Status { to: *to, reason: reason.clone() })
            }
            _ => None,
        }
    }

    /// Whether these events tell the same.
    #[must_use]
    pub fn is_told_by(&self, events: &[Event]) -> bool {
        events.iter().any(|event| match (self, event) {
            (Self::Arrival { queue, skills, fields }, Event::ChatOpened(opened)) => {
                let same = opened.fields.known().is_some_and(|known| known == fields);
                (queue, skills) == (&opened.queue, &opened.skills) && same
            }
            (Self::Found(found), Event::MatchSet { candidates, .. }) => {
                candidates.known().is_some_and(|known| known == found)
            }
            (Self::Status { to, reason }, Event::IntentSet { to: set, reason: given, .. }) => {
                (to, reason) == (set, given)
            }
            _ => false,
        })
    }
}

//! `on_event`: a rule that follows what was decided. It is asked outside, about records that are
//! durable; what it wants and how far it got arrive in one command, so that nothing is ever wanted
//! twice or left out.

mod told;

pub use told::{TOLD, Told, told};

use crate::answer::Answer;
use crate::decide::Draft;
use crate::event::Event;
use crate::policy::{Asked, Question};
use crate::record::Record;
use crate::refusal::Refusal;

/// How far the journal was followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// Up to where it had been.
    pub from: u64,
    /// Up to where it is now.
    pub to: u64,
    /// How many records in between the rule was never asked about.
    pub skipped: u64,
    /// What it was asked about the last of them, and what came of that.
    pub asked: Vec<(Question, Asked)>,
}

/// A set comes into force: what is decided from here on is told to its rule, if it has one. Whoever
/// asks it may not come to look for a while, or not before the daemon has died.
pub(crate) fn begin_or_end(draft: &mut Draft<'_>, follows: bool) {
    if follows != draft.state.followed.is_some() {
        let to = follows.then_some(draft.envelope.seq);
        draft.emit(Event::EventsFollowed { to, skipped: 0 });
    }
}

/// Takes over how far the journal was followed, and what is wanted because of that.
pub(crate) fn decide(draft: &mut Draft<'_>, followed: &Followed) -> Result<Answer, Refusal> {
    let Followed { from, to, skipped, asked } = followed;
    if draft.state.followed != Some(*from) || to <= from || *to >= draft.envelope.seq {
        return Err(Refusal::Stale);
    }
    for (question, asked) in asked {
        draft.heard(question, asked.clone());
    }
    draft.emit(Event::EventsFollowed { to: Some(*to), skipped: *skipped });
    Ok(Answer::Done)
}

impl Record {
    /// Whether it is of nothing but deliveries and of following: whoever follows is not asked about
    /// what came of it.
    #[must_use]
    pub fn is_of_deliveries(&self) -> bool {
        let own = |event: &Event| {
            matches!(
                event,
                Event::DeliveryTaken { .. }
                    | Event::DeliveryMoved { .. }
                    | Event::DeliveryReplayed { .. }
                    | Event::EventsFollowed { .. }
            )
        };
        self.kind == "follow_events" || self.events.iter().any(own)
    }
}

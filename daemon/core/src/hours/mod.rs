//! When queues are open. The plan is config; how a queue stands by it, and until when, is a fact in
//! State that deadlines in wall time keep: who comes a millisecond after closing is turned away,
//! however late anybody looks at a clock.

mod plan;

pub use plan::{Planned, zone};

use crate::State;
use crate::answer::Answer;
use crate::config::{ClosingThen, Config, QueueConfig};
use crate::decide::Draft;
use crate::event::Event;
use crate::name::QueueId;
use crate::refusal::Refusal;
use crate::time::{Stamp, Timer};
use crate::work::Work;
use serde::{Deserialize, Serialize};

type Done = Result<Answer, Refusal>;

/// Where a plan has no edge within sight it is looked at again after so long: a year.
const LOOK_AGAIN_MS: i64 = 365 * 86_400_000;

/// How a queue stands that goes by hours, or that somebody opened or closed. Times are wall
/// milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Whether it is open.
    pub open: bool,
    /// Until when that is so, as far as anybody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// When it opens, where it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_ms: Option<i64>,
    /// Whether somebody said so, whatever is planned.
    #[serde(default, skip_serializing_if = "crate::digest::is_default")]
    pub by_hand: bool,
    /// When that was found.
    pub since_ms: i64,
}

impl Hours {
    /// The same, whenever it was found.
    fn same(&self, other: &Self) -> bool {
        *self == Self { since_ms: self.since_ms, ..*other }
    }
}

/// How a queue stands by its plan; `None`: it has none, and is always open.
fn planned(queue: &QueueConfig, now_ms: i64) -> Option<Hours> {
    let Planned { open, until_ms } = queue.hours.as_ref()?.at(now_ms);
    let opens_ms = until_ms.filter(|_| !open);
    Some(Hours { open, until_ms, opens_ms, by_hand: false, since_ms: now_ms })
}

/// How a queue stands that somebody opened or closed.
fn by_hand(queue: &QueueConfig, open: bool, until_ms: Option<i64>, now_ms: i64) -> Hours {
    let then = until_ms.map(|until| (until, planned(queue, until)));
    let opens_ms = then.and_then(|(until, then)| match then {
        Some(Hours { open: false, opens_ms, .. }) => opens_ms,
        _ => Some(until),
    });
    let opens_ms = opens_ms.filter(|_| !open);
    Hours { open, until_ms, opens_ms, by_hand: true, since_ms: now_ms }
}

/// Somebody opens or closes a queue, or, with `None`, lets it go by its plan again.
pub(crate) fn force(
    draft: &mut Draft<'_>,
    id: &QueueId,
    open: Option<bool>,
    until_ms: Option<i64>,
) -> Done {
    let queue = draft.state.config.queues.get(id);
    let queue = queue.ok_or_else(|| Refusal::UnknownQueue(id.clone()))?;
    let now_ms = draft.envelope.at.wall_ms;
    let hours = match open {
        Some(open) => Some(by_hand(queue, open, until_ms, now_ms)),
        None => planned(queue, now_ms),
    };
    set(draft, id, hours);
    Ok(Answer::Done)
}

/// An edge has come: the plan says what is so from now on.
pub(crate) fn due(draft: &mut Draft<'_>, id: &QueueId) -> Done {
    let queue = draft.queue(id)?;
    let hours = planned(queue, draft.envelope.at.wall_ms);
    draft.emit(Event::QueueHoursSet { queue: id.clone(), hours });
    Ok(Answer::Done)
}

/// A config, or the daemon with other zone data, comes into force. What somebody said stands.
pub(crate) fn refresh(draft: &mut Draft<'_>, config: &Config) {
    let now_ms = draft.envelope.at.wall_ms;
    for (id, queue) in &config.queues {
        let stands = draft.state.hours.get(id);
        let said = |hours: &&Hours| hours.by_hand && hours.until_ms.is_none_or(|at| at > now_ms);
        let hours = match stands.filter(said) {
            Some(hours) => Some(by_hand(queue, hours.open, hours.until_ms, now_ms)),
            None => planned(queue, now_ms),
        };
        set(draft, id, hours);
    }
}

/// Writes how a queue stands, where that is new.
fn set(draft: &mut Draft<'_>, id: &QueueId, hours: Option<Hours>) {
    let same = match (draft.state.hours.get(id), &hours) {
        (Some(stands), Some(hours)) => stands.same(hours),
        (stands, hours) => stands.is_none() && hours.is_none(),
    };
    if !same {
        draft.emit(Event::QueueHoursSet { queue: id.clone(), hours });
    }
}

/// How a queue stands for whom comes now. Where the clock was set back since that was found, its
/// next edge may be far away, so it is found anew.
pub(crate) fn closed_now(draft: &mut Draft<'_>, id: &QueueId) -> Option<Hours> {
    let now_ms = draft.envelope.at.wall_ms;
    let stands = *draft.state.hours.get(id)?;
    let hours = if stands.by_hand || stands.since_ms <= now_ms {
        stands
    } else {
        let hours = planned(draft.state.config.queues.get(id)?, now_ms)?;
        draft.emit(Event::QueueHoursSet { queue: id.clone(), hours: Some(hours) });
        hours
    };
    Some(hours).filter(|hours| !hours.open)
}

/// Applies how a queue stands.
pub(crate) fn apply(state: &mut State, seq: u64, at: Stamp, id: &QueueId, hours: Option<&Hours>) {
    let timer = Timer::Hours(id.clone());
    state.wall.clear(&timer);
    // Where it was put off.
    state.desk.clear(&timer);
    let Some(hours) = hours else {
        state.hours.remove(id);
        return;
    };
    state.hours.insert(id.clone(), *hours);
    let next = hours.until_ms.or((!hours.by_hand).then_some(at.wall_ms + LOOK_AGAIN_MS));
    if let Some(next) = next {
        state.wall.set(timer, next, seq);
    }
    if state.sends_to_form(id) && state.routing.waiting(id) > 0 {
        state.work.insert(Work::Close(id.clone()));
    }
}

/// Forgets how a queue stood that is no longer in the config.
pub(crate) fn forget_gone(state: &mut State) {
    let gone: Vec<QueueId> =
        state.hours.keys().filter(|id| !state.config.queues.contains_key(*id)).cloned().collect();
    for id in gone {
        apply(state, state.seq, state.at, &id, None);
    }
}

impl State {
    /// How this queue stands, where it is closed.
    #[must_use]
    pub fn closed(&self, id: &QueueId) -> Option<&Hours> {
        self.hours.get(id).filter(|hours| !hours.open)
    }

    /// Whether chats that wait in this queue end now, their customers offered its form.
    pub(crate) fn sends_to_form(&self, id: &QueueId) -> bool {
        let hours = self.config.queues.get(id).and_then(|queue| queue.hours.as_ref());
        hours.is_some_and(|hours| hours.then == ClosingThen::Form) && self.closed(id).is_some()
    }
}

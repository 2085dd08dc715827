//! Service levels: how many of a queue's last hundred chats were accepted in time.

use crate::chat::Chat;
use crate::decide::Draft;
use crate::event::Event;
use serde::{Deserialize, Serialize};

/// How a queue's last chats fared, the newest in the lowest bit. A chat that was given up before
/// its time was over is not among them: nobody can say how it would have fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    met: (u64, u64),
    counted: u8,
    /// Whether it was last said to be below its target.
    pub below: bool,
}

impl Level {
    /// Over how many chats it is taken.
    pub const LAST: u8 = 100;
    /// Below so many it says nothing.
    const LEAST: u8 = 5;

    /// How many of a hundred were accepted in time, where enough have come.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let met = self.bits().count_ones() * 100 / u32::from(self.counted.max(1));
        (self.counted >= Self::LEAST).then(|| u8::try_from(met).unwrap_or(100))
    }

    pub(crate) fn with(self, met: bool) -> Self {
        let bits = (self.bits() << 1 | u128::from(met)) & ((1 << Self::LAST) - 1);
        #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
        let met = ((bits >> 64) as u64, bits as u64);
        Self { met, counted: (self.counted + 1).min(Self::LAST), below: self.below }
    }

    fn bits(&self) -> u128 {
        u128::from(self.met.0) << 64 | u128::from(self.met.1)
    }
}

/// A chat is accepted for the first time, or over without: it counts for its queue.
pub(crate) fn count_for_level(draft: &mut Draft<'_>, chat: &Chat, accepted: bool) {
    let state = draft.state;
    let level = state.config.queues.get(&chat.queue).and_then(|queue| queue.waiting.level);
    let Some(level) = level.filter(|_| !chat.handled()) else { return };
    let waited = draft.envelope.at.desk_ms.saturating_sub(chat.opened.desk_ms);
    let in_time = waited <= u64::from(level.secs) * 1000;
    if !accepted && in_time {
        return;
    }
    let before = state.levels.get(&chat.queue).copied().unwrap_or_default();
    let queue = chat.queue.clone();
    draft.emit(Event::LevelCounted { queue: queue.clone(), met: in_time });
    let Some(percent) = before.with(in_time).percent() else { return };
    let below = percent < level.target;
    if below != before.below {
        draft.emit(Event::LevelCrossed { queue, below, percent, target: level.target });
    }
}

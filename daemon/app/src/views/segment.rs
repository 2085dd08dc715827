//! Segments and their wrap-up.

use super::{Views, words};
use desk_core::config::WrapupMode;
use desk_core::name::ChatId;
use desk_core::{Segment, SegmentState, WrapTimer};
use desk_wire::view::{self, CodeView, SegmentView, TimerView, WrapupView};

impl Views<'_> {
    /// A segment of a chat.
    #[must_use]
    pub fn segment(&self, chat: ChatId, segment: &Segment) -> SegmentView {
        SegmentView {
            chat: chat.to_string(),
            n: segment.n.into(),
            agent: segment.agent.to_string(),
            queue: segment.queue.to_string(),
            state: state(segment),
            accepted: segment.accepted.wall_ms,
            left: segment.left.map(|(at, _)| at.wall_ms),
            why_left: segment.left.map(|(_, why)| words::left(why)),
            codes: codes(segment),
            note: note(segment),
            wrapup: self.timer(segment),
        }
    }

    /// A segment's wrap-up with what may be chosen.
    #[must_use]
    pub fn wrapup(&self, chat: ChatId, segment: &Segment) -> WrapupView {
        let allowed = segment.plan.codes.iter().map(|code| CodeView {
            code: code.id.to_string(),
            label: code.label.clone(),
            default: segment.plan.default.as_ref() == Some(&code.id),
            parent: code.parent.as_ref().map(ToString::to_string),
            group: segment.plan.is_group(&code.id),
        });
        WrapupView {
            chat: chat.to_string(),
            segment: segment.n.into(),
            agent: segment.agent.to_string(),
            state: state(segment),
            codes: codes(segment),
            note: note(segment),
            timer: self.timer(segment),
            extensions_left: extensions_left(segment),
            mandatory: segment.plan.mandatory,
            most: segment.plan.most.into(),
            allowed: allowed.collect(),
            stays: stays(segment),
            incident: Some(self.incident(chat)),
        }
    }

    fn timer(&self, segment: &Segment) -> TimerView {
        let (deadline, remaining_ms) = match segment.state {
            SegmentState::PostProcessing { timer: WrapTimer::Running { deadline }, .. } => {
                (Some(self.wall(deadline)), Some(self.left(deadline)))
            }
            SegmentState::PostProcessing { timer: WrapTimer::Stopped { left_ms }, .. } => {
                (None, Some(left_ms))
            }
            _ => (None, None),
        };
        TimerView { mode: words::mode(segment.plan.mode), deadline, remaining_ms }
    }
}

fn extensions_left(segment: &Segment) -> u32 {
    let timed = segment.is_open() && segment.plan.mode == WrapupMode::Timed;
    let left = segment.plan.extend.most.saturating_sub(segment.extended);
    if timed { left.into() } else { 0 }
}

/// Where a segment is.
pub(super) const fn state(segment: &Segment) -> view::SegmentState {
    match segment.state {
        SegmentState::Active => view::SegmentState::Active,
        SegmentState::PostProcessing { .. } => view::SegmentState::PostProcessing,
        SegmentState::WrappedUp { .. } => view::SegmentState::WrappedUp,
    }
}

fn codes(segment: &Segment) -> Vec<String> {
    segment.codes.iter().map(ToString::to_string).collect()
}

fn note(segment: &Segment) -> Option<String> {
    segment.note.known().filter(|note| !note.is_empty()).cloned()
}

/// Why a segment whose timer has run out stays open.
fn stays(segment: &Segment) -> Option<String> {
    let timed = matches!(segment.plan.mode, WrapupMode::Timed | WrapupMode::Fixed);
    let off = matches!(segment.state, SegmentState::PostProcessing { timer: WrapTimer::Off, .. });
    if !(timed && off) {
        return None;
    }
    Some(if segment.misses_code() { "code_missing" } else { "denied" }.into())
}

//! What rules did to a chat, applied.

use super::change;
use crate::State;
use crate::chat::clocks;
use crate::event::Event;
use crate::name::ChatId;
use crate::time::Timer;

/// Applies an event by which a rule bent a chat's course.
pub(super) fn apply(state: &mut State, seq: u64, event: &Event) {
    match event {
        Event::ClocksSet { chat, clocks } if state.chats.contains_key(chat) => {
            clocks::set(state, seq, *chat, *clocks);
        }
        Event::ChatHeld { chat, secs, until } => {
            change(state, *chat, |chat| {
                chat.ruled.held_until = Some(*until);
                chat.ruled.held_secs = chat.ruled.held_secs.saturating_add(*secs);
            });
            state.desk.set(Timer::Hold(*chat), *until, seq);
            state.touch_chat(*chat);
        }
        Event::HoldEnded { chat } => {
            release(state, *chat);
            state.touch_chat(*chat);
        }
        Event::WaitExtended { chat, wait_max_at } => {
            change(state, *chat, |chat| {
                chat.ruled.extended = chat.ruled.extended.saturating_add(1);
            });
            state.desk.set(Timer::WaitMax(*chat), *wait_max_at, seq);
        }
        Event::PrioritySet { chat, priority } => {
            change(state, *chat, |chat| chat.priority = *priority);
            state.touch_chat(*chat);
        }
        _ => {}
    }
}

/// The chat is held back no longer.
pub(super) fn release(state: &mut State, id: ChatId) {
    change(state, id, |chat| chat.ruled.held_until = None);
    state.desk.clear(&Timer::Hold(id));
}

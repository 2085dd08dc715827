//! Who may be seen typing, and for how long. Nothing of it is kept: it is a look at State, told behind
//! everything that was decided before it.

use super::Author;
use super::messages::may_speak;
use crate::name::ChatId;
use crate::refusal::Refusal;
use crate::state::State;
use crate::time::Stamp;

/// Somebody types in a chat: until when that is shown, in wall milliseconds, unless they type on. A
/// sign that ends by itself needs no second one that might be lost.
///
/// # Errors
/// Those of a message: whoever may not speak is not seen typing either.
pub fn typing(state: &State, at: Stamp, id: ChatId, from: &Author) -> Result<i64, Refusal> {
    let chat = state.chats.get(&id).ok_or(Refusal::UnknownChat(id))?;
    may_speak(chat, from)?;
    Ok(at.wall_ms + i64::from(state.config.times.typing_secs) * 1000)
}

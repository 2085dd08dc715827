//! Follow-ups: what decisions left for others, in order.

use crate::State;
use crate::command::Command;

/// The next follow-up to decide, if there is one.
#[must_use]
pub fn next(state: &State) -> Option<Command> {
    state.work.first().cloned().map(Command::Follow)
}

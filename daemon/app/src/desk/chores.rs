//! What is done to the journal beside appending, by its one writer and between two commits: in turns,
//! so that no commit waits for more than one of them.

use super::WritableJournal;
use desk_journal::AppendError;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Most chores that wait; a further one is refused.
const WAITING_MAX: usize = 16;

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// There is more to do.
    Again,
    /// There is more to do, but not at once: somebody else is in the way.
    Later,
    /// It is done.
    Done,
}

/// Does one bounded part of a chore.
pub type Chore = Box<dyn FnMut(&mut dyn WritableJournal) -> Result<Turn, AppendError> + Send>;

/// The chores that wait, the one that is under way first.
#[derive(Clone, Default)]
pub(super) struct Chores {
    waiting: Arc<Mutex<Waiting>>,
}

/// Each with whom it is told.
type Waiting = VecDeque<(Chore, oneshot::Sender<()>)>;

impl Chores {
    /// Adds a chore; what is given back tells when it is done. `None`: too many wait.
    pub(super) fn add(&self, chore: Chore) -> Option<oneshot::Receiver<()>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            return None;
        }
        let (sender, done) = oneshot::channel();
        waiting.push_back((chore, sender));
        Some(done)
    }

    /// Does one turn of the first; `None` where none waits.
    pub(super) fn turn(
        &self,
        journal: &mut dyn WritableJournal,
    ) -> Result<Option<Turn>, AppendError> {
        let first = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((mut chore, sender)) = first else { return Ok(None) };
        let turn = chore(journal)?;
        if turn == Turn::Done {
            // Whoever asked for it may have gone; it is done all the same.
            let _ = sender.send(());
        } else {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push_front((chore, sender));
        }
        Ok(Some(turn))
    }
}

//! Seats for event streams: so many in all, and so few for one chat that no customer's token takes
//! those of all others.

use super::problem::Fault;
use crate::config::Http;
use desk_core::name::ChatId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who holds the seats.
pub(super) struct Streams {
    most: u32,
    most_per_chat: u32,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    all: u32,
    by_chat: HashMap<ChatId, u32>,
}

/// A stream's seat; given back when it is dropped.
pub(super) struct Seat {
    streams: Arc<Streams>,
    chat: ChatId,
}

impl Streams {
    pub(super) fn new(settings: &Http) -> Self {
        let (most, most_per_chat) = (settings.streams, settings.streams_per_chat);
        Self { most, most_per_chat, held: Mutex::default() }
    }

    /// Takes a seat for a stream of this chat.
    ///
    /// # Errors
    /// [`Fault::TooManyStreams`]
    pub(super) fn take(self: &Arc<Self>, chat: ChatId) -> Result<Seat, Fault> {
        let mut held = self.held();
        let of_chat = held.by_chat.get(&chat).copied().unwrap_or(0);
        for (taken, most) in [(held.all, self.most), (of_chat, self.most_per_chat)] {
            if taken >= most.max(1) {
                return Err(Fault::TooManyStreams(most));
            }
        }
        held.all += 1;
        held.by_chat.insert(chat, of_chat + 1);
        Ok(Seat { streams: Arc::clone(self), chat })
    }

    /// How many seats are taken.
    pub(super) fn taken(&self) -> usize {
        self.held().all as usize
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.streams.held();
        held.all -= 1;
        match held.by_chat.get_mut(&self.chat) {
            Some(of_chat) if *of_chat > 1 => *of_chat -= 1,
            _ => drop(held.by_chat.remove(&self.chat)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_seat_is_free_again_once_its_stream_is_gone() {
        let settings = Http { streams: 3, streams_per_chat: 2, ..Http::default() };
        let streams = Arc::new(Streams::new(&settings));
        let [one, other] = [1, 2].map(|n| ChatId(Uuid::from_u128(n)));
        let first = streams.take(one).ok();
        let second = streams.take(one).ok();
        assert!(first.is_some() && second.is_some() && streams.take(one).is_err());
        let third = streams.take(other).ok();
        assert!(third.is_some() && streams.take(other).is_err(), "all are taken");
        drop(second);
        assert!(streams.take(one).is_ok());
        drop((first, third));
        assert_eq!(streams.held().all, 0);
        assert!(streams.held().by_chat.is_empty());
    }
}

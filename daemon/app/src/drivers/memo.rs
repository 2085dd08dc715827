//! What was answered lately: several lookups of one address are one request, and for a short while
//! so is the next one. Nothing depends on it but the number of requests.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Most answers that are held.
const HELD_MAX: usize = 1024;

/// Answers by what was asked.
#[derive(Debug)]
pub(super) struct Memo<A, E> {
    held: Mutex<HashMap<String, Arc<Slot<A, E>>>>,
    /// For how long an answer serves those who ask later.
    life: Duration,
}

/// The answer to one question. Its lock is held while it is asked, so that the others wait.
type Slot<A, E> = tokio::sync::Mutex<Option<(Instant, Result<A, E>)>>;

impl<A: Clone, E: Clone> Memo<A, E> {
    pub(super) fn new(life: Duration) -> Self {
        Self { held: Mutex::default(), life }
    }

    /// The answer that another is being given, or that was given lately; else what `ask` gives. A
    /// failure serves only those who waited for it.
    pub(super) async fn get<F>(&self, question: &str, ask: impl FnOnce() -> F) -> Result<A, E>
    where
        F: Future<Output = Result<A, E>>,
    {
        let began = Instant::now();
        let slot = self.slot(question);
        let mut slot = slot.lock().await;
        if let Some((at, answer)) = &*slot
            && (*at >= began || (answer.is_ok() && at.elapsed() < self.life))
        {
            return answer.clone();
        }
        let answer = ask().await;
        *slot = Some((Instant::now(), answer.clone()));
        answer
    }

    fn slot(&self, question: &str) -> Arc<Slot<A, E>> {
        let mut held = self.lock();
        if held.len() >= HELD_MAX && !held.contains_key(question) {
            // Those that nobody waits for and that are over; where none is, whatever can go.
            held.retain(|_, slot| Arc::strong_count(slot) > 1 || self.serves(slot));
            if held.len() >= HELD_MAX {
                held.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
        }
        Arc::clone(held.entry(question.to_owned()).or_default())
    }

    fn serves(&self, slot: &Slot<A, E>) -> bool {
        let Ok(slot) = slot.try_lock() else { return true };
        slot.as_ref().is_some_and(|(at, answer)| answer.is_ok() && at.elapsed() < self.life)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot<A, E>>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn asked(memo: &Memo<u32, ()>, count: &AtomicU32, good: bool) -> Result<u32, ()> {
        memo.get("q", || async {
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            if good { Ok(n) } else { Err(()) }
        })
        .await
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_one_answer_even_a_failure() {
        let (memo, count) = (Memo::new(Duration::ZERO), AtomicU32::new(0));
        let (one, two) = tokio::join!(asked(&memo, &count, true), asked(&memo, &count, true));
        assert_eq!((one, two), (Ok(1), Ok(1)));
        let (one, two) = tokio::join!(asked(&memo, &count, false), asked(&memo, &count, false));
        assert_eq!((one, two, count.load(Ordering::SeqCst)), (Err(()), Err(()), 2));
    }

    #[tokio::test]
    async fn an_answer_serves_for_its_time_and_a_failure_nobody_later() {
        let (memo, count) = (Memo::new(Duration::from_secs(1000)), AtomicU32::new(0));
        assert_eq!(asked(&memo, &count, false).await, Err(()));
        assert_eq!(asked(&memo, &count, true).await, Ok(2));
        assert_eq!(asked(&memo, &count, true).await, Ok(2));
        let (memo, count) = (Memo::new(Duration::ZERO), AtomicU32::new(0));
        assert_eq!(asked(&memo, &count, true).await, Ok(1));
        assert_eq!(asked(&memo, &count, true).await, Ok(2));
    }

    #[tokio::test]
    async fn it_holds_no_more_than_its_bound() {
        let memo: Memo<u32, ()> = Memo::new(Duration::from_secs(1000));
        for n in 0..3000 {
            let answer = memo.get(&n.to_string(), || async { Ok(n) }).await;
            assert_eq!(answer, Ok(n));
        }
        assert!(memo.lock().len() <= HELD_MAX);
    }
}

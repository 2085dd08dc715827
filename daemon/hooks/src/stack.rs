//! Threads whose stack is large enough for scripts.

use crate::limits::STACK_BYTES;
use std::panic::resume_unwind;
use std::thread;

/// Does this on a thread with a stack of [`STACK_BYTES`] and waits for it.
///
/// # Panics
/// Where the system gives no thread, or the work panics.
pub(crate) fn on_stack<T: Send>(name: &str, work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        thread::Builder::new()
            .name(name.into())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .expect("a thread can be started")
            .join()
            .unwrap_or_else(|panic| resume_unwind(panic))
    })
}

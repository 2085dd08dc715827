//! The two clocks: desk time, which only runs while deskd does, and wall time.

use desk_core::Stamp;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where moments come from. Tests have their own.
pub trait Clock: Send {
    /// This moment.
    fn now(&self) -> Stamp;
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    desk_ms: u64,
    since: Instant,
}

impl SystemClock {
    /// Goes on from this desk time, in milliseconds.
    #[must_use]
    pub fn from(desk_ms: u64) -> Self {
        Self { desk_ms, since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        let ran = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        Stamp { desk_ms: self.desk_ms.saturating_add(ran), wall_ms: wall_ms() }
    }
}

/// Wall time in milliseconds since 1970.
#[must_use]
pub fn wall_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

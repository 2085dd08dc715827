//! What a running call uses up and says: operations, CPU time, `why`, `log`, random numbers.

use crate::limits::Limits;
use crate::memory::{Memory, Remembers};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many operations pass between two looks at the clock.
const CLOCK_EVERY: u64 = 64;

/// What tells how much time a call has used up.
#[derive(Clone)]
pub struct CpuClock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl CpuClock {
    /// The CPU time of the thread that asks.
    #[must_use]
    pub fn of_thread() -> Self {
        Self(Arc::new(thread_time_ns))
    }

    /// A clock of one's own, in nanoseconds: where what rules do must not depend on the machine.
    pub fn new(now_ns: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ns))
    }

    /// A clock that stands still: no call ever takes any time.
    #[must_use]
    pub fn stopped() -> Self {
        Self::new(|| 0)
    }

    fn now_ns(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for CpuClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CpuClock")
    }
}

/// Shared by a host with its engines. One call runs at a time, so nothing here is contended.
#[derive(Debug)]
pub(crate) struct Meter {
    clock: CpuClock,
    marks: Option<Arc<Marks>>,
    operations: AtomicU64,
    started_ns: AtomicU64,
    budget_ns: AtomicU64,
    said: Mutex<Said>,
}

/// How often each marked place was come by.
#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<AtomicU64>);

impl Marks {
    pub(crate) fn new(count: usize) -> Self {
        Self(std::iter::repeat_with(AtomicU64::default).take(count).collect())
    }

    pub(crate) fn come_by(&self, place: i64) {
        if let Some(times) = usize::try_from(place).ok().and_then(|place| self.0.get(place)) {
            times.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn times(&self, place: usize) -> u64 {
        self.0.get(place).map_or(0, |times| times.load(Ordering::Relaxed))
    }
}

/// What a call said, and the state of its random numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Said {
    /// Its reasons.
    pub(crate) why: Vec<String>,
    /// Its lines for the log.
    pub(crate) log: Vec<String>,
    /// Lines beyond the budget.
    pub(crate) dropped: u64,
    /// What it remembers, and what it wants beside its verdict; none at a file's top level.
    pub(crate) memory: Option<Memory>,
    random: u64,
}

impl Meter {
    pub(crate) fn new(clock: CpuClock) -> Arc<Self> {
        Self::marked(clock, None)
    }

    /// For scripts that leave marks where they go.
    pub(crate) fn marked(clock: CpuClock, marks: Option<Arc<Marks>>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            marks,
            operations: AtomicU64::default(),
            started_ns: AtomicU64::default(),
            budget_ns: AtomicU64::default(),
            said: Mutex::default(),
        })
    }

    /// Where marks are left, if they are.
    pub(crate) const fn marks(&self) -> Option<&Arc<Marks>> {
        self.marks.as_ref()
    }

    /// Begins a call of a rule, which sees what rules remember.
    pub(crate) fn begin_call(&self, limits: &Limits, seed: u64, memory: Memory) {
        self.begin(limits, seed);
        self.said().memory = Some(memory);
    }

    /// Begins what is no call of a rule.
    pub(crate) fn begin(&self, limits: &Limits, seed: u64) {
        self.operations.store(0, Ordering::Relaxed);
        self.started_ns.store(self.clock.now_ns(), Ordering::Relaxed);
        let budget = u64::try_from(limits.time.as_nanos()).unwrap_or(u64::MAX);
        self.budget_ns.store(budget, Ordering::Relaxed);
        *self.said() = Said { random: seed, ..Said::default() };
    }

    /// Counts; true where the call has used up its time.
    pub(crate) fn progress(&self, operations: u64) -> bool {
        self.operations.store(operations, Ordering::Relaxed);
        operations.is_multiple_of(CLOCK_EVERY) && self.is_late()
    }

    /// Whether the call has used up its time. Functions that do much in one operation ask as well.
    pub(crate) fn is_late(&self) -> bool {
        self.used_ns() > self.budget_ns.load(Ordering::Relaxed)
    }

    /// The time since the call began, in nanoseconds.
    pub(crate) fn used_ns(&self) -> u64 {
        self.clock.now_ns().saturating_sub(self.started_ns.load(Ordering::Relaxed))
    }

    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// Takes what was said.
    pub(crate) fn take(&self) -> Said {
        std::mem::take(&mut *self.said())
    }

    pub(crate) fn why(&self, limits: &Limits, line: &str) {
        let said = &mut *self.said();
        keep(&mut said.why, &mut said.dropped, limits, line);
    }

    pub(crate) fn log(&self, limits: &Limits, line: &str) {
        let said = &mut *self.said();
        keep(&mut said.log, &mut said.dropped, limits, line);
    }

    /// The next random number (SplitMix64: any seed gives a good sequence).
    pub(crate) fn random(&self) -> u64 {
        let mut said = self.said();
        said.random = said.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = said.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The worst that a function of the host could do.
    #[cfg(test)]
    pub(crate) fn panic_while_locked(&self) -> i64 {
        let said = self.said();
        panic!("with {} reasons", said.why.len());
    }

    /// A panic in a call leaves no lasting harm here: the next call begins afresh.
    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembers for Arc<Meter> {
    fn remembering<T>(
        &self,
        then: impl FnOnce(&mut Memory) -> Result<T, String>,
    ) -> Result<T, String> {
        let said = &mut *self.said();
        let memory = said.memory.as_mut();
        then(memory.ok_or(
            "only a rule that is asked remembers or delivers anything, not a file's top level",
        )?)
    }
}

fn keep(lines: &mut Vec<String>, dropped: &mut u64, limits: &Limits, line: &str) {
    if lines.len() < limits.lines {
        lines.push(line.chars().take(limits.line_chars).collect());
    } else {
        *dropped += 1;
    }
}

/// The CPU time of this thread, in nanoseconds.
#[cfg(unix)]
fn thread_time_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let part = |n: i64| u64::try_from(n).unwrap_or(0);
    part(time.tv_sec).saturating_mul(1_000_000_000).saturating_add(part(time.tv_nsec))
}

/// Elsewhere the time that passed has to do.
#[cfg(not(unix))]
fn thread_time_ns() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let passed = START.get_or_init(std::time::Instant::now).elapsed();
    u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX)
}

//! Whether a request may leave at all: not while the instance asked for quiet, not while it fails,
//! not while it refuses the login.
//!
//! Every request passes [`Gate::enter`] and says by [`Pass::leave`] what came of it. After too
//! many failures in a row the gate shuts for a while; then one request goes as a probe, and the
//! others wait for what it finds. What was under way when it shut comes in late, and tells nothing of
//! what the instance does now: such an answer opens nothing, such a failure prolongs nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Breaker;
use crate::outcome::NotDone;

/// How long others wait while a probe is under way.
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// The wait after the first refused login: accounts lock after five or so, and instances refuse
/// good ones now and then.
const LOGIN_PAUSE: Duration = Duration::from_secs(60);
/// The first pause of an instance that is busy and does not say for how long.
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause of an instance that is busy and does not say for how long.
const BUSY_PAUSE_MAX: Duration = Duration::from_secs(60);
/// The longest wait after refused logins.
const LOGIN_PAUSE_MAX: Duration = Duration::from_secs(15 * 60);

/// Whether requests leave now: asked before work is begun, so that none is begun in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// They do.
    Open,
    /// One does, to find out whether the instance is well again.
    Probe,
    /// None does, for so long.
    Shut(Duration),
}

/// What came of a request, as far as the gate cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// The instance is at work, whatever it said.
    Answer,
    /// It is busy and does not say for how long.
    Busy,
    /// It asked for quiet for so long.
    Told(Duration),
    /// It failed, slept, or did not answer.
    Failure,
    /// It refused the login.
    Login,
}

#[derive(Debug, Clone)]
pub(crate) struct Gate {
    state: Arc<Mutex<State>>,
    breaker: Breaker,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    logins: u32,
    busy: u32,
    /// How many probes in a row failed.
    probes: u32,
    until: Option<(Instant, Reason)>,
    /// How often it was shut in all: what entered before is told by it from what entered after.
    shuts: u64,
    /// A probe is under way.
    probing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Told,
    Failures,
    Logins,
}

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Gate,
    /// Whether others wait for what it finds.
    probe: bool,
    /// How often the gate had been shut when it entered.
    shuts: u64,
    left: bool,
}

impl Gate {
    pub(crate) fn new(breaker: Breaker) -> Self {
        Self { state: Arc::default(), breaker }
    }

    /// Lets a request leave, or says why not and for how long.
    pub(crate) fn enter(&self, now: Instant) -> Result<Pass, NotDone> {
        let mut state = self.lock();
        let mut probe = false;
        match state.until {
            Some((until, reason)) if now < until => return Err(refused(until - now, reason)),
            Some((_, Reason::Told)) => state.until = None,
            Some((_, reason)) if state.probing => return Err(refused(PROBE_WAIT, reason)),
            Some(_) => (probe, state.probing) = (true, true),
            None => {}
        }
        Ok(Pass { gate: self.clone(), probe, shuts: state.shuts, left: false })
    }

    /// Whether a request would leave.
    pub(crate) fn room(&self, now: Instant) -> Room {
        let state = self.lock();
        match state.until {
            Some((until, _)) if now < until => Room::Shut(until - now),
            Some((_, Reason::Told)) | None => Room::Open,
            Some(_) if state.probing => Room::Shut(PROBE_WAIT),
            Some(_) => Room::Probe,
        }
    }

    /// Whether it is shut because the login was refused.
    pub(crate) fn wants_login(&self, now: Instant) -> bool {
        matches!(self.lock().until, Some((until, Reason::Logins)) if now < until)
    }

    /// There is another login: what was refused before tells nothing of it.
    pub(crate) fn another_login(&self) {
        let mut state = self.lock();
        state.logins = 0;
        state.until.take_if(|until| until.1 == Reason::Logins);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Shuts it for so long, and never for less than it is shut already.
    fn shut(&mut self, now: Instant, wait: Duration, reason: Reason) {
        self.shuts += 1;
        self.until = Some(match self.until {
            // After quiet everybody may go; after anything else one probe, whatever came on top.
            Some((until, before)) if now < until => {
                let stricter = if before == Reason::Told { reason } else { before };
                (until.max(now + wait), stricter)
            }
            _ => (now + wait, reason),
        });
    }

    /// Whether it has been shut since the request entered, and not been opened again.
    fn is_late(&self, pass: &Pass) -> bool {
        self.until.is_some() && self.shuts != pass.shuts
    }
}

impl Pass {
    /// Says what came of it. Gives the wait that a refused login calls for.
    pub(crate) fn leave(mut self, came: Came, now: Instant) -> Option<Duration> {
        self.left = true;
        let breaker = self.gate.breaker;
        let mut state = self.gate.lock();
        let late = state.is_late(&self);
        if self.probe {
            state.probing = false;
        }
        match came {
            Came::Answer if late => None,
            Came::Answer => {
                let (probing, shuts) = (state.probing, state.shuts);
                *state = State { probing, shuts, ..State::default() };
                None
            }
            Came::Busy if late => None,
            Came::Busy => {
                let wait = grown(BUSY_PAUSE, state.busy, BUSY_PAUSE_MAX);
                state.busy = state.busy.saturating_add(1);
                state.shut(now, wait, Reason::Told);
                None
            }
            Came::Told(wait) => {
                state.shut(now, wait, Reason::Told);
                None
            }
            Came::Failure if late && !self.probe => None,
            Came::Failure => {
                state.failures = state.failures.saturating_add(1);
                if self.probe {
                    state.probes = state.probes.saturating_add(1);
                }
                if self.probe || state.failures >= breaker.failures {
                    let wait = grown(breaker.pause, state.probes, breaker.pause_max);
                    state.shut(now, wait, Reason::Failures);
                    tracing::warn!(
                        seconds = wait.as_secs(),
                        "the instance fails; it is left alone"
                    );
                }
                None
            }
            Came::Login => {
                // Those that were under way beside it tell nothing new.
                if let Some((until, Reason::Logins)) = state.until
                    && late
                {
                    return Some(until.saturating_duration_since(now).max(PROBE_WAIT));
                }
                let wait = grown(LOGIN_PAUSE, state.logins, LOGIN_PAUSE_MAX);
                state.logins = state.logins.saturating_add(1);
                state.shut(now, wait, Reason::Logins);
                Some(wait)
            }
        }
    }
}

/// A request that was given up says nothing; the next one probes.
impl Drop for Pass {
    fn drop(&mut self) {
        if self.probe && !self.left {
            self.gate.lock().probing = false;
        }
    }
}

fn grown(first: Duration, times: u32, most: Duration) -> Duration {
    first.saturating_mul(1 << times.min(16)).min(most)
}

fn refused(after: Duration, reason: Reason) -> NotDone {
    let reason = match reason {
        Reason::Told => "the instance asked for quiet",
        Reason::Failures => "the instance failed too often in a row",
        Reason::Logins => "the login was refused",
    };
    NotDone::Retry { after: Some(after), why: format!("nothing was sent: {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn gate() -> (Gate, Instant) {
        let breaker = Breaker { failures: 3, pause: 5 * SECOND, pause_max: 8 * SECOND };
        (Gate::new(breaker), Instant::now())
    }

    fn send(gate: &Gate, now: Instant, came: Came) -> Option<Duration> {
        gate.enter(now).expect("open").leave(came, now)
    }

    #[track_caller]
    fn shut_for(gate: &Gate, now: Instant, expect: Duration) {
        match gate.enter(now) {
            Err(NotDone::Retry { after: Some(after), .. }) => assert_eq!(after, expect),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn failures_in_a_row_shut_it_and_one_probe_opens_it() {
        let (gate, now) = gate();
        send(&gate, now, Came::Failure);
        send(&gate, now, Came::Failure);
        send(&gate, now, Came::Answer);
        for _ in 0..3 {
            send(&gate, now, Came::Failure);
        }
        shut_for(&gate, now + SECOND, 4 * SECOND);
        let later = now + 5 * SECOND;
        assert_eq!(gate.room(now), Room::Shut(5 * SECOND));
        assert_eq!(gate.room(later), Room::Probe);
        let probe = gate.enter(later).expect("a probe");
        shut_for(&gate, later, PROBE_WAIT);
        assert_eq!(gate.room(later), Room::Shut(PROBE_WAIT), "others wait for the probe");
        probe.leave(Came::Failure, later);
        shut_for(&gate, later, 8 * SECOND);
        let later = later + 8 * SECOND;
        drop(gate.enter(later).expect("a probe that is given up"));
        send(&gate, later, Came::Answer);
        send(&gate, later, Came::Failure);
        assert!(gate.enter(later).is_ok(), "it counts from the beginning again");
    }

    #[test]
    fn quiet_is_kept_for_as_long_as_was_asked() {
        let (gate, now) = gate();
        send(&gate, now, Came::Told(7 * SECOND));
        shut_for(&gate, now, 7 * SECOND);
        let (one, two) = (gate.enter(now + 7 * SECOND), gate.enter(now + 7 * SECOND));
        assert!(one.is_ok() && two.is_ok(), "no probe is needed");
    }

    #[test]
    fn a_busy_instance_is_asked_ever_more_rarely_until_it_answers() {
        let (gate, now) = gate();
        send(&gate, now, Came::Busy);
        assert_eq!(gate.room(now), Room::Shut(SECOND));
        assert_eq!(gate.room(now + SECOND), Room::Open, "no probe is needed");
        send(&gate, now + SECOND, Came::Busy);
        shut_for(&gate, now + SECOND, 2 * SECOND);
        send(&gate, now + 3 * SECOND, Came::Answer);
        send(&gate, now + 3 * SECOND, Came::Busy);
        shut_for(&gate, now + 3 * SECOND, SECOND);
    }

    #[test]
    fn a_refused_login_stops_everything_and_one_probe_at_a_time_tries_again() {
        let (gate, now) = gate();
        let (one, two) = (gate.enter(now).expect("open"), gate.enter(now).expect("open"));
        assert_eq!(one.leave(Came::Login, now), Some(LOGIN_PAUSE));
        let later = now + 10 * SECOND;
        assert_eq!(two.leave(Came::Login, later), Some(50 * SECOND), "of the same login");
        shut_for(&gate, later, 50 * SECOND);
        let later = now + LOGIN_PAUSE;
        assert_eq!(send(&gate, later, Came::Login), Some(2 * LOGIN_PAUSE));
        assert!(gate.wants_login(later));
        gate.another_login();
        assert_eq!(send(&gate, later, Came::Login), Some(LOGIN_PAUSE));
    }

    #[test]
    fn an_answer_that_was_under_way_when_it_shut_opens_nothing() {
        for came in [Came::Told(30 * SECOND), Came::Login, Came::Failure] {
            let (gate, now) = gate();
            let late = gate.enter(now).expect("open");
            for _ in 0..3 {
                if let Ok(pass) = gate.enter(now) {
                    pass.leave(came, now);
                }
            }
            let Room::Shut(wait) = gate.room(now) else { panic!("{came:?}: it is shut") };
            late.leave(Came::Answer, now);
            assert_eq!(gate.room(now), Room::Shut(wait), "{came:?}");
            let later = now + wait;
            send(&gate, later, Came::Answer);
            assert_eq!(gate.room(later), Room::Open, "{came:?}: one that began after opens it");
        }
    }

    #[test]
    fn a_short_wish_for_quiet_shortens_no_longer_pause() {
        let (gate, now) = gate();
        let (one, two) = (gate.enter(now).expect("open"), gate.enter(now).expect("open"));
        let (three, four) = (gate.enter(now).expect("open"), gate.enter(now).expect("open"));
        one.leave(Came::Told(30 * SECOND), now);
        two.leave(Came::Told(2 * SECOND), now);
        shut_for(&gate, now, 30 * SECOND);
        assert_eq!(three.leave(Came::Login, now), Some(LOGIN_PAUSE));
        four.leave(Came::Told(90 * SECOND), now);
        shut_for(&gate, now, 90 * SECOND);
        assert_eq!(gate.room(now + 90 * SECOND), Room::Probe, "the login is still in doubt");
    }

    #[test]
    fn what_fails_beside_it_does_not_lengthen_the_pause() {
        let (gate, now) = gate();
        let passes: Vec<_> = (0..8).map(|_| gate.enter(now).expect("open")).collect();
        for pass in passes {
            pass.leave(Came::Failure, now);
        }
        shut_for(&gate, now, 5 * SECOND);
        let (late, later) = (gate.enter(now + 5 * SECOND).expect("a probe"), now + 5 * SECOND);
        late.leave(Came::Failure, later);
        shut_for(&gate, later, 8 * SECOND);
    }

    #[test]
    fn those_that_are_busy_together_count_once() {
        let (gate, now) = gate();
        let passes: Vec<_> = (0..4).map(|_| gate.enter(now).expect("open")).collect();
        for pass in passes {
            pass.leave(Came::Busy, now);
        }
        shut_for(&gate, now, SECOND);
    }

    #[test]
    fn a_login_refused_late_while_a_probe_is_under_way_counts_no_further() {
        let (gate, now) = gate();
        let (one, two) = (gate.enter(now).expect("open"), gate.enter(now).expect("open"));
        one.leave(Came::Login, now);
        let later = now + LOGIN_PAUSE;
        let probe = gate.enter(later).expect("a probe");
        assert_eq!(two.leave(Came::Login, later), Some(PROBE_WAIT));
        probe.leave(Came::Answer, later);
        assert_eq!(gate.room(later), Room::Open);
    }
}

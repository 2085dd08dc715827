//! A play that failed is made shorter: steps are left out as long as it fails in the same place.

use crate::play::{Outcome, Play};
use crate::story::{Steps, Story, write};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::time::{Duration, Instant};

/// For how long a play is made shorter, in seconds, unless `DESK_SIM_SHORTEN_SECS` says otherwise.
const SECS: u64 = 60;

/// A play that failed.
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) story: Story,
    /// Where, in the source.
    place: String,
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Plays a seed, or these steps of it.
pub(crate) fn play(seed: u64, story: Story) -> Result<Outcome, Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            PLACE.with_borrow_mut(|told| *told = place);
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    let of_play = story.clone();
    catch_unwind(AssertUnwindSafe(|| Play::new(seed, of_play).run())).map_err(|_| Failure {
        seed,
        story,
        place: PLACE.take(),
    })
}

impl Failure {
    /// Tells what happened in the shortest play that was found, and how it is played again.
    pub(crate) fn told(self) -> String {
        let (seed, first) = (self.seed, self.story.steps());
        let secs = crate::number("DESK_SIM_SHORTEN_SECS").unwrap_or(SECS);
        let (shortest, steps) = self.shorten(Duration::from_secs(secs));
        let test = "cargo test -p desk-tests --test simulation every_day";
        let (told, left, steps) = (shortest.story.told(), steps.len(), write(&steps));
        format!(
            "seed {seed} fails at {}; of its {first} steps {left} are left (step, desk time, what):\n\
             {told}\n\nplay it again: DESK_SIM_SEED={seed} {test}\n\
             these steps alone: DESK_SIM_SEED={seed} DESK_SIM_STEPS={steps} {test}",
            shortest.place
        )
    }

    /// Leaves out halves, quarters, and so on to single steps.
    fn shorten(self, time: Duration) -> (Self, Steps) {
        let until = Instant::now() + time;
        QUIET.set(true);
        let mut steps: Vec<u64> = (1..=self.story.steps()).collect();
        let (mut shortest, mut part) = (self, steps.len().div_ceil(2));
        while part > 0 && Instant::now() < until {
            let mut from = 0;
            while from < steps.len() && Instant::now() < until {
                let mut fewer = steps.clone();
                fewer.drain(from..(from + part).min(steps.len()));
                match shortest.still_fails(&fewer) {
                    Some(failure) => {
                        // It may fail sooner by now.
                        fewer.retain(|step| *step <= failure.story.steps());
                        (steps, shortest) = (fewer, failure);
                    }
                    None => from += part,
                }
            }
            part /= 2;
        }
        QUIET.set(false);
        (shortest, steps.into_iter().collect())
    }

    fn still_fails(&self, steps: &[u64]) -> Option<Self> {
        let story = Story::of(steps.iter().copied().collect());
        play(self.seed, story).err().filter(|failure| failure.place == self.place)
    }
}

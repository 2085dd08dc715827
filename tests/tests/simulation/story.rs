//! What a play did, for whoever looks into its failure; and which of its steps are played at all.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many lines are kept of what happened before the quiet, and of the quiet.
const LINES_MAX: [usize; 2] = [150, 20];
/// Most characters of a line.
const CHARS_MAX: usize = 200;

/// The steps of a play, by their numbers from 1.
pub(crate) type Steps = BTreeSet<u64>;

/// A play's story. Clones share it, so that it can be read once the play has failed.
#[derive(Clone, Default)]
pub(crate) struct Story {
    /// The steps that are played, and no others; none: all, until enough has happened.
    only: Option<Arc<Steps>>,
    so_far: Arc<Mutex<SoFar>>,
}

#[derive(Default)]
struct SoFar {
    step: u64,
    lines: [VecDeque<String>; 2],
}

impl Story {
    /// Of a play of these steps alone.
    pub(crate) fn of(only: Steps) -> Self {
        Self { only: Some(Arc::new(only)), ..Self::default() }
    }

    /// Whether there is another step before the quiet.
    pub(crate) fn goes_on(&self, more: impl Fn() -> bool) -> bool {
        match &self.only {
            Some(only) => only.last().is_some_and(|last| self.steps() < *last),
            None => more(),
        }
    }

    /// Goes on to the next step: whether it is played.
    pub(crate) fn step(&self) -> bool {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.step += 1;
        self.only.as_ref().is_none_or(|only| only.contains(&so_far.step))
    }

    /// How many steps there were.
    pub(crate) fn steps(&self) -> u64 {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner).step
    }

    /// Tells what happened at a moment of desk time.
    pub(crate) fn tell(&self, at: u64, line: String, quiet: bool) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = format!("{:>5} {at:>10} {line}", so_far.step);
        if let Some((end, _)) = line.char_indices().nth(CHARS_MAX) {
            line.truncate(end);
        }
        let lines = &mut so_far.lines[usize::from(quiet)];
        lines.push_back(line);
        if lines.len() > LINES_MAX[usize::from(quiet)] {
            lines.pop_front();
        }
    }

    /// What happened last.
    pub(crate) fn told(&self) -> String {
        let so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = so_far.lines.iter().flatten().map(String::as_str).collect();
        lines.join("\n")
    }
}

/// Reads steps as [`write`] writes them.
pub(crate) fn read(text: &str) -> Option<Steps> {
    let mut steps = Steps::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let [first, last]: [u64; 2] = [first.parse().ok()?, last.parse().ok()?];
        steps.extend(first..=last);
    }
    Some(steps)
}

/// Writes steps, those that follow one another as one part: `3,7-12`.
pub(crate) fn write(steps: &Steps) -> String {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for step in steps {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == *step => *last = *step,
            _ => parts.push((*step, *step)),
        }
    }
    let part = |(first, last): &(u64, u64)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(",")
}

#[test]
fn steps_are_read_as_they_are_written() {
    let steps = Steps::from([1, 2, 3, 7, 9, 10]);
    assert_eq!(write(&steps), "1-3,7,9-10");
    assert_eq!(read(&write(&steps)), Some(steps));
    assert_eq!(read("1-"), None);
}

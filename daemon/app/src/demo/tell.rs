//! What the demo says: one line a fact, colours only on a terminal.

use anyhow::Result;
use std::io::IsTerminal;
use std::time::Instant;

/// Tells what happens.
pub(super) struct Tell {
    colour: bool,
    since: Instant,
    verified: u32,
}

impl Tell {
    pub(super) fn new() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = std::io::stdout().is_terminal() && !plain;
        Self { colour, since: Instant::now(), verified: 0 }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn line(&self, text: &str) {
        println!("{text}");
    }

    pub(super) fn head(&self, text: &str) {
        println!("\n{}", self.paint("1", text));
    }

    /// One of the procedure's nine steps begins.
    pub(super) fn step(&self, n: u8, text: &str) {
        println!("\n{} {}", self.paint("1;36", &format!("Step {n}.")), self.paint("1", text));
    }

    pub(super) fn fact(&self, what: &str, value: &str) {
        println!("  {} {value}", self.paint("2", &format!("{what}:")));
    }

    /// Something happened.
    pub(super) fn happens(&self, text: &str) {
        println!("  {text}");
    }

    /// Something was verified.
    pub(super) fn verified(&mut self, text: &str) {
        self.verified += 1;
        println!("  {} {text}", self.paint("32", "✓"));
    }

    /// Something is not as it should be.
    pub(super) fn failed(&self, text: &str) {
        println!("  {} {text}", self.paint("1;31", "✗"));
    }

    /// How the play ended.
    pub(super) fn verdict(&self, played: Result<()>) -> bool {
        let took = self.since.elapsed().as_secs();
        match played {
            Ok(()) => {
                let text = format!("All nine steps verified: {} facts in {took} s.", self.verified);
                println!("\n{}", self.paint("1;32", &text));
                true
            }
            Err(error) => {
                self.failed(&format!("{error:#}"));
                println!("\n{}", self.paint("1;31", "The procedure was not verified."));
                false
            }
        }
    }
}

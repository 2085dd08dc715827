//! `deskd script`: what admins do about scripts before they go live, without a daemon.

mod docs;
mod told;
mod watch;

pub(crate) use docs::docs;

use anyhow::{Context as _, Result};
use desk_hooks::{Limits, Options, Report, registry};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use told::told;

/// What `deskd script test` is asked for.
pub(crate) struct Wanted {
    /// Tests whose name holds this.
    pub(crate) only: Option<String>,
    /// Whether to tell which lines the tests went through.
    pub(crate) coverage: bool,
    /// Where to write that for tools.
    pub(crate) lcov: Option<PathBuf>,
    /// Whether to go on with each change.
    pub(crate) watch: bool,
}

/// Says whether a daemon would take the folder's scripts over: they load, and their tests pass.
pub(crate) fn check(dir: &Path) -> Result<ExitCode> {
    let report = desk_hooks::check(dir, &Options::default());
    for error in report.reasons() {
        eprintln!("{}\n", told(dir, &error));
    }
    if report.is_good() {
        println!("sound: {} rules, {} tests", report.rules, report.tests.len());
        return Ok(ExitCode::SUCCESS);
    }
    let failed = report.failed().count();
    eprintln!("{} errors, {failed} failed tests in {}", report.errors.len(), dir.display());
    Ok(ExitCode::FAILURE)
}

/// Runs the folder's tests, and tells of each.
pub(crate) fn test(dir: &Path, wanted: &Wanted) -> Result<ExitCode> {
    if wanted.watch {
        return watch::watch(dir, || run(dir, wanted).map(|_| ()));
    }
    run(dir, wanted)
}

fn run(dir: &Path, wanted: &Wanted) -> Result<ExitCode> {
    let options = Options {
        limits: Limits::default(),
        only: wanted.only.clone(),
        coverage: wanted.coverage || wanted.lcov.is_some(),
    };
    let report = desk_hooks::check(dir, &options);
    tell(dir, &report);
    if let Some(coverage) = &report.coverage {
        if wanted.coverage {
            print!("\n{}", coverage.text());
        }
        if let Some(path) = &wanted.lcov {
            let wrong = || format!("the coverage cannot be written to {}", path.display());
            std::fs::write(path, coverage.lcov(dir)).with_context(wrong)?;
        }
    }
    // No test at all is no proof of anything, and a misspelt filter is the likely cause.
    let none = report.tests.is_empty() && wanted.only.is_some();
    if none {
        eprintln!("no test has that in its name");
    }
    Ok(if report.is_good() && !none { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(dir: &Path, report: &Report) {
    for error in &report.errors {
        eprintln!("{}\n", told(dir, error));
    }
    for test in &report.tests {
        match &test.error {
            None => println!("ok      {} {}", test.file, test.name),
            Some(error) => {
                println!("FAILED  {} {}", test.file, test.name);
                for line in &test.log {
                    eprintln!("  log: {line}");
                }
                eprintln!("{}\n", told(dir, error));
            }
        }
    }
    let failed = report.failed().count();
    let passed = report.tests.len() - failed;
    println!("{passed} passed, {failed} failed, {} errors", report.errors.len());
}

/// Prints a rule to begin with.
pub(crate) fn new(hook: &str) -> Result<ExitCode> {
    let names = || registry::HOOKS.iter().map(|spec| spec.hook.name());
    let Some(text) = registry::skeleton(hook) else {
        let all = names().collect::<Vec<_>>().join(", ");
        anyhow::bail!("there is no hook '{hook}'; the hooks are {all}");
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

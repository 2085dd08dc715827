//! `deskd script`: what admins do about scripts before they go live, without a daemon.

mod told;

use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;
use told::told;

/// Compiles and lints a folder of scripts and runs its tests.
pub(crate) fn check(dir: &Path) -> Result<ExitCode> {
    let report = desk_hooks::check(dir, &desk_hooks::Options::default());
    report.errors.iter().for_each(|error| eprintln!("{}\n", told(dir, error)));
    for test in &report.tests {
        match &test.error {
            None => println!("ok      {} {}", test.file, test.name),
            Some(error) => eprintln!("FAILED  {} {}\n{}\n", test.file, test.name, told(dir, error)),
        }
    }
    if report.is_good() {
        println!("sound: {} rules, {} tests", report.rules, report.tests.len());
        return Ok(ExitCode::SUCCESS);
    }
    let failed = report.tests.iter().filter(|test| test.error.is_some()).count();
    eprintln!("{} errors, {failed} failed tests in {}", report.errors.len(), dir.display());
    Ok(ExitCode::FAILURE)
}

/// Prints a rule to begin with.
pub(crate) fn new(hook: &str) -> Result<ExitCode> {
    let names = || desk_hooks::registry::HOOKS.iter().map(|spec| spec.hook.name());
    let Some(text) = desk_hooks::registry::skeleton(hook) else {
        let all = names().collect::<Vec<_>>().join(", ");
        anyhow::bail!("there is no hook '{hook}'; the hooks are {all}");
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

//! `check` and `config`: what can be said of files without a daemon.

use crate::cli::ConfigVerb;
use crate::config::{self, Problem, Report, Severity};
use crate::site::limits;
use anyhow::Result;
use desk_hooks::Options;
use std::path::Path;
use std::process::ExitCode;

/// Checks the config and the scripts that it names.
pub(crate) fn check(
    path: Option<&Path>,
    deny_warnings: bool,
    probe: bool,
    json: bool,
) -> Result<ExitCode> {
    let mut report = config::check(path, deny_warnings);
    if let Ok(loaded) = config::load(path) {
        check_scripts(&mut report, &loaded.settings);
        // A warning: what the service is handed at its start may be missing here.
        if let Err(error) = crate::http::Tls::of(&loaded.settings) {
            report.add(Problem::new(Severity::Warning, error.to_string()));
        }
        if probe {
            super::probe::probe(&mut report, &loaded)?;
        }
    }
    if json {
        println!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    Ok(ExitCode::from(report.exit_code()))
}

fn check_scripts(report: &mut Report, settings: &config::Settings) {
    // What is built in is proven where it is made.
    let Some(dir) = &settings.scripts_dir else { return };
    let options = Options { limits: limits(settings), ..Options::default() };
    let errors = desk_hooks::check(dir, &options).reasons();
    for error in errors {
        let problem = Problem::new(Severity::Error, error.message.clone())
            .in_file(dir.join(&error.file))
            .at_line(error.line, error.column);
        report.add(match error.help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }
}

/// Writes or shows a config.
pub(crate) fn config(verb: ConfigVerb) -> Result<ExitCode> {
    match verb {
        ConfigVerb::Init { dir } => {
            for path in config::init(&dir)? {
                println!("{}", path.display());
            }
            eprintln!("Next: deskd check --config {}", dir.join("deskd.toml").display());
        }
        ConfigVerb::Show { config: path, json } => {
            let loaded = config::load(path.as_deref())?;
            if json {
                println!("{}", config::show_json(&loaded));
            } else {
                print!("{}", config::show(&loaded));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

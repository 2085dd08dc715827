//! `run` and `sandbox`.

use crate::config::{self, Log, LogFormat};
use crate::signals::{Asked, Signals};
use anyhow::{Context, Result};
use desk_sandbox::{Options, Sandbox};
use sd_notify::NotifyState;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A runtime for the doors and drivers.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().context("the async runtime")
}

/// Runs the daemon until it is asked to end.
pub(crate) fn run(path: Option<PathBuf>) -> Result<ExitCode> {
    let loaded = config::load(path.as_deref())?;
    log(&loaded.settings.log)?;
    no_core_dumps();
    for problem in &loaded.warnings {
        tracing::warn!(%problem, "config");
    }
    runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let running = crate::run::start(loaded, path).await?;
        // Not under systemd there is nobody to notify.
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        running.until_asked(&mut signals).await;
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
        running.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// What is in memory is somebody's conversation, and secrets: a crash must not write it down, whoever
/// started the daemon.
fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "a crash may leave a core dump");
    }
}

/// Runs the sandbox until it is asked to end.
pub(crate) fn sandbox(options: Options) -> Result<ExitCode> {
    log(&Log::default())?;
    runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let running = Sandbox::start(options).await?;
        println!("{}", running.url());
        while signals.next().await != Asked::Stop {}
        running.shutdown().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Logs to standard error.
fn log(config: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&config.level).context("log.level")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let set = match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    set.map_err(|error| anyhow::anyhow!("the log cannot be set up: {error}"))
}

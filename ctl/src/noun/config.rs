//! `config`: what is in force.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::ConfigView;

use crate::render::{BAD, HEAD, Page, join, or_none};

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// The config in force, and a rejected one
    Status,
}

impl Config {
    pub(crate) const fn call(self) -> Call {
        match self {
            Self::Status => Call::ConfigStatus {},
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, config: &ConfigView) -> io::Result<()> {
    page.line(format_args!("config {HEAD}{}{HEAD:#}", config.hash))?;
    details(page, config)
}

/// Everything but the hash.
pub(crate) fn details(page: &mut Page<'_>, config: &ConfigView) -> io::Result<()> {
    page.field("file", or_none(config.file.as_ref()))?;
    page.field("since", page.at(config.since))?;
    page.field("retired", join(&config.retired))?;
    match &config.rejected {
        Some(rejected) => page.field("", format!("{BAD}rejected{BAD:#} {rejected}")),
        None => Ok(()),
    }
}

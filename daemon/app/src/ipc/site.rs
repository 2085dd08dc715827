//! What verbs about the daemon itself ask of whoever put it together.

use crate::drivers::{Audited, DriverStatus};
use crate::history::Sent;
use crate::site::By;
use desk_wire::Refusal;
use desk_wire::view::{
    BackupView, ConfigView, ErrorView, HookView, ScriptDiffView, ScriptSetView, ShadowView,
};
use futures_util::future::BoxFuture;
use std::path::PathBuf;

/// The daemon around the desk: its files, its scripts, its end.
pub trait Site: Send + Sync + 'static {
    /// Begins a clean stop; returns at once.
    fn stop(&self);

    /// Loads the scripts anew.
    ///
    /// # Errors
    /// Why the old set stays: `scripts_rejected`, with file and line.
    fn reload_scripts(&self, by: By) -> BoxFuture<'_, Result<(), Refusal>>;

    /// How another script set differs from the one in force.
    ///
    /// # Errors
    /// `unknown_set`; `scripts_rejected` where the folder cannot be read.
    fn diff_scripts(&self, set: Option<String>) -> BoxFuture<'_, Result<ScriptDiffView, Refusal>>;

    /// Puts what the scripts folder holds in force, where it is this set.
    ///
    /// # Errors
    /// `nothing_to_apply`, `candidate_changed`, `scripts_rejected`.
    fn apply_scripts(&self, by: By, set: Option<String>) -> BoxFuture<'_, Result<(), Refusal>>;

    /// Puts a set in force that was in force before.
    ///
    /// # Errors
    /// `no_set_before`, `unknown_set`, `nothing_to_apply`.
    fn roll_back_scripts(&self, by: By, to: Option<String>) -> BoxFuture<'_, Result<(), Refusal>>;

    /// Every hook there is, scripted or not.
    ///
    /// # Errors
    /// `overloaded`, `stopping`.
    fn hooks(&self) -> BoxFuture<'_, Result<Vec<HookView>, Refusal>>;

    /// The last record that `on_event` looked at, where a rule follows the journal.
    ///
    /// # Errors
    /// `overloaded`, `stopping`.
    fn followed(&self) -> BoxFuture<'_, Result<Option<u64>, Refusal>>;

    /// The set that is asked alongside, and how it differs.
    fn shadow(&self) -> Option<ShadowView>;

    /// The script set; those that are kept are put in by whoever shows it, from State.
    fn script_set(&self) -> ScriptSetView;

    /// The config; its hash and what it retired are put in by whoever shows it, from State.
    fn config(&self) -> ConfigView;

    /// Copies the journal into a folder.
    ///
    /// # Errors
    /// `backup_failed`: the folder is not empty, not to be had, or named by no path from the root.
    fn backup(&self, dir: PathBuf) -> BoxFuture<'_, Result<BackupView, Refusal>>;

    /// Holds what was sent against what ServiceNow holds.
    ///
    /// # Errors
    /// `servicenow_silent`, where it cannot be said now.
    fn audit(&self, sent: Vec<Sent>) -> BoxFuture<'_, Result<Vec<Audited>, Refusal>>;

    /// How the drivers are doing.
    fn drivers(&self) -> DriverStatus;

    /// The last things that went wrong, newest first.
    fn errors(&self) -> Vec<ErrorView>;
}

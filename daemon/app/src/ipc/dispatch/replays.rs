//! A script set is asked what was asked before.

use super::{Asker, Result};
use crate::history::script_files;
use crate::replay::{Job, Wanted};
use crate::site::limits;
use desk_core::policy::{Hook, Policy};
use desk_hooks::{Files, Host, ScriptError, ScriptSet};
use desk_wire::{Call, Refusal, ReplayAsk, Reply};
use std::sync::Arc;
use std::time::Duration;

/// How long an answer waits for the end.
const WAIT: Duration = Duration::from_millis(500);

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn script_replay(&self, call: Call) -> Result<Reply> {
        let Call::ScriptReplay { what } = call else { unreachable!("no replay") };
        let job = match what {
            ReplayAsk::Start { files, since, hook } => {
                let hook = hook.as_deref().map(hook_of).transpose()?;
                let host = self.host_of(files).await?;
                tracing::info!(by = ?self.actor, set = %host.set().hash(), "a replay begins");
                let looked = self.shared.site.followed().await?;
                let readers = self.desk().readers().clone();
                let wanted = Wanted { since, hook, looked };
                let started = self.shared.replays.start(host, wanted, readers);
                let started = started.map_err(|error| failed(&error.to_string()))?;
                started.ok_or_else(|| {
                    Refusal::new(
                        "replay_under_way",
                        "a replay is under way; there is one at a time",
                    )
                    .hint("it ends by itself soon after its client is gone")
                })?
            }
            ReplayAsk::Follow { job } => self.followed(&job)?,
        };
        job.wait(WAIT).await;
        Ok(Reply::ScriptReplay(job.view()))
    }

    fn followed(&self, job: &str) -> Result<Arc<Job>> {
        let unknown = || Refusal::new("unknown_replay", "there is no such replay, or no longer");
        self.shared.replays.follow(job).ok_or_else(|| unknown().field("with.what.follow.job"))
    }

    /// A host for these files; without any, for the set that serves.
    async fn host_of(
        &self,
        files: Option<std::collections::BTreeMap<String, String>>,
    ) -> Result<Host> {
        let files: Files = match files {
            Some(files) => files.into_iter().map(|(name, text)| (name, text.into())).collect(),
            None => {
                let serving = self.see(|views| views.state.scripts.clone()).await?;
                let none = || Refusal::new("unknown_set", "no script set serves; name one");
                let hash = serving.ok_or_else(none)?;
                self.read(move |journal| script_files(journal, &hash)).await?.ok_or_else(none)?
            }
        };
        let limits = limits(&self.shared.settings.borrow());
        let load = move || Host::new(ScriptSet::from_files(files)?, limits);
        let loaded = tokio::task::spawn_blocking(load).await;
        loaded.map_err(|error| failed(&error.to_string()))?.map_err(|errors| rejected(&errors))
    }
}

fn hook_of(name: &str) -> Result<Hook> {
    let found = Hook::ALL.into_iter().find(|hook| hook.name() == name);
    found.ok_or_else(|| {
        let choices = Hook::ALL.iter().map(ToString::to_string).collect();
        let refusal = Refusal::new("unknown_hook", format!("there is no hook '{name}'"));
        refusal.field("with.what.start.hook").choices(choices)
    })
}

fn rejected(errors: &[ScriptError]) -> Refusal {
    let text: Vec<_> = errors.iter().map(ToString::to_string).collect();
    Refusal::new("scripts_rejected", text.join("\n")).hint("run 'deskd script check' on its folder")
}

fn failed(error: &str) -> Refusal {
    Refusal::new("replay_failed", format!("the replay did not start: {error}"))
}

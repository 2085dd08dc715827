//! The daemon itself.

use super::{Asker, Meant, Result};
use crate::clock::wall_ms;
use crate::site::By;
use crate::views::Views;
use desk_core::policy::Policy;
use desk_core::{Actor, Command};
use desk_wire::view::{ConfigView, DaemonStatus, KeptSetView, ScriptSetView, ScriptsView, SetHow};
use desk_wire::{Call, Done, Reply};

impl<P: Policy + Send + 'static> Asker<'_, P> {
    pub(super) async fn daemon(&self, call: Call) -> Result<Reply> {
        match call {
            Call::DaemonStatus {} => self.daemon_reply().await,
            Call::DaemonDrain { on } => {
                self.give(Command::Drain { on }).await?;
                self.daemon_reply().await
            }
            Call::DaemonStop {} => {
                tracing::info!(by = ?self.actor, "asked to stop");
                let note = Some("deskd stops once what is under way is done".to_owned());
                Ok(Reply::Done(Done { chat: None, note }))
            }
            Call::ScriptStatus {} => self.scripts_reply().await,
            Call::ScriptReload {} => {
                self.shared.site.reload_scripts(self.by()).await?;
                self.scripts_reply().await
            }
            Call::ScriptDiff { set } => {
                Ok(Reply::ScriptDiff(self.shared.site.diff_scripts(set).await?))
            }
            Call::ScriptApply { set } => {
                if let Meant::New(()) = self.meant(|_, _| Ok(())).await? {
                    self.shared.site.apply_scripts(self.by(), set).await?;
                }
                self.scripts_reply().await
            }
            Call::ScriptRollback { set } => {
                if let Meant::New(()) = self.meant(|_, _| Ok(())).await? {
                    self.shared.site.roll_back_scripts(self.by(), set).await?;
                }
                self.scripts_reply().await
            }
            Call::ConfigStatus {} => {
                let config = self.shared.site.config();
                let look = move |views: Views<'_>| with_state(config, &views);
                Ok(Reply::Config(self.see(look).await?))
            }
            Call::JournalBackup { dir } => {
                tracing::info!(by = ?self.actor, dir, "a backup begins");
                Ok(Reply::Backup(self.shared.site.backup(dir.into()).await?))
            }
            _ => unreachable!("not about the daemon"),
        }
    }

    fn by(&self) -> By {
        By { who: self.actor.clone(), cmd: self.cmd.clone() }
    }

    async fn daemon_reply(&self) -> Result<Reply> {
        let site = &self.shared.site;
        let (config, scripts, errors) = (site.config(), site.script_set(), site.errors());
        let followed = site.followed().await?;
        let uptime = wall_ms().saturating_sub(self.desk().started_ms());
        let (epoch, durable) = (self.desk().epoch(), self.desk().durable());
        let look = move |views: Views<'_>| DaemonStatus {
            version: env!("CARGO_PKG_VERSION").into(),
            pid: std::process::id(),
            uptime_ms: u64::try_from(uptime).unwrap_or(0),
            epoch,
            seq: views.state.seq,
            durable,
            chats: views.chat_counts(),
            agents: views.agent_counts(),
            outbox: views.outbox_counts(),
            sinks: views.sinks(),
            events: views.followed(followed, durable),
            config: with_state(config, &views),
            scripts: serving(scripts, &views),
            draining: views.state.draining,
            low_disk: views.state.low_disk,
            errors,
        };
        Ok(Reply::Daemon(self.see(look).await?))
    }

    async fn scripts_reply(&self) -> Result<Reply> {
        let (set, hooks) = (self.shared.site.script_set(), self.shared.site.hooks().await?);
        let set = self.see(move |views| serving(set, &views)).await?;
        let shadow = self.shared.site.shadow();
        Ok(Reply::Scripts(ScriptsView { set, hooks, shadow }))
    }
}

fn with_state(config: ConfigView, views: &Views<'_>) -> ConfigView {
    let hash = views.state.config_hash.as_ref().map(ToString::to_string);
    ConfigView { hash: hash.unwrap_or(config.hash), retired: views.retired(), ..config }
}

fn serving(set: ScriptSetView, views: &Views<'_>) -> ScriptSetView {
    let live = views.state.scripts.as_ref();
    let kept = views.state.sets.kept().iter().map(|kept| KeptSetView {
        hash: kept.hash.to_string(),
        since: kept.at_ms,
        by: match &kept.by {
            Actor::Admin(name) => Some(name.to_string()),
            _ => None,
        },
        how: match kept.how {
            desk_core::SetHow::Taken => SetHow::Taken,
            desk_core::SetHow::Applied => SetHow::Applied,
            desk_core::SetHow::RolledBack => SetHow::RolledBack,
        },
        serves: live == Some(&kept.hash),
    });
    ScriptSetView { kept: kept.collect(), ..set }
}

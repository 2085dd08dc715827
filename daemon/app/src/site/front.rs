//! What verbs about the daemon itself are answered with.

use super::{By, ScriptsRefused, Site};
use crate::clock::wall_ms;
use crate::config::ScriptsMode;
use crate::drivers::{Audited, DriverStatus, Instance};
use crate::history::Sent;
use crate::http::Tls;
use crate::ipc;
use crate::keys::Keys;
use crate::person;
use crate::shadow::{Difference, Found, Told};
use desk_core::policy::Hook;
use desk_hooks::{HookStatus, Opened, TIMES_US, Times, registry};
use desk_wire::Refusal;
use desk_wire::view::{
    BackupView, Breaker, CandidateSetView, ConfigView, ErrorView, HookView, RestingWhy,
    ScriptDiffView, ScriptMode, ScriptSetView, ShadowDifferenceView, ShadowHookView, ShadowView,
    TimesView,
};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The daemon, as the local socket's verbs see it.
pub struct Front {
    site: Arc<Site>,
    instance: Instance,
    tls: Option<Arc<Tls>>,
    shutdown: CancellationToken,
}

impl Front {
    /// `shutdown` begins the daemon's clean stop.
    #[must_use]
    pub const fn new(
        site: Arc<Site>,
        instance: Instance,
        tls: Option<Arc<Tls>>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { site, instance, tls, shutdown }
    }
}

impl ipc::Site for Front {
    fn stop(&self) {
        self.shutdown.cancel();
    }

    fn reload_scripts(&self, by: By) -> BoxFuture<'_, Result<(), Refusal>> {
        Box::pin(async move { self.site.reload_scripts(&by).await.map_err(refusal) })
    }

    fn diff_scripts(&self, set: Option<String>) -> BoxFuture<'_, Result<ScriptDiffView, Refusal>> {
        Box::pin(async move { self.site.diff_scripts(set.as_deref()).await.map_err(refusal) })
    }

    fn apply_scripts(&self, by: By, set: Option<String>) -> BoxFuture<'_, Result<(), Refusal>> {
        Box::pin(async move { self.site.apply_scripts(&by, set.as_deref()).await.map_err(refusal) })
    }

    fn roll_back_scripts(&self, by: By, to: Option<String>) -> BoxFuture<'_, Result<(), Refusal>> {
        Box::pin(
            async move { self.site.roll_back_scripts(&by, to.as_deref()).await.map_err(refusal) },
        )
    }

    fn hooks(&self) -> BoxFuture<'_, Result<Vec<HookView>, Refusal>> {
        Box::pin(async {
            let status = self.site.desk.rules(|rules| rules.status()).await;
            let status = status.map_err(|error| Refusal::new(error.code(), error.to_string()))?;
            let now = wall_ms();
            Ok(Hook::ALL.iter().flat_map(|hook| views(*hook, &status, now)).collect())
        })
    }

    fn followed(&self) -> BoxFuture<'_, Result<Option<u64>, Refusal>> {
        Box::pin(async {
            let at = self.site.desk.rules(|rules| rules.following().at()).await;
            at.map_err(|error| Refusal::new(error.code(), error.to_string()))
        })
    }

    fn shadow(&self) -> Option<ShadowView> {
        self.site.told().shadow.map(|told| shadow(&told))
    }

    fn script_set(&self) -> ScriptSetView {
        let told = self.site.told();
        let candidate = told.candidate.map(|candidate| CandidateSetView {
            hash: candidate.hash.map(|hash| hash.to_string()),
            state: candidate.state,
            since: candidate.since,
        });
        ScriptSetView {
            serving: told.serving.map(|hash| hash.to_string()),
            since: told.scripts_since,
            rejected: told.scripts_rejected,
            mode: match self.site.settings().borrow().scripts.mode {
                ScriptsMode::Auto => ScriptMode::Auto,
                ScriptsMode::Manual => ScriptMode::Manual,
            },
            candidate,
            kept: Vec::new(),
        }
    }

    fn config(&self) -> ConfigView {
        let told = self.site.told();
        ConfigView {
            file: told.file.map(|file| file.display().to_string()),
            hash: String::new(),
            since: told.config_since,
            rejected: told.config_rejected,
            retired: Vec::new(),
        }
    }

    fn backup(&self, dir: PathBuf) -> BoxFuture<'_, Result<BackupView, Refusal>> {
        Box::pin(async move {
            let failed = |why: String| Refusal::new("backup_failed", why);
            if !dir.is_absolute() {
                return Err(failed(format!("{}: give a path from the root on", dir.display())));
            }
            let from = self.site.settings().borrow().data_dir.clone();
            let to = dir.clone();
            let copied = tokio::task::spawn_blocking(move || backup(&from, &to));
            let made = copied.await.map_err(|error| failed(error.to_string()))?;
            let made = made.map_err(|error| failed(format!("{error:#}")))?;
            tracing::info!(dir = %dir.display(), seq = made.head.seq, "a backup was made");
            Ok(BackupView {
                dir: dir.display().to_string(),
                seq: made.head.seq,
                chain: made.head.chain.to_string(),
                bytes: made.bytes,
            })
        })
    }

    fn audit(&self, sent: Vec<Sent>) -> BoxFuture<'_, Result<Vec<Audited>, Refusal>> {
        Box::pin(async {
            let refused = |why| {
                Refusal::new("servicenow_silent", why).hint("'daemon status' says how it does")
            };
            self.instance.audit(sent).await.map_err(refused)
        })
    }

    fn drivers(&self) -> DriverStatus {
        self.instance.status().clone()
    }

    fn errors(&self) -> Vec<ErrorView> {
        let status = self.instance.status();
        let lookup = status.lookup().last_error.map(|error| ("lookup", error));
        let outbox = status.outbox().last_error.map(|error| ("outbox", error));
        let deliver = status.deliver().last_error.map(|error| ("deliveries", error));
        let mut errors: Vec<ErrorView> = lookup
            .into_iter()
            .chain(outbox)
            .chain(deliver)
            .map(|(driver, error)| ErrorView {
                at: error.at_ms,
                text: format!("{driver}: {}", error.text),
            })
            .collect();
        if let Some(problem) = self.instance.problem() {
            errors.push(ErrorView { at: wall_ms(), text: format!("servicenow: {problem}") });
        }
        if let Some(problem) = self.tls.as_ref().and_then(|tls| tls.problem()) {
            let text = format!("the certificate before stays in force: {problem}");
            errors.push(ErrorView { at: wall_ms(), text });
        }
        errors.sort_by_key(|error| std::cmp::Reverse(error.at));
        errors
    }
}

fn shadow(told: &Told) -> ShadowView {
    found(told.set.to_string(), told.since, &told.found())
}

/// What came of asking another set, on the wire.
pub(crate) fn found(set: String, since: desk_wire::UnixMs, found: &Found) -> ShadowView {
    let hook = |(hook, asked): (&Hook, &u64)| ShadowHookView {
        hook: hook.name().into(),
        asked: *asked,
        same: asked.saturating_sub(found.differed.get(hook).copied().unwrap_or_default()),
        differ: (found.kinds.iter())
            .filter(|((of, _), _)| of == hook)
            .map(|((_, kind), times)| (kind.name().into(), *times))
            .collect(),
    };
    let line = |difference: &Difference| ShadowDifferenceView {
        at: difference.at,
        hook: difference.hook.name().into(),
        chat: difference.chat.map(|chat| chat.to_string()),
        kind: difference.kind.name().into(),
        what: difference.what.clone(),
    };
    ShadowView {
        set,
        since,
        cut: found.cut,
        dropped: found.dropped,
        hooks: found.asked.iter().map(hook).collect(),
        last: found.last.iter().map(line).collect(),
    }
}

fn refusal(refused: ScriptsRefused) -> Refusal {
    let text = refused.to_string();
    match refused {
        ScriptsRefused::Unanswered(error) => Refusal::new(error.code(), text),
        ScriptsRefused::Untold(_) => Refusal::new("journal_unreadable", text),
        ScriptsRefused::Same => Refusal::new("nothing_to_apply", text),
        ScriptsRefused::Other(_) => {
            Refusal::new("candidate_changed", text).hint("look at 'script diff', then apply it")
        }
        ScriptsRefused::NoneBefore => Refusal::new("no_set_before", text),
        ScriptsRefused::Unknown(_, kept) => Refusal::new("unknown_set", text)
            .field("with.set")
            .choices(kept.iter().map(ToString::to_string).collect()),
        ScriptsRefused::Wrong(_) | ScriptsRefused::Failed(_) => {
            Refusal::new("scripts_rejected", text)
                .hint("the set before stays in force; mend the scripts and reload")
        }
    }
}

/// A hook's rules, the general one and those of single queues; one without any is shown, too.
fn views(hook: Hook, status: &[HookStatus], now: i64) -> Vec<HookView> {
    let rules: Vec<HookView> =
        status.iter().filter(|rule| rule.hook == hook).map(|rule| view(rule, now)).collect();
    if !rules.is_empty() {
        return rules;
    }
    vec![HookView {
        hook: hook.name().into(),
        file: None,
        calls: 0,
        failures: 0,
        kinds: BTreeMap::new(),
        defaults: 0,
        operations: 0,
        times: TimesView::default(),
        last_failure: None,
        last_failure_at: None,
        on_failure: registry::spec(hook).on_failure().into(),
        breaker: Breaker::Closed,
        rests: 0,
        resting_until: None,
        resting_why: None,
    }]
}

fn view(rule: &HookStatus, now: i64) -> HookView {
    let failure = rule.last_failure.as_ref();
    HookView {
        hook: rule.hook.name().into(),
        file: Some(rule.file.clone()),
        calls: rule.calls,
        failures: rule.failures,
        kinds: rule.kinds.iter().map(|(kind, n)| (kind.name().into(), *n)).collect(),
        defaults: rule.defaults,
        operations: rule.operations,
        times: times(&rule.times),
        last_failure: failure.and_then(|(_, failure)| failure.text.known().cloned()),
        last_failure_at: failure.map(|(at, _)| *at),
        on_failure: registry::spec(rule.hook).on_failure().into(),
        breaker: match rule.resting {
            None => Breaker::Closed,
            Some((until, _)) if until > now => Breaker::Open,
            Some(_) => Breaker::HalfOpen,
        },
        rests: rule.rests,
        resting_until: rule.resting.map(|(until, _)| until),
        resting_why: rule.resting.map(|(_, why)| match why {
            Opened::Failures => RestingWhy::Failures,
            Opened::Share => RestingWhy::Share,
            Opened::Ended => RestingWhy::Ended,
        }),
    }
}

fn times(times: &Times) -> TimesView {
    TimesView {
        sum_us: times.sum_ns / 1_000,
        most_us: times.most_ns / 1_000,
        upto_us: TIMES_US.to_vec(),
        counts: times.counts.to_vec(),
    }
}

/// Copies the journal and the key beside it.
fn backup(from: &Path, to: &Path) -> anyhow::Result<desk_journal::Backup> {
    let made = desk_journal::backup(from, to, wall_ms(), &mut |_, _| {})?;
    Keys::copy(from, to)?;
    person::copy(from, to)?;
    Ok(made)
}

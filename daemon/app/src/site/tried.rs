//! Which set is asked alongside the one in force: the one that could be applied.

use super::{Site, limits};
use crate::shadow::Shadow;
use desk_hooks::{Host, ScriptSet};

impl Site {
    /// Has this set asked alongside, unless it is already, or none any more.
    pub(super) async fn try_out(&self, set: Option<&ScriptSet>) {
        let scripts = self.settings.borrow().scripts.clone();
        let set = set.filter(|_| scripts.shadow_percent > 0).cloned();
        let now = self.told_mut().shadow.as_ref().map(|told| told.set.clone());
        if set.as_ref().map(ScriptSet::hash) == now.as_ref() {
            return;
        }
        let limits = limits(&self.settings.borrow());
        let start = move || {
            let set = set?;
            let hash = set.hash().clone();
            // It loaded before, so what is wrong is the machine.
            let host = Host::new(set, limits).ok()?;
            let started = Shadow::start(host, scripts.shadow_percent, scripts.shadow_queue);
            started.map_err(|error| tracing::warn!(%hash, %error, "it is not tried out")).ok()
        };
        let shadow = tokio::task::spawn_blocking(start).await.ok().flatten();
        let told = shadow.as_ref().map(Shadow::told);
        if self.desk.rules(move |rules| rules.try_out(shadow)).await.is_ok() {
            self.told_mut().shadow = told;
        }
    }
}

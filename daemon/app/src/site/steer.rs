//! What admins do about script sets: compare them, apply the one that waits, go back to one before.

use super::diff::diff;
use super::{By, ScriptsRefused, Site};
use desk_core::name::Hash;
use desk_core::{SetHow, State};
use desk_hooks::ScriptSet;
use desk_wire::view::ScriptDiffView;

impl Site {
    /// How another set differs from the one in force: one that is kept, or what the folder holds.
    ///
    /// # Errors
    /// Where there is no such set.
    pub async fn diff_scripts(&self, set: Option<&str>) -> Result<ScriptDiffView, ScriptsRefused> {
        let live = self.desk.rules(|rules| rules.live().cloned()).await?;
        let other = match set {
            Some(begin) => {
                let hash = self.find(begin).await?;
                self.load(hash).await?
            }
            None => {
                let (candidate, _) = self.read_folder().await?;
                let wrong = || ScriptsRefused::Wrong(candidate.errors.clone());
                candidate.set.clone().ok_or_else(wrong)?
            }
        };
        let compared = tokio::task::spawn_blocking(move || diff(live.as_ref(), &other));
        compared.await.map_err(|error| ScriptsRefused::Failed(error.to_string()))
    }

    /// Puts what the folder holds in force, where it is the set that is meant.
    ///
    /// # Errors
    /// Why it is not in force.
    pub async fn apply_scripts(&self, by: &By, meant: Option<&str>) -> Result<(), ScriptsRefused> {
        let _one = self.changing.lock().await;
        let (candidate, _) = self.read_folder().await?;
        let hash = candidate.set.as_ref().map(ScriptSet::hash);
        if let (Some(hash), Some(meant)) = (hash, meant)
            && !hash.as_str().starts_with(meant)
        {
            return Err(ScriptsRefused::Other(hash.clone()));
        }
        let set = candidate.good().map_err(ScriptsRefused::Wrong)?.clone();
        if self.serving().await?.as_ref() == Some(set.hash()) {
            return Err(ScriptsRefused::Same);
        }
        self.serve(set, by, SetHow::Applied, None).await?;
        self.tell_candidate(None);
        self.try_out(None).await;
        Ok(())
    }

    /// Puts a set in force that was in force before: the one before the live one where none is
    /// named. What the folder holds is not taken over until it is something else.
    ///
    /// # Errors
    /// Why it is not in force.
    pub async fn roll_back_scripts(&self, by: &By, to: Option<&str>) -> Result<(), ScriptsRefused> {
        let _one = self.changing.lock().await;
        let hash = match to {
            Some(begin) => self.find(begin).await?,
            None => {
                let look = |state: &State, _| {
                    state.scripts.as_ref().and_then(|live| state.sets.before(live)).cloned()
                };
                self.desk.view(look).await?.ok_or(ScriptsRefused::NoneBefore)?
            }
        };
        let set = self.load(hash).await?;
        if self.serving().await?.as_ref() == Some(set.hash()) {
            return Err(ScriptsRefused::Same);
        }
        let (candidate, _) = self.read_folder().await?;
        let is_other = candidate.set.as_ref().map(ScriptSet::hash) != Some(set.hash());
        let held = is_other.then(|| candidate.folder.clone());
        self.serve(set, by, SetHow::RolledBack, held).await?;
        // What the folder holds is told anew; where it is wrong that is no news.
        let _ = self.consider(&By::daemon()).await;
        Ok(())
    }

    /// The one kept set whose hash begins like this.
    async fn find(&self, begin: &str) -> Result<Hash, ScriptsRefused> {
        let look =
            |state: &State, _| state.sets.kept().iter().map(|set| set.hash.clone()).collect();
        let kept: Vec<Hash> = self.desk.view(look).await?;
        let mut found = kept.iter().filter(|hash| hash.as_str().starts_with(begin));
        match (found.next(), found.next()) {
            (Some(hash), None) => Ok(hash.clone()),
            _ => Err(ScriptsRefused::Unknown(begin.chars().take(64).collect(), kept)),
        }
    }

    /// A set as the journal keeps it.
    async fn load(&self, hash: Hash) -> Result<ScriptSet, ScriptsRefused> {
        let files = self.kept(hash.clone()).await?;
        let gone = || ScriptsRefused::Unknown(hash.to_string(), Vec::new());
        ScriptSet::from_files(files.ok_or_else(gone)?).map_err(ScriptsRefused::Wrong)
    }
}

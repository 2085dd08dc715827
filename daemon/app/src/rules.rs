//! The rules that are live: a script host, or none, and the page by which a start knows which hook
//! was being asked when the process ended.

use crate::events::Doing;
use crate::shadow::Shadow;
use desk_core::Kv;
use desk_core::name::{Hash, QueueId};
use desk_core::policy::{Asked, Failure, Hook, Policy, Question};
use desk_hooks::{HookStatus, Host, ScriptSet};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Bytes of the page: a hook's number and a set's hash.
const PAGE_BYTES: usize = 65;

/// The live rules.
pub struct Rules {
    host: Option<Host>,
    shadow: Option<Shadow>,
    page: Option<File>,
    ended_in: Option<Hook>,
    following: Doing,
}

impl Rules {
    /// No rules yet. The page is kept in the journal's folder; what it says of the last run counts
    /// for the first set that goes live.
    ///
    /// # Errors
    /// Where the page cannot be opened.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let page = options.open(dir.join("asking"))?;
        let mut bytes = [0; PAGE_BYTES];
        let length = page.read_at(&mut bytes, 0)?;
        let number = if length > 0 { bytes[0] } else { 0 };
        let ended_in = Hook::ALL.iter().copied().find(|hook| *hook as u8 + 1 == number);
        let following = Doing::default();
        Ok(Self { host: None, shadow: None, page: Some(page), ended_in, following })
    }

    /// Rules without a page, for tests.
    #[must_use]
    pub fn of(host: Option<Host>) -> Self {
        Self { host, shadow: None, page: None, ended_in: None, following: Doing::default() }
    }

    /// Makes a set the live one. A hook that ended the process before gets no second go at once.
    pub fn serve(&mut self, mut host: Host, now_ms: i64) {
        if let Some(hook) = self.ended_in.take() {
            tracing::error!(%hook, "this hook was being asked when deskd ended; it rests");
            host.rest(hook, now_ms);
            self.note(None);
        }
        self.host = Some(host);
    }

    /// Has another set asked alongside, or none any more.
    pub fn try_out(&mut self, shadow: Option<Shadow>) {
        self.shadow = shadow;
    }

    /// The live set.
    #[must_use]
    pub fn set(&self) -> Option<&Hash> {
        self.host.as_ref().map(|host| host.set().hash())
    }

    /// The live set with its files.
    #[must_use]
    pub fn live(&self) -> Option<&ScriptSet> {
        self.host.as_ref().map(Host::set)
    }

    /// How each rule has been doing.
    #[must_use]
    pub fn status(&self) -> Vec<HookStatus> {
        let mut all = self.host.as_ref().map(Host::status).unwrap_or_default();
        // The rule that follows the journal is asked elsewhere.
        if let Some(following) = self.following.rule()
            && let Some(rule) = all.iter_mut().find(|rule| rule.hook == Hook::OnEvent)
        {
            *rule = following;
        }
        all
    }

    /// Where it is told how the rule that follows the journal does.
    #[must_use]
    pub fn following(&self) -> Doing {
        self.following.clone()
    }

    fn ask_live(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        let hook = question.hook();
        let set = self.host.as_ref()?.set().hash().clone();
        self.note(Some((hook, &set)));
        let asked = self.host.as_mut()?.ask(question, kv);
        self.note(None);
        asked
    }

    /// Says which hook is being asked. Written to the page cache, which outlives the process.
    fn note(&self, asking: Option<(Hook, &Hash)>) {
        let Some(page) = &self.page else { return };
        let written = match asking {
            Some((hook, set)) => {
                let mut bytes = [0; PAGE_BYTES];
                bytes[0] = hook as u8 + 1;
                for (byte, from) in bytes[1..].iter_mut().zip(set.as_str().bytes()) {
                    *byte = from;
                }
                page.write_all_at(&bytes, 0)
            }
            None => page.write_all_at(&[0], 0),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "the page that names the hook being asked cannot be written");
        }
    }
}

impl Policy for Rules {
    fn ask(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        let asked = self.ask_live(question, kv);
        if let Some(shadow) = &self.shadow {
            shadow.see(question, kv, asked.as_ref());
        }
        asked
    }

    fn has(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        // A question that the live set has no rule for is built for the one that is tried.
        self.host.as_ref().is_some_and(|host| host.has(hook, queue))
            || self.shadow.as_ref().is_some_and(|shadow| shadow.has(hook, queue))
    }

    fn unfit(&mut self, question: &Question, failure: &Failure) {
        if let Some(host) = &mut self.host {
            host.unfit(question, failure);
        }
    }
}

#[cfg(test)]
mod shown;

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::policy::About;
    use desk_hooks::{Limits, Opened, REST_MS};

    const NOW_MS: i64 = 1_767_796_200_000;

    /// Rules as a start finds them, with a set in force; which of them rest.
    fn started(dir: &Path) -> (Rules, Vec<(Hook, Option<Opened>)>) {
        let mut rules = Rules::open(dir).unwrap();
        let file = |hook| (format!("{hook}.rhai"), format!("fn {hook}(ctx) {{}}").into());
        let files = ["on_chat", "on_offer"].map(file).into();
        let set = ScriptSet::from_files(files).unwrap();
        let Ok(host) = Host::new(set, Limits::default()) else { panic!("it loads") };
        rules.serve(host, NOW_MS);
        let why = |rule: HookStatus| {
            let until = rule.resting.map(|(until, _)| until);
            assert!(until.is_none_or(|until| until == NOW_MS + REST_MS));
            (rule.hook, rule.resting.map(|(_, why)| why))
        };
        let resting = rules.status().into_iter().map(why).collect();
        (rules, resting)
    }

    #[test]
    fn a_hook_that_was_being_asked_when_the_process_ended_gets_no_second_go_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let (hash, none) = (Hash::from("a".repeat(64)), |hook| (hook, None));
        let awake = [none(Hook::OnOffer), none(Hook::OnChat)];
        let (rules, resting) = started(dir.path());
        assert_eq!(resting, awake);
        rules.note(Some((Hook::OnOffer, &hash)));
        drop(rules);
        // It did not come back from that: the next start finds the page as it was left.
        let (mut rules, resting) = started(dir.path());
        assert_eq!(resting, [(Hook::OnOffer, Some(Opened::Ended)), none(Hook::OnChat)]);
        // Who came back from a call leaves nothing behind.
        let about = About::Chat { waiting: 1 };
        let question = Question { now_ms: NOW_MS, seed: 1, queue: None, chat: None, about };
        assert_eq!(rules.ask(&question, &Kv::default()).unwrap().verdict, Ok(None));
        drop(rules);
        assert_eq!(started(dir.path()).1, awake);
    }
}

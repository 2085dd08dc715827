//! Questions of the past, asked of a set.

use super::followed::Following;
use crate::shadow::{self, Live};
use desk_core::name::{ChatId, QueueId};
use desk_core::past::{Hear, Proof, Retold, Untold, Wanted, fits, retell};
use desk_core::policy::{Asked, Failure, FailureKind, Hook, Policy as _, Question, Verdict, Wants};
use desk_core::{HookAsked, Private, Record, State, Story};
use desk_hooks::Host;

/// What came of asking.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What was asked and answered.
    pub answers: shadow::Found,
    /// Questions at places where no rule stood then.
    pub first: u64,
    /// Questions proven to be those that were asked.
    pub proven: u64,
    /// Messages of which the text is kept nowhere.
    pub redacted: u64,
    /// Questions that are not those that were asked.
    pub unlike: u64,
    /// Questions of which parts were erased.
    pub erased: u64,
    /// Questions of records that keep too little.
    pub untold: u64,
}

/// Asks a set.
pub(super) struct Asker {
    pub(super) host: Host,
    hook: Option<Hook>,
    heard: Vec<Heard>,
    pub(super) following: Following,
    pub(super) found: Found,
}

/// A question that was asked again, and both answers.
struct Heard {
    question: Question,
    live: Option<Asked>,
    wanted: Option<Wanted>,
    tried: Option<Asked>,
}

impl Asker {
    pub(super) fn new(host: Host, hook: Option<Hook>) -> Self {
        let (heard, following, found) = Default::default();
        Self { host, hook, heard, following, found }
    }

    /// Asks what was asked when this record was decided; `state` stands before it.
    pub(super) fn ask(
        &mut self,
        state: &State,
        record: &Record,
        story: &mut dyn FnMut(ChatId) -> Option<Story>,
    ) {
        let asked = record.hooks.iter().filter(|asked| self.is_wanted(asked.hook)).count() as u64;
        let proven = self.found.proven;
        if let Err(untold) = retell(state, record, story, self) {
            // What was heard all the same is counted as it was heard.
            let heard = self.heard.iter().filter(|heard| heard.live.is_some()).count() as u64;
            let missed = asked.saturating_sub(heard.max(self.found.proven - proven));
            match untold {
                Untold::Erased => self.found.erased += missed,
                Untold::NotKept => self.found.untold += missed,
            }
        }
        for Heard { question, live, wanted, tried } in std::mem::take(&mut self.heard) {
            let tried = tried.map(|tried| fitting(tried, &question, state, record, story));
            let live = Live { asked: live.as_ref(), wanted };
            self.found.answers.count(&question, live, tried.as_ref());
        }
    }

    pub(super) fn is_wanted(&self, hook: Hook) -> bool {
        self.hook.is_none_or(|wanted| wanted == hook)
    }
}

impl Hear for Asker {
    fn wants(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        self.is_wanted(hook) && self.host.has(hook, queue)
    }

    fn hear(&mut self, retold: &Retold<'_>) {
        if !self.is_wanted(retold.question.hook()) {
            return;
        }
        let live = match (retold.proof, retold.asked.map(answered)) {
            (Proof::Redacted, _) => return self.found.redacted += 1,
            (Proof::Unlike, _) => return self.found.unlike += 1,
            (Proof::Erased, _) | (_, Some(None)) => return self.found.erased += 1,
            (Proof::New, _) | (_, None) => {
                self.found.first += 1;
                None
            }
            (Proof::Proven, Some(Some(live))) => {
                self.found.proven += 1;
                Some(live)
            }
        };
        let wanted = match live {
            Some(_) => retold.wanted.cloned(),
            None => Some(Wanted::default()),
        };
        let tried = self.host.ask_quietly(retold.question, retold.kv);
        self.heard.push(Heard { question: retold.question.clone(), live, wanted, tried });
    }
}

/// What was answered; `None` where it was erased.
pub(super) fn answered(asked: &HookAsked) -> Option<Asked> {
    let verdict = match (&asked.failure, &asked.verdict) {
        (Some(failure), _) => Err(failure.clone()),
        (None, Some(Private::Erased)) => return None,
        (None, verdict) => Ok(verdict.as_ref().and_then(Private::known).cloned()),
    };
    Some(Asked {
        set: asked.set.clone(),
        verdict,
        operations: asked.operations,
        took_us: asked.took_us,
        why: Vec::new(),
        wants: Wants::default(),
    })
}

/// The answer, or the failure that it is where it names what State did not have.
fn fitting(
    mut asked: Asked,
    question: &Question,
    state: &State,
    record: &Record,
    story: &mut dyn FnMut(ChatId) -> Option<Story>,
) -> Asked {
    if let Some(why) = state.config.unknown_in(&asked.wants.deliveries) {
        asked.fails(question, &why);
    }
    let Ok(Some(verdict)) = &asked.verdict else { return asked };
    // These alone name what State has.
    if !matches!(verdict, Verdict::Chat { .. } | Verdict::WaitLimit { .. }) {
        return asked;
    }
    let nth = record.hooks.iter().position(|asked| asked.hook == verdict.hook());
    if fits(state, record, story, (nth.unwrap_or(record.hooks.len()), verdict)) {
        return asked;
    }
    let text = format!("{}: it names what the desk did not have", verdict.hook());
    let failure = Failure { kind: FailureKind::Invalid, text: text.into() };
    Asked { verdict: Err(failure), ..asked }
}

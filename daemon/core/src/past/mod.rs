//! What rules were asked in the past. Neither commands nor questions are kept: the command is told
//! from State as it stood before the record, the record's events and what it was given; deciding it
//! once more, with the verdicts that were given then, asks the same questions, and their digests
//! prove that they are the same.

mod command;
mod wanted;

pub use wanted::{Wanted, Written, wanted};

use crate::State;
use crate::decide::decide;
use crate::envelope::Envelope;
use crate::kv::Kv;
use crate::name::{ChatId, QueueId};
use crate::outbox::Story;
use crate::policy::{About, Asked, Failure, Hook, Policy, Question, Verdict, Wants};
use crate::private::Private;
use crate::record::{HookAsked, Record};

/// Why what a record came by cannot be told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Untold {
    /// What was asked about was erased.
    Erased,
    /// The record is of a version that kept too little.
    NotKept,
}

/// How sure it is that a question is the one that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Its digest is that of the question that was asked.
    Proven,
    /// It is, but for a message's text, which a rule replaced or the queue withheld: what was said is
    /// kept nowhere.
    Redacted,
    /// Its digest is another's: something that it was asked about is not what it was.
    Unlike,
    /// The digest was erased.
    Erased,
    /// No rule stood at this place then.
    New,
}

/// A question of the past.
#[derive(Debug)]
pub struct Retold<'a> {
    /// It, rebuilt.
    pub question: &'a Question,
    /// What rules remembered then.
    pub kv: &'a Kv,
    /// What came of it then; `None` where no rule stood there.
    pub asked: Option<&'a HookAsked>,
    /// What the rule wanted beside its verdict; `None` where that is not told.
    pub wanted: Option<&'a Wanted>,
    /// How sure it is that it is the same.
    pub proof: Proof,
}

/// Who hears the questions of the past.
pub trait Hear {
    /// Whether a question is wanted of a place where no rule stood then.
    fn wants(&self, hook: Hook, queue: Option<&QueueId>) -> bool;

    /// Hears a question.
    fn hear(&mut self, retold: &Retold<'_>);
}

/// Asks again what was asked when this record was decided; `state` is as it stood before it, `story`
/// tells of a chat up to there.
///
/// # Errors
/// Why it cannot be told.
pub fn retell(
    state: &State,
    record: &Record,
    story: &mut dyn FnMut(ChatId) -> Option<Story>,
    to: &mut dyn Hear,
) -> Result<(), Untold> {
    let Some(command) = command::of(state, record, story)? else { return Ok(()) };
    let envelope = Envelope {
        seq: record.seq,
        epoch: record.epoch,
        at: record.at,
        who: record.who.clone(),
        id: None,
        entropy: [0; 16],
        command,
    };
    let wanted = wanted(record);
    let mut teller = Teller { asked: &record.hooks, wanted: wanted.as_deref(), to };
    decide(state, &envelope, &mut teller);
    // What was asked and is not asked again was asked about something else.
    if teller.asked.is_empty() { Ok(()) } else { Err(Untold::NotKept) }
}

/// Answers as was answered then, and tells what is asked.
struct Teller<'a> {
    /// What is still to be asked.
    asked: &'a [HookAsked],
    /// What they wanted.
    wanted: Option<&'a [Wanted]>,
    to: &'a mut dyn Hear,
}

impl Policy for Teller<'_> {
    fn ask(&mut self, question: &Question, kv: &Kv) -> Option<Asked> {
        let (hook, queue) = (question.hook(), question.queue.as_ref().map(|queue| &queue.id));
        let next = self.asked.split_first().filter(|(asked, _)| asked.hook == hook);
        let Some((asked, rest)) = next else {
            if self.to.wants(hook, queue) {
                let (asked, wanted, proof) = (None, None, Proof::New);
                self.to.hear(&Retold { question, kv, asked, wanted, proof });
            }
            return None;
        };
        self.asked = rest;
        let (wanted, rest) = self.wanted.and_then(<[_]>::split_first).unzip();
        self.wanted = rest;
        let proof = proof(question, asked);
        self.to.hear(&Retold { question, kv, asked: Some(asked), wanted, proof });
        Some(Asked {
            set: asked.set.clone(),
            verdict: answer(asked),
            operations: 0,
            took_us: 0,
            why: Vec::new(),
            wants: Wants::default(),
        })
    }

    fn has(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        self.asked.first().is_some_and(|asked| asked.hook == hook) || self.to.wants(hook, queue)
    }
}

fn answer(asked: &HookAsked) -> Result<Option<Verdict>, Failure> {
    if let Some(failure) = &asked.failure {
        return Err(failure.clone());
    }
    Ok(asked.verdict.as_ref().and_then(Private::known).cloned())
}

fn proof(question: &Question, asked: &HookAsked) -> Proof {
    let Some(kept) = asked.question.known() else { return Proof::Erased };
    let replaced = matches!(
        asked.verdict.as_ref().and_then(Private::known),
        Some(Verdict::Message { text: Some(_), .. })
    );
    if question.digest() == *kept {
        return if replaced { Proof::Redacted } else { Proof::Proven };
    }
    let withheld = matches!(question.about, About::Message { .. }) && asked.failure.is_some();
    if withheld && question.with_text("").digest() == *kept {
        return Proof::Redacted;
    }
    Proof::Unlike
}

/// Whether State had what a verdict names: what comes of it where this rule answers this, asked for
/// the so-manieth time when the record was decided.
#[must_use]
pub fn fits(
    state: &State,
    record: &Record,
    story: &mut dyn FnMut(ChatId) -> Option<Story>,
    (nth, verdict): (usize, &Verdict),
) -> bool {
    let Ok(Some(command)) = command::of(state, record, story) else { return true };
    let envelope = Envelope {
        seq: record.seq,
        epoch: record.epoch,
        at: record.at,
        who: record.who.clone(),
        id: None,
        entropy: [0; 16],
        command,
    };
    let mut probe = Probe { before: record.hooks.get(..nth).unwrap_or(&[]), verdict, unfit: false };
    decide(state, &envelope, &mut probe);
    !probe.unfit
}

/// Answers as was answered then, and at last with the verdict that is tried.
struct Probe<'a> {
    before: &'a [HookAsked],
    verdict: &'a Verdict,
    unfit: bool,
}

impl Policy for Probe<'_> {
    fn ask(&mut self, question: &Question, _: &Kv) -> Option<Asked> {
        let asked = |set, verdict| Asked {
            set,
            verdict,
            operations: 0,
            took_us: 0,
            why: Vec::new(),
            wants: Wants::default(),
        };
        if let Some((first, rest)) = self.before.split_first()
            && first.hook == question.hook()
        {
            self.before = rest;
            return Some(asked(first.set.clone(), answer(first)));
        }
        let fits = self.verdict.hook() == question.hook() && self.before.is_empty();
        fits.then(|| asked("tried".into(), Ok(Some(self.verdict.clone()))))
    }

    fn unfit(&mut self, _: &Question, _: &Failure) {
        self.unfit = self.before.is_empty();
    }
}

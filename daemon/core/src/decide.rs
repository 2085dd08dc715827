//! `decide`: one command against State gives an answer and events, and changes nothing.

use crate::answer::Answer;
use crate::command::{Command, Lost, Shelved};
use crate::delivery::{self, Origin};
use crate::envelope::Envelope;
use crate::event::Event;
use crate::kv::KvWrite;
use crate::name::{AgentId, ChatId, QueueId, SegmentId};
use crate::policy::{
    About, Asked, Failure, FailureKind, Given, Hook, Policy, Question, Verdict, Wants, redact,
};
use crate::private::Private;
use crate::record::{HookAsked, Record, VERSION};
use crate::refusal::Refusal;
use crate::time::Timer;
use crate::{State, agent, chat, config_change, follow, grant, hours, outbox, person};
use std::collections::BTreeSet;

/// What a command comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The answer for whoever asked.
    pub answer: Result<Answer, Refusal>,
    /// What was decided, in order.
    pub events: Vec<Event>,
    /// The hooks that were asked.
    pub hooks: Vec<HookAsked>,
    /// The chat that they were asked about.
    pub about: Option<ChatId>,
}

impl Decision {
    /// The record of it, if it is to be kept: it changed something or asked a hook.
    #[must_use]
    pub fn record(&self, state: &State, envelope: &Envelope) -> Option<Record> {
        if self.events.is_empty() && self.hooks.is_empty() {
            return None;
        }
        Some(Record {
            v: VERSION,
            seq: envelope.seq,
            shard: state.shard,
            epoch: envelope.epoch,
            at: envelope.at,
            who: envelope.who.clone(),
            kind: envelope.command.kind().into(),
            id: envelope.id.clone(),
            config: state.config_hash.clone(),
            hooks: self.hooks.clone(),
            about: self.about.filter(|chat| self.events.iter().all(|e| e.chat() != Some(*chat))),
            events: self.events.clone(),
        })
    }
}

/// A decision in the making: State as it was, and what has been decided so far.
pub(crate) struct Draft<'a> {
    pub(crate) state: &'a State,
    pub(crate) envelope: &'a Envelope,
    policy: &'a mut dyn Policy,
    pub(crate) events: Vec<Event>,
    hooks: Vec<HookAsked>,
    /// What the rules asked so far want, by the place of each in `hooks`.
    wants: Vec<(usize, Origin, Wants)>,
    about: Option<ChatId>,
    minted: u32,
    wrapped: BTreeSet<SegmentId>,
}

impl<'a> Draft<'a> {
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// A fresh id.
    pub(crate) fn mint(&mut self) -> uuid::Uuid {
        self.minted += 1;
        self.envelope.mint(self.minted)
    }

    /// Notes that this decision wraps a segment up.
    pub(crate) fn note_wrapped(&mut self, segment: SegmentId) {
        self.wrapped.insert(segment);
    }

    /// Whether this decision wraps a segment up.
    pub(crate) fn wraps(&self, segment: SegmentId) -> bool {
        self.wrapped.contains(&segment)
    }

    /// Desk time in so many seconds.
    pub(crate) const fn desk_in(&self, secs: u32) -> u64 {
        self.envelope.at.desk_in(secs)
    }

    pub(crate) fn agent(&self, id: &AgentId) -> Result<&'a agent::Agent, Refusal> {
        self.state.agents.get(id).ok_or_else(|| Refusal::UnknownAgent(id.clone()))
    }

    pub(crate) fn chat(&self, id: ChatId) -> Result<&'a chat::Chat, Refusal> {
        self.state.chats.get(&id).ok_or(Refusal::UnknownChat(id))
    }

    pub(crate) fn queue(&self, id: &QueueId) -> Result<&'a crate::config::QueueConfig, Refusal> {
        self.state.queue(id).ok_or_else(|| Refusal::UnknownQueue(id.clone()))
    }

    /// Whether a rule stands at this place: where none does, no question need be built.
    pub(crate) fn has_rule(&self, hook: Hook, queue: Option<&QueueId>) -> bool {
        self.policy.has(hook, queue)
    }

    /// Asks a rule and keeps what came of it; `None` means as configured.
    pub(crate) fn ask(&mut self, question: &Question) -> Option<Verdict> {
        let asked = self.policy.ask(question, &self.state.kv)?;
        self.heard(question, asked)
    }

    /// Keeps what came of a rule that was asked.
    pub(crate) fn heard(&mut self, question: &Question, asked: Asked) -> Option<Verdict> {
        let asked = self.fitting(question, asked);
        self.about = question.chat.as_ref().map(|chat| chat.id).or(self.about);
        let (verdict, failure) = match asked.verdict {
            Ok(verdict) => (verdict, None),
            Err(failure) => (None, Some(failure)),
        };
        // What a message was before it was replaced is kept nowhere, not by its digest either.
        let (kept, why, wants) = match (&question.about, &verdict) {
            (About::Message { text, .. }, Some(Verdict::Message { text: Some(new), .. })) => (
                question.with_text(new).digest(),
                redact::lines(asked.why, text, new),
                redact::wants(asked.wants, text, new),
            ),
            _ => (question.digest(), asked.why, asked.wants),
        };
        if failure.is_none() && wants != Wants::default() {
            let origin =
                Origin { hook: question.hook(), chat: question.chat.as_ref().map(|c| c.id) };
            self.wants.push((self.hooks.len(), origin, wants));
        }
        self.hooks.push(HookAsked {
            hook: question.hook(),
            set: asked.set,
            question: kept.into(),
            verdict: verdict.clone().map(Into::into),
            default_taken: verdict.is_none(),
            failure,
            why: why.into(),
            operations: asked.operations,
            took_us: asked.took_us,
            sent: 0,
            wrote: 0,
            given: self.given(question).map(Into::into),
        });
        verdict
    }

    /// What was asked, unless it wants something sent where nothing can be: that is a failure.
    fn fitting(&mut self, question: &Question, mut asked: Asked) -> Asked {
        let unknown = self.state.config.unknown_in(&asked.wants.deliveries);
        if let (Some(why), true) = (unknown, asked.verdict.is_ok()) {
            let failure = asked.fails(question, &why);
            self.policy.unfit(question, &failure);
        }
        asked
    }

    /// What came in, but for what is said in a chat.
    fn given(&self, question: &Question) -> Option<Given> {
        let open = |chat: &crate::view::ChatView| self.state.chats.contains_key(&chat.id);
        let said = matches!(question.about, About::Message { .. });
        Given::of(question).filter(|_| !said || !question.chat.as_ref().is_some_and(open))
    }

    /// What the events tell is not kept twice.
    fn tidy(&mut self) {
        for asked in &mut self.hooks {
            let told = |given: &Given| given.is_told_by(&self.events);
            asked.given = asked.given.take().filter(|given| !given.known().is_some_and(told));
        }
    }

    /// The verdict just given names what State does not have: it counts as a failure, and the
    /// default applies.
    pub(crate) fn unfit(&mut self, question: &Question, why: &str) {
        let text = format!("{}: {why}", question.hook());
        let failure = Failure { kind: FailureKind::Invalid, text: text.into() };
        self.policy.unfit(question, &failure);
        if let Some(asked) = self.hooks.last_mut() {
            asked.verdict = None;
            asked.default_taken = true;
            asked.failure = Some(failure);
        }
        let last = self.hooks.len().saturating_sub(1);
        self.wants.retain(|(of, ..)| *of != last);
    }

    /// What rules whose verdicts stand want beside them comes to pass, whatever the command comes to.
    fn emit_wants(&mut self) {
        for (of, origin, wants) in std::mem::take(&mut self.wants) {
            let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
            self.hooks[of].sent = count(wants.deliveries.len());
            self.hooks[of].wrote = count(wants.kv.len());
            delivery::want(self, &origin, wants.deliveries);
            for KvWrite { key, value, until_ms } in wants.kv {
                let value = value.map(Private::Known);
                self.emit(Event::KvSet { key: key.into(), value, until_ms });
            }
        }
    }

    /// Whether the rule that was just asked about a message failed and the message is therefore to
    /// be withheld: then neither its digest nor what the failure quotes is kept either.
    pub(crate) fn withhold(&mut self, question: &Question, wanted: bool) -> bool {
        let Some(asked) = self.hooks.last_mut().filter(|asked| wanted && asked.failure.is_some())
        else {
            return false;
        };
        asked.question = question.with_text("").digest().into();
        asked.why = Vec::new().into();
        if let Some(failure) = &mut asked.failure {
            failure.text = format!("{}: withheld with the message", asked.hook).into();
        }
        true
    }
}

/// Decides one command. State is not changed; a refusal changes nothing at all.
pub fn decide(state: &State, envelope: &Envelope, policy: &mut dyn Policy) -> Decision {
    if let Some(answer) = state.answer_of(&envelope.who, envelope.id.as_ref()) {
        return Decision { answer, events: Vec::new(), hooks: Vec::new(), about: None };
    }
    let mut draft = Draft {
        state,
        envelope,
        policy,
        events: Vec::new(),
        hooks: Vec::new(),
        wants: Vec::new(),
        about: None,
        minted: 0,
        wrapped: BTreeSet::new(),
    };
    let answer = dispatch(&mut draft);
    match &answer {
        // A refusal changes nothing but how often a rule may still deny.
        Err(refusal) => {
            draft.events.retain(|event| {
                matches!(event, Event::WrapupDenied { .. } | Event::StatusDenied { .. })
            });
            draft.emit_wants();
            if let (Some(id), false) = (&envelope.id, draft.hooks.is_empty()) {
                let (actor, refusal) = (envelope.who.clone(), refusal.clone().into());
                draft.emit(Event::RefusalKept { actor, id: id.clone(), refusal });
            }
        }
        Ok(answer) => {
            draft.emit_wants();
            // Also where nothing changed: sent once more, it might change something by then.
            if let (Some(id), false) = (&envelope.id, answer.is_for_a_driver()) {
                let actor = envelope.who.clone();
                draft.emit(Event::AnswerKept { actor, id: id.clone(), answer: answer.clone() });
            }
        }
    }
    draft.tidy();
    Decision { answer, events: draft.events, hooks: draft.hooks, about: draft.about }
}

fn dispatch(draft: &mut Draft<'_>) -> Result<Answer, Refusal> {
    match &draft.envelope.command {
        Command::Login { agent } => agent::login(draft, agent),
        Command::Logout { agent, after, reason } => agent::logout(draft, agent, *after, reason),
        Command::AskStatus { agent, to, reason } => agent::ask_status(draft, agent, *to, reason),
        Command::StopNew { agent } => agent::stop_new(draft, agent),
        Command::StreamOpened { agent } => agent::stream_opened(draft, agent),
        Command::StreamLost { agent } => agent::stream_lost(draft, agent),
        Command::ForceStatus { agent, to, reason } => {
            agent::force_status(draft, agent, *to, reason)
        }
        Command::ForceLogout { agent } => agent::force_logout(draft, agent),
        Command::HandOver { agent, to } => agent::hand_over(draft, agent, to.as_ref()),
        Command::OpenChat(new) => chat::open(draft, new),
        Command::LeaveForm { new, text } => chat::leave_form(draft, new, text),
        Command::PostMessage { chat, from, visibility, content } => {
            chat::post(draft, *chat, from, *visibility, content)
        }
        Command::LeaveChat { chat } => chat::leave(draft, *chat),
        Command::CustomerCame { chat } => chat::customer_came(draft, *chat),
        Command::CustomerWent { chat } => chat::customer_went(draft, *chat),
        Command::Accept { agent, chat, offer } => chat::accept(draft, agent, *chat, *offer),
        Command::Reject { agent, chat, offer, reason } => {
            chat::reject(draft, agent, *chat, *offer, reason)
        }
        Command::EndChat { chat, agent } => chat::end(draft, *chat, agent.as_ref()),
        Command::Requeue { chat } => chat::requeue(draft, *chat),
        Command::Transfer { chat, agent, to } => chat::transfer(draft, *chat, agent.as_ref(), to),
        Command::Acknowledge { chat } => chat::acknowledge(draft, *chat),
        Command::ChooseMatch { chat, agent, sys_id } => {
            chat::choose(draft, *chat, agent.as_ref(), sys_id)
        }
        Command::SearchMatch { chat, agent, words } => {
            chat::search(draft, *chat, agent.as_ref(), words)
        }
        Command::SetCodes { agent, chat, codes } => chat::set_codes(draft, agent, *chat, codes),
        Command::SetNote { agent, chat, note } => chat::set_note(draft, agent, *chat, note),
        Command::ExtendWrapup { agent, chat } => chat::extend(draft, agent, *chat),
        Command::WrapUp { agent, chat } => chat::wrap_up(draft, agent, *chat),
        Command::TakeLookup { chat } => chat::take(draft, *chat),
        Command::LookupAnswered { chat, n, result } => chat::answered(draft, *chat, *n, result),
        Command::TakeStep { step, story, read_to } => outbox::take(draft, *step, story, *read_to),
        Command::StepAnswered { step, attempt, answered } => {
            outbox::answered(draft, *step, *attempt, answered)
        }
        Command::RetryStep { step } => outbox::retry(draft, *step),
        Command::DropStep { step, reason } => outbox::drop_step(draft, *step, reason.as_deref()),
        Command::Replay { chat, incident, steps } => outbox::replay(draft, *chat, incident, steps),
        Command::TakeDelivery { delivery } => delivery::take(draft, *delivery),
        Command::DeliveryAnswered { delivery, attempt, answered } => {
            delivery::answered(draft, *delivery, *attempt, answered)
        }
        Command::RetryDelivery { delivery } => delivery::retry(draft, *delivery),
        Command::DropDelivery { delivery, reason } => {
            delivery::drop_one(draft, *delivery, reason.as_deref())
        }
        Command::ReplayDelivery { delivery, header } => delivery::replay(draft, *delivery, header),
        Command::FollowEvents(followed) => follow::decide(draft, followed),
        Command::ClaimPop { agent, pop } => chat::claim(draft, agent, *pop),
        Command::ReportPop { agent, pop, outcome } => chat::report(draft, agent, *pop, *outcome),
        Command::Due(timer) => due(draft, timer),
        Command::Follow(work) if !draft.state.work.contains(work) => Err(Refusal::Stale),
        Command::Follow(work) => chat::place(draft, work),
        Command::Shelve(what) => shelve(draft, what),
        Command::Start { epoch, lost } => start(draft, *epoch, *lost),
        Command::SetConfig { config, hash } => config_change::set_config(draft, config, hash),
        Command::SetScripts { hash, files, how, held, follows } => {
            let (hash, files, held) = (hash.clone(), files.clone(), held.clone());
            draft.emit(Event::ScriptsSet { hash, files, how: *how, held });
            follow::begin_or_end(draft, *follows);
            Ok(Answer::Done)
        }
        Command::ErasePerson { chats, keys } => person::erase(draft, chats, keys),
        Command::Drain { on } => {
            switch(draft, Event::DrainSet { on: *on }, draft.state.draining == *on)
        }
        Command::DrainQueue { queue, on } => drain_queue(draft, queue, *on),
        Command::ForceHours { queue, open, until_ms } => {
            hours::force(draft, queue, *open, *until_ms)
        }
        Command::Grant(new) => grant::make(draft, new),
        Command::Revoke { grant } => grant::revoke(draft, *grant),
        Command::DrainAgent { agent, on } => {
            let same = draft.agent(agent)?.drained == *on;
            switch(draft, Event::AgentDrainSet { agent: agent.clone(), on: *on }, same)
        }
        Command::LowDisk { on } => {
            switch(draft, Event::LowDiskSet { on: *on }, draft.state.low_disk == *on)
        }
    }
}

fn drain_queue(draft: &mut Draft<'_>, queue: &QueueId, on: bool) -> Result<Answer, Refusal> {
    if !draft.state.config.queues.contains_key(queue) {
        return Err(Refusal::UnknownQueue(queue.clone()));
    }
    let same = draft.state.drained_queues.contains(queue) == on;
    switch(draft, Event::QueueDrainSet { queue: queue.clone(), on }, same)
}

#[allow(clippy::unnecessary_wraps, reason = "one shape for every arm of the dispatch")]
fn switch(draft: &mut Draft<'_>, event: Event, same: bool) -> Result<Answer, Refusal> {
    if !same {
        draft.emit(event);
    }
    Ok(Answer::Done)
}

/// One deadline per decision. Whatever is decided, it is removed first: one that came for nothing
/// must not come again.
fn due(draft: &mut Draft<'_>, timer: &Timer) -> Result<Answer, Refusal> {
    if !draft.state.is_set(timer) {
        return Err(Refusal::Stale);
    }
    draft.emit(Event::TimerCleared { timer: timer.clone() });
    if on_due(draft, timer).is_err() {
        draft.events.truncate(1);
    }
    Ok(Answer::Done)
}

fn on_due(draft: &mut Draft<'_>, timer: &Timer) -> Result<Answer, Refusal> {
    match timer {
        Timer::Offer(chat) => chat::offer_due(draft, *chat),
        Timer::Return(agent) => agent::return_due(draft, agent),
        Timer::Grace(agent) => agent::grace_over(draft, agent),
        Timer::AwayLong(agent) => agent::away_long(draft, agent),
        Timer::Cooldown(chat) => chat::cooldown_due(draft, *chat),
        Timer::Relax(chat) => chat::relax_due(draft, *chat),
        Timer::CustomerGone(chat) => chat::gone_due(draft, *chat),
        Timer::WaitMax(chat) => chat::wait_due(draft, *chat),
        Timer::Silence(chat) | Timer::Observed(chat) => chat::silence_due(draft, *chat),
        Timer::IdleRemind(chat) => chat::remind_due(draft, *chat),
        Timer::IdleClose(chat) => chat::close_due(draft, *chat),
        Timer::ReplyRemind(chat) => chat::reply_due(draft, *chat),
        Timer::Wrapup(segment) => chat::wrapup_due(draft, *segment),
        Timer::WrapupMax(segment) => chat::wrapup_max_due(draft, *segment),
        Timer::LookupMax(chat) => chat::lookup_max_due(draft, *chat),
        Timer::Step(step) => outbox::step_due(draft, *step),
        Timer::Delivery(delivery) => delivery::due(draft, *delivery),
        Timer::Pop(pop) => chat::expire(draft, *pop),
        Timer::Hold(chat) => chat::hold_due(draft, *chat),
        Timer::Hours(queue) => hours::due(draft, queue),
        Timer::Grant(id) => grant::revoke(draft, *id),
        // TimerCleared puts the follow-up back into the work set.
        Timer::Work(_) => Ok(Answer::Done),
    }
}

fn start(draft: &mut Draft<'_>, epoch: u64, lost: Option<Lost>) -> Result<Answer, Refusal> {
    let times = &draft.state.config.times;
    let event = Event::Started {
        epoch,
        grace_at: draft.desk_in(times.presence_grace_secs),
        window_at: draft.desk_in(times.servicenow_window_secs),
        lost,
    };
    draft.emit(event);
    hours::refresh(draft, &draft.state.config);
    Ok(Answer::Done)
}

/// How long what panicked is left alone, in seconds.
const SHELVE_SECS: u32 = 60;

fn shelve(draft: &mut Draft<'_>, what: &Shelved) -> Result<Answer, Refusal> {
    let at = draft.desk_in(SHELVE_SECS);
    let event = match what {
        Shelved::Timer(timer) => Event::Shelved { timer: timer.clone(), at, work: None },
        Shelved::Work(work) => {
            Event::Shelved { timer: Timer::Work(work.clone()), at, work: Some(work.clone()) }
        }
    };
    draft.emit(event);
    Ok(Answer::Done)
}
